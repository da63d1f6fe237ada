"""并案: another case is about the same matter; this one follows it."""

from typing import Any

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, EveryVerb, in_state


class MergeTests(EveryVerb, CaseTests):
    word, start, doer = "merge", "reported", "chen_jing"
    other: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.other = cls.cast.case("dispatched")

    def given(self) -> dict[str, Any]:
        return {"into": self.other}

    def test_the_case_names_the_other_and_is_over(self) -> None:
        case = self.do()
        self.assertEqual(case.merged_into, self.other)
        self.assertIsNotNone(case.ended_at)
        self.assertEqual(self.last_entry(case).facts["merged_into_id"], self.other.pk)

    def test_the_other_goes_its_own_way(self) -> None:
        self.do()
        fresh = self.fresh(self.other)
        self.assertEqual((fresh.state, fresh.revision), (self.other.state, self.other.revision))

    def test_those_that_followed_follow_on(self) -> None:
        first, second = self.cast.case(), self.cast.case()
        operations.merge(first, into=second, by=self.cast.chen_jing)
        operations.merge(second, into=self.other, by=self.cast.chen_jing)
        self.assertEqual(self.fresh(first).merged_into_id, self.other.pk)
        self.assertEqual(self.fresh(second).merged_into_id, self.other.pk)

    def test_nothing_is_merged_into_itself(self) -> None:
        with self.refused("自身"):
            self.do(into=self.case)

    def test_there_are_no_rings(self) -> None:
        one, other = self.cast.case(), self.cast.case()
        operations.merge(one, into=other, by=self.cast.chen_jing)
        with self.refused("已经并入别的案件", one.number):
            operations.merge(other, into=one, by=self.cast.chen_jing)

    def test_nothing_is_merged_into_a_case_that_was_declined(self) -> None:
        declined = in_state(self.cast, "declined")
        with self.refused(declined.number, "没有立案"):
            self.do(into=declined)

    def test_nothing_is_merged_into_the_case_of_a_stranger(self) -> None:
        theirs = self.cast.case(
            by=self.cast.stranger_inspector, division=self.cast.division["980201001"], kind=self.cast.litter
        )
        with self.refused("没有这项职责"):
            self.do(into=theirs)
