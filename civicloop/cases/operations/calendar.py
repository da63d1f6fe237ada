"""按新日历重算期限."""

from django.db import transaction

from civicloop.cases.models import Case
from civicloop.cases.workflow import Moves
from civicloop.kernel.actors import WORKER
from civicloop.kernel.clock.models import current_calendar
from civicloop.kernel.clock.office import recompute
from civicloop.kernel.workflow import ManyMoved, moving_many


def adopt_new_calendar() -> ManyMoved:
    """Recompute the due dates that still run under the newest calendar edition; never shorten one already told."""
    with transaction.atomic():
        calendar = current_calendar()
        behind = Case.objects.with_unit().exclude(calendar=calendar.edition).select_for_update(of=("self",))
        dues = {
            case.pk: recompute(case.due_steps, calendar=calendar)
            for case in behind.only("pk", "due_steps").order_by("pk")
            if case.due_steps is not None
        }
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
