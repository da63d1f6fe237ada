"""What the worker does for the trail: deliver, sweep, seal, prune.

All of it may run in several workers at once, be killed at any point and be run again.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.db import connection, models, transaction
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.utils import utcnow

from civicloop.kernel.later import later
from civicloop.kernel.trail.listeners import LISTENERS
from civicloop.kernel.trail.models import Delivery
from civicloop.kernel.trail.sealing import seal

BATCH = 500
ATTEMPTS = 8  # the last one two hours after the first
FIRST_WAIT = timedelta(minutes=1)
KEPT = timedelta(days=7)
SWEEPER = 0x7EA2
log = logging.getLogger(__name__)


@app.task(name="kernel.deliver_due", queue="trail")
def deliver_due() -> None:
    """Hand all due entries to their listeners."""
    while deliver():
        pass


def deliver(limit: int = BATCH) -> int:
    """Hand one batch of due entries to each listener; returns how many deliveries were tried.

    Rows that another worker has in hand are left to it.
    """
    owed = Delivery.objects.filter(state=Delivery.State.DUE, next_at__lte=Now())
    listeners = list(owed.order_by("listener").values_list("listener", flat=True).distinct())
    return sum(_deliver_to(name, owed.filter(listener=name), limit) for name in listeners)


def _deliver_to(name: str, owed: models.QuerySet[Delivery], limit: int) -> int:
    with transaction.atomic():
        due = list(
            owed.select_related("entry")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_at", "id")[:limit]
        )
        due.sort(key=lambda one: one.entry_id)
        if not due:
            return 0
        if _hand_over(name, due):
            for one in due if len(due) > 1 else ():
                _hand_over(name, [one])  # one bad entry must not keep the others waiting
    return len(due)


def _hand_over(name: str, due: Sequence[Delivery]) -> bool:
    """Call the listener inside a savepoint.  True if it failed; a single one's failure is written down."""
    ids = [one.pk for one in due]
    try:
        with transaction.atomic():
            LISTENERS[name][1]([one.entry for one in due])
    except Exception as broken:
        if connection.connection is None or connection.connection.closed:
            raise  # nothing can be written down any more; the sweep begins anew
        if len(due) == 1:
            _note_failure(due[0], broken)
        return True
    Delivery.objects.filter(pk__in=ids).update(state=Delivery.State.DONE, done_at=Now(), error="")
    return False


def _note_failure(one: Delivery, broken: Exception) -> None:
    attempts = one.attempts + 1
    over = attempts >= ATTEMPTS
    log.error("%s failed on entry %s, attempt %s", one.listener, one.entry_id, attempts, exc_info=broken)
    Delivery.objects.filter(pk=one.pk).update(
        attempts=attempts,
        state=Delivery.State.FAILED if over else Delivery.State.DUE,
        next_at=Now() + FIRST_WAIT * 2 ** (attempts - 1),
        # Without its message, which may hold what people typed; the log has it whole.
        error=f"{type(broken).__module__}.{type(broken).__qualname__}"[:200],
    )


def failed_deliveries() -> models.QuerySet[Delivery]:
    """Those that nobody tries any more, for the page of the system's administrator."""
    return Delivery.objects.filter(state=Delivery.State.FAILED).select_related("entry").order_by("-id")


def try_again(deliveries: models.QuerySet[Delivery]) -> int:
    """Let failed deliveries be due once more; returns how many."""
    with transaction.atomic():
        count = deliveries.filter(state=Delivery.State.FAILED).update(
            state=Delivery.State.DUE, attempts=0, next_at=Now()
        )
        if count:
            later("kernel.deliver_due", queue="trail")
    return count


@app.periodic(cron="* * * * *")
@app.task(name="kernel.sweep", queue="trail", queueing_lock="kernel.sweep")
def sweep(timestamp: int = 0) -> None:
    """Each minute: take up what a dead worker left, and deliver what no job is waiting for."""
    take_up_stalled()
    wake_for_forgotten()


def take_up_stalled() -> int:
    """Put jobs of workers without a heartbeat back into the queue; returns how many.

    One that has brought down its worker too often is given up and stays visible as failed.
    """
    manager = JobManager(DjangoConnector())
    give_up = async_to_sync(manager.finish_job_by_id_async)
    taken = 0
    with transaction.atomic():
        if not _only_sweeper():
            return 0
        for job in async_to_sync(manager.get_stalled_jobs)():
            assert job.id is not None
            try:
                with transaction.atomic():
                    if job.attempts + 1 < ATTEMPTS:
                        manager.retry_job_by_id(job.id, utcnow())
                    else:
                        log.error("job %s (%s) was given up: its workers died", job.id, job.task_name)
                        give_up(job.id, Status.FAILED, False)
            except UniqueViolation:  # the same work waits in the queue already
                give_up(job.id, Status.FAILED, False)
            except ConnectorException:  # its worker was only slow and has just finished it
                continue
            taken += 1
    return taken


def wake_for_forgotten() -> bool:
    """Defer a job if deliveries are due and none is waiting for them."""
    if not Delivery.objects.filter(state=Delivery.State.DUE, next_at__lte=Now()).exists():
        return False
    if ProcrastinateJob.objects.filter(task_name=deliver_due.name, status="todo").exists():
        return False
    later("kernel.deliver_due", queue="trail")
    return True


@app.periodic(cron="* * * * *")
@app.task(name="kernel.seal_trail", queue="trail", queueing_lock="kernel.seal_trail")
def seal_trail(timestamp: int = 0) -> None:
    """Each minute: seal what was written."""
    seal()


@app.periodic(cron="23 19 * * *")  # UTC: past three at night in China
@app.task(name="kernel.seal_everything", queue="trail", queueing_lock="kernel.seal_everything")
def seal_everything(timestamp: int = 0) -> None:
    """Each night: seal what committed so late that the minutes' look back does not reach it."""
    seal(everything=True)


@app.periodic(cron="17 * * * *")
@app.task(name="kernel.prune", queue="trail", queueing_lock="kernel.prune")
def prune(timestamp: int = 0) -> None:
    """Each hour: drop finished deliveries and jobs.  Failed deliveries stay for people to see."""
    while prune_deliveries():
        pass
    delete_old = async_to_sync(JobManager(DjangoConnector()).delete_old_jobs)
    delete_old(nb_hours=24, include_cancelled=True, include_aborted=True)
    delete_old(nb_hours=int(KEPT.total_seconds()) // 3600, include_failed=True)


def prune_deliveries(limit: int = 10_000) -> int:
    """Drop deliveries that were done a week ago, `limit` at a time; returns how many."""
    old = Delivery.objects.filter(state=Delivery.State.DONE, done_at__lt=Now() - KEPT)
    with transaction.atomic():
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        return Delivery.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _only_sweeper() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPER])
        return bool(cursor.fetchone()[0])
