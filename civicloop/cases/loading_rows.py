"""One row of a foreign table, read and checked against what we know; nothing here writes."""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.cases.models import Source
from civicloop.cases.operations.words import LONGEST
from civicloop.divisions.finding import Placed, placed
from civicloop.divisions.models import Division
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Field, Kind, Map, Problem, Row, text_of
from civicloop.standards.models import ProblemKind

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before it a date is a slip of the pen
_NAME = 80  # characters of a division's name
_SHOWN = 60


class Status(models.TextChoices):
    """What the other system says of a row."""

    OPEN = "open", gettext_lazy("未办结")
    CLOSED = "closed", gettext_lazy("已办结")
    DUPLICATE = "duplicate", gettext_lazy("重复件")


def case_fields() -> tuple[Field, ...]:
    """What a row may say, with the kinds in use as choices; one query."""
    kinds = {kind.code: kind.title for kind in ProblemKind.objects.in_use()}
    return (
        Field(
            "external_id",
            gettext_lazy("原编号"),
            aliases=("工单编号", "工单号", "案件编号", "编号", "id", "request number", "service request"),
            max_length=80,
        ),
        Field(
            "text",
            gettext_lazy("问题描述"),
            required=True,
            aliases=("诉求内容", "反映内容", "内容", "描述", "category", "description", "request type"),
            max_length=LONGEST,
        ),
        Field(
            "kind",
            gettext_lazy("问题类型"),
            kind=Kind.CHOICE,
            choices=kinds,
            aliases=("类别", "类型", "小类", "detail", "type"),
        ),
        Field(
            "reported_at",
            gettext_lazy("上报时间"),
            required=True,
            kind=Kind.MOMENT,
            aliases=("受理时间", "来电时间", "创建时间", "登记时间", "created", "created date", "opened"),
        ),
        Field(
            "ended_at",
            gettext_lazy("办结时间"),
            kind=Kind.MOMENT,
            aliases=("完成时间", "结案时间", "办理完成时间", "closed on", "closed date", "completion date"),
        ),
        Field(
            "status",
            gettext_lazy("状态"),
            kind=Kind.CHOICE,
            choices=dict(Status.choices),
            aliases=("办理状态", "工单状态"),
        ),
        Field(
            "address", gettext_lazy("地址"), aliases=("地点", "事发地址", "位置", "location"), max_length=200
        ),
        Field("division", gettext_lazy("属地"), aliases=("区划代码", "所属区域", "所属街道", "区划", "街道")),
        Field("longitude", gettext_lazy("经度"), kind=Kind.LONGITUDE, aliases=("lon", "lng", "x")),
        Field("latitude", gettext_lazy("纬度"), kind=Kind.LATITUDE, aliases=("lat", "y")),
        Field(
            "contact_name", gettext_lazy("反映人姓名"), aliases=("来电人", "反映人", "姓名"), max_length=40
        ),
        Field(
            "contact_phone",
            gettext_lazy("反映人电话"),
            aliases=("联系电话", "来电号码", "电话"),
            max_length=30,
        ),
        Field("source", gettext_lazy("来源"), kind=Kind.CHOICE, choices=dict(Source.choices)),
        Field("external_system", gettext_lazy("来源系统"), max_length=40),
    )


@dataclass(slots=True)
class Ready:
    """A row that can become a case.  `odd` are sentences about what is strange and yet no obstacle."""

    row: Row
    external_system: str
    external_id: str
    text: str
    kind: ProblemKind | None
    place: Placed
    address: str
    contact: tuple[str, str]
    source: str
    reported_at: datetime
    ended_at: datetime | None
    status: str
    odd: list[str] = field(default_factory=list)
    case_id: int | None = None  # once it is placed

    @property
    def key(self) -> tuple[str, str]:
        return self.external_system, self.external_id

    @property
    def kind_id(self) -> int | None:
        return self.kind.pk if self.kind else None

    @property
    def ends(self) -> datetime | None:
        """When it ended elsewhere, if it did."""
        return None if self.status == Status.OPEN else self.ended_at

    def differs_from(self, other: "Ready") -> list[str]:
        """The columns in which two rows differ, with both values."""
        ours, theirs = self.row.cells, other.row.cells
        return [
            f"{name}（{_short(ours.get(name))} / {_short(theirs.get(name))}）"
            for name in dict.fromkeys([*ours, *theirs])
            if text_of(ours.get(name)) != text_of(theirs.get(name))
        ]


