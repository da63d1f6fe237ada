"""Pages of places."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe

from civicloop.divisions import drafts, operations
from civicloop.divisions import outlines as shapes
from civicloop.divisions.boundaries import SYSTEMS
from civicloop.divisions.forms import (
    BoundariesForm,
    LoadForm,
    NewSiteForm,
    SearchForm,
    SiteFilter,
    SiteForm,
)
from civicloop.divisions.loading import levels
from civicloop.divisions.models import Division, Draft, Level, Site
from civicloop.divisions.rights import (
    KEEPS_SITES,
    LOADS_PLACES,
    SEES_SITES,
    is_within,
    only,
    reach,
    viewer,
)
from civicloop.divisions.slots import DIVISION_UNITS, SITE_CASES
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import history
from civicloop.kernel.web import page_of, show, status_of, with_query

FOUND, SUGGESTED, SITES_ON_MAP, SITES_OF_DIVISION = 100, 20, 5000, 10


# The tree


@require_safe
def divisions(request: HttpRequest) -> HttpResponse:
    """The tree from where the reader's posts are, or what a search finds."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if words:
        found = Division.objects.called(words).select_related("parent__parent").order_by("path")
        rows = list(found[: FOUND + 1])
        context = {"form": form, "words": words, "found": rows[:FOUND], "more": len(rows) > FOUND}
        return show(request, "divisions/divisions.html", "divisions/_found.html", context)
    starts = list(_starts(request))
    if len(starts) == 1:
        return division(request, starts[0].code)
    context = {"form": form, "children": _counted(Division.objects.filter(pk__in=[one.pk for one in starts]))}
    return show(request, "divisions/divisions.html", "divisions/_children.html", context)


def _starts(request: HttpRequest) -> QuerySet[Division]:
    """The topmost divisions of the reader's posts; for those without any, the top of the tree."""
    paths = sorted({one.path for one in viewer(request).standings})
    tops = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    return Division.objects.filter(path__in=tops) if tops else Division.objects.filter(parent=None)


def _counted(rows: QuerySet[Division]) -> QuerySet[Division]:
    return rows.annotate(below=Count("children")).order_by("path")


@require_safe
def division(request: HttpRequest, code: str) -> HttpResponse:
    """One division: where it lies, what lies in it."""
    place = get_object_or_404(Division, code=code)
    children = list(_counted(place.children.all()))
    seen = Site.objects.seen_by(viewer(request)).within_any([place.path])
    context = {
        "division": place,
        "form": SearchForm(),
        "above": Division.objects.above(place.path),
        "children": children,
        "below_label": Level(children[0].level).label if children else "",
        "facts": [
            {"label": _("代码"), "value": place.code, "kind": "code"},
            {"label": _("层级"), "value": place.get_level_display()},
            {"label": _("来源"), "value": place.source},
        ],
        "bounds": shapes.bounds(place.code),
        "site_count": seen.count(),
        "sites": seen.select_related("type")[:SITES_OF_DIVISION],
        "sees_sites": bool(SEES_SITES & viewer(request).roles),
        "parts": [filling(place, viewer(request)) for filling in DIVISION_UNITS],
        "may_load": bool(LOADS_PLACES & viewer(request).roles),
    }
    return show(request, "divisions/division.html", "divisions/_division.html", context)


@require_safe
@cache_control(private=True, no_cache=True)
@conditional_page
def outlines(request: HttpRequest) -> HttpResponse:
    """GeoJSON of district outlines for maps, sent again only when changed; `within` narrows it."""
    content = shapes.geojson(_digits(request.GET.get("within", "")))
    return HttpResponse(content, content_type="application/geo+json")


def _digits(text: str) -> str:
    return text if re.fullmatch("[0-9]{1,15}", text) else ""


