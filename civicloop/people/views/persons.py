"""人员: the directory, a person, and what administrators do to an account."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from civicloop.kernel.clock.now import today
from civicloop.kernel.web import page_of, show, with_query
from civicloop.people import operations
from civicloop.people.administering import covers, reach
from civicloop.people.finding import people_named, units_named
from civicloop.people.forms import (
    LISTED,
    AddPersonForm,
    EditPersonForm,
    PeopleFilter,
    ReasonForm,
    text_of_unit,
)
from civicloop.people.models import ADMINISTRATORS, Grant, Holding, Person, Role, Unit
from civicloop.people.operations.credentials import device_of, failures
from civicloop.people.seen import as_seen_by
from civicloop.people.views.asking import (
    ask,
    bound,
    forget_shown,
    only_for,
    see_other,
    show_once,
    shown_once,
    who,
)

_GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The directory: an administrator's accounts, everyone else's colleagues."""
    reader = who(request)
    form = PeopleFilter(request.GET)
    wanted = Person.objects.seen_by(reader)
    if form.is_valid():
        wanted = people_named(wanted, form.cleaned_data["q"])
        if state := form.cleaned_data["state"]:
            wanted = {
                "active": wanted.filter(is_active=True),
                "disabled": wanted.filter(is_active=False),
                "without": wanted.exclude(holdings__in=Holding.objects.on(today())),
            }[state]
    page = page_of(
        wanted.select_related("unit").with_posts(), request.GET.get("cursor", ""), order=("sort_key", "id")
    )
    return show(
        request,
        "people/people.html",
        "people/_people.html",
        {
            "form": form,
            "rows": [(person, as_seen_by(person, reader)) for person in page.rows],
            "total": wanted.order_by().count(),
            "is_administrator": bool(reader.roles & ADMINISTRATORS),
            "may_add": Role.SYSTEM_ADMIN in reader.roles,
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
            **sections(reader, "people"),
        },
    )


def sections(reader: Person, here: str) -> dict[str, Any]:
    """The second navigation of these pages, for whoever has more than one of them."""
    tabs = [("people", _("人员")), ("units", _("单位"))]
    if Role.SECURITY_ADMIN in reader.roles:
        tabs.append(("grants", _("岗位与权限")))
    return {
        "tabs": [
            {"label": label, "url": reverse(f"people:{name}"), "active": name == here} for name, label in tabs
        ]
    }


