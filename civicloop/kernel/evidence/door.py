"""The one door for files, whichever way they come: form, API, offline, import, e-mail."""

import tempfile
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence import derive, documents, exif, opening
from civicloop.kernel.evidence.exif import NOTHING_SAID
from civicloop.kernel.evidence.kinds import BY_MIME, DOCUMENTS, HEAD, PDF, PHOTOS, ZIP, Kind, sniff, stranger
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.names import safe_name
from civicloop.kernel.evidence.store import CHUNK, fingerprint, keep, original_path
from civicloop.kernel.later import later
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb

PHOTO_MAX_BYTES = 20 * 1024 * 1024
DOCUMENT_MAX_BYTES = 50 * 1024 * 1024
IN_MEMORY = 1024 * 1024  # larger files wait on disk while they are looked at

RECEIVE = Verb(
    "kernel.receive_evidence", gettext_lazy("收到佐证材料"), facts={"uid": str, "sha256": str, "size": int}
)


class Upload(Protocol):
    """Anything that can be read: Django's uploads, open files, BytesIO."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Seen:
    """What the door found out about a file."""

    kind: Kind
    width: int | None = None
    height: int | None = None
    shot: exif.Shot = NOTHING_SAID


def receive(
    upload: Upload,
    *,
    by: Actor,
    id: uuid.UUID | None = None,
    kinds: Collection[Kind] = PHOTOS,
    name: str | None = None,
    at_once: bool = False,
) -> Evidence:
    """Take in one file: look at it, keep its bytes for good, write its row and its trail.

    id       the client's own id: the same file under it again is the same row, another file is refused
    kinds    what the caller lets in: PHOTOS, DOCUMENTS or both
    name     the sender's name for the file, for people to read; `upload.name` if there is one
    at_once  make the copies now instead of by the worker; for imports of small pictures

    Raises `Refused` with a sentence that names the file; nothing is kept then.  The bytes are on disk
    before the row is committed; if the transaction fails they stay as an unnamed file, which does no harm.
    """
    uid = id or uuid.uuid4()
    called = safe_name(name if name is not None else getattr(upload, "name", ""))
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content, _naming(called):
        size = _spool(upload, content, kinds)
        seen = look(content, size=size, kinds=kinds)
        sha256 = fingerprint(content)
        before = Evidence.objects.filter(uid=uid).first()
        if before is not None:
            return _same(before, sha256)
        keep(original_path(sha256), content, size=size)
        row = Evidence(
            uid=uid,
            sha256=sha256,
            size=size,
            mime=seen.kind.mime,
            width=seen.width,
            height=seen.height,
            original_name=called,
            received_at=now(),
            received_by=by.actor_key,
            taken_at=seen.shot.taken_at,
            exif_longitude=seen.shot.longitude,
            exif_latitude=seen.shot.latitude,
            state=Evidence.State.RECEIVED if seen.kind in PHOTOS else Evidence.State.KEPT,
        )
        if at_once and row.is_photo:
            with _broken_is_refused():
                derive.make_copies(row, content)
        return _written(row, by=by)


def look(content: IO[bytes], *, size: int, kinds: Collection[Kind] = PHOTOS) -> Seen:
    """Find out what a file is by opening it; writes nothing.  `content` is seekable, `size` bytes long."""
    if size == 0:
        raise Refused(_("是空文件，没有内容。请重新选择后上传。"))
    content.seek(0)
    head = content.read(HEAD)
    found = sniff(head)
    if found == ZIP and not DOCUMENTS.isdisjoint(kinds):
        found = documents.office_kind(content)
    if not isinstance(found, Kind) or found not in kinds:
        raise Refused(_not_let_in(head, kinds))
    if size > max_bytes({found}):
        raise Refused(_too_heavy({found}))
    if found is PDF:
        documents.check_pdf(content, size)
    return _look_at_photo(content, found) if found in PHOTOS else Seen(found)


def max_bytes(kinds: Collection[Kind]) -> int:
    """The largest size in bytes that any of these kinds may have."""
    photo = int(getattr(settings, "CIVICLOOP_PHOTO_MAX_BYTES", PHOTO_MAX_BYTES))
    document = int(getattr(settings, "CIVICLOOP_DOCUMENT_MAX_BYTES", DOCUMENT_MAX_BYTES))
    return max(photo if kind in PHOTOS else document for kind in kinds)


def _look_at_photo(content: IO[bytes], kind: Kind) -> Seen:
    with _broken_is_refused(), opening.opened(content, kind) as image:
        shot = exif.read(image, zone=timezone.get_default_timezone())
        width, height = image.size
        opening.check_whole(image, kind)
    if shot.orientation >= 5:
        width, height = height, width
    return Seen(kind, width, height, shot)


def _spool(upload: Upload, content: IO[bytes], kinds: Collection[Kind]) -> int:
    """Copy the upload in pieces, and stop as soon as it is too large."""
    limit, size = max_bytes(kinds), 0
    claimed = getattr(upload, "size", None)
    if isinstance(claimed, int) and claimed > limit:
        raise Refused(_too_heavy(kinds))
    seek: Any = getattr(upload, "seek", None)
    if callable(seek) and getattr(upload, "seekable", lambda: True)():
        seek(0)
    while chunk := upload.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise Refused(_too_heavy(kinds))
        content.write(chunk)
    return size


def _written(row: Evidence, *, by: Actor) -> Evidence:
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Two requests with one id at once: the other was first, and its row is ours if its bytes are.
            first = Evidence.objects.filter(uid=row.uid).first()
            if first is None:
                raise
            return _same(first, row.sha256)
        record(RECEIVE, about=row, by=by, facts={"uid": row.uid, "sha256": row.sha256, "size": row.size})
        if row.state == Evidence.State.RECEIVED:
            later("kernel.derive_evidence", queue="evidence", id=row.pk)
    return row


def _same(before: Evidence, sha256: str) -> Evidence:
    if before.sha256 != sha256:
        raise Refused(_("与先前用同一编号上传的文件内容不同，没有保存。请作为新的文件重新上传。"))
    return before


@contextmanager
def _broken_is_refused() -> Iterator[None]:
    try:
        yield
    except opening.Cut as cut:
        raise Refused(_("没有传完整，只收到一部分。请在网络稳定时重新上传。")) from cut
    except opening.Unreadable as broken:
        raise Refused(_("已损坏，打不开。请重新拍照或重新选择原文件后上传。")) from broken


@contextmanager
def _naming(called: str) -> Iterator[None]:
    """Begin each refusal with the file it is about."""
    try:
        yield
    except Refused as no:
        subject = _("文件“%(name)s”") % {"name": called} if called else _("这个文件")
        raise type(no)(_("%(subject)s%(says)s") % {"subject": subject, "says": no}) from no.__cause__


def _not_let_in(head: bytes, kinds: Collection[Kind]) -> str:
    asked = (
        _("JPEG、PNG、WebP 或 HEIC 照片") if PHOTOS.issuperset(kinds) else _("照片或 PDF、DOCX、XLSX 文档")
    )
    if DOCUMENTS.issuperset(kinds):
        asked = _("PDF、DOCX 或 XLSX 文档")
    what = sniff(head)
    called = BY_MIME[what.mime].name.upper() if isinstance(what, Kind) else stranger(head)
    if called:
        return _("其实是%(what)s，这里只接收%(asked)s。请重新选择后上传。") % {"what": called, "asked": asked}
    return _("不是照片，也认不出是什么文件，这里只接收%(asked)s。请重新选择后上传。") % {"asked": asked}


def _too_heavy(kinds: Collection[Kind]) -> str:
    return _("太大，最多 %(megabytes)d MB。请压缩或调低照片尺寸后上传。") % {
        "megabytes": max_bytes(kinds) // (1024 * 1024)
    }
