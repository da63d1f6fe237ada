"""The whole life of a case on one page.

    report → file → dispatch → sign → report_fixed → verify → close → look_back → settle
       │       │        │                    │          │        │         │
       ├─ decline       └─ hand_back → filed └─ send_back → signed └─ relapse → dispatched, the same case
       └─ merge (also from filed)

A case that another system has lived through comes in by `report` and ends by `note_elsewhere`: it counts as
history, never as something that we verified.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from civicloop.kernel.workflow import ANEW, Move
from civicloop.people.models import Role


class State(models.TextChoices):
    REPORTED = "reported", _("待立案")
    FILED = "filed", _("待派遣")
    DISPATCHED = "dispatched", _("待签收")
    SIGNED = "signed", _("整改中")
    FIXED = "fixed", _("待核查")
    VERIFIED = "verified", _("待结案")
    CLOSED = "closed", _("待回头看")
    LOOKED_BACK = "looked_back", _("待销号")
    SETTLED = "settled", _("已销号")
    DECLINED = "declined", pgettext_lazy("state", "不予立案")
    MERGED = "merged", _("已并案")
    ELSEWHERE = "elsewhere", _("原系统办结")


# What the counts mean by their words.
WITH_UNIT = frozenset({State.DISPATCHED, State.SIGNED})  # the unit's clock runs
IN_HAND = frozenset({State.REPORTED, State.FILED, State.FIXED, State.VERIFIED}) | WITH_UNIT  # not yet closed
DONE = frozenset({State.CLOSED, State.LOOKED_BACK, State.SETTLED})  # put right and verified by us
ENDED = frozenset({State.SETTLED, State.DECLINED, State.MERGED, State.ELSEWHERE})  # nobody owes anything more

# How a page colours a state: always beside its words, never instead of them.
TONES = {
    State.REPORTED: "info",
    State.FILED: "info",
    State.DISPATCHED: "info",
    State.SIGNED: "busy",
    State.FIXED: "info",
    State.VERIFIED: "info",
    State.CLOSED: "ok",
    State.LOOKED_BACK: "ok",
    State.SETTLED: "muted",
    State.DECLINED: "muted",
    State.MERGED: "muted",
    State.ELSEWHERE: "muted",
}

OFFICE = frozenset({Role.DISPATCHER})
FIELD = frozenset({Role.INSPECTOR})
UNIT = frozenset({Role.HANDLER})

_DUE = {"due_at": str, "calendar_id": int}


class Moves:
    report = Move(
        "cases.report",
        _("上报"),
        facts={"kind_id": int, "division_id": int, "source": str, "reported_at": str, "external_id": str},
        sources={ANEW},
        to=State.REPORTED,
        roles=OFFICE | FIELD,
    )
    file = Move(
        "cases.file",
        _("立案"),
        facts={"kind_id": int, "division_id": int},
        says=("note",),
        sources={State.REPORTED},
        to=State.FILED,
        roles=OFFICE,
        tone="primary",
    )
    decline = Move(
        "cases.decline",
        _("不予立案"),
        says=("reason",),
        sources={State.REPORTED},
        to=State.DECLINED,
        roles=OFFICE,
        tone="danger",
    )
    merge = Move(
        "cases.merge",
        _("并案"),
        facts={"merged_into_id": int},
        says=("reason",),
        sources={State.REPORTED, State.FILED},
        to=State.MERGED,
        roles=OFFICE,
    )
    dispatch = Move(
        "cases.dispatch",
        _("派遣"),
        facts={"unit_id": int, "rounds": int, **_DUE},
        says=("note",),
        sources={State.FILED},
        to=State.DISPATCHED,
        roles=OFFICE,
        tone="primary",
    )
    sign = Move(
        "cases.sign",
        _("签收"),
        facts={"unit_id": int},
        sources={State.DISPATCHED},
        to=State.SIGNED,
        roles=UNIT,
        tone="primary",
    )
    hand_back = Move(
        "cases.hand_back",
        _("退回"),
        facts={"handed_back_by_id": int},
        says=("reason",),
        sources={State.DISPATCHED},
        to=State.FILED,
        roles=UNIT,
        tone="danger",
        help=_("不属于本单位职责时退回，由文明办重新派遣。"),
    )
    report_fixed = Move(
        "cases.report_fixed",
        _("上报整改"),
        facts={"rounds": int, "photo_ids": list},
        says=("note", "no_photo_because"),
        sources={State.SIGNED},
        to=State.FIXED,
        roles=UNIT,
        tone="primary",
    )
    verify = Move(
        "cases.verify",
        _("核查通过"),
        facts={"rounds": int, "photo_ids": list},
        says=("note",),
        sources={State.FIXED},
        to=State.VERIFIED,
        roles=FIELD,
        tone="primary",
    )
    send_back = Move(
        "cases.send_back",
        _("返工"),
        facts={"rounds": int, "photo_ids": list, **_DUE},
        says=("reason",),
        # the office may find the evidence wanting even after the visit
        sources={State.FIXED, State.VERIFIED},
        to=State.SIGNED,
        roles=FIELD | OFFICE,
        tone="danger",
    )
    close = Move(
        "cases.close",
        _("结案"),
        facts={"look_back_on": str},
        says=("note",),
        sources={State.VERIFIED},
        to=State.CLOSED,
        roles=OFFICE,
        tone="primary",
    )
    look_back = Move(
        "cases.look_back",
        _("回头看：保持良好"),
        facts={"photo_ids": list},
        says=("note",),
        sources={State.CLOSED},
        to=State.LOOKED_BACK,
        roles=FIELD,
        tone="primary",
    )
    relapse = Move(
        "cases.relapse",
        _("回头看：反弹"),
        facts={"relapses": int, "unit_id": int, "rounds": int, "photo_ids": list, **_DUE},
        says=("reason",),
        sources={State.CLOSED},
        to=State.DISPATCHED,
        roles=FIELD,
        tone="danger",
        help=_("问题又出现了：原案重新打开，交回原责任单位。"),
    )
    settle = Move(
        "cases.settle",
        _("销号"),
        says=("note",),
        sources={State.LOOKED_BACK},
        to=State.SETTLED,
        roles=OFFICE,
        tone="primary",
    )
    note_elsewhere = Move(
        "cases.note_elsewhere",
        _("登记原系统办结"),
        facts={"ended_at": str, **_DUE},
        sources={State.REPORTED},
        to=State.ELSEWHERE,
    )
    new_calendar = Move(
        "cases.new_calendar",
        _("按新日历重算期限"),
        facts=dict(_DUE),
        sources=WITH_UNIT,
        to=None,
    )


MOVES = tuple(one for one in vars(Moves).values() if isinstance(one, Move))
BY_WORD = {move.word: move for move in MOVES}
