"""派遣、签收、退回: whose work it is."""

from django.utils.translation import gettext as _

from civicloop.cases.models import Case
from civicloop.cases.operations.deadlines import set_due
from civicloop.cases.operations.words import needed, typed
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.workflow import moving
from civicloop.people.models import Unit


def dispatch(case: Case, *, unit: Unit, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """派遣: a unit owes the fix, and its clock starts now: what the office took before is not the unit's time."""
    with moving(case, Moves.dispatch, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.dispatch, case)
        if unit.kind == Unit.Kind.OFFICE or not case.place_path.startswith(unit.place_path):
            raise Refused(
                _("“%(unit)s”不负责这个地方的整改，请改派负责该地的部门或属地单位。") % {"unit": unit}
            )
        if not unit.handlers().exists():
            raise Refused(
                _("“%(unit)s”还没有整改经办人，派过去没有人能签收。请先为它设经办人，或改派别的单位。")
                % {"unit": unit}
            )
        assert case.kind is not None  # a filed case has a kind, says the database
        case.unit = unit
        case.handed_back_by = None
        case.dispatched_at = now()
        case.rounds = 1
        set_due(case, case.kind, case.dispatched_at)
    return case


def sign(case: Case, *, by: Actor, seen: int | None = None) -> Case:
    """签收: the unit takes the case as its own."""
    with moving(case, Moves.sign, by=by, seen=seen, on_behalf_of=f"unit:{case.unit_id}") as case:
        allow(by, Moves.sign, case)
    return case


def hand_back(case: Case, *, by: Actor, reason: str, seen: int | None = None) -> Case:
    """退回: not this unit's duty; the case goes back to the office, and the unit's clock ends."""
    reason = needed(reason, _("请写明退回原因，便于重新派遣。"))
    with moving(
        case, Moves.hand_back, by=by, seen=seen, on_behalf_of=f"unit:{case.unit_id}", reason=reason
    ) as case:
        allow(by, Moves.hand_back, case)
        case.handed_back_by = case.unit
        case.unit = case.due_at = case.due_steps = case.calendar = None
    return case
