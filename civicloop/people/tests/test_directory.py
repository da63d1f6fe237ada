"""人员、单位: who sees whom, and how much of them."""

from django.test import Client

from civicloop.people.finding import people_named
from civicloop.people.models import Person, Post, Role, Unit
from civicloop.people.operations import disable
from civicloop.people.seen import as_seen_by, masked
from civicloop.people.tests.going import log_in
from tests.cast import CityTestCase


class DirectoryTests(CityTestCase):
    def setUp(self) -> None:
        Person.objects.update(phone="13912345678")

    def seen(self, reader: Person) -> set[str]:
        return set(Person.objects.seen_by(reader).values_list("username", flat=True))

    def test_one_sees_those_in_office_in_ones_own_places(self) -> None:
        everyone_here = {
            "chen_jing", "wang_lei", "zhao_min", "li_na", "zhou_jie", "sun_ping", "liu_yang", "he_bian",
            "west_dispatcher", "system_admin", "security_admin", "auditor",
        }  # fmt: skip
        self.assertEqual(self.seen(self.cast.li_na), everyone_here)
        self.assertEqual(self.seen(self.cast.zhao_min), {"zhao_min"})
        self.assertEqual(self.seen(self.cast.west_dispatcher), {"west_dispatcher"})
        self.assertEqual(self.seen(self.cast.nobody), {"nobody"})
        self.assertEqual(set(Unit.objects.seen_by(self.cast.zhao_min)), {self.cast.east_street})
        self.assertFalse(
            Post.objects.seen_by(self.cast.li_na).filter(unit=self.cast.strangers_office).exists()
        )

    def test_administrators_see_also_the_disabled_and_those_not_yet_in_office(self) -> None:
        disable(self.cast.li_na, reason="…", by=self.cast.system_admin)
        newcomer = self.cast.person("new", "新人", self.cast.office, None, "9801")
        Person.objects.filter(pk=newcomer.pk).update(unit=self.cast.office)
        for reader in (self.cast.system_admin, self.cast.security_admin, self.cast.auditor):
            self.assertLessEqual({"li_na", "new"}, self.seen(reader))
        self.assertFalse({"li_na", "new"} & self.seen(self.cast.chen_jing))

    def test_the_telephone_is_for_colleagues_and_administrators(self) -> None:
        li_na = Person.objects.get_queryset().with_posts().get(pk=self.cast.li_na.pk)
        for reader, phone, username in (
            (self.cast.zhou_jie, "13912345678", ""),
            (self.cast.system_admin, "13912345678", "li_na"),
            (self.cast.li_na, "13912345678", "li_na"),
            (self.cast.wang_lei, "139****5678", ""),
        ):
            seen = as_seen_by(li_na, reader)
            self.assertEqual((seen.phone, seen.username), (phone, username), reader)
        self.assertEqual([masked(text) for text in ("", "110", "0527-84388888")], ["", "****", "052****8888"])

    def test_the_page_shows_no_more_than_that(self) -> None:
        self.as_(self.cast.wang_lei)
        for url in ("/people/", f"/people/{self.cast.li_na.pk}/"):
            page = self.client.get(url)
            self.assertContains(page, "李娜")
            self.assertContains(page, "139****5678")
            self.assertNotContains(page, "li_na<")
            self.assertNotContains(page, "动态口令</dt>")
        self.assertNotContains(self.client.get(f"/people/units/{self.cast.office.pk}/"), "授权")

    def test_people_are_found_by_name_spelling_initials_and_unit(self) -> None:
        for person in Person.objects.all():
            from civicloop.kernel.pinyin import pinyin_key

            Person.objects.filter(pk=person.pk).update(sort_key=pinyin_key(person.name))
        for words in ("赵敏", "zhao", "zhaomin", "Zhao Min", "zm", "东街街道"):
            with self.subTest(words=words):
                self.assertIn(self.cast.zhao_min, people_named(Person.objects.get_queryset(), words))
        self.assertFalse(people_named(Person.objects.get_queryset(), "zz").exists())

    def test_pages_cost_the_same_however_many_people_they_list(self) -> None:
        self.as_(self.cast.system_admin)
        self.client.get("/people/")

        def cost(url: str) -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as queries:
                self.assertEqual(self.client.get(url).status_code, 200)
            return len(queries)

        before = [cost("/people/"), cost("/people/units/")]
        for number in range(12):
            self.cast.person(f"more_{number}", "更多", self.cast.office, Role.INSPECTOR, "9801")
            Unit.objects.create(
                name=f"更多 {number}", kind=Unit.Kind.COMPANY, division=self.cast.division["9801"],
                place_path=self.cast.division["9801"].path, sort_key="geng duo",
            )  # fmt: skip
        self.assertEqual([cost("/people/"), cost("/people/units/")], before)

    def test_ones_own_account_shows_posts_and_recent_log_ins(self) -> None:
        client = Client(HTTP_USER_AGENT="Test Browser 7")
        log_in(client, self.cast.li_na)
        page = client.get("/people/account")
        self.assertContains(page, "督查员")
        self.assertContains(page, "Test Browser 7")
        self.as_(self.cast.nobody)
        self.assertContains(self.client.get("/people/account"), "您目前没有任职")
