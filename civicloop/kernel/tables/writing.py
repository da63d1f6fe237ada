"""XLSX and CSV out: row by row, so that a large export needs no large memory."""

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import EXACT_DIGITS, Cell, text_of
from civicloop.kernel.tables.guard import guarded

Value = Cell | Decimal | Promise
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CELL_CHARS = 32_767
_SHEET_ROWS = 1_048_576
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_FIRST_DATE = dt.date(1900, 3, 1)  # before it Excel's calendar has a day that never was


class Unwritable(ValueError):
    """A value that no table can hold; the message names row and column."""


def write_xlsx(
    path: str | Path | BinaryIO,
    header: Sequence[str | Promise],
    rows: Iterable[Sequence[Value]],
    *,
    sheet: str = "",
    zone: ZoneInfo = OFFICE_ZONE,
    widths: Sequence[float] = (),
    note: str = "",
) -> int:
    """Write one sheet and return the number of rows under the header.

    Text is always a text cell, whatever sign it begins with; whole numbers beyond 15 digits become text.
    Aware moments are shown in `zone`.  `note` stands above the header.  A control character, a text over
    32,767 characters or a row too many raises Unwritable, and no file stays behind.
    """
    try:
        with xlsxwriter.Workbook(
            path if not isinstance(path, Path) else str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        ) as book:
            return _Writer(book, sheet, zone).write(header, rows, widths, note)
    except Unwritable:
        if isinstance(path, str | Path):
            Path(path).unlink(missing_ok=True)
        raise


class _Writer:
    def __init__(self, book: Any, sheet: str, zone: ZoneInfo) -> None:
        self._sheet = book.add_worksheet(_FORBIDDEN_IN_SHEET_NAME.sub(" ", sheet)[:31].strip() or None)
        self._zone = zone
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._date = book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = book.add_format({"num_format": "hh:mm:ss"})
        self._span = book.add_format({"num_format": "[h]:mm:ss"})

    def write(
        self,
        header: Sequence[str | Promise],
        rows: Iterable[Sequence[Value]],
        widths: Sequence[float],
        note: str,
    ) -> int:
        top = 1 if note else 0
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        if note:
            self._sheet.write_string(0, 0, fit(note, 1, 1))
        for column, name in enumerate(header):
            self._sheet.write_string(top, column, fit(str(name), top + 1, column + 1), self._bold)
        self._sheet.freeze_panes(top + 1, 0)
        written = 0
        for written, values in enumerate(rows, start=1):
            if top + written >= _SHEET_ROWS:
                raise Unwritable(_("一张工作表最多 %(limit)d 行，请分批导出。") % {"limit": _SHEET_ROWS})
            for column, value in enumerate(values):
                self._cell(top + written, column, value)
        return written

    def _cell(self, row: int, column: int, value: Value) -> None:
        if isinstance(value, dt.datetime):
            value = _local(value, self._zone)
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal) and _is_exact(value):
            self._sheet.write_number(row, column, value)
        elif isinstance(value, dt.timedelta):
            self._sheet.write_datetime(row, column, value, self._span)
        elif isinstance(value, dt.date) and _day(value) >= _FIRST_DATE:
            wanted = self._moment if isinstance(value, dt.datetime) else self._date
            self._sheet.write_datetime(row, column, value, wanted)
        elif isinstance(value, dt.time):
            self._sheet.write_datetime(row, column, value.replace(tzinfo=None), self._time)
        else:
            self._sheet.write_string(row, column, fit(_text(value), row + 1, column + 1))


def write_csv(
    path: str | Path | BinaryIO,
    header: Sequence[str | Promise],
    rows: Iterable[Sequence[Value]],
    *,
    zone: ZoneInfo = OFFICE_ZONE,
    bom: bool = True,
) -> int:
    """Write UTF-8 CSV (with a mark, so that Excel reads the Chinese) and return the number of rows.

    Text that a spreadsheet would run as a formula gets an apostrophe in front (see guard.py); reading the
    file with `read` gives the text back.  Raises Unwritable as `write_xlsx` does.
    """
    if isinstance(path, str | Path):
        try:
            with Path(path).open("wb") as file:
                return write_csv(file, header, rows, zone=zone, bom=bom)
        except Unwritable:
            Path(path).unlink(missing_ok=True)
            raise
    lines = 0
    for line in csv_lines(header, rows, zone=zone, bom=bom):
        path.write(line)
        lines += 1
    return lines - 1


def csv_lines(
    header: Sequence[str | Promise],
    rows: Iterable[Sequence[Value]],
    *,
    zone: ZoneInfo = OFFICE_ZONE,
    bom: bool = True,
) -> Iterator[bytes]:
    """The lines of `write_csv` one by one, header first, for a streamed answer."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def line(values: Iterable[str]) -> bytes:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(values)
        return buffer.getvalue().encode("utf-8")

    first = line(guarded(fit(str(name), 1, column)) for column, name in enumerate(header, start=1))
    yield b"\xef\xbb\xbf" + first if bom else first
    for number, values in enumerate(rows, start=2):
        yield line(_csv_cell(value, zone, number, column) for column, value in enumerate(values, start=1))


def _csv_cell(value: Value, zone: ZoneInfo, row: int, column: int) -> str:
    if isinstance(value, dt.datetime):
        value = _local(value, zone)
    if isinstance(value, bool | dt.date | dt.time) or value is None:
        return text_of(value)
    if isinstance(value, int | float | Decimal) and math.isfinite(value):
        return str(value)  # a number may begin with a minus sign
    return guarded(fit(_text(value), row, column))


def fit(text: str, row: int, column: int) -> str:
    """The text, if a cell can hold it; raises Unwritable."""
    where = {"row": row, "column": column, "limit": _CELL_CHARS}
    if _CONTROL.search(text):
        raise Unwritable(_("第 %(row)d 行第 %(column)d 列含有控制字符，不能写入表格。") % where)
    if len(text) > _CELL_CHARS:
        raise Unwritable(_("第 %(row)d 行第 %(column)d 列超过 %(limit)d 字，不能写入表格。") % where)
    return text


def _text(value: Value) -> str:
    return value if isinstance(value, str) else str(value)


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _is_exact(value: int | float | Decimal) -> bool:
    """Whether a spreadsheet keeps the number: finite, and no whole number beyond 15 digits."""
    return math.isfinite(value) and (isinstance(value, float) or abs(value) < 10**EXACT_DIGITS)
