"""载入区划"""

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from civicloop.divisions.loading import Loaded, load_divisions
from civicloop.divisions.models import Division, Draft
from civicloop.divisions.tests.facts import jiangsu, rows
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Unreadable, read
from civicloop.kernel.trail.models import Entry
from tests.cast import CityTestCase


def load(*lines: str, **more: Any) -> Loaded:
    return load_divisions(rows(*lines), by=INSTALLER, source="list.csv", **more)


def reasons(report: Loaded) -> list[tuple[int, str | None]]:
    return [(one.row, one.column) for one in report.problems]


class LoadDivisionsTests(CityTestCase):
    """The tree grows by a list; what does not fit stays out and is told."""

    def test_a_parent_that_comes_later_in_the_file_is_fine(self) -> None:
        report = load("970101,甲区,9701,district", "9701,乙市,97,city", "97,丙省,,province")
        self.assertEqual((report.placed, report.problems), (3, []))
        district = Division.objects.get(code="970101")
        self.assertEqual(
            [one.code for one in Division.objects.above(district.path)], ["97", "9701", "970101"]
        )
        self.assertEqual(district.path, "009700010001")
        self.assertEqual(district.sort_key, "jia qu")

    def test_columns_may_stand_in_any_order_under_their_chinese_names(self) -> None:
        sheet = read("层级,上级代码,名称,区划代码\n省,,丙省,97\n设区市,97,乙市,9701\n".encode(), "a.csv")
        report = load_divisions(sheet, by=INSTALLER, source="a.csv")
        self.assertEqual((report.placed, report.problems), (2, []))

    def test_full_width_digits_are_folded(self) -> None:
        report = load("９７,丙省,,province", "９７０１,乙市, ９７ ,city")
        self.assertEqual(report.placed, 2)
        self.assertTrue(Division.objects.filter(code="9701").exists())

    def test_each_row_that_cannot_be_placed_is_told_with_its_number_and_column(self) -> None:
        before = Division.objects.count()
        report = load(
            "98A1,坏市,98,city",
            "98012,坏区,9801,district",
            ",无码,98,city",
            "9803,,98,city",
            "9804,错级市,98,district",
            "9805,错上级市,97,city",
            "9806,怪级市,98,大区",
            "960101,无根区,9601,district",
            "9807,好市,98,city",
        )
        self.assertEqual(
            reasons(report),
            [
                (2, "code"),
                (3, "code"),
                (4, "code"),
                (5, "name"),
                (6, "level"),
                (7, "parent"),
                (8, "level"),
                (9, "parent"),
            ],
        )
        self.assertEqual(Division.objects.count(), before + 1)
        self.assertTrue(report.adds_up)

    def test_what_lies_in_a_place_that_cannot_be_placed_stays_out_too(self) -> None:
        report = load("9601,无根市,96,city", "960101,无根区,9601,district")
        self.assertEqual(reasons(report), [(2, "parent"), (3, "parent")])

    def test_a_code_that_comes_twice_with_another_name_is_told_and_the_first_stands(self) -> None:
        report = load("9808,先市,98,city", "9808,后市,98,city", "9808,先市,98,city")
        self.assertEqual(Division.objects.get(code="9808").name, "先市")
        self.assertEqual(reasons(report), [(3, "code")])
        self.assertIn("先市", report.problems[0].reason)
        self.assertEqual((report.placed, report.skipped), (1, 1))

    def test_a_second_load_changes_nothing_and_leaves_no_trace(self) -> None:
        load("97,丙省,,province")
        entries = Entry.objects.count()
        report = load("97,丙省,,province")
        self.assertEqual((report.placed, report.same), (0, 1))
        self.assertEqual(Entry.objects.count(), entries)

    def test_another_name_is_a_rename_that_the_trail_tells(self) -> None:
        report = load("980101,城中区,9801,district")
        division = Division.objects.get(code="980101")
        self.assertEqual((division.name, division.sort_key), ("城中区", "cheng zhong qu"))
        self.assertEqual([(one.before, one.after) for one in report.renamed], [("城东区", "城中区")])
        entry = Entry.objects.get(verb="divisions.rename")
        self.assertEqual(
            (entry.about_id, entry.facts["before"], entry.facts["after"]), (division.pk, "城东区", "城中区")
        )

    def test_a_whole_load_is_one_entry_about_the_top_with_its_counts(self) -> None:
        load("97,丙省,,province", "9701,乙市,97,city", "9702,丁市,97,city")
        entry = Entry.objects.get(verb="divisions.load")
        self.assertEqual(entry.about_id, Division.objects.get(code="97").pk)
        self.assertEqual(entry.facts["added"], {"province": 1, "city": 2})
        self.assertEqual(entry.said.words, {"source": "list.csv"})

    def test_a_dry_run_says_the_same_and_does_nothing(self) -> None:
        report = load("97,丙省,,province", "980101,城中区,9801,district", dry_run=True)
        self.assertEqual((report.placed, len(report.renamed)), (2, 1))
        self.assertFalse(Division.objects.filter(code="97").exists())
        self.assertFalse(Entry.objects.exists())

    def test_only_one_city_with_what_lies_around_it(self) -> None:
        lines = ["97,丙省,,province", "9701,乙市,97,city", "9702,丁市,97,city", "970201,戊区,9702,district"]
        self.assertEqual(load(*lines, only="9702").placed, 3)
        self.assertFalse(Division.objects.filter(code="9701").exists())

    def test_a_table_without_codes_is_refused_and_leaves_no_trace(self) -> None:
        before = Division.objects.count()
        with self.assertRaisesMessage(Unreadable, "区划代码"):
            load_divisions(read("甲,乙\n一,二\n".encode(), "a.csv"), by=INSTALLER, source="a.csv")
        self.assertEqual(Division.objects.count(), before)
        self.assertFalse(Entry.objects.exists())

    def test_a_dispatcher_loads_nothing(self) -> None:
        with self.assertRaisesMessage(Refused, "系统管理员"):
            load_divisions(rows("97,丙省,,province"), by=self.cast.chen_jing, source="list.csv")
        self.assertFalse(Division.objects.filter(code="97").exists())
        self.assertFalse(Entry.objects.exists())

    def test_a_system_administrator_does_not_reach_into_another_city(self) -> None:
        report = load_divisions(
            rows("980202,海北区,9802,district", "980103,城北区,9801,district", "9802,海市,98,city"),
            by=self.cast.system_admin,
            source="list.csv",
        )
        self.assertEqual([one.row for one in report.problems], [2, 4])
        self.assertTrue(Division.objects.filter(code="980103").exists())
        self.assertEqual(Division.objects.get(code="9802").name, "山海市")

    def test_the_whole_of_jiangsu_goes_in(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            report = load_divisions(
                read(jiangsu(), "jiangsu.csv"), by=INSTALLER, source="china-division 2.7.0"
            )
        self.assertLess(len(asked), 12)
        self.assertEqual((report.read, report.placed, report.problems), (23563, 23563, []))
        self.assertEqual(
            report.added, {"province": 1, "city": 13, "district": 104, "street": 1487, "community": 21958}
        )
        city = Division.objects.get(code="3213")
        self.assertEqual(Division.objects.within(city.path).filter(level="district").count(), 6)
        self.assertEqual(Division.objects.called("suqian").filter(level="city").get(), city)


class LoadPageTests(CityTestCase):
    """唐系 uploads, looks, confirms."""

    def setUp(self) -> None:
        self.as_(self.cast.system_admin)

    def upload(self, text: str, name: str = "list.csv") -> Any:
        return self.client.post(
            reverse("divisions:load"),
            {"file": SimpleUploadedFile(name, text.encode()), "intent": self.intent()},
        )

    def intent(self) -> str:
        return str(uuid.uuid4())

    def test_the_preview_shows_what_would_happen_and_changes_nothing(self) -> None:
        answer = self.upload("code,name,parent,level\n980103,城北区,9801,district\n98x,坏,9801,district\n")
        self.assertEqual(answer.status_code, 303)
        page = self.client.get(answer["Location"])
        self.assertContains(page, "城北区")
        self.assertContains(page, "确认载入")
        self.assertContains(page, "不是数字的字符")
        self.assertFalse(Division.objects.filter(code="980103").exists())

    def test_confirming_loads_and_a_second_confirmation_is_told_that_it_was_done(self) -> None:
        self.upload("code,name,parent,level\n980103,城北区,9801,district\n")
        draft = Draft.objects.get()
        url = reverse("divisions:confirm_load", args=[draft.pk])
        self.assertEqual(self.client.post(url, {"intent": self.intent()}).status_code, 303)
        self.assertTrue(Division.objects.filter(code="980103").exists())
        self.assertEqual(Entry.objects.get(verb="divisions.load").by, self.cast.system_admin.actor_key)
        again = self.client.post(url, {"intent": self.intent()})
        self.assertEqual(again.status_code, 409)
        self.assertEqual(Entry.objects.filter(verb="divisions.load").count(), 1)

    def test_a_picture_is_refused_in_a_sentence(self) -> None:
        answer = self.client.post(
            reverse("divisions:load"),
            {"file": SimpleUploadedFile("list.csv", b"\x89PNG\r\n\x1a\n\x00\x00"), "intent": self.intent()},
        )
        self.assertContains(answer, "是图片", status_code=422)
        self.assertFalse(Draft.objects.exists())

    def test_nobody_opens_the_draft_of_another(self) -> None:
        self.upload("code,name,parent,level\n980103,城北区,9801,district\n")
        draft = Draft.objects.get()
        other = self.cast.person("other_admin", "另一", self.cast.office, "system_admin", "9801")
        self.as_(other)
        self.assertEqual(self.client.get(reverse("divisions:loaded", args=[draft.pk])).status_code, 404)
        answer = self.client.post(
            reverse("divisions:confirm_load", args=[draft.pk]), {"intent": self.intent()}
        )
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(Division.objects.filter(code="980103").exists())

    def test_the_page_is_not_there_for_a_dispatcher(self) -> None:
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.client.get(reverse("divisions:load")).status_code, 404)
        self.assertEqual(self.client.get(reverse("divisions:load_boundaries")).status_code, 404)
