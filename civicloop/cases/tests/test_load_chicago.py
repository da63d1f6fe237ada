"""A whole city's complaints come in: 3,898 rows of Chicago's 311, with all their dirt.

The city is loaded as a made-up division.  Lateness is counted again here by a walk over single hours and
another source of holidays than the clock's.
"""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar

from civicloop.cases.filters import filtered
from civicloop.cases.loading import CasesLoaded, load_cases
from civicloop.cases.loading_rows import case_fields
from civicloop.cases.models import Case
from civicloop.cases.workflow import State
from civicloop.divisions.models import Division
from civicloop.kernel.actors import IMPORTER, INSTALLER
from civicloop.kernel.tables import Map, read
from civicloop.kernel.trail.models import Entry
from civicloop.standards.models import ProblemKind
from civicloop.standards.operations import load_catalogue
from tests.cast import CityTestCase

DATA = Path(__file__).parents[3] / "tests" / "data"
CSV = gzip.decompress((DATA / "complaints_chicago.csv.gz").read_bytes())
CHICAGO, OFFICE = ZoneInfo("America/Chicago"), ZoneInfo("Asia/Shanghai")
# Limits of all sorts, so that some rows are in time and some are not.
LIMITS = {
    "ENV01": (5, "work_day"),
    "ENV02": (44, "work_hour"),
    "ENV04": (9, "day"),
    "BEH02": (100, "hour"),
    "INF02": (7, "work_day"),
    "INF04": (12, "work_day"),
}


def load(**given: object) -> CasesLoaded:
    mapping = Map.load(DATA / "complaints_chicago.map.json", case_fields())
    return load_cases(read(CSV, "complaints.csv"), mapping, by=IMPORTER, **given)  # type: ignore[arg-type]


