"""我的工作: the home page asks every app what waits for this person."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from civicloop.kernel.slots import Slot


@dataclass(frozen=True)
class Section:
    """One thing that waits, with its first rows.

    template  the part that draws `rows`; it gets `section` and `person`
    url       the list that holds all `count` rows
    """

    title: str
    count: int
    url: str
    template: str
    rows: Sequence[Any] = field(default_factory=list)
    tone: str = "neutral"
    hint: str = ""
    empty: str = ""


DESK: Slot[Callable[[Any], Iterable[Section]]] = Slot("kernel.desk")
