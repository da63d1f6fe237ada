"""Cases that another system has lived through."""

from datetime import datetime

from django.utils.translation import gettext as _

from civicloop.cases.models import Case
from civicloop.cases.operations.deadlines import set_due
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.workflow import moving


def note_elsewhere(case: Case, *, ended_at: datetime, by: Actor, on_behalf_of: str = "") -> Case:
    """登记原系统办结: history, never something that we verified.

    The due date is reckoned from the report as if we had had the case, so that late ones can be counted.
    """
    with moving(case, Moves.note_elsewhere, by=by, on_behalf_of=on_behalf_of) as case:
        allow(by, Moves.note_elsewhere, case)
        if ended_at < case.reported_at:
            raise Refused(_("办结时间早于上报时间，请检查日期。"))
        if ended_at > now():
            raise Refused(_("办结时间晚于现在，请检查日期。"))
        case.ended_at = ended_at
        if case.kind is not None:
            set_due(case, case.kind, case.reported_at)
            case.late_rounds = int(case.due_at is not None and ended_at > case.due_at)
    return case
