"""Photos in a plain form: several at once, and kept when the form comes back with a question."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.web import after_rollback
from civicloop.people.models import Person

MOST = 9
_SALT = "kept_photo"


class PhotosInput(forms.ClearableFileInput):
    """Several files at once; on a phone also straight from the camera (static/js/photos.js)."""

    allow_multiple_selected = True
    template_name = "cases/_photos_input.html"

    def __init__(self) -> None:
        most = settings.CIVICLOOP_PHOTO_MAX_BYTES // (1024 * 1024)
        super().__init__(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic", "data-max-mb": most})


class PhotosField(forms.FileField):
    """Any number of files; what they are is found out at the evidence door."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST:
            raise forms.ValidationError(_("一次最多上传 %(most)d 张照片，请分次上传。") % {"most": MOST})
        return list(files)


def photos_of(request: HttpRequest, files: "Sequence[UploadedFile[Any]]", *, by: Person) -> list[Evidence]:
    """The photos that came with this request, and those kept from an earlier try.

    Should the request be refused later on, its transaction is rolled back; the photos are then received
    again on their own, and `kept_photos` lets the form that comes back refer to them.
    """
    found = list(Evidence.objects.filter(uid__in=_kept(request, by), received_by=by.actor_key))
    kept = {photo.uid for photo in found}
    for file in files:
        uid = uuid.uuid4()
        found.append(receive(file, by=by, id=uid))
        kept.add(uid)

        def again(file: "UploadedFile[Any]" = file, uid: uuid.UUID = uid) -> None:
            file.seek(0)
            receive(file, by=by, id=uid)

        after_rollback(request, again)
    request.kept_photos = [signing.dumps([str(uid), by.pk], salt=_SALT) for uid in kept]  # type: ignore[attr-defined]
    return found


def kept_photos(request: HttpRequest) -> list[str]:
    """Signed names of photos that a form which comes back still holds."""
    return list(getattr(request, "kept_photos", request.POST.getlist("kept_photo")))


def _kept(request: HttpRequest, by: Person) -> list[uuid.UUID]:
    found = []
    for name in request.POST.getlist("kept_photo")[:MOST]:
        try:
            uid, owner = signing.loads(name, salt=_SALT, max_age=86400)
        except signing.BadSignature:
            continue
        if owner == by.pk:
            found.append(uuid.UUID(uid))
    return found
