"""At once: thirty copies of each request, two people who decide differently, two merges that meet."""

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client, TransactionTestCase
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from civicloop.cases import operations
from civicloop.cases.models import Case, Load
from civicloop.divisions.models import Draft
from civicloop.kernel.idempotency import Intent
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person
from tests.access.asking import Asked, ask
from tests.access.routes import routes
from tests.access.table import ROWS, SAME
from tests.cast import Cast

pytestmark = pytest.mark.loops
COPIES = 30

# Requests that need no key, because doing them twice is doing them once; the tests of people/ look at them.
NO_KEY = {
    "set_language", "people:log_in", "people:log_out", "people:second_factor", "people:enrol_factor",
    "people:change_password",
}  # fmt: skip
# After the first copy nobody is logged in any more: the others are sent to log in, or their session ends under way.
ENDS_THE_SESSION = {"people:end_sessions": {303, 400}}
# What is shown once is kept nowhere, so the other copies are told that it is done.
SHOWN_ONCE = {"cases:contact": {200, 409}}
# These leave nothing in the trail: what was read, and drafts that nobody has confirmed yet.
NO_ENTRY = {"notifications:read_all", "cases:load_preview", "divisions:load"}


class Crowd:
    """Threads that begin together, each with a connection of its own that it keeps."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = ThreadPoolExecutor(size)

    def at_once(self, *jobs: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(jobs))

        def begin(job: Callable[[], Any]) -> Any:
            connection.ensure_connection()
            barrier.wait(20)
            return job()

        return [done.result(60) for done in [self._pool.submit(begin, job) for job in jobs]]

    def leave(self) -> None:
        gone = threading.Barrier(self.size)

        def close() -> None:
            gone.wait(20)
            connection.close()

        for done in [self._pool.submit(close) for _ in range(self.size)]:
            done.result(60)
        self._pool.shutdown()


@contextmanager
def crowd(size: int) -> Iterator[Crowd]:
    made = Crowd(size)
    try:
        yield made
    finally:
        made.leave()


def logged_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def twin(client: Client) -> Client:
    """The same browser in another thread."""
    other = Client(raise_request_exception=False)
    other.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    return other


class ThirtyCopiesTests(TransactionTestCase):
    """Somebody's finger trembles, or the line does: the same request arrives thirty times."""

    def test_every_request_that_changes_something_is_raced(self) -> None:
        """A new address with a POST that nobody has put into the table fails here and in the matrix."""
        raced = {route for route, method in ROWS if method == "POST"}
        takes_post = {SAME.get(route.name, route.name) for route in routes() if "POST" in route.api_methods}
        self.assertEqual(takes_post - raced, set())
        for route in routes():
            if route.name in NO_KEY:
                self.assertTrue(getattr(route.view, "needs_no_key", False), route.name)
            elif not route.is_api:
                self.assertFalse(getattr(route.view, "needs_no_key", False), route.name)

    def test_thirty_copies_have_one_effect_and_one_answer(self) -> None:
        asked = Asked(Cast())
        wrong: list[str] = []
        with crowd(COPIES) as people:
            for (route, method), row in ROWS.items():
                if method != "GET" and route not in NO_KEY and row.yes:
                    wrong += self._race(people, asked, route, sorted(row.yes)[0])
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def _race(self, people: Crowd, asked: Asked, route: str, name: str) -> list[str]:
        asked.anew()
        self._ready(asked, route)
        who = asked.third if name == "third" else getattr(asked.cast, name)
        client, key, url = logged_in(who), uuid.uuid4(), asked.url(route)
        bodies = [asked.body(route) for _ in range(COPIES)]
        entries = Entry.objects.latest("id").pk
        rows = (Case.objects.count(), Draft.objects.count(), Load.objects.count(), Person.objects.count())

        def job(body: dict[str, Any]) -> Callable[[], Any]:
            mine = twin(client)
            return lambda: ask(mine, asked, route, "POST", url=url, body=body, key=key)

        answers = people.at_once(*(job(body) for body in bodies))
        new = Entry.objects.filter(pk__gt=entries)
        wrong = []
        if route not in ENDS_THE_SESSION | SHOWN_ONCE:
            told = {
                (
                    one.status_code,
                    one.get("Location", ""),
                    one.content if one.status_code < 300 and route not in NO_ENTRY else b"",
                )
                for one in answers
            }
            if len(told) != 1:
                wrong.append(f"{route}: {len(told)} answers, {sorted({one.status_code for one in answers})}")
            if answers[0].status_code >= 400:
                wrong.append(f"{route}: {answers[0].status_code} {answers[0].content.decode()[-120:]}")
        elif not {one.status_code for one in answers} <= (ENDS_THE_SESSION | SHOWN_ONCE)[route]:
            wrong.append(f"{route}: {sorted({one.status_code for one in answers})}")
        if route not in NO_ENTRY:
            if new.values("request").distinct().count() != 1:
                wrong.append(f"{route}: written by {new.values('request').distinct().count()} requests")
            if Intent.objects.filter(pk=key).count() != 1:
                wrong.append(f"{route}: the key was not used up")
        else:
            if new.exists():
                wrong.append(f"{route}: wrote {list(new.values_list('verb', flat=True))}")
        now = (Case.objects.count(), Draft.objects.count(), Load.objects.count(), Person.objects.count())
        if sum(now) - sum(rows) > 1:
            wrong.append(f"{route}: {sum(now) - sum(rows)} rows appeared")
        return wrong

    def _ready(self, asked: Asked, route: str) -> None:
        """Some steps ask for something to be there first."""
        target = asked.target
        if route == "people:reset_factor":
            TOTPDevice.objects.create(user_id=target.pk, name="totp", confirmed=True)
        if route == "people:unlock":
            AccessAttempt.objects.create(
                username=target.username,
                failures_since_start=5,
                attempt_time=timezone.now(),
                ip_address="127.0.0.1",
            )
        if route == "cases:load_start":
            Load.objects.filter(pk=asked.load.pk).update(told={"placed": 2})


