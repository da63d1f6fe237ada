"""The calendar that an installation starts with, and a short way to write moments, for the clock's tests."""

from datetime import datetime

from civicloop.kernel.clock.seed import YEARS, known_days
from civicloop.kernel.clock.values import SHANGHAI, Calendar, Edition, Pause

KNOWN = Edition(1, frozenset(YEARS), {day: (is_workday, name) for day, is_workday, name in known_days()})
CALENDAR = Calendar.of([KNOWN])


def at(text: str) -> datetime:
    """「2026-02-13 16:40」 as the clock on the office's wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def pause(since: str, until: str | None, reason: str = "") -> Pause:
    return Pause(at(since), None if until is None else at(until), reason)
