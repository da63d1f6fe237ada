"""授权、任职: the pages of the security administrator."""

from datetime import date
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
from civicloop.people.finding import posts_named
from civicloop.people.forms import AppointForm, EndHoldingForm, GrantForm, NameFilter, ReasonForm
from civicloop.people.models import Grant, Holding, Person, Post, Role, Unit
from civicloop.people.views.asking import ask, bound, only_for, see_other, who
from civicloop.people.views.persons import sections

_GET_POST = require_http_methods(["GET", "HEAD", "POST"])


def _posts(request: HttpRequest) -> Any:
    """The posts that this security administrator looks after."""
    paths = who(request).paths(Role.SECURITY_ADMIN)
    return Post.objects.filter(unit__in=Unit.objects.within_any(paths)).select_related("unit")


@require_GET
@only_for(Role.SECURITY_ADMIN)
def grants(request: HttpRequest) -> HttpResponse:
    """Every post in scope, what it may do, and who holds it."""
    form = NameFilter(request.GET)
    current = Holding.objects.on(today()).select_related("person").order_by("since", "id")
    wanted = posts_named(_posts(request), form.cleaned_data["q"] if form.is_valid() else "")
    page = page_of(
        wanted.prefetch_related(
            "grants__division", "grants__line", Prefetch("holdings", current, to_attr="in_office")
        ),
        request.GET.get("cursor", ""),
        order=("unit__sort_key", "name", "id"),
    )
    return show(
        request,
        "people/grants.html",
        "people/_grants.html",
        {
            "form": form,
            "posts": page.rows,
            "total": wanted.order_by().count(),
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
            **sections(who(request), "grants"),
        },
    )


@_GET_POST
@only_for(Role.SECURITY_ADMIN)
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    by, post = who(request), get_object_or_404(_posts(request), pk=pk)
    back = reverse("people:unit", args=[post.unit_id])

    def do(**given: Any) -> HttpResponse:
        operations.grant(post, **given, by=by)
        return see_other(back, _("权限已授予，下一次操作起生效。"), request)

    return ask(
        request,
        GrantForm(
            bound(request),
            paths=by.paths(Role.SECURITY_ADMIN),
            initial={"division": post.unit.division.code},
        ),
        do=do,
        title=_("授权：%(post)s") % {"post": post},
        submit=_("授予权限"),
        back=back,
    )


@_GET_POST
@only_for(Role.SECURITY_ADMIN)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    by = who(request)
    given = get_object_or_404(
        Grant.objects.filter(post__in=_posts(request)).select_related("post__unit", "division", "line"), pk=pk
    )
    back = reverse("people:unit", args=[given.post.unit_id])

    def do(reason: str) -> HttpResponse:
        operations.withdraw(given, reason=reason, by=by)
        return see_other(back, _("权限已收回，下一次操作起生效。"), request)

    return ask(
        request,
        ReasonForm(bound(request)),
        do=do,
        title=_("收回权限：%(post)s") % {"post": given.post},
        submit=_("收回权限"),
        back=back,
        text=f"{given.get_role_display()} · {given.division} · {given.line or _('全部条线')}",
        tone="danger",
    )


@_GET_POST
@only_for(Role.SECURITY_ADMIN)
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a post; `?q=` narrows what is offered to units of that name."""
    by = who(request)
    person = get_object_or_404(Person.objects.seen_by(by).select_related("unit"), pk=pk)
    back = reverse("people:person", args=[pk])
    search = NameFilter(request.GET)
    words = search.cleaned_data["q"] if search.is_valid() else ""
    posts = _posts(request).order_by("unit__sort_key", "name")
    shown = posts_named(posts, words)
    if not words and person.unit_id:
        shown = posts.filter(unit=person.unit_id) or posts

    def do(post: Post, since: date, until: date | None, acting: bool) -> HttpResponse:
        operations.appoint(person, post=post, since=since, until=until, acting=acting, by=by)
        return see_other(back, _("任职已登记。"), request)

    return ask(
        request,
        AppointForm(bound(request), posts=posts, shown=shown),
        do=do,
        title=_("任职：%(name)s") % {"name": person.name},
        submit=_("登记任职"),
        back=back,
        template="people/appoint.html",
        search=search,
    )


@_GET_POST
@only_for(Role.SECURITY_ADMIN)
def end_holding(request: HttpRequest, pk: int) -> HttpResponse:
    by = who(request)
    holding = get_object_or_404(
        Holding.objects.filter(post__in=_posts(request)).select_related("person", "post__unit"), pk=pk
    )
    back = reverse("people:person", args=[holding.person_id])

    def do(until: date, reason: str) -> HttpResponse:
        operations.end_holding(holding, until=until, reason=reason, by=by)
        return see_other(back, _("离任已登记。"), request)

    return ask(
        request,
        EndHoldingForm(bound(request)),
        do=do,
        title=_("离任：%(name)s · %(post)s") % {"name": holding.person, "post": holding.post},
        submit=_("登记离任"),
        back=back,
        tone="danger",
    )
