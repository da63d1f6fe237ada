"""签收: the unit takes the case as its own."""

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb
from civicloop.people.models import Role


class SignTests(EveryVerb, CaseTests):
    word, start, doer = "sign", "dispatched", "wang_lei"

    def test_it_is_done_for_the_unit(self) -> None:
        self.assertEqual(self.last_entry(self.do()).on_behalf_of, f"unit:{self.cast.city_management.pk}")

    def test_the_clock_runs_on_as_it_was_told(self) -> None:
        case = self.do()
        self.assertEqual((case.due_at, case.due_steps), (self.case.due_at, self.case.due_steps))

    def test_a_handler_of_another_unit_may_not_although_the_place_is_theirs(self) -> None:
        with self.refused("没有这项职责"):
            self.do(by=self.cast.zhao_min)

    def test_a_colleague_who_is_no_handler_may_not(self) -> None:
        with self.refused("没有这项职责"):
            self.do(by=self.cast.sun_ping)

    def test_whoever_handles_for_two_units_signs_for_both(self) -> None:
        both = self.give(self.cast.zhao_min, self.cast.city_management, Role.HANDLER)
        self.assertEqual(self.do(by=both).state, "signed")

    def test_the_other_unit_signs_what_is_sent_to_it(self) -> None:
        case = operations.dispatch(
            self.cast.case("filed"), unit=self.cast.east_street, by=self.cast.chen_jing
        )
        self.assertEqual(operations.sign(case, by=self.cast.zhao_min).state, "signed")
