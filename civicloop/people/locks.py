"""Things that must happen one after another although no row stands for them."""

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait until nobody else is inside a transaction that asked for the same name; free again at its end."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{name} would be locked for a single statement only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
