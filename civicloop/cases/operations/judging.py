"""核查、返工、结案."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.operations.deadlines import set_due
from civicloop.cases.operations.photos import attach
from civicloop.cases.operations.words import needed, typed
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now, today
from civicloop.kernel.clock.office import next_workday
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.workflow import moving
from civicloop.people.models import Person


def verify(
    case: Case, *, by: Actor, photos: Sequence[Evidence] = (), note: str = "", seen: int | None = None
) -> Case:
    """核查通过: someone who is not of the unit went and looked, and it is right."""
    with moving(case, Moves.verify, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.verify, case)
        assert isinstance(by, Person)  # rights let no machine verify
        case.verifier = by
        case.photo_ids = attach(case, photos, CasePhoto.Stage.VERIFY, by=by)
    return case


def send_back(
    case: Case, *, by: Actor, reason: str, photos: Sequence[Evidence] = (), seen: int | None = None
) -> Case:
    """返工: the fix does not do, so the same unit owes another round, with a shorter limit that starts afresh.

    Afresh, because the unit had nothing to do while we looked.
    """
    reason = needed(reason, _("请写明哪里没有整改到位。"))
    with moving(case, Moves.send_back, by=by, seen=seen, reason=reason) as case:
        allow(by, Moves.send_back, case)
        assert case.kind is not None  # a filed case has a kind, says the database
        case.photo_ids = attach(case, photos, CasePhoto.Stage.VERIFY, by=by)
        case.rounds += 1
        case.fixed_at = case.verifier = None
        set_due(case, case.kind, now(), rework=True)
    return case


def close(case: Case, *, by: Actor, note: str = "", seen: int | None = None) -> Case:
    """结案: closing plans the look-back, on the first working day after the days that the kind asks for."""
    with moving(case, Moves.close, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.close, case)
        assert case.kind is not None  # a filed case has a kind, says the database
        case.closed_at = now()
        case.look_back_on = next_workday(today() + timedelta(days=case.kind.look_back_days))
    return case
