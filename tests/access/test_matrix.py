"""The table of who may ask what, asked for real: every address, every method, every kind of person."""

import copy
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from civicloop.cases.models import Case
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person
from tests.access.asking import Asked, ask
from tests.access.routes import routes
from tests.access.table import ALL, ROWS, SAME, Row
from tests.cast import CityTestCase

pytestmark = pytest.mark.loops
LOG_IN = {302, 303}


class MatrixTests(CityTestCase):
    asked: Asked

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.asked = Asked(cls.cast)
        for route, method in ROWS:
            if method != "GET":
                cls.asked.url(route)  # makes the cases that are asked about

    def send(self, route: str, method: str, **more: Any) -> Any:
        """One request, and everything as before."""
        with transaction.atomic():
            answer = ask(self.client, self.asked, route, method, **more)
            answer.wrote = Entry.objects.count()
            transaction.set_rollback(True)
        return answer

    def person(self, name: str) -> Person:
        known: Person = self.asked.third if name == "third" else getattr(self.cast, name)
        return known

    def test_every_address_has_its_rows_and_every_row_its_address(self) -> None:
        there = {SAME.get(route.name, route.name) for route in routes()}
        told = {route for route, _method in ROWS}
        self.assertEqual(there - told, set(), "addresses without a row in tests/access/table.py")
        self.assertEqual(told - there, set(), "rows without an address")

    def test_the_methods_of_the_api_are_those_of_the_rows(self) -> None:
        for route in routes():
            if route.is_api and route.api_methods:
                told = {method for name, method in ROWS if name == SAME.get(route.name, route.name)}
                self.assertEqual(route.api_methods, told, route.name)

    def test_whoever_is_not_logged_in_is_sent_to_log_in(self) -> None:
        wrong = []
        for (route, method), row in ROWS.items():
            answer = self.send(route, method)
            if row.open:
                fine = answer.status_code == (row.anonymous or row.status)
            elif route.startswith("api:"):
                fine = answer.status_code == 401
            else:
                fine = answer.status_code in LOG_IN and answer["Location"].startswith("/people/log_in")
            if not fine:
                wrong.append(f"{method} {route}: {answer.status_code}")
        self.assertEqual(wrong, [])

    # Four of them, so that they run beside each other.

    def test_the_office_gets_what_the_table_says(self) -> None:
        self.get_what_the_table_says("chen_jing", "liu_yang", "he_bian", "nobody")

    def test_the_field_gets_what_the_table_says(self) -> None:
        self.get_what_the_table_says("li_na", "zhou_jie", "sun_ping", "third")

    def test_units_and_districts_get_what_the_table_says(self) -> None:
        self.get_what_the_table_says("wang_lei", "zhao_min", "west_dispatcher", "system_admin")

    def test_administrators_and_strangers_get_what_the_table_says(self) -> None:
        self.get_what_the_table_says(
            "security_admin", "auditor", "stranger_dispatcher", "stranger_handler", "stranger_inspector"
        )

    def test_nobody_of_the_cast_was_forgotten(self) -> None:
        code = Path(__file__).read_text()
        self.assertEqual([name for name in ALL if f'"{name}"' not in code], [])

    def get_what_the_table_says(self, *names: str) -> None:
        wrong, count = [], 0
        before = Entry.objects.count()
        for name in names:
            self.as_(self.person(name))
            cookies = copy.deepcopy(self.client.cookies)
            for (route, method), row in ROWS.items():
                answer = self.send(route, method)
                self.client.cookies = copy.deepcopy(cookies)
                count += 1
                wanted = expected(row, name)
                if answer.status_code != wanted and not (wanted == 303 and answer.status_code == 302):
                    wrong.append(f"{name}: {method} {route} gave {answer.status_code}, not {wanted}")
                if wanted in {404, 422} and answer.wrote != before:
                    wrong.append(
                        f"{name}: {method} {route} was refused and wrote {answer.wrote - before} entries"
                    )
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertEqual(count, len(names) * len(ROWS))

    def test_no_address_takes_a_method_without_a_row(self) -> None:
        self.as_(self.cast.chen_jing)
        wrong, before = [], Entry.objects.count()
        for route in {route for route, _ in ROWS}:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                if (route, method) in ROWS or (route.startswith("api:") and method == "GET"):
                    continue
                answer = self.send(route, method)
                if answer.status_code not in {400, 404, 405} and answer.wrote != before:
                    wrong.append(f"{method} {route}: {answer.status_code}")
        self.assertEqual(wrong, [])


def expected(row: Row, name: str) -> int:
    if name in row.yes or row.open:
        return row.status
    return 422 if name in row.told else 404


class AnotherCityTests(CityTestCase):
    """The same steps on a case of the other city: nobody of ours is told that there is one."""

    asked: Asked
    theirs: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.asked = Asked(cls.cast)
        cls.theirs = cls.cast.case(
            by=cls.cast.stranger_inspector, division=cls.cast.division["980201001"], kind=cls.cast.litter
        )

    def test_an_invisible_case_and_one_that_never_was_are_the_same(self) -> None:
        from django.urls import reverse

        words = [
            name for name, _method in ROWS if name.startswith(("cases:", "api:")) and self._takes_number(name)
        ]
        self.assertGreater(len(words), 25)
        for name in ("chen_jing", "wang_lei", "li_na", "liu_yang", "west_dispatcher", "auditor", "nobody"):
            self.as_(getattr(self.cast, name))
            for route in sorted(set(words)):
                for method in ("GET", "POST"):
                    if (route, method) not in ROWS:
                        continue
                    there = ask(
                        self.client, self.asked, route, method, url=reverse(route, args=[self.theirs.number])
                    )
                    never = ask(
                        self.client, self.asked, route, method, url=reverse(route, args=["2020-999999"])
                    )
                    self.assertEqual(
                        (there.status_code, never.status_code), (404, 404), f"{name} {method} {route}"
                    )

    def _takes_number(self, route: str) -> bool:
        from django.urls import NoReverseMatch, reverse

        try:
            return "2020-999999" in reverse(route, args=["2020-999999"])
        except NoReverseMatch:
            return False