# Choosing a division


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The control of `ChooseDivision` once more, with its selects; `pick` is what was just chosen."""
    asked = request.GET
    name, field = _name(asked.get("name", "")), _name(asked.get("id", ""))
    value = asked.get("pick", asked.get("value", ""))[:80]
    chosen = Division.objects.filter(code=_digits(value)).first() if _digits(value) else None
    within = Division.objects.filter(code=_digits(asked.get("within", ""))).first()
    starts = [within] if within else list(_starts(request))
    widget = {"name": name, "value": value, "attrs": {"id": field, "maxlength": "80"}}
    context = {
        "widget": widget,
        "steps": _steps(starts, chosen),
        "chosen": chosen,
        "query": "",
        "within": asked.get("within", ""),
    }
    return render(request, "divisions/_choose_division.html", context)


def _name(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]{1,60}", text) else "division"


def _steps(starts: list[Division], chosen: Division | None) -> list[dict[str, Any]]:
    """One select for each level from the start down to below what is chosen."""
    line = list(Division.objects.above(chosen.path)) if chosen else []
    start = next((one for one in starts if chosen and chosen.path.startswith(one.path)), None)
    if start is None and len(starts) == 1:
        start = starts[0]
    steps = []
    if len(starts) > 1:
        steps.append(_step(starts, start, "", _("范围")))
    while start is not None:
        options = list(start.children.order_by("path"))
        if not options:
            break
        picked = next((one for one in line if one.parent_id == start.pk), None)
        steps.append(_step(options, picked, start.code, str(Level(options[0].level).label)))
        start = picked
    return steps


def _step(options: list[Division], picked: Division | None, whole: str, label: str) -> dict[str, Any]:
    return {"options": options, "picked": picked.code if picked else "", "whole": whole, "label": label}


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for what has been typed so far into the field named by `for`."""
    words = request.GET.get(request.GET.get("for", "q"), "")[:40]
    tops = [one.path for one in _starts(request)]
    found = Division.objects.within_any(tops).called(words).select_related("parent__parent")
    return render(request, "divisions/_suggested.html", {"found": found.order_by("path")[:SUGGESTED]})


# Bringing places in


@only(LOADS_PLACES)
def load(request: HttpRequest) -> HttpResponse:
    """Upload a list of divisions; a preview follows."""
    form = LoadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            draft = drafts.prepare_divisions(
                file.file, file.name, by=viewer(request), only=form.cleaned_data["only"]
            )
        except Refused as no:
            form.add_error("file", str(no))
        else:
            return _see(reverse("divisions:loaded", args=[draft.pk]))
    status = 422 if request.method == "POST" else 200
    return show(request, "divisions/load.html", "divisions/_load.html", {"form": form}, status=status)


@only(LOADS_PLACES)
def load_boundaries(request: HttpRequest) -> HttpResponse:
    """Upload outlines; the report follows."""
    form = BoundariesForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                draft = drafts.take_boundaries(
                    file.file, file.name, by=viewer(request), system=form.cleaned_data["system"]
                )
            except Refused as no:
                form.add_error("file", str(no))
            else:
                return _see(reverse("divisions:loaded", args=[draft.pk]))
    context = {"form": form}
    return show(
        request, "divisions/load_boundaries.html", "divisions/_load_boundaries.html", context, status=status
    )


