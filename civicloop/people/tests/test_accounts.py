"""账号、单位、岗位: what the system administrator and the security administrator do, and who may not."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from civicloop.kernel.clock.now import today
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person, Post, Role, Unit
from civicloop.people.operations import (
    add_person,
    add_post,
    add_unit,
    appoint,
    disable,
    edit_person,
    edit_unit,
    enable,
    reset_password,
    unlock,
)
from civicloop.people.tests.going import log_in, send
from tests.cast import CityTestCase


class AccountTests(CityTestCase):
    def refused(self, sentence: str, change: Callable[..., Any], *things: Any, **given: Any) -> None:
        entries, people = Entry.objects.count(), list(Person.objects.order_by("pk").values())
        with self.assertRaisesRegex(Refused, sentence):
            change(*things, **given)
        self.assertEqual(Entry.objects.count(), entries)
        self.assertEqual(list(Person.objects.order_by("pk").values()), people)

    def test_an_account_is_made_by_one_administrator_and_opened_by_another(self) -> None:
        self.as_(self.cast.system_admin)
        typed = {"username": "qian_duo", "name": "钱多", "unit": "市文明办", "phone": "13900001234"}
        answer = send(self.client, "/people/add", typed)
        made = Person.objects.get(username="qian_duo")
        self.assertEqual(answer["Location"], f"/people/{made.pk}/")
        self.assertEqual(
            (made.sort_key, made.unit, made.must_change_password), ("qian duo", self.cast.office, True)
        )
        self.assertFalse(made.has_usable_password())
        self.as_(self.cast.security_admin)
        answer = send(self.client, f"/people/{made.pk}/reset_password", {"reason": "首次发放"})
        page = self.client.get(answer["Location"])
        temporary = page.context["secret"]
        self.assertContains(page, temporary)
        self.assertNotContains(self.client.get(answer["Location"]), temporary)
        client = Client()
        self.assertEqual(log_in(client, made, temporary).status_code, 303)
        self.assertTrue(client.get("/")["Location"].startswith("/people/change_password"))

    def test_the_temporary_password_is_kept_nowhere(self) -> None:
        from django.contrib.sessions.models import Session

        from civicloop.kernel.idempotency import Intent

        self.as_(self.cast.security_admin)
        send(self.client, f"/people/{self.cast.li_na.pk}/reset_password", {"reason": "忘记"})
        secret = self.client.get(f"/people/{self.cast.li_na.pk}/").context["secret"]
        self.assertGreaterEqual(len(secret), 12)
        kept = [str(row.get_decoded()) for row in Session.objects.all()] + [
            f"{row.location} {bytes(row.body or b'')!r}" for row in Intent.objects.all()
        ]
        self.assertNotIn(secret, " ".join(kept))

    def test_others_do_not_even_find_the_pages(self) -> None:
        pages = {
            Role.SYSTEM_ADMIN: [
                "/people/add",
                "/people/units/add",
                f"/people/units/{self.cast.office.pk}/edit",
            ]
            + [f"/people/units/{self.cast.office.pk}/add_post"]
            + [f"/people/{self.cast.li_na.pk}/{verb}" for verb in ("edit", "disable", "enable")],
            Role.SECURITY_ADMIN: ["/people/grants/", f"/people/posts/{Post.objects.all()[0].pk}/grant"]
            + [
                f"/people/{self.cast.li_na.pk}/{verb}"
                for verb in ("unlock", "reset_password", "reset_factor", "appoint")
            ],
        }
        for person in (self.cast.li_na, self.cast.auditor, self.cast.system_admin, self.cast.security_admin):
            self.as_(person)
            for role, urls in pages.items():
                for url in urls:
                    with self.subTest(person=person, url=url):
                        wanted = 200 if role in person.roles else 404
                        self.assertEqual(self.client.get(url).status_code, wanted)
                        if wanted == 404 and not url.endswith("grants/"):
                            self.assertEqual(send(self.client, url, {"reason": "…"}).status_code, 404)
        self.assertFalse(Entry.objects.exists())

    def test_strangers_are_not_there(self) -> None:
        stranger = self.cast.stranger_inspector
        for person in (self.cast.system_admin, self.cast.security_admin, self.cast.auditor, self.cast.li_na):
            self.as_(person)
            for url in (f"/people/{stranger.pk}/", f"/people/units/{self.cast.strangers_office.pk}/"):
                self.assertEqual(self.client.get(url).status_code, 404, (person, url))
            self.assertNotContains(self.client.get("/people/?q=外"), stranger.name + "</a>")
            self.assertNotContains(self.client.get("/people/units/"), "山海市")
        self.as_(self.cast.system_admin)
        self.assertEqual(
            send(self.client, f"/people/{stranger.pk}/disable", {"reason": "…"}).status_code, 404
        )
        self.refused("超出了您的管理范围", disable, stranger, reason="…", by=self.cast.system_admin)

    def test_an_administrator_of_less_does_not_touch_who_reaches_further(self) -> None:
        west = self.cast.person(
            "west_security", "西安", self.cast.west_district, Role.SECURITY_ADMIN, "980102"
        )
        clerk = self.cast.person("west_clerk", "西文", self.cast.west_district, Role.HANDLER, "980102")
        reset_password(clerk, reason="忘记", by=west)
        further = self.cast.person("west_mayor", "西长", self.cast.west_district, Role.LEADER, "9801")
        self.refused("超出了您的管理范围", reset_password, further, reason="忘记", by=west)
        self.refused("超出了您的管理范围", reset_password, self.cast.chen_jing, reason="忘记", by=west)

    def test_nobody_handles_their_own_account(self) -> None:
        system, security = self.cast.system_admin, self.cast.security_admin
        post = Post.objects.filter(unit=self.cast.office)[0]
        self.refused("不能处理自己的账号", disable, system, reason="…", by=system)
        self.refused("不能处理自己的账号", edit_person, system, name="新", unit=self.cast.office, by=system)
        self.refused("不能处理自己的账号", unlock, security, reason="…", by=security)
        self.refused("不能处理自己的账号", reset_password, security, reason="…", by=security)
        self.refused("不能处理自己的账号", appoint, security, post=post, since=today(), by=security)

    def test_each_administrator_does_only_the_own_part(self) -> None:
        li_na = self.cast.li_na
        for by in (self.cast.security_admin, self.cast.auditor, self.cast.chen_jing):
            self.refused("由系统管理员办理", disable, li_na, reason="…", by=by)
            self.refused("由系统管理员办理", add_post, self.cast.office, name="新岗", by=by)
        for by in (self.cast.system_admin, self.cast.auditor, self.cast.chen_jing):
            self.refused("由安全管理员办理", reset_password, li_na, reason="…", by=by)
            self.refused("由安全管理员办理", unlock, li_na, reason="…", by=by)

    def test_a_reason_is_asked_for_and_lies_beside_the_trail(self) -> None:
        self.refused("请写明原因", disable, self.cast.li_na, reason="  ", by=self.cast.system_admin)
        disable(self.cast.li_na, reason="调离", by=self.cast.system_admin)
        entry = Entry.objects.get(verb="people.disable")
        self.assertEqual((entry.by, entry.facts), (self.cast.system_admin.actor_key, {}))
        self.assertEqual(entry.said.words, {"reason": "调离"})
        self.refused("已经停用", disable, self.cast.li_na, reason="调离", by=self.cast.system_admin)
        enable(self.cast.li_na, reason="回来", by=self.cast.system_admin)
        self.refused("无须启用", enable, self.cast.li_na, reason="回来", by=self.cast.system_admin)

    def test_the_last_security_administrator_is_not_disabled(self) -> None:
        self.refused(
            "没有安全管理员", disable, self.cast.security_admin, reason="…", by=self.cast.system_admin
        )
        self.cast.person("second", "方二", self.cast.office, Role.SECURITY_ADMIN, "9801")
        self.assertFalse(
            disable(self.cast.security_admin, reason="调离", by=self.cast.system_admin).is_active
        )

    def test_whoever_was_locked_out_is_unlocked_at_once(self) -> None:
        from django.conf import settings

        self.refused("没有被锁定", unlock, self.cast.li_na, reason="…", by=self.cast.security_admin)
        for _try in range(settings.CIVICLOOP_TRIES):
            log_in(self.client, self.cast.li_na, "wrong")
        unlock(self.cast.li_na, reason="本人输错，已核实", by=self.cast.security_admin)
        self.assertEqual(log_in(self.client, self.cast.li_na).status_code, 303)

    def test_units_lie_in_the_administrators_own_places(self) -> None:
        system, division = self.cast.system_admin, self.cast.division
        kind = Unit.Kind.DEPARTMENT
        self.refused(
            "超出了您的管理范围", add_unit, name="外局", kind=kind, division=division["9802"], by=system
        )
        self.refused(
            "超出了您的管理范围",
            edit_unit,
            self.cast.office,
            name="x",
            kind=kind,
            division=division["9802"],
            by=system,
        )
        self.as_(system)
        typed = {"name": "城东区城管局", "kind": kind, "division": "城东区", "lines": [self.cast.line.pk]}
        send(self.client, "/people/units/add", typed)
        unit = Unit.objects.get(name="城东区城管局")
        self.assertEqual(
            (unit.place_path, list(unit.lines.all())), (division["980101"].path, [self.cast.line])
        )
        answer = send(self.client, "/people/units/add", typed)
        self.assertContains(answer, "这个区划下已有同名单位", status_code=422)
        answer = send(self.client, "/people/units/add", typed | {"division": "山海市"})
        self.assertContains(answer, "您的范围内没有代码或名称为“山海市”的区划", status_code=422)

    def test_a_person_moves_to_another_roster_and_keeps_the_posts(self) -> None:
        edit_person(self.cast.li_na, name="李娜娜", unit=self.cast.city_management, by=self.cast.system_admin)
        li_na = Person.objects.get(pk=self.cast.li_na.pk)
        self.assertEqual((li_na.name, li_na.sort_key, li_na.roles), ("李娜娜", "li na na", {Role.INSPECTOR}))
        self.assertEqual(
            Entry.objects.get().facts, {"fields": ["name", "unit"], "unit": self.cast.city_management.pk}
        )

    def test_two_people_of_one_name_are_told_apart_by_the_account(self) -> None:
        by = self.cast.system_admin
        self.refused("账号", add_person, username="li_na", name="李娜", unit=self.cast.office, by=by)
        self.assertEqual(
            add_person(username="li_na2", name="李娜", unit=self.cast.office, by=by).name, "李娜"
        )
