"""区划的页面: the tree, the search, the choosing."""

from typing import Any

from django.urls import reverse

from civicloop.divisions.forms import DivisionField
from civicloop.divisions.models import Division
from civicloop.divisions.tests.facts import two_districts
from tests.cast import CityTestCase


class TreeTests(CityTestCase):
    def setUp(self) -> None:
        self.as_(self.cast.chen_jing)

    def test_the_tree_begins_where_the_reader_has_a_post(self) -> None:
        page = self.client.get(reverse("divisions:divisions"))
        self.assertContains(page, "城东区")
        self.assertNotContains(page, "海城区")

    def test_a_division_shows_what_it_lies_in_and_what_lies_in_it(self) -> None:
        two_districts()
        page = self.client.get(reverse("divisions:division", args=["980101"]))
        for words in ("示例省", "云泽市", "东街街道", "仅作示意"):
            self.assertContains(page, words)
        self.assertEqual(self.client.get(reverse("divisions:division", args=["777777"])).status_code, 404)

    def test_it_is_found_by_name_by_pinyin_and_by_code(self) -> None:
        Division.objects.filter(code="980101001").update(sort_key="dong jie jie dao")
        for words in ("东街", "dongjie", "dong jie", "980101001", "９８０１０１００１"):
            with self.subTest(words=words):
                page = self.client.get(reverse("divisions:divisions"), {"q": words})
                self.assertContains(page, "东街街道")
        self.assertContains(self.client.get(reverse("divisions:divisions"), {"q": "没有的"}), "没有查到")

    def test_nobody_comes_in_without_logging_in(self) -> None:
        self.client.logout()
        for name in (
            "divisions",
            "outlines",
            "choose",
            "suggest",
            "load",
            "sites",
            "site_points",
            "add_site",
        ):
            with self.subTest(name=name):
                self.assertIn(self.client.get(reverse(f"divisions:{name}")).status_code, (302, 401, 403))


class ChooseTests(CityTestCase):
    """One control for every form that asks for a place."""

    def setUp(self) -> None:
        self.as_(self.cast.chen_jing)

    def choose(self, **asked: str) -> Any:
        given = {"name": "division", "id": "id_division"} | asked
        return self.client.get(reverse("divisions:choose"), given)

    def test_it_goes_down_from_the_readers_city_step_by_step(self) -> None:
        first = self.choose()
        self.assertContains(first, "城东区")
        self.assertNotContains(first, "海城区")
        self.assertNotContains(first, "东街街道")
        second = self.choose(pick="980101")
        self.assertContains(second, 'value="980101"')
        self.assertContains(second, "东街街道")
        last = self.choose(pick="980101001001")
        self.assertContains(last, "城东区 东街街道 荷花社区")

    def test_what_comes_in_the_address_is_never_markup(self) -> None:
        page = self.choose(name='"><script>', id="<b>", value="<i>", within="<u>")
        for bad in ("<script>", "<b>", "<i>", "<u>"):
            self.assertNotContains(page, bad)

    def test_suggestions_stay_in_the_readers_city(self) -> None:
        found = self.client.get(reverse("divisions:suggest"), {"for": "division", "division": "街道"})
        self.assertContains(found, "980101001")
        self.assertNotContains(found, "980201001")

    def test_the_field_takes_a_code_or_a_name_and_gives_the_division(self) -> None:
        field = DivisionField(required=False)
        self.assertEqual(field.clean("980101").name, "城东区")
        self.assertEqual(field.clean("东街街道").code, "980101001")
        self.assertIsNone(field.clean(""))
        self.assertEqual(field.prepare_value(self.cast.division["980101"]), "980101")
        narrow = DivisionField(queryset=Division.objects.within(self.cast.division["980102"].path))
        with self.assertRaisesMessage(Exception, "没有代码为“980101”的区划"):
            narrow.clean("980101")


class OutlinesTests(CityTestCase):
    def test_a_rename_shows_on_the_map_at_once(self) -> None:
        two_districts()
        self.as_(self.cast.liu_yang)
        url = reverse("divisions:outlines")
        first = self.client.get(url)
        self.assertContains(first, "城东区")
        Division.objects.filter(code="980101").update(name="城中区")
        again = self.client.get(url, headers={"If-None-Match": first["ETag"]})
        self.assertContains(again, "城中区")
