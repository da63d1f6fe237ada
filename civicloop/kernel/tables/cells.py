"""What a table is made of once it has been read: cells, rows, sheets."""

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from civicloop.kernel.refused import Refused

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

EXACT_DIGITS = 15  # beyond it a spreadsheet has replaced the last digits of a number by zeros
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class Unreadable(Refused):
    """The file is no table that can be read; the message says what it is and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken before it is refused."""

    file_bytes: int = 200 * 2**20
    unpacked_bytes: int = 600 * 2**20
    unpacked_ratio: int = 200  # only asked above 20 MB: small sheets of nothing pack very well
    columns: int = 2000
    cell_chars: int = 32_767  # Excel's own
    workbook_memory: int = 768 * 2**20  # of the process that parses; 100,000 x 12 cells take 130 MB
    workbook_seconds: int = 120


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `number` is the row as a spreadsheet shows it, from 1; blank rows count.  `problems` are sentences about
    the row.  In a row that is not `sound` values may stand in the wrong columns: do not place it.
    """

    number: int
    cells: dict[str, Cell]
    problems: tuple[str, ...] = ()
    sound: bool = True


@dataclass(slots=True)
class Sheet:
    """One table, read while `rows` is walked; `notes` (sentences about the whole) may grow meanwhile.

    Use it as a context manager, or walk it to its end: either closes the file.
    """

    name: str
    header: list[str]
    header_number: int
    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    encoding: str | None = None
    delimiter: str | None = None
    others: list[str] = field(default_factory=list)
    epoch_1904: bool = False

    def close(self) -> None:
        close = getattr(self.rows, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> "Sheet":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(slots=True)
class RawRow:
    """A row before anyone knows the header: values by position."""

    number: int
    values: list[Cell]
    problems: list[tuple[int | None, str]] = field(default_factory=list)  # position of the column, what
    sound: bool = True

    @property
    def is_blank(self) -> bool:
        return all(value is None or value == "" for value in self.values) and not self.problems


def text_of(cell: Cell | Promise) -> str:
    """The cell as a person reads it in the sheet, without blanks around: 13.0 is "13"."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 10**EXACT_DIGITS:
            return str(int(cell))
        return f"{cell:.{EXACT_DIGITS}g}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="milliseconds" if cell.microsecond else "seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def tidy(value: Cell, limits: Limits = LIMITS) -> tuple[Cell, list[str]]:
    """A value fit to be kept, and what had to be done for it."""
    if isinstance(value, str):
        return _tidy_text(value, limits)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None, [_("不是有限的数")]
        if value.is_integer() and abs(value) < 10 ** (EXACT_DIGITS + 5):
            return _tidy_whole(int(value))
    return value, []


def _tidy_text(value: str, limits: Limits) -> tuple[Cell, list[str]]:
    problems = []
    cleaned = _CONTROL.sub("", value)
    if cleaned != value:
        problems.append(_("含有看不见的控制字符，已去掉"))
    if len(cleaned) > limits.cell_chars:
        problems.append(_("超过 %(limit)d 字，只保留了前面部分") % {"limit": limits.cell_chars})
        cleaned = cleaned[: limits.cell_chars]
    return (cleaned if cleaned.strip() else None), problems


def _tidy_whole(value: int) -> tuple[Cell, list[str]]:
    if abs(value) < 10**EXACT_DIGITS:
        return value, []
    return value, [_("数字超过 15 位，末几位可能已被表格软件抹成 0；编号列请先设为“文本”格式再填")]
