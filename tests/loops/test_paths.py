"""The loop as a whole: every path ends where it should, every move and every state is on some path."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DjangoTestCase

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import everything, in_state
from civicloop.cases.workflow import BY_WORD, ENDED, MOVES, Moves, State
from civicloop.kernel.actors import Actor
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.workflow import ANEW
from civicloop.people.models import Person
from tests.cast import PEOPLE, Cast, CityTestCase
from tests.loops.paths import ELSEWHERE, PATHS, RELAPSE, REWORK, WHO, said, walk

pytestmark = pytest.mark.loops


class PathTests(CityTestCase):
    def test_every_path_is_walked_to_its_end_and_leaves_its_steps_in_the_trail(self) -> None:
        for name, path in PATHS.items():
            if path == ELSEWHERE:
                continue  # only the import walks it: cases/tests/test_note_elsewhere.py
            with self.subTest(path=name):
                case = walk(self.cast, path)
                entries = list(Entry.objects.about(case))
                self.assertEqual([entry.verb for entry in entries], [f"cases.{verb}" for verb in path])
                self.assertIn(case.state, ENDED)
                self.assertEqual(case.revision, len(path))
                for earlier, later in itertools.pairwise(entries):
                    self.assertEqual(earlier.after, later.before)
                self.assertEqual(entries[-1].after, case.state)

    def test_rounds_and_relapses_are_counted(self) -> None:
        self.assertEqual((walk(self.cast, REWORK).rounds, walk(self.cast, REWORK).relapses), (2, 0))
        again = walk(self.cast, RELAPSE)
        self.assertEqual((again.rounds, again.relapses), (2, 1))

    def test_every_move_is_on_some_path(self) -> None:
        walked = {verb for path in PATHS.values() for verb in path}
        self.assertEqual(walked, set(BY_WORD) - {Moves.new_calendar.word})

    def test_every_state_can_be_reached_and_every_state_that_is_no_end_can_be_left(self) -> None:
        reached, grown = {ANEW}, True
        while grown:
            new = {move.to for move in MOVES if move.to and reached & set(move.sources)} - reached
            reached |= new
            grown = bool(new)
        self.assertEqual(reached - {ANEW}, set(State.values))
        left = {source for move in MOVES if move.to is not None for source in move.sources} - {ANEW}
        self.assertEqual(set(State.values) - left, set(ENDED))

    def test_from_every_state_some_end_can_be_reached(self) -> None:
        good: set[str] = set(ENDED)
        while True:
            more = {s for move in MOVES if move.to in good for s in move.sources} - good
            if not more:
                break
            good |= more
        self.assertEqual(set(State.values) - good, set())

    def test_every_move_of_people_names_its_roles_and_every_one_of_machines_names_none(self) -> None:
        for move in MOVES:
            machine = move in {Moves.note_elsewhere, Moves.new_calendar}
            self.assertEqual(bool(move.roles), not machine, move.name)


class Model:
    """What a case should be, in the plainest words: the state, and the few facts that decide who may."""

    def __init__(self) -> None:
        self.state = "reported"
        self.moves = {m.word: (set(m.sources), m.to) for m in MOVES}
        self.reporter, self.verifier, self.unit = "zhou_jie", "", ""
        self.rounds, self.relapses, self.entries = 0, 0, 1

    OFFICE, FIELD, UNIT = {"chen_jing"}, {"li_na", "zhou_jie", "third"}, {"wang_lei"}
    MAY = {
        "file": OFFICE, "decline": OFFICE, "dispatch": OFFICE, "close": OFFICE, "settle": OFFICE,
        "sign": UNIT, "hand_back": UNIT, "report_fixed": UNIT,
        "verify": FIELD, "send_back": FIELD | OFFICE, "look_back": FIELD, "relapse": FIELD,
    }  # fmt: skip

    def may(self, verb: str, who: str) -> bool:
        if who not in self.MAY[verb]:
            return False
        if verb in {"verify", "send_back"}:
            return who != self.reporter
        if verb in {"look_back", "relapse"}:
            return who not in {self.reporter, self.verifier}
        return True

    def do(self, verb: str, who: str) -> bool:
        sources, to = self.moves[verb]
        if self.state not in sources or not self.may(verb, who):
            return False
        self.state, self.entries = str(to), self.entries + 1
        if verb == "dispatch":
            self.rounds = 1
        elif verb in {"send_back", "relapse"}:
            self.rounds, self.verifier = self.rounds + 1, ""
            self.relapses += verb == "relapse"
        elif verb == "verify":
            self.verifier = who
        return True


# Mostly what would come next, so that a random walk gets somewhere, with anything in between.
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*Model.MAY, "next", "next", "next", "next"]),
        st.sampled_from([*PEOPLE, "third", "right", "right", "right"]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=30,
)


class AnyOrderTests(DjangoTestCase):
    """Anybody tries anything in any order; the case agrees with a model of twenty lines."""

    cast: Cast

    @classmethod
    def setUpTestData(cls) -> None:
        cls.cast = Cast()
        assert cls.cast.third

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def test_random_people_make_random_moves(self, steps: list[tuple[str, str, int]]) -> None:
        people: dict[str, Actor] = {name: getattr(self.cast, name) for name in [*PEOPLE, "third"]}
        case, model = self.cast.case(), Model()
        for verb, who, choice in steps:
            if verb == "next":
                fitting = [v for v in Model.MAY if model.state in model.moves[v][0]]
                if not fitting:
                    continue
                verb = fitting[choice % len(fitting)]
            if who == "right":
                who = WHO[verb]
            before = everything()
            try:
                case = getattr(operations, verb)(case, by=people[who], **said(self.cast, verb))
                done = True
            except Refused as no:
                done = False
                self.assertGreater(len(str(no)), 8)
                self.assertEqual(everything(), before, f"{verb} was refused to {who} and left a trace")
            self.assertEqual(done, model.do(verb, who), f"{who} tried {verb} in {case.state}")
            fresh = Case.objects.get(pk=case.pk)
            self.assertEqual(
                (fresh.state, fresh.rounds, fresh.relapses), (model.state, model.rounds, model.relapses)
            )
            self.assertEqual(Entry.objects.about(case).count(), model.entries)
            self.assertEqual(fresh.revision, model.entries)
            self._holds(fresh)

    def _holds(self, case: Case) -> None:
        """What is true of any case at any time."""
        with_unit = case.state in {
            "dispatched",
            "signed",
            "fixed",
            "verified",
            "closed",
            "looked_back",
            "settled",
        }
        self.assertEqual(case.unit_id is not None, with_unit)
        self.assertEqual(case.due_at is not None, with_unit)
        self.assertEqual(case.look_back_on is not None, case.state in {"closed", "looked_back", "settled"})
        self.assertEqual(case.ended_at is not None, case.state in ENDED)
        if case.verifier_id:
            self.assertNotEqual(case.verifier_id, case.reporter_id)
            verifier = Person.objects.get(pk=case.verifier_id)
            self.assertNotIn(case.unit_id, verifier.own_unit_ids)


class StatesTests(CityTestCase):
    def test_a_case_can_be_brought_into_every_state(self) -> None:
        found: dict[str, Any] = {state: in_state(self.cast, state).state for state in State.values}
        self.assertEqual(found, {state: state for state in State.values})
