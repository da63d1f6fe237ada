"""回头看：反弹.  It did not hold, so the same case opens again."""

from typing import Any

from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, EveryVerb, WithPhotos
from civicloop.kernel.clock.office import replay


class RelapseTests(WithPhotos, EveryVerb, CaseTests):
    word, start, doer, stage = "relapse", "closed", "third", "look_back"

    def given(self) -> dict[str, Any]:
        return {"reason": "垃圾又堆满了"}

    def test_the_same_case_goes_back_to_the_same_unit(self) -> None:
        count = Case.objects.count()
        case = self.do()
        self.assertEqual(Case.objects.count(), count)
        self.assertEqual((case.pk, case.number), (self.case.pk, self.case.number))
        self.assertEqual((case.unit, case.relapses, case.rounds), (self.cast.city_management, 1, 2))

    def test_what_was_closed_is_open_again(self) -> None:
        case = self.do()
        self.assertEqual((case.verifier, case.fixed_at, case.closed_at, case.look_back_on), (None,) * 4)
        self.assertIn(case, Case.objects.in_hand())

    def test_a_new_shorter_limit_runs_from_the_visit(self) -> None:
        case = self.do()
        due = replay(case.due_steps)
        self.assertEqual(due.at, case.due_at)
        self.assertEqual(due.inputs.start, case.dispatched_at)
        self.assertEqual(due.inputs.limit, self.cast.litter.limit(rework=True))

    def test_neither_who_reported_nor_who_verified_says_so(self) -> None:
        for person in (self.cast.zhou_jie, self.cast.li_na):
            with self.subTest(person=person.name), self.refused("第三人"):
                self.do(by=person)
