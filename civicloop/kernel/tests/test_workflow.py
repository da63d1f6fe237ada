"""A state changes in one way only: whole, told, and by somebody."""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tests import toys
from civicloop.kernel.tests.toys import LI_NA, WANG_LEI, Moves, Size, State, Toy
from civicloop.kernel.trail.listeners import LISTENERS
from civicloop.kernel.trail.models import Delivery, Entry, Said
from civicloop.kernel.trail.record import one_request
from civicloop.kernel.workflow import begin, moving, moving_many

FULL: dict[str, Any] = {
    "lent_to": "小明",
    "due_at": datetime(2026, 3, 1, 9, 30, 0, 120, tzinfo=UTC),
    "due_on": date(2026, 3, 1),
    "price": Decimal("1.5"),
    "tag": uuid.UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2"),
    "size": Size.LARGE,
    "steps": [{"b": 1, "a": "中"}, None, True],
    "scratched": True,
}


@pytest.fixture
def _toy_table(db: None) -> None:
    toys.make_table()


@pytest.fixture
def heard() -> Iterator[None]:
    before = dict(LISTENERS)
    LISTENERS.clear()
    LISTENERS["toys.ear"] = (("toys.*",), lambda entries: None)
    LISTENERS["toys.other"] = (("toys.lend",), lambda entries: None)
    yield
    LISTENERS.clear()
    LISTENERS.update(before)


def a_toy(name: str = "积木") -> Toy:
    return begin(Toy(name=name), Moves.make, by=LI_NA)


def lend(toy: Toy, **more: Any) -> Toy:
    with moving(toy, Moves.lend, by=LI_NA, **more) as lent:
        lent.lent_to = "小明"
    return lent


