"""Who listens to what, and the waking of those who must be told.

A listener is a function of entries, registered once at start-up by a later app:

    @listen("notifications.tell", "cases.*")
    def tell(entries: Sequence[Entry]) -> None: ...

It gets its entries in batches inside one transaction, at least once; what it does must bear repetition.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from django.db import connection, transaction

from civicloop.kernel.later import later

if TYPE_CHECKING:
    from civicloop.kernel.trail.models import Entry

Listener = Callable[[Sequence["Entry"]], None]
LISTENERS: dict[str, tuple[tuple[str, ...], Listener]] = {}


def listen(name: str, *patterns: str) -> Callable[[Listener], Listener]:
    """Register a listener for verbs that match one of `patterns` (`cases.*`)."""

    def register(listener: Listener) -> Listener:
        if name in LISTENERS and LISTENERS[name][1] is not listener:
            raise ValueError(f"two listeners are called {name}")
        LISTENERS[name] = (patterns, listener)
        return listener

    return register


def listeners_of(verb: str) -> list[str]:
    """The names of those who want to hear of `verb`."""
    return [
        name
        for name, (patterns, _) in LISTENERS.items()
        if any(fnmatchcase(verb, pattern) for pattern in patterns)
    ]


def wake() -> None:
    """Ask the worker, once for each transaction, to look for due deliveries.

    The job is a row of this same transaction; were it lost, the sweep would find the deliveries all the same.
    """
    if any(getattr(hook[1], "is_wake", False) for hook in connection.run_on_commit):
        return
    later("kernel.deliver_due", queue="trail")

    def forget() -> None:
        """Marks this transaction as having its job; nothing is left to do after commit."""

    forget.is_wake = True  # type: ignore[attr-defined]
    transaction.on_commit(forget)
