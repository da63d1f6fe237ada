"""Every minute new entries get their place in the tree."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from civicloop.kernel.tests import toys
from civicloop.kernel.tests.toys import LI_NA, Moves, Toy
from civicloop.kernel.trail import merkle
from civicloop.kernel.trail.models import Entry, Seal, Sealed
from civicloop.kernel.trail.record import canonical
from civicloop.kernel.trail.sealing import columns_of, link_of, seal
from civicloop.kernel.trail.tests.made import lived, sql, write_hours_ago
from civicloop.kernel.workflow import begin


@pytest.mark.usefixtures("toy_table")
@pytest.mark.django_db
class TestSeal:
    def test_nothing_new_makes_no_seal(self) -> None:
        assert seal() is None
        lived(toys=1, seals=0)
        assert seal() is not None
        assert seal() is None
        assert Seal.objects.count() == 1

    def test_a_seal_holds_the_root_over_all_entries_so_far(self) -> None:
        lived(toys=3, seals=2)
        third = seal()
        assert third is not None
        leaves = [
            bytes.fromhex(leaf) for leaf in Sealed.objects.order_by("position").values_list("leaf", flat=True)
        ]
        assert len(leaves) == third.size == 27
        assert third.root == merkle.root(leaves).hex()
        before = Seal.objects.order_by("-size")[1]
        assert third.link == link_of(before.link, 27, third.root, third.sealed_at)
        assert before.root == merkle.root(leaves[:18]).hex()

    def test_the_frontier_is_enough_to_go_on(self) -> None:
        for _ in range(9):
            lived(toys=1, seals=0)
            made = seal()
        assert made is not None
        leaves = [
            bytes.fromhex(leaf) for leaf in Sealed.objects.order_by("position").values_list("leaf", flat=True)
        ]
        assert made.root == merkle.root(leaves).hex()
        assert made.frontier == [step.hex() for step in merkle.frontier_of(leaves)]

    def test_a_leaf_covers_every_column_of_an_entry(self) -> None:
        """A column that is added to the table must be added to the leaf, or be left out on purpose."""
        lived(toys=1, seals=0)
        from civicloop.kernel.trail.sealing import COLUMNS, SELECTED

        assert set(COLUMNS) == {field.attname for field in Entry._meta.concrete_fields}
        row = sql(f"SELECT {SELECTED} FROM kernel_entry e ORDER BY id LIMIT 1")[0]
        entry = Entry.objects.all()[0]
        text = canonical(columns_of(row)).decode()
        assert f'"written_at":"{entry.written_at:%Y-%m-%dT%H:%M:%S.%fZ}"' in text
        assert f'"about_id":{entry.about_id},"about_kind":"kernel.toy"' in text

    def test_entries_older_than_the_reach_wait_for_the_night(self) -> None:
        lived(toys=1, seals=0)
        seal()
        lived(toys=1, seals=0)
        write_hours_ago(48)
        assert seal() is None
        made = seal(everything=True)
        assert made is not None
        assert made.size == 6

    def test_after_a_week_without_a_worker_nothing_is_left_out(self) -> None:
        from civicloop.kernel.trail.tests.made import seal_hours_ago

        lived(toys=1, seals=0)
        write_hours_ago(24 * 7 + 1)
        seal()
        seal_hours_ago(24 * 7)
        lived(toys=1, seals=0)
        write_hours_ago(24 * 3)
        made = seal()
        assert made is not None
        assert made.size == 6
        assert made.sealed_at - Entry.objects.latest("id").written_at > timedelta(days=2)


def in_thread(work: object) -> threading.Thread:
    def run() -> None:
        try:
            work()  # type: ignore[operator]
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
class TestSealTogether:
    @pytest.fixture(autouse=True)
    def _table(self) -> object:
        toys.make_table()
        yield
        toys.drop_table()

    def test_an_entry_that_commits_late_gets_a_later_place(self) -> None:
        written, go_on = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                begin(Toy(name="慢"), Moves.make, by=LI_NA)
                written.set()
                assert go_on.wait(10)

        thread = in_thread(slow)
        assert written.wait(10)
        begin(Toy(name="快"), Moves.make, by=LI_NA)
        first = seal()
        go_on.set()
        thread.join()
        second = seal()
        assert first is not None
        assert second is not None
        placed = list(Sealed.objects.order_by("position").values_list("entry_id", "seal_id"))
        assert [seal_id for _, seal_id in placed] == [first.pk, second.pk]
        assert placed[0][0] > placed[1][0], "the late entry has the smaller id and the later place"

    def test_many_sealers_at_once_seal_each_entry_once(self) -> None:
        for number in range(40):
            begin(Toy(name=str(number)), Moves.make, by=LI_NA)
        seals: list[Seal | None] = []
        threads = [in_thread(lambda: seals.append(seal())) for _ in range(8)]
        for thread in threads:
            thread.join()
        assert len(seals) == 8
        assert sum(made is not None for made in seals) == 1
        assert list(Sealed.objects.order_by("position").values_list("position", flat=True)) == list(range(40))
