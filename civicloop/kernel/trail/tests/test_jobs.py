"""Whoever must be told is told, once the change has committed, whatever dies on the way."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from civicloop.kernel.later import later
from civicloop.kernel.tests import toys
from civicloop.kernel.tests.toys import LI_NA, Moves, Toy
from civicloop.kernel.trail import jobs
from civicloop.kernel.trail.jobs import (
    ATTEMPTS,
    BATCH,
    deliver,
    deliver_due,
    failed_deliveries,
    prune,
    prune_deliveries,
    sweep,
    take_up_stalled,
    try_again,
    wake_for_forgotten,
)
from civicloop.kernel.trail.listeners import LISTENERS, listen, listeners_of
from civicloop.kernel.trail.models import Delivery, Entry, Seal
from civicloop.kernel.trail.tests.made import sql
from civicloop.kernel.workflow import begin, moving, moving_many


class Ear:
    """A listener that remembers what it heard, and fails when told to."""

    def __init__(self) -> None:
        self.heard: list[list[int]] = []
        self.deaf_to: set[int] = set()

    def __call__(self, entries: Sequence[Entry]) -> None:
        if self.deaf_to & {entry.pk for entry in entries}:
            raise ValueError("电话 13900000000 打不通")
        self.heard.append([entry.pk for entry in entries])


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    monkeypatch.setattr("civicloop.kernel.trail.listeners.LISTENERS", LISTENERS)
    before = dict(LISTENERS)
    LISTENERS.clear()
    heard = Ear()
    LISTENERS["toys.ear"] = (("toys.*",), heard)
    yield heard
    LISTENERS.clear()
    LISTENERS.update(before)


def waiting() -> int:
    return ProcrastinateJob.objects.filter(task_name=deliver_due.name, status="todo").count()


def make(count: int = 1) -> list[int]:
    for number in range(count):
        begin(Toy(name=str(number)), Moves.make, by=LI_NA)
    return list(Entry.objects.order_by("id").values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("toy_table", "ear")
class TestDelivering:
    def test_listeners_hear_the_verbs_they_asked_for(self) -> None:
        assert listeners_of("toys.make") == ["toys.ear"]
        assert listeners_of("trains.make") == []

    def test_two_listeners_of_one_name_are_refused(self, ear: Ear) -> None:
        with pytest.raises(ValueError, match="two listeners"):
            listen("toys.ear", "toys.*")(Ear())
        assert listen("toys.ear", "toys.*")(ear) is ear

    def test_a_batch_is_handed_over_in_order_and_once(self, ear: Ear) -> None:
        entries = make(5)
        assert deliver() == 5
        assert deliver() == 0
        assert ear.heard == [entries]
        assert set(Delivery.objects.values_list("state", "error")) == {("done", "")}

    def test_more_than_a_batch_comes_in_batches(self, ear: Ear) -> None:
        entries = make(7)
        assert [deliver(limit=3), deliver(limit=3), deliver(limit=3), deliver(limit=3)] == [3, 3, 1, 0]
        assert [one for batch in ear.heard for one in batch] == entries

    def test_one_bad_entry_does_not_keep_the_others_waiting(self, ear: Ear) -> None:
        entries = make(4)
        ear.deaf_to = {entries[2]}
        deliver()
        assert ear.heard == [[entries[0]], [entries[1]], [entries[3]]]
        bad = Delivery.objects.get(entry_id=entries[2])
        assert (bad.state, bad.attempts) == ("due", 1)
        assert "ValueError" in bad.error
        assert "13900000000" not in bad.error, "an error may hold what people typed"

    def test_a_failing_listener_leaves_no_half_effect(self, ear: Ear) -> None:
        def writes_and_fails(entries: Sequence[Entry]) -> None:
            Toy._base_manager.create(name="半个效果", state="new")
            raise ValueError

        LISTENERS["toys.ear"] = (("toys.*",), writes_and_fails)
        make(1)
        deliver()
        assert not Toy._base_manager.filter(name="半个效果").exists()
        assert Delivery.objects.get().attempts == 1

    def test_attempts_wait_longer_and_longer_and_end_visibly(self, ear: Ear) -> None:
        (entry,) = make(1)
        ear.deaf_to = {entry}
        waits = []
        for _ in range(ATTEMPTS):
            assert deliver() == 1
            assert deliver() == 0, "not before its time"
            waits.append(
                sql("SELECT round(extract(epoch FROM next_at - now()) / 60) FROM kernel_delivery")[0][0]
            )
            Delivery.objects.filter(state="due").update(next_at=Now())
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128]
        assert [one.entry_id for one in failed_deliveries()] == [entry]
        assert deliver() == 0

        ear.deaf_to = set()
        assert try_again(failed_deliveries()) == 1
        assert deliver() == 1
        assert ear.heard == [[entry]]
        assert not failed_deliveries().exists()

    def test_a_listener_that_no_code_knows_any_more_does_not_stop_the_others(self, ear: Ear) -> None:
        (entry,) = make(1)
        Delivery.objects.create(entry_id=entry, listener="toys.gone")
        deliver()
        assert ear.heard == [[entry]]
        assert Delivery.objects.get(listener="toys.gone").attempts == 1

    def test_many_listeners_each_get_their_own(self, ear: Ear) -> None:
        other = Ear()
        LISTENERS["toys.other"] = (("toys.make",), other)
        entries = make(2)
        other.deaf_to = set(entries)
        deliver()
        assert ear.heard == [entries]
        assert other.heard == []

    def test_one_job_for_each_transaction_however_much_is_written(self) -> None:
        with transaction.atomic():
            make(3)
            moving_many(Toy._base_manager.all(), Moves.lend, by=LI_NA, changes={"lent_to": "小明"})
        assert waiting() == 1

    def test_a_part_that_is_taken_back_takes_its_job_with_it(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make(1)
            assert waiting() == 1
            raise ZeroDivisionError
        assert waiting() == 0
        make(1)
        assert waiting() == 1

    def test_a_verb_that_nobody_hears_wakes_nobody(self, ear: Ear) -> None:
        LISTENERS.clear()
        make(1)
        assert waiting() == 0
        assert not Delivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("toy_table", "ear")
class TestSweeping:
    def test_deliveries_without_a_job_get_one(self) -> None:
        make(1)
        ProcrastinateJob.objects.filter(task_name=deliver_due.name)
        sql("DELETE FROM procrastinate_jobs")
        assert wake_for_forgotten()
        assert waiting() == 1
        assert not wake_for_forgotten(), "one is enough"

    def test_what_is_not_due_yet_wakes_nobody(self) -> None:
        make(1)
        sql("DELETE FROM procrastinate_jobs")
        sql("UPDATE kernel_delivery SET next_at = now() + interval '1 hour'")
        assert not wake_for_forgotten()

    def stalled(self, attempts: int = 0, heartbeat: str = "1 minute") -> int:
        """A job that a worker took whose last sign of life is `heartbeat` old."""
        later(deliver_due.name, queue="trail")
        (worker,) = sql(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            heartbeat,
        )[0]
        return int(
            sql(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s RETURNING id",
                worker,
                attempts,
            )[0][0]
        )

    def state_of(self, job: int) -> str:
        return str(ProcrastinateJob.objects.get(pk=job).status)

    def test_the_job_of_a_dead_worker_is_taken_up(self) -> None:
        job = self.stalled()
        assert take_up_stalled() == 1
        assert self.state_of(job) == "todo"
        assert take_up_stalled() == 0

    def test_the_job_of_a_worker_that_is_gone_from_the_list_is_taken_up(self) -> None:
        job = self.stalled()
        sql("DELETE FROM procrastinate_workers")
        assert take_up_stalled() == 1
        assert self.state_of(job) == "todo"

    def test_the_job_of_a_living_worker_is_left_alone(self) -> None:
        job = self.stalled(heartbeat="5 seconds")
        assert take_up_stalled() == 0
        assert self.state_of(job) == "doing"

    def test_a_job_that_kills_its_workers_is_given_up_visibly(self) -> None:
        job = self.stalled(attempts=ATTEMPTS - 1)
        assert take_up_stalled() == 1
        assert self.state_of(job) == "failed"

    def test_a_dead_sweep_does_not_stand_in_the_way_of_the_next(self) -> None:
        job = self.stalled()
        sql("UPDATE procrastinate_jobs SET queueing_lock = 'kernel.sweep'")
        sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock) VALUES ('trail', 'x', 'kernel.sweep')"
        )
        assert take_up_stalled() == 1
        assert self.state_of(job) == "failed"

    def test_only_one_sweeps_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        job = self.stalled()
        monkeypatch.setattr(jobs, "_only_sweeper", lambda: False)
        assert take_up_stalled() == 0
        assert self.state_of(job) == "doing"

    def test_done_deliveries_are_dropped_after_a_week_and_owed_ones_never(self) -> None:
        make(4)
        deliver()
        for state, days, place in (("done", 8, 0), ("done", 6, 1), ("failed", 30, 2), ("due", 30, 3)):
            sql(
                "UPDATE kernel_delivery SET state = %s, done_at = now() - make_interval(days => %s)"
                " WHERE id = (SELECT min(id) + %s FROM kernel_delivery)",
                state,
                days,
                place,
            )
        assert prune_deliveries() == 1
        assert sorted(Delivery.objects.values_list("state", flat=True)) == ["done", "due", "failed"]

    def test_finished_jobs_are_dropped(self) -> None:
        later(deliver_due.name, queue="trail")
        sql("UPDATE procrastinate_jobs SET status = 'succeeded'")
        sql("UPDATE procrastinate_events SET at = now() - interval '25 hours'")
        later(deliver_due.name, queue="trail")
        prune()
        assert waiting() == ProcrastinateJob.objects.count() == 1


def run_worker() -> None:
    """A real worker, over its own connections, until the queue is empty."""
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ear")
class TestWithARealWorker:
    @pytest.fixture(autouse=True)
    def _table(self, ear: Ear) -> Iterator[None]:
        toys.make_table()
        sql("TRUNCATE procrastinate_jobs CASCADE")  # Django's flush leaves these, they are not its own
        yield
        sql("TRUNCATE procrastinate_jobs CASCADE")
        toys.drop_table()

    def test_what_commits_is_delivered(self, ear: Ear) -> None:
        entries = make(3)
        assert waiting() == 3
        run_worker()
        assert [one for batch in ear.heard for one in batch] == entries
        assert waiting() == 0

    def test_what_is_rolled_back_leaves_no_job(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make(1)
            raise ZeroDivisionError
        assert not ProcrastinateJob.objects.exists()
        assert not Delivery.objects.exists()

    def test_the_worker_s_own_entries_wake_it_only_when_they_commit(self, ear: Ear) -> None:
        """Procrastinate's own `defer` would write the job over the worker's connection, before our commit."""
        seen: list[int] = []

        def answers(entries: Sequence[Entry]) -> None:
            for entry in entries:
                toy = Toy._base_manager.get(pk=entry.about_id)
                if entry.verb == "toys.make":
                    with moving(toy, Moves.lend, by=LI_NA) as lent:
                        lent.lent_to = "小明"
                    seen.append(jobs_seen_by_others())

        LISTENERS["toys.answers"] = (("toys.make",), answers)
        make(1)
        run_worker()
        assert seen == [0], "the job must not be seen before the entry is"
        assert [one for batch in ear.heard for one in batch] == list(
            Entry.objects.values_list("pk", flat=True)
        )

    def test_sweeping_and_sealing_run_inside_a_worker(self, ear: Ear) -> None:
        make(1)
        sql("DELETE FROM procrastinate_jobs")
        for task in (sweep, jobs.seal_trail, jobs.seal_everything, prune):
            later(task.name, queue="trail", timestamp=1)
        run_worker()
        assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()
        assert Seal.objects.count() == 1
        assert len(ear.heard) == 1

    def test_a_delivery_interrupted_in_the_middle_loses_nothing(self, ear: Ear) -> None:
        """Its transaction is gone with it: everything is due again, and the effects come once."""
        entries = make(BATCH // 100)
        with pytest.raises(KeyboardInterrupt):
            LISTENERS["toys.ear"] = (("toys.*",), dies)
            deliver()
        assert Delivery.objects.filter(state="due").count() == len(entries)
        LISTENERS["toys.ear"] = (("toys.*",), ear)
        run_worker()
        assert [one for batch in ear.heard for one in batch] == entries
        assert not Toy._base_manager.filter(name="半个效果").exists()


def dies(entries: Sequence[Entry]) -> None:
    Toy._base_manager.create(name="半个效果", state="new")
    raise KeyboardInterrupt


def jobs_seen_by_others() -> int:
    """How many waiting jobs a second connection sees."""
    with connection.copy().cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'kernel.deliver_due'"
        )
        count: Any = cursor.fetchone()[0]
        cursor.connection.close()
    return int(count)
