"""Seals: every minute the worker puts new entries into the Merkle tree and writes its root down.

The order in the tree is the order of sealing, never that of ids: an entry that commits late gets a later
place.  The bytes of a leaf and the link of a seal are described in docs/decisions/0002-trail.md, so that
others can reckon them again.
"""

import hashlib
import json
from array import array
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from civicloop.kernel.trail import merkle
from civicloop.kernel.trail.models import Seal
from civicloop.kernel.trail.record import canonical, plain

LOCK = 0x7EA1  # one sealer at a time in a database
CHUNK = 10_000
REACH = timedelta(
    days=1
)  # how long after it was written an entry may commit and still be sealed within a minute

COLUMNS = (
    "id",
    "at",
    "written_at",
    "by",
    "on_behalf_of",
    "verb",
    "about_kind",
    "about_id",
    "before",
    "after",
    "facts",
    "said_hash",
    "request",
)
_MOMENT = """to_char(e.{} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_AS_TEXT = {
    "at": _MOMENT.format("at"),
    "written_at": _MOMENT.format("written_at"),
    "facts": "e.facts::text",
    "request": "e.request::text",
}
SELECTED = ", ".join(_AS_TEXT.get(name, f'e."{name}"') for name in COLUMNS)
_FACTS = COLUMNS.index("facts")


def columns_of(row: Sequence[Any]) -> dict[str, Any]:
    """What is hashed of an entry, from a row of `SELECTED`."""
    columns = dict(zip(COLUMNS, row, strict=True))
    columns["facts"] = json.loads(row[_FACTS])
    return columns


def leaf_of(row: Sequence[Any]) -> bytes:
    """The leaf hash of an entry, from a row of `SELECTED`."""
    return merkle.leaf_hash(canonical(columns_of(row)))


def link_of(previous: str, size: int, root: str, sealed_at: datetime) -> str:
    """Hex SHA-256 that chains a seal to the one before (`previous` is empty for the first)."""
    return hashlib.sha256(f"{previous}\n{size}\n{root}\n{plain(sealed_at)}".encode()).hexdigest()


def seal(everything: bool = False) -> Seal | None:
    """Put the entries that have no place yet into the tree; None when there are none.

    Looks back from the last seal by REACH, which an index serves; `everything` looks at all entries.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Only a statement that starts after the lock sees what the sealer before us wrote.
        last = Seal.objects.order_by("-size").first()
        waiting = _waiting(cursor, None if everything or last is None else last.sealed_at - REACH)
        if not waiting:
            return None
        cursor.execute("SELECT clock_timestamp(), nextval(pg_get_serial_sequence('kernel_seal', 'id'))")
        sealed_at, number = cursor.fetchone()
        frontier = [bytes.fromhex(one) for one in last.frontier] if last else []
        size = last.size if last else 0
        for first in range(0, len(waiting), CHUNK):
            size = _place(cursor, waiting[first : first + CHUNK], frontier, size, number)
        root = merkle.root_of(frontier).hex()
        return Seal.objects.create(
            id=number,
            sealed_at=sealed_at,
            size=size,
            root=root,
            frontier=[one.hex() for one in frontier],
            link=link_of(last.link if last else "", size, root, sealed_at),
        )


def _waiting(cursor: CursorWrapper, since: datetime | None) -> "array[int]":
    """The ids of entries without a place, in order."""
    bound, given = ("", []) if since is None else (" AND e.written_at >= %s", [since])
    cursor.execute(
        "SELECT e.id FROM kernel_entry e"  # noqa: S608 - the bound stands above
        f" WHERE NOT EXISTS (SELECT FROM kernel_sealed s WHERE s.entry_id = e.id){bound} ORDER BY e.id",
        given,
    )
    return array("q", (row[0] for row in cursor))


def _place(cursor: CursorWrapper, ids: "array[int]", frontier: list[bytes], size: int, seal: int) -> int:
    """Append these entries to the tree of `size` leaves; returns its new size."""
    cursor.execute(
        f"SELECT {SELECTED} FROM kernel_entry e WHERE e.id = ANY(%s) ORDER BY e.id",  # noqa: S608
        [list(ids)],
    )
    leaves: list[str] = []
    for row in cursor.fetchall():
        leaf = leaf_of(row)
        merkle.append(frontier, size + len(leaves), leaf)
        leaves.append(leaf.hex())
    with cursor.copy("COPY kernel_sealed (position, entry_id, leaf, seal_id) FROM STDIN") as copy:
        copy.write(
            "".join(
                f"{size + number}\t{entry}\t{leaf}\t{seal}\n"
                for number, (entry, leaf) in enumerate(zip(ids, leaves, strict=True))
            )
        )
    return size + len(leaves)
