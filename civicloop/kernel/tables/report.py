"""What became of each row of a table that was brought in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import Row
from civicloop.kernel.tables.writing import Value, write_xlsx


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or one column of it, could not be taken; `row` as the sheet shows it, from 1."""

    row: int
    column: str | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "reason": self.reason}

    def __str__(self) -> str:
        shown = {"row": self.row, "column": self.column, "reason": self.reason}
        if self.column is None:
            return _("第 %(row)d 行：%(reason)s") % shown
        return _("第 %(row)d 行“%(column)s”：%(reason)s") % shown


@dataclass(slots=True)
class Report:
    """Every row read was placed, skipped (known already) or left over with its reasons.

    Call exactly one of `place`, `skip` and `leave` for each row.
    """

    read: int = 0
    placed: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unplaced: list[Row] = field(default_factory=list)

    def place(self, row: Row) -> None:
        """The row went in; what was odd about it stays as a warning."""
        self.read += 1
        self.placed += 1
        self._warn(row)

    def skip(self, row: Row, reason: str) -> None:
        """The row needed nothing, for instance because it is here already."""
        self.read += 1
        self.skipped += 1
        self.warnings.append(Problem(row.number, None, reason))

    def leave(self, row: Row, problems: Iterable[Problem] | str) -> None:
        """The row stays out; a text is taken as its one reason."""
        why = [Problem(row.number, None, problems)] if isinstance(problems, str) else list(problems)
        if not why:
            raise ValueError("a row is left out for a reason")
        self.read += 1
        self.problems += why
        self.unplaced.append(row)

    def _warn(self, row: Row) -> None:
        self.warnings += [Problem(row.number, None, what) for what in row.problems]

    @property
    def adds_up(self) -> bool:
        """Nothing was lost on the way."""
        return self.read == self.placed + self.skipped + len(self.unplaced)

    def to_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "placed": self.placed,
            "skipped": self.skipped,
            "unplaced": len(self.unplaced),
            "problems": [problem.to_json() for problem in self.problems],
            "warnings": [warning.to_json() for warning in self.warnings],
            "notes": list(self.notes),
        }

    def write_unplaced(self, path: str | Path | BinaryIO, header: Sequence[str]) -> int:
        """An XLSX of the rows that stayed out: number, reasons, original cells; returns how many.

        The clerk mends the cells and loads this file with the same map, which names neither of the first
        two columns.
        """
        extra = list(dict.fromkeys(name for row in self.unplaced for name in row.cells if name not in header))
        columns = [*header, *extra]
        reasons: dict[int, list[str]] = {}
        for problem in self.problems:
            where = f"“{problem.column}”" if problem.column else ""
            reasons.setdefault(problem.row, []).append(where + problem.reason)

        def lines() -> Iterator[list[Value]]:
            for row in self.unplaced:
                why = _("；").join(reasons.get(row.number, []))[:30_000]
                yield [row.number, why, *(row.cells.get(name) for name in columns)]

        return write_xlsx(
            path, [_("原行号"), _("未导入原因"), *columns], lines(), sheet=_("未导入"), widths=(8, 50)
        )
