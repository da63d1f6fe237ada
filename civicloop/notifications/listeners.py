"""Who is told of which entry."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from civicloop.cases.models import Case
from civicloop.cases.workflow import Moves
from civicloop.kernel.clock.now import today
from civicloop.kernel.trail.listeners import listen
from civicloop.kernel.trail.models import Entry
from civicloop.notifications.models import Notice
from civicloop.people.models import Holding, Person, Role

TO_UNIT = {Moves.dispatch.name, Moves.send_back.name, Moves.relapse.name}
TO_DISPATCHER = {Moves.hand_back.name}
TO_REPORTER = {Moves.decline.name, Moves.merge.name, Moves.close.name, Moves.relapse.name, Moves.settle.name}


@listen("notifications.tell", *sorted(TO_UNIT | TO_DISPATCHER | TO_REPORTER))
def tell(entries: Sequence[Entry]) -> None:
    """Write the notices of a batch with a fixed number of statements; telling again changes nothing."""
    cases = {case.pk: case for case in Case.objects.filter(pk__in=[entry.about_id for entry in entries])}
    handlers = _handlers({case.unit_id for case in cases.values() if case.unit_id})
    dispatched_by = _dispatched_by([entry.about_id for entry in entries if entry.verb in TO_DISPATCHER])
    notices = []
    for entry in entries:
        case = cases.get(entry.about_id)
        if case is None:
            continue
        told: set[int] = set()
        if entry.verb in TO_UNIT:
            told |= handlers.get(entry.facts.get("unit_id") or case.unit_id or 0, set())
        if entry.verb in TO_DISPATCHER and case.pk in dispatched_by:
            told.add(dispatched_by[case.pk])
        if entry.verb in TO_REPORTER and case.reporter_id:
            told.add(case.reporter_id)
        notices += [
            Notice(person_id=person, entry=entry, told_at=entry.at)
            for person in sorted(told)
            if entry.by != f"person:{person}"
        ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _handlers(units: Iterable[int]) -> dict[int, set[int]]:
    """Unit → the persons who handle its cases today; the disabled are told nothing."""
    found: dict[int, set[int]] = {}
    rows = (
        Holding.objects.on(today())
        .filter(Q(post__grants__role=Role.HANDLER), post__unit__in=list(units), person__is_active=True)
        .values_list("post__unit_id", "person_id")
    )
    for unit, person in rows:
        found.setdefault(unit, set()).add(person)
    return found


def _dispatched_by(cases: Sequence[int]) -> dict[int, int]:
    """Case → the person who dispatched it last."""
    rows = (
        Entry.objects.filter(verb=Moves.dispatch.name, about_kind="cases.case", about_id__in=cases)
        .order_by("about_id", "-id")
        .distinct("about_id")
        .values_list("about_id", "by")
    )
    ids = {case: int(by.partition(":")[2]) for case, by in rows if by.startswith("person:")}
    active = set(Person.objects.filter(pk__in=ids.values(), is_active=True).values_list("pk", flat=True))
    return {case: person for case, person in ids.items() if person in active}
