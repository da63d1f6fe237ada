"""A stranger cannot tell whether a case exists: with and without it, every answer is the same, byte for byte.

The canary is a case of 云泽市 with a text, a place, a photo and a contact that occur nowhere else.
"""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import it_is
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.addresses import token
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.trail.models import Delivery, Entry
from civicloop.notifications.listeners import tell
from civicloop.people.models import Person
from tests.access.asking import Asked, ask, picture
from tests.cast import Cast, CityTestCase

pytestmark = pytest.mark.loops
WORD = "金丝雀4471"
NONCE = re.compile(
    rb'(name="(?:csrfmiddlewaretoken|intent|opened_by)" value=")[^"]*|nonce="[^"]*"|cursor=[^"&]*'
    rb'|datetime="[^"]*"|\d\d:\d\d(?::\d\d)?|data-at="[^"]*"'
)
OUTSIDERS = (
    "stranger_dispatcher", "stranger_handler", "zhao_min", "west_dispatcher", "system_admin", "nobody",
)  # fmt: skip


def channels(cast: Cast, number: str) -> Iterator[tuple[str, str]]:
    """Each way by which somebody might look, with the canary's own words and numbers where one can give any."""
    page, api = reverse("cases:list"), reverse("api:list_cases")
    place, unit = "980101001001", cast.city_management.pk
    for query in (
        "", f"?q={WORD}", f"?q={number}", "?state=in_hand", "?state=dispatched", "?due=overdue", "?due=week",
        f"?place={place}", "?place=98", "?kind=ENV01", f"?unit={unit}", "?source=inspection", "?since=2020-01-01",
        "?relapsed=on", "?bbox=117,33,119,35",
    ):  # fmt: skip
        yield f"list {query}", page + query
        yield f"map points {query}", reverse("cases:points") + query
        if "bbox" not in query and "relapsed" not in query:
            yield f"api list {query}", api + query
    for query in ("", "?place=980101", "?place=9801", "?place=98"):
        yield f"cockpit {query}", reverse("cockpit:cockpit") + query
        yield f"areas {query}", reverse("cockpit:areas") + query
    yield "map", reverse("cases:map")
    yield "desk", reverse("home")
    yield "notices", reverse("notifications:notices")
    yield "the case", reverse("cases:case", args=[number])
    yield "the case by API", reverse("api:case", args=[number])
    yield "its history", reverse("api:history", args=[number])
    yield "its units", reverse("api:units_for_case", args=[number])
    yield "its contact", reverse("cases:contact", args=[number])
    yield "its move", reverse("cases:sign", args=[number])
    yield "the division", reverse("divisions:division", args=["980101"])
    yield "sites", reverse("divisions:sites")
    yield "kinds", reverse("standards:kinds")
    yield "the kind", reverse("standards:kind", args=["ENV01"])
    yield "units", reverse("people:units")
    yield "people", reverse("people:people")
    yield "report form", reverse("cases:report")
    yield "load", reverse("cases:load")


