"""Are the kept files still what was handed in?"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from civicloop.kernel.evidence.door import RECEIVE
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.store import fingerprint, original_path, store
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.verify import Problem


def check_files() -> Iterator[Problem]:
    """Compare each row with what the trail says came in, and each file with its fingerprint."""
    rows = Evidence.objects.order_by("sha256", "pk").values_list("pk", "sha256")
    told = Entry.objects.filter(verb=RECEIVE.name).values_list("about_id", "facts__sha256")
    came_in = dict(told.iterator(chunk_size=5000))
    last, sound = "", True
    for pk, sha256 in rows.iterator(chunk_size=5000):
        where = f"evidence {pk}"
        if came_in.get(pk) != sha256:
            yield Problem("changed", where, _("佐证材料 %(pk)d 与留痕里收到时的指纹不符。") % {"pk": pk})
        if sha256 != last:
            last, sound = sha256, _is_sound(sha256)
        if not sound:
            yield Problem("file", where, _("佐证材料 %(pk)d 的原件缺失或已被改动。") % {"pk": pk})


def _is_sound(sha256: str) -> bool:
    try:
        with store().open(original_path(sha256)) as original:
            return fingerprint(original) == sha256
    except OSError:
        return False
