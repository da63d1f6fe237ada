"""位置与区划: a position finds its district, and what does not fit is refused in a sentence."""

import time

from civicloop.divisions.finding import Placed, division_of, outlines, placed
from civicloop.divisions.models import Boundary
from civicloop.divisions.tests.facts import EAST, IN_EAST, IN_WEST, NOWHERE, two_districts
from civicloop.kernel.positions import from_wgs84, to_wgs84
from civicloop.kernel.refused import Refused
from tests.cast import CityTestCase


class PlacedTests(CityTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        two_districts()

    def place(self, code: str | None, at: tuple[float | None, float | None], system: str = "wgs84") -> Placed:
        return placed(self.cast.division[code] if code else None, *at, system)

    def test_a_position_finds_its_district(self) -> None:
        found = self.place(None, IN_EAST)
        self.assertEqual((found.division.code, found.longitude), (EAST, 118.05))

    def test_a_community_keeps_its_exactness(self) -> None:
        self.assertEqual(self.place("980101001001", IN_EAST).division.code, "980101001001")

    def test_a_city_becomes_the_district_in_which_the_position_lies(self) -> None:
        self.assertEqual(self.place("9801", IN_WEST).division.code, "980102")

    def test_a_place_alone_needs_no_position(self) -> None:
        found = self.place("980101001", (None, None))
        self.assertEqual((found.division.code, found.longitude), ("980101001", None))

    def test_other_systems_are_kept_as_wgs84(self) -> None:
        at = from_wgs84(*IN_EAST, "gcj02")
        found = self.place("980101", (at.longitude, at.latitude), "gcj02")
        self.assertAlmostEqual(found.longitude or 0, IN_EAST[0], places=7)
        self.assertAlmostEqual(found.latitude or 0, IN_EAST[1], places=7)

    def test_what_is_refused_and_in_which_words(self) -> None:
        for code, at, system, words in (
            (None, (None, None), "wgs84", "请选择属地区划"),
            ("980101", (118.05, None), "wgs84", "一起填写"),
            ("980101", (0, 0), "wgs84", "没有定位"),
            ("980101", (34.05, 118.05), "wgs84", "填反"),
            ("980101", (518.05, 34.05), "wgs84", "超出范围"),
            ("980101", (float("nan"), 34.05), "wgs84", "两个数字"),
            ("980101", IN_EAST, "utm", "坐标系"),
            (None, NOWHERE, "wgs84", "不在任何已载入界线的区县之内"),
            ("980101001", NOWHERE, "wgs84", "不在任何已载入界线的区县之内"),
            ("9801", NOWHERE, "wgs84", "不在任何已载入界线的区县之内"),
            ("980102001", IN_EAST, "wgs84", "“城东区”"),
        ):
            with self.subTest(words=words, code=code), self.assertRaisesMessage(Refused, words):
                self.place(code, at, system)

    def test_the_refusal_names_both_districts(self) -> None:
        with self.assertRaises(Refused) as no:
            self.place("980102001", IN_EAST)
        for name in ("城东区", "城西区", "西河街道"):
            self.assertIn(name, str(no.exception))

    def test_it_says_which_other_system_would_fit(self) -> None:
        # just west of the common border in truth; a domestic map shows it deep in the other district
        true = (117.9995, 34.05)
        shown = from_wgs84(*true, "gcj02")
        self.assertGreater(shown.longitude, 118.0)
        with self.assertRaisesMessage(Refused, "GCJ-02"):
            self.place("980102001", (shown.longitude, shown.latitude))
        self.assertAlmostEqual(
            to_wgs84(shown.longitude, shown.latitude, "gcj02").longitude, true[0], places=7
        )

    def test_a_step_over_a_coarse_outline_is_no_contradiction(self) -> None:
        self.assertEqual(self.place("980102001", (118.001, 34.05)).division.code, "980102001")
        self.assertEqual(self.place(None, (118.101, 34.05)).division.code, EAST)

    def test_a_zone_without_an_outline_agrees_with_every_position(self) -> None:
        for at in (IN_EAST, NOWHERE):
            self.assertEqual(self.place("980201001", at).division.code, "980201001")

    def test_without_any_outline_a_position_needs_a_place(self) -> None:
        Boundary.objects.all().delete()
        self.assertEqual(self.place("980101001", NOWHERE).longitude, NOWHERE[0])
        with self.assertRaisesMessage(Refused, "还没有载入区县界线"):
            self.place(None, IN_EAST)

    def test_a_new_load_is_noticed_at_once(self) -> None:
        self.place(None, IN_EAST)
        Boundary.objects.filter(division__code=EAST).delete()
        with self.assertRaises(Refused):
            self.place(None, IN_EAST)

    def test_it_is_fast_enough_to_be_asked_for_every_row_of_an_import(self) -> None:
        outlines()
        place = self.cast.division["980101001"]
        began = time.perf_counter()
        for _ in range(200):
            placed(place, *IN_EAST)
        self.assertLess((time.perf_counter() - began) / 200, 0.002)


class DivisionOfTests(CityTestCase):
    """What people type for a place."""

    def test_by_code_by_name_and_by_what_it_lies_in(self) -> None:
        for words in ("980101001", "９８０１０１００１", "东街街道", "城东区 东街街道", " 东街街道 "):
            with self.subTest(words=words):
                self.assertEqual(division_of(words).code, "980101001")

    def test_a_wrong_code_or_name_is_refused_with_what_may_have_been_meant(self) -> None:
        for words, sentence in (
            ("123456", "没有代码为“123456”的区划"),
            ("东街", "980101001"),
            ("黄金海岸", "没有叫“黄金海岸”的区划"),
        ):
            with self.subTest(words=words), self.assertRaisesMessage(Refused, sentence):
                division_of(words)

    def test_two_of_one_name_are_told_apart_by_code(self) -> None:
        twin = self.cast.division["980102001"]
        twin.name = "东街街道"
        twin.save()
        with self.assertRaisesMessage(Refused, "980102001"):
            division_of("东街街道")
        self.assertEqual(division_of("城西区 东街街道"), twin)
