"""XLSX, XLS and ODS, through a bounded process (see `_workbook_process.py`)."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import Cell, Limits, RawRow, Unreadable, tidy

_CHILD = Path(__file__).with_name("_workbook_process.py")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_MERGED_AREA = 2_000_000  # cells; more is formatting gone wild

Merged = tuple[int, int, int, int]  # first row, first column, last row, last column, all from 0


@dataclass(slots=True)
class Book:
    """An opened workbook: its head has been told, its rows are to come."""

    name: str
    sheets: list[str]
    merged: list[Merged]
    epoch_1904: bool
    rows: Iterator[RawRow]
    notes: list[str] = field(default_factory=list)


def open_book(file: BinaryIO, filename: str, sheet: str | None, limits: Limits) -> Book:
    """Start reading; raises Unreadable.  The process ends with the rows, or when they are closed."""
    process = _start(file, sheet, limits)
    try:
        head = _line(process, filename)
        if not isinstance(head, dict):
            raise _broken(filename)
        first_column = int(head["first_column"])
        merged = [_shifted(span, first_column) for span in head["merged"]]
        book = Book(head["name"], head["sheets"], merged, head["epoch_1904"], iter(()))
        marks = _marks(head, first_column)
        if head["unsaved"]:
            book.notes.append(
                _("有 %(count)d 个公式没有保存结果，读出来是空的；请用表格软件打开并保存一次。")
                % {"count": len(head["unsaved"])}
            )
        if merged:
            book.notes.append(
                _("有 %(count)d 处合并单元格，它的值已填到合并的每一格。") % {"count": len(merged)}
            )
    except BaseException:
        _end(process)
        raise
    book.rows = _rows(process, filename, marks, limits)
    return book


def _start(file: BinaryIO, sheet: str | None, limits: Limits) -> subprocess.Popen[str]:
    asked = {"sheet": sheet, "memory": limits.workbook_memory, "seconds": limits.workbook_seconds}
    with tempfile.TemporaryFile() as copy:  # an upload may be in memory; the process wants a real file
        file.seek(0)
        shutil.copyfileobj(file, copy, 1 << 20)
        copy.seek(0)
        return subprocess.Popen(  # noqa: S603  # our own script and our own Python
            [sys.executable, "-I", str(_CHILD), json.dumps(asked)],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
    if process.stdout is not None:
        process.stdout.close()
    process.wait()


def _line(process: subprocess.Popen[str], filename: str) -> Any:
    """The next thing the process says; its silence or its word of refusal becomes Unreadable."""
    output: IO[str] | None = process.stdout
    text = output.readline() if output is not None else ""
    if not text.endswith("\n"):
        raise _too_large(filename)  # killed at one of its bounds
    said = json.loads(text)
    if isinstance(said, dict) and "error" in said:
        raise _refusal(said, filename)
    return said


def _refusal(said: dict[str, Any], filename: str) -> Unreadable:
    name = {"name": PurePath(filename).name[:100], "sheets": _("、").join(said.get("sheets", []))[:200]}
    match said["error"]:
        case "password":
            return Unreadable(_("工作簿“%(name)s”有密码，请取消密码后再上传。") % name)
        case "empty":
            return Unreadable(_("工作簿“%(name)s”里没有内容。") % name)
        case "no such sheet":
            return Unreadable(_("工作簿“%(name)s”里没有这张工作表；有的是：%(sheets)s。") % name)
        case "too large":
            return _too_large(filename)
        case _:
            return _broken(filename)


def _too_large(filename: str) -> Unreadable:
    return Unreadable(
        _("工作簿“%(name)s”太大，或用到的区域大得不合常理；请只留有用的行列，或拆成几个文件。")
        % {"name": PurePath(filename).name[:100]}
    )


def _broken(filename: str) -> Unreadable:
    return Unreadable(
        _("工作簿“%(name)s”已损坏，打不开；请用表格软件打开后另存为 XLSX 再上传。")
        % {"name": PurePath(filename).name[:100]}
    )


def _shifted(span: list[list[int]], first_column: int) -> Merged:
    (row, column), (last_row, last_column) = span
    return row, max(0, column - first_column), last_row, last_column - first_column


def _marks(head: dict[str, Any], first_column: int) -> dict[int, list[tuple[int, str]]]:
    """Row number → columns (from 0, in the used range) whose cell is empty for a reason."""
    marks: dict[int, list[tuple[int, str]]] = {}
    for word, references in (
        (_("是错误值（如 #N/A）"), head["errors"]),
        (_("公式没有保存结果"), head["unsaved"]),
    ):
        for reference in references:
            found = _REFERENCE.fullmatch(reference)
            if found:
                column = 0
                for letter in found[1].upper():
                    column = column * 26 + ord(letter) - 64
                marks.setdefault(int(found[2]), []).append((column - 1 - first_column, word))
    return marks


def _rows(
    process: subprocess.Popen[str], filename: str, marks: dict[int, list[tuple[int, str]]], limits: Limits
) -> Iterator[RawRow]:
    try:
        while batch := _line(process, filename):
            for number, cells in batch:
                yield _raw(number, cells, marks.get(number, ()), limits)
    finally:
        _end(process)


def _raw(number: int, cells: list[Any], marks: Any, limits: Limits) -> RawRow:
    row = RawRow(number, cells)
    for column, value in enumerate(cells):
        if value == "":
            cells[column] = None
        elif isinstance(value, str | float | dict):
            if isinstance(value, dict):
                value = _moment(value)
            cells[column], wrong = tidy(value, limits)
            row.problems += [(column, what) for what in wrong]
    row.problems += marks
    return row


def _moment(value: dict[str, Any]) -> Cell:
    match value:
        case {"datetime": str(text)}:
            return dt.datetime.fromisoformat(text)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case {"time": str(text)}:
            return dt.time.fromisoformat(text)
        case {"seconds": float(seconds)}:
            return dt.timedelta(seconds=seconds)
    return None


def fill_merged(rows: Iterator[RawRow], merged: list[Merged]) -> Iterator[RawRow]:
    """Give every cell of a merged area the value that the sheet shows for all of it.

    Blank rows inside an area never arrive here; they stay blank.
    """
    area = sum((last - first + 1) * (right - left + 1) for first, left, last, right in merged)
    waiting = sorted(merged, reverse=True) if area <= _MERGED_AREA else []
    current: list[tuple[Merged, Cell]] = []
    try:
        for row in rows:
            at = row.number - 1
            current = [(span, value) for span, value in current if span[2] >= at]
            while waiting and waiting[-1][0] <= at:
                span = waiting.pop()
                if span[0] == at and span[1] < len(row.values):
                    current.append((span, row.values[span[1]]))
            for (_top, left, _bottom, right), value in current:
                for column in range(left, min(right + 1, len(row.values))):
                    if row.values[column] is None:
                        row.values[column] = value
            yield row
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()
