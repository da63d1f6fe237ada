"""The promise to programs: docs/openapi.json is what the installation says, and what it does."""

import json
import uuid
from typing import Any

import pytest
from django.urls import reverse
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from tests.access.asking import FROM, Asked, ask
from tests.access.routes import routes
from tests.cast import CityTestCase
from tests.shape.openapi import PAPER, live, text

pytestmark = pytest.mark.shape


def test_the_paper_says_what_the_installation_says() -> None:
    assert PAPER.read_text() == text(live()), "run: python -m tests.shape.openapi, and read the diff"


def test_it_is_valid_openapi() -> None:
    validate(live())


def test_every_operation_says_what_it_answers_when_it_says_no() -> None:
    for path, methods in live()["paths"].items():
        for method, operation in methods.items():
            wanted = {"401", "403", "404", "422"} | ({"400", "409"} if method != "get" else set())
            assert wanted <= set(operation["responses"]), f"{method} {path}"
            names = [one["name"] for one in operation.get("parameters", [])]
            assert ("Idempotency-Key" in names) == (method != "get"), f"{method} {path}"


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [op["operationId"] for methods in live()["paths"].values() for op in methods.values()]
    assert len(set(names)) == len(names)
    assert {route.name.partition(":")[2] for route in routes() if route.api_methods} - {"history"} <= set(
        names
    )


class AnswersTests(CityTestCase):
    """Real answers, good and bad, have the shapes that were promised."""

    asked: Asked

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.asked = Asked(cls.cast)

    def fits(self, path: str, method: str, answer: Any) -> None:
        schema = live()
        promised = schema["paths"][path][method]["responses"]
        self.assertIn(str(answer.status_code), promised, f"{method} {path}")
        shape = promised[str(answer.status_code)]["content"]["application/json"]["schema"]
        OAS31Validator({**shape, "components": schema["components"]}).validate(json.loads(answer.content))

    def test_the_served_one_is_the_same(self) -> None:
        self.assertEqual(self.client.get("/api/v1/openapi.json").json(), live())

    def test_answers_fit(self) -> None:
        number = self.asked.case("dispatched").number
        one = "/api/v1/cases/{number}"
        self.fits("/api/v1/me", "get", self.client.get(reverse("api:me")))  # not logged in
        self.as_(self.cast.chen_jing)
        for path, url in (
            ("/api/v1/me", reverse("api:me")),
            ("/api/v1/kinds", reverse("api:kinds")),
            ("/api/v1/divisions", reverse("api:divisions")),
            ("/api/v1/divisions", reverse("api:divisions") + "?parent=x"),
            ("/api/v1/cases/", reverse("api:list_cases")),
            ("/api/v1/cases/", reverse("api:list_cases") + "?state=nonsense"),
            ("/api/v1/cases/", reverse("api:list_cases") + "?size=0"),
            (one, reverse("api:case", args=[number])),
            (one, reverse("api:case", args=["2020-999999"])),
            (one + "/history", reverse("api:history", args=[number])),
            (one + "/units", reverse("api:units_for_case", args=[number])),
        ):
            with self.subTest(url=url):
                self.fits(path, "get", self.client.get(url))
        posts = [("api:list_cases", "/api/v1/cases/"), *((f"api:{word}", f"{one}/{word}") for word in FROM)]
        posts.append(("api:hand_in_photo", "/api/v1/evidence"))
        for route, path in posts:
            bodies: tuple[dict[str, Any] | None, ...] = (None, {})
            for body in bodies:
                with self.subTest(route=route, body=body):
                    self.fits(
                        path, "post", ask(self.client, self.asked, route, "POST", body=body, key=uuid.uuid4())
                    )
        again = {"text": "路口有垃圾", "division": "980101001001"}
        key = uuid.uuid4()
        for text_ in ("路口有垃圾", "另一件事"):
            answer = ask(
                self.client, self.asked, "api:list_cases", "POST", body=again | {"text": text_}, key=key
            )
            self.fits("/api/v1/cases/", "post", answer)
        self.assertEqual(answer.status_code, 409)
        nothing = self.client.post(reverse("api:list_cases"), again, content_type="application/json")
        self.assertEqual(nothing.status_code, 400)
        self.fits("/api/v1/cases/", "post", nothing)
