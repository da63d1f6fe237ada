"""What the pages of cases show, in the shapes that the parts take (docs/looks.md)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from civicloop.cases.models import Case, CasePhoto
from civicloop.cases.seen import Happened, Seen
from civicloop.cases.workflow import TONES, WITH_UNIT, Moves, State
from civicloop.divisions.models import Level
from civicloop.divisions.outlines import bounds
from civicloop.kernel.evidence.addresses import address
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.templatetags.looks import moment, span_words
from civicloop.people.models import Person

register = template.Library()

SOON = timedelta(hours=8)  # a due date nearer than this is shown as pressing

ICONS = {
    "report": "flag", "file": "check", "decline": "ban", "merge": "link", "dispatch": "send", "sign": "check",
    "hand_back": "hand-back", "report_fixed": "camera", "verify": "user-check", "send_back": "refresh",
    "close": "lock", "look_back": "eye", "relapse": "alert", "settle": "check-circle", "open_contact": "eye",
}  # fmt: skip
_PATH = (
    State.REPORTED, State.FILED, State.DISPATCHED, State.SIGNED, State.FIXED, State.VERIFIED, State.CLOSED,
    State.LOOKED_BACK, State.SETTLED,
)  # fmt: skip


@register.simple_tag
def case_row(case: Case, at: datetime) -> dict[str, Any]:
    """What a row of a list says besides the case's own columns."""
    parent = case.division.parent
    is_low = case.division.level in {Level.STREET, Level.COMMUNITY} and parent
    due = case.due_at if case.state in WITH_UNIT else None
    place = f"{parent} {case.division}" if is_low else str(case.division)
    # Addresses often begin with the name of their community; once is enough.
    where = (
        f"{parent if is_low else ''} {case.address}"
        if case.address.startswith(str(case.division))
        else f"{place} {case.address}"
    )
    return {
        "overdue": case.is_overdue(at),
        "due": due,
        "left": _left(due, at) if due else "",
        "due_tone": _due_tone(due, at) if due else "",
        "tone": TONES[State(case.state)],
        "label": State(case.state).label,
        "place": place,
        "where": where.strip(),
    }


@register.simple_tag
def waits_since(case: Case) -> datetime:
    """When it came to those whose turn it is now, as far as the row tells."""
    stages = {
        State.FIXED: case.fixed_at,
        State.VERIFIED: case.fixed_at,
        State.CLOSED: case.closed_at,
        State.LOOKED_BACK: case.closed_at,
    }
    return stages.get(State(case.state)) or case.reported_at


def _left(due: datetime, at: datetime) -> str:
    """How much time is left, or how late it is, in words."""
    return (_("已超期 %(span)s") if due < at else _("还剩 %(span)s")) % {"span": span_words(abs(due - at))}


def _due_tone(due: datetime, at: datetime) -> str:
    return "danger" if due < at else "warn" if due - at < SOON else "busy"


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
def steps_of(case: Case, history: Sequence[Happened]) -> list[dict[str, Any]]:
    """The loop as steps with the days on which they were last made; a case that left the loop shows where."""
    days: dict[str, Any] = {}
    for one in history:  # the newest first
        days.setdefault(one.entry.verb, timezone.localdate(one.entry.at))
    if case.state not in _PATH:
        verb = {State.DECLINED: Moves.decline, State.MERGED: Moves.merge}.get(
            State(case.state), Moves.note_elsewhere
        )
        return [
            {"label": _("上报"), "state": "done", "when": days.get(Moves.report.name)},
            {"label": State(case.state).label, "state": "done", "when": days.get(verb.name)},
        ]
    here = _PATH.index(State(case.state))
    return [
        {
            "label": name,
            "state": "done" if number <= here else "current" if number == here + 1 else "next",
            "when": days.get(verb) if number <= here else None,
            "note": _("第 %(n)d 轮") % {"n": case.rounds} if number == _FIXING and case.rounds > 1 else "",
        }
        for number, (name, verb) in enumerate(_steps())
    ]


_FIXING = 4


def _steps() -> list[tuple[str, str]]:
    return [
        (_("上报"), Moves.report.name),
        (_("立案"), Moves.file.name),
        (_("派遣"), Moves.dispatch.name),
        (_("签收"), Moves.sign.name),
        (_("整改"), Moves.report_fixed.name),
        (_("核查"), Moves.verify.name),
        (_("结案"), Moves.close.name),
        (_("回头看"), Moves.look_back.name),
        (_("销号"), Moves.settle.name),
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
        *([{"label": _("地址"), "value": case.address}] if case.address else []),
        {"label": _("来源"), "value": case.get_source_display()},
    ]
    if case.kind:
        facts.append({"label": _("条线"), "value": case.kind.line_title})
    if case.state == State.CLOSED and case.look_back_on:
        facts.append({"label": _("回头看日期"), "value": moment(case.look_back_on)})
    if case.site:
        facts.append(
            {"label": _("点位"), "value": case.site, "href": reverse("divisions:site", args=[case.site.code])}
        )
    if case.kind and case.kind.closing_condition:
        facts.append({"label": _("结案条件"), "value": case.kind.closing_condition})
    if case.external_id:
        facts.append({"label": _("外部编号"), "value": case.external_id, "kind": "code"})
    return facts


