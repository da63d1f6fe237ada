"""What the pages of cases show, in the shapes that the parts take (docs/looks.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.seen import Happened, Seen
from civicloop.cases.workflow import TONES, WITH_UNIT, Moves, State
from civicloop.kernel.evidence.addresses import address
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.templatetags.looks import span_words
from civicloop.people.models import Person

register = template.Library()

ICONS = {
    "report": "flag", "file": "check", "decline": "ban", "merge": "link", "dispatch": "send", "sign": "check",
    "hand_back": "hand-back", "report_fixed": "camera", "verify": "user-check", "send_back": "refresh",
    "close": "lock", "look_back": "eye", "relapse": "alert", "settle": "check-circle", "open_contact": "eye",
}  # fmt: skip
_PATH = (State.REPORTED, State.FILED, State.DISPATCHED, State.SIGNED, State.FIXED, State.VERIFIED, State.CLOSED, State.LOOKED_BACK, State.SETTLED)


@register.simple_tag
def case_row(case: Case, at: datetime) -> dict[str, Any]:
    """What a row of a list says besides the case's own columns."""
    parent = case.division.parent
    district = case.division.level in {"street", "community"} and parent
    return {
        "overdue": case.is_overdue(at),
        "due": case.due_at if case.state in WITH_UNIT else None,
        "tone": TONES[State(case.state)],
        "label": State(case.state).label,
        "place": f"{parent} {case.division}" if district else str(case.division),
    }


@register.simple_tag
def move_buttons(case: Case, seen: Seen) -> list[dict[str, Any]]:
    return [
        {
            "label": move.label,
            "url": reverse(f"cases:{move.word}", args=[case.number]),
            "tone": move.tone,
            "help": move.help,
            "icon": ICONS.get(move.word, ""),
        }
        for move in seen.moves
    ]


@register.simple_tag
def steps_of(case: Case) -> list[dict[str, Any]]:
    """The loop as steps: done, current, next; a case that left the path shows where."""
    if case.state not in _PATH:
        return [
            {"label": _("上报"), "state": "done"},
            {"label": State(case.state).label, "state": "current"},
        ]
    here = _PATH.index(State(case.state))
    names = [_("上报"), _("立案"), _("派遣"), _("签收"), _("整改"), _("核查"), _("结案"), _("回头看"), _("销号")]
    return [
        {"label": name, "state": "done" if number <= here else "current" if number == here + 1 else "next"}
        for number, name in enumerate(names)
    ]


@register.simple_tag
def case_facts(case: Case, seen: Seen) -> list[dict[str, Any]]:
    places = []
    place: Any = case.division
    while place is not None and place.level != "province":
        places.append(str(place))
        place = place.parent
    facts: list[dict[str, Any]] = [
        {"label": _("属地"), "value": " ".join(reversed(places))},
        {"label": _("地址"), "value": case.address},
        {"label": _("来源"), "value": case.get_source_display()},
        {"label": _("条线"), "value": case.kind.line if case.kind else ""},
    ]
    if case.site:
        facts.append({"label": _("点位"), "value": case.site, "href": reverse("divisions:site", args=[case.site.code])})
    if case.kind and case.kind.closing_condition:
        facts.append({"label": _("结案条件"), "value": case.kind.closing_condition})
    if case.external_id:
        facts.append({"label": _("外部编号"), "value": case.external_id, "kind": "code"})
    return facts


@register.simple_tag
def people_of(case: Case, seen: Seen) -> list[dict[str, Any]]:
    people = [{"duty": _("上报"), "name": seen.reporter}]
    if case.unit:
        people.append({"duty": _("责任单位"), "name": str(case.unit)})
    if case.handed_back_by:
        people.append({"duty": _("曾退回"), "name": str(case.handed_back_by)})
    if seen.verifier:
        people.append({"duty": _("核查"), "name": seen.verifier})
    return people


