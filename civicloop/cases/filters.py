"""The filters of cases, the same for list, map, export, cockpit and API."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civicloop.cases.models import CaseQuerySet
from civicloop.cases.workflow import DONE, IN_HAND, WITH_UNIT, State
from civicloop.kernel.clock.now import now, today
from civicloop.kernel.search import phrase


class Due(models.TextChoices):
    """Groups of cases by their clock."""

    OVERDUE = "overdue", _("已超期")
    TODAY = "today", _("今日到期")
    WEEK = "week", _("七日内到期")
    LATE = "late", _("曾经超期")
    LOOK_BACK = "look_back", _("该回头看的")


# A zone turns no day beyond these into a moment.
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)

# Groups of states that the cockpit counts and the list can show.
GROUPS: Mapping[str, frozenset[State]] = {"in_hand": IN_HAND, "with_unit": WITH_UNIT, "done": DONE}
GROUP_LABELS = {"in_hand": _("在办"), "with_unit": _("在责任单位"), "done": _("已结案")}


def filtered(cases: CaseQuerySet, by: Mapping[str, Any]) -> CaseQuerySet:
    """Cases that pass all filters named in `by`; empty values filter nothing.

    q text · state list of states or groups · due of Due · place Division · kind ProblemKind · line id ·
    unit Unit · source · since, until dates of report (both included) · relapsed flag · bbox "w,s,e,n"
    """
    if words := by.get("q"):
        wanted = phrase(words)
        cases = cases.filter(search=wanted) if wanted else cases.none()
    if chosen := by.get("state"):
        states = {state for one in chosen for state in GROUPS.get(one, {one})}
        cases = cases.filter(state__in=states)
    cases = _by_clock(cases, by.get("due") or "")
    if place := by.get("place"):
        cases = cases.within_any([place.path])
    for name in ("kind", "unit", "source"):
        if value := by.get(name):
            cases = cases.filter(**{name: value})
    if line := by.get("line"):
        cases = cases.filter(kind__line=line)
    if since := by.get("since"):
        cases = cases.filter(reported_at__gte=midnight(since))
    if until := by.get("until"):
        cases = cases.filter(reported_at__lt=midnight_after(until))
    if by.get("relapsed"):
        cases = cases.filter(relapses__gt=0)
    if box := read_box(by.get("bbox") or ""):
        west, south, east, north = box
        cases = cases.filter(
            longitude__gte=west, latitude__gte=south, longitude__lte=east, latitude__lte=north
        )
    return cases


def read_box(text: str) -> tuple[float, float, float, float] | None:
    """west,south,east,north in degrees, or None for whatever is not that."""
    try:
        west, south, east, north = (float(one) for one in text.split(","))
    except ValueError:
        return None
    inside = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if inside else None


def _by_clock(cases: CaseQuerySet, due: str) -> CaseQuerySet:
    at = now()
    if due == Due.OVERDUE:
        return cases.overdue(at)
    if due == Due.TODAY:
        return cases.due_between(at, midnight(today() + timedelta(days=1)))
    if due == Due.WEEK:
        return cases.due_between(at, at + timedelta(days=7))
    if due == Due.LATE:
        return cases.was_late()
    if due == Due.LOOK_BACK:
        return cases.filter(state=State.CLOSED, look_back_on__lte=today())
    return cases


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(max(day, EARLIEST), time.min))


def midnight_after(day: date) -> datetime:
    return midnight(min(day, LATEST) + timedelta(days=1))