class Rows:
    """Reads the rows of one table; what they share is asked of the database once."""

    def __init__(self, mapping: Map, system: str, *, epoch_1904: bool = False) -> None:
        self.fields = case_fields()
        self._map, self._system, self._epoch_1904 = mapping, system.strip(), epoch_1904
        self._kinds = {kind.code: kind for kind in ProblemKind.objects.in_use()}
        self._divisions: dict[str, Division | str] = {}
        self._now = now()
        if not (
            self._system or "external_system" in mapping.columns or mapping.constants.get("external_system")
        ):
            raise Refused(
                _(
                    "请写明数据来自哪个系统（对照表 constants 里的 external_system），"
                    "再次导入时靠它认出已有案件。"
                )
            )

    def read(self, row: Row) -> Ready | list[Problem]:
        """The row, ready to be placed, or everything that stands against it."""
        reading = self._map.apply(row, self.fields, epoch_1904=self._epoch_1904)
        problems = list(reading.problems)
        if not row.sound:
            return problems
        said = reading.values
        external_id = str(said.get("external_id") or "")
        if "external_id" not in self._map.columns:
            external_id = _content_id(row)
        elif not external_id and not _told(problems, self._column("external_id")):
            problems.append(self._problem(row, "external_id", _("原编号是空的，重复导入时就认不出这一件")))
        external_system = str(said.get("external_system") or self._system)
        if not external_system:
            problems.append(self._problem(row, "external_system", _("来源系统是空的")))
        odd: list[str] = []
        reported_at = cast("datetime | None", said.get("reported_at"))
        ended_at = cast("datetime | None", said.get("ended_at"))
        problems += self._date_problems(row, reported_at, ended_at)
        status = self._status(row, said.get("status"), ended_at, problems, odd)
        place = self._place(row, said, problems)
        if problems or place is None or reported_at is None:
            return problems
        return Ready(
            row=row,
            external_system=external_system,
            external_id=external_id,
            text=str(said["text"]),
            kind=self._kinds.get(str(said.get("kind") or "")),
            place=place,
            address=str(said.get("address") or ""),
            contact=(str(said.get("contact_name") or ""), str(said.get("contact_phone") or "")),
            source=str(said.get("source") or Source.IMPORT),
            reported_at=reported_at,
            ended_at=ended_at,
            status=status,
            odd=odd,
        )

    def _column(self, name: str) -> str | None:
        return _("、").join(self._map.columns.get(name, ())) or None

    def _problem(self, row: Row, name: str, reason: str) -> Problem:
        return Problem(row.number, self._column(name), reason)

    def _date_problems(self, row: Row, reported: datetime | None, ended: datetime | None) -> list[Problem]:
        found = []
        for name, at in (("reported_at", reported), ("ended_at", ended)):
            if at is not None and at > self._now:
                found.append(self._problem(row, name, _("“%(at)s”晚于现在") % {"at": _day(at)}))
            elif at is not None and at < EARLIEST:
                found.append(self._problem(row, name, _("“%(at)s”早得不合常理") % {"at": _day(at)}))
        if reported and ended and ended < reported and not found:
            shown = {"ended": _day(ended), "reported": _day(reported)}
            found.append(
                self._problem(row, "ended_at", _("办结时间 %(ended)s 早于上报时间 %(reported)s") % shown)
            )
        return found

    def _status(
        self, row: Row, said: object, ended_at: datetime | None, problems: list[Problem], odd: list[str]
    ) -> str:
        if not said:
            return Status.CLOSED if ended_at else Status.OPEN
        if said == Status.CLOSED and ended_at is None and not _told(problems, self._column("ended_at")):
            problems.append(self._problem(row, "ended_at", _("状态是已办结，却没有办结时间")))
        if said == Status.OPEN and ended_at is not None:
            odd.append(_("有办结时间，状态却是未办结，按未办结登记"))
        return str(said)

    def _place(self, row: Row, said: dict[str, Any], problems: list[Problem]) -> Placed | None:
        named = str(said.get("division") or "")
        division = self._division(named) if named else None
        if isinstance(division, str):
            problems.append(self._problem(row, "division", division))
            return None
        position = [_degrees(said.get("longitude")), _degrees(said.get("latitude"))]
        column = self._column("division") or self._column("longitude")
        if division is None and position == [None, None]:
            if not _told(problems, self._column("longitude")):
                problems.append(Problem(row.number, column, _("没有属地，也没有位置")))
            return None
        try:
            return placed(division, position[0], position[1])
        except Refused as no:
            problems.append(Problem(row.number, column, str(no)))
            return None

    def _division(self, named: str) -> Division | str:
        """The division, or why it cannot be told."""
        if named not in self._divisions:
            self._divisions[named] = find_division(named)
        return self._divisions[named]


def find_division(named: str) -> Division | str:
    """By code, or by name with as many of the names around it as tell it apart: 城东区/东街街道.

    A text instead of a division says why it cannot be told.
    """
    bare = re.sub(r"[\s/／\\>＞·,，、_-]+", "", unicodedata.normalize("NFKC", named))
    if bare.isdigit():
        found = Division.objects.filter(code=bare).first()
        return found or _("系统里没有代码为“%(code)s”的区划") % {"code": bare[:20]}
    ends = [bare[start:] for start in range(max(0, len(bare) - _NAME), len(bare))]
    same = [
        one
        for one in Division.objects.filter(name__in=ends).select_related("parent__parent__parent__parent")
        if _stands_in(one, bare.removesuffix(one.name))
    ]
    if len(same) == 1:
        return same[0]
    shown = {"name": named[:40], "count": len(same), "codes": _("、").join(one.code for one in same[:5])}
    if same:
        return _("叫“%(name)s”的区划有 %(count)d 个，请写明代码或上级：%(codes)s") % shown
    return _("系统里没有叫“%(name)s”的区划") % shown


def _stands_in(one: Division, rest: str) -> bool:
    """Is `rest` made of the names of divisions around this one?"""
    above = one.parent
    while rest and above is not None:
        rest = rest.removesuffix(above.name)
        above = above.parent
    return not rest


def folded(text: str) -> str:
    """A text without case, width, blanks and punctuation, for comparison."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _told(problems: list[Problem], column: str | None) -> bool:
    return column is not None and any(problem.column and column in problem.column for problem in problems)


def _content_id(row: Row) -> str:
    """An id for rows that have none: the same content is the same complaint."""
    cells = {name: text_of(cell) for name, cell in row.cells.items() if text_of(cell)}
    return "sha256:" + hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:32]


def _degrees(value: object) -> float | None:
    return float(value) if isinstance(value, float | int | Decimal) else None


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _short(cell: Any) -> str:
    text = text_of(cell) or "—"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
