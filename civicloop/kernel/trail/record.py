"""The one way into the trail."""

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import connection, models

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.trail.listeners import listeners_of, wake
from civicloop.kernel.trail.models import Delivery, Entry
from civicloop.kernel.trail.verbs import Verb


@dataclass
class _Request:
    id: uuid.UUID
    written: int = 0


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


@contextmanager
def one_request() -> Iterator[_Request]:
    """Join all entries written inside, and count them in `.written`."""
    request = _Request(uuid.uuid4())
    token = _request.set(request)
    try:
        yield request
    finally:
        _request.reset(token)


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: object) -> bytes:
    """The one byte form of a JSON value: sorted keys, no blanks, UTF-8."""
    return _encoder.encode(value).encode()


def salted(salt: bytes, words: Mapping[str, str]) -> str:
    """Hex SHA-256 that an entry keeps of what was said with it."""
    return hashlib.sha256(salt + canonical(words)).hexdigest()


def plain(value: object) -> Any:
    """A fact as the trail keeps it.

    Moments are in UTC with microseconds, dates ISO, decimals text, rows their ids; choices become the text or
    number that they stand for, as the database gives it back.  Floats hash differently elsewhere: TypeError.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, str):
        return str(value)  # the members of a TextChoices are texts of another type
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes):
        return [plain(one) for one in value]
    if isinstance(value, float):
        raise TypeError(f"the trail keeps no floats: {value}")
    if isinstance(value, Enum):
        return value.value
    return value


def checked(verb: Verb, facts: Mapping[str, object]) -> dict[str, Any]:
    """Facts in their declared shape.  A name not declared, or another type, is a programmer's error."""
    kept = {name: plain(value) for name, value in facts.items()}
    for name, value in kept.items():
        if name not in verb.facts:
            raise TypeError(f"{verb.name} declares no fact {name}")
        if value is not None and type(value) is not verb.facts[name]:
            raise TypeError(f"{verb.name}: {name} is {type(value).__name__}, not {verb.facts[name].__name__}")
    return kept


def record(
    verb: Verb,
    *,
    about: models.Model,
    by: Actor,
    before: str = "",
    after: str = "",
    facts: Mapping[str, object] | None = None,
    said: Mapping[str, str] | None = None,
    on_behalf_of: str = "",
) -> Entry:
    """Write one entry with its words and deliveries.  Must be called in the transaction of the change."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{verb.name} would be written outside the transaction of its change")
    words = {name: text for name, text in (said or {}).items() if text}
    if unknown := set(words) - set(verb.says):
        raise TypeError(f"{verb.name} says nothing named {sorted(unknown)}")
    salt = os.urandom(16)
    entry = Entry(
        at=now(),
        by=by.actor_key,
        on_behalf_of=on_behalf_of,
        verb=verb.name,
        about_kind=about._meta.label_lower,
        about_id=about.pk,
        before=before,
        after=after,
        facts=checked(verb, facts or {}),
        said_hash=salted(salt, words) if words else "",
        request=request_id(),
    )
    listeners = listeners_of(verb.name)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                **{name: getattr(entry, name) for name in _COLUMNS},
                "facts": _json(entry.facts),
                "salt": salt if words else None,
                "words": _json(words),
                "listeners": listeners,
            },
        )
        (entry.pk,) = cursor.fetchone()
    _count(1)
    if listeners:
        wake()
    return entry


_COLUMNS = (
    "at", "by", "on_behalf_of", "verb", "about_kind", "about_id",
    "before", "after", "facts", "said_hash", "request",
)  # fmt: skip

# Entry, words and deliveries in one statement: history is written with every move, so it must be cheap.
_WRITE = f"""
    WITH entry AS (
        INSERT INTO kernel_entry ({", ".join(_COLUMNS)})
        VALUES ({", ".join(f"%({name})s" for name in _COLUMNS)}) RETURNING id
    ), said AS (
        INSERT INTO kernel_said (entry_id, salt, words)
        SELECT id, %(salt)s::bytea, %(words)s::jsonb FROM entry WHERE %(salt)s::bytea IS NOT NULL
    ), delivery AS (
        INSERT INTO kernel_delivery (entry_id, listener)
        SELECT id, listener FROM entry, unnest(%(listeners)s::text[]) AS listener
    )
    SELECT id FROM entry
"""  # noqa: S608 - nothing here comes from outside


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def request_id() -> uuid.UUID | None:
    """The id that joins the entries of the present request, if there is one."""
    request = _request.get()
    return request.id if request else None


def _count(entries: int) -> None:
    if request := _request.get():
        request.written += entries


def deliver(verb: str, entries: Iterable[int]) -> None:
    """Owe these entries (all of one verb) to every listener, and wake the worker once this commits."""
    entries = list(entries)
    _count(len(entries))
    listeners = listeners_of(verb)
    if listeners and entries:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {Delivery._meta.db_table} (entry_id, listener)"  # noqa: S608 - our own table
                " SELECT entry, listener FROM unnest(%s::bigint[]) entry, unnest(%s::text[]) listener",
                [entries, listeners],
            )
        wake()


def history(*things: models.Model) -> models.QuerySet[Entry]:
    """The entries about these rows with their words, oldest first."""
    return Entry.objects.about(*things).select_related("said")


__all__ = [
    "canonical",
    "checked",
    "deliver",
    "history",
    "one_request",
    "plain",
    "record",
    "request_id",
    "salted",
]
