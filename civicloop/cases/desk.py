"""What of the cases waits for whom."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CaseQuerySet
from civicloop.cases.workflow import State
from civicloop.divisions.models import in_any
from civicloop.kernel.clock.now import now, today
from civicloop.kernel.desk import Section
from civicloop.people.models import Person, Role

SHOWN = 8


def desk(person: Person) -> Iterator[Section]:
    """Sections of the home page, the most pressing first; what cannot wait for this person is not there."""
    if not isinstance(person, Person):
        return
    if Role.HANDLER in person.roles:
        yield from _handler(person)
    if Role.DISPATCHER in person.roles:
        yield from _dispatcher(person)
    if Role.INSPECTOR in person.roles:
        yield from _inspector(person)
    if Role.LEADER in person.roles:
        yield from _leader(person)


def _handler(person: Person) -> Iterator[Section]:
    ours = Case.objects.filter(unit__in=person.unit_ids(Role.HANDLER))
    at = now()
    yield _section(_("已超期，请尽快整改"), ours.overdue(at).order_by("due_at"), tone="danger", due="overdue")
    yield _section(
        _("待签收"),
        ours.filter(state=State.DISPATCHED, due_at__gte=at).order_by("due_at"),
        tone="info",
        state="dispatched",
    )
    yield _section(
        _("整改中"),
        ours.filter(state=State.SIGNED, due_at__gte=at).order_by("due_at"),
        tone="busy",
        hint=_("按期限先后排列。"),
        empty=_("手上没有待整改的案件。"),
        state="signed",
    )
    yield _section(
        _("已上报整改，等待核查"),
        ours.filter(state=State.FIXED).order_by("-fixed_at"),
        tone="muted",
        state="fixed",
    )


def _dispatcher(person: Person) -> Iterator[Section]:
    mine = _of_roles(person, Role.DISPATCHER)
    at = now()
    yield _section(
        _("待立案"),
        mine.filter(state=State.REPORTED).order_by("reported_at"),
        tone="info",
        empty=_("没有等着立案的上报。"),
        state="reported",
    )
    yield _section(
        _("被退回，待重新派遣"),
        mine.filter(state=State.FILED, handed_back_by__isnull=False).order_by("reported_at"),
        tone="warn",
        state="filed",
    )
    yield _section(
        _("待派遣"),
        mine.filter(state=State.FILED, handed_back_by__isnull=True).order_by("reported_at"),
        tone="info",
        state="filed",
    )
    yield _section(
        _("核查通过，待结案"),
        mine.filter(state=State.VERIFIED).order_by("fixed_at"),
        tone="info",
        state="verified",
    )
    yield _section(
        _("回头看良好，待销号"),
        mine.filter(state=State.LOOKED_BACK).order_by("closed_at"),
        tone="ok",
        state="looked_back",
    )
    yield _section(_("责任单位已超期"), mine.overdue(at).order_by("due_at"), tone="danger", due="overdue")


def _inspector(person: Person) -> Iterator[Section]:
    mine = _of_roles(person, Role.INSPECTOR).exclude(unit__in=person.own_unit_ids)
    yield _section(
        _("待核查"),
        mine.filter(state=State.FIXED).exclude(reporter=person).order_by("fixed_at"),
        tone="info",
        hint=_("您自己上报的案件由别人核查，不在这里。"),
        empty=_("没有等着核查的案件。"),
        state="fixed",
    )
    yield _section(
        _("该回头看了"),
        mine.filter(state=State.CLOSED, look_back_on__lte=today())
        .exclude(verifier=person)
        .exclude(reporter=person)
        .order_by("look_back_on"),
        tone="warn",
        hint=_("您上报或核查过的案件由第三人回头看，不在这里。"),
        due="look_back",
    )


def _leader(person: Person) -> Iterator[Section]:
    mine = _of_roles(person, Role.LEADER)
    at = now()
    yield _section(
        _("已超期"),
        mine.overdue(at).order_by("due_at"),
        tone="danger",
        empty=_("没有超期的案件。"),
        due="overdue",
    )
    yield _section(
        _("三日内到期"),
        mine.due_between(at, at + timedelta(days=3)).order_by("due_at"),
        tone="warn",
        due="week",
    )
    yield _section(
        _("有反弹、仍在办"),
        mine.in_hand().filter(relapses__gt=0).order_by("-reported_at"),
        tone="danger",
        relapsed="on",
        state="in_hand",
    )


def _of_roles(person: Person, role: str) -> CaseQuerySet:
    """The cases that this role of the person reaches; lines included."""
    wanted = Case.objects.none()
    for standing in person.standings:
        if standing.role == role:
            reach = Case.objects.filter(in_any("place_path", [standing.path]))
            if standing.line_id is not None:
                reach = reach.filter(kind__line=standing.line_id)
            wanted = reach if wanted.query.is_empty() else wanted | reach
    return wanted


def _section(
    title: str, cases: CaseQuerySet, *, tone: str, hint: str = "", empty: str = "", **filters: Any
) -> Section:
    return Section(
        title=title,
        count=cases.order_by().count(),
        url=f"{reverse('cases:list')}?{urlencode(filters)}",
        template="cases/_desk.html",
        rows=list(cases.for_rows()[:SHOWN]),
        tone=tone,
        hint=hint,
        empty=empty,
    )
