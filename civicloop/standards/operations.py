"""问题类型: the catalogue is loaded once as a sample and then belongs to the office.

A change never alters a running case: its due date is stored with the steps that led to it.
"""

import csv
import re
import unicodedata
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.actors import Actor, SystemActor
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.trail.record import plain, record
from civicloop.people.models import Line, Person, Role
from civicloop.standards import verbs
from civicloop.standards.models import LimitUnit, ProblemKind

DATA = Path(__file__).parent / "data"
_CODE = re.compile(r"[A-Z]{2,6}[0-9]{2,4}")
_LONGEST = {"name": 60, "name_en": 120, "filing_condition": 2000, "closing_condition": 2000}
_NUMBERS = {
    "limit_value": (0, 3000, gettext_lazy("整改时限")),
    "rework_percent": (1, 100, gettext_lazy("返工时限比例")),
    "look_back_days": (1, 730, gettext_lazy("回头看间隔")),
}
_TYPED = frozenset(_LONGEST)
FIELDS = (
    "name",
    "name_en",
    "line",
    "urgent",
    "limit_value",
    "limit_unit",
    "rework_percent",
    "look_back_days",
    "filing_condition",
    "closing_condition",
    "is_active",
)


def load_catalogue(*, by: Actor) -> tuple[int, int]:
    """载入示例目录: the lines and kinds that are not here yet; returns how many of each.

    What is here stays as somebody made it.
    """
    with transaction.atomic():
        there = set(Line.objects.values_list("code", flat=True))
        lines = Line.objects.bulk_create(
            Line(**row) for row in _rows("lines.csv") if row["code"] not in there
        )
        by_code = {line.code: line for line in Line.objects.all()}
        there = set(ProblemKind.objects.values_list("code", flat=True))
        kinds = ProblemKind.objects.bulk_create(
            _kind(row, by_code) for row in _rows("problem_kinds.csv") if row["code"] not in there
        )
        if lines or kinds:
            about = kinds[0] if kinds else lines[0]
            record(verbs.load_catalogue, about=about, by=by, facts={"lines": len(lines), "kinds": len(kinds)})
    return len(lines), len(kinds)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _kind(row: dict[str, str], lines: dict[str, Line]) -> ProblemKind:
    return ProblemKind(
        code=row["code"],
        line=lines[row["line"]],
        name=row["name"],
        name_en=row["name_en"],
        urgent=row["urgent"] == "yes",
        limit_value=int(row["limit_value"]),
        limit_unit=row["limit_unit"],
        rework_percent=int(row["rework_percent"]),
        look_back_days=int(row["look_back_days"]),
        filing_condition=row["filing_condition"],
        closing_condition=row["closing_condition"],
        grounding=row["grounding"],
    )


def add_kind(*, by: Actor, code: str, **given: Any) -> ProblemKind:
    """新增问题类型: `given` are the fields of FIELDS."""
    _allow(by)
    code = "".join(unicodedata.normalize("NFKC", code).split()).upper()
    if not _CODE.fullmatch(code):
        raise Refused(_("代码由 2 至 6 个字母加 2 至 4 位数字组成，例如 ENV05。"))
    kind = ProblemKind(code=code, grounding="office")
    _fill(kind, given)
    with transaction.atomic():
        try:
            with transaction.atomic():
                kind.save(force_insert=True)
        except IntegrityError as taken:
            raise Refused(_("代码“%(code)s”已经有了，请换一个。") % {"code": code}) from taken
        facts = {name: plain(getattr(kind, name)) for name in verbs.add_kind.facts}
        record(verbs.add_kind, about=kind, by=by, facts=facts)
    return kind


def change_kind(kind: ProblemKind, *, by: Actor, seen: str = "", **given: Any) -> ProblemKind:
    """修改问题类型: new limits count for rounds that begin from now on.

    seen   the fingerprint that the person had on the page; another one now is stale
    given  those of FIELDS that may be different
    """
    _allow(by)
    with transaction.atomic():
        kind = ProblemKind.objects.select_for_update(of=("self",)).get(pk=kind.pk)
        if seen and seen != kind.fingerprint:
            raise Stale(
                _("“%(kind)s”刚刚被别人改过，页面上的内容已经过时。请查看最新内容后再改。")
                % {"kind": kind.name}
            )
        before = _values(kind)
        _fill(kind, given)
        after = _values(kind)
        changed = [name for name in FIELDS if before[name] != after[name]]
        if not changed:
            return kind
        kind.save(force_update=True)
        record(
            verbs.change_kind,
            about=kind,
            by=by,
            facts={
                "code": kind.code,
                "changed": changed,
                "before": {name: before[name] for name in changed if name not in _TYPED},
                "after": {name: after[name] for name in changed if name not in _TYPED},
            },
            said={"before": _said(before, changed), "after": _said(after, changed)},
        )
    return kind


def _allow(by: Actor) -> None:
    if isinstance(by, SystemActor) or (isinstance(by, Person) and Role.EDITOR in by.roles):
        return
    raise Refused(_("问题类型目录由目录管理员维护，您的岗位没有这项职责。"))


def _fill(kind: ProblemKind, given: dict[str, Any]) -> None:
    """Put checked values on the row; says no in the order in which a person reads the form."""
    if unknown := set(given) - set(FIELDS):
        raise TypeError(f"a kind has no {sorted(unknown)}")
    for name, value in given.items():
        setattr(kind, name, _text(name, value) if name in _TYPED else value)
    if not kind.name:
        raise Refused(_("请填写名称。"))
    if kind.line_id is None:
        raise Refused(_("请选定条线。"))
    for name, (least, most, label) in _NUMBERS.items():
        value = getattr(kind, name)
        if not isinstance(value, int) or not least <= value <= most:
            raise Refused(
                _("%(label)s应是 %(least)d 到 %(most)d 之间的整数。")
                % {"label": label, "least": least, "most": most}
            )
    if kind.limit_unit not in LimitUnit.values:
        raise Refused(_("请选定时限单位。"))
    if (kind.limit_unit == LimitUnit.ON_SITE) != (kind.limit_value == 0):
        raise Refused(_("当场办理的时限填 0，其余时限要大于 0。"))


def _text(name: str, text: str) -> str:
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cs"})
    clean = kept.strip() if name.endswith("condition") else " ".join(kept.split())
    if len(clean) > _LONGEST[name]:
        raise Refused(
            _("文字有 %(count)d 个字，超过上限 %(longest)d 字。")
            % {"count": len(clean), "longest": _LONGEST[name]}
        )
    return clean


def _values(kind: ProblemKind) -> dict[str, Any]:
    """The row as plain values; the line by its code."""
    return {name: kind.line.code if name == "line" else plain(getattr(kind, name)) for name in FIELDS}


def _said(values: dict[str, Any], changed: list[str]) -> str:
    return "\n".join(f"{name}: {values[name]}" for name in changed if name in _TYPED)
