"""按新日历重算期限: a notice of holidays comes, and no due date that was told is shortened."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, everything, it_is
from civicloop.kernel.actors import WORKER
from civicloop.kernel.clock.models import CalendarDay, CalendarEdition
from civicloop.kernel.clock.office import replay
from civicloop.kernel.trail.models import Entry

CITY = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2027, 3, 18, 17, 0, tzinfo=CITY)  # of a year that nobody has announced


def notice(days: dict[date, bool], year: int = 2027) -> CalendarEdition:
    edition = CalendarEdition.objects.create(
        name=f"{year}", source="tests", adopted_at=THURSDAY, years=[year]
    )
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(edition=edition, date=day, is_workday=works, name="调休" if works else "放假")
            for day, works in days.items()
        ]
    )
    return edition


class AdoptNewCalendarTests(CaseTests):
    case: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        with it_is(THURSDAY):
            cls.case = cls.cast.case("dispatched")  # four working hours: Friday noon

    def test_a_holiday_moves_the_date_later_and_says_why(self) -> None:
        self.assertEqual(self.case.due_at, datetime(2027, 3, 19, 12, 0, tzinfo=CITY))
        edition = notice({date(2027, 3, 19): False})
        with it_is(THURSDAY):
            done = operations.adopt_new_calendar()
        case: Any = self.fresh(self.case)
        self.assertEqual(done.moved, (case.pk,))
        self.assertEqual(case.due_at, datetime(2027, 3, 22, 12, 0, tzinfo=CITY))
        self.assertEqual((case.calendar_id, case.state), (edition.pk, "dispatched"))
        self.assertEqual(replay(case.due_steps).at, case.due_at)
        entry = self.last_entry(case)
        self.assertEqual((entry.verb, entry.by), ("cases.new_calendar", WORKER.actor_key))
        self.assertEqual((entry.before, entry.after), ("dispatched", "dispatched"))

    def test_a_working_saturday_shortens_nothing_that_was_told(self) -> None:
        with it_is(datetime(2027, 3, 19, 17, 0, tzinfo=CITY)):
            case = self.cast.case("dispatched")
        told = case.due_at
        self.assertEqual(told, datetime(2027, 3, 22, 12, 0, tzinfo=CITY))
        notice({date(2027, 3, 20): True})
        with it_is(THURSDAY):
            operations.adopt_new_calendar()
        self.assertEqual(self.fresh(case).due_at, told)
        self.assertEqual(self.fresh(self.case).due_at, self.case.due_at)

    def test_cases_that_run_no_more_keep_the_date_that_they_had(self) -> None:
        with it_is(THURSDAY):
            done = [self.cast.case(state) for state in ("fixed", "verified", "closed")]
        before = {case.pk: (case.due_at, case.revision) for case in done}
        notice({date(2027, 3, 19): False})
        operations.adopt_new_calendar()
        self.assertEqual({case.pk: (case.due_at, case.revision) for case in map(self.fresh, done)}, before)

    def test_again_without_a_new_notice_nothing_happens(self) -> None:
        notice({date(2027, 3, 19): False})
        operations.adopt_new_calendar()
        before = everything()
        self.assertEqual(operations.adopt_new_calendar().moved, ())
        self.assertEqual(everything(), before)

    def test_many_cases_are_moved_with_one_entry_each(self) -> None:
        with it_is(THURSDAY):
            cases = [self.cast.case("signed") for _ in range(3)]
        notice({date(2027, 3, 19): False})
        moved = operations.adopt_new_calendar().moved
        self.assertEqual(set(moved), {self.case.pk, *(case.pk for case in cases)})
        entries = Entry.objects.filter(verb="cases.new_calendar")
        self.assertEqual(sorted(entries.values_list("about_id", flat=True)), sorted(moved))
