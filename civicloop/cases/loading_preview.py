"""What a person must see of a foreign table to say which column is what."""

from collections.abc import Sequence
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from civicloop.cases.loading_rows import Status, case_fields, folded
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Field, Row, Unread, propose, read, read_moment, text_of

FIRST = 10  # rows shown
WIDEST = 40  # columns shown
MOST_VALUES = 60  # a column with more different values is no list of states or kinds
LONGEST_VALUE = 120
_DATES_WITHIN = 300  # rows in which doubtful dates are looked for
_UTC = ZoneInfo("UTC")

# What other systems call their states.  The first that is found in the value decides.
_STATUS_WORDS: Sequence[tuple[str, str]] = (
    (Status.DUPLICATE, "dup 重复 并案 合并"),
    (Status.OPEN, "未 待 在办 办理中 处理中 进行中 整改中 受理 open pending progress new"),
    (Status.CLOSED, "办结 结案 已办 完成 已处理 销号 归档 closed complete done resolved fixed"),
)


def look(
    source: bytes | BinaryIO,
    filename: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    longest: int,
) -> dict[str, Any]:
    """The table in short: name, header, first rows, and for short lists of values all of them.

    Walks to the end once.  Raises Refused for what cannot be read, is empty, or has more than `longest` rows.
    """
    with read(source, filename, sheet=sheet, header_row=header_row, encoding=encoding) as table:
        first: list[list[str]] = []
        values: dict[str, set[str]] = {name: set() for name in table.header}
        doubtful: set[str] = set()
        count = 0
        for count, row in enumerate(table.rows, start=1):
            if count > longest:
                raise Refused(
                    _(
                        "网页上一次最多导入 %(longest)d 行，这份表超过了。"
                        "请拆成几份，或请管理员用命令 civicloop load cases 导入。"
                    )
                    % {"longest": longest}
                )
            if count <= FIRST:
                first.append([text_of(row.cells.get(name))[:80] for name in table.header[:WIDEST]])
            if count <= _DATES_WITHIN:
                doubtful |= _doubtful(row)
            _gather(row, values)
        if not count:
            raise Refused(_("表里只有表头，没有一行内容。"))
        return {
            "sheet": table.name,
            "others": table.others,
            "asked": {"sheet": sheet, "header_row": header_row, "encoding": encoding},
            "encoding": table.encoding,
            "header": table.header,
            "header_number": table.header_number,
            "rows": count,
            "first": first,
            "values": {name: sorted(found) for name, found in values.items() if found},
            "doubtful": [name for name in table.header if name in doubtful],
            "notes": list(table.notes),
        }


def _gather(row: Row, values: dict[str, set[str]]) -> None:
    """Note the values of columns that still may be short lists."""
    for name in list(values):
        text = text_of(row.cells.get(name))
        if text:
            values[name].add(text)
            if len(values[name]) > MOST_VALUES or len(text) > LONGEST_VALUE:
                del values[name]


def _doubtful(row: Row) -> set[str]:
    """Columns whose cell is a date of which nobody can say what is the month."""
    found = set()
    for name, cell in row.cells.items():
        if isinstance(cell, str) and cell[:1].isdigit() and len(cell) < 30:
            moment = read_moment(cell, _UTC)
            if isinstance(moment, Unread) and moment.ambiguous:
                found.add(name)
    return found


def proposed(seen: dict[str, Any]) -> dict[str, Any]:
    """A map for this table, as JSON, for a person to look over."""
    fields = case_fields()
    raw = propose(seen["header"], fields).to_json()
    values = {
        one.name: {value: guess for value in values_of(seen, raw, one.name) if (guess := guessed(one, value))}
        for one in fields
        if one.name in ("status", "kind")
    }
    return raw | {"values": {name: table for name, table in values.items() if table}}


def values_of(seen: dict[str, Any], raw: dict[str, Any], name: str) -> list[str]:
    """The different values of the column that the map gives to a field; [] where they are no short list."""
    column = raw.get("columns", {}).get(name)
    if isinstance(column, list):
        column = column[0] if len(column) == 1 else None
    found: list[str] = seen["values"].get(column, [])
    return found


def guessed(field: Field, value: str) -> str:
    """Which of our values a foreign value probably means, or ""."""
    bare = folded(value)
    for ours, label in field.choices.items():
        if bare in {folded(ours), folded(str(label))}:
            return ours
    if field.name == "status":
        for ours, words in _STATUS_WORDS:
            if any(word in bare for word in words.split()):
                return ours
    return ""
