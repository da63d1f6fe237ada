"""不予立案: nothing to put right, or not ours."""

from typing import Any

from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, EveryVerb


class DeclineTests(EveryVerb, CaseTests):
    word, start, doer = "decline", "reported", "chen_jing"

    def given(self) -> dict[str, Any]:
        return {"reason": "现场核实，不是问题"}

    def test_it_ends_the_case_now(self) -> None:
        case = self.do()
        self.assertIsNotNone(case.ended_at)
        self.assertEqual(list(Case.objects.in_hand().filter(pk=case.pk)), [])
