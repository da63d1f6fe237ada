"""What pages of all apps share: a page or its part, keyset pages, safe headers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime

from civicloop.kernel.refused import Refused, Stale

PAGE = 50
Row = TypeVar("Row", bound=Model)


class Headers:
    """Middleware: headers that Django has no setting for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # No text of ours holds NUL, and PostgreSQL keeps none: such an address leads nowhere.
            response: HttpResponseBase = render(request, "404.html", status=404)
        else:
            response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if getattr(getattr(request, "user", None), "is_authenticated", False):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def is_part(request: HttpRequest) -> bool:
    """Does htmx ask for a part of the page?  Boosted links and restored history want the whole."""
    return request.headers.get("HX-Request") == "true" and not (
        request.headers.get("HX-Boosted") == "true"
        or request.headers.get("HX-History-Restore-Request") == "true"
    )


def show(
    request: HttpRequest,
    page: str,
    part: str,
    context: Mapping[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or for htmx its part, from the same address."""
    response = render(request, part if is_part(request) else page, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def status_of(no: Refused) -> int:
    """What HTTP says to a refusal: 409 where somebody else was first, else 422."""
    return 409 if isinstance(no, Stale) else 422


def after_rollback(request: HttpRequest, again: Callable[[], object]) -> None:
    """Do something on its own, should the transaction of this request be rolled back."""
    waiting: list[Callable[[], object]] = getattr(request, "after_rollback", [])
    request.after_rollback = [*waiting, again]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One keyset page.  The cursors are opaque texts for the query parameter `cursor`."""

    rows: Sequence[Row]
    next: str
    previous: str


def page_of(
    rows: QuerySet[Row], cursor: str = "", *, order: Sequence[str] = ("-reported_at", "-id"), size: int = PAGE
) -> Page[Row]:
    """The page behind `cursor`, at the same cost however deep it lies.

    order  field names, `-` for descending, none of them NULL and the last one unique; a spoiled cursor
           gives the first page
    """
    backwards, marks = _read(cursor, len(order))
    ordered = rows.order_by(*(_turned(one) if backwards else one for one in order))
    if marks:
        ordered = ordered.filter(_beyond(order, marks, backwards=backwards))
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([], "", "")
    return Page(
        found,
        next=_write(found[-1], order, "n") if more or backwards else "",
        previous=_write(found[0], order, "p") if (marks and not backwards) or (backwards and more) else "",
    )


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(order: Sequence[str], marks: Sequence[object], *, backwards: bool) -> Q:
    """(a, b) < (x, y) spelled out, since fields may go in different directions; the first bound lets the
    index start at the right place."""
    steps = []
    for last, field in enumerate(order):
        same = Q(**{order[i].lstrip("-"): marks[i] for i in range(last)})
        side = "lt" if field.startswith("-") != backwards else "gt"
        steps.append(same & Q(**{f"{field.lstrip('-')}__{side}": marks[last]}))
    side = "lte" if order[0].startswith("-") != backwards else "gte"
    return Q(**{f"{order[0].lstrip('-')}__{side}": marks[0]}) & reduce(or_, steps)


def _write(row: Model, order: Sequence[str], way: str) -> str:
    values: list[Any] = []
    for field in order:
        value: Any = row
        for step in field.lstrip("-").split("__"):
            value = getattr(value, step)
        values.append({"t": value.isoformat()} if isinstance(value, datetime | date) else value)
    return signing.dumps([way, *values], salt="cursor")


def _read(cursor: str, fields: int) -> tuple[bool, list[object]]:
    """A cursor is signed, so what it holds is what we wrote."""
    try:
        way, *values = signing.loads(cursor, salt="cursor")
    except signing.BadSignature:
        return False, []
    if len(values) != fields:
        return False, []  # of a list in another order
    marks = [
        (parse_datetime(value["t"]) or date.fromisoformat(value["t"])) if isinstance(value, dict) else value
        for value in values
    ]
    return way == "p", marks


def with_query(query: QueryDict, **changes: object) -> str:
    """The query string with some parameters set (None removes one); the cursor of another list never stays."""
    changed = query.copy()
    changed.pop("cursor", None)
    for name, value in changes.items():
        if value in (None, ""):
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "?"
