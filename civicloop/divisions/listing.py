"""The list of divisions as offices send it: which column is what, and what each row says."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.divisions.models import CODE_LENGTHS, Level
from civicloop.kernel.tables import Field, Problem, Row, Sheet, Unreadable, propose, text_of

FIELDS = (
    Field(
        "code",
        gettext_lazy("区划代码"),
        required=True,
        aliases=("代码", "编码", "行政区划代码", "统计用区划代码"),
    ),
    Field("name", gettext_lazy("名称"), required=True, aliases=("区划名称", "单位名称", "地名")),
    Field(
        "parent", gettext_lazy("上级代码"), aliases=("上级", "上级区划", "父级", "父级代码", "parent_code")
    ),
    Field("level", gettext_lazy("层级"), aliases=("级别", "级次", "行政级别")),
)
PARENT_LENGTHS = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}
LONGEST_NAME = 80

# What offices write for a level.  市 may be a county-level city.
_WORDS: dict[str, frozenset[Level]] = {
    word: frozenset(levels)
    for words, levels in (
        ("province 省 省级 自治区 直辖市 1", {Level.PROVINCE}),
        ("city 设区市 地级市 地市 市级 2", {Level.CITY}),
        ("市", {Level.CITY, Level.DISTRICT}),
        ("district county 区县 县区 区 县 县级 县级市 县（市、区） 县(市、区) 3", {Level.DISTRICT}),
        ("street town township 街道 乡镇 镇 乡 街道（乡镇） 街道(乡镇) 镇街 乡级 4", {Level.STREET}),
        ("community village 社区 村 居委会 村委会 村居 社区（村） 社区(村) 村级 5", {Level.COMMUNITY}),
    )
    for word in words.split()
}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row that says something sensible by itself."""

    row: Row
    code: str
    name: str
    parent: str  # empty for a province

    @property
    def level(self) -> Level:
        return CODE_LENGTHS[len(self.code)]


def rows_of(table: Sheet | Iterable[Row]) -> list[Row]:
    """Rows with the cells code, name, parent, level as text, whatever the table calls its columns.

    Takes a sheet, or rows whose cells are named so already.  Raises Unreadable where a needed column is
    missing.
    """
    if not isinstance(table, Sheet):
        return list(table)
    with table:
        columns = propose(table.header, FIELDS).columns
        missing = [str(one.label) for one in FIELDS if one.required and one.name not in columns]
        if missing:
            raise Unreadable(
                _(
                    "表里没有“%(missing)s”列。区划表要有 code（代码）、name（名称）、"
                    "parent（上级代码）、level（层级）四列。"
                )
                % {"missing": _("、").join(missing)}
            )
        return [
            Row(
                row.number,
                {name: text_of(row.cells.get(chosen[0])) for name, chosen in columns.items()},
                row.problems,
                row.sound,
            )
            for row in table.rows
        ]


def listed(row: Row) -> Listed | list[Problem]:
    """What the row says, or everything that is wrong with it by itself."""
    wrong: list[Problem] = []
    if not row.sound:
        return [Problem(row.number, None, what) for what in row.problems]
    code, name = digits(row.cells.get("code")), _name(text_of(row.cells.get("name")))
    parent, level = digits(row.cells.get("parent")), _folded(text_of(row.cells.get("level"))).lower()
    if why := _wrong_code(code):
        wrong.append(Problem(row.number, "code", why))
    if not name:
        wrong.append(Problem(row.number, "name", _("名称是空的")))
    elif len(name) > LONGEST_NAME:
        wrong.append(
            Problem(row.number, "name", _("名称有 %(count)d 个字，最多 80 个字") % {"count": len(name)})
        )
    if not why:
        wrong += _wrong_place(row.number, code, parent, level)
    if wrong:
        return wrong
    return Listed(row, code, name, code[: PARENT_LENGTHS[len(code)]])


def digits(cell: object) -> str:
    """A code as people mean it: full-width digits and blanks folded away."""
    return _folded(text_of(cell)) if isinstance(cell, str | int | float) else ""


def _folded(text: str) -> str:
    return "".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split())


def _name(text: str) -> str:
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def _wrong_code(code: str) -> str:
    if not code:
        return _("区划代码是空的")
    if not re.fullmatch("[0-9]+", code):
        return _("区划代码“%(code)s”里有不是数字的字符") % {"code": code[:20]}
    if len(code) not in CODE_LENGTHS:
        return _("区划代码“%(code)s”有 %(count)d 位，应为 2、4、6、9 或 12 位") % {
            "code": code[:20],
            "count": len(code),
        }
    return ""


def _wrong_place(number: int, code: str, parent: str, level: str) -> list[Problem]:
    """Does what the row says of parent and level fit its code?  Cells left empty say nothing."""
    wrong = []
    fitting = code[: PARENT_LENGTHS[len(code)]]
    if parent and parent != fitting:
        why = (
            _("上级代码“%(parent)s”与区划代码“%(code)s”不符，应为“%(fitting)s”")
            if fitting
            else _("“%(code)s”是省级代码，不应有上级代码“%(parent)s”")
        )
        wrong.append(
            Problem(number, "parent", why % {"parent": parent[:20], "code": code, "fitting": fitting})
        )
    if level and level not in _WORDS:
        wrong.append(Problem(number, "level", _("层级“%(level)s”不认识") % {"level": level[:20]}))
    elif level and CODE_LENGTHS[len(code)] not in _WORDS[level]:
        wrong.append(
            Problem(
                number,
                "level",
                _("层级“%(level)s”与 %(count)d 位代码不符，%(count)d 位是“%(fitting)s”")
                % {"level": level[:20], "count": len(code), "fitting": CODE_LENGTHS[len(code)].label},
            )
        )
    return wrong