class SideDoorTests(CityTestCase):
    asked: Asked
    own: Case
    at: datetime

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.asked = Asked(cls.cast)
        cls.at = now() + timedelta(minutes=10)
        cls.own = cls.cast.case(by=cls.cast.stranger_inspector, division=cls.cast.division["980201001"])

    def hatch(self) -> Case:
        """The canary: reported with photo and contact, dispatched, handed back, dispatched again, told of."""
        cast = self.cast
        photo = receive(io.BytesIO(picture()), by=cast.zhou_jie, name=f"{WORD}.jpg")
        case = operations.report(
            by=cast.zhou_jie, text=f"{WORD}垃圾", division=cast.division["980101001001"], kind=cast.litter,
            longitude=118.05, latitude=34.05, address=WORD, photos=[photo], contact=("李大爷", "13999998888"),
        )  # fmt: skip
        case = operations.file(case, by=cast.chen_jing, note=WORD)
        case = operations.dispatch(case, unit=cast.city_management, by=cast.chen_jing, note=WORD)
        case = operations.hand_back(case, by=cast.wang_lei, reason=WORD)
        case = operations.dispatch(case, unit=cast.city_management, by=cast.chen_jing)
        tell(list(Entry.objects.filter(pk__in=Delivery.objects.values("entry"))))
        return case

    def look(self, url: str) -> tuple[int, bytes, str]:
        """Status, body and tag, at one and the same minute: “five minutes ago” must not become six."""
        with it_is(self.at):
            answer = self.client.get(url)
        return answer.status_code, NONCE.sub(rb"\1", answer.content), answer.headers.get("ETag", "")

    def test_nothing_that_an_outsider_sees_differs_by_the_canary(self) -> None:
        with connection.cursor() as cursor:  # its number, before it is there
            cursor.execute("SELECT last_value FROM cases_number")
            number = f"{self.own.number[:4]}-{cursor.fetchone()[0] + 1:06d}"
        ways = list(channels(self.cast, number))
        self.assertGreater(len(ways), 50)
        without = {}
        for name in OUTSIDERS:
            self.as_(getattr(self.cast, name))
            without[name] = {way: self.look(url) for way, url in ways}
        self.assertEqual(self.hatch().number, number)
        wrong = []
        for name in OUTSIDERS:
            self.as_(getattr(self.cast, name))
            for way, url in ways:
                if self.look(url) != without[name][way]:
                    wrong.append(f"{name}: {way}")
        self.assertEqual(wrong, [])

    def test_those_of_the_city_do_see_it(self) -> None:
        """The same look as above finds it where it should: the test above would notice."""
        self.hatch()
        self.as_(self.cast.chen_jing)
        for way, url in channels(self.cast, Case.objects.latest("id").number):
            if way in {f"list ?q={WORD}", "map points ", "api list ", "the case", "its history"}:
                with self.subTest(way=way):
                    self.assertIn(WORD, self._text(url))

    def _text(self, url: str) -> str:
        answer = self.client.get(url)
        if "json" in answer["Content-Type"]:
            return str(answer.json())
        return str(answer.content.decode())

    def test_the_auditor_of_another_city_reads_nothing_of_it_in_the_trail(self) -> None:
        theirs = self.cast.person("their_auditor", "外审", self.cast.strangers_office, "auditor", "9802")
        self.as_(theirs)
        where = reverse("trail")
        before = self.look(where)
        canary = self.hatch()
        self.assertEqual(self.look(where), before)
        self.assertEqual(self.look(f"{where}?about=cases.case:{canary.pk}")[1].count(b"<time"), 0)
        self.as_(self.cast.auditor)
        self.assertContains(self.client.get(f"{where}?about=cases.case:{canary.pk}"), "派遣")

    def test_the_address_of_a_photo_is_for_one_person(self) -> None:
        canary = self.hatch()
        photo = canary.photos.get().evidence
        for size in ("thumb", "display", "original"):
            mine = token(photo.uid, size, for_=self.cast.chen_jing)
            for name in (*OUTSIDERS, "li_na"):
                self.as_(getattr(self.cast, name))
                self.assertEqual(self.client.get(reverse("evidence", args=[mine])).status_code, 404, name)
        self.as_(self.cast.chen_jing)
        self.assertIn(self.client.get(reverse("evidence", args=[mine])).status_code, {200, 202})

    def test_nobody_merges_into_a_case_that_they_do_not_see_nor_learns_of_it(self) -> None:
        canary = self.hatch()
        self.as_(self.cast.stranger_dispatcher)
        told = set()
        for number in (canary.number, "2020-999999"):
            for route in ("cases:merge", "api:merge"):
                answer = ask(
                    self.client,
                    self.asked,
                    route,
                    "POST",
                    url=reverse(route, args=[self.own.number]),
                    body={"into": number},
                )
                self.assertEqual(answer.status_code, 422, route)
                told.add((route, NONCE.sub(rb"\1", answer.content).replace(number.encode(), b"#")))
        self.assertEqual(len(told), 2)

    def test_nobody_uses_the_photo_of_another_by_its_id(self) -> None:
        photo = self.hatch().photos.get().evidence
        self.as_(self.cast.stranger_inspector)
        said: dict[str, Any] = {}
        for uid in (str(photo.uid), "00000000-0000-4000-8000-000000000000"):
            answer = ask(
                self.client, self.asked, "api:list_cases", "POST",
                body={"text": "借图", "division": "980201001", "photos": [uid]},
            )  # fmt: skip
            said[answer.json()["error"]["message"].replace(uid, "#")] = answer.status_code
        self.assertEqual(list(said.values()), [422])


class AccessEndsTests(CityTestCase):
    """What was allowed a minute ago is not allowed any more: at the next request, for pages, API and tokens."""

    def see(self, person: Person, url: str) -> int:
        return int(self.client.get(url).status_code)

    def test_at_the_next_request_after_the_post_was_given_up(self) -> None:
        case = self.cast.case()
        urls = [reverse("cases:case", args=[case.number]), reverse("api:case", args=[case.number])]
        self.as_(self.cast.chen_jing)
        self.assertEqual([self.client.get(url).status_code for url in urls], [200, 200])
        self.cast.chen_jing.holdings.update(until="2024-02-01")
        self.assertEqual([self.client.get(url).status_code for url in urls], [404, 404])

    def test_at_the_next_request_after_the_account_was_disabled(self) -> None:
        case = self.cast.case()
        url = reverse("cases:case", args=[case.number])
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.client.get(url).status_code, 200)
        Person.objects.filter(pk=self.cast.chen_jing.pk).update(is_active=False)
        self.assertEqual(self.client.get(url).status_code, 302)
        self.assertEqual(self.client.get(reverse("api:case", args=[case.number])).status_code, 401)

    def test_a_case_that_moved_to_another_unit_is_gone_for_the_first(self) -> None:
        case = self.cast.case("dispatched")
        url = reverse("cases:case", args=[case.number])
        self.as_(self.cast.wang_lei)
        self.assertEqual(self.client.get(url).status_code, 200)
        case = operations.hand_back(case, by=self.cast.wang_lei, reason="不属本单位")
        operations.dispatch(case, unit=self.cast.east_street, by=self.cast.chen_jing)
        self.assertEqual(self.client.get(url).status_code, 404)
