"""动态口令."""

from typing import Any

from django.test import Client, override_settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person
from civicloop.people.operations import reset_factor
from civicloop.people.tests.going import code, log_in, phone_of, send
from tests.cast import PASSWORD, CityTestCase

ASK, ENROL = "/people/second_factor", "/people/enrol_factor"


class SecondFactorTests(CityTestCase):
    def answer(self, text: str, client: Client | None = None, **more: str) -> Any:
        return (client or self.client).post(ASK, {"one_time_code": text, **more})

    def test_the_password_alone_opens_nothing_where_a_phone_is_bound(self) -> None:
        phone_of(self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        for url in ("/", "/people/account", "/people/change_password", ENROL):
            self.assertTrue(self.client.get(url)["Location"].startswith(ASK), url)
        answer = self.client.get("/api/v1/me")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (403, "second_factor_needed"))

    def test_the_code_of_the_phone_opens_the_rest_under_a_fresh_session_key(self) -> None:
        phone = phone_of(self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        self.assertEqual(self.client.get("/people/?q=a")["Location"], f"{ASK}?next=/people/%3Fq%3Da")
        before = self.client.session.session_key
        answer = self.answer(code(phone.key), next="/people/?q=a")
        self.assertEqual((answer.status_code, answer["Location"]), (303, "/people/?q=a"))
        self.assertNotEqual(self.client.session.session_key, before)
        self.assertEqual(self.client.get("/people/account").status_code, 200)
        self.assertTrue(Entry.objects.about(self.cast.li_na).filter(verb="people.pass_factor").exists())

    def test_a_code_works_once(self) -> None:
        phone = phone_of(self.cast.li_na)
        shown = code(phone.key)
        log_in(self.client, self.cast.li_na)
        self.assertEqual(self.answer(shown).status_code, 303)
        thief = Client()
        log_in(thief, self.cast.li_na)
        self.assertContains(self.answer(shown, thief), "不正确或已用过", status_code=422)
        self.assertEqual(thief.get("/people/account").status_code, 302)

    def test_a_wrong_code_makes_the_next_one_wait_even_the_right_one(self) -> None:
        phone = phone_of(self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        wrong = f"{(int(code(phone.key)) + 1) % 10**6:06d}"
        for text in (wrong, "not a code", "123"):
            self.answer(text)
            TOTPDevice.objects.update(throttling_failure_timestamp=None)
        self.assertContains(self.answer(wrong), "不正确", status_code=422)
        self.assertContains(self.answer(code(phone.key)), "秒再试", status_code=422)
        self.assertEqual(self.client.get("/people/account").status_code, 302)

    def test_somebody_elses_phone_does_not_help(self) -> None:
        phone_of(self.cast.li_na)
        other = phone_of(self.cast.zhou_jie)
        log_in(self.client, self.cast.li_na)
        self.assertEqual(self.answer(code(other.key)).status_code, 422)

    @override_settings(CIVICLOOP_TWO_FACTOR=True)
    def test_where_it_is_required_one_binds_a_phone_before_anything_else(self) -> None:
        log_in(self.client, self.cast.li_na)
        self.assertTrue(self.client.get("/")["Location"].startswith(ENROL))
        page = self.client.get(ENROL)
        self.assertContains(page, "<svg")
        self.assertNotContains(page, "style=")
        key = self.client.session["door_key"]
        self.assertContains(
            self.client.post(ENROL, {"one_time_code": "000000"}), "口令不正确", status_code=422
        )
        self.assertFalse(TOTPDevice.objects.exists())
        self.assertEqual(self.client.post(ENROL, {"one_time_code": code(key)}).status_code, 303)
        self.assertEqual(self.client.get("/people/account").status_code, 200)
        self.assertEqual(TOTPDevice.objects.get().user_id, self.cast.li_na.pk)
        self.assertNotIn("door_key", self.client.session)

    @override_settings(CIVICLOOP_TWO_FACTOR=True)
    def test_a_temporary_password_is_changed_before_a_phone_is_bound(self) -> None:
        Person.objects.filter(pk=self.cast.li_na.pk).update(must_change_password=True)
        log_in(self.client, self.cast.li_na)
        self.assertTrue(self.client.get(ENROL)["Location"].startswith("/people/change_password"))

    def test_another_phone_needs_the_password_and_replaces_the_first(self) -> None:
        phone = phone_of(self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        self.answer(code(phone.key))
        self.client.get(ENROL)
        key = self.client.session["door_key"]
        bad = self.client.post(ENROL, {"one_time_code": code(key), "password": "wrong"})
        self.assertContains(bad, "密码不正确", status_code=422)
        self.assertEqual(TOTPDevice.objects.get().key, phone.key)
        self.assertEqual(
            self.client.post(ENROL, {"one_time_code": code(key), "password": PASSWORD}).status_code, 303
        )
        self.assertEqual(TOTPDevice.objects.get().key, key)
        self.assertEqual(self.client.get("/people/account").status_code, 200)

    def test_the_security_administrator_resets_a_lost_phone_and_ends_its_sessions(self) -> None:
        phone = phone_of(self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        self.answer(code(phone.key))
        admin = Client()
        admin.force_login(self.cast.security_admin, backend="django.contrib.auth.backends.ModelBackend")
        url = f"/people/{self.cast.li_na.pk}/reset_factor"
        self.assertEqual(send(admin, url, {"reason": "手机丢失，已电话核实"}).status_code, 303)
        self.assertFalse(TOTPDevice.objects.exists())
        self.assertEqual(self.client.get("/people/account").status_code, 302)
        self.assertEqual(Entry.objects.get(verb="people.reset_factor").by, self.cast.security_admin.actor_key)

    def test_nobody_else_resets_it_and_nobody_their_own(self) -> None:
        phone_of(self.cast.li_na)
        phone_of(self.cast.security_admin)
        for by, of in (
            (self.cast.system_admin, self.cast.li_na),
            (self.cast.li_na, self.cast.li_na),
            (self.cast.security_admin, self.cast.security_admin),
        ):
            with self.subTest(by=by), self.assertRaises(Refused):
                reset_factor(of, reason="…", by=by)
        self.assertEqual(TOTPDevice.objects.count(), 2)
        self.assertFalse(Entry.objects.exists())
