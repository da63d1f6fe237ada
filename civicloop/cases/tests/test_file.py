"""立案: the problem is ours to have put right."""

from typing import Any

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb


class FileTests(EveryVerb, CaseTests):
    """陈静 of the office files what 周杰 reported."""

    word, start, doer = "file", "reported", "chen_jing"

    def test_the_office_may_correct_the_kind_while_filing(self) -> None:
        case = self.do(kind=self.cast.cables)
        self.assertEqual(case.kind, self.cast.cables)
        self.assertEqual(self.last_entry(case).facts["kind_id"], self.cast.cables.pk)

    def test_the_office_may_correct_the_place_while_filing(self) -> None:
        place = self.cast.division["980102001001"]
        case = self.do(division=place)
        self.assertEqual((case.division, case.place_path), (place, place.path))

    def test_nobody_files_a_case_into_the_place_of_another_office(self) -> None:
        strange = self.cast.division["980201001"]
        with self.refused("没有这项职责"):
            self.do(division=strange)
        here = self.cast.case(division=self.cast.division["980102001001"])
        with self.refused("没有这项职责"):
            operations.file(here, by=self.cast.west_dispatcher, division=self.cast.division["980101001"])

    def test_a_district_files_what_lies_in_it(self) -> None:
        case = self.cast.case(division=self.cast.division["980102001001"])
        self.assertEqual(operations.file(case, by=self.cast.west_dispatcher).state, "filed")

    def test_it_needs_a_kind(self) -> None:
        case = self.cast.case(kind=None)
        with self.refused("立案须选定问题类型"):
            self.do(case)
        self.assertEqual(self.do(case, kind=self.cast.litter).kind, self.cast.litter)

    def test_a_kind_out_of_use_is_refused_by_its_name(self) -> None:
        self.cast.cables.is_active = False
        self.cast.cables.save()
        self.addCleanup(setattr, self.cast.cables, "is_active", True)
        with self.refused("飞线充电", "停用"):
            self.do(kind=self.cast.cables)

    def test_filing_sets_no_clock_yet(self) -> None:
        case: Any = self.do()
        self.assertEqual((case.due_at, case.unit, case.rounds), (None, None, 0))
