"""Which column of a foreign table fills which field of ours.

A map is JSON, so that a city keeps one per sender and uses it again:

    {"columns":   {"number": "工单号", "description": ["问题类别", "问题描述"], "found_at": "受理时间"},
     "constants": {"source": "hotline"},
     "values":    {"state": {"Completed": "closed", "*": "open"}},
     "dates":     {"day_first": true, "zone": "Asia/Shanghai"},
     "coordinates": "gcj02", "sheet": "7月", "header_row": 3}

Several columns for one text field are joined by a blank.  "*" stands for every value that is not named.
The kernel knows no field: the caller passes its own list.
"""

import datetime as dt
import difflib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from civicloop.kernel.positions import PositionError, System, check, to_wgs84
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables.cells import Cell, Row, text_of
from civicloop.kernel.tables.dates import Unread, read_moment
from civicloop.kernel.tables.report import Problem

Value = str | int | Decimal | float | bool | dt.datetime | dt.date | None

_KEYS = (
    "columns",
    "constants",
    "values",
    "dates",
    "coordinates",
    "sheet",
    "header_row",
    "encoding",
    "delimiter",
)
_YES = {"是", "有", "对", "y", "yes", "true", "1", "√", "✓"}
_NO = {"否", "无", "不", "n", "no", "false", "0", "×", "✗"}
_ANY = "*"


class Kind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    MOMENT = "moment"
    DATE = "date"
    CHOICE = "choice"
    LONGITUDE = "longitude"
    LATITUDE = "latitude"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a row may say.  `choices` maps stored values to labels, for Kind.CHOICE."""

    name: str
    label: str | Promise
    required: bool = False
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str | Promise] = field(default_factory=dict)
    max_length: int | None = None


class BadMap(Refused):
    """The map cannot be used; `errors` names each bad entry in a sentence."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__(" ".join(self.errors))


@dataclass(frozen=True, slots=True)
class Reading:
    """One row by our field names, and what could not be read.  A field with a problem has no value."""

    values: dict[str, Value]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Map:
    """See the module's head for the JSON."""

    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    day_first: bool | None = None
    zone: str = "Asia/Shanghai"
    coordinates: System = System.WGS84
    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @classmethod
    def load(
        cls,
        source: str | bytes | Path | Mapping[str, Any],
        fields: Sequence[Field],
        header: Sequence[str] | None = None,
    ) -> "Map":
        """A checked map from JSON text, a file or a dict; with `header` also against the table's columns.

        Raises BadMap with every error found.
        """
        raw = _parsed(source)
        errors: list[str] = []
        made = _built(raw, errors)
        errors += _field_errors(made, fields)
        if header is not None:
            errors += made.column_errors(header)
        if errors:
            raise BadMap(errors)
        return made if header is None else made.fitted(header)

    def column_errors(self, header: Sequence[str]) -> list[str]:
        """Columns that the table has not, each with the one that was probably meant."""
        known = {_folded(name): name for name in header}
        wanted = [(name, column) for name, columns in self.columns.items() for column in columns]
        return [
            _("表里没有“%(column)s”列（对应 %(field)s）。") % {"column": column, "field": name}
            + _proposal(column, header)
            for name, column in wanted
            if column not in header and _folded(column) not in known
        ]

    def fitted(self, header: Sequence[str]) -> "Map":
        """The same map with the columns spelt as in `header`, which may differ in case, width and blanks."""
        known = {_folded(name): name for name in header} | {name: name for name in header}
        columns = {
            name: tuple(known.get(column) or known.get(_folded(column), column) for column in chosen)
            for name, chosen in self.columns.items()
        }
        return replace(self, columns=columns)

    def to_json(self) -> dict[str, Any]:
        """What `load` takes; empty parts are left out."""
        plain: dict[str, Any] = {
            "columns": {
                name: cols[0] if len(cols) == 1 else list(cols) for name, cols in self.columns.items()
            },
            "constants": self.constants,
            "values": self.values,
            "dates": {"zone": self.zone} | ({} if self.day_first is None else {"day_first": self.day_first}),
            "coordinates": self.coordinates.value,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
        }
        return {key: part for key, part in plain.items() if part not in (None, {})}

    def apply(self, row: Row, fields: Sequence[Field], *, epoch_1904: bool = False) -> Reading:
        """Read one row.  Moments are aware, in the map's zone; positions come out in WGS-84.

        A row that is not sound yields its problems and no values, for its cells may stand in wrong columns.
        """
        problems = [Problem(row.number, None, what) for what in row.problems] if not row.sound else []
        if not row.sound:
            return Reading({}, problems)
        values: dict[str, Value] = {}
        for one in fields:
            column = _("、").join(self.columns.get(one.name, ())) or None
            try:
                values[one.name] = self._value(one, row, epoch_1904=epoch_1904)
            except _Unfit as unfit:
                problems.append(Problem(row.number, column, unfit.reason))
                continue
            if one.required and values[one.name] in (None, ""):
                problems.append(
                    Problem(row.number, column, _("“%(label)s”必填，却是空的") % {"label": one.label})
                )
        self._place(row, fields, values, problems)
        return Reading(values, problems)

    def _value(self, one: Field, row: Row, *, epoch_1904: bool) -> Value:
        columns = self.columns.get(one.name, ())
        cells = [row.cells.get(column) for column in columns]
        joined = " ".join(filter(None, map(text_of, cells)))
        cell: Cell = cells[0] if len(cells) == 1 else joined
        if one.name in self.values and joined:
            translated = _translated(joined, self.values[one.name])
            if translated is not None:
                cell = translated
        if text_of(cell) == "":
            cell = self.constants.get(one.name)
        return None if cell is None else self._converted(one, cell, epoch_1904=epoch_1904)

    def _converted(self, one: Field, cell: Cell, *, epoch_1904: bool) -> Value:
        match one.kind:
            case Kind.MOMENT | Kind.DATE:
                moment = read_moment(
                    cell, ZoneInfo(self.zone), day_first=self.day_first, epoch_1904=epoch_1904
                )
                if isinstance(moment, Unread):
                    raise _Unfit(_("“%(text)s”%(reason)s") % {"text": _short(cell), "reason": moment.reason})
                return moment if one.kind is Kind.MOMENT else moment.date()
            case Kind.WHOLE | Kind.NUMBER:
                return _number(cell, whole=one.kind is Kind.WHOLE)
            case Kind.YES_NO:
                return _yes_no(cell)
            case Kind.CHOICE:
                return _choice(one, text_of(cell))
        text = text_of(cell)
        if one.max_length is not None and len(text) > one.max_length:
            raise _Unfit(
                _("“%(label)s”有 %(count)d 字，最多 %(limit)d 字")
                % {"label": one.label, "count": len(text), "limit": one.max_length}
            )
        return text

    def _place(
        self, row: Row, fields: Sequence[Field], values: dict[str, Value], problems: list[Problem]
    ) -> None:
        """Check longitude and latitude together and turn them into WGS-84."""
        east = next((one for one in fields if one.kind is Kind.LONGITUDE), None)
        north = next((one for one in fields if one.kind is Kind.LATITUDE), None)
        if east is None or north is None:
            return
        longitude, latitude = values.pop(east.name, None), values.pop(north.name, None)
        if longitude is None and latitude is None:
            return
        column = _("、").join(self.columns.get(east.name, ()) + self.columns.get(north.name, ())) or None
        try:
            given = check(longitude, latitude)
        except PositionError as wrong:
            problems.append(Problem(row.number, column, str(wrong)))
            return
        place = to_wgs84(given.longitude, given.latitude, self.coordinates)
        values[east.name], values[north.name] = place.longitude, place.latitude


