"""导入案件: a table of complaints becomes cases, through the same operations as everything else.

`plan` reads and checks every row and writes nothing; `load_cases` then places the rows in batches, each row
behind a savepoint of its own.  What the source marked as a duplicate comes last, reported and merged at once.
Doing it again, after a crash or with the same file, finds what is there already and goes on from there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from civicloop.cases import operations
from civicloop.cases.loading_rows import Ready, Rows, Status, folded
from civicloop.cases.models import Case
from civicloop.cases.workflow import State
from civicloop.kernel.actors import IMPORTER, Actor
from civicloop.kernel.clock import current_calendar, office_due
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import BadMap, Map, Problem, Report, Sheet
from civicloop.people.models import Person, Role

Progress = Callable[[int, int], None]
Outcome = Case | str  # the case, or why there is none
BATCH = 200
DUPLICATE_WITHIN = timedelta(days=92)  # whoever complains again a season later complains of something new
_ASKED_AT_ONCE = 5000


@dataclass(slots=True)
class CasesLoaded(Report):
    """What became of each row.

    placed = merged + ended + open.  skipped = already + repeated.
    ended      lived through elsewhere, with its closing date; `late` of them after the date due by its kind
    unlinked   marked as duplicates by the source, with nothing to be a duplicate of: cases of their own
    """

    ended: int = 0
    open: int = 0
    merged: int = 0
    merged_other_kind: int = 0
    unlinked: int = 0
    late: int = 0
    already: int = 0
    repeated: int = 0

    def to_json(self) -> dict[str, Any]:
        names = ("ended", "open", "merged", "merged_other_kind", "unlinked", "late", "already", "repeated")
        return Report.to_json(self) | {name: getattr(self, name) for name in names}


def silent(done: int, total: int) -> None:
    """The progress of those who do not watch."""


def load_cases(
    sheet: Sheet,
    mapping: Map,
    *,
    by: Actor,
    system: str = "",
    progress: Progress = silent,
    dry_run: bool = False,
    longest: int | None = None,
) -> CasesLoaded:
    """Bring a table of complaints in.

    by       a dispatcher, who places rows where the posts reach, or the importer, who places them anywhere
    system   name of the system that the rows come from, where neither map nor row says it
    dry_run  say what would happen, change nothing
    longest  refuse tables of more rows
    progress is told (rows placed, rows to place) after each batch.
    Raises Refused (BadMap, Unreadable) where nothing can be done at all.  Each batch commits by itself.
    """
    plan = _Plan(sheet, mapping, by, system, longest)
    if dry_run:
        plan.foretell()
    else:
        _Placing(plan, by, progress).run()
    plan.report.problems.sort(key=lambda problem: problem.row)
    plan.report.warnings.sort(key=lambda problem: problem.row)
    plan.report.unplaced.sort(key=lambda row: row.number)
    return plan.report


@dataclass(slots=True)
class _Original:
    """A case that another row may be a duplicate of: here already, or about to be placed."""

    kind_id: int | None
    reported_at: datetime
    external_id: str
    ready: Ready | None = None
    pk: int | None = None


class _Plan:
    """Every row checked, nothing written: `originals` and `duplicates` are ready to be placed."""

    def __init__(self, sheet: Sheet, mapping: Map, by: Actor, system: str, longest: int | None) -> None:
        self.report = CasesLoaded()
        self.by = by
        self.original_of: dict[int, tuple[_Original, bool]] = {}  # row number → original, of the same kind?
        with sheet:
            if wrong := mapping.column_errors(sheet.header):
                raise BadMap(wrong)
            rows = Rows(mapping.fitted(sheet.header), system, epoch_1904=sheet.epoch_1904)
            ready = self._read(sheet, rows, longest)
        self.report.notes += sheet.notes
        ready = self._new_ones(ready)
        self.originals = [one for one in ready if one.status != Status.DUPLICATE]
        self.duplicates = [one for one in ready if one.status == Status.DUPLICATE]
        self._link()

    def _read(self, sheet: Sheet, rows: Rows, longest: int | None) -> list[Ready]:
        ready: list[Ready] = []
        first: dict[tuple[str, str], Ready] = {}
        for row in sheet.rows:
            if longest is not None and self.report.read + len(ready) >= longest:
                raise Refused(
                    _(
                        "网页上一次最多导入 %(longest)d 行，这份表超过了。"
                        "请拆成几份，或请管理员用命令 civicloop load cases 导入。"
                    )
                    % {"longest": longest}
                )
            one = rows.read(row)
            if isinstance(one, list):
                self.report.leave(row, one)
            elif (before := first.get(one.key)) is not None:
                self._repeated(one, before)
            elif not self._covers(one):
                self.report.leave(
                    row, _("“%(place)s”或它的条线不在您的管辖范围") % {"place": one.place.division}
                )
            else:
                first[one.key] = one
                ready.append(one)
        return ready

    def _covers(self, one: Ready) -> bool:
        """May the person who loads dispatch cases of this place and line?"""
        if not isinstance(self.by, Person):
            return True
        line = one.kind.line_id if one.kind else None
        return any(
            standing.role == Role.DISPATCHER and standing.reaches(one.place.division.path, line)
            for standing in self.by.standings
        )

    def _repeated(self, one: Ready, before: Ready) -> None:
        shown: dict[str, Any] = {"number": before.row.number}
        if differing := before.differs_from(one):
            shown["where"] = _("；").join(differing)
            self.report.leave(
                one.row, _("编号与第 %(number)d 行相同，内容却不同，以前一行为准，请核对：%(where)s") % shown
            )
        else:
            self.report.repeated += 1
            self.report.skip(one.row, _("与第 %(number)d 行完全相同") % shown)

    def _new_ones(self, ready: list[Ready]) -> list[Ready]:
        """Without those that an earlier load has brought."""
        there: dict[tuple[str, str], str] = {}
        by_system: defaultdict[str, list[str]] = defaultdict(list)
        for one in ready:
            by_system[one.external_system].append(one.external_id)
        for system, ids in by_system.items():
            for some in _chunks(ids, _ASKED_AT_ONCE):
                found = Case.objects.filter(external_system=system, external_id__in=some)
                there |= {(system, id_): state for id_, state in found.values_list("external_id", "state")}
        for one in ready:
            if one.key in there:
                skip_known(self.report, one, there[one.key])
        return [one for one in ready if one.key not in there]

    def _link(self) -> None:
        """Find for each duplicate what it is a duplicate of."""
        if not self.duplicates:
            return
        originals: defaultdict[tuple[str, str], list[_Original]] = defaultdict(list)
        for one in self.originals:
            here = _Original(one.kind_id, one.reported_at, one.external_id, ready=one)
            originals[one.external_system, folded(one.address)].append(here)
        for system, address, known in self._earlier():
            originals[system, folded(address)].append(known)
        for one in self.duplicates:
            place = folded(one.address)
            found = _original_of(one, originals[one.external_system, place]) if place else None
            if found is not None:
                self.original_of[one.row.number] = found

    def _earlier(self) -> Iterator[tuple[str, str, _Original]]:
        """Cases that earlier loads brought from the same systems, around the time of the duplicates."""
        days = [one.reported_at for one in self.duplicates]
        rows = Case.objects.filter(
            external_system__in={one.external_system for one in self.duplicates},
            reported_at__range=(min(days) - DUPLICATE_WITHIN, max(days) + DUPLICATE_WITHIN),
        ).exclude(state__in=[State.MERGED, State.DECLINED])
        if isinstance(self.by, Person):
            rows = rows.seen_by(self.by)
        names = ("external_system", "address", "kind_id", "reported_at", "external_id", "pk")
        for system, address, kind, at, external_id, pk in rows.values_list(*names):
            yield system, address, _Original(kind, at, external_id, pk=pk)

    def foretell(self) -> None:
        """Count what `_Placing` would do."""
        calendar = current_calendar()
        for one in [*self.originals, *self.duplicates]:
            self.report.place(one.row)
            if one.row.number in self.original_of:
                self.count_merged(one)
                continue
            self.count_case(one)
            if one.ends and one.kind:
                due = office_due(one.reported_at, one.kind.limit(), calendar=calendar)
                self.report.late += due.at is not None and one.ends > due.at

    def count_merged(self, one: Ready) -> None:
        self.report.merged += 1
        self.report.merged_other_kind += not self.original_of[one.row.number][1]
        self._warn(one)

    def count_case(self, one: Ready) -> None:
        """The row became a case that is open, or that ended elsewhere."""
        if one.status == Status.DUPLICATE:
            self.report.unlinked += 1
            self.report.warnings.append(
                Problem(
                    one.row.number,
                    None,
                    _("原系统标为重复，但同一来源三个月内没有同一地址的另一件，按普通案件登记"),
                )
            )
        if one.ends:
            self.report.ended += 1
        else:
            self.report.open += 1
        self._warn(one)

    def _warn(self, one: Ready) -> None:
        self.report.warnings += [Problem(one.row.number, None, odd) for odd in one.odd]


def _original_of(one: Ready, among: Sequence[_Original]) -> tuple[_Original, bool] | None:
    """The likeliest original: of the same kind first, then reported before, then nearest in time."""
    kind = one.kind_id

    def likeness(other: _Original) -> tuple[bool, bool, timedelta]:
        away = other.reported_at - one.reported_at
        return other.kind_id != kind, away > timedelta(0), abs(away)

    near = [other for other in among if abs(other.reported_at - one.reported_at) <= DUPLICATE_WITHIN]
    best = min(near, key=likeness, default=None)
    return None if best is None else (best, best.kind_id == kind)


def skip_known(report: CasesLoaded, one: Ready, state: str) -> None:
    """The row was brought by an earlier load; what the sheet knows better is said, not lost."""
    report.already += 1
    why = _("这个编号已在系统中")
    if one.ends and state == State.REPORTED:
        why = _("这个编号已在系统中、尚未办结，表里写的是已办结，请到案件里处理")
    report.skip(one.row, why)


class _Placing:
    """The rows of a plan become cases."""

    def __init__(self, plan: _Plan, by: Actor, progress: Progress) -> None:
        self.plan, self.report, self._progress = plan, plan.report, progress
        self._for = by.actor_key if isinstance(by, Person) else ""
        self._machine = IMPORTER if isinstance(by, Person) else by

    def run(self) -> None:
        done, total = 0, len(self.plan.originals) + len(self.plan.duplicates)
        self._progress(0, total)
        for batch in [*_chunks(self.plan.originals, BATCH), *_chunks(self.plan.duplicates, BATCH)]:
            for one, outcome in self._batch(batch):  # counted only now that they are there for good
                self._count(one, outcome)
            done += len(batch)
            self._progress(done, total)

    def _batch(self, batch: Sequence[Ready]) -> list[tuple[Ready, Outcome]]:
        """Place these rows in one transaction; each is alone behind its savepoint."""
        try:
            with transaction.atomic():
                outcomes = [(one, self._tried(one, self._reported)) for one in batch]
                self._end_many(outcomes)
        except (Refused, DatabaseError):  # one of many could not end: each by itself, to find out which
            with transaction.atomic():
                outcomes = [(one, self._tried(one, self._reported_and_ended)) for one in batch]
        for one, outcome in outcomes:
            one.case_id = outcome.pk if isinstance(outcome, Case) else None
        return outcomes

    def _tried(self, one: Ready, placing: Callable[[Ready], Case]) -> Outcome:
        is_one_operation = placing == self._reported and one.row.number not in self.plan.original_of
        try:
            with (
                nullcontext() if is_one_operation else transaction.atomic()
            ):  # an operation is all or nothing
                return placing(one)
        except Refused as no:
            return str(no)
        except DatabaseError as broken:
            return _("写入数据库时出错（%(why)s）") % {"why": type(broken).__name__}

    def _reported(self, one: Ready) -> Case:
        """The case, and for a duplicate also its merging."""
        case = operations.report(
            by=self._machine,
            on_behalf_of=self._for,
            text=one.text,
            division=one.place.division,
            longitude=one.place.longitude,
            latitude=one.place.latitude,
            kind=one.kind,
            address=one.address,
            source=one.source,
            contact=one.contact,
            reported_at=one.reported_at,
            external_system=one.external_system,
            external_id=one.external_id,
        )
        original = self._original(one)
        if original is None:
            return case
        return operations.merge(
            case,
            into=original,
            by=self._machine,
            on_behalf_of=self._for,
            reason=_("原系统标为重复，与原编号 %(id)s 同一地址。") % {"id": original.external_id},
            ended_at=one.ended_at,
        )

    def _reported_and_ended(self, one: Ready) -> Case:
        case = self._reported(one)
        if one.ends and case.state == State.REPORTED:
            return operations.note_elsewhere(
                case, ended_at=one.ends, by=self._machine, on_behalf_of=self._for
            )
        return case

    def _end_many(self, outcomes: list[tuple[Ready, Outcome]]) -> None:
        """Let all that ended elsewhere end in a handful of statements; changes the outcomes."""
        ended = {
            case.pk: one.ends
            for one, case in outcomes
            if isinstance(case, Case) and one.ends and case.state == State.REPORTED
        }
        cases = operations.note_many_elsewhere(ended, by=self._machine, on_behalf_of=self._for)
        for at, (one, case) in enumerate(outcomes):
            if isinstance(case, Case) and case.pk in cases:
                outcomes[at] = one, cases[case.pk]

    def _original(self, one: Ready) -> Case | None:
        known, _same = self.plan.original_of.get(one.row.number, (None, False))
        if known is None:
            return None
        pk = known.pk or (known.ready and known.ready.case_id)
        case = Case.objects.filter(pk=pk).first() if pk else None
        if case is None:
            del self.plan.original_of[one.row.number]  # its own row could not be placed
        return case

    def _count(self, one: Ready, outcome: Outcome) -> None:
        if isinstance(outcome, str):
            there = Case.objects.filter(
                external_system=one.external_system, external_id=one.external_id
            ).first()
            if there is not None:  # somebody else loaded the same file at the same time
                one.case_id = there.pk
                skip_known(self.report, one, there.state)
            else:
                self.report.leave(one.row, outcome)
            return
        self.report.place(one.row)
        if outcome.merged_into_id is not None:
            self.plan.count_merged(one)
        else:
            self.plan.count_case(one)
            self.report.late += outcome.late_rounds


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
