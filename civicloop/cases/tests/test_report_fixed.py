"""上报整改: the unit says that it is put right."""

from datetime import timedelta
from typing import Any

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, EveryVerb, WithPhotos, it_is, photo


class ReportFixedTests(WithPhotos, EveryVerb, CaseTests):
    case: Any
    word, start, doer, stage = "report_fixed", "signed", "wang_lei", "after"

    def given(self) -> dict[str, Any]:
        return {"no_photo_because": "夜间无法拍摄"}

    def test_a_photo_is_asked_for_but_a_reason_in_words_will_do(self) -> None:
        with self.refused("请附整改后的照片"):
            operations.report_fixed(self.case, by=self.cast.wang_lei)
        for nothing in ("", "   ", "\x00"):
            with self.refused("请附整改后的照片"):
                self.do(no_photo_because=nothing)
        case = self.do(no_photo_because="镜头进水")
        self.assertEqual(self.words(case)["no_photo_because"], "镜头进水")

    def test_with_a_photo_no_reason_is_asked(self) -> None:
        doer = self.someone("wang_lei")
        case = operations.report_fixed(self.case, by=doer, photos=[photo(doer)])
        self.assertEqual(case.state, "fixed")

    def test_the_clock_stops_until_somebody_has_looked(self) -> None:
        case = self.do()
        with it_is(case.due_at + timedelta(days=30)):
            self.assertEqual(
                list(Case.objects.overdue(case.due_at + timedelta(days=30)).filter(pk=case.pk)), []
            )

    def test_a_round_that_ended_in_time_is_not_late(self) -> None:
        with it_is(self.case.due_at):
            self.assertEqual(self.do().late_rounds, 0)

    def test_a_round_that_ended_after_its_due_date_is_late_for_ever(self) -> None:
        with it_is(self.case.due_at + timedelta(seconds=1)):
            case = self.do()
            self.assertEqual(case.late_rounds, 1)
            case = operations.send_back(case, by=self.cast.li_na, reason="没有清干净")
            case = self.do(case)
        self.assertEqual(case.late_rounds, 1)
        self.assertEqual(list(Case.objects.was_late().filter(pk=case.pk)), [case])
