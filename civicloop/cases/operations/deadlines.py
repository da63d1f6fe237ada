"""From a problem kind to a due date that can explain itself."""

from datetime import datetime

from civicloop.cases.models import Case
from civicloop.kernel.clock.office import office_due
from civicloop.kernel.clock.values import Calendar
from civicloop.standards.models import ProblemKind


def set_due(
    case: Case,
    kind: ProblemKind,
    start: datetime,
    *,
    rework: bool = False,
    calendar: Calendar | None = None,
) -> None:
    """Give the case the due date of its kind, counted from `start`, with the steps that lead there.

    calendar  the current one, where many cases share it
    """
    due = office_due(start, kind.limit(rework=rework), calendar=calendar)
    case.due_at, case.due_steps, case.calendar_id = due.at, due.to_json(), due.edition