class _Unfit(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Loading


def _parsed(source: str | bytes | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Path):
        source = source.read_bytes()
    if isinstance(source, str | bytes):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as broken:
            raise BadMap([_("对照表不是正确的 JSON：%(why)s。") % {"why": str(broken)[:100]}]) from broken
    if not isinstance(source, Mapping):
        raise BadMap([_("对照表须是一个 JSON 对象，里面至少有 columns。")])
    return source


def _built(raw: Mapping[str, Any], errors: list[str]) -> Map:
    for key in raw:
        if key not in _KEYS:
            errors.append(_("对照表里的“%(key)s”不认识。") % {"key": key} + _proposal(key, _KEYS))
    dates = _object(raw, "dates", errors)
    zone, day_first = dates.get("zone", "Asia/Shanghai"), dates.get("day_first")
    for key in dates:
        if key not in ("zone", "day_first"):
            errors.append(_("dates 里的“%(key)s”不认识，可以写 zone 和 day_first。") % {"key": key})
    if not _is_zone(zone):
        errors.append(_("dates.zone “%(zone)s”不是时区名，例如 Asia/Shanghai。") % {"zone": str(zone)[:40]})
        zone = "Asia/Shanghai"
    if day_first not in (None, True, False):
        errors.append(_("dates.day_first 须是 true 或 false。"))
        day_first = None
    system = raw.get("coordinates", System.WGS84)
    if system not in list(System):
        errors.append(
            _("coordinates “%(system)s”不认识，可以写 wgs84、gcj02 或 bd09。") % {"system": str(system)[:40]}
        )
        system = System.WGS84
    return Map(
        columns=_columns(raw, errors),
        constants=_texts(_object(raw, "constants", errors), "constants", errors),
        values={
            name: _texts(table, f"values.{name}", errors)
            for name, table in _object(raw, "values", errors).items()
            if _is_object(table, f"values.{name}", errors)
        },
        day_first=day_first,
        zone=zone,
        coordinates=System(system),
        sheet=_typed(raw, "sheet", str, errors),
        header_row=_typed(raw, "header_row", int, errors),
        encoding=_typed(raw, "encoding", str, errors),
        delimiter=_typed(raw, "delimiter", str, errors),
    )


def _is_zone(name: object) -> bool:
    try:
        ZoneInfo(name)  # type: ignore[arg-type]  # that is the question
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return False
    return True


def _is_object(part: object, where: str, errors: list[str]) -> bool:
    if isinstance(part, Mapping):
        return True
    errors.append(_("%(where)s 须是一个 JSON 对象。") % {"where": where})
    return False


def _object(raw: Mapping[str, Any], key: str, errors: list[str]) -> Mapping[str, Any]:
    part = raw.get(key, {})
    return part if _is_object(part, key, errors) else {}


def _columns(raw: Mapping[str, Any], errors: list[str]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for name, column in _object(raw, "columns", errors).items():
        several = [column] if isinstance(column, str) else column
        if isinstance(several, list) and several and all(isinstance(each, str) for each in several):
            columns[name] = tuple(several)
        else:
            errors.append(_("columns.%(name)s 须是列名，或几个列名的数组。") % {"name": name})
    return columns


def _texts(table: Mapping[str, Any], where: str, errors: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            texts[key] = text_of(value)
        else:
            errors.append(_("%(where)s.%(key)s 须是文字或数字。") % {"where": where, "key": key})
    return texts


def _typed(raw: Mapping[str, Any], key: str, kind: type, errors: list[str]) -> Any:
    value = raw.get(key)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return value
    word = _("整数") if kind is int else _("文字")
    errors.append(_("%(key)s 须是%(word)s。") % {"key": key, "word": word})
    return None


def _field_errors(made: Map, fields: Sequence[Field]) -> list[str]:
    known = {one.name: one for one in fields}
    errors = []
    for part, names in (("columns", made.columns), ("constants", made.constants), ("values", made.values)):
        for name in names:
            if name not in known:
                errors.append(
                    _("%(part)s 里的字段“%(name)s”不认识。") % {"part": part, "name": name}
                    + _proposal(name, known)
                )
    for one in fields:
        if one.required and one.name not in made.columns and one.name not in made.constants:
            errors.append(
                _("必填的“%(label)s”（%(name)s）没有对应的列，也没有给定值。")
                % {"label": one.label, "name": one.name}
            )
        errors += _choice_errors(made, one)
    return errors


def _choice_errors(made: Map, one: Field) -> list[str]:
    if one.kind is not Kind.CHOICE:
        return []
    targets = [*made.values.get(one.name, {}).values()]
    if one.name in made.constants:
        targets.append(made.constants[one.name])
    return [
        _("“%(label)s”没有“%(value)s”这个取值。") % {"label": one.label, "value": target}
        + _proposal(target, list(one.choices))
        for target in dict.fromkeys(targets)
        if target and target not in one.choices
    ]


def _proposal(word: str, among: Iterable[str]) -> str:
    known = {_folded(name): name for name in among}
    near = difflib.get_close_matches(_folded(str(word)), known, n=1, cutoff=0.5)
    return _("是不是“%(name)s”？") % {"name": known[near[0]]} if near else ""


# Reading cells


def _short(cell: Cell) -> str:
    text = text_of(cell)
    return text if len(text) <= 40 else text[:39] + "…"


def _translated(text: str, table: Mapping[str, str]) -> str | None:
    if text in table:
        return table[text]
    folded = {_folded(key): value for key, value in table.items() if key != _ANY}
    return folded.get(_folded(text), table.get(_ANY))


def _number(cell: Cell, *, whole: bool) -> int | Decimal:
    text = unicodedata.normalize("NFKC", text_of(cell)).replace(",", "").replace(" ", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise _Unfit(_("“%(text)s”不是数字") % {"text": _short(cell)})
    if not whole:
        return number
    if number != number.to_integral_value():
        raise _Unfit(_("“%(text)s”不是整数") % {"text": _short(cell)})
    return int(number)


def _yes_no(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Unfit(_("“%(text)s”不是“是”或“否”") % {"text": _short(cell)})


def _choice(one: Field, text: str) -> str:
    if text in one.choices:
        return text
    labels = {_folded(str(label)): value for value, label in one.choices.items()}
    if _folded(text) in labels:
        return labels[_folded(text)]
    shown = {"label": one.label, "text": _short(text)}
    raise _Unfit(_("“%(text)s”不是“%(label)s”的取值，请在对照表的 values 里写明它对应什么") % shown)


# Guessing


def propose(header: Sequence[str], fields: Sequence[Field]) -> Map:
    """A map guessed from names, labels and aliases; for a person to look over, never to be used unseen.

    A column serves one field.  Whole names come first, then a name within the column's (工单编号（必填）).
    """
    columns: dict[str, tuple[str, ...]] = {}
    free = dict.fromkeys(header)
    for fits in (_is_same, _is_within):
        for one in fields:
            if one.name in columns:
                continue
            words = [_folded(str(word)) for word in (one.label, one.name, *one.aliases)]
            column = next((name for word in words for name in free if fits(word, _folded(name))), None)
            if column is not None:
                columns[one.name] = (column,)
                del free[column]
    return Map(columns)


def _is_same(word: str, column: str) -> bool:
    return word == column


def _is_within(word: str, column: str) -> bool:
    enough = 2 if any(ord(char) > 0x2E80 for char in word) else 4
    return len(word) >= enough and word in column


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())
