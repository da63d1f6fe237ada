"""The sealed trail as rows, read in chunks from one picture of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from civicloop.kernel.trail.sealing import SELECTED

CHUNK = 2000

SEALS = "SELECT id, sealed_at, size, root, frontier::text, link FROM kernel_seal ORDER BY size"
PLACES = f"""
    SELECT s.position, s.leaf, s.seal_id, s.entry_id, {SELECTED}
    FROM kernel_sealed s LEFT JOIN kernel_entry e ON e.id = s.entry_id ORDER BY s.position
"""  # noqa: S608 - our own names


@contextmanager
def one_picture() -> Iterator[None]:
    """Everything inside sees the database as at one moment, unless a transaction is under way already."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def rows_of(query: str, given: list[Any] | None = None) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows of a query, fetched in chunks from a cursor on the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, given)
        yield _chunks(cursor)


def _chunks(cursor: CursorWrapper) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(CHUNK):
        yield from rows
