"""Handing out files to the person whom the address was made for."""

from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from civicloop.kernel.actors import Actor
from civicloop.kernel.evidence.addresses import opened
from civicloop.kernel.evidence.kinds import BY_MIME
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.store import copy_path, original_path, store
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb

OPEN_ORIGINAL = Verb("kernel.open_original", gettext_lazy("下载原件"), facts={"uid": str, "sha256": str})

_PLACEHOLDER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240" role="img"'
    ' aria-label="{label}"><rect width="320" height="240" fill="#eef1f4"/>'
    '<g fill="none" stroke="#9aa5b1" stroke-width="6" stroke-linejoin="round">'
    '<rect x="112" y="66" width="96" height="72" rx="10"/><path d="M120 130l24-28 18 20 14-14 24 22"/>'
    '<circle cx="184" cy="88" r="7"/></g><text x="160" y="180" text-anchor="middle" font-size="18"'
    ' font-family="sans-serif" fill="#52606d">{label}</text></svg>'
)


@require_GET
def evidence(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show one copy, or download one original.  Forged, over, or another person's address: 404."""
    viewer = request.user
    if not viewer.is_authenticated or not isinstance(viewer, Actor):
        raise Http404
    asked = opened(token, for_=viewer)
    found = Evidence.objects.filter(uid=asked.uid).first() if asked else None
    if asked is None or found is None:
        raise Http404
    if asked.size == "original":
        return _guarded(_original(found, by=viewer))
    if found.is_shown:
        return _guarded(_copy(found, asked.size, asked.left))
    return _guarded(_placeholder(found))


def _copy(found: Evidence, size: str, left: int) -> HttpResponseBase:
    response = FileResponse(_bytes(copy_path(found.sha256, size)), content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{found.uid}-{size}.jpg"'
    response["Cache-Control"] = f"private, max-age={left}, immutable"
    return response


def _original(found: Evidence, *, by: Actor) -> HttpResponseBase:
    """The file as it came, never shown in the page: it may be more than a picture."""
    content = _bytes(original_path(found.sha256))
    with transaction.atomic():
        record(OPEN_ORIGINAL, about=found, by=by, facts={"uid": found.uid, "sha256": found.sha256})
    kind = BY_MIME.get(found.mime)
    name = f"{found.uid}{kind.suffix if kind else '.bin'}"
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _placeholder(found: Evidence) -> HttpResponse:
    waiting = found.state == Evidence.State.RECEIVED
    label = (
        _("照片处理中，请稍候") if waiting else _("照片无法读取") if found.is_photo else _("文件请下载查看")
    )
    response = HttpResponse(
        _PLACEHOLDER.format(label=escape(label)), content_type="image/svg+xml", status=202 if waiting else 200
    )
    response["Cache-Control"] = "private, no-store"
    if waiting:
        response["Retry-After"] = "3"
    return response


def _bytes(path: str) -> "File[bytes]":
    try:
        return store().open(path)
    except FileNotFoundError as gone:
        raise Http404 from gone


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Whatever the bytes are, the browser runs nothing from them."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Referrer-Policy"] = "no-referrer"
    return response
