"""The one way in: any table of an office, as a header and rows."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from civicloop.kernel.tables import texts, workbooks
from civicloop.kernel.tables.cells import LIMITS, Cell, Limits, RawRow, Row, Sheet, Unreadable, text_of
from civicloop.kernel.tables.kinds import Kind, kind_of

Source = str | Path | bytes | BinaryIO

_HEADER_WITHIN = 30  # rows with anything in them
_HEADER_DEPTH = 5


def read(
    source: Source,
    filename: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits = LIMITS,
) -> Sheet:
    """Open one table: CSV (UTF-8, UTF-16, GB 18030), XLSX, XLS or ODS, told by content, not by name.

    `sheet` names a sheet of a workbook (else the first visible one with anything in it); `header_row` is the
    number of the header as the sheet shows it (else it is found).  Rows come as they are walked; memory stays
    bounded.  Raises Unreadable with a sentence for the person, at once or while walking.
    """
    file = _opened(source)
    try:
        if kind_of(file, filename, limits) is Kind.WORKBOOK:
            try:
                book = workbooks.open_book(file, filename, sheet, limits)
            finally:
                file.close()
            return _framed_book(book, header_row, limits)
        encoding = encoding or texts.encoding_of(file, filename)
        try:
            chosen, rows = texts.raw_rows(file, encoding, delimiter, limits)
            return _framed_text(rows, file, filename, encoding, chosen, header_row, limits)
        except (UnicodeError, LookupError) as broken:  # the caller named an encoding that does not fit
            shown = {"name": Path(filename).name[:100], "encoding": encoding[:40]}
            raise Unreadable(
                _("文件“%(name)s”不能按编码“%(encoding)s”读出，请换一种编码。") % shown
            ) from broken
    except BaseException:
        file.close()
        raise


def sheet_names(source: Source, filename: str, *, limits: Limits = LIMITS) -> list[str]:
    """Visible sheets of a workbook in their order; a text table has one, named after the file."""
    with _opened(source) as file:
        if kind_of(file, filename, limits) is Kind.TEXT:
            return [Path(filename).stem]
        book = workbooks.open_book(file, filename, None, limits)
        _close(book.rows)
        return book.sheets


def _opened(source: Source) -> BinaryIO:
    if isinstance(source, str | Path):
        return Path(source).open("rb")
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(source)
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's file stays the caller's to close
    source.seek(0)
    while chunk := source.read(1 << 20):
        copy.write(chunk)
    copy.seek(0)
    return copy


def _close(rows: Iterator[RawRow]) -> None:
    close = getattr(rows, "close", None)
    if close is not None:
        close()


def _framed_book(book: workbooks.Book, header_row: int | None, limits: Limits) -> Sheet:
    try:
        first, rest = _split(book.rows, header_row)
        bottom = max(
            (last for top, _left, last, _right in book.merged if top == first[-1].number - 1), default=0
        )
        depth = min(bottom + 1, first[-1].number + _HEADER_DEPTH - 1)
        filled = workbooks.fill_merged(chain(first[-1:], rest), book.merged)
        header_rows = [next(filled)]
        below: list[RawRow] = []
        for row in filled:
            if row.number > depth:
                below = [row]
                break
            header_rows.append(row)
        header, notes = _header(_joined(header_rows), limits)
        rows = _rows(chain(below, filled), header, book.rows)
    except BaseException:
        _close(book.rows)
        raise
    sheet = Sheet(book.name, header, first[-1].number, rows, book.notes + notes)
    sheet.others = [name for name in book.sheets if name != book.name]
    sheet.epoch_1904 = book.epoch_1904
    return sheet


def _framed_text(
    rows: Iterator[RawRow],
    file: BinaryIO,
    filename: str,
    encoding: str,
    delimiter: str,
    header_row: int | None,
    limits: Limits,
) -> Sheet:
    first, rest = _split(rows, header_row)
    header, notes = _header(first[-1].values, limits)
    sheet = Sheet(Path(filename).stem, header, first[-1].number, _text_rows(rest, header, file), notes)
    sheet.encoding, sheet.delimiter = encoding, delimiter
    return sheet


def _text_rows(raw: Iterator[RawRow], header: list[str], file: BinaryIO) -> Iterator[Row]:
    try:
        yield from _rows(raw, header, raw, ragged=True)
    finally:
        file.close()


# The header


def _split(rows: Iterator[RawRow], header_row: int | None) -> tuple[list[RawRow], Iterator[RawRow]]:
    """The rows up to the header, which is the last of them, and the rows after it."""
    filled = (row for row in rows if not row.is_blank)
    if header_row is not None:
        before: list[RawRow] = []
        for row in filled:
            if row.number == header_row:
                return [row], filled
            before.append(row)
            if row.number > header_row:
                break
        raise Unreadable(_("第 %(number)d 行是空的，不能当表头。") % {"number": header_row})
    seen = list(islice(filled, _HEADER_WITHIN))
    if not seen:
        raise Unreadable(_("表里没有内容。"))
    at = _header_index(seen)
    return seen[: at + 1], chain(seen[at + 1 :], filled)


def _header_index(rows: list[RawRow]) -> int:
    """The first row that is mostly names: two or more, and over half as wide as the widest row.

    A title, or a line such as 填报单位 and 填报日期 above the table, is narrower.
    """
    widest = max(sum(value is not None for value in row.values) for row in rows)
    names = [sum(isinstance(value, str) and _is_name(value) for value in row.values) for row in rows]
    for enough in (max(2, widest // 2 + 1), 2):
        for index, count in enumerate(names):
            if count >= enough:
                return index
    return 0


def _is_name(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _joined(rows: list[RawRow]) -> list[Cell]:
    """Headers of two and more lines, read downwards: 地址 over 街道 and 社区 gives 地址 街道, 地址 社区."""
    names: list[Cell] = []
    for column in range(max(len(row.values) for row in rows)):
        parts: list[str] = []
        for row in rows:
            part = text_of(row.values[column]) if column < len(row.values) else ""
            if part and part not in parts:
                parts.append(part)
        names.append(" ".join(parts) or None)
    return names


def _header(values: list[Cell], limits: Limits) -> tuple[list[str], list[str]]:
    """Column names, each once, and notes on those that had to be made."""
    names = [" ".join(text_of(value).split()) for value in values]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise Unreadable(_("表有 %(count)d 列，不像登记表。") % {"count": len(names)})
    header: list[str] = []
    notes: list[str] = []
    for position, name in enumerate(names, start=1):
        given = name or _nameless(position)
        if not name:
            notes.append(
                _("第 %(number)d 列没有列名，称作“%(name)s”。") % {"number": position, "name": given}
            )
        unique, again = given, 1
        while unique in header:
            again += 1
            unique = f"{given}（{again}）"
        if unique != given:
            notes.append(_("列名“%(name)s”重复，后一列称作“%(new)s”。") % {"name": given, "new": unique})
        header.append(unique)
    return header, notes


def _nameless(position: int) -> str:
    return _("第%(number)d列") % {"number": position}


# The rows


def _rows(
    raw: Iterator[RawRow], header: list[str], source: Iterator[RawRow], *, ragged: bool = False
) -> Iterator[Row]:
    """Rows by column name.  Cells beyond the header are kept under 第N列 and reported, never dropped."""
    width = len(header)
    try:
        for row in raw:
            if row.is_blank:
                continue
            yield _row(row, header, width, ragged=ragged)
    except UnicodeDecodeError as broken:
        raise Unreadable(_("文件读到一半出现认不出的文字，可能已损坏。")) from broken
    finally:
        with suppress(ValueError):
            _close(source)


def _row(row: RawRow, header: list[str], width: int, *, ragged: bool) -> Row:
    values = row.values
    cells: dict[str, Cell] = dict(zip(header, values, strict=False))
    sound = row.sound
    problems = [
        what
        if column is None
        else _("“%(column)s”列%(what)s") % {"column": _name(header, column), "what": what}
        for column, what in row.problems
    ]
    if len(values) < width:
        cells.update(dict.fromkeys(header[len(values) :]))
        if ragged:
            problems.append(_("少了 %(count)d 格") % {"count": width - len(values)})
    for position in range(width, len(values)):
        if values[position] is not None:
            name = _name(header, position)
            cells[name] = values[position]
            problems.append(_("“%(column)s”没有列名却有内容，请检查是否串列") % {"column": name})
            sound = False
    return Row(row.number, cells, tuple(problems), sound)


def _name(header: list[str], column: int) -> str:
    return header[column] if 0 <= column < len(header) else _nameless(column + 1)
