"""上报整改."""

from collections.abc import Sequence

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.operations.photos import attach, photo_or_reason
from civicloop.cases.operations.words import typed
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.workflow import moving


def report_fixed(
    case: Case,
    *,
    by: Actor,
    photos: Sequence[Evidence] = (),
    no_photo_because: str = "",
    note: str = "",
    seen: int | None = None,
) -> Case:
    """上报整改: the unit says that it is put right, and its clock stops until somebody has looked."""
    because = photo_or_reason(photos, no_photo_because)
    with moving(
        case,
        Moves.report_fixed,
        by=by,
        seen=seen,
        on_behalf_of=f"unit:{case.unit_id}",
        note=typed(note),
        no_photo_because=because,
    ) as case:
        allow(by, Moves.report_fixed, case)
        assert case.due_at is not None  # a dispatched case has one, says the database
        case.fixed_at = now()
        case.late_rounds += case.fixed_at > case.due_at
        case.photo_ids = attach(case, photos, CasePhoto.Stage.AFTER, by=by)
    return case
