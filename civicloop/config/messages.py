"""Message catalogues: made from locale/*.po in pure Python, so that no gettext need be installed."""

from pathlib import Path

import polib
from django.conf import settings


def compile_messages() -> int:
    """Make each .mo that is missing or older than its .po; returns how many were made."""
    made = 0
    for source in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            made += 1
    return made
