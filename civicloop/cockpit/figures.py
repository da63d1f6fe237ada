"""The figures of the cockpit.  Each counts exactly the rows that its address shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left, Length, TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from civicloop.cases.filters import filtered, midnight
from civicloop.cases.models import Case, CaseQuerySet
from civicloop.cases.workflow import DONE, IN_HAND, WITH_UNIT, State
from civicloop.divisions.models import LABEL, Division, Level
from civicloop.divisions.outlines import geojson
from civicloop.kernel.clock.now import now, today
from civicloop.people.models import Person
from civicloop.standards.models import ProblemKind

WEEKS = 12
RECENT_DAYS = 30
DISTRICT_DEPTH = 3 * LABEL  # of a path: province, city, district
KINDS = 12


@dataclass(frozen=True)
class Figure:
    """A number, what it means, and the address of the rows behind it."""

    label: str
    value: int
    meaning: str
    url: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Rate:
    """A share of cases: both numbers, never only the percentage; None where nothing was counted.

    url  opens the cases that the share lacks: `failed` of them
    """

    label: str
    part: int
    whole: int
    meaning: str
    url: str

    @property
    def failed(self) -> int:
        return self.whole - self.part

    @property
    def percent(self) -> str | None:
        return f"{100 * self.part / self.whole:.1f}%" if self.whole else None


@dataclass(frozen=True)
class Line:
    """One row of a breakdown: a place or a kind of problem with its counts and their addresses."""

    name: str
    drill: str
    counts: Sequence[tuple[int, str, str]]  # value, address, tone
    share: float = 0


@dataclass(frozen=True)
class Cockpit:
    place: Division | None
    figures: Sequence[Figure]
    rates: Sequence[Rate]
    places: Sequence[Line]
    kinds: Sequence[Line]
    weeks: Sequence[dict[str, Any]]
    above: Sequence[Division]

    @property
    def within(self) -> str:
        """The query that narrows outlines to the place."""
        return f"?within={self.place.code}" if self.place else ""

    @property
    def points_url(self) -> str:
        """The cases in hand, for the map."""
        return rows_url(self.place, at="cases:points", state="in_hand")


def cockpit_of(person: Person, place: Division | None) -> Cockpit:
    """All figures for the cases that this person may see, in one place or wherever the person may look."""
    cases = filtered(Case.objects.seen_by(person), {"place": place})
    at = now()
    return Cockpit(
        place=place,
        figures=_figures(cases, place, at),
        rates=_rates(cases, place),
        places=_places(cases, place, at),
        kinds=_kinds(cases, place, at),
        weeks=_weeks(cases, place),
        above=list(Division.objects.above(place.path[:-LABEL])) if place else [],
    )


def rows_url(place: Division | None, at: str = "cases:list", **by: Any) -> str:
    """The list of cases (or what else is `at`) with these filters, in this place."""
    if place is not None:
        by = {"place": place.code} | by
    return f"{reverse(at)}?{urlencode(by, doseq=True)}"


def _figures(cases: CaseQuerySet, place: Division | None, at: datetime) -> list[Figure]:
    day, month = today(), today() - timedelta(days=RECENT_DAYS - 1)
    tomorrow = midnight(day + timedelta(days=1))
    counts = cases.aggregate(
        today=Count("id", filter=Q(reported_at__gte=midnight(day), reported_at__lt=tomorrow)),
        month=Count("id", filter=Q(reported_at__gte=midnight(month), reported_at__lt=tomorrow)),
        in_hand=Count("id", filter=Q(state__in=IN_HAND)),
        due_today=Count("id", filter=Q(state__in=WITH_UNIT, due_at__gte=at, due_at__lt=tomorrow)),
        overdue=Count("id", filter=Q(state__in=WITH_UNIT, due_at__lt=at)),
        look_back=Count("id", filter=Q(state=State.CLOSED, look_back_on__lte=day)),
    )
    return [
        Figure(
            _("今日上报"),
            counts["today"],
            _("今天零点以来上报的案件。"),
            rows_url(place, since=day, until=day),
        ),
        Figure(
            _("近30日上报"),
            counts["month"],
            _("含今天在内30天里上报的案件。"),
            rows_url(place, since=month, until=day),
        ),
        Figure(
            _("在办"),
            counts["in_hand"],
            _("已上报、还没有结案的案件。"),
            rows_url(place, state="in_hand"),
            "busy",
        ),
        Figure(
            _("今日到期"),
            counts["due_today"],
            _("在责任单位手上、期限在今天之内还没有过的案件。"),
            rows_url(place, due="today"),
            _loud(counts["due_today"], "warn"),
        ),
        Figure(
            _("已超期"),
            counts["overdue"],
            _("期限已过、责任单位还没有上报整改的案件。"),
            rows_url(place, due="overdue"),
            _loud(counts["overdue"], "danger"),
        ),
        Figure(
            _("该回头看"),
            counts["look_back"],
            _("已结案、到了回头看日期还没有人去看的案件。"),
            rows_url(place, due="look_back"),
            "info",
        ),
    ]


def _loud(count: int, tone: str) -> str:
    """The tone, where there is anything to be loud about."""
    return tone if count else "muted"


def _rates(cases: CaseQuerySet, place: Division | None) -> list[Rate]:
    counts = cases.aggregate(
        done=Count("id", filter=Q(state__in=DONE)),
        on_time=Count("id", filter=Q(state__in=DONE, late_rounds=0)),
        looked=Count("id", filter=Q(state__in=[State.LOOKED_BACK, State.SETTLED]) | Q(relapses__gt=0)),
        relapsed=Count("id", filter=Q(relapses__gt=0)),
    )
    return [
        Rate(
            _("按期整改率"),
            counts["on_time"],
            counts["done"],
            _("已结案的案件中，每一轮整改都没有超期的所占比例。原系统办结的不算。"),
            rows_url(place, state="done", due="late"),
        ),
        Rate(
            _("保持率"),
            counts["looked"] - counts["relapsed"],
            counts["looked"],
            _("回头看过的案件中，从没有反弹的所占比例。"),
            rows_url(place, relapsed="on"),
        ),
    ]


def _counted(groups: Any, at: datetime) -> list[dict[str, Any]]:
    """The counts of each group of a grouped query, most reported first."""
    since = midnight(today() - timedelta(days=RECENT_DAYS - 1))
    rows: list[dict[str, Any]] = list(
        groups.annotate(
            reported=Count("id", filter=Q(reported_at__gte=since)),
            in_hand=Count("id", filter=Q(state__in=IN_HAND)),
            overdue=Count("id", filter=Q(state__in=WITH_UNIT, due_at__lt=at)),
            relapsed=Count("id", filter=Q(relapses__gt=0)),
        )
    )
    return sorted(rows, key=lambda row: (-row["reported"], -row["in_hand"]))


def _line(
    name: str, drill: str, row: dict[str, Any], largest: int, place: Division | None, **by: Any
) -> Line:
    month = today() - timedelta(days=RECENT_DAYS - 1)
    return Line(
        name=name,
        drill=drill,
        share=100 * row["reported"] / largest if largest else 0,
        counts=[
            (row["reported"], rows_url(place, since=month, until=today(), **by), "neutral"),
            (row["in_hand"], rows_url(place, state="in_hand", **by), "busy"),
            (row["overdue"], rows_url(place, due="overdue", **by), "danger" if row["overdue"] else "muted"),
            (row["relapsed"], rows_url(place, relapsed="on", **by), "warn" if row["relapsed"] else "muted"),
        ],
    )


def _places(cases: CaseQuerySet, place: Division | None, at: datetime) -> list[Line]:
    """The children of the place, or where there is none chosen, of the narrowest one that holds all rows."""
    path = place.path if place else _common_path(cases)
    depth = len(path) + LABEL
    deep_enough = cases.annotate(length=Length("place_path")).filter(length__gte=depth).order_by()
    rows = _counted(deep_enough.annotate(child=Left("place_path", depth)).values("child"), at)
    children = {one.path: one for one in Division.objects.filter(path__in=[row["child"] for row in rows])}
    largest = max((row["reported"] for row in rows), default=0)
    return [
        _line(child.name, f"?{urlencode({'place': child.code})}", row, largest, child)
        for row in rows
        if (child := children.get(row["child"]))
    ]


def areas_of(person: Person, place: Division | None) -> str:
    """GeoJSON of the districts: how many cases each has in hand, warned of by the share that is overdue."""
    cases = filtered(Case.objects.seen_by(person), {"place": place})
    districts = {
        path: code for code, path in Division.objects.filter(level=Level.DISTRICT).values_list("code", "path")
    }
    groups = (
        cases.filter(state__in=IN_HAND)
        .order_by()
        .annotate(child=Left("place_path", DISTRICT_DEPTH))
        .values("child")
    )
    told = {
        districts[row["child"]]: {
            "count": row["in_hand"],
            "tone": "danger" if row["overdue"] * 10 > row["in_hand"] else "warn" if row["overdue"] else "ok",
            "url": f"{reverse('cockpit:cockpit')}?{urlencode({'place': districts[row['child']]})}",
        }
        for row in _counted(groups, now())
        if row["child"] in districts
    }
    return geojson(place.code if place else "", told)


def _common_path(cases: QuerySet[Case]) -> str:
    paths = cases.order_by("place_path").values_list("place_path", flat=True)
    first, last = paths.first(), paths.last()
    if first is None or last is None:
        return ""
    shared = 0
    while shared + LABEL <= min(len(first), len(last)) and first[: shared + LABEL] == last[: shared + LABEL]:
        shared += LABEL
    return first[:shared]


def _kinds(cases: CaseQuerySet, place: Division | None, at: datetime) -> list[Line]:
    rows = _counted(cases.filter(kind__isnull=False).order_by().values("kind"), at)[:KINDS]
    kinds = ProblemKind.objects.in_bulk([row["kind"] for row in rows])
    largest = max((row["reported"] for row in rows), default=0)
    return [
        _line(kind.title, rows_url(place, kind=kind.code), row, largest, place, kind=kind.code)
        for row in rows
        if (kind := kinds[row["kind"]])
    ]


def _weeks(cases: CaseQuerySet, place: Division | None) -> list[dict[str, Any]]:
    """Reported and closed in each of the last weeks, Monday first; the running week is the last."""
    monday = today() - timedelta(days=today().weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    reported = _by_week(cases, "reported_at", first)
    closed = _by_week(cases, "closed_at", first)
    points = []
    for number in range(WEEKS):
        week = first + timedelta(weeks=number)
        points.append(
            {
                "label": date_format(week, _("n/j")),
                "value": reported.get(week, 0),
                "other": closed.get(week, 0),
                "href": rows_url(place, since=week, until=week + timedelta(days=6)),
            }
        )
    return points


def _by_week(cases: CaseQuerySet, column: str, first: date) -> dict[date, int]:
    rows = (
        cases.filter(**{f"{column}__gte": midnight(first)})
        .order_by()
        .annotate(week=TruncWeek(F(column)))
        .values_list("week")
        .annotate(Count("id"))
    )
    return {timezone.localdate(week): count for week, count in rows}
