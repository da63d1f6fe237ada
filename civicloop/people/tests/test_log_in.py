"""登录、锁定、退出."""

import threading
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase
from django.urls import reverse

from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person
from civicloop.people.tests.going import LOG_IN, log_in, send
from tests.cast import PASSWORD, Cast, CityTestCase


def verbs_about(person: Person) -> list[str]:
    return list(Entry.objects.about(person).values_list("verb", flat=True))


class LogInTests(CityTestCase):
    """登录"""

    def test_who_gives_name_and_password_comes_in_and_the_trail_says_so(self) -> None:
        answer = log_in(self.client, self.cast.li_na)
        self.assertRedirects(answer, "/", status_code=303, fetch_redirect_response=False)
        self.assertEqual(verbs_about(self.cast.li_na), ["people.log_in"])
        self.assertEqual(self.client.get(reverse("people:account")).status_code, 200)

    def test_everything_else_needs_a_log_in_and_leads_back(self) -> None:
        answer = self.client.get("/people/", {"q": "赵"})
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(answer["Location"], "/people/log_in?next=/people/%3Fq%3D%25E8%25B5%25B5")
        there = log_in(self.client, self.cast.li_na, next="/people/?q=%E8%B5%B5")
        self.assertEqual(there["Location"], "/people/?q=%E8%B5%B5")

    def test_it_leads_to_no_other_site(self) -> None:
        for url in (
            "https://elsewhere.example/",
            "//elsewhere.example/x",
            "javascript:alert(1)",
            "/\\elsewhere",
        ):
            with self.subTest(url=url):
                self.assertEqual(log_in(self.client, self.cast.li_na, next=url)["Location"], "/")
                self.client.post("/people/log_out")

    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(self) -> None:
        answers = []
        for name in (self.cast.li_na.username, "nobody-of-that-name"):
            answer = log_in(self.client, name, "wrong")
            self.assertEqual(answer.status_code, 422)
            answers.append(answer.content.decode().replace(name, "…"))
        strip = [
            text.partition('<form class="form"')[2].partition("csrfmiddlewaretoken")[2][80:]
            for text in answers
        ]
        self.assertEqual(*strip)
        self.assertIn("账号或密码不正确", answers[0])

    def test_failures_of_a_known_name_are_written_down_and_of_an_unknown_one_are_not(self) -> None:
        log_in(self.client, self.cast.li_na, "wrong")
        log_in(self.client, "nobody-of-that-name", "wrong")
        self.assertEqual(list(Entry.objects.values_list("verb", "about_id")), [
            ("people.log_in_failed", self.cast.li_na.pk)
        ])  # fmt: skip

    def test_the_limit_locks_the_name_also_for_the_right_password_and_says_for_how_long(self) -> None:
        for _try in range(settings.CIVICLOOP_TRIES):
            answer = log_in(self.client, self.cast.li_na, "wrong")
        self.assertContains(answer, f"请 {settings.CIVICLOOP_LOCKED_MINUTES} 分钟后再试", status_code=429)
        self.assertEqual(log_in(self.client, self.cast.li_na).status_code, 429)
        self.assertEqual(log_in(Client(REMOTE_ADDR="192.0.2.7"), self.cast.li_na).status_code, 429)
        self.assertNotIn("_auth_user_id", self.client.session)
        self.assertEqual(
            verbs_about(self.cast.li_na),
            ["people.log_in_failed"] * settings.CIVICLOOP_TRIES + ["people.locked_out"],
        )
        self.assertEqual(log_in(self.client, self.cast.zhou_jie).status_code, 303)

    def test_an_unknown_name_is_locked_in_the_same_way(self) -> None:
        for _try in range(settings.CIVICLOOP_TRIES):
            answer = log_in(self.client, "nobody-of-that-name", "wrong")
        self.assertContains(answer, f"请 {settings.CIVICLOOP_LOCKED_MINUTES} 分钟后再试", status_code=429)
        self.assertFalse(Entry.objects.exists())

    def test_a_success_before_the_limit_forgets_the_failures(self) -> None:
        for _try in range(settings.CIVICLOOP_TRIES - 1):
            log_in(self.client, self.cast.li_na, "wrong")
        self.assertEqual(log_in(self.client, self.cast.li_na).status_code, 303)
        self.client.post("/people/log_out")
        self.assertEqual(log_in(self.client, self.cast.li_na, "wrong").status_code, 422)

    def test_a_disabled_account_gets_the_answer_of_a_wrong_password(self) -> None:
        Person.objects.filter(pk=self.cast.li_na.pk).update(is_active=False)
        self.assertContains(log_in(self.client, self.cast.li_na), "账号或密码不正确", status_code=422)

    def test_the_session_key_is_another_one_afterwards(self) -> None:
        self.client.post(LOG_IN, {"username": "x", "password": "y"})
        session = self.client.session
        session["planted"] = True
        session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        log_in(self.client, self.cast.li_na)
        self.assertNotEqual(self.client.session.session_key, session.session_key)

    def test_who_is_in_already_is_led_on(self) -> None:
        self.as_(self.cast.li_na)
        answer = self.client.get(LOG_IN)
        self.assertEqual((answer.status_code, answer["Location"]), (303, "/"))

    def test_logging_out_is_a_post_and_ends_the_session(self) -> None:
        log_in(self.client, self.cast.li_na)
        self.assertEqual(self.client.get("/people/log_out").status_code, 405)
        self.assertEqual(self.client.post("/people/log_out")["Location"], LOG_IN)
        self.assertEqual(self.client.get("/people/account").status_code, 302)
        self.assertEqual(verbs_about(self.cast.li_na), ["people.log_in", "people.log_out"])

    def test_passwords_are_kept_nowhere(self) -> None:
        from axes.models import AccessAttempt

        log_in(self.client, self.cast.li_na, "my-secret-typo")
        self.as_(self.cast.zhou_jie)
        typed = {
            "password": "my-secret-typo",
            "new_password": "my-secret-new-1",
            "new_password_again": "my-secret-new-1",
        }
        self.client.post("/people/change_password", typed)
        kept = [f"{row.get_data}{row.post_data}" for row in AccessAttempt.objects.all()]
        self.assertEqual(len(kept), 2)
        self.assertNotIn("my-secret", "".join(kept))


