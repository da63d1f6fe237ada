"""The language of a terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation


@contextmanager
def in_the_terminals_language() -> Iterator[None]:
    """Speak Chinese or English as LC_ALL, LC_MESSAGES or LANG ask for; else as the installation does."""
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    language = {"zh": "zh-hans", "en": "en"}.get(asked[:2].lower(), settings.LANGUAGE_CODE)
    with translation.override(language):
        yield