@register.simple_tag
def people_of(case: Case, seen: Seen) -> list[dict[str, Any]]:
    people = [{"duty": pgettext("who", "上报"), "name": seen.reporter}]
    if case.unit:
        people.append({"duty": _("责任单位"), "name": str(case.unit)})
    if case.handed_back_by:
        people.append({"duty": _("曾退回"), "name": str(case.handed_back_by)})
    if seen.verifier:
        people.append({"duty": pgettext("who", "核查"), "name": seen.verifier})
    return people


@register.simple_tag
def clock_of(case: Case, seen: Seen, at: datetime) -> dict[str, Any]:
    """The deadline in words: how much is left, or how late, and how it was reckoned."""
    assert case.due_at is not None  # the page asks only where there is one
    steps = case.due_steps or {}
    clock: dict[str, Any] = {
        "due_at": case.due_at,
        "steps": [{"text": text} for text in seen.clock_steps],
        "provisional": _("途经的年份还没有放假安排，期限暂定；新安排只会推后，不会提前。")
        if steps.get("provisional")
        else "",
    }
    if case.kind:
        clock["limit"] = case.kind.rework_words if case.rounds > 1 else case.kind.limit_words
    if case.state in WITH_UNIT:
        clock["remaining"] = _left(case.due_at, at)
        clock["tone"] = _due_tone(case.due_at, at)
    elif case.state == State.FIXED:
        clock["paused"] = _("已上报整改，等待核查，责任单位的时限停止计算。")
    elif case.state == State.VERIFIED:
        clock["paused"] = _("核查已通过，责任单位的时限停止计算。")
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
            "photos": [_photo(photo, reader, "", named=True) for photo in one.photos],
        }
        for one in history
    ]


def _tone(one: Happened) -> str:
    bad = {Moves.hand_back.name, Moves.send_back.name, Moves.relapse.name}
    good = {Moves.verify.name, Moves.close.name, Moves.look_back.name, Moves.settle.name}
    return "danger" if one.entry.verb in bad else "ok" if one.entry.verb in good else "neutral"


@register.simple_tag
def photo_pairs(
    photos: Iterable[CasePhoto], history: Sequence[Happened], reader: Person, alt: str = ""
) -> dict[str, Any]:
    """Before and after side by side, for each round of putting right; all other photos of visits apart.

    What a later round had to put right is what the visit before it saw.  A fix without a photo shows why.
    """
    rows = list(photos)
    fixes = [one for one in reversed(history) if one.entry.verb == Moves.report_fixed.name]
    used: set[int] = set()
    pairs = []
    for fix in fixes:
        number = fix.entry.facts.get("rounds", 1)
        before = [one for one in rows if _starts(one, number)]
        used |= {one.pk for one in [*before, *fix.photos]}
        said = getattr(fix.entry, "said", None)
        why = (said.words or {}).get("no_photo_because", "") if said else ""
        pairs += [
            {
                "title": _("第 %(round)d 轮") % {"round": number} if len(fixes) > 1 and not place else "",
                "before": _photo(one[0], reader, alt)
                if one[0]
                else {"state": "absent", "why": _("没有整改前照片")},
                "after": _photo(one[1], reader, alt) if one[1] else {"state": "absent", "why": why},
            }
            for place, one in enumerate(zip_longest(before, fix.photos))
            if any(one)
        ]
    return {
        "pairs": pairs,
        "others": [_photo(one, reader, alt, named=True) for one in rows if one.pk not in used],
    }


@register.simple_tag
def photo_strip(photos: Iterable[CasePhoto], reader: Person, alt: str = "") -> list[dict[str, Any]]:
    """All photos of a case in a row, for whoever is about to decide."""
    return [_photo(one, reader, alt, named=True) for one in photos]


def _starts(photo: CasePhoto, number: int) -> bool:
    """Does the photo show what round `number` had to put right?"""
    if photo.stage == CasePhoto.Stage.BEFORE:
        return number == 1
    return photo.stage in {CasePhoto.Stage.VERIFY, CasePhoto.Stage.LOOK_BACK} and photo.round == number - 1


def _photo(photo: CasePhoto, reader: Person, alt: str, *, named: bool = False) -> dict[str, Any]:
    evidence = photo.evidence
    stage = photo.get_stage_display()
    return {
        "thumb": address(evidence, "thumb", for_=reader),
        "full": address(evidence, "display", for_=reader),
        "alt": f"{stage} {alt}".strip(),
        "caption": stage if named else "",
        "when": evidence.taken_at or evidence.received_at,
        "state": "ready" if evidence.state == Evidence.State.DERIVED else "waiting",
    }


@register.simple_tag
def position_text(case: Case) -> str:
    return f"{case.longitude:.6f},{case.latitude:.6f}"


@register.simple_tag
def district_of(case: Case) -> dict[str, str]:
    """The code of the district and its edges on a map, where it has an outline."""
    code = case.division.code[:6]
    return {"code": code, "bounds": bounds(code)}
