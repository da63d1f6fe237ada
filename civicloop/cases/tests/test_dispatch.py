"""派遣: a unit owes the fix, and its clock starts."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb, it_is
from civicloop.kernel.clock.office import replay
from civicloop.people.models import Holding, Unit

CITY = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 3, 13, 17, 0, tzinfo=CITY)


class DispatchTests(EveryVerb, CaseTests):
    """陈静 sends the case to 市城管局, where 王磊 puts things right."""

    word, start, doer = "dispatch", "filed", "chen_jing"

    def given(self) -> dict[str, Any]:
        return {"unit": self.cast.city_management}

    def test_the_unit_owes_the_first_round_from_now_on(self) -> None:
        case = self.do()
        self.assertEqual((case.unit, case.rounds), (self.cast.city_management, 1))
        self.assertIsNotNone(case.dispatched_at)
        self.assertGreater(case.due_at, case.dispatched_at)

    def test_what_the_office_took_before_is_not_the_units_time(self) -> None:
        """Four working hours from Friday five o'clock end on Monday at noon, whenever the report was."""
        with it_is(FRIDAY - timedelta(days=9)):
            case = self.cast.case("filed")
        with it_is(FRIDAY):
            case = self.do(case)
        self.assertEqual(case.due_at, datetime(2026, 3, 16, 12, 0, tzinfo=CITY))

    def test_the_due_date_explains_itself_and_can_be_reckoned_again(self) -> None:
        case = self.do()
        again = replay(case.due_steps)
        self.assertEqual(again.at, case.due_at)
        self.assertEqual(again.to_json(), case.due_steps)
        self.assertEqual(again.edition, case.calendar_id)
        self.assertEqual(self.last_entry(case).facts["calendar_id"], case.calendar_id)

    def test_a_kind_in_natural_hours_runs_through_the_night(self) -> None:
        with it_is(FRIDAY):
            case = self.do(self.cast.case("filed", kind=self.cast.cables))
        self.assertEqual(case.due_at, FRIDAY + timedelta(hours=24))

    def test_a_unit_in_which_nobody_could_sign_is_refused_by_its_name(self) -> None:
        city = self.cast.division["9801"]
        empty = Unit.objects.create(name="市园林局", kind="department", division=city, place_path=city.path)
        with self.refused("市园林局", "经办人"):
            self.do(unit=empty)

    def test_an_office_and_a_unit_of_another_place_put_nothing_right_here(self) -> None:
        for unit in (self.cast.office, self.cast.west_district):
            with self.subTest(unit=unit.name), self.refused(unit.name, "不负责"):
                self.do(unit=unit)

    def test_a_unit_whose_only_handler_has_left_is_refused(self) -> None:
        Holding.objects.filter(person=self.cast.wang_lei).update(until="2024-02-01")
        with self.refused("市城管局"):
            self.do()

    def test_a_unit_of_another_city_is_never_sent_a_case(self) -> None:
        with self.refused("山海市城管局"):
            self.do(unit=self.cast.strangers_unit)

    def test_it_forgets_who_handed_it_back_before(self) -> None:
        case = operations.hand_back(self.do(), by=self.cast.wang_lei, reason="不属本单位")
        self.assertEqual(case.handed_back_by, self.cast.city_management)
        case = self.do(case, unit=self.cast.east_street)
        self.assertEqual((case.unit, case.handed_back_by), (self.cast.east_street, None))
