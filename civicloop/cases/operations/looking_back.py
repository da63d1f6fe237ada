"""回头看、反弹、销号."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.operations.deadlines import set_due
from civicloop.cases.operations.photos import attach
from civicloop.cases.operations.words import needed, typed
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.workflow import moving


def look_back(
    case: Case, *, by: Actor, photos: Sequence[Evidence] = (), note: str = "", seen: int | None = None
) -> Case:
    """回头看：保持良好.  A third person went again and it still holds."""
    with moving(case, Moves.look_back, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.look_back, case)
        case.photo_ids = attach(case, photos, CasePhoto.Stage.LOOK_BACK, by=by)
    return case


def relapse(
    case: Case, *, by: Actor, reason: str, photos: Sequence[Evidence] = (), seen: int | None = None
) -> Case:
    """反弹: it did not hold.  The same case opens again, at the unit that had put it right."""
    reason = needed(reason, _("请写明现场看到了什么。"))
    with moving(case, Moves.relapse, by=by, seen=seen, reason=reason) as case:
        allow(by, Moves.relapse, case)
        assert case.kind is not None  # a filed case has a kind, says the database
        case.photo_ids = attach(case, photos, CasePhoto.Stage.LOOK_BACK, by=by)
        case.relapses += 1
        case.rounds += 1
        case.dispatched_at = now()
        case.verifier = case.fixed_at = case.closed_at = case.look_back_on = None
        set_due(case, case.kind, case.dispatched_at, rework=True)
    return case


def settle(case: Case, *, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """销号: it was put right, and it held; nobody owes anything more."""
    with moving(case, Moves.settle, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.settle, case)
        case.ended_at = now()
    return case
