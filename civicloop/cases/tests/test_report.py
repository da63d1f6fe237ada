"""上报: somebody saw that a place falls short."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from civicloop.cases import operations
from civicloop.cases.models import Case, CasePhoto, Contact
from civicloop.cases.tests.telling import MENDED, TORN, CaseTests, it_is, photo
from civicloop.divisions.tests.facts import IN_EAST, IN_WEST, NOWHERE, two_districts
from civicloop.kernel.actors import IMPORTER, WORKER
from civicloop.kernel.clock.now import now
from civicloop.kernel.positions import from_wgs84
from civicloop.kernel.trail.models import Entry
from tests.cast import PEOPLE

CITY = ZoneInfo("Asia/Shanghai")
MAY_HERE = {"chen_jing", "li_na", "zhou_jie", "sun_ping", "third"}


class ReportTests(CaseTests):
    """周杰 walks through 荷花社区 and sees an overflowing bin."""

    def report(self, **changes: Any) -> Case:
        usual: dict[str, Any] = {
            "by": self.cast.zhou_jie,
            "text": "路口垃圾桶满溢",
            "division": self.cast.division["980101001001"],
            "kind": self.cast.litter,
        }
        return operations.report(**(usual | changes))

    # What it does

    def test_a_case_begins_with_one_entry(self) -> None:
        before = Entry.objects.count()
        case = self.report()
        self.assertEqual((case.state, case.revision, case.reporter), ("reported", 1, self.cast.zhou_jie))
        self.assertEqual(Entry.objects.count(), before + 1)
        entry = self.last_entry(case)
        self.assertEqual((entry.verb, entry.before, entry.after), ("cases.report", "", "reported"))
        self.assertEqual(entry.by, self.cast.zhou_jie.actor_key)
        self.assertNotIn("垃圾", str(entry.facts))

    def test_numbers_tell_the_year_of_the_city_and_never_repeat(self) -> None:
        with it_is(datetime(2027, 1, 1, 0, 30, tzinfo=CITY)):  # still 2026 in UTC
            first, second = self.report(), self.report()
        self.assertTrue(first.number.startswith("2027-"), first.number)
        self.assertNotEqual(first.number, second.number)

    def test_it_is_found_by_its_words_number_and_address(self) -> None:
        case = self.report(text="𠮷祥路井盖缺失", address="东街12号")
        for words in ("井盖", "𠮷祥", case.number, "东街12号"):
            with self.subTest(words=words):
                from civicloop.cases.filters import filtered

                self.assertEqual(list(filtered(Case.objects.all(), {"q": words})), [case])

    def test_photos_come_along(self) -> None:
        one = photo(self.cast.zhou_jie)
        case = self.report(photos=[one])
        self.assertEqual(CasePhoto.objects.get(case=case).stage, "before")
        with self.refused("找不到这张照片"):
            self.report(photos=[photo_of_another := one], by=self.cast.li_na)
        self.assertEqual(photo_of_another.received_by, self.cast.zhou_jie.actor_key)

    def test_whoever_called_in_is_kept_in_a_table_of_its_own(self) -> None:
        case = self.report(contact=("李大爷", "13912340000"))
        self.assertEqual(Contact.objects.get(case=case).phone, "13912340000")
        said = str(Entry.objects.values_list("facts", flat=True)) + case.search_text + case.text
        self.assertNotIn("13912340000", said)
        self.assertNotIn("李大爷", said)
        self.assertFalse(Contact.objects.filter(case=self.report()).exists())

    # Who may not

    def test_office_and_inspectors_of_the_place_may_and_nobody_else(self) -> None:
        for name in {*PEOPLE, "third"} - MAY_HERE:
            with self.subTest(name=name), self.refused("没有这项职责"):
                self.report(by=getattr(self.cast, name))
        for name in MAY_HERE:
            with self.subTest(name=name):
                self.assertEqual(self.report(by=getattr(self.cast, name)).state, "reported")

    def test_a_sibling_district_reports_at_home_only(self) -> None:
        home = self.cast.division["980102001"]
        self.assertEqual(self.report(by=self.cast.west_dispatcher, division=home).division, home)

    def test_of_machines_only_the_import_reports(self) -> None:
        with self.refused("要由人来做"):
            self.report(by=WORKER)
        self.assertIsNone(self.report(by=IMPORTER, external_system="old", external_id="1").reporter)

    # Words

    def test_it_must_say_what_is_wrong(self) -> None:
        for nothing in ("", "  \n", "\x00\x00", "\x1b"):
            with self.subTest(nothing=repr(nothing)), self.refused("请写明发现了什么问题"):
                self.report(text=nothing)

    def test_signs_that_no_keyboard_has_are_dropped(self) -> None:
        case = self.report(text=TORN, address="东街\x0012号", contact=("李\x00大爷", "139\x07"))
        self.assertEqual((case.text, case.address), (MENDED, "东街12号"))
        self.assertEqual((case.contact.name, case.contact.phone), ("李大爷", "139"))

    def test_one_writing_of_a_word_is_kept(self) -> None:
        self.assertEqual(self.report(text="cafe\u0301 门口").text, "caf\u00e9 门口")

    def test_too_long_is_refused_and_never_cut(self) -> None:
        for name, given, longest in (
            ("text", "长" * 4001, "4000"),
            ("address", "长" * 201, "200"),
            ("contact", ("长" * 41, ""), "40"),
            ("contact", ("", "1" * 31), "30"),
        ):
            with self.subTest(name=name), self.refused(longest):
                self.report(**{name: given})
        self.assertEqual(len(self.report(text="长" * 4000).text), 4000)

    # Time

    def test_the_future_has_not_been_reported(self) -> None:
        with self.refused("晚于现在"):
            self.report(reported_at=now() + timedelta(minutes=1))
        then = datetime(2024, 5, 1, tzinfo=UTC)
        self.assertEqual(self.report(reported_at=then).reported_at, then)

    def test_what_another_system_sent_before_is_not_taken_twice(self) -> None:
        given: dict[str, Any] = {"by": IMPORTER, "external_system": "12345", "external_id": "77"}
        self.report(**given)
        with self.refused():
            self.report(**given)


class ReportSomewhereTests(CaseTests):
    """城东区 and 城西区 lie side by side; their outlines are loaded."""

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        two_districts()

    def report(self, **changes: Any) -> Case:
        usual: dict[str, Any] = {"by": self.cast.zhou_jie, "text": "井盖缺失", "kind": self.cast.litter}
        return operations.report(**(usual | changes))

    def test_a_position_finds_its_district(self) -> None:
        case = self.report(longitude=IN_EAST[0], latitude=IN_EAST[1])
        self.assertEqual(case.division, self.cast.division["980101"])

    def test_a_position_and_a_division_that_agree_are_both_kept(self) -> None:
        place = self.cast.division["980101001001"]
        case = self.report(longitude=IN_EAST[0], latitude=IN_EAST[1], division=place)
        self.assertEqual((case.division, case.longitude, case.latitude), (place, *IN_EAST))

    def test_a_position_in_another_system_is_turned_into_ours(self) -> None:
        theirs = from_wgs84(*IN_EAST, "gcj02")
        case = self.report(longitude=theirs.longitude, latitude=theirs.latitude, position_system="gcj02")
        self.assertAlmostEqual(case.longitude or 0, IN_EAST[0], places=5)
        self.assertAlmostEqual(case.latitude or 0, IN_EAST[1], places=5)
        self.assertEqual(case.position_system, "gcj02")

    def test_bad_positions_are_refused_in_plain_words(self) -> None:
        east = self.cast.division["980101001001"]
        for what, given, words in (
            ("neither place nor position", {}, "请选择属地区划，或给出位置"),
            ("half a position", {"longitude": 118.05}, "要一起填写"),
            ("outside all outlines", {"longitude": NOWHERE[0], "latitude": NOWHERE[1]}, "不在任何已载入界线"),
            ("0/0", {"longitude": 0.0, "latitude": 0.0}, "0"),
            ("swapped", {"longitude": IN_EAST[1], "latitude": IN_EAST[0]}, "填反"),
            ("no number", {"longitude": float("nan"), "latitude": 34.0}, ""),
            ("endless", {"longitude": float("inf"), "latitude": 34.0}, ""),
            ("beyond the earth", {"longitude": 218.0, "latitude": 34.0}, ""),
            (
                "unknown system",
                {"longitude": IN_EAST[0], "latitude": IN_EAST[1], "position_system": "cgcs"},
                "坐标系",
            ),
            (
                "not where it says",
                {"longitude": IN_WEST[0], "latitude": IN_WEST[1], "division": east},
                "对不上",
            ),
        ):
            with self.subTest(what=what), self.refused(words) as _:
                self.report(**given)

    def test_a_position_of_another_system_is_recognised_at_the_border(self) -> None:
        """Just inside the east by GPS; taken as WGS-84 the numbers of a Chinese map lie elsewhere."""
        near = from_wgs84(117.9985, 34.05, "bd09")
        west = self.cast.division["980102001001"]
        with self.refused("坐标系", "BD-09"):
            self.report(longitude=near.longitude, latitude=near.latitude, division=west)