class OpposingMovesTests(TransactionTestCase):
    """Two people decide at the same moment, and differently."""

    PAIRS: Sequence[tuple[str, tuple[str, str, dict[str, Any]], tuple[str, str, dict[str, Any]]]] = (
        ("reported", ("chen_jing", "file", {"kind": "ENV01"}), ("deputy", "decline", {"reason": "不是问题"})),
        ("dispatched", ("wang_lei", "sign", {}), ("second", "hand_back", {"reason": "不属本单位"})),
        # What was verified may still be sent back, so both say which page they saw.
        (
            "fixed",
            ("li_na", "verify", {"seen": 5}),
            ("third", "send_back", {"reason": "没有清干净", "seen": 5}),
        ),
        ("verified", ("chen_jing", "close", {}), ("li_na", "send_back", {"reason": "照片不对"})),
        ("closed", ("third", "look_back", {}), ("fourth", "relapse", {"reason": "又出现了"})),
    )
    ROUNDS = 50

    def setUp(self) -> None:
        self.cast = Cast()
        cast = self.cast
        self.people: dict[str, Person] = {
            "third": cast.third,
            "fourth": cast.person("fourth", "第四人", cast.office, "inspector", "9801"),
            "deputy": cast.person("deputy", "副手", cast.office, "dispatcher", "9801"),
            "second": cast.person("second", "另一经办人", cast.city_management, "handler", "9801"),
        }

    def _client(self, name: str) -> Client:
        return logged_in(self.people.get(name) or getattr(self.cast, name))

    def _post(self, client: Client, case: Case, word: str, given: dict[str, Any]) -> Callable[[], Any]:
        return lambda: client.post(
            reverse(f"api:{word}", args=[case.number]),
            given,
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )

    def _one_wins(self, case: Case, answers: list[Any], words: Sequence[str]) -> None:
        codes = sorted(one.status_code for one in answers)
        # Who comes last may find that the case has left their sight: also a clear answer.
        self.assertIn(codes, ([200, 409], [200, 422], [200, 404]), [one.content.decode() for one in answers])
        loser = next(one for one in answers if one.status_code != 200)
        self.assertGreater(len(loser.json()["error"]["message"]), 8)
        won = words[[one.status_code for one in answers].index(200)]
        entries = list(Entry.objects.about(case).filter(verb__in=[f"cases.{word}" for word in words]))
        self.assertEqual(entries[-1].verb, f"cases.{won}")
        fresh = Case.objects.get(pk=case.pk)
        self.assertEqual(fresh.revision, case.revision + 1)
        self.assertEqual(Entry.objects.about(case).count(), fresh.revision)

    def test_exactly_one_of_two_opposing_moves_wins(self) -> None:
        stale = 0
        clients = {name: self._client(name) for _s, one, other in self.PAIRS for name in (one[0], other[0])}
        with crowd(2) as people:
            for number in range(self.ROUNDS):
                state, one, other = self.PAIRS[number % len(self.PAIRS)]
                case = self.cast.case(state)
                answers = people.at_once(
                    *(self._post(clients[name], case, word, given) for name, word, given in (one, other))
                )
                self._one_wins(case, answers, (one[1], other[1]))
                stale += any(answer.status_code == 409 for answer in answers)
        self.assertGreater(stale, 0, "they never met: this was no race")

    def test_two_dispatchers_send_one_case_to_one_unit(self) -> None:
        clients = (self._client("chen_jing"), self._client("deputy"))
        units = (self.cast.city_management, self.cast.east_street)
        with crowd(2) as people:
            for _round in range(10):
                case = self.cast.case("filed")
                answers = people.at_once(
                    *(
                        self._post(client, case, "dispatch", {"unit": unit.pk})
                        for client, unit in zip(clients, units, strict=True)
                    )
                )
                self._one_wins(case, answers, ("dispatch", "dispatch"))
                won = [answer.status_code for answer in answers].index(200)
                self.assertEqual(Case.objects.get(pk=case.pk).unit, units[won])

    def test_whoever_saw_the_page_before_is_told_that_it_is_over(self) -> None:
        """With the revision of the page, the loser is always told that somebody else was first."""
        clients = (self._client("chen_jing"), self._client("deputy"))
        with crowd(2) as people:
            for _round in range(5):
                case = self.cast.case("filed")
                jobs = [
                    self._post(client, case, "dispatch", {"unit": unit.pk, "seen": case.revision})
                    for client, unit in zip(
                        clients, (self.cast.city_management, self.cast.east_street), strict=True
                    )
                ]
                self.assertEqual(sorted(one.status_code for one in people.at_once(*jobs)), [200, 409])

    def test_two_merges_into_each_other_leave_no_ring(self) -> None:
        clients = (self._client("chen_jing"), self._client("deputy"))
        with crowd(2) as people:
            for _round in range(10):
                one, other = self.cast.case(), self.cast.case()
                answers = people.at_once(
                    self._post(clients[0], one, "merge", {"into": other.number}),
                    self._post(clients[1], other, "merge", {"into": one.number}),
                )
                self.assertEqual(
                    sorted(a.status_code for a in answers), [200, 422], [a.content for a in answers]
                )
                states = sorted(
                    Case.objects.filter(pk__in=[one.pk, other.pk]).values_list("state", flat=True)
                )
                self.assertEqual(states, ["merged", "reported"])

    def test_a_chain_that_is_merged_from_both_ends_comes_together(self) -> None:
        """c → b while b → a: whichever is first, nothing waits for ever and both end at a or are told so."""
        clients = (self._client("chen_jing"), self._client("deputy"))
        with crowd(2) as people:
            for _round in range(10):
                a, b, c, d = (self.cast.case() for _ in range(4))
                operations.merge(d, into=b, by=self.cast.chen_jing)
                answers = people.at_once(
                    self._post(clients[0], b, "merge", {"into": a.number}),
                    self._post(clients[1], c, "merge", {"into": b.number}),
                )
                self.assertEqual(answers[0].status_code, 200, answers[0].content)
                self.assertIn(answers[1].status_code, {200, 422})
                merged = Case.objects.filter(merged_into__isnull=False, pk__in=[b.pk, c.pk, d.pk])
                self.assertEqual(set(merged.values_list("merged_into_id", flat=True)), {a.pk})
