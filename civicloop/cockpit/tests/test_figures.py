"""Whatever number stands on the cockpit, its link opens exactly as many rows."""

import re
from datetime import timedelta
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext

from civicloop.cases.operations import hand_back, relapse, send_back
from civicloop.kernel.clock.models import Mark
from civicloop.kernel.clock.now import business_time, now
from civicloop.people.models import Person
from tests.cast import CityTestCase

_NUMBER = re.compile(r'<a[^>]*href="(?P<url>/cases/\?[^"]*)"[^>]*>(?P<inside>.*?)</a>', re.DOTALL)


class CockpitTest(CityTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cast = cls.cast
        Mark.objects.create(name="demo", value="9801", at=now())
        for days, state in enumerate(
            ["reported", "filed", "dispatched", "signed", "fixed", "verified", "closed", "looked_back"],
            start=1,
        ):
            with business_time(now() - timedelta(days=days * 9)):
                cast.case(state)
                cast.case(state, division=cast.division["980102001001"], kind=cast.cables)
        cast.case("dispatched")
        cast.case("reported", kind=None)
        with business_time(now() - timedelta(days=20)):
            relapse(cast.case("closed"), by=cast.third, reason="又乱了")
            send_back(cast.case("fixed"), by=cast.li_na, reason="没有清净")
            hand_back(cast.case("dispatched"), by=cast.wang_lei, reason="不归我们")

    def page(self, person: Person, query: str = "") -> str:
        self.as_(person)
        return self.client.get(f"/cockpit/{query}").content.decode()

    def numbers(self, html: str) -> list[tuple[int, str]]:
        """(number, address) of every link whose text is a count."""
        found = []
        for link in _NUMBER.finditer(html):
            inside = re.sub(
                r"<span class=\"(tile-label|hint|tile-delta)\".*?</span>", "", link["inside"], flags=re.DOTALL
            )
            words = re.sub("<[^>]+>", "", inside).strip()
            if words.isdigit():
                found.append((int(words), unescape(link["url"])))
        return found

    def rows(self, address: str) -> int:
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.context["form"].is_valid(), response.context["form"].errors)
        total: int = response.context["total"]
        self.assertEqual(len(response.context["page"].rows), min(total, 50))
        return total

    def test_every_number_opens_the_rows_that_it_counts(self) -> None:
        for person, query in (
            (self.cast.liu_yang, ""),
            (self.cast.liu_yang, "?place=980101"),
            (self.cast.chen_jing, "?place=980102001"),
            (self.cast.wang_lei, ""),
            (self.cast.west_dispatcher, ""),
        ):
            with self.subTest(person=person.username, query=query):
                numbers = self.numbers(self.page(person, query))
                self.assertGreater(len(numbers), 8)
                self.assertGreater(sum(count for count, _address in numbers), 10)
                for count, address in numbers:
                    with self.subTest(address=address):
                        self.assertEqual(self.rows(address), count)

    def test_each_week_of_the_chart_opens_its_reports(self) -> None:
        self.as_(self.cast.liu_yang)
        points = self.client.get("/cockpit/").context["cockpit"].weeks
        self.assertGreater(sum(point["value"] for point in points), 5)
        for point in points:
            with self.subTest(week=point["label"]):
                self.assertEqual(self.rows(point["href"]), point["value"])

    def test_a_stranger_counts_nothing(self) -> None:
        numbers = self.numbers(self.page(self.cast.stranger_dispatcher))
        self.assertEqual({count for count, _address in numbers}, {0})

    def test_the_unit_counts_only_what_is_theirs(self) -> None:
        self.as_(self.cast.zhao_min)
        cockpit = self.client.get("/cockpit/").context["cockpit"]
        self.assertEqual({figure.value for figure in cockpit.figures}, {0})

    def test_the_rates_tell_their_parts(self) -> None:
        self.as_(self.cast.liu_yang)
        for rate in self.client.get("/cockpit/").context["cockpit"].rates:
            self.assertLessEqual(rate.part, rate.whole)
            self.assertGreater(rate.whole, 0)

    def test_an_unknown_place_is_not_found(self) -> None:
        self.as_(self.cast.liu_yang)
        self.assertEqual(self.client.get("/cockpit/?place=999999").status_code, 404)

    def test_the_cost_does_not_grow_with_the_cases(self) -> None:
        self.page(self.cast.liu_yang)
        with CaptureQueriesContext(connection) as before:
            self.page(self.cast.liu_yang)
        for _number in range(6):
            self.cast.case("signed")
        with CaptureQueriesContext(connection) as after:
            self.page(self.cast.liu_yang)
        self.assertEqual(len(after), len(before))
