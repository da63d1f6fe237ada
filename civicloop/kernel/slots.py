"""Named places that an earlier app opens and later apps fill at start-up.

    MARKS = Slot[Callable[[Case], str]]("cases.marks")      # in cases/slots.py
    MARKS.fill(campaign_mark)                                # in campaigns/apps.py, ready()

An empty slot shows nothing.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

Filling = TypeVar("Filling")
_open: dict[str, "Slot[object]"] = {}


class Slot(Generic[Filling]):
    """One place; its fillings come back in the order of their weight, then of filling."""

    def __init__(self, name: str) -> None:
        if name in _open:
            raise ValueError(f"slot {name} is open already")
        self.name = name
        self._fillings: list[tuple[int, Filling]] = []
        _open[name] = self  # type: ignore[assignment]  # the register holds slots of every type

    def fill(self, filling: Filling, *, weight: int = 0) -> Filling:
        """Add a filling once; adding the same one again changes nothing."""
        if all(filling is not there for _, there in self._fillings):
            self._fillings.append((weight, filling))
            self._fillings.sort(key=lambda pair: pair[0])
        return filling

    def __iter__(self) -> Iterator[Filling]:
        return iter([filling for _, filling in self._fillings])

    def __len__(self) -> int:
        return len(self._fillings)


def open_slots() -> tuple[str, ...]:
    """The names of all slots, for the shape test and the developer's eye."""
    return tuple(sorted(_open))