def everything() -> list[list[tuple[Any, ...]]]:
    """All rows that a move may touch, to show that a refusal leaves no trace."""
    with connection.cursor() as cursor:
        rows = []
        for table in ("toy", "entry", "said", "delivery"):
            cursor.execute(f"SELECT t::text FROM kernel_{table} t ORDER BY 1")
            rows.append(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        rows.append(cursor.fetchall())
        return rows


@pytest.mark.django_db
@pytest.mark.usefixtures("_toy_table", "heard")
class TestOne:
    def test_a_thing_begins_with_its_first_entry(self) -> None:
        toy = a_toy()
        entry = Entry.objects.get()
        assert (toy.state, toy.revision) == ("new", 1)
        assert (entry.verb, entry.before, entry.after, entry.by) == ("toys.make", "", "new", "system:li-na")
        assert (entry.about_kind, entry.about_id) == ("kernel.toy", toy.pk)

    def test_nothing_begins_with_a_move_between_states(self) -> None:
        with pytest.raises(TypeError, match="nothing begins"):
            begin(Toy(name="积木"), Moves.lend, by=LI_NA)
        assert not Entry.objects.exists()

    def test_a_move_changes_saves_and_tells_in_one_breath(self) -> None:
        lent = lend(a_toy(), note="下周还")
        fresh = Toy._base_manager.get()
        assert (fresh.state, fresh.lent_to, fresh.revision) == ("lent", "小明", 2)
        assert lent.revision == 2
        entry = Entry.objects.latest("id")
        assert (entry.before, entry.after, entry.facts["lent_to"]) == ("new", "lent", "小明")
        assert Said.objects.get(entry=entry).words == {"note": "下周还"}
        assert set(Delivery.objects.filter(entry=entry).values_list("listener", flat=True)) == {
            "toys.ear",
            "toys.other",
        }

    def test_the_operation_changes_the_fresh_row_not_the_one_it_was_given(self) -> None:
        toy = a_toy()
        Toy._base_manager.update(name="新名字")
        with moving(toy, Moves.lend, by=LI_NA) as lent:
            assert lent.name == "新名字"
            lent.lent_to = "小明"
        assert Toy._base_manager.get().name == "新名字"

    def test_a_list_that_is_added_to_in_place_is_saved(self) -> None:
        toy = a_toy()
        with moving(toy, Moves.scratch, by=LI_NA) as scratched:
            scratched.steps.append({"where": "轮子"})
        assert Toy._base_manager.get().steps == [{"where": "轮子"}]

    def test_what_somebody_else_changed_meanwhile_in_another_column_is_kept(self) -> None:
        toy = a_toy()
        with moving(toy, Moves.lend, by=LI_NA) as lent:
            Toy._base_manager.update(price=Decimal("9.00"))
            lent.lent_to = "小明"
        assert Toy._base_manager.get().price == Decimal("9.00")

    def test_a_move_without_a_target_keeps_the_state(self) -> None:
        toy = lend(a_toy())
        with moving(toy, Moves.scratch, by=LI_NA) as scratched:
            scratched.scratched = True
            scratched.state = State.BACK  # an operation cannot smuggle in another state
        assert Toy._base_manager.get().state == "lent"

    def test_on_behalf_of_is_written_down(self) -> None:
        lend(a_toy(), on_behalf_of="unit:7")
        assert Entry.objects.latest("id").on_behalf_of == "unit:7"


@pytest.mark.django_db
@pytest.mark.usefixtures("_toy_table", "heard")
class TestRefusals:
    def leaves_no_trace(self, attempt: Callable[[], object], refusal: type[Exception]) -> str:
        before = everything()
        with pytest.raises(refusal) as no:
            attempt()
        assert type(no.value) is refusal
        assert everything() == before
        return str(no.value)

    def test_a_move_from_the_wrong_state_is_refused_with_both_names(self) -> None:
        toy = lend(a_toy())
        said = self.leaves_no_trace(lambda: lend(toy), Refused)
        assert "玩具现在是“借出”，不能“借出”" in said

    def test_someone_who_was_second_is_told_so(self) -> None:
        toy = a_toy()
        lend(toy)
        self.leaves_no_trace(lambda: lend(toy), Stale)

    def test_someone_whose_page_is_old_is_told_so_even_where_the_move_would_be_allowed(self) -> None:
        toy = a_toy()
        with moving(toy, Moves.scratch, by=WANG_LEI):
            pass
        said = self.leaves_no_trace(lambda: lend(toy, seen=1), Stale)
        assert "刚刚被别人处理过" in said
        lend(toy, seen=2)

    def test_a_rule_of_the_operation_leaves_no_trace(self) -> None:
        toy = a_toy()

        def attempt() -> None:
            with moving(toy, Moves.lend, by=LI_NA, note="原话") as lent:
                lent.lent_to = "小明"
                lent.save()
                raise Refused("不借。")

        self.leaves_no_trace(attempt, Refused)

    def test_a_broken_constraint_speaks_its_sentence(self) -> None:
        toy = a_toy()

        def attempt() -> None:
            with moving(toy, Moves.lend, by=LI_NA):
                pass

        assert self.leaves_no_trace(attempt, Refused) == "借出的玩具须写明借给了谁。"
        many = self.leaves_no_trace(
            lambda: moving_many(Toy._base_manager.all(), Moves.lend, by=LI_NA), Refused
        )
        assert many == "借出的玩具须写明借给了谁。"

    def test_a_broken_constraint_without_a_sentence_is_a_programmer_s_error(self) -> None:
        toy = a_toy()

        def attempt() -> None:
            with moving(toy, Moves.scratch, by=LI_NA) as row:
                row.name = None  # type: ignore[assignment]

        self.leaves_no_trace(attempt, IntegrityError)

    def test_words_that_the_move_does_not_say_leave_no_trace(self) -> None:
        toy = a_toy()
        self.leaves_no_trace(lambda: lend(toy, poem="…"), TypeError)

    def test_an_error_in_the_operation_leaves_no_trace(self) -> None:
        toy = a_toy()

        def attempt() -> None:
            with moving(toy, Moves.lend, by=LI_NA) as lent:
                lent.lent_to = "小明"
                raise ZeroDivisionError

        self.leaves_no_trace(attempt, ZeroDivisionError)


@pytest.mark.django_db
@pytest.mark.usefixtures("_toy_table", "heard")
class TestMany:
    def test_many_move_and_the_others_are_left_alone(self) -> None:
        some = [a_toy(str(number)) for number in range(4)]
        lend(some[2])
        before = Entry.objects.count()
        done = moving_many(Toy._base_manager.all(), Moves.lend, by=WANG_LEI, changes={"lent_to": "小红"})
        assert done.moved == (some[0].pk, some[1].pk, some[3].pk)
        assert done.left == (some[2].pk,)
        assert len(done.entries) == 3 == Entry.objects.count() - before
        assert dict(Toy._base_manager.values_list("pk", "lent_to"))[some[2].pk] == "小明"
        assert set(Toy._base_manager.values_list("state", "revision")) == {("lent", 2)}
        told = Entry.objects.filter(pk__in=done.entries).order_by("pk")
        assert [entry.about_id for entry in told] == list(done.moved)
        assert {(entry.before, entry.after, entry.by) for entry in told} == {
            ("new", "lent", "system:wang-lei")
        }
        assert Delivery.objects.filter(entry_id__in=done.entries).count() == 6

    def test_where_none_may_move_nothing_is_written(self) -> None:
        toy = lend(a_toy())
        before = everything()
        done = moving_many(Toy._base_manager.all(), Moves.lend, by=WANG_LEI, changes={"lent_to": "小红"})
        assert (done.moved, done.left) == ((), (toy.pk,))
        assert everything() == before

    def test_many_write_the_same_facts_as_one_byte_for_byte(self) -> None:
        one, other, third = a_toy("甲"), a_toy("乙"), a_toy("丙")
        with moving(one, Moves.lend, by=LI_NA) as lent:
            for name, value in FULL.items():
                setattr(lent, name, value)
        moving_many(Toy._base_manager.filter(pk=other.pk), Moves.lend, by=LI_NA, changes=FULL)
        each = {name: {third.pk: value} for name, value in FULL.items()}
        moving_many(Toy._base_manager.filter(pk=third.pk), Moves.lend, by=LI_NA, each=each)
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT facts::text FROM kernel_entry WHERE verb = 'toys.lend'")
            (facts,) = cursor.fetchall()
        assert '"price": "1.50"' in facts[0]
        assert '"due_at": "2026-03-01T09:30:00.000120Z"' in facts[0]
        assert '"size": 2' in facts[0]

    def test_empty_columns_are_the_same_facts_too(self) -> None:
        one, other = a_toy("甲"), a_toy("乙")
        lend(one)
        moving_many(Toy._base_manager.filter(pk=other.pk), Moves.lend, by=LI_NA, changes={"lent_to": "小明"})
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT facts::text FROM kernel_entry WHERE verb = 'toys.lend'")
            assert len(cursor.fetchall()) == 1

    def test_each_row_may_get_its_own_value(self) -> None:
        some = [a_toy(str(number)) for number in range(3)]
        each = {"lent_to": {toy.pk: f"小{toy.name}" for toy in some}}
        moving_many(Toy._base_manager.all(), Moves.lend, by=LI_NA, each=each)
        assert [toy.lent_to for toy in Toy._base_manager.order_by("pk")] == ["小0", "小1", "小2"]
        told = Entry.objects.filter(verb="toys.lend").order_by("pk")
        assert [entry.facts["lent_to"] for entry in told] == ["小0", "小1", "小2"]

    def test_given_facts_stand_beside_those_of_the_row(self) -> None:
        a_toy()
        done = moving_many(
            Toy._base_manager.all(),
            Moves.lend,
            by=LI_NA,
            changes={"lent_to": "小明"},
            facts={"steps": ["批量"]},
        )
        assert Entry.objects.get(pk=done.entries[0]).facts["steps"] == ["批量"]

    def test_many_belong_to_the_request_that_moved_them(self) -> None:
        a_toy()
        with one_request() as request:
            done = moving_many(Toy._base_manager.all(), Moves.lend, by=LI_NA, changes={"lent_to": "小明"})
            assert request.written == 1
        assert Entry.objects.get(pk=done.entries[0]).request == request.id

    def test_a_thousand_rows_cost_as_many_statements_as_ten(self) -> None:
        counts = []
        for size in (10, 1000):
            Toy._base_manager.bulk_create(Toy(name=f"{size}", state=State.NEW) for _ in range(size))
            rows = Toy._base_manager.filter(name=str(size))
            each = {"lent_to": {pk: f"小{pk}" for pk in rows.values_list("pk", flat=True)}}
            with CaptureQueriesContext(connection) as queries, transaction.atomic():
                done = moving_many(rows, Moves.lend, by=LI_NA, each=each)
            assert len(done.moved) == size
            counts.append(len(queries))
        assert counts[0] - 1 <= counts[1] <= counts[0], "the second shares its transaction's job"
        assert counts[0] <= 10


@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture(autouse=True)
    def _table(self) -> Iterator[None]:
        toys.make_table()
        yield
        toys.drop_table()

    def race(self, *works: Callable[[], object]) -> list[str]:
        ready, results = threading.Barrier(len(works)), list[str]()

        def run(work: Callable[[], object]) -> None:
            try:
                ready.wait(10)
                work()
                results.append("done")
            except Refused as no:
                results.append(type(no).__name__)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(results)

    def test_of_opposing_moves_one_wins_and_the_other_is_told_that_it_was_second(self) -> None:
        for _ in range(15):
            toy = lend(a_toy())
            with moving(toy, Moves.give_back, by=LI_NA) as back:
                pass
            assert self.race(*[lambda: lend(back, seen=back.revision)] * 4) == [
                "Stale",
                "Stale",
                "Stale",
                "done",
            ]
            assert Entry.objects.about(toy).filter(verb="toys.lend").count() == 2
            assert Toy._base_manager.get(pk=toy.pk).revision == 4

    def test_many_and_one_do_not_deadlock(self) -> None:
        some = [a_toy(str(number)) for number in range(20)]

        def all_at_once() -> None:
            moving_many(
                Toy._base_manager.order_by("-pk"), Moves.scratch, by=LI_NA, changes={"scratched": True}
            )

        def one_by_one() -> None:
            with transaction.atomic():
                for toy in some:
                    with moving(toy, Moves.scratch, by=LI_NA) as row:
                        row.scratched = True

        for _ in range(5):
            assert self.race(all_at_once, one_by_one, all_at_once) == ["done"] * 3
        assert set(Toy._base_manager.values_list("revision", flat=True)) == {16}