def _the_person(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(
        Person.objects.seen_by(who(request)).select_related("unit__division").with_posts(), pk=pk
    )


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, as far as this reader may know."""
    reader, found = who(request), _the_person(request, pk)
    seen = as_seen_by(found, reader)
    context: dict[str, Any] = {"person": found, "seen": seen}
    if seen.is_administered:
        context |= {
            "history": Holding.objects.filter(person=found)
            .select_related("post__unit")
            .order_by("-since", "-id"),
            "grants": Grant.objects.filter(
                post__holdings__in=Holding.objects.on(today()).filter(person=found)
            )
            .select_related("division", "line", "post__unit")
            .distinct(),
            "device": device_of(found),
            "failures": failures(found.username),
            "today": today(),
            "may_appoint": _administers(reader, Role.SECURITY_ADMIN, found),
            "moves": _moves(reader, found),
        }
    secret = shown_once(request)
    prefix = f"{found.pk}:"
    context["secret"] = secret.removeprefix(prefix) if secret.startswith(prefix) else ""
    response = render(request, "people/person.html", context)
    return forget_shown(response) if context["secret"] else response


def _administers(reader: Person, role: Role, found: Person) -> bool:
    return reader.pk != found.pk and role in reader.roles and covers(reader, role, *reach(found))


def _moves(reader: Person, found: Person) -> list[dict[str, str]]:
    """What this administrator may do to this account now."""
    moves: list[tuple[str, str, str]] = []
    if _administers(reader, Role.SYSTEM_ADMIN, found):
        moves.append(("edit_person", _("修改资料"), ""))
        moves.append(
            ("disable", _("停用账号"), "danger") if found.is_active else ("enable", _("启用账号"), "primary")
        )
    if _administers(reader, Role.SECURITY_ADMIN, found):
        moves.append(("appoint", _("任职"), "primary"))
        moves.append(("reset_password", _("重置密码"), ""))
        if device_of(found):
            moves.append(("reset_factor", _("重置动态口令"), ""))
        if failures(found.username):
            moves.append(("unlock", _("解除锁定"), ""))
    return [
        {"url": reverse(f"people:{name}", args=[found.pk]), "label": label, "tone": tone}
        for name, label, tone in moves
    ]


@_GET_POST
@only_for(Role.SYSTEM_ADMIN)
def add_person(request: HttpRequest) -> HttpResponse:
    by = who(request)

    def do(**given: Any) -> HttpResponse:
        made = operations.add_person(**given, by=by)
        said = _("账号已建立。请安全管理员为其安排岗位并发放初始密码。")
        return see_other(reverse("people:person", args=[made.pk]), said, request)

    return ask(
        request,
        AddPersonForm(
            bound(request),
            paths=by.paths(Role.SYSTEM_ADMIN),
            initial={"unit": request.GET.get("unit", "")},
        ),
        do=do,
        title=_("新增人员"),
        submit=_("建立账号"),
        back=reverse("people:people"),
        suggestions=_suggestions(by),
    )


def _suggestions(by: Person) -> list[str]:
    units = Unit.objects.within_any(by.paths(Role.SYSTEM_ADMIN)).select_related("division")
    return [text_of_unit(unit) for unit in units_named(units, "")[:LISTED]]


@_GET_POST
@only_for(Role.SYSTEM_ADMIN)
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = who(request), _the_person(request, pk)
    back = reverse("people:person", args=[pk])

    def do(**given: Any) -> HttpResponse:
        operations.edit_person(found, **given, by=by)
        return see_other(back, _("资料已修改。"), request)

    return ask(
        request,
        EditPersonForm(
            bound(request),
            paths=by.paths(Role.SYSTEM_ADMIN),
            initial={"name": found.name, "unit": text_of_unit(found.unit), "phone": found.phone},
        ),
        do=do,
        title=_("修改%(name)s的资料") % {"name": found.name},
        submit=_("保存"),
        back=back,
        suggestions=_suggestions(by),
    )


def _with_reason(
    role: Role,
    change: Callable[..., Any],
    title: Callable[[], str],
    done: Callable[[], str],
    text: Callable[[], str],
    tone: str = "primary",
) -> Callable[..., HttpResponse]:
    """A page that asks why and then does one thing to an account."""

    @_GET_POST
    @only_for(role)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        by, found = who(request), _the_person(request, pk)
        back = reverse("people:person", args=[pk])

        def do(reason: str) -> HttpResponse:
            secret = change(found, reason=reason, by=by)
            response = see_other(back, done(), request)
            return show_once(response, f"{pk}:{secret}") if isinstance(secret, str) else response

        return ask(
            request,
            ReasonForm(bound(request)),
            do=do,
            title=_("%(label)s：%(value)s") % {"label": title(), "value": found.name},
            submit=title(),
            back=back,
            text=text(),
            tone=tone,
        )

    return view


disable = _with_reason(
    Role.SYSTEM_ADMIN,
    operations.disable,
    lambda: _("停用账号"),
    lambda: _("账号已停用，登录和令牌立即失效。"),
    lambda: _("停用后不能登录，已有的登录和接口令牌立即失效；任职不变，请另行办理离任。"),
    "danger",
)
enable = _with_reason(
    Role.SYSTEM_ADMIN,
    operations.enable,
    lambda: _("启用账号"),
    lambda: _("账号已启用。"),
    lambda: _("启用后可以用原来的密码登录；以前的登录和令牌不会恢复。"),
)
unlock = _with_reason(
    Role.SECURITY_ADMIN,
    operations.unlock,
    lambda: _("解除锁定"),
    lambda: _("锁定已解除，可以马上登录。"),
    lambda: _("请先确认是本人输错了密码，而不是有人在试。"),
)
reset_password = _with_reason(
    Role.SECURITY_ADMIN,
    operations.reset_password,
    lambda: _("重置密码"),
    lambda: _("密码已重置，请把临时密码当面交给本人。"),
    lambda: _("将生成临时密码，只显示一次；本人登录后必须修改。已有的登录和接口令牌立即失效。"),
    "danger",
)
reset_factor = _with_reason(
    Role.SECURITY_ADMIN,
    operations.reset_factor,
    lambda: _("重置动态口令"),
    lambda: _("动态口令已解除绑定。"),
    lambda: _("手机丢失或更换时使用。请先当面或电话核实是本人。已有的登录立即失效。"),
    "danger",
)