class ChicagoComesIn(CityTestCase):
    rows: list[dict[str, str]]
    report: CasesLoaded
    told: CasesLoaded

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        load_catalogue(by=INSTALLER)
        for code, (value, unit) in LIMITS.items():
            ProblemKind.objects.filter(code=code).update(limit_value=value, limit_unit=unit)
        province = Division.objects.create(
            code="99", name="外国示例", level="province", path="0099", sort_key="99"
        )
        Division.objects.create(
            code="9901",
            name="湖滨市（示例）",
            level="city",
            parent=province,
            path="00990001",
            sort_key="9901",
        )
        cls.rows = list(csv.DictReader(CSV.decode().splitlines()))
        cls.told = load(dry_run=True)
        assert not Case.objects.exists()
        cls.report = load()

    def first_rows(self) -> dict[str, dict[str, str]]:
        first: dict[str, dict[str, str]] = {}
        for row in self.rows:
            first.setdefault(row["id"], row)
        return first

    def test_every_row_is_accounted_for(self) -> None:
        report = self.report
        self.assertTrue(report.adds_up)
        self.assertEqual(
            (report.read, report.placed, report.skipped, len(report.unplaced)), (3898, 3871, 0, 27)
        )
        self.assertEqual(report.placed, report.ended + report.open + report.merged)
        self.assertEqual(Case.objects.count(), 3871)
        self.assertEqual(
            set(Case.objects.values_list("external_id", flat=True)), {row["id"] for row in self.rows}
        )

    def test_an_id_that_occurs_twice_with_two_closing_dates_is_told_and_not_lost(self) -> None:
        again = [id_ for id_, times in Counter(row["id"] for row in self.rows).items() if times > 1]
        self.assertEqual(len(again), 27)
        numbers = {row.number for row in self.report.unplaced}
        self.assertEqual({self.rows[number - 2]["id"] for number in numbers}, set(again))
        told = next(problem.reason for problem in self.report.problems if problem.row == 3)
        self.assertIn("编号与第 2 行相同", told)
        self.assertIn("closed_on（2013-04-05 / 2013-04-08）", told)
        kept = Case.objects.get(external_id="13-00359627")
        self.assertEqual(kept.ended_at, datetime(2013, 4, 5, tzinfo=CHICAGO))

    def test_dates_and_places_are_kept(self) -> None:
        for case in Case.objects.order_by("pk"):
            row = self.first_rows_[case.external_id]
            self.assertEqual(case.reported_at.astimezone(CHICAGO).date().isoformat(), row["created_on"])
            if row["closed_on"]:
                assert case.ended_at is not None
                self.assertEqual(case.ended_at.astimezone(CHICAGO).date().isoformat(), row["closed_on"])
            self.assertEqual(case.address, row["address"])
            self.assertEqual(case.latitude, float(row["lat"]) if row["lat"] else None)
            self.assertEqual(case.number[:4], "2013")

    @property
    def first_rows_(self) -> dict[str, dict[str, str]]:
        if not hasattr(type(self), "_first"):
            type(self)._first = self.first_rows()  # type: ignore[attr-defined]
        first: dict[str, dict[str, str]] = type(self)._first  # type: ignore[attr-defined]
        return first

    def test_the_duplicates_that_the_city_marked_are_linked_to_their_originals(self) -> None:
        marked = {row["id"] for row in self.rows if row["status"].endswith("Dup")}
        self.assertEqual(len(marked), 242)
        merged = Case.objects.filter(state=State.MERGED).select_related("merged_into")
        self.assertEqual({case.external_id for case in merged}, marked)
        self.assertEqual((self.report.merged, self.report.unlinked), (242, 0))
        same_kind = 0
        for case in merged:
            original = case.merged_into
            assert original is not None
            self.assertNotIn(original.external_id, marked)
            self.assertEqual(original.address, case.address)
            self.assertEqual(original.state, State.ELSEWHERE)
            same_kind += original.kind_id == case.kind_id
        self.assertEqual(self.report.merged_other_kind, 242 - same_kind)
        self.assertEqual(same_kind, self.could_be_linked_by_kind())

    def could_be_linked_by_kind(self) -> int:
        """Duplicates that have an original of the same address and kind anywhere in the file."""
        kinds = Map.load(DATA / "complaints_chicago.map.json", case_fields()).values["kind"]
        originals: defaultdict[str, set[str]] = defaultdict(set)
        rows = self.first_rows_.values()
        for row in rows:
            if not row["status"].endswith("Dup"):
                originals[row["address"]].add(kinds.get(row["detail"], ""))
        return sum(
            kinds.get(row["detail"], "") in originals[row["address"]]
            for row in rows
            if row["status"].endswith("Dup")
        )

    def test_late_ones_are_counted_by_working_time(self) -> None:
        late = set()
        kinds = Map.load(DATA / "complaints_chicago.map.json", case_fields()).values["kind"]
        for row in self.first_rows_.values():
            code = kinds.get(row["detail"]) if row["detail"] else None
            if code and row["status"] == "Completed":
                reported, closed = (
                    datetime.fromisoformat(row[name]).replace(tzinfo=CHICAGO).astimezone(OFFICE)
                    for name in ("created_on", "closed_on")
                )
                if closed > due_by_hand(reported, *LIMITS[code]):
                    late.add(row["id"])
        self.assertGreater(len(late), 500)
        self.assertLess(len(late), 3300)
        found = filtered(Case.objects.all(), {"due": "late"})
        self.assertEqual(set(found.values_list("external_id", flat=True)), late)
        self.assertEqual(self.report.late, len(late))

    def test_the_rehearsal_said_the_same(self) -> None:
        told, done = self.told.to_json(), self.report.to_json()
        self.assertEqual(told, done)

    def test_the_trail_says_who_brought_each_case_in(self) -> None:
        verbs = Counter(Entry.objects.filter(by=IMPORTER.actor_key).values_list("verb", flat=True))
        self.assertEqual(
            verbs, {"cases.report": 3871, "cases.note_elsewhere": self.report.ended, "cases.merge": 242}
        )

    def test_a_second_time_changes_nothing(self) -> None:
        entries = Entry.objects.count()
        again = load()
        self.assertTrue(again.adds_up)
        self.assertEqual((again.placed, again.already, len(again.unplaced)), (0, 3871, 27))
        self.assertEqual((Case.objects.count(), Entry.objects.count()), (3871, entries))


def due_by_hand(start: datetime, value: int, unit: str) -> datetime:
    """The due date by counting single hours of 09–12 and 14–18 on days that chinese_calendar calls worked."""
    if unit == "hour":
        return start + timedelta(hours=value)
    if unit == "day":
        return start + timedelta(days=value)
    at = start
    while not worked(at):
        at += timedelta(hours=1)
    if unit == "work_day":
        for _ in range(value):
            at += timedelta(days=1)
            while not is_workday(at.date()):
                at += timedelta(days=1)
        return at
    while value:
        value -= worked(at)
        at += timedelta(hours=1)
    return at


is_workday = cache(chinese_calendar.is_workday)


def worked(at: datetime) -> bool:
    return is_workday(at.date()) and (9 <= at.hour < 12 or 14 <= at.hour < 18)
