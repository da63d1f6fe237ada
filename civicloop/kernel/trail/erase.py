"""Erasing what people typed, as the law on personal data asks; the tree of the trail stays verifiable."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.actors import Actor
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.trail.models import Entry, Said
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb

ERASE_SAID = Verb(
    "kernel.erase_said", gettext_lazy("清除留痕文字"), facts={"entry": int, "names": list}, says=("reason",)
)


def erase(entry: Entry, *, by: Actor, reason: str) -> Entry:
    """Empty what was said with `entry`; returns the entry that tells of it.

    The hash stays in the entry, and the salt goes with the words: what was said can no longer be guessed.
    """
    if not reason.strip():
        raise Refused(_("请写明清除文字的原因。"))
    with transaction.atomic():
        said = Said.objects.select_for_update().filter(entry=entry).first()
        if said is None:
            raise Refused(_("这条留痕没有文字，不需要清除。"))
        if said.words is None:
            raise Stale(_("这条留痕的文字已经清除过，不需要再次清除。"))
        names = sorted(said.words)
        Said.objects.filter(pk=said.pk).update(words=None, salt=None)
        return record(
            ERASE_SAID,
            about=entry,
            by=by,
            facts={"entry": entry.pk, "names": names},
            said={"reason": reason.strip()},
        )
