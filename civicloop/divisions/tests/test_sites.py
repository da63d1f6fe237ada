"""点位"""

import uuid
from typing import Any

from django.urls import reverse

from civicloop.divisions.models import Site, SiteType
from civicloop.divisions.operations import add_site, change_site, load_site_types, load_sites
from civicloop.divisions.tests.facts import IN_EAST, IN_WEST, two_districts
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tables import read
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person
from tests.cast import CityTestCase


class SiteTestCase(CityTestCase):
    market: SiteType
    site: Site

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        two_districts()
        load_site_types(by=INSTALLER)
        cls.market = SiteType.objects.get(code="MKT")
        cls.site = add_site(
            by=cls.cast.chen_jing,
            name="东街农贸市场（示例）",
            type=cls.market,
            division=cls.cast.division["980101001"],
            longitude=IN_EAST[0],
            latitude=IN_EAST[1],
        )

    def posted(self, **changes: object) -> dict[str, Any]:
        return {
            "name": "西河公园（示例）",
            "type": self.market.pk,
            "division": "980102001",
            "longitude": "",
            "latitude": "",
            "intent": uuid.uuid4(),
        } | changes


class AddSiteTests(SiteTestCase):
    def test_there_are_31_types_and_loading_them_again_adds_none(self) -> None:
        self.assertEqual(SiteType.objects.count(), 31)
        self.assertEqual(load_site_types(by=INSTALLER), 0)

    def test_a_site_gets_a_number_of_its_type_and_district_and_the_trail_names_who(self) -> None:
        self.assertEqual(self.site.code, "MKT-980101-0001")
        entry = Entry.objects.get(verb="divisions.add_site")
        self.assertEqual((entry.about_id, entry.by), (self.site.pk, self.cast.chen_jing.actor_key))

    def test_the_position_alone_finds_the_district(self) -> None:
        one = add_site(
            by=self.cast.chen_jing, name="路口", type=self.market, longitude=IN_WEST[0], latitude=IN_WEST[1]
        )
        self.assertEqual(one.division.code, "980102")

    def test_refusals_leave_no_trace(self) -> None:
        before = (Site.objects.count(), Entry.objects.count())
        there = self.cast.division["980102001"]
        attempts: tuple[tuple[Person, dict[str, Any], str], ...] = (
            (self.cast.chen_jing, {"name": " "}, "点位名称"),
            (self.cast.chen_jing, {"code": self.site.code}, "已经有了"),
            (self.cast.chen_jing, {"code": "点位/1"}, "字母、数字"),
            (self.cast.chen_jing, {"longitude": IN_EAST[0], "latitude": IN_EAST[1]}, "两者对不上"),
            (self.cast.chen_jing, {"division": self.cast.division["980201001"]}, "不在您的岗位范围"),
            (self.cast.wang_lei, {}, "没有这项职责"),
        )
        for by, given, words in attempts:
            full: dict[str, Any] = {"name": "新点", "type": self.market, "division": there} | given
            with self.subTest(words=words), self.assertRaisesMessage(Refused, words):
                add_site(by=by, **full)
        self.assertEqual((Site.objects.count(), Entry.objects.count()), before)

    def test_the_dispatcher_adds_one_on_the_page_and_a_wrong_place_is_told(self) -> None:
        self.as_(self.cast.chen_jing)
        url = reverse("divisions:add_site")
        self.assertContains(self.client.get(url), "新增点位")
        wrong = self.client.post(url, self.posted(division="123456"))
        self.assertContains(wrong, "没有代码为“123456”的区划", status_code=422)
        done = self.client.post(url, self.posted())
        self.assertEqual(done.status_code, 303)
        self.assertContains(self.client.get(done["Location"]), "西河公园")

    def test_a_double_click_adds_one(self) -> None:
        self.as_(self.cast.chen_jing)
        given = self.posted()
        for _ in range(2):
            self.client.post(reverse("divisions:add_site"), given)
        self.assertEqual(Site.objects.filter(name="西河公园（示例）").count(), 1)