class ChangePasswordTests(CityTestCase):
    """修改密码"""

    URL = "/people/change_password"
    NEW = "new-lake-of-yunze-7"

    def change(self, **typed: str) -> Any:
        typed = {"password": PASSWORD, "new_password": self.NEW, "new_password_again": self.NEW} | typed
        return self.client.post(self.URL, typed)

    def test_whoever_must_change_it_reaches_nothing_else(self) -> None:
        Person.objects.filter(pk=self.cast.li_na.pk).update(must_change_password=True)
        log_in(self.client, self.cast.li_na)
        for url in ("/", "/people/", "/people/account", "/cases/", "/people/tokens"):
            answer = self.client.get(url)
            self.assertEqual(answer.status_code, 302, url)
            self.assertTrue(answer["Location"].startswith(self.URL), url)
        self.assertTrue(
            send(self.client, "/people/tokens", {"name": "x", "days": 1})["Location"].startswith(self.URL)
        )
        answer = self.client.get("/api/v1/me")
        self.assertEqual(
            (answer.status_code, answer.json()["error"]["code"]), (403, "password_change_needed")
        )
        self.assertContains(self.client.get(self.URL), "临时密码")
        self.assertEqual(self.change().status_code, 303)
        self.assertEqual(self.client.get("/people/account").status_code, 200)

    def test_it_ends_the_other_sessions_and_keeps_this_one(self) -> None:
        other = Client()
        log_in(other, self.cast.li_na)
        log_in(self.client, self.cast.li_na)
        self.assertEqual(self.change().status_code, 303)
        self.assertEqual(self.client.get("/people/account").status_code, 200)
        self.assertEqual(other.get("/people/account").status_code, 302)

    def test_it_is_refused_without_a_trace(self) -> None:
        self.as_(self.cast.li_na)
        before = Person.objects.get(pk=self.cast.li_na.pk).password
        for typed, sentence in (
            ({"password": "wrong"}, "原密码不正确"),
            ({"new_password_again": "another"}, "两次输入的新密码不一致"),
            ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "新密码不能与原密码相同"),
            ({"new_password": "short", "new_password_again": "short"}, "密码长度太短"),
            ({"new_password": "1234567890123", "new_password_again": "1234567890123"}, "密码只包含数字"),
        ):
            with self.subTest(sentence=sentence):
                self.assertContains(self.change(**typed), sentence, status_code=422)
        self.assertEqual(Person.objects.get(pk=self.cast.li_na.pk).password, before)
        self.assertFalse(Entry.objects.filter(verb="people.change_password").exists())

    def test_guessing_the_old_password_in_a_stolen_session_meets_the_same_limit(self) -> None:
        self.as_(self.cast.li_na)
        for _try in range(settings.CIVICLOOP_TRIES):
            answer = self.change(password="wrong")
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(self.change().status_code, 429)


class ThirtyAtOnceTests(TransactionTestCase):
    """连续猜密码"""

    def test_thirty_guesses_at_once_check_exactly_as_many_passwords_as_the_limit(self) -> None:
        cast = Cast()
        checked: list[object] = []
        real = Person.check_password

        def counting(person: Person, raw: str) -> bool:
            checked.append(raw)
            return real(person, raw)

        answers: list[int] = []
        start = threading.Barrier(30)

        def guess(number: int) -> None:
            start.wait()
            try:
                client = Client(HTTP_USER_AGENT=f"guesser {number}", REMOTE_ADDR=f"192.0.2.{number}")
                answers.append(log_in(client, cast.li_na, f"guess {number}").status_code)
            finally:
                connection.close()

        with patch.object(Person, "check_password", counting):
            threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(len(checked), settings.CIVICLOOP_TRIES)
        self.assertEqual(answers.count(422), settings.CIVICLOOP_TRIES - 1)
        self.assertEqual(answers.count(429), 30 - settings.CIVICLOOP_TRIES + 1)
        self.assertEqual(Entry.objects.filter(verb="people.log_in_failed").count(), settings.CIVICLOOP_TRIES)
        self.assertEqual(Entry.objects.filter(verb="people.locked_out").count(), 1)
