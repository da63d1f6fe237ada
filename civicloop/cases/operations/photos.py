"""Photos that come with a move."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.operations.words import typed
from civicloop.kernel.actors import Actor
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.refused import Refused


def attach(case: Case, photos: Sequence[Evidence], stage: str, *, by: Actor) -> list[int]:
    """Put photos to a case; returns their ids.  Only who handed a photo in may put it anywhere."""
    for photo in photos:
        if photo.received_by != by.actor_key:
            raise Refused(_("找不到这张照片，请重新上传。"))
    CasePhoto.objects.bulk_create(
        [CasePhoto(case=case, evidence=photo, stage=stage, round=case.rounds) for photo in photos]
    )
    return [photo.pk for photo in photos]


def photo_or_reason(photos: Sequence[Evidence], because: str) -> str:
    """A photo is asked for, never forced: without one, a reason in words will do."""
    because = typed(because, longest=200)
    if not photos and not because:
        raise Refused(_("请附整改后的照片；没有照片的，写明原因即可。"))
    return because