class ChangeSiteTests(SiteTestCase):
    def change(self, by: Person | None = None, **given: Any) -> Site:
        full: dict[str, Any] = {
            "name": self.site.name,
            "type": self.market,
            "division": self.site.division,
            "longitude": self.site.longitude,
            "latitude": self.site.latitude,
        }
        return change_site(self.site, by=by or self.cast.chen_jing, **(full | given))

    def test_the_trail_tells_what_was_and_what_is(self) -> None:
        self.change(name="东街市场（示例）", seen=self.site.fingerprint)
        entry = Entry.objects.get(verb="divisions.change_site")
        self.assertEqual(entry.facts["changed"], ["name"])
        words = {"before": "name: 东街农贸市场（示例）", "after": "name: 东街市场（示例）"}
        self.assertEqual(entry.said.words, words)

    def test_no_change_is_no_entry(self) -> None:
        self.change()
        self.assertFalse(Entry.objects.filter(verb="divisions.change_site").exists())

    def test_the_second_of_two_who_change_is_told(self) -> None:
        seen = self.site.fingerprint
        self.change(name="先改的", seen=seen)
        with self.assertRaises(Stale):
            self.change(name="后改的", seen=seen)
        self.site.refresh_from_db()
        self.assertEqual(self.site.name, "先改的")

    def test_a_stale_page_gets_409_and_keeps_what_was_typed(self) -> None:
        self.as_(self.cast.chen_jing)
        url = reverse("divisions:change_site", args=[self.site.code])
        answer = self.client.post(url, self.posted(division="980101001", seen="0" * 16))
        self.assertContains(answer, "刚刚被别人改过", status_code=409)
        self.assertContains(answer, "西河公园", status_code=409)

    def test_it_does_not_leave_the_reach_of_whoever_moves_it(self) -> None:
        with self.assertRaisesMessage(Refused, "不在您的岗位范围"):
            self.change(by=self.cast.west_dispatcher, name="抢来的")
        self.site.refresh_from_db()
        self.assertEqual(self.site.name, "东街农贸市场（示例）")


class SeeSitesTests(SiteTestCase):
    def test_who_sees_it(self) -> None:
        def seen(person: Person) -> bool:
            return Site.objects.seen_by(person).filter(pk=self.site.pk).exists()

        for name in ("chen_jing", "wang_lei", "zhao_min", "li_na", "liu_yang", "he_bian", "system_admin"):
            with self.subTest(name=name):
                self.assertTrue(seen(getattr(self.cast, name)))
        for name in ("west_dispatcher", "stranger_dispatcher", "security_admin", "auditor", "nobody"):
            with self.subTest(name=name):
                self.assertFalse(seen(getattr(self.cast, name)))

    def test_a_stranger_finds_it_behind_no_door(self) -> None:
        self.as_(self.cast.stranger_dispatcher)
        self.assertEqual(self.client.get(reverse("divisions:site", args=[self.site.code])).status_code, 404)
        self.assertEqual(
            self.client.get(reverse("divisions:change_site", args=[self.site.code])).status_code, 404
        )
        self.assertNotContains(self.client.get(reverse("divisions:sites"), {"q": "农贸"}), "东街农贸市场")
        self.assertEqual(self.client.get(reverse("divisions:site_points")).json()["features"], [])
        self.assertNotContains(
            self.client.get(reverse("divisions:division", args=["980101"])), "东街农贸市场"
        )

    def test_the_list_is_narrowed_by_type_place_and_words(self) -> None:
        self.as_(self.cast.liu_yang)
        url = reverse("divisions:sites")
        for query in (
            {},
            {"type": "MKT"},
            {"place": "980101"},
            {"q": "nongmao"},
            {"q": "农贸"},
            {"place": "东街街道"},
        ):
            with self.subTest(query=query):
                self.assertContains(self.client.get(url, query), "东街农贸市场")
        for query in ({"type": "PARK"}, {"place": "980102"}, {"q": "公园"}):
            with self.subTest(query=query):
                self.assertNotContains(self.client.get(url, query), "东街农贸市场")
        self.assertContains(self.client.get(url, {"place": "123456"}), "没有代码为“123456”的区划")


class LoadSitesTests(SiteTestCase):
    def test_rows_go_in_and_those_that_do_not_fit_are_told(self) -> None:
        table = (
            "code,name,type,division code,longitude,latitude,system,address\n"
            f"A-1,甲市场,MKT,980101001,{IN_EAST[0]},{IN_EAST[1]},WGS-84,一号\n"
            "A-2,乙公园,公园、景区,980102001,,,,\n"
            "A-3,丙,没有的类型,980102001,,,,\n"
            "A-4,丁,MKT,123456,,,,\n"
            f"A-5,戊,MKT,980102001,{IN_EAST[0]},{IN_EAST[1]},WGS-84,\n"
            "A-6,己,MKT,980102001,0,0,WGS-84,\n"
            f"{self.site.code},重复,MKT,980102001,,,,\n"
        )
        report = load_sites(read(table.encode(), "sites.csv"), by=INSTALLER, source="sites.csv")
        self.assertEqual((report.placed, report.skipped), (2, 1))
        self.assertEqual([one.row for one in report.problems], [4, 5, 6, 7])
        self.assertEqual(Site.objects.get(code="A-1").address, "一号")
        self.assertTrue(report.adds_up)
