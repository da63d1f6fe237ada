"""What the specs of all verbs share: the people, a case to begin with, and that a refusal leaves no trace."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from civicloop.cases import operations
from civicloop.cases.models import Case, CasePhoto, Contact
from civicloop.cases.workflow import BY_WORD, State
from civicloop.kernel.actors import IMPORTER, INSTALLER, WORKER, Actor
from civicloop.kernel.clock.now import _business
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.trail.models import Delivery, Entry, Said
from civicloop.kernel.workflow import Move
from civicloop.notifications.models import Notice
from civicloop.people.models import Grant, Holding, Person, Post, Unit
from tests.cast import PEOPLE, Cast, CityTestCase

TORN = "水\x00沟\x07堵\x1b塞\r\n三天了"  # what came over a bad line
MENDED = "水沟堵塞\n三天了"


def everything() -> dict[str, Any]:
    """All that an operation on cases could have changed."""
    return {
        "cases": list(Case.objects.order_by("pk").values()),
        "photos": list(CasePhoto.objects.order_by("pk").values()),
        "evidence": Evidence.objects.count(),
        "contacts": list(Contact.objects.order_by("pk").values()),
        "entries": Entry.objects.count(),
        "said": Said.objects.count(),
        "deliveries": Delivery.objects.count(),
        "notices": Notice.objects.count(),
        "jobs": ProcrastinateJob.objects.count(),
    }


@contextmanager
def it_is(at: datetime) -> Iterator[None]:
    """Let it be another time.  Only a sample city may set business time; a test may turn the clock itself."""
    token = _business.set(at)
    try:
        yield
    finally:
        _business.reset(token)


def photo(by: Actor, colour: str = "grey") -> Evidence:
    """A picture that this person has handed in."""
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "JPEG")
    content.seek(0)
    return receive(content, by=by, name="现场.jpg")


class CaseTests(CityTestCase):
    """Tests about cases in 云泽市."""

    third: Person  # an inspector who neither reported nor verified

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.third = cls.cast.third

    @contextmanager
    def refused(self, *words: str, stale: bool = False) -> Iterator[None]:
        """What happens inside is refused in a sentence with these words, and nothing has changed by it."""
        before = everything()
        with self.assertRaises(Refused) as caught:
            yield
        self.assertEqual(type(caught.exception), Stale if stale else Refused, str(caught.exception))
        for one in words:
            self.assertIn(one, str(caught.exception))
        self.assertEqual(everything(), before, "a refusal left a trace")

    def last_entry(self, case: Case) -> Entry:
        return Entry.objects.about(case).latest("id")

    def words(self, case: Case) -> dict[str, str]:
        """What was typed with the last thing that happened to it."""
        return Said.objects.get(entry=self.last_entry(case)).words or {}

    def fresh(self, case: Case) -> Any:
        return Case.objects.get(pk=case.pk)

    def give(self, person: Person, unit: Unit, role: str | None, scope: str = "9801") -> Person:
        """One more post for somebody; the person as a new request would meet them."""
        post = Post.objects.create(unit=unit, name=f"{person.username}的兼职{role}")
        if role:
            Grant.objects.create(post=post, role=role, division=self.cast.division[scope])
        Holding.objects.create(post=post, person=person, since="2024-01-01")
        return Person.objects.get(pk=person.pk)


def in_state(cast: Cast, state: str) -> Case:
    """A case that its people have brought to any of the states."""
    if state == State.DECLINED:
        return operations.decline(cast.case(), by=cast.chen_jing, reason="不在职责范围")
    if state == State.MERGED:
        return operations.merge(cast.case(), into=cast.case(), by=cast.chen_jing)
    if state == State.ELSEWHERE:
        case = operations.report(
            by=IMPORTER,
            text="旧系统的案件",
            division=cast.division["980101001001"],
            kind=cast.litter,
            source="import",
            external_system="old",
            external_id=f"old-{Case.objects.count()}",
        )
        return operations.note_elsewhere(case, ended_at=case.reported_at, by=IMPORTER)
    if state == State.SETTLED:
        return operations.settle(cast.case("looked_back"), by=cast.chen_jing)
    return cast.case(state)


class EveryVerb:
    """What every verb of a case promises.  A spec names the verb, where it starts, and who may."""

    word: str
    start: str
    doer: str
    may: frozenset[str] = frozenset()  # others of the cast who may as well
    case: Case  # where the verb starts

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()  # type: ignore[misc]
        cls.case = in_state(cls.cast, cls.start)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the verb is told besides the case and who does it."""
        return {}

    @property
    def move(self) -> Move:
        return BY_WORD[self.word]

    def do(self: Any, case: Case | None = None, **changes: Any) -> Any:
        who = changes.pop("by", None) or self.someone(self.doer)
        made: Case = getattr(operations, self.word)(
            case or self.case, **(self.given() | {"by": who} | changes)
        )
        return made

    def someone(self: Any, name: str) -> Person:
        """This person as the next request meets them, with posts as they are now."""
        known = self.third if name == "third" else getattr(self.cast, name)
        return Person.objects.get(pk=known.pk)

    # What it does

    def test_it_moves_the_case_and_writes_down_who_did_what(self: Any) -> None:
        before = Entry.objects.count()
        case = self.do()
        self.assertEqual(case.state, self.move.to)
        self.assertEqual(self.fresh(case).state, self.move.to)
        self.assertEqual(case.revision, self.case.revision + 1)
        self.assertEqual(Entry.objects.count(), before + 1)
        entry = self.last_entry(case)
        self.assertEqual(
            (entry.verb, entry.by, entry.before, entry.after),
            (f"cases.{self.word}", self.someone(self.doer).actor_key, self.start, self.move.to),
        )
        self.assertEqual(set(entry.facts), set(self.move.facts))

    def test_the_row_and_the_returned_case_are_the_same(self: Any) -> None:
        case = self.do()
        fresh = self.fresh(case)
        for field in Case._meta.concrete_fields:
            if field.attname != "search":
                self.assertEqual(getattr(case, field.attname), getattr(fresh, field.attname), field.attname)

    def test_whoever_must_hear_of_it_is_owed_a_delivery(self: Any) -> None:
        from civicloop.kernel.trail.listeners import listeners_of

        case = self.do()
        owed = Delivery.objects.filter(entry=self.last_entry(case)).values_list("listener", flat=True)
        self.assertEqual(sorted(owed), sorted(listeners_of(f"cases.{self.word}")))

    # Who may not

    def test_others_of_the_city_and_strangers_may_not(self: Any) -> None:
        for name in {*PEOPLE, "third"} - self.may - {self.doer}:
            with self.subTest(name=name), self.refused():
                self.do(by=self.someone(name))

    def test_those_who_may_may(self: Any) -> None:
        from django.db import transaction

        for name in sorted(self.may | {self.doer}):
            with self.subTest(name=name), transaction.atomic():
                self.assertEqual(self.do(by=self.someone(name)).state, self.move.to)
                transaction.set_rollback(True)

    def test_a_person_whose_account_is_disabled_may_not(self: Any) -> None:
        Person.objects.filter(pk=self.someone(self.doer).pk).update(is_active=False)
        with self.refused("没有这项职责"):
            self.do()

    def test_a_person_who_has_left_the_post_may_not(self: Any) -> None:
        Holding.objects.filter(person=self.someone(self.doer)).update(until="2024-02-01")
        with self.refused("没有这项职责"):
            self.do()

    def test_a_machine_may_not(self: Any) -> None:
        for machine in (WORKER, IMPORTER, INSTALLER):
            if not (self.word == "merge" and machine is IMPORTER):
                with self.subTest(machine=machine.name), self.refused("要由人来做"):
                    self.do(by=machine)

    # When not

    def test_it_is_refused_in_every_other_state(self: Any) -> None:
        for state in set(State.values) - set(self.move.sources):
            case = in_state(self.cast, state)
            with self.subTest(state=state), self.refused(str(State(state).label), str(self.move.label)):
                self.do(case)

    def test_a_case_that_someone_just_moved_is_left_alone(self: Any) -> None:
        other = next(one for one in State.values if one not in self.move.sources)
        known = self.fresh(self.case)
        known.state = next(iter(self.move.sources))
        Case.objects.filter(pk=in_state(self.cast, other).pk).values("pk")
        moved = in_state(self.cast, other)
        moved.state = known.state  # what the page still shows
        with self.refused(stale=True):
            self.do(moved)

    def test_whoever_looks_at_an_old_page_is_told_so(self: Any) -> None:
        with self.refused("过时", stale=True):
            self.do(seen=self.case.revision - 1)

    def test_whoever_has_seen_the_newest_page_goes_ahead(self: Any) -> None:
        self.assertEqual(self.do(seen=self.case.revision).state, self.move.to)

    def test_it_cannot_be_done_twice(self: Any) -> None:
        done = self.do()
        with self.refused(str(State(done.state).label)):
            self.do(done)

    # What is typed

    def test_typed_text_lies_beside_the_entry_and_never_in_it(self: Any) -> None:
        for name in self.move.says:
            with self.subTest(name=name):
                case = self.do(in_state(self.cast, self.start), **{name: "金丝雀8841"})
                entry = self.last_entry(case)
                self.assertEqual(self.words(case)[name], "金丝雀8841")
                self.assertNotIn("金丝雀8841", str(entry.facts))
                self.assertRegex(entry.said_hash, "^[0-9a-f]{64}$")

    def test_signs_that_no_keyboard_has_are_dropped(self: Any) -> None:
        for name in self.move.says:
            with self.subTest(name=name):
                case = self.do(in_state(self.cast, self.start), **{name: TORN})
                self.assertEqual(self.words(case)[name], MENDED)

    def test_text_beyond_the_limit_is_refused_and_never_cut(self: Any) -> None:
        for name in self.move.says:
            longest = 200 if name == "no_photo_because" else 4000
            with self.subTest(name=name), self.refused(str(longest), str(longest + 1)):
                self.do(**{name: "长" * (longest + 1)})
            with self.subTest(name=name, fits=True):
                self.do(in_state(self.cast, self.start), **{name: "长" * longest})

    def test_a_missing_reason_is_asked_for(self: Any) -> None:
        if "reason" in self.move.says and self.word != "merge":
            for nothing in ("", "  \n ", "\x00\x07"):
                with self.subTest(nothing=nothing), self.refused("请写明"):
                    self.do(reason=nothing)


class WithPhotos:
    """Verbs that somebody's photos may come with."""

    stage: str

    def test_photos_come_along_in_their_stage_and_round(self: Any) -> None:
        doer = self.someone(self.doer)
        one, other = photo(doer), photo(doer, "white")
        case = self.do(photos=[one, other])
        attached = CasePhoto.objects.filter(case=case, stage=self.stage)
        self.assertEqual([row.evidence_id for row in attached], [one.pk, other.pk])
        self.assertEqual(self.last_entry(case).facts["photo_ids"], [one.pk, other.pk])

    def test_nobody_uses_the_photo_of_another(self: Any) -> None:
        for name in {"wang_lei", "li_na", "stranger_handler"} - {self.doer}:
            theirs = photo(self.someone(name))
            with self.subTest(name=name), self.refused("找不到这张照片"):
                self.do(photos=[theirs])


__all__ = ["CaseTests", "EveryVerb", "WithPhotos", "everything", "in_state", "it_is", "photo"]