@require_safe
@only(LOADS_PLACES)
def loaded(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """What a load would do, or what it did."""
    return _show_draft(request, _own(request, draft))


@require_POST
@only(LOADS_PLACES)
def confirm_load(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Do what the preview said."""
    mine = _own(request, draft)
    try:
        drafts.confirm_divisions(mine, by=viewer(request))
    except Refused as no:
        mine.refresh_from_db()
        return _show_draft(request, mine, refusal=str(no), status=status_of(no))
    messages.success(request, _("区划已载入。"))
    return _see(reverse("divisions:loaded", args=[mine.pk]))


def _own(request: HttpRequest, draft: uuid.UUID) -> Draft:
    return get_object_or_404(Draft, pk=draft, made_by=viewer(request).actor_key)


def _show_draft(request: HttpRequest, draft: Draft, *, refusal: str = "", status: int = 200) -> HttpResponse:
    told_rows = draft.rows[:20]
    context = {
        "draft": draft,
        "report": draft.report,
        "levels": levels(draft.report.get("added", {})),
        "first": [cells for _number, cells, *_rest in told_rows],
        "refusal": refusal,
        "is_divisions": draft.kind == drafts.DIVISIONS,
    }
    return show(request, "divisions/loaded.html", "divisions/_loaded.html", context, status=status)


def _see(url: str) -> HttpResponse:
    """After something was done: look there."""
    response = redirect(url)
    response.status_code = 303
    return response


# Sites


def _chosen_sites(request: HttpRequest) -> tuple[SiteFilter, QuerySet[Site]]:
    rows = Site.objects.seen_by(viewer(request))
    form = SiteFilter(request.GET)
    if form.is_valid():
        if words := form.cleaned_data["q"]:
            rows = rows.called(words)
        if form.cleaned_data["type"]:
            rows = rows.filter(type=form.cleaned_data["type"])
        if place := form.cleaned_data["place"]:
            rows = rows.within_any([place.path])
    return form, rows


@require_safe
@only(SEES_SITES)
def sites(request: HttpRequest) -> HttpResponse:
    """The register of sites."""
    form, rows = _chosen_sites(request)
    page = page_of(
        rows.select_related("type", "division__parent"),
        request.GET.get("cursor", ""),
        order=("place_path", "sort_key", "id"),
    )
    context = {
        "form": form,
        "page": page,
        "total": rows.count(),
        "next_url": with_query(request.GET, cursor=None) + "&cursor=" + page.next if page.next else "",
        "previous_url": with_query(request.GET, cursor=None) + "&cursor=" + page.previous
        if page.previous
        else "",
        "may_add": bool(KEEPS_SITES & viewer(request).roles),
        "points": reverse("divisions:site_points") + with_query(request.GET),
        "areas": reverse("divisions:outlines") + "?within=" + _start_code(request),
        "bounds": shapes.bounds(_start_code(request)),
    }
    return show(request, "divisions/sites.html", "divisions/_sites.html", context)


def _start_code(request: HttpRequest) -> str:
    starts = list(_starts(request)[:2])
    return starts[0].code if len(starts) == 1 else ""


@require_safe
@only(SEES_SITES)
def site_points(request: HttpRequest) -> HttpResponse:
    """The same sites as GeoJSON points."""
    _form, rows = _chosen_sites(request)
    found = rows.filter(longitude__isnull=False).values_list("code", "name", "longitude", "latitude")
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "url": reverse("divisions:site", args=[code])},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for code, name, longitude, latitude in found[:SITES_ON_MAP]
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(content, content_type="application/geo+json")


@require_safe
@only(SEES_SITES)
def site(request: HttpRequest, code: str) -> HttpResponse:
    """One site, and what later apps know of it."""
    rows = Site.objects.seen_by(viewer(request)).select_related("type", "division")
    one = get_object_or_404(rows, code=code)
    context = {
        "site": one,
        "above": Division.objects.above(one.place_path),
        "facts": _facts(one),
        "here": "" if one.longitude is None else f"{one.longitude:.6f},{one.latitude:.6f}",
        "areas": reverse("divisions:outlines") + f"?within={one.division.code}",
        "may_change": is_within(one.place_path, reach(viewer(request), KEEPS_SITES)),
        "history": history(one),
        "parts": [filling(one, viewer(request)) for filling in SITE_CASES],
    }
    return show(request, "divisions/site.html", "divisions/_site.html", context)


def _facts(one: Site) -> list[dict[str, Any]]:
    position = "" if one.longitude is None else f"{one.longitude:.6f}, {one.latitude:.6f}"
    system = dict(SYSTEMS).get(one.position_system, one.position_system)
    return [
        {"label": _("编号"), "value": one.code, "kind": "code"},
        {"label": _("类型"), "value": one.type.title},
        {
            "label": _("属地"),
            "value": one.division.full_name,
            "href": reverse("divisions:division", args=[one.division.code]),
        },
        {"label": _("地址"), "value": one.address},
        {"label": _("经纬度（WGS-84）"), "value": position, "kind": "num"},
        {"label": _("原坐标系"), "value": system if position else ""},
    ]


@only(KEEPS_SITES)
def add_site(request: HttpRequest) -> HttpResponse:
    """新增点位."""
    form = NewSiteForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
            try:
                one = operations.add_site(by=viewer(request), **given)
            except Refused as no:
                form.add_error(None, str(no))
            else:
                messages.success(request, _("点位“%(name)s”已登记。") % {"name": one.name})
                return _see(reverse("divisions:site", args=[one.code]))
    return _site_form(request, form, {"cancel_url": reverse("divisions:sites")}, status)


@only(KEEPS_SITES)
def change_site(request: HttpRequest, code: str) -> HttpResponse:
    """修改点位."""
    one = get_object_or_404(
        Site.objects.kept_by(viewer(request)).select_related("division", "type"), code=code
    )
    form = SiteForm(request.POST or None, initial=_initial(one))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.change_site(one, by=viewer(request), **form.cleaned_data)
            except Refused as no:
                form.add_error(None, str(no))
                status = status_of(no)
            else:
                messages.success(request, _("点位已修改。"))
                return _see(reverse("divisions:site", args=[one.code]))
    context = {"site": one, "cancel_url": reverse("divisions:site", args=[one.code])}
    return _site_form(request, form, context, status)


def _initial(one: Site) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type_id,
        "division": one.division,
        "address": one.address,
        "longitude": one.longitude,
        "latitude": one.latitude,
        "seen": one.fingerprint,
    }


def _site_form(request: HttpRequest, form: SiteForm, context: Mapping[str, Any], status: int) -> HttpResponse:
    code = _start_code(request)
    full = {
        "form": form,
        "areas": reverse("divisions:outlines") + f"?within={code}",
        "bounds": shapes.bounds(code),
        **context,
    }
    return show(request, "divisions/site_form.html", "divisions/_site_form.html", full, status=status)