@register.simple_tag
def clock_of(case: Case, seen: Seen, at: datetime) -> dict[str, Any]:
    """The deadline in words: how much is left, or how late, and how it was reckoned."""
    assert case.due_at is not None  # the page asks only where there is one
    steps = case.due_steps or {}
    clock: dict[str, Any] = {
        "due_at": case.due_at,
        "steps": [{"text": text} for text in seen.clock_steps],
        "provisional": _("途经的年份还没有放假安排，期限暂定；新安排只会推后，不会提前。") if steps.get("provisional") else "",
    }
    if case.kind:
        limit = case.kind.limit(rework=case.rounds > 1)
        clock["limit"] = f"{limit.value} {case.kind.get_limit_unit_display()}" if limit.value else str(case.kind.get_limit_unit_display())
    if case.state in WITH_UNIT:
        late = case.due_at < at
        span = span_words(abs(case.due_at - at))
        clock["remaining"] = (_("已超期 %(span)s") if late else _("还剩 %(span)s")) % {"span": span}
        clock["tone"] = "danger" if late else "warn" if (case.due_at - at).total_seconds() < 8 * 3600 else "busy"
    elif case.state in {State.FIXED, State.VERIFIED}:
        clock["paused"] = _("已上报整改，等待核查，责任单位的时限停止计算。")
    return clock


@register.simple_tag
def timeline(history: Sequence[Happened], reader: Person) -> list[dict[str, Any]]:
    return [
        {
            "sentence": one.label,
            "who": one.who,
            "when": one.entry.at,
            "icon": ICONS.get(one.entry.verb.partition(".")[2], ""),
            "tone": _tone(one),
            "said": [{"label": label, "text": text} for label, text in one.said],
            "facts": [{"label": label, "value": value} for label, value in one.facts],
            "photos": [_photo(photo.evidence, reader, photo.get_stage_display()) for photo in one.photos],
        }
        for one in history
    ]


def _tone(one: Happened) -> str:
    bad = {Moves.hand_back.name, Moves.send_back.name, Moves.relapse.name}
    good = {Moves.verify.name, Moves.close.name, Moves.look_back.name, Moves.settle.name}
    return "danger" if one.entry.verb in bad else "ok" if one.entry.verb in good else "neutral"


@register.simple_tag
def photo_pairs(photos: Iterable[CasePhoto], reader: Person) -> dict[str, Any]:
    """Before and after side by side, a pair for each round; the photos of visits apart."""
    before = [photo for photo in photos if photo.stage == CasePhoto.Stage.BEFORE]
    after = [photo for photo in photos if photo.stage == CasePhoto.Stage.AFTER]
    others = [photo for photo in photos if photo.stage not in {CasePhoto.Stage.BEFORE, CasePhoto.Stage.AFTER}]
    pairs = []
    for number in range(max(len(before), len(after))):
        pair: dict[str, Any] = {
            side: _photo(rows[number].evidence, reader, rows[number].get_stage_display()) if number < len(rows) else None
            for side, rows in (("before", before), ("after", after))
        }
        if len(after) > 1 and number < len(after):
            pair["title"] = _("第 %(round)d 轮") % {"round": after[number].round}
        pairs.append(pair)
    return {"pairs": pairs, "others": [_photo(one.evidence, reader, one.get_stage_display()) for one in others]}


def _photo(evidence: Evidence, reader: Person, caption: str) -> dict[str, Any]:
    ready = evidence.state == Evidence.State.DERIVED
    return {
        "thumb": address(evidence, "thumb", for_=reader),
        "full": address(evidence, "display", for_=reader),
        "alt": caption,
        "caption": caption,
        "state": "ready" if ready else "waiting",
        "width": evidence.width,
        "height": evidence.height,
    }


@register.simple_tag
def position_text(case: Case) -> str:
    return f"{case.longitude:.6f},{case.latitude:.6f}"


@register.simple_tag
def district_of(case: Case) -> str:
    return case.division.code[:6]
