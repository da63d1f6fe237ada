"""Page and API are two doors to one room: the same bad input gets the same sentence, and changes nothing at either."""

import html
import re
import uuid
from typing import Any

from django.db import transaction
from django.urls import reverse

from civicloop.cases.tests.telling import CaseTests, everything
from civicloop.cases.workflow import BY_WORD, Moves
from tests.access.asking import FROM, Asked, ask

LONG = "长" * 4001
# For each verb what a person might get wrong; `page` and `api` where the two call a thing differently.
WRONG: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "file": [("a note beyond the limit", {"note": LONG})],
    "decline": [
        ("no reason", {"reason": ""}),
        ("blanks", {"reason": " \n "}),
        ("too long", {"reason": LONG}),
    ],
    "merge": [
        ("no such case", {"into": "2020-999999"}),
        ("into itself", {"into": "ITSELF"}),
        ("too long", {"reason": LONG}),
    ],
    "dispatch": [
        ("too long", {"note": LONG}),
        ("no such unit", {"unit": 99999}),
        ("an office", {"unit": "OFFICE"}),
    ],
    "sign": [("an old page", {"seen": 1})],
    "hand_back": [("no reason", {"reason": ""}), ("too long", {"reason": LONG})],
    "report_fixed": [
        ("neither photo nor reason", {"no_photo_because": ""}),
        ("a reason too long", {"no_photo_because": "长" * 201}),
        ("a note too long", {"no_photo_because": "天黑", "note": LONG}),
    ],
    "verify": [("too long", {"note": LONG})],
    "send_back": [("no reason", {"reason": ""}), ("too long", {"reason": LONG})],
    "close": [("too long", {"note": LONG})],
    "look_back": [("too long", {"note": LONG})],
    "relapse": [("no reason", {"reason": ""}), ("too long", {"reason": LONG})],
    "settle": [("too long", {"note": LONG})],
}
REPORT: list[tuple[str, dict[str, Any]]] = [
    ("nothing said", {"text": ""}),
    ("blanks", {"text": "  \n"}),
    ("text too long", {"text": LONG}),
    ("address too long", {"address": "长" * 201}),
    ("name too long", {"contact_name": "长" * 41}),
    ("telephone too long", {"contact_phone": "1" * 31}),
    ("no such place", {"division": "999999"}),
    ("neither place nor position", {"division": ""}),
    ("half a position", {"longitude": 118.05}),
    ("0/0", {"longitude": 0, "latitude": 0}),
    ("swapped", {"longitude": 34.05, "latitude": 118.05}),
    ("beyond the earth", {"longitude": 218, "latitude": 34}),
    ("a strange place", {"division": "980201001"}),
]
WHO = {
    "sign": "wang_lei", "hand_back": "wang_lei", "report_fixed": "wang_lei", "verify": "li_na", "send_back": "li_na",
    "look_back": "third", "relapse": "third",
}  # fmt: skip


class BothDoorsTests(CaseTests):
    asked: Asked

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.asked = Asked(cls.cast)
        for word in FROM:
            cls.asked.url(f"api:{word}")

    def both(self, word: str, changes: dict[str, Any], api: str, page: str) -> tuple[str, str]:
        """What the API says, and the text of the page that comes back; neither may change anything."""
        said = []
        for route in (api, page):
            before = everything()
            with transaction.atomic():
                body = self.asked.body(route) | changes
                answer = ask(self.client, self.asked, route, "POST", body=body, key=uuid.uuid4())
                if answer.status_code < 400:
                    transaction.set_rollback(True)
            self.assertIn(answer.status_code, {409, 422}, f"{route} {list(changes)}: {answer.status_code}")
            self.assertEqual(everything(), before, f"{route}: a refusal left a trace")
            said.append(
                answer.json()["error"]["message"]
                if route.startswith("api:")
                else html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
            )
        return said[0], said[1]

    def test_every_verb_is_tried_with_something_wrong(self) -> None:
        people = {move.word for move in BY_WORD.values() if move.roles} - {Moves.report.word}
        self.assertEqual(set(WRONG), people)

    def test_every_verb_refuses_the_same_in_the_same_words(self) -> None:
        for word, cases in WRONG.items():
            name = WHO.get(word, "chen_jing")
            self.as_(self.third if name == "third" else getattr(self.cast, name))
            for what, given in cases:
                number = self.asked.case(FROM[word]).number
                units = {"OFFICE": self.cast.office.pk, "ITSELF": number}
                changes = {k: units.get(v, v) if isinstance(v, str) else v for k, v in given.items()}
                with self.subTest(word=word, what=what):
                    sentence, page = self.both(word, changes, f"api:{word}", f"cases:{word}")
                    self.assertIn(sentence, page)

    def test_a_report_is_refused_the_same_in_the_same_words(self) -> None:
        self.as_(self.cast.zhou_jie)
        for what, changes in REPORT:
            with self.subTest(what=what):
                sentence, page = self.both("report", changes, "api:list_cases", "cases:report")
                self.assertIn(sentence, page)

    def test_whoever_may_not_is_told_why_in_the_same_words(self) -> None:
        self.as_(self.cast.liu_yang)
        for word in FROM:
            with self.subTest(word=word):
                sentence, page = self.both(word, {}, f"api:{word}", f"cases:{word}")
                self.assertIn(sentence, page)


