"""Working time: what time it is, which hours count, and why a due date is what it is.

values    what the arithmetic is made of: limits, shifts, calendars, pauses, due dates and their steps
working   the arithmetic: due, elapsed, remaining, replay, never_shorten
words     a due date told in plain words
notice    reads the yearly notice on public holidays
now       business time
models    editions of the calendar; operations: adopt; seed: the years known at installation
office    the arithmetic with this office's settings and its newest calendar

What other apps need most can be imported from here.  It is loaded on first use, so that `values` and
`working` stay free of Django.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from civicloop.kernel.clock.office import (
        calendar_of,
        current_calendar,
        elapsed,
        explain_steps,
        next_workday,
        next_working,
        office_due,
        recompute,
        remaining,
        remind_at,
        replay,
    )

__all__ = [
    "calendar_of",
    "current_calendar",
    "elapsed",
    "explain_steps",
    "next_workday",
    "next_working",
    "office_due",
    "recompute",
    "remaining",
    "remind_at",
    "replay",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from civicloop.kernel.clock import office

    return getattr(office, name)
