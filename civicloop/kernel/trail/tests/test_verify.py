"""Whoever changes history leaves a trace; whoever erases words does not break it."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from civicloop.kernel.tests.toys import LI_NA, Moves, State, Toy
from civicloop.kernel.trail import merkle
from civicloop.kernel.trail.erase import erase
from civicloop.kernel.trail.export import export, witness
from civicloop.kernel.trail.models import Entry, Said, Seal
from civicloop.kernel.trail.reading import rows_of
from civicloop.kernel.trail.sealing import SELECTED, leaf_of, link_of, seal
from civicloop.kernel.trail.tests.made import lived, sql, tamper
from civicloop.kernel.trail.verify import CHECKS, Problem, Verdict, verify
from civicloop.kernel.workflow import moving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy_table")]
ALONE = Path(__file__).resolve().parents[4] / "prove" / "verify_trail.py"


def words_of(verdict: Verdict) -> set[str]:
    return {problem.what for problem in verdict.problems}


def test_an_honest_history_is_intact() -> None:
    lived()
    verdict = verify()
    assert verdict.ok, verdict.problems
    assert (verdict.entries, verdict.sealed, verdict.unsealed, verdict.seals) == (120, 96, 24, 4)


def test_an_empty_history_is_intact() -> None:
    assert verify().ok


# Two hundred ways to lie --------------------------------------------------------------------------

Luck = random.Random


def some_entry(luck: Luck) -> int:
    return int(luck.choice(sql("SELECT entry_id FROM kernel_sealed"))[0])


def two_entries(luck: Luck) -> tuple[int, int]:
    one, other = luck.sample(sql("SELECT entry_id FROM kernel_sealed"), 2)
    return int(one[0]), int(other[0])


def edits_an_entry(luck: Luck) -> None:
    column, value = luck.choice(
        [
            ("at", "2020-01-01T00:00:00Z"),
            ("written_at", "2020-01-01T00:00:00Z"),
            ("by", "person:999"),
            ("on_behalf_of", "unit:7"),
            ("verb", "toys.steal"),
            ("about_kind", "kernel.other"),
            ("about_id", 999_999),
            ("before", "stolen"),
            ("after", "stolen"),
            ("facts", '{"lent_to": "别人"}'),
            ("said_hash", "0" * 64),
            ("request", "00000000-0000-4000-8000-000000000000"),
        ]
    )
    assert tamper(f'UPDATE kernel_entry SET "{column}" = %s WHERE id = %s', value, some_entry(luck)) == 1


def edits_an_entry_and_its_leaf(luck: Luck) -> None:
    entry = some_entry(luck)
    tamper("""UPDATE kernel_entry SET "by" = 'person:999' WHERE id = %s""", entry)
    row = sql(f"SELECT {SELECTED} FROM kernel_entry e WHERE id = %s", entry)[0]
    tamper("UPDATE kernel_sealed SET leaf = %s WHERE entry_id = %s", leaf_of(row).hex(), entry)


def edits_a_leaf(luck: Luck) -> None:
    tamper("UPDATE kernel_sealed SET leaf = %s WHERE entry_id = %s", "ab" * 32, some_entry(luck))


def deletes_a_sealed_entry(luck: Luck) -> None:
    tamper("DELETE FROM kernel_entry WHERE id = %s", some_entry(luck))


def deletes_an_entry_with_all_that_hangs_on_it(luck: Luck) -> None:
    entry = some_entry(luck)
    for table, column in (("sealed", "entry_id"), ("said", "entry_id"), ("entry", "id")):
        tamper(f"DELETE FROM kernel_{table} WHERE {column} = %s", entry)


def deletes_an_unsealed_entry(luck: Luck) -> None:
    # The words of the entry go too, so that nothing but the thing itself can tell.
    entry = luck.choice(
        sql("SELECT id FROM kernel_entry WHERE id NOT IN (SELECT entry_id FROM kernel_sealed)")
    )[0]
    tamper("DELETE FROM kernel_said WHERE entry_id = %s", entry)
    tamper("DELETE FROM kernel_entry WHERE id = %s", entry)


def inserts_an_entry_of_old(luck: Luck) -> None:
    near = some_entry(luck)
    tamper(
        'INSERT INTO kernel_entry (id, at, written_at, "by", on_behalf_of, verb, about_kind, about_id,'
        " before, after, facts, said_hash)"
        ' SELECT (SELECT max(id) + 1000 FROM kernel_entry), at, written_at, "by",'
        " on_behalf_of, 'toys.look', about_kind, about_id, '', '', '{}', '' FROM kernel_entry WHERE id = %s",
        near,
    )
    if luck.random() < 0.5:
        seal(everything=True)  # the honest worker seals it unawares


def inserts_into_the_middle(luck: Luck) -> None:
    """All later places move up by one; leaf, places and count of the last seal are made to fit."""
    near = some_entry(luck)
    inserts_an_entry_of_old(random.Random(3))
    (new,) = sql("SELECT max(id) FROM kernel_entry")[0]
    if sql("SELECT FROM kernel_sealed WHERE entry_id = %s", new):
        return
    position, seal_id = sql("SELECT position, seal_id FROM kernel_sealed WHERE entry_id = %s", near)[0]
    tamper("UPDATE kernel_sealed SET position = -position - 2 WHERE position >= %s", position)
    tamper("UPDATE kernel_sealed SET position = -position - 1 WHERE position < 0")
    row = sql(f"SELECT {SELECTED} FROM kernel_entry e WHERE id = %s", new)[0]
    tamper(
        "INSERT INTO kernel_sealed (position, entry_id, leaf, seal_id) VALUES (%s, %s, %s, %s)",
        position,
        new,
        leaf_of(row).hex(),
        seal_id,
    )


def swaps_the_places_of_two(luck: Luck) -> None:
    one, other = two_entries(luck)
    swap("entry_id", one, other)


def swaps_places_and_leaves_of_two(luck: Luck) -> None:
    one, other = two_entries(luck)
    swap("entry_id", one, other)
    swap("leaf", one, other)


def swap(column: str, one: int, other: int) -> None:
    (first,), (second,) = (
        sql("SELECT position FROM kernel_sealed WHERE entry_id = %s", entry)[0] for entry in (one, other)
    )
    kept = [
        sql(f"SELECT {column} FROM kernel_sealed WHERE position = %s", at)[0][0] for at in (first, second)
    ]
    if column == "entry_id":
        tamper("UPDATE kernel_sealed SET entry_id = -1 WHERE position = %s", first)
    tamper(f"UPDATE kernel_sealed SET {column} = %s WHERE position = %s", kept[0], second)
    tamper(f"UPDATE kernel_sealed SET {column} = %s WHERE position = %s", kept[1], first)


def swaps_who_did_what(luck: Luck) -> None:
    one, other = two_entries(luck)
    tamper(
        'UPDATE kernel_entry e SET verb = o.verb, "by" = o."by", facts = o.facts, about_id = o.about_id,'
        " at = o.at"
        " FROM kernel_entry o WHERE (e.id, o.id) IN ((%s, %s), (%s, %s))",
        one,
        other,
        other,
        one,
    )


def renumbers_an_entry(luck: Luck) -> None:
    entry = some_entry(luck)
    tamper("UPDATE kernel_entry SET id = id + 100000 WHERE id = %s", entry)
    tamper("UPDATE kernel_sealed SET entry_id = entry_id + 100000 WHERE entry_id = %s", entry)
    tamper("UPDATE kernel_said SET entry_id = entry_id + 100000 WHERE entry_id = %s", entry)


def touches_a_seal(luck: Luck) -> None:
    chosen = luck.choice(list(Seal.objects.all()))
    change, *given = luck.choice(
        [
            ("sealed_at = sealed_at - interval '1 second'",),
            ("size = size - 1",),
            ("root = %s", "cd" * 32),
            ("link = %s", "cd" * 32),
            ("frontier = %s::jsonb", json.dumps(["cd" * 32])),
            ("frontier = '7'::jsonb",),
            ("id = id + 1000",),
        ]
    )
    tamper(f"UPDATE kernel_seal SET {change} WHERE id = %s", *given, chosen.pk)


def deletes_a_seal(luck: Luck) -> None:
    tamper("DELETE FROM kernel_seal WHERE id = %s", luck.choice(list(Seal.objects.all())).pk)


def moves_entries_to_another_seal(luck: Luck) -> None:
    first, second = Seal.objects.order_by("size")[:2]
    tamper("UPDATE kernel_sealed SET seal_id = %s WHERE seal_id = %s", second.pk, first.pk)


def rewrites_words(luck: Luck) -> None:
    entry = luck.choice(list(Said.objects.values_list("entry_id", flat=True)))
    change = luck.choice(
        [
            """words = '{"note": "给小红"}'""",
            "words = NULL",
            "salt = NULL",
            "salt = '0123456789abcdef'",
            "words = NULL, salt = NULL",
        ]
    )
    tamper(f"UPDATE kernel_said SET {change} WHERE entry_id = %s", entry)


def deletes_words(luck: Luck) -> None:
    tamper(
        "DELETE FROM kernel_said WHERE entry_id = %s",
        luck.choice(list(Said.objects.values_list("entry_id", flat=True))),
    )


def adds_words(luck: Luck) -> None:
    (entry,) = luck.choice(sql("SELECT id FROM kernel_entry WHERE said_hash = ''"))
    tamper("INSERT INTO kernel_said (entry_id, salt, words) VALUES (%s, '0', '{\"note\": \"假\"}')", entry)


def changes_a_state_by_hand(luck: Luck) -> None:
    thing = luck.choice(list(Toy._base_manager.all()))
    Toy._base_manager.filter(pk=thing.pk).update(state=State.NEW)


def deletes_a_thing(luck: Luck) -> None:
    luck.choice(list(Toy._base_manager.all())).delete()


def makes_a_thing_by_hand(luck: Luck) -> None:
    Toy._base_manager.create(name="私造", state=State.NEW)


LIES: list[Callable[[Luck], None]] = [
    edits_an_entry,
    edits_an_entry,
    edits_an_entry_and_its_leaf,
    edits_a_leaf,
    deletes_a_sealed_entry,
    deletes_an_entry_with_all_that_hangs_on_it,
    deletes_an_unsealed_entry,
    inserts_an_entry_of_old,
    inserts_into_the_middle,
    swaps_the_places_of_two,
    swaps_places_and_leaves_of_two,
    swaps_who_did_what,
    renumbers_an_entry,
    touches_a_seal,
    deletes_a_seal,
    moves_entries_to_another_seal,
    rewrites_words,
    deletes_words,
    adds_words,
    changes_a_state_by_hand,
    deletes_a_thing,
    makes_a_thing_by_hand,
]


def test_two_hundred_random_lies_are_all_found() -> None:
    from django.db import transaction

    lived(toys=4)
    unseen = []
    for number in range(200):
        luck = random.Random(number)
        lie = LIES[number % len(LIES)]
        # The seal of the last go is kept by another office; without it a cut tail could not be told.
        kept = last_seal()
        with transaction.atomic():
            lie(luck)
            if verify(kept).ok:
                unseen.append((number, lie.__name__))
            transaction.set_rollback(True)
    assert not unseen
    assert verify().ok


def last_seal() -> dict[str, object]:
    last = Seal.objects.order_by("-size")[0]
    return {"size": last.size, "root": last.root, "link": last.link}


# What each lie is told to be ----------------------------------------------------------------------


def test_the_changed_entry_is_named_and_only_that() -> None:
    lived()
    entry = Entry.objects.filter(verb="toys.make")[10]
    tamper("""UPDATE kernel_entry SET "by" = 'person:1' WHERE id = %s""", entry.pk)
    assert [(problem.what, problem.where) for problem in verify().problems] == [
        ("changed", f"entry {entry.pk}")
    ]


def test_several_lies_are_all_named_in_order() -> None:
    lived()
    chosen = [Entry.objects.all()[place] for place in (5, 40, 90)]
    for entry in chosen:
        tamper("UPDATE kernel_entry SET facts = '{}', on_behalf_of = 'x' WHERE id = %s", entry.pk)
    named = [problem.where for problem in verify().problems]
    assert named == [f"entry {entry.pk}" for entry in chosen]


def test_an_entry_forged_together_with_its_leaf_is_told_by_its_seal() -> None:
    lived()
    edits_an_entry_and_its_leaf(random.Random(1))
    verdict = verify()
    assert [(problem.what, problem.where.split()[0]) for problem in verdict.problems] == [("changed", "seal")]


def rechain() -> None:
    """With all rights over database and code: every leaf, root and link made anew."""
    frontier: list[bytes] = []
    before = ""
    size = 0
    for one in list(Seal.objects.order_by("size")):
        while size < one.size:
            (entry,) = sql("SELECT entry_id FROM kernel_sealed WHERE position = %s", size)[0]
            leaf = leaf_of(sql(f"SELECT {SELECTED} FROM kernel_entry e WHERE id = %s", entry)[0])
            tamper("UPDATE kernel_sealed SET leaf = %s WHERE position = %s", leaf.hex(), size)
            merkle.append(frontier, size, leaf)
            size += 1
        root = merkle.root_of(frontier).hex()
        before = link_of(before, size, root, one.sealed_at)
        tamper(
            "UPDATE kernel_seal SET root = %s, link = %s, frontier = %s::jsonb WHERE id = %s",
            root,
            before,
            json.dumps([step.hex() for step in frontier]),
            one.pk,
        )


def test_a_history_rewritten_whole_is_found_by_a_witness_and_only_so(tmp_path: Path) -> None:
    lived()
    kept = tmp_path / "witness.json"
    witness(kept)
    tamper("""UPDATE kernel_entry SET "by" = 'person:1' WHERE verb = 'toys.make'""")
    rechain()
    assert verify().ok, "without a witness a perfect forgery cannot be told; this is what we do not promise"
    assert words_of(verify(kept)) == {"rewritten"}


@pytest.mark.parametrize("size", [96, 72, 24])
def test_an_old_witness_still_finds_a_rewritten_history(size: int) -> None:
    lived()
    old = Seal.objects.get(size=size)
    kept = {"size": old.size, "root": old.root, "link": old.link}
    tamper("""UPDATE kernel_entry SET "by" = 'person:1' WHERE id = (SELECT min(id) FROM kernel_entry)""")
    rechain()
    assert words_of(verify(kept)) == {"rewritten"}


def test_a_cut_tail_is_found_by_a_witness(tmp_path: Path) -> None:
    lived()
    kept = tmp_path / "witness.json"
    witness(kept)
    last = Seal.objects.order_by("-size")[0]
    (first,) = sql("SELECT min(entry_id) FROM kernel_sealed WHERE seal_id = %s", last.pk)[0]
    tamper("DELETE FROM kernel_toy WHERE id IN (SELECT about_id FROM kernel_entry WHERE id >= %s)", first)
    tamper("DELETE FROM kernel_said WHERE entry_id >= %s", first)
    tamper("DELETE FROM kernel_sealed WHERE seal_id = %s", last.pk)
    tamper("DELETE FROM kernel_entry WHERE id >= %s", first)
    tamper("DELETE FROM kernel_seal WHERE id = %s", last.pk)
    assert verify().ok
    verdict = verify(kept)
    assert [(problem.what, problem.where) for problem in verdict.problems] == [("cut", "place 72")]


def test_a_witness_of_today_agrees_tomorrow(tmp_path: Path) -> None:
    lived()
    kept = tmp_path / "witness.json"
    witness(kept)
    seal()
    assert verify(kept).ok


def test_a_file_that_is_no_witness_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"seal": {"size": "many"}}')
    with pytest.raises(ValueError, match="no witness"):
        verify(wrong)


# Words --------------------------------------------------------------------------------------------


def test_erased_words_leave_the_history_intact() -> None:
    lived()
    before = Seal.objects.order_by("-size")[0]
    for entry in Entry.objects.filter(verb="toys.lend")[:5]:
        erase(entry, by=LI_NA, reason="当事人要求")
    seal()
    assert verify(last_seal()).ok
    assert verify({"size": before.size, "root": before.root, "link": before.link}).ok
    assert not Said.objects.filter(
        entry__verb="toys.lend", words__note="给小明0", entry__in=Entry.objects.all()[:3]
    )


# Things -------------------------------------------------------------------------------------------


def test_a_state_changed_by_hand_is_named() -> None:
    toy = lived()[0]
    Toy._base_manager.filter(pk=toy.pk).update(state=State.LENT)
    (problem,) = verify().problems
    assert (problem.what, problem.where) == ("untold", f"kernel.toy {toy.pk}")
    assert "lent" in problem.sentence


def test_an_unsealed_step_taken_out_of_the_middle_is_named() -> None:
    lived(seals=0)
    entry = Entry.objects.filter(verb="toys.lend")[2]
    deletes = "DELETE FROM kernel_said WHERE entry_id = %s", "DELETE FROM kernel_entry WHERE id = %s"
    for statement in deletes:
        tamper(statement, entry.pk)
    assert words_of(verify()) == {"broken"}


def test_a_move_that_keeps_the_state_does_not_disturb() -> None:
    toy = lived(toys=1, seals=0)[0]
    with moving(toy, Moves.lend, by=LI_NA) as lent:
        lent.lent_to = "小红"
    with moving(lent, Moves.scratch, by=LI_NA) as scratched:
        scratched.scratched = True
    assert verify().ok


# Files --------------------------------------------------------------------------------------------


def test_checks_of_files_run_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("changed", "evidence 1", "照片与收到时不同。")
    monkeypatch.setattr(CHECKS, "_fillings", [(0, lambda: iter([problem]))])
    assert verify().ok
    assert verify(files=True).problems == [problem]


# Without us ---------------------------------------------------------------------------------------


def alone(*files: Path) -> tuple[int, str]:
    """Run the stand-alone verifier as an outsider would: isolated from the project."""
    run = subprocess.run(
        [sys.executable, "-I", str(ALONE), *map(str, files)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def test_an_outsider_comes_to_the_same_verdict(tmp_path: Path) -> None:
    lived()
    out, kept = tmp_path / "trail.jsonl", tmp_path / "witness.json"
    assert export(out) == 96
    witness(kept)
    assert alone(out) == (0, "INTACT  完好: entries 留痕 96, seals 封存 4\n")
    assert alone(out, kept) == (0, "INTACT  完好: entries 留痕 96, seals 封存 4\n")

    tamper("""UPDATE kernel_entry SET "by" = 'person:1' WHERE id = (SELECT min(id) + 30 FROM kernel_entry)""")
    export(out)
    code, said = alone(out)
    assert code == 1
    assert said.startswith(f"seal {Seal.objects.order_by('size')[1].pk}, places 24 to 47: ")

    rechain()
    export(out)
    assert alone(out)[0] == 0
    code, said = alone(out, kept)
    assert (code, "history was rewritten" in said) == (1, True)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda lines: lines[:10] + lines[11:], "此前缺少留痕"),
        (lambda lines: [*lines[:10], lines[11], lines[10], *lines[12:]], "此前缺少留痕"),
        (lambda lines: [line.replace("li-na", "wang-lei") for line in lines], "与封存时不同"),
        (lambda lines: lines[:-1], "最后一次封存之后"),
        (lambda lines: lines[: 1 + 24 * 3 + 3], "截去或改写"),
        (lambda lines: [*lines[:25], *lines[26:]], "不相连"),
        (lambda lines: [lines[0], "{}", *lines[1:]], "无法读取"),
        (lambda lines: lines[1:], "无法读取"),
    ],
)
def test_an_outsider_finds_a_doctored_export(
    tmp_path: Path, harm: Callable[[list[str]], list[str]], says: str
) -> None:
    lived()
    out, kept = tmp_path / "trail.jsonl", tmp_path / "witness.json"
    export(out)
    witness(kept)
    out.write_text("\n".join(harm(out.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    code, said = alone(out, kept)
    assert code in (1, 2)
    assert says in said


def test_the_verifier_for_outsiders_is_short_and_stands_alone() -> None:
    source = ALONE.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 100
    assert "import civicloop" not in source
    assert "from civicloop" not in source


def test_no_typed_word_leaves_with_an_export(tmp_path: Path) -> None:
    lived(toys=1, seals=1)
    out = tmp_path / "trail.jsonl"
    export(out)
    assert "给小明" not in out.read_text(encoding="utf-8")


def test_rows_come_in_chunks() -> None:
    lived(toys=1, seals=0)
    with rows_of("SELECT id FROM kernel_entry ORDER BY id") as rows:
        assert len(list(rows)) == Entry.objects.count()
