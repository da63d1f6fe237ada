"""会话: how long one stays, what ends it, and what becomes of a form that comes too late."""

import re
import uuid
from html import unescape
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from civicloop.kernel.held import LONGEST, hold, opened_by, stamp
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person, Unit
from civicloop.people.operations import disable, enable, end_holding, reset_password
from civicloop.people.tests.going import later, log_in, send
from tests.cast import CityTestCase

ACCOUNT = "/people/account"


class StayingTests(CityTestCase):
    def test_an_idle_session_ends_and_says_why(self) -> None:
        log_in(self.client, self.cast.li_na)
        with later(minutes=settings.CIVICLOOP_IDLE_MINUTES - 2):
            self.assertEqual(self.client.get(ACCOUNT).status_code, 200)
        with later(minutes=2 * settings.CIVICLOOP_IDLE_MINUTES - 4):
            self.assertEqual(self.client.get(ACCOUNT).status_code, 200)
        with later(minutes=3 * settings.CIVICLOOP_IDLE_MINUTES):
            answer = self.client.get(ACCOUNT, follow=True)
            self.assertContains(answer, f"您已超过{settings.CIVICLOOP_IDLE_MINUTES}分钟没有操作")
        self.assertEqual(self.client.get(ACCOUNT).status_code, 302)

    def test_a_page_that_asks_by_itself_keeps_nobody_in(self) -> None:
        log_in(self.client, self.cast.li_na)
        with later(minutes=settings.CIVICLOOP_IDLE_MINUTES - 2):
            self.assertEqual(self.client.get(ACCOUNT, headers={"X-Poll": "1"}).status_code, 200)
        with later(minutes=settings.CIVICLOOP_IDLE_MINUTES + 2):
            self.assertEqual(self.client.get(ACCOUNT).status_code, 302)

    def test_no_activity_stretches_a_session_beyond_its_hours(self) -> None:
        log_in(self.client, self.cast.li_na)
        minutes = settings.CIVICLOOP_IDLE_MINUTES - 5
        while minutes < settings.CIVICLOOP_SESSION_HOURS * 60:
            with later(minutes=minutes):
                self.assertEqual(self.client.get(ACCOUNT).status_code, 200)
            minutes += settings.CIVICLOOP_IDLE_MINUTES - 5
        with later(hours=settings.CIVICLOOP_SESSION_HOURS, minutes=1):
            self.assertContains(self.client.get(ACCOUNT, follow=True), "登录已满")

    def test_disabling_ends_sessions_at_once_and_enabling_brings_none_back(self) -> None:
        log_in(self.client, self.cast.li_na)
        cookie = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        disable(self.cast.li_na, reason="离职", by=self.cast.system_admin)
        enable(self.cast.li_na, reason="又回来了", by=self.cast.system_admin)
        self.client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        self.assertEqual(self.client.get(ACCOUNT).status_code, 302)
        disable(self.cast.zhou_jie, reason="离职", by=self.cast.system_admin)
        self.assertEqual(log_in(Client(), self.cast.zhou_jie).status_code, 422)

    def test_a_reset_password_ends_sessions_at_once(self) -> None:
        log_in(self.client, self.cast.li_na)
        reset_password(self.cast.li_na, reason="忘记密码", by=self.cast.security_admin)
        self.assertEqual(self.client.get(ACCOUNT).status_code, 302)

    def test_leaving_all_devices_leaves_this_one_too(self) -> None:
        other = Client()
        log_in(other, self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        self.assertEqual(send(self.client, "/people/end_sessions")["Location"], "/people/log_in")
        for client in (self.client, other):
            self.assertEqual(client.get(ACCOUNT).status_code, 302)
        self.assertEqual(log_in(self.client, self.cast.li_na).status_code, 303)
        self.assertEqual(self.client.get(ACCOUNT).status_code, 200)

    def test_an_ended_post_opens_nothing_with_the_next_request(self) -> None:
        admin = self.cast.system_admin
        self.as_(admin)
        self.assertEqual(self.client.get("/people/units/add").status_code, 200)
        from civicloop.kernel.clock.now import today

        end_holding(admin.holdings.get(), until=today(), reason="轮岗", by=self.cast.security_admin)
        self.assertEqual(self.client.get("/people/units/add").status_code, 404)

    def test_a_part_of_a_page_is_told_where_to_log_in(self) -> None:
        answer = self.client.get("/people/?q=a", headers={"HX-Request": "true"})
        self.assertEqual(
            (answer.status_code, answer["HX-Redirect"]), (401, "/people/log_in?next=/people/%3Fq%3Da")
        )
        self.assertEqual(self.client.get("/people/", headers={"Sec-Fetch-Dest": "empty"}).status_code, 401)


class LateFormTests(CityTestCase):
    """A form that is sent after its session has ended."""

    def setUp(self) -> None:
        self.admin = self.cast.system_admin
        self.url = f"/people/units/{self.cast.office.pk}/add_post"

    def late(self, by: Person | None = None, *, url: str = "", **typed: Any) -> Any:
        person = by or self.admin
        data = {
            "name": "值班员（写了半小时）",
            "intent": str(uuid.uuid4()),
            "opened_by": stamp(person.actor_key),
        }
        return self.client.post(url or self.url, data | typed)

    def test_what_was_typed_waits_for_the_same_person(self) -> None:
        log_in(self.client, self.admin)
        with later(minutes=settings.CIVICLOOP_IDLE_MINUTES + 1):
            answer = self.late()
            self.assertEqual(
                (answer.status_code, answer["Location"]), (303, f"/people/log_in?next={self.url}")
            )
            self.assertFalse(Entry.objects.filter(verb="people.add_post").exists())
            there = log_in(self.client, self.admin, next=self.url)
            page = self.client.get(there["Location"])
            self.assertContains(page, 'value="值班员（写了半小时）"')
            self.assertContains(page, "刚才填写的内容已为您保留，请核对后提交；照片需重新选择")
            self.assertNotContains(self.client.get(self.url), "值班员（写了半小时）")

    def test_every_form_says_under_our_signature_who_opened_it(self) -> None:
        log_in(self.client, self.admin)
        page = self.client.get(self.url).content.decode()
        found = re.findall(r'name="opened_by" value="([^"]+)"', page)
        self.assertTrue(found)
        self.assertEqual({opened_by(unescape(signed)) for signed in found}, {self.admin.actor_key})

    def test_it_waits_also_when_the_cookie_is_gone(self) -> None:
        self.late()
        log_in(self.client, self.admin)
        self.assertContains(self.client.get(self.url), "值班员（写了半小时）")

    def test_another_person_never_sees_it(self) -> None:
        self.late(self.cast.security_admin)
        log_in(self.client, self.admin)
        self.assertNotContains(self.client.get(self.url), "值班员")
        self.assertFalse(any("值班员" in str(row.get_decoded()) for row in Session.objects.all()))

    def test_it_waits_behind_the_second_factor(self) -> None:
        from civicloop.people.tests.going import code, phone_of

        phone = phone_of(self.admin)
        self.late()
        log_in(self.client, self.admin, next=self.url)
        self.assertTrue(self.client.get(self.url)["Location"].startswith("/people/second_factor?next="))
        self.client.post("/people/second_factor", {"one_time_code": code(phone.key), "next": self.url})
        self.assertContains(self.client.get(self.url), "值班员（写了半小时）")

    def test_nothing_of_a_stranger_or_a_forger_is_kept(self) -> None:
        for signed in ("", self.admin.actor_key, stamp(self.admin.actor_key)[:-1] + "x"):
            self.late(opened_by=signed)
        self.assertFalse(Session.objects.exists())

    def test_passwords_codes_and_boundless_texts_are_never_kept(self) -> None:
        def kept(**typed: str) -> Any:
            request = RequestFactory().post("/x", {"opened_by": stamp("person:1"), **typed})
            request.session = {}  # type: ignore[assignment]
            hold(request)
            return dict(request.session)

        self.assertEqual(kept(password="a", new_password="b", one_time_code="1", intent="c"), {})
        self.assertEqual(kept(text="长" * LONGEST), {})
        self.assertEqual(kept(text="短", password="a")["held"]["typed"], {"text": ["短"]})

    def test_a_mere_button_leads_back_to_its_page(self) -> None:
        answer = self.client.post(
            "/people/end_sessions",
            {"opened_by": stamp(self.admin.actor_key), "intent": str(uuid.uuid4())},
            headers={"Referer": "http://testserver/people/account"},
        )
        self.assertEqual(answer["Location"], f"/people/log_in?next={ACCOUNT}")
        answer = self.client.post("/people/end_sessions", headers={"Referer": "https://elsewhere.example/x"})
        self.assertEqual(answer["Location"], "/people/log_in")

    def test_several_choices_come_back_as_several(self) -> None:
        url = f"/people/units/{self.cast.office.pk}/edit"
        lines = [str(self.cast.line.pk), str(self.cast.other_line.pk)]
        self.late(url=url, lines=lines, name="改了名", kind=Unit.Kind.OFFICE, division="9801")
        log_in(self.client, self.admin)
        page = self.client.get(url).content.decode()
        self.assertIn("改了名", page)
        self.assertEqual(page.count("checked"), 2)
