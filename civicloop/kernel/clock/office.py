"""The clock as this office set it: its shifts, its zone, its newest calendar.

Settings: CIVICLOOP_SHIFTS, CIVICLOOP_ON_SITE_MINUTES, TIME_ZONE.

A due date is stored as `Due.to_json()` gives it; the functions here take that or a Due.  Each asks the
database which calendar is the newest: for many rows fetch `current_calendar()` once and pass it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from civicloop.kernel.clock import working
from civicloop.kernel.clock.models import calendar_of, current_calendar
from civicloop.kernel.clock.values import (
    ON_SITE_MINUTES,
    STANDARD_SHIFTS,
    Calendar,
    Due,
    Extension,
    Limit,
    Pause,
    Shifts,
)
from civicloop.kernel.clock.words import explain

Stored = Due | Mapping[str, Any]


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def shifts() -> Shifts:
    """ValueError if the setting cannot be read."""
    return _parsed(str(getattr(settings, "CIVICLOOP_SHIFTS", STANDARD_SHIFTS)))


_parsed = lru_cache(maxsize=4)(Shifts.parse)


def on_site_minutes() -> int:
    return int(getattr(settings, "CIVICLOOP_ON_SITE_MINUTES", ON_SITE_MINUTES))


def office_due(
    start: datetime,
    limit: Limit,
    *,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
    told: datetime | None = None,
    calendar: Calendar | None = None,
) -> Due:
    """`working.due` in this office."""
    return working.due(
        start,
        limit,
        calendar=calendar or current_calendar(),
        shifts=shifts(),
        pauses=pauses,
        extensions=extensions,
        zone=zone(),
        on_site_minutes=on_site_minutes(),
        told=told,
    )


def replay(stored: Stored) -> Due:
    """The due date again, from its stored inputs and the calendar of that time; equal to what was stored."""
    known = _due(stored)
    return working.replay(known, calendar=calendar_of(known.edition))


def recompute(stored: Stored, *, calendar: Calendar | None = None) -> Due:
    """The due date by the newest calendar, never earlier than the one already told."""
    return working.recompute(_due(stored), calendar=calendar or current_calendar())


def explain_steps(stored: Stored) -> list[str]:
    """The reckoning line by line in the reader's language."""
    return explain(_due(stored))


def remaining(stored: Stored, at: datetime, *, calendar: Calendar | None = None) -> int:
    """Seconds of the limit's own kind of time left at `at`; negative is the time overdue."""
    return working.remaining(_due(stored), at, calendar=calendar or current_calendar())


def elapsed(
    start: datetime,
    end: datetime,
    *,
    unit: str = "work_hour",
    pauses: Iterable[Pause] = (),
    calendar: Calendar | None = None,
) -> int:
    """Seconds between two moments that count for limits of `unit`."""
    return working.elapsed(
        start,
        end,
        unit=unit,
        calendar=calendar or current_calendar(),
        shifts=shifts(),
        pauses=pauses,
        zone=zone(),
    )


def remind_at(due_at: datetime, lead: Limit, *, calendar: Calendar | None = None) -> datetime:
    """The moment that lies `lead` before a due date; with a working limit a moment at which people work."""
    return working.before(due_at, lead, calendar=calendar or current_calendar(), shifts=shifts(), zone=zone())


def next_working(at: datetime, *, calendar: Calendar | None = None) -> datetime:
    """The first moment at or after `at` at which people work and may be disturbed."""
    return working.next_working(at, calendar=calendar or current_calendar(), shifts=shifts(), zone=zone())


def next_workday(day: date, *, calendar: Calendar | None = None) -> date:
    """The first working day at or after `day`."""
    calendar = calendar or current_calendar()
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def _due(stored: Stored) -> Due:
    return stored if isinstance(stored, Due) else Due.from_json(stored)


__all__ = [
    "calendar_of",
    "current_calendar",
    "elapsed",
    "explain_steps",
    "next_workday",
    "next_working",
    "office_due",
    "on_site_minutes",
    "recompute",
    "remaining",
    "remind_at",
    "replay",
    "shifts",
    "zone",
]
