"""Who sees which cases, and what of them."""

from datetime import date

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.rights import moves_for
from civicloop.cases.seen import as_seen_by, history_as_seen_by
from civicloop.cases.tests.telling import CaseTests
from civicloop.people.models import Grant, Holding, Person, Role
from tests.cast import PEOPLE


class SeenByTests(CaseTests):
    here: Case
    west: Case
    theirs: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.here = cls.cast.case("dispatched")
        cls.west = cls.cast.case(division=cls.cast.division["980102001001"])
        cls.theirs = cls.cast.case(by=cls.cast.stranger_inspector, division=cls.cast.division["980201001"])

    def sees(self, person: Person) -> set[Case]:
        return set(Case.objects.seen_by(Person.objects.get(pk=person.pk)))

    def test_everybody_sees_their_own_places_and_nothing_else(self) -> None:
        both, strange = {self.here, self.west}, {self.theirs}
        wanted = {
            "chen_jing": both, "li_na": both, "zhou_jie": both, "sun_ping": both, "liu_yang": both,
            "wang_lei": {self.here}, "zhao_min": set(), "west_dispatcher": {self.west},
            "he_bian": set(), "system_admin": set(), "security_admin": set(), "auditor": set(), "nobody": set(),
            "stranger_dispatcher": strange, "stranger_inspector": strange, "stranger_handler": set(),
        }  # fmt: skip
        self.assertEqual(set(wanted), set(PEOPLE))
        for name, cases in wanted.items():
            with self.subTest(name=name):
                self.assertEqual(self.sees(getattr(self.cast, name)), cases)

    def test_whoever_reported_sees_their_case_after_moving_on(self) -> None:
        Holding.objects.filter(person=self.cast.zhou_jie).update(until=date(2024, 6, 1))
        self.assertEqual(self.sees(self.cast.zhou_jie), {self.here, self.west})

    def test_a_disabled_account_sees_nothing(self) -> None:
        Person.objects.filter(pk=self.cast.zhou_jie.pk).update(is_active=False)
        self.assertEqual(self.sees(self.cast.zhou_jie), set())

    def test_a_grant_that_was_withdrawn_shows_nothing_any_more(self) -> None:
        Grant.objects.filter(role=Role.LEADER).delete()
        self.assertEqual(self.sees(self.cast.liu_yang), set())

    def test_a_department_sees_its_line_only(self) -> None:
        Grant.objects.filter(role=Role.LEADER).update(line=self.cast.other_line)
        self.assertEqual(self.sees(self.cast.liu_yang), set())
        fire = self.cast.case(kind=self.cast.cables)
        self.assertEqual(self.sees(self.cast.liu_yang), {fire})

    def test_a_subtree_is_no_prefix_of_a_name(self) -> None:
        """9801 holds 980101 but not 9802, whatever the paths look like."""
        paths = {code: one.path for code, one in self.cast.division.items()}
        self.assertTrue(paths["980101"].startswith(paths["9801"]))
        self.assertFalse(paths["9802"].startswith(paths["9801"]))


class AsSeenByTests(CaseTests):
    """The handling unit learns what, never who."""

    case: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        case = cls.cast.case("closed")
        case = operations.relapse(case, by=cls.third, reason="又出现了")
        cls.case = case

    def test_the_office_knows_everybody(self) -> None:
        whole = self.cast.case("closed")
        seen = as_seen_by(whole, self.cast.chen_jing)
        self.assertEqual((seen.reporter, seen.verifier), ("周杰", "李娜"))

    def test_the_handling_unit_reads_no_name_of_those_who_looked(self) -> None:
        whole = self.cast.case("closed")
        for person in (self.cast.wang_lei, self.cast.sun_ping):
            seen = as_seen_by(whole, person)
            self.assertNotIn(seen.reporter, {"周杰"})
            self.assertNotIn(seen.verifier, {"李娜"})
            told = {one.who for one in history_as_seen_by(self.case, person)}
            self.assertFalse(told & {"周杰", "李娜", "第三人"}, told)

    def test_one_sees_oneself(self) -> None:
        case = self.cast.case("dispatched", by=self.cast.sun_ping)
        self.assertEqual(as_seen_by(case, self.cast.sun_ping).reporter, "孙平")

    def test_a_colleague_on_the_roster_reads_no_names_either(self) -> None:
        Person.objects.filter(pk=self.cast.liu_yang.pk).update(unit=self.cast.city_management)
        leader = Person.objects.get(pk=self.cast.liu_yang.pk)
        self.assertNotEqual(as_seen_by(self.cast.case("closed"), leader).verifier, "李娜")

    def test_the_moves_offered_are_those_that_would_be_let_through(self) -> None:
        self.assertEqual([m.word for m in moves_for(self.cast.wang_lei, self.case)], ["sign", "hand_back"])
        self.assertEqual(moves_for(self.cast.liu_yang, self.case), [])
        reported = self.cast.case()
        words = [m.word for m in moves_for(self.cast.chen_jing, reported)]
        self.assertEqual(words, ["file", "decline", "merge"])
