"""Pages of the import; for dispatchers only, and each sees only what they uploaded themselves."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civicloop.cases import loads
from civicloop.cases.forms_load import MapForm, ReadingForm, UploadForm
from civicloop.cases.loading_preview import WIDEST
from civicloop.cases.models import Load
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import show, status_of, with_query
from civicloop.people.models import Person, Role

View = Callable[..., HttpResponseBase]
_EARLIER = 20
_PAGE = 50  # problems
TONES = {
    Load.State.DRAFT: "info",
    Load.State.RUNNING: "busy",
    Load.State.DONE: "ok",
    Load.State.FAILED: "danger",
}


def _dispatchers(view: View) -> View:
    """For anyone else the page does not exist."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if Role.DISPATCHER not in _person(request).roles:
            raise Http404
        return view(request, *args, **kwargs)

    asked.roles = frozenset({Role.DISPATCHER})  # type: ignore[attr-defined]  # read by the matrix
    return asked


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the door lets nobody else in
    return request.user


def _own(request: HttpRequest, key: uuid.UUID) -> Load:
    return get_object_or_404(Load.objects.seen_by(_person(request)), key=key)


def _see(load: Load) -> HttpResponse:
    response = redirect("cases:load_preview", load.key)
    response.status_code = 303
    return response


@require_http_methods(["GET", "POST"])
@_dispatchers
def load(request: HttpRequest) -> HttpResponse:
    """Upload a table; the preview follows."""
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                return _see(loads.take(file.file, file.name, by=_person(request)))
            except Refused as no:
                form.add_error("file", str(no))
    earlier = Load.objects.seen_by(_person(request)).defer("preview", "map")[:_EARLIER]
    context = {"form": form, "earlier": [(one, TONES[Load.State(one.state)]) for one in earlier]}
    return show(request, "cases/load.html", "cases/_load.html", context, status=status)


@require_http_methods(["GET", "POST"])
@_dispatchers
def load_preview(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One load: preview and map, progress, or report, as far as it has come."""
    mine = _own(request, key)
    if request.method == "GET":
        return _show(request, mine)
    if "read_anew" in request.POST:
        return _read_anew(request, mine)
    form = MapForm(request.POST, load=mine, person=_person(request))
    status = 422
    if form.is_valid():
        try:
            loads.rehearse(mine, form.to_map(), by=_person(request))
            return _see(mine)
        except Refused as no:
            form.add_error(None, str(no))
            status = status_of(no)
    return _show(request, mine, form=form, status=status)


def _read_anew(request: HttpRequest, mine: Load) -> HttpResponse:
    reading = ReadingForm(request.POST, load=mine)
    status = 422
    if reading.is_valid():
        try:
            loads.read_anew(mine, **reading.chosen())
            return _see(mine)
        except Refused as no:
            reading.add_error(None, str(no))
            status = status_of(no)
    return _show(request, mine, reading=reading, status=status)


@require_POST
@_dispatchers
def load_start(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Confirm: from here on the worker brings the rows in."""
    mine = _own(request, key)
    try:
        loads.start(mine, by=_person(request), fingerprint=request.POST.get("map", ""))
    except Refused as no:
        mine.refresh_from_db()
        return _show(request, mine, refusal=str(no), status=status_of(no))
    return _see(mine)


@require_safe
@_dispatchers
def load_unplaced(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The rows that stayed out, with reasons, as XLSX."""
    mine = _own(request, key)
    file = loads.unplaced_file(mine)
    if file is None:
        raise Http404
    name = _("%(name)s 未导入.xlsx") % {"name": mine.filename.rpartition(".")[0] or mine.filename}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


def _show(
    request: HttpRequest,
    mine: Load,
    *,
    form: MapForm | None = None,
    reading: ReadingForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    is_open = mine.state in {Load.State.DRAFT, Load.State.FAILED}
    report = mine.told if is_open else mine.report
    start = _start(request)
    problems = (report or {}).get("problems", [])
    context: dict[str, Any] = {
        "load": mine,
        "tone": TONES[Load.State(mine.state)],
        "is_open": is_open,
        "is_still": now() - mine.stirred_at > loads.STILL / 3,
        "percent": min(100, mine.done * 100 // mine.total) if mine.total else 0,
        "report": report,
        "problems": problems[start : start + _PAGE],
        "previous_url": with_query(request.GET, start=max(0, start - _PAGE) or None) if start else "",
        "next_url": with_query(request.GET, start=start + _PAGE) if len(problems) > start + _PAGE else "",
        "has_unplaced": bool(report and report["unplaced"]) and loads.unplaced_file(mine) is not None,
        "refusal": refusal,
        "fingerprint": loads.map_fingerprint(mine),
        "cases_url": reverse("cases:list") + "?source=import",
        "url": reverse("cases:load_preview", args=[mine.key]),
    }
    if is_open:
        context |= {
            "form": form or MapForm(load=mine, person=_person(request)),
            "reading": reading or ReadingForm(load=mine),
            "preview": mine.preview,
            "head": mine.preview["header"][:WIDEST],
            "more_columns": max(0, len(mine.preview["header"]) - WIDEST),
            "facts": _facts(mine),
            "map_json": json.dumps(mine.map, ensure_ascii=False, indent=1) if mine.map else "",
        }
    return show(request, "cases/load_preview.html", "cases/_load_preview.html", context, status=status)


def _start(request: HttpRequest) -> int:
    asked = request.GET.get("start", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else 0


def _facts(mine: Load) -> list[dict[str, Any]]:
    preview = mine.preview
    return [
        {"label": _("工作表"), "value": preview["sheet"]},
        {"label": _("文字编码"), "value": (preview["encoding"] or "").upper()},
        {"label": _("表头在第几行"), "value": preview["header_number"], "kind": "num"},
        {"label": _("行数"), "value": preview["rows"], "kind": "num"},
        {"label": _("列数"), "value": len(preview["header"]), "kind": "num"},
    ]