class NeverBrokenTests(CaseTests):
    """Whatever is sent, the answer is a sentence, never a broken page."""

    NASTY = (
        "\x00",
        "\ufffe",
        "𠮷" * 30,
        "'; DROP TABLE cases_case; --",
        "<script>alert(1)</script>",
        "\u202eabc",
        "9" * 400,
        "-1",
        "é",
        "%00",
        "..\\..",
    )

    def test_odd_queries_are_answered(self) -> None:
        self.as_(self.cast.chen_jing)
        names = (
            "q",
            "state",
            "due",
            "place",
            "kind",
            "unit",
            "source",
            "since",
            "until",
            "relapsed",
            "bbox",
            "cursor",
            "size",
            "line",
        )
        for where in (
            "cases:list",
            "cases:points",
            "cases:map",
            "api:list_cases",
            "cockpit:cockpit",
            "divisions:sites",
            "people:people",
            "people:units",
            "standards:kinds",
        ):
            for name in names:
                for value in (
                    *self.NASTY,
                    "9999-12-31",
                    "0001-01-01",
                    "nan,nan,nan,nan",
                    "1e400",
                    "180,90,-180,-90",
                ):
                    answer = self.client.get(reverse(where), {name: value})
                    self.assertLess(answer.status_code, 500, f"{where} {name}={value!r}")

    def test_odd_addresses_are_answered(self) -> None:
        self.as_(self.cast.chen_jing)
        for value in ("%00", "%F0%A0%AE%B7", "9" * 300, "..", "%2e%2e%2f", "a%0d%0aX-Y:1"):
            for start in (
                "/cases/{}/",
                "/api/v1/cases/{}",
                "/api/v1/cases/{}/history",
                "/cases/{}/sign",
                "/divisions/{}/",
                "/standards/kinds/{}/",
                "/evidence/{}",
                "/people/{}/",
            ):
                answer = self.client.get(start.format(value))
                self.assertLess(answer.status_code, 500, start.format(value))

    def test_odd_bodies_are_answered_by_the_api(self) -> None:
        self.as_(self.cast.chen_jing)
        case = self.cast.case()
        texts = (
            "text",
            "division",
            "kind",
            "address",
            "contact_name",
            "contact_phone",
            "source",
            "position_system",
        )
        fine = {"text": "路口有垃圾", "division": "980101001001"}
        numbers: tuple[Any, ...] = (1e308, -1e308, "nan", None, [], True, 10**30)
        bodies: list[Any] = [fine | {name: value} for name in texts for value in self.NASTY]
        bodies += [fine | {name: value} for name in ("longitude", "latitude") for value in numbers]
        bodies += [
            {},
            [],
            None,
            "x",
            {"text": {"a": 1}},
            fine | {"photos": ["x"]},
            fine | {"photos": [str(uuid.uuid4())] * 20},
        ]
        where = {
            "report": reverse("api:list_cases"),
            "file": reverse("api:file", args=[case.number]),
            "merge": reverse("api:merge", args=[case.number]),
            "dispatch": reverse("api:dispatch", args=[case.number]),
        }
        bodies += [("file", {"kind": v}) for v in self.NASTY] + [
            ("file", {"division": v}) for v in self.NASTY
        ]
        bodies += [("merge", {"into": v}) for v in self.NASTY] + [
            ("dispatch", {"unit": v}) for v in (10**30, -1, "x", None)
        ]
        bodies += [("file", {"seen": 10**30}), ("file", {"seen": -1})]
        for body in bodies:
            word, given = body if isinstance(body, tuple) else ("report", body)
            with transaction.atomic():
                answer = self.client.post(
                    where[word],
                    given,
                    content_type="application/json",
                    headers={"Idempotency-Key": str(uuid.uuid4())},
                )
                transaction.set_rollback(True)
            self.assertLess(answer.status_code, 500, f"{word} {str(given)[:80]}")
            if answer.status_code >= 400:
                self.assertTrue(answer.json()["error"]["message"], str(given)[:80])

    def test_odd_json_is_answered(self) -> None:
        self.as_(self.cast.chen_jing)
        for raw in (
            b"",
            b"{",
            b"\xff\xfe",
            b'{"text": NaN}',
            b"[" * 20000,
            b'{"text": "\\u0000", "division": "980101001001"}',
            b'{"longitude": 1e999}',
        ):
            answer = self.client.generic(
                "POST",
                reverse("api:list_cases"),
                raw,
                content_type="application/json",
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
            self.assertLess(answer.status_code, 500, raw[:20])
