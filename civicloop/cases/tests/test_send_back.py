"""返工: the fix does not do."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb, WithPhotos, it_is
from civicloop.kernel.clock.office import replay

CITY = ZoneInfo("Asia/Shanghai")


class SendBackTests(WithPhotos, EveryVerb, CaseTests):
    word, start, doer, stage = "send_back", "fixed", "li_na", "verify"
    may = frozenset({"third", "chen_jing"})

    def given(self) -> dict[str, Any]:
        return {"reason": "积水未清"}

    def test_it_gives_the_same_unit_another_round(self) -> None:
        case = self.do()
        self.assertEqual((case.unit, case.rounds), (self.cast.city_management, 2))
        self.assertEqual((case.fixed_at, case.verifier), (None, None))

    def test_the_new_limit_is_shorter_and_starts_afresh(self) -> None:
        with it_is(datetime(2026, 3, 16, 9, 0, tzinfo=CITY)):
            case = self.cast.case("fixed")
        self.assertEqual(case.due_at, datetime(2026, 3, 16, 14, 0, tzinfo=CITY).replace(hour=15))
        with it_is(datetime(2026, 3, 18, 9, 0, tzinfo=CITY)):
            case = self.do(case)
        kind = self.cast.litter
        self.assertLess(kind.limit(rework=True).value, kind.limit().value)
        self.assertEqual(
            case.due_at, datetime(2026, 3, 18, 9 + kind.limit(rework=True).value, 0, tzinfo=CITY)
        )
        self.assertEqual(replay(case.due_steps).at, case.due_at)

    def test_the_office_may_find_the_evidence_wanting_even_after_the_visit(self) -> None:
        case = self.do(self.cast.case("verified"), by=self.cast.chen_jing)
        self.assertEqual((case.state, case.verifier), ("signed", None))

    def test_nobody_of_the_handling_unit_judges_it(self) -> None:
        with self.refused("责任单位"):
            self.do(by=self.cast.sun_ping)

    def test_the_third_round_follows_the_second(self) -> None:
        case = self.do()
        case = operations.report_fixed(case, by=self.cast.wang_lei, no_photo_because="已拍过")
        self.assertEqual(self.do(case).rounds, 3)
