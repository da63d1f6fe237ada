"""CSV in any of the encodings and shapes in which offices send it.

An encoding is accepted only if the whole file decodes strictly; nothing is replaced by question marks.
"""

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO, TextIO

from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import Cell, Limits, RawRow, Unreadable, tidy
from civicloop.kernel.tables.guard import unguarded

DELIMITERS = (",", "\t", ";", "|")
_LINE_CHARS = 1_000_000
_RECORD_CHARS = 131_072  # of one quoted cell; a quote that is still open after that was never meant
_HEAD_BYTES = 1 << 16
_SAMPLE_ROWS = 60
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKS = (
    0x0A,
    0x0D,
    0x2C,
    0x09,
    0x22,
)  # their 16-bit forms read the other way round are no characters in use


def encoding_of(file: BinaryIO, filename: str) -> str:
    """The one encoding in which the whole file makes sense; raises Unreadable."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            candidates = [encoding]
            break
    else:
        wide = _wide_encoding(head)
        candidates = [wide] if wide else ["utf-8", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding) and _makes_sense(head, encoding):
            return encoding
    raise Unreadable(
        _("认不出“%(name)s”的文字编码，可能不是表格或已损坏；请另存为 XLSX 或 UTF-8 的 CSV 再上传。")
        % {"name": PurePath(filename).name[:100]}
    )


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a mark betrays itself by line ends and separators of two bytes."""
    if 0 not in head:
        return None
    even, odd = head[: len(head) // 2 * 2 : 2], head[1::2]
    little = sum(high == 0 and low in _MARKS for low, high in zip(even, odd, strict=False))
    big = sum(high == 0 and low in _MARKS for high, low in zip(even, odd, strict=False))
    if little == big:
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _makes_sense(head: bytes, encoding: str) -> bool:
    """No text is full of control characters; and GB 18030 takes nearly any bytes, for unused characters."""
    text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    control = sum(char < " " and char not in "\t\r\n" for char in text)
    if control > 16 and control * 20 > len(text):
        return False
    if encoding != "gb18030":
        return True
    unused = sum(unicodedata.category(char) in {"Cn", "Co"} for char in text)
    return unused < 2 or unused * 50 <= len(text)


def delimiter_of(head: str) -> str:
    """The separator that cuts most lines of the sample into the same number (over one) of cells."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        reader = csv.reader(head.splitlines(True), delimiter=delimiter)
        widths: Counter[int] = Counter()
        with suppress(csv.Error):  # a quote left open, or one endless cell
            widths.update(len(cells) for cells in islice(reader, _SAMPLE_ROWS))
        widths.pop(0, None)
        split = {width: lines for width, lines in widths.items() if width > 1}
        if split:
            width, lines = max(split.items(), key=lambda item: (item[1], item[0]))
            score = lines / widths.total() + width / 10_000  # width only settles a tie
            if score > best_score + 1e-9:
                best, best_score = delimiter, score
    return best


def _line(text: TextIO) -> str:
    line = text.readline(_LINE_CHARS)
    if len(line) >= _LINE_CHARS:
        raise Unreadable(_("文件里有一行超过一百万字，不像表格；请检查换行。"))
    return line


class _Lines:
    """Lines of a text one by one, remembering those since the last `mark` so that they can be read again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: list[str] = []
        self.since: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else _line(self._text)
        if not line:
            raise StopIteration
        self.since.append(line)
        return line

    def mark(self) -> None:
        self.since = []

    def give_back_all_but_first(self) -> str:
        first, *rest = self.since
        self._again += reversed(rest)
        self.since = []
        return first

    @property
    def is_at_end(self) -> bool:
        if self._again:
            return False
        line = _line(self._text)
        if line:
            self._again.append(line)
        return not line


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Whether these lines end inside a quoted cell."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for _cells in reader:
            pass
    except csv.Error as broken:
        return "unexpected end of data" in str(broken)
    return False


def raw_rows(
    file: BinaryIO, encoding: str, delimiter: str | None, limits: Limits
) -> tuple[str, Iterator[RawRow]]:
    """The separator and the rows, with their numbers as a spreadsheet would show them."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    lines = _Lines(text)
    head = list(islice(_sample(text), 200))
    lines._again = head[::-1]
    skipped = 0
    if head and head[0][:4].lower() == "sep=" and len(head[0].rstrip("\r\n")) == 5:
        delimiter, skipped = head[0][4], 1  # a line for Excel, which does not count it as a row
        next(lines)
        lines.mark()
    chosen = delimiter or delimiter_of("".join(head[skipped:]))
    return chosen, _rows(lines, chosen, limits)


def _sample(text: TextIO) -> Iterator[str]:
    taken = 0
    while taken < _HEAD_BYTES and (line := _line(text)):
        taken += len(line)
        yield line


def _rows(lines: _Lines, delimiter: str, limits: Limits) -> Iterator[RawRow]:
    csv.field_size_limit(_RECORD_CHARS)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        lines.mark()
        try:
            cells = next(reader)
            broken = len(lines.since) > 1 and lines.is_at_end and _is_open(lines.since, delimiter)
        except StopIteration:
            return
        except csv.Error:
            broken = True
        if not broken:
            yield _raw(number, cells, limits)
            continue
        # One stray quote must not swallow all that follows: its line is read without quotes, the rest anew.
        first = lines.give_back_all_but_first().rstrip("\r\n")
        reader = csv.reader(lines, delimiter=delimiter)
        row = _raw(number, first.split(delimiter), limits)
        row.problems.append((None, _("引号没有成对，这一行可能分错了列")))
        row.sound = False
        yield row


def _raw(number: int, cells: list[str], limits: Limits) -> RawRow:
    values: list[Cell] = []
    row = RawRow(number, values)
    for column, cell in enumerate(cells):
        value, wrong = tidy(unguarded(cell), limits)
        values.append(value)
        row.problems += [(column, what) for what in wrong]
    return row
