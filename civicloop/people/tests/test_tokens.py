"""接口令牌."""

import hashlib
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from civicloop.kernel.idempotency import Intent
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry
from civicloop.people import tokens
from civicloop.people.models import ApiToken
from civicloop.people.operations import disable, enable, reset_password
from civicloop.people.tests.going import send
from tests.cast import CityTestCase

URL = "/people/tokens"


class TokenTests(CityTestCase):
    def issue(self) -> str:
        return tokens.issue(self.cast.li_na, name="报表", days=30, by=self.cast.li_na)[1]

    def test_it_speaks_for_its_person_and_only_its_hash_is_kept(self) -> None:
        text = self.issue()
        self.assertTrue(text.startswith("clt_"))
        self.assertGreaterEqual(len(text), 4 + 43)  # 256 bits
        self.assertEqual(tokens.person_of(text), self.cast.li_na)
        self.assertEqual(ApiToken.objects.get().digest, hashlib.sha256(text.encode()).hexdigest())
        for other in (text + "x", text[:-1], text[4:], "", "clt_", ApiToken.objects.get().digest):
            self.assertIsNone(tokens.person_of(other))

    def test_the_page_shows_it_once_and_keeps_it_nowhere(self) -> None:
        self.as_(self.cast.li_na)
        answer = send(self.client, URL, {"name": "报表", "days": 30})
        self.assertEqual((answer.status_code, answer["Location"]), (303, URL))
        text = self.client.get(URL).context["secret"]
        self.assertEqual(tokens.person_of(text), self.cast.li_na)
        self.assertNotContains(self.client.get(URL), "clt_")
        kept = [str(row.get_decoded()) for row in Session.objects.all()]
        kept += [f"{row.location} {bytes(row.body or b'')!r}" for row in Intent.objects.all()]
        kept += [
            f"{entry.facts} {entry.said.words}" for entry in Entry.objects.filter(verb="people.issue_token")
        ]
        self.assertNotIn(text, " ".join(kept))

    def test_nobody_issues_or_revokes_for_another(self) -> None:
        with self.assertRaises(Refused):
            tokens.issue(self.cast.li_na, name="x", days=1, by=self.cast.security_admin)
        self.issue()
        token = ApiToken.objects.get()
        for by in (self.cast.zhou_jie, self.cast.system_admin):
            with self.assertRaises(Refused):
                tokens.revoke(token, by=by)
        self.as_(self.cast.zhou_jie)
        self.assertEqual(send(self.client, f"{URL}/{token.pk}/revoke").status_code, 404)
        self.assertIsNone(ApiToken.objects.get().revoked_at)
        self.assertFalse(Entry.objects.filter(verb="people.revoke_token").exists())

    def test_revoked_expired_disabled_and_reset_it_says_nothing(self) -> None:
        self.as_(self.cast.li_na)
        text = self.issue()
        send(self.client, f"{URL}/{ApiToken.objects.get().pk}/revoke")
        self.assertIsNone(tokens.person_of(text))
        text = self.issue()
        ApiToken.objects.filter(revoked_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
        self.assertIsNone(tokens.person_of(text))
        text = self.issue()
        disable(self.cast.li_na, reason="离职", by=self.cast.system_admin)
        self.assertIsNone(tokens.person_of(text))
        enable(self.cast.li_na, reason="回来", by=self.cast.system_admin)
        self.assertIsNone(tokens.person_of(text))
        text = self.issue()
        reset_password(self.cast.li_na, reason="可能泄露", by=self.cast.security_admin)
        self.assertIsNone(tokens.person_of(text))

    def test_there_are_bounds_to_time_and_number(self) -> None:
        for days in (0, tokens.LONGEST_DAYS + 1):
            with self.assertRaises(Refused):
                tokens.issue(self.cast.li_na, name="x", days=days, by=self.cast.li_na)
        for _n in range(tokens.MOST):
            self.issue()
        with self.assertRaisesRegex(Refused, "请先吊销"):
            self.issue()
        self.assertEqual(ApiToken.objects.count(), tokens.MOST)
