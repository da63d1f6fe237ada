"""What may be written down, by whom it is guarded, and how words are erased."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tests.toys import LI_NA, WANG_LEI, Moves, Size, State, Toy
from civicloop.kernel.trail.erase import erase
from civicloop.kernel.trail.models import Delivery, Entry, Said
from civicloop.kernel.trail.record import canonical, one_request, plain, record, salted
from civicloop.kernel.trail.sealing import seal
from civicloop.kernel.trail.tests.made import lived, sql
from civicloop.kernel.trail.verbs import VERBS, Verb, label_of
from civicloop.kernel.workflow import begin, moving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_table")]


def a_toy() -> Toy:
    return begin(Toy(name="积木"), Moves.make, by=LI_NA)


def an_entry(**more: Any) -> Entry:
    return record(Moves.lend, about=a_toy(), by=LI_NA, **more)


# What may be written --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "2026-01-02T03:04:05.000006Z"),
        (datetime(2026, 1, 2, 8, tzinfo=timezone(timedelta(hours=8))), "2026-01-02T00:00:00.000000Z"),
        (datetime(2026, 1, 2, tzinfo=UTC).date(), "2026-01-02"),
        (Decimal("1.50"), "1.50"),
        (State.LENT, "lent"),
        (Size.LARGE, 2),
        (True, True),
        (None, None),
        ([State.NEW, {"a": Decimal(1)}], ["new", {"a": "1"}]),
    ],
)
def test_a_fact_has_one_form(value: object, kept: object) -> None:
    assert plain(value) == kept
    assert type(plain(value)) is type(kept)


@pytest.mark.parametrize("value", [1.5, [1.5], {"x": [0.1]}])
def test_floats_are_no_facts_however_deep(value: object) -> None:
    with pytest.raises(TypeError, match="float"):
        plain(value)


@pytest.mark.parametrize("facts", [{"colour": "red"}, {"lent_to": 7}, {"size": "1"}, {"size": True}])
def test_facts_of_another_name_or_type_are_an_error_and_leave_nothing(facts: dict[str, object]) -> None:
    toy = a_toy()
    with pytest.raises(TypeError):
        record(Moves.lend, about=toy, by=LI_NA, facts=facts)
    assert Entry.objects.count() == 1


def test_words_that_the_verb_does_not_say_are_an_error() -> None:
    with pytest.raises(TypeError, match="says nothing named"):
        an_entry(said={"poem": "…"})


def test_typed_words_lie_beside_the_entry_and_never_in_it() -> None:
    entry = an_entry(said={"note": "电话 13900000000"})
    columns = sql("SELECT e::text FROM kernel_entry e WHERE id = %s", entry.pk)[0][0]
    assert "13900000000" not in columns
    said = Said.objects.get(entry=entry)
    assert said.words == {"note": "电话 13900000000"}
    assert said.salt is not None
    assert salted(bytes(said.salt), said.words) == Entry.objects.get(pk=entry.pk).said_hash


def test_the_same_words_twice_have_different_hashes() -> None:
    """So that nobody can guess words from their hash."""
    first, second = an_entry(said={"note": "同意"}), an_entry(said={"note": "同意"})
    assert first.said_hash != second.said_hash


def test_no_words_leave_no_side_row() -> None:
    entry = an_entry(said={"note": ""})
    assert entry.said_hash == ""
    assert not Said.objects.filter(entry=entry).exists()


def test_entries_of_one_request_share_its_id() -> None:
    with one_request() as request:
        first, second = an_entry(), an_entry()
        assert request.written == 4
    third = an_entry()
    assert first.request == second.request == request.id
    assert third.request is None


def test_two_verbs_of_one_name_are_refused_and_old_names_still_have_words() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        Verb("toys.make", "又一个")
    with pytest.raises(ValueError, match="no type"):
        Verb("toys.weigh", "称重", facts={"weight": float})
    assert "toys.weigh" not in VERBS
    assert label_of("toys.long_gone") == "toys.long_gone"


def test_one_byte_form_for_one_value() -> None:
    assert canonical({"b": 1, "a": "中"}) == '{"a":"中","b":1}'.encode()


# What the database guards ---------------------------------------------------------------------------


def refused(statement: str, *given: object) -> str:
    with pytest.raises(DatabaseError) as no, transaction.atomic():
        sql(statement, *given)
    return str(no.value)


@pytest.mark.parametrize("table", ["kernel_entry", "kernel_seal", "kernel_sealed", "kernel_said"])
def test_history_is_neither_deleted_nor_emptied(table: str) -> None:
    lived(toys=1, seals=1)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    before = sql(f"SELECT count(*) FROM {table}")
    assert "留痕只能追加" in refused(f"DELETE FROM {table}")
    assert "留痕只能追加" in refused(f"TRUNCATE {table} CASCADE")
    assert sql(f"SELECT count(*) FROM {table}") == before


@pytest.mark.parametrize(
    "change",
    [
        "kernel_entry SET verb = verb",
        "kernel_entry SET at = now()",
        "kernel_seal SET root = root",
        "kernel_sealed SET position = position + 1",
    ],
)
def test_history_is_not_changed(change: str) -> None:
    lived(toys=1, seals=1)
    assert "留痕只能追加" in refused(f"UPDATE {change}")


def test_the_orm_has_no_way_round() -> None:
    entry = an_entry()
    for attempt in attempts(entry):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert Entry.objects.get(pk=entry.pk).verb == "toys.lend"


def attempts(entry: Entry) -> list[Callable[[], object]]:
    again = Entry.objects.get(pk=entry.pk)
    again.verb = "toys.steal"
    return [
        lambda: Entry.objects.filter(pk=entry.pk).update(verb="toys.steal"),
        lambda: Entry.objects.bulk_update([again], ["verb"]),
        again.save,
        lambda: Entry.objects.filter(pk=entry.pk)._raw_delete("default"),
    ]


def test_words_can_be_erased_but_not_rewritten() -> None:
    entry = an_entry(said={"note": "原话"})
    for change in (
        """words = '{"note": "改过"}'""",
        "words = NULL",
        "salt = NULL",
        "entry_id = entry_id + 1, words = NULL, salt = NULL",
    ):
        assert "不能改写" in refused(f"UPDATE kernel_said SET {change} WHERE entry_id = %s", entry.pk)
    assert Said.objects.get(pk=entry.pk).words == {"note": "原话"}
    sql("UPDATE kernel_said SET words = NULL, salt = NULL WHERE entry_id = %s", entry.pk)
    assert "不能改写" in refused("UPDATE kernel_said SET words = '{}' WHERE entry_id = %s", entry.pk)


def test_the_time_of_writing_is_the_database_s_own() -> None:
    sql(
        'INSERT INTO kernel_entry (at, written_at, "by", on_behalf_of, verb, about_kind, about_id, before, after,'
        " facts, said_hash) VALUES (now(), '2001-01-01', 'x', '', 'toys.look', 'kernel.toy', 1, '', '', '{}', '')"
    )
    assert sql("SELECT clock_timestamp() - written_at < interval '10 seconds' FROM kernel_entry") == [(True,)]


def test_a_delivery_keeps_its_debt() -> None:
    entry = an_entry()
    owed = Delivery.objects.create(entry=entry, listener="toys.ear")
    for change in ("listener = 'toys.other'", "entry_id = entry_id + 1", "id = id + 1"):
        assert "不能更改" in refused(f"UPDATE kernel_delivery SET {change} WHERE id = %s", owed.pk)
    assert "不能删除" in refused("DELETE FROM kernel_delivery WHERE id = %s", owed.pk)
    Delivery.objects.filter(pk=owed.pk).update(state="failed")
    assert "不能删除" in refused("DELETE FROM kernel_delivery WHERE id = %s", owed.pk)
    Delivery.objects.filter(pk=owed.pk).update(state="done")
    assert Delivery.objects.filter(pk=owed.pk).delete()[0] == 1


def test_guards_can_be_taken_down_and_put_up_again() -> None:
    from civicloop.kernel.trail.sql import BACKWARDS, FORWARDS

    sql(BACKWARDS.replace("%", "%%"))
    assert not sql("SELECT FROM pg_trigger WHERE tgrelid = 'kernel_entry'::regclass AND NOT tgisinternal")
    with connection.cursor() as cursor:
        cursor.execute(FORWARDS)
    assert "留痕只能追加" in refused("TRUNCATE kernel_seal CASCADE")


# Erasing --------------------------------------------------------------------------------------------


def test_erasing_empties_words_and_salt_and_is_itself_told() -> None:
    entry = an_entry(said={"note": "张三的电话"})
    seal()
    told = erase(entry, by=WANG_LEI, reason=" 当事人申请删除 ")
    said = Said.objects.get(entry=entry)
    assert (said.words, said.salt) == (None, None)
    assert told.verb == "kernel.erase_said"
    assert (told.about_kind, told.about_id, told.by) == ("kernel.entry", entry.pk, "system:wang-lei")
    assert told.facts == {"entry": entry.pk, "names": ["note"]}
    assert told.said.words == {"reason": "当事人申请删除"}
    assert Entry.objects.get(pk=entry.pk).said_hash == entry.said_hash


def test_erasing_needs_a_reason() -> None:
    entry = an_entry(said={"note": "原话"})
    before = Entry.objects.count()
    with pytest.raises(Refused, match="原因"):
        erase(entry, by=LI_NA, reason="  ")
    assert Said.objects.get(entry=entry).words == {"note": "原话"}
    assert Entry.objects.count() == before


def test_words_are_erased_once() -> None:
    entry = an_entry(said={"note": "原话"})
    erase(entry, by=LI_NA, reason="申请")
    before = Entry.objects.count()
    with pytest.raises(Stale):
        erase(entry, by=LI_NA, reason="申请")
    with pytest.raises(Refused, match="没有文字"):
        erase(an_entry(), by=LI_NA, reason="申请")
    assert Entry.objects.count() == before + 2


def test_a_move_s_own_words_can_be_erased_by_its_history() -> None:
    toy = a_toy()
    with moving(toy, Moves.lend, by=LI_NA, note="原话") as lent:
        lent.lent_to = "小明"
    entry = Entry.objects.about(toy).last()
    assert entry is not None
    erase(entry, by=LI_NA, reason="申请")
    assert Entry.objects.about(toy).count() == 2
