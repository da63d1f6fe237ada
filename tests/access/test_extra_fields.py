"""Whoever sends more fields than a form has changes nothing by them."""

import copy
from typing import Any

import pytest
from django.db import models, transaction
from django.utils import timezone

from civicloop.cases.models import Case
from civicloop.divisions.models import Site
from civicloop.kernel.evidence.models import Evidence
from civicloop.people.models import ApiToken, Grant, Holding, Person, Post, Unit
from civicloop.standards.models import ProblemKind
from tests.access.asking import Asked, ask
from tests.access.table import ROWS
from tests.cast import CityTestCase

pytestmark = pytest.mark.loops
KEPT: tuple[type[models.Model], ...] = (
    Case, Person, Unit, Post, Grant, Holding, ApiToken, Site, ProblemKind, Evidence,
)  # fmt: skip
# Moments and keys that are new each time, and what is derived from them.
NEW_EACH_TIME = {
    "id", "number", "search", "search_text", "reported_at", "dispatched_at", "due_at", "due_steps", "fixed_at", "closed_at",
    "ended_at", "password", "digest", "received_at", "expires_at", "created_at", "sessions_since", "uid", "revoked_at",
    "made_at", "issued_at", "last_login", "password_changed_at", "sha256", "adopted_at",
}  # fmt: skip


def extra() -> dict[str, Any]:
    """Every column of every model, with a value that would do harm."""
    found: dict[str, Any] = {}
    for model in KEPT:
        for column in model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey):
                found[column.attname] = 1
                continue
            value: Any = "settled" if column.name == "state" else "x"
            if isinstance(column, models.BooleanField):
                value = True
            elif isinstance(column, models.IntegerField):
                value = 9
            elif isinstance(column, models.DateTimeField):
                value = timezone.now().isoformat()
            elif isinstance(column, models.DateField):
                value = "2020-01-01"
            found[column.name] = value
    return found | {
        "is_staff": True,
        "is_superuser": True,
        "by": "system:worker",
        "roles": ["auditor"],
        "reporter_id": 1,
    }


def kept() -> list[tuple[str, Any]]:
    return [
        (
            model.__name__,
            [
                {k: v for k, v in row.items() if k not in NEW_EACH_TIME}
                for row in model._default_manager.order_by("pk").values()
            ],
        )
        for model in KEPT
    ]


def differing(one: list[tuple[str, Any]], other: list[tuple[str, Any]]) -> list[str]:
    found = []
    for (model, rows), (_same, others) in zip(one, other, strict=True):
        if len(rows) != len(others):
            found.append(f"{model}: {len(rows)} and {len(others)} rows")
        for row, changed in zip(rows, others, strict=False):
            found += [
                f"{model}.{name}: {row[name]!r} → {changed[name]!r}"
                for name in row
                if row[name] != changed[name]
            ]
    return found


class ExtraFieldsTests(CityTestCase):
    def test_no_request_changes_more_than_its_form_asks_for(self) -> None:
        asked, harm, wrong, tried = Asked(self.cast), extra(), [], 0
        for route, _method in ROWS:
            asked.url(route)
        for (route, method), row in ROWS.items():
            if method != "POST" or not row.yes or row.status >= 400 or row.open:
                continue
            name = sorted(row.yes)[0]
            self.as_(asked.third if name == "third" else getattr(self.cast, name))
            cookies, body, after = copy.deepcopy(self.client.cookies), asked.body(route), []
            for more in (
                {},
                {k: v for k, v in harm.items() if k not in OWN_FIELDS.get(route, set()) | set(body)},
            ):
                with transaction.atomic():
                    for value in body.values():
                        if hasattr(value, "seek"):
                            value.seek(0)
                    answer = ask(self.client, asked, route, "POST", body=more | body)
                    after.append((answer.status_code, kept()))
                    transaction.set_rollback(True)
                self.client.cookies = copy.deepcopy(cookies)
            tried += 1
            if after[0] != after[1]:
                wrong.append(
                    f"{route}: {after[0][0]} and {after[1][0]}, {differing(after[0][1], after[1][1])}"[:400]
                )
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertGreater(tried, 50)


_PLACE = {"longitude", "latitude", "position_system", "address", "site", "source", "text", "kind"}
# Fields that a form does ask for and that the plain request above left out.
OWN_FIELDS: dict[str, set[str]] = {
    "cases:report": _PLACE,
    "api:list_cases": _PLACE,
    "people:add_person": {"phone", "unit", "name"},
    "people:edit_person": {"phone", "unit", "name"},
    "people:add_unit": {"lines", "kind", "name"},
    "people:edit_unit": {"lines", "kind", "name"},
    "people:appoint": {"until", "acting", "since"},
    "people:grant": {"line", "role"},
    "divisions:add_site": _PLACE | {"code", "name", "type", "system"},
    "divisions:change_site": _PLACE | {"name", "type", "system"},
    "standards:add_kind": {"name_en", "urgent", "filing_condition", "closing_condition", "is_active"},
    "standards:change_kind": {"name_en", "urgent", "filing_condition", "closing_condition", "is_active"},
    "cases:file": {"kind", "division"},
    "api:file": {"kind", "division"},
}
