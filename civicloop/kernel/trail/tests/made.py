"""A small history made for the tests, aged so that forged entries cannot hide in the present minute."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from civicloop.kernel.tests.toys import LI_NA, WANG_LEI, Moves, Toy
from civicloop.kernel.trail.models import Seal
from civicloop.kernel.trail.sealing import link_of, seal
from civicloop.kernel.workflow import begin, moving


@contextmanager
def guards_down() -> Iterator[None]:
    """What the owner of a database can do: switch the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def sql(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall() if cursor.description else []


def tamper(statement: str, *given: Any) -> int:
    with guards_down(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def lived(toys: int = 8, seals: int = 4) -> list[Toy]:
    """Toys with 3 entries each: `seals` goes that are days old and sealed, and a fresh one that is not."""
    made = []
    for go in range(seals + 1):
        for number in range(toys):
            toy = begin(Toy(name=f"{go}-{number}"), Moves.make, by=LI_NA)
            with moving(toy, Moves.lend, by=LI_NA, note=f"给小明{number}") as lent:
                lent.lent_to = "小明"
            with moving(lent, Moves.give_back, by=WANG_LEI):
                pass
            made.append(lent)
        if go < seals:
            write_hours_ago(72 - 3 * go)
            seal(everything=True)
            seal_hours_ago(70 - 3 * go)
    return made


def write_hours_ago(hours: int) -> None:
    """Date entries without a place back, one second after another."""
    tamper(
        "UPDATE kernel_entry e SET written_at = now() - make_interval(hours => %s)"
        " + (e.id - (SELECT min(id) FROM kernel_entry)) * interval '1 second'"
        " WHERE NOT EXISTS (SELECT FROM kernel_sealed s WHERE s.entry_id = e.id)",
        hours,
    )


def seal_hours_ago(hours: int) -> None:
    """Date the last seal back."""
    seals = list(Seal.objects.order_by("size"))
    tamper(
        "UPDATE kernel_seal SET sealed_at = now() - make_interval(hours => %s) WHERE id = %s",
        hours,
        seals[-1].pk,
    )
    relink(seals)


def relink(seals: Sequence[Seal]) -> None:
    before = ""
    for one in seals:
        one.refresh_from_db()
        link = link_of(before, one.size, one.root, one.sealed_at)
        tamper("UPDATE kernel_seal SET link = %s WHERE id = %s", link, one.pk)
        before = link
