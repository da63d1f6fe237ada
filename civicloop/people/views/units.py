"""单位、岗位: the register, and what the system administrator changes in it."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from civicloop.kernel.clock.now import today
from civicloop.kernel.web import page_of, show, with_query
from civicloop.people import operations
from civicloop.people.administering import covers
from civicloop.people.finding import units_named
from civicloop.people.forms import NameFilter, PostForm, UnitForm, text_of_unit
from civicloop.people.models import ADMINISTRATORS, Holding, Person, Role, Unit
from civicloop.people.views.asking import ask, bound, only_for, see_other, who
from civicloop.people.views.persons import sections

_GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """The units that this reader sees."""
    reader = who(request)
    form = NameFilter(request.GET)
    wanted = units_named(Unit.objects.seen_by(reader), form.cleaned_data["q"] if form.is_valid() else "")
    page = page_of(
        wanted.select_related("division").prefetch_related("lines"),
        request.GET.get("cursor", ""),
        order=("sort_key", "id"),
    )
    return show(
        request,
        "people/units.html",
        "people/_units.html",
        {
            "form": form,
            "units": page.rows,
            "total": wanted.order_by().count(),
            "may_add": Role.SYSTEM_ADMIN in reader.roles,
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
            **sections(reader, "units"),
        },
    )


def _the_unit(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.seen_by(who(request)).select_related("division"), pk=pk)


@require_GET
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: its posts, what they may do, and who holds them."""
    reader, found = who(request), _the_unit(request, pk)
    current = Holding.objects.on(today()).filter(person__is_active=True).select_related("person")
    posts = (
        found.posts.prefetch_related("grants__division", "grants__line")
        .prefetch_related(Prefetch("holdings", current.order_by("since", "id"), to_attr="in_office"))
        .order_by("name", "id")
    )
    return show(
        request,
        "people/unit.html",
        "people/_unit.html",
        {
            "unit": found,
            "text_of_unit": text_of_unit(found),
            "posts": posts,
            "shows_grants": bool(reader.paths(*ADMINISTRATORS)) and _is_administered(reader, found),
            "may_edit": covers(reader, Role.SYSTEM_ADMIN, found.place_path),
            "may_grant": covers(reader, Role.SECURITY_ADMIN, found.place_path),
        },
    )


def _is_administered(reader: Person, found: Unit) -> bool:
    return any(found.place_path.startswith(path) for path in reader.paths(*ADMINISTRATORS))


@_GET_POST
@only_for(Role.SYSTEM_ADMIN)
def add_unit(request: HttpRequest) -> HttpResponse:
    by = who(request)

    def do(**given: Any) -> HttpResponse:
        made = operations.add_unit(**given, by=by)
        return see_other(reverse("people:unit", args=[made.pk]), _("单位已建立，请接着设立岗位。"), request)

    return ask(
        request,
        UnitForm(bound(request), paths=by.paths(Role.SYSTEM_ADMIN)),
        do=do,
        title=_("新增单位"),
        submit=_("建立单位"),
        back=reverse("people:units"),
    )


@_GET_POST
@only_for(Role.SYSTEM_ADMIN)
def edit_unit(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = who(request), _the_unit(request, pk)
    back = reverse("people:unit", args=[pk])

    def do(**given: Any) -> HttpResponse:
        operations.edit_unit(found, **given, by=by)
        return see_other(back, _("单位已修改。"), request)

    return ask(
        request,
        UnitForm(
            bound(request),
            paths=by.paths(Role.SYSTEM_ADMIN),
            initial={
                "name": found.name,
                "kind": found.kind,
                "division": found.division.code,
                "lines": [line.pk for line in found.lines.all()],
            },
        ),
        do=do,
        title=_("修改单位：%(name)s") % {"name": found.name},
        submit=_("保存"),
        back=back,
    )


@_GET_POST
@only_for(Role.SYSTEM_ADMIN)
def add_post(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = who(request), _the_unit(request, pk)
    back = reverse("people:unit", args=[pk])

    def do(name: str) -> HttpResponse:
        operations.add_post(found, name=name, by=by)
        return see_other(back, _("岗位已设立。请安全管理员授予权限、安排任职。"), request)

    return ask(
        request,
        PostForm(bound(request)),
        do=do,
        title=_("为%(name)s设立岗位") % {"name": found.name},
        submit=_("设立岗位"),
        back=back,
    )
