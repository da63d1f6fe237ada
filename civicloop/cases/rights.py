"""Who may make which move on which case: one place, asked by operations, pages and the API alike."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.cases.models import Case
from civicloop.cases.workflow import MOVES, Moves
from civicloop.kernel.actors import IMPORTER, WORKER, Actor
from civicloop.kernel.refused import Refused
from civicloop.kernel.workflow import Move
from civicloop.people.models import Person, Role

# Machines may do exactly this.
_MACHINES = {
    IMPORTER.actor_key: {Moves.report, Moves.merge, Moves.note_elsewhere},
    WORKER.actor_key: {Moves.new_calendar},
}
_JUDGING = {Moves.verify, Moves.send_back}
_LOOKING_BACK = {Moves.look_back, Moves.relapse}


def why_not(by: Actor, move: Move, case: Case) -> str | Promise | None:
    """Why this actor may not make this move on this case, or None.  The state is not asked here."""
    if not isinstance(by, Person):
        allowed = {one.name for one in _MACHINES.get(by.actor_key, set())}
        return None if move.name in allowed else gettext_lazy("这一步要由人来做。")
    line = case.kind.line_id if case.kind else None
    reach = {one.role for one in by.standings if one.reaches(case.place_path, line)}
    if case.unit_id in by.unit_ids(Role.HANDLER):
        reach.add(Role.HANDLER)
    else:
        reach.discard(Role.HANDLER)
    fitting = move.roles & reach
    if not fitting:
        return _("“%(move)s”由%(roles)s办理，您的岗位在这个案件上没有这项职责。") % {
            "move": move.label,
            "roles": _("、").join(str(Role(one).label) for one in sorted(move.roles)),
        }
    if move in _JUDGING | _LOOKING_BACK and case.unit_id in by.own_unit_ids:
        return gettext_lazy("您所在的单位就是责任单位，核查和回头看要由其他单位的人来做。")
    if move in _JUDGING and case.reporter_id == by.pk and not settings.CIVICLOOP_REPORTER_MAY_VERIFY:
        return gettext_lazy("这个案件是您上报的，要由另一位督查员核查。")
    if move in _LOOKING_BACK and by.pk in {case.verifier_id, case.reporter_id}:
        return gettext_lazy("您核查或上报过这个案件，回头看要由第三人来做。")
    return None


def allow(by: Actor, move: Move, case: Case) -> None:
    """Refuse with the reason where the actor may not."""
    if reason := why_not(by, move, case):
        raise Refused(reason)


def moves_for(person: Person, case: Case) -> list[Move]:
    """The moves that this reader may make on this case now, in the order of the workflow."""
    return [
        move
        for move in MOVES
        if case.state in move.sources and move.roles and why_not(person, move, case) is None
    ]
