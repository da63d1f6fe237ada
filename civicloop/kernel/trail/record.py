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
from typing import Any

from django.db import connection, models

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.trail.listeners import listeners_of, wake
from civicloop.kernel.trail.models import Delivery, Entry, Said
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


def canonical(value: object) -> bytes:
    """The one byte form of a JSON value: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def salted(salt: bytes, words: Mapping[str, str]) -> str:
    """Hex SHA-256 that an entry keeps of what was said with it."""
    return hashlib.sha256(salt + canonical(words)).hexdigest()


def plain(value: object) -> Any:
    """A fact as the trail keeps it: moments in UTC with microseconds, dates ISO, decimals as text, rows as ids."""
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
    return value


def checked(verb: Verb, facts: Mapping[str, object]) -> dict[str, Any]:
    """Facts in their declared shape.  A name that is not declared, or another type, is a programmer's error."""
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
    request = _request.get()
    entry = Entry.objects.create(
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
        request=request.id if request else None,
    )
    if words:
        Said.objects.create(entry=entry, salt=salt, words=words)
    deliver(verb.name, [entry.pk])
    return entry


def deliver(verb: str, entries: Iterable[int]) -> None:
    """Owe these entries (all of one verb) to every listener, and wake the worker once this commits."""
    entries = list(entries)
    if request := _request.get():
        request.written += len(entries)
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


__all__ = ["canonical", "checked", "deliver", "history", "one_request", "plain", "record", "salted"]
