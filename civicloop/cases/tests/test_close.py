"""结案: closing plans the look-back."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from civicloop.cases.tests.telling import CaseTests, EveryVerb, it_is
from civicloop.kernel.clock.models import current_calendar

CITY = ZoneInfo("Asia/Shanghai")


class CloseTests(EveryVerb, CaseTests):
    word, start, doer = "close", "verified", "chen_jing"

    def test_the_look_back_is_on_the_first_working_day_after_the_days_of_the_kind(self) -> None:
        with it_is(datetime(2026, 3, 13, 10, 0, tzinfo=CITY)):  # a Friday; one day later is Saturday
            case = self.do(self.cast.case("verified"))
        self.assertEqual(case.look_back_on, date(2026, 3, 16))
        self.assertEqual(self.last_entry(case).facts["look_back_on"], "2026-03-16")

    def test_no_look_back_falls_on_a_holiday(self) -> None:
        with it_is(datetime(2026, 2, 14, 10, 0, tzinfo=CITY)):  # works, by the notice; New Year follows
            case = self.do(self.cast.case("verified"))
        self.assertTrue(current_calendar().is_workday(case.look_back_on))
        self.assertEqual(case.look_back_on, date(2026, 2, 24))

    def test_a_kind_that_wants_a_longer_look_waits_longer(self) -> None:
        with it_is(datetime(2026, 3, 16, 10, 0, tzinfo=CITY)):
            case = self.do(self.cast.case("verified", kind=self.cast.cables))
        self.assertEqual(case.look_back_on, date(2026, 3, 23))

    def test_the_day_is_the_citys_own(self) -> None:
        """One o'clock at night in the city is still the day before in UTC."""
        with it_is(datetime(2026, 3, 17, 1, 0, tzinfo=CITY)):
            case = self.do(self.cast.case("verified"))
        self.assertEqual(case.look_back_on, date(2026, 3, 18))
