"""Cases that another system has lived through."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from civicloop.cases.models import Case
from civicloop.cases.operations.deadlines import set_due
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.models import current_calendar
from civicloop.kernel.clock.now import now
from civicloop.kernel.clock.values import Calendar
from civicloop.kernel.refused import Refused
from civicloop.kernel.workflow import ManyMoved, moving, moving_many


def note_elsewhere(case: Case, *, ended_at: datetime, by: Actor, on_behalf_of: str = "") -> Case:
    """登记原系统办结: history, never something that we verified.

    The due date is reckoned from the report as if we had had the case, so that late ones can be counted.
    """
    with moving(case, Moves.note_elsewhere, by=by, on_behalf_of=on_behalf_of) as case:
        _end(case, ended_at, by)
    return case


def note_many_elsewhere(
    ended: Mapping[int, datetime], *, by: Actor, on_behalf_of: str = ""
) -> dict[int, Case]:
    """`note_elsewhere` for many cases in a handful of statements.

    ended  case id → when it ended.  All or none; returns the cases as they are now, by id.
    """
    with transaction.atomic():
        rows = Case.objects.filter(pk__in=ended).select_related("kind").order_by("pk")
        cases = {case.pk: case for case in rows.select_for_update(of=("self",))}
        calendar = current_calendar()
        for pk, case in cases.items():
            _end(case, ended[pk], by, calendar)
        for with_due in (True, False):
            some = [case for case in cases.values() if (case.due_at is not None) is with_due]
            names = ["ended_at", *(["late_rounds", "due_at", "due_steps", "calendar_id"] if with_due else [])]
            _move(some, names, by, on_behalf_of)
    return cases


def _move(cases: list[Case], names: list[str], by: Actor, on_behalf_of: str) -> ManyMoved:
    moved = moving_many(
        Case.objects.filter(pk__in=[case.pk for case in cases]),
        Moves.note_elsewhere,
        by=by,
        each={name.removesuffix("_id"): {case.pk: getattr(case, name) for case in cases} for name in names},
        on_behalf_of=on_behalf_of,
    )
    if moved.left:
        raise Refused(_("有案件已在办理中，不能登记为原系统办结。"))
    return moved


def _end(case: Case, ended_at: datetime, by: Actor, calendar: Calendar | None = None) -> None:
    allow(by, Moves.note_elsewhere, case)
    if ended_at < case.reported_at:
        raise Refused(_("办结时间早于上报时间，请检查日期。"))
    if ended_at > now():
        raise Refused(_("办结时间晚于现在，请检查日期。"))
    case.ended_at = ended_at
    if case.kind is not None:
        set_due(case, case.kind, case.reported_at, calendar=calendar)
        case.late_rounds = int(case.due_at is not None and ended_at > case.due_at)
