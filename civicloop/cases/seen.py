"""What of a case a reader sees.  Pages, API, exports and documents render only this.

The handling unit does not learn who reported, who verified or who looked back: units see what, never who.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto, Contact
from civicloop.cases.rights import moves_for
from civicloop.cases.workflow import OFFICE, Moves
from civicloop.kernel.actors import names_of
from civicloop.kernel.clock.office import explain_steps
from civicloop.kernel.templatetags.looks import moment
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.record import history
from civicloop.kernel.trail.verbs import label_of
from civicloop.kernel.workflow import Move
from civicloop.people.models import Person, Role, Unit
from civicloop.standards.models import ProblemKind

# Verbs of people whom the handling unit may not know.
_UNNAMED = {
    Moves.report.name,
    Moves.verify.name,
    Moves.send_back.name,
    Moves.look_back.name,
    Moves.relapse.name,
}
# Steps inside the office that are nobody else's business.
_INTERNAL = {"cases.open_contact"}


@dataclass(frozen=True)
class Happened:
    """One line of the history, in the words of a reader."""

    entry: Entry
    label: str
    who: str
    said: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    photos: Sequence[CasePhoto]


@dataclass(frozen=True)
class Seen:
    """A case as one person may see it."""

    case: Case
    reporter: str
    verifier: str
    has_contact: bool
    moves: Sequence[Move]
    clock_steps: Sequence[str]
    knows_people: bool


def knows_people(person: Person, case: Case) -> bool:
    """Office, inspectors and leaders of the place know who did what; the handling unit does not."""
    line = case.kind.line_id if case.kind else None
    return case.unit_id not in person.own_unit_ids and any(
        one.role in {Role.DISPATCHER, Role.INSPECTOR, Role.LEADER} and one.reaches(case.place_path, line)
        for one in person.standings
    )


def as_seen_by(case: Case, person: Person) -> Seen:
    """The case with exactly those parts that this person may see."""
    known = knows_people(person, case)
    line = case.kind.line_id if case.kind else None
    office = any(one.role in OFFICE and one.reaches(case.place_path, line) for one in person.standings)
    return Seen(
        case=case,
        reporter=_name(case.reporter, known, person) or _("外部来源"),
        verifier=_name(case.verifier, known, person),
        has_contact=office and Contact.objects.filter(case=case).exists(),
        moves=moves_for(person, case),
        clock_steps=explain_steps(case.due_steps) if case.due_steps else (),
        knows_people=known,
    )


def _name(of: Person | None, known: bool, reader: Person) -> str:
    if of is None:
        return ""
    return of.name if known or of == reader else _("督查员")


def history_as_seen_by(case: Case, person: Person) -> list[Happened]:
    """What happened to the case, newest first, in words, without what this reader may not know."""
    known = knows_people(person, case)
    entries = [entry for entry in history(case) if known or entry.verb not in _INTERNAL]
    names = names_of(entry.by for entry in entries)
    photos = {photo.evidence_id: photo for photo in case.photos.select_related("evidence")}
    words = _Words(entries)
    lines = []
    for entry in reversed(entries):
        hidden = not known and entry.verb in _UNNAMED and entry.by != person.actor_key
        lines.append(
            Happened(
                entry=entry,
                label=label_of(entry.verb),
                who=_("督查员") if hidden else names[entry.by],
                said=_said(entry),
                facts=words.of(entry),
                photos=[photos[one] for one in entry.facts.get("photo_ids", ()) if one in photos],
            )
        )
    return lines


def _said(entry: Entry) -> list[tuple[str, str]]:
    said = getattr(entry, "said", None)
    if said is None:
        return []
    if said.words is None:
        return [(_("原话"), _("已按规定删除"))]
    labels = {"reason": _("原因"), "note": _("说明"), "no_photo_because": _("没有照片，因为")}
    return [(labels.get(name, name), text) for name, text in said.words.items()]


class _Words:
    """Facts of many entries in words, with one query for each kind of thing named."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        ids: dict[str, set[int]] = {"unit_id": set(), "kind_id": set()}
        for entry in entries:
            for name, wanted in ids.items():
                if entry.facts.get(name):
                    wanted.add(entry.facts[name])
        self._units = dict(Unit.objects.filter(pk__in=ids["unit_id"]).values_list("pk", "name"))
        self._kinds = {kind.pk: kind.title for kind in ProblemKind.objects.filter(pk__in=ids["kind_id"])}

    def of(self, entry: Entry) -> list[tuple[str, Any]]:
        facts, shown = entry.facts, []
        if entry.verb in {Moves.dispatch.name, Moves.relapse.name} and facts.get("unit_id"):
            shown.append((_("责任单位"), self._units.get(facts["unit_id"], "")))
        if entry.verb == Moves.file.name and facts.get("kind_id"):
            shown.append((_("问题类型"), self._kinds.get(facts["kind_id"], "")))
        if facts.get("due_at"):
            shown.append((_("整改期限"), moment(datetime.fromisoformat(facts["due_at"]))))
        if facts.get("look_back_on"):
            shown.append((_("回头看日期"), moment(date.fromisoformat(facts["look_back_on"]))))
        if facts.get("rounds", 0) > 1:
            shown.append((_("轮次"), str(facts["rounds"])))
        return shown
