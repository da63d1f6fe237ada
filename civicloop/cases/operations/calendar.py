"""按新日历重算期限."""

from django.db import transaction

from civicloop.cases.models import Case
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import WORKER
from civicloop.kernel.clock import current_calendar, recompute
from civicloop.kernel.workflow import ManyMoved, moving_many


def adopt_new_calendar() -> ManyMoved:
    """Recompute the due dates that still run under the newest calendar edition; never shorten one already told."""
    with transaction.atomic():
        edition = current_calendar().edition
        open_cases = Case.objects.with_unit().exclude(calendar=edition)
        dues = {}
        for case in open_cases.select_for_update(of=("self",)).order_by("pk"):
            dues[case.pk] = recompute(case.due_steps)
        return moving_many(
            Case.objects.filter(pk__in=dues),
            Moves.new_calendar,
            by=WORKER,
            each={
                "due_at": {pk: due.at for pk, due in dues.items()},
                "due_steps": {pk: due.to_json() for pk, due in dues.items()},
                "calendar": {pk: due.edition for pk, due in dues.items()},
            },
        )
