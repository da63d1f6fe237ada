"""The list: found by words and filters, at the same cost for one row or fifty, and only what the reader may see."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from civicloop.cases.models import Case
from civicloop.kernel.clock.models import Mark
from civicloop.kernel.clock.now import business_time, now, today
from tests.cast import CityTestCase


class ListPageTest(CityTestCase):
    def listed(self, query: str = "") -> list[Case]:
        return list(self.client.get(f"/cases/{query}").context["page"].rows)

    def cost(self) -> int:
        with CaptureQueriesContext(connection) as asked:
            self.client.get("/cases/")
        return len(asked)

    def test_fifty_rows_cost_no_more_queries_than_one(self) -> None:
        self.as_(self.cast.chen_jing)
        self.cast.case("signed")
        self.client.get("/cases/")
        one = self.cost()
        for number in range(12):
            self.cast.case(
                "signed" if number % 2 else "reported", division=self.cast.division["980102001001"]
            )
        self.assertEqual(self.cost(), one)
        self.assertLessEqual(one, 16)

    def test_words_are_found_wherever_they_stand(self) -> None:
        wanted = self.cast.case(text="幸福路菜市场门口垃圾桶满溢")
        self.cast.case(text="福路幸市菜场")
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.listed("?q=菜市场"), [wanted])
        self.assertEqual(self.listed(f"?q={wanted.number}"), [wanted])

    def test_states_and_groups_of_them(self) -> None:
        filed, signed, closed = (self.cast.case(state) for state in ("filed", "signed", "closed"))
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.listed("?state=signed"), [signed])
        self.assertCountEqual(self.listed("?state=in_hand"), [filed, signed])
        self.assertCountEqual(self.listed("?state=signed&state=closed"), [signed, closed])
        self.assertCountEqual(self.listed("?state="), [filed, signed, closed])

    def test_the_most_overdue_comes_first(self) -> None:
        Mark.objects.create(name="demo", value="9801", at=now())
        with business_time(now() - timedelta(days=20)):
            later = self.cast.case("signed")
        with business_time(now() - timedelta(days=40)):
            earlier = self.cast.case("signed")
        self.cast.case("signed")
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.listed("?due=overdue"), [earlier, later])

    def test_both_days_are_included(self) -> None:
        case = self.cast.case()
        self.as_(self.cast.chen_jing)
        self.assertEqual(self.listed(f"?since={today()}&until={today()}"), [case])
        self.assertEqual(self.listed(f"?until={today() - timedelta(days=1)}"), [])

    def test_a_filter_that_cannot_be_read_lists_nothing(self) -> None:
        self.cast.case()
        self.as_(self.cast.chen_jing)
        for query in ("?place=nowhere", "?state=lost", "?since=2026-13-01", "?unit=999999", "?kind=XX"):
            with self.subTest(query=query):
                self.assertEqual(self.listed(query), [])

    def test_the_units_offered_are_those_of_the_readers_city(self) -> None:
        self.as_(self.cast.chen_jing)
        self.assertNotContains(self.client.get("/cases/"), "山海市城管局")
        self.as_(self.cast.stranger_dispatcher)
        self.assertNotContains(self.client.get("/cases/"), "云泽市")

    def test_pages_hold_fifty_and_lead_on(self) -> None:
        for _number in range(53):
            self.cast.case()
        self.as_(self.cast.chen_jing)
        first = self.client.get("/cases/")
        second = self.client.get(f"/cases/{first.context['next_url']}")
        together = [*first.context["page"].rows, *second.context["page"].rows]
        self.assertEqual((len(together), len(set(together))), (53, 53))
        self.assertEqual(second.context["next_url"], "")


class MapTest(CityTestCase):
    def test_points_are_those_of_the_list(self) -> None:
        shown = self.cast.case(
            "signed", longitude=118.05, latitude=34.05, division=self.cast.division["980101"]
        )
        self.cast.case("filed", longitude=118.06, latitude=34.05, division=self.cast.division["980101"])
        self.as_(self.cast.chen_jing)
        found = self.client.get("/cases/points.geojson?state=signed").json()["features"]
        self.assertEqual([one["properties"]["url"] for one in found], [f"/cases/{shown.number}/"])
        self.assertEqual(self.client.get("/cases/points.geojson?place=nowhere").json()["features"], [])
