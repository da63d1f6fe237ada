"""载入区划: the list of divisions into the tree, in one transaction.

What is here already stays as it is; a changed name is a rename and is told in the trail; nothing is removed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.divisions import verbs
from civicloop.divisions.listing import Listed, listed, rows_of
from civicloop.divisions.models import LABEL, Division, Level
from civicloop.divisions.rights import LOADS_PLACES, is_within, reach_or_refuse
from civicloop.kernel.actors import Actor
from civicloop.kernel.pinyin import pinyin_key
from civicloop.kernel.tables import Problem, Report, Row, Sheet
from civicloop.kernel.trail.record import record

Progress = Callable[[str, int, int], None]
_TOLD_EVERY = 2000
_LOCK = "LOCK TABLE divisions_division IN SHARE ROW EXCLUSIVE MODE"  # others read on; a second load waits


@dataclass(frozen=True, slots=True)
class Renamed:
    code: str
    before: str
    after: str


@dataclass(slots=True)
class Loaded(Report):
    """What became of each row.  `placed` rows were added or renamed; those here already were skipped."""

    added: dict[str, int] = field(default_factory=dict)
    renamed: list[Renamed] = field(default_factory=list)
    same: int = 0

    def to_json(self) -> dict[str, Any]:
        renamed = [{"code": one.code, "before": one.before, "after": one.after} for one in self.renamed]
        return Report.to_json(self) | {"added": self.added, "renamed": renamed, "same": self.same}


@dataclass(frozen=True, slots=True)
class _Known:
    pk: int
    name: str
    path: str


def silent(words: str, done: int, total: int) -> None:
    """The progress of those who do not watch."""


def load_divisions(
    table: Sheet | Iterable[Row],
    *,
    by: Actor,
    source: str,
    progress: Progress = silent,
    dry_run: bool = False,
    only: str = "",
) -> Loaded:
    """Bring a list of divisions in.

    table    a sheet with the columns code, name, parent, level in any order and by any usual name, or rows
             whose cells are named so
    only     a code: keep what lies in it or around it; rows without a sound code are reported all the same
    dry_run  say what would happen, change nothing
    Every row that cannot be placed is in the report; a person places rows only where they are system
    administrator.  Raises Refused (nothing has changed then).
    """
    reached = reach_or_refuse(
        by, LOADS_PLACES, gettext_lazy("载入区划由系统管理员办理，您的岗位没有这项职责。")
    )
    rows = rows_of(table)
    with transaction.atomic():
        if not dry_run:
            with connection.cursor() as cursor:
                cursor.execute(_LOCK)
        plan = _Plan(rows, reached, only, progress)
        report = plan.report
        if not dry_run and (plan.new or plan.renames):
            top = _write(plan, source, progress)
            for one in report.renamed:
                about = Division(pk=plan.known[one.code].pk)
                record(
                    verbs.rename,
                    about=about,
                    by=by,
                    facts={"code": one.code, "before": one.before, "after": one.after},
                )
            record(
                verbs.load,
                about=top,
                by=by,
                facts={
                    "read": report.read,
                    "added": report.added,
                    "renamed": len(report.renamed),
                    "same": report.same,
                    "left": len(report.unplaced),
                },
                said={"source": source},
            )
    progress(_("完成"), len(rows), len(rows))
    return report


class _Plan:
    """What a list would do to the tree: new divisions from the top down, renames, and what is left out."""

    def __init__(
        self, rows: Sequence[Row], reached: tuple[str, ...] | None, only: str, progress: Progress
    ) -> None:
        self.report = Loaded()
        self.new: list[tuple[Listed, str]] = []  # with its path
        self.renames: list[Listed] = []
        self._reached = reached
        chosen = self._chosen(rows, only, progress)
        self.known = _known({one.code for one in chosen} | {one.parent for one in chosen})
        self._paths: dict[str, str] = {code: one.path for code, one in self.known.items()}
        self._taken = _taken(self._path(one) for one in chosen if one.code not in self.known)
        first_seen: dict[str, Listed] = {}
        for one in sorted(chosen, key=lambda one: (len(one.code), one.code, one.row.number)):
            before = first_seen.setdefault(one.code, one)
            if before is one:
                self._place(one)
            else:
                self._repeated(one, before)
        self.report.problems.sort(key=lambda problem: problem.row)
        self.report.unplaced.sort(key=lambda row: row.number)
        self.report.added = dict(
            Counter(str(one.level) for one, _path in sorted(self.new, key=lambda pair: len(pair[1])))
        )

    def _chosen(self, rows: Sequence[Row], only: str, progress: Progress) -> list[Listed]:
        chosen = []
        for done, row in enumerate(rows):
            if done % _TOLD_EVERY == 0:
                progress(_("检查"), done, len(rows))
            one = listed(row)
            if isinstance(one, list):
                self.report.leave(row, one)
            elif one.code.startswith(only) or only.startswith(one.code):
                chosen.append(one)
        return chosen

    def _path(self, one: Listed) -> str:
        """The parent's path and the digits that this level adds; known before the parent is placed."""
        steps = [one.code[i:j] for i, j in ((0, 2), (2, 4), (4, 6), (6, 9), (9, 12)) if j <= len(one.code)]
        above = self._paths.get(one.parent)
        if above is None:
            return "".join(step.rjust(LABEL, "0") for step in steps)
        return above + steps[-1].rjust(LABEL, "0")

    def _place(self, one: Listed) -> None:
        report, there = self.report, self.known.get(one.code)
        if there is not None and there.name == one.name:
            report.read += 1
            report.skipped += 1
            report.same += 1
            return
        if there is None and one.parent and one.parent not in self._paths:
            report.leave(
                one.row,
                [
                    Problem(
                        one.row.number,
                        "parent",
                        _("上级“%(parent)s”既不在表里，也不在系统里") % {"parent": one.parent},
                    )
                ],
            )
            return
        path = there.path if there else self._path(one)
        if not is_within(path, self._reached):
            report.leave(one.row, _("“%(name)s”不在您管理的区划之内") % {"name": one.name})
            return
        if there is not None:
            self.renames.append(one)
            report.renamed.append(Renamed(one.code, there.name, one.name))
        elif path in self._taken:
            report.leave(
                one.row, _("“%(code)s”在树上的位置已被别的区划占用，请联系管理员") % {"code": one.code}
            )
            return
        else:
            self._paths[one.code] = path
            self.new.append((one, path))
        report.place(one.row)

    def _repeated(self, one: Listed, before: Listed) -> None:
        shown = {"number": before.row.number, "name": before.name}
        if one.name == before.name:
            self.report.skip(one.row, _("与第 %(number)d 行重复") % shown)
        else:
            self.report.leave(
                one.row,
                [
                    Problem(
                        one.row.number,
                        "code",
                        _("代码与第 %(number)d 行相同，那一行叫“%(name)s”；请核对哪个名称是对的") % shown,
                    )
                ],
            )


def _known(codes: set[str]) -> dict[str, _Known]:
    """Those of the codes that are here already."""
    rows = Division.objects.raw(
        "SELECT id, code, name, path FROM divisions_division WHERE code = ANY(%s)", [sorted(codes)]
    )
    return {row.code: _Known(row.pk, row.name, row.path) for row in rows}


def _taken(paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that another division has."""
    rows = Division.objects.raw(
        "SELECT id, path FROM divisions_division WHERE path = ANY(%s)", [sorted(set(paths))]
    )
    return frozenset(row.path for row in rows)


def _write(plan: _Plan, source: str, progress: Progress) -> Division:
    """Insert and rename; returns the topmost division touched."""
    ids = {code: one.pk for code, one in plan.known.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('divisions_division', 'id')) FROM generate_series(1, %s)",
            [len(plan.new)],
        )
        fresh = [row[0] for row in cursor.fetchall()]
        ids |= {one.code: pk for (one, _path), pk in zip(plan.new, fresh, strict=True)}
        with cursor.copy(
            "COPY divisions_division (id, code, name, level, parent_id, path, sort_key, source) FROM STDIN"
        ) as copy:
            for done, (one, path) in enumerate(plan.new):
                if done % _TOLD_EVERY == 0:
                    progress(_("写入"), done, len(plan.new))
                parent = ids[one.parent] if one.parent else None
                copy.write_row(
                    (
                        ids[one.code],
                        one.code,
                        one.name,
                        str(one.level),
                        parent,
                        path,
                        pinyin_key(one.name),
                        source[:120],
                    )
                )
        cursor.executemany(
            "UPDATE divisions_division SET name = %s, sort_key = %s, source = %s WHERE id = %s",
            [(one.name, pinyin_key(one.name), source[:120], ids[one.code]) for one in plan.renames],
        )
    touched = [(path, ids[one.code]) for one, path in plan.new]
    touched += [(plan.known[one.code].path, ids[one.code]) for one in plan.renames]
    return Division(pk=min(touched)[1])


def levels(added: dict[str, int]) -> list[tuple[str, int]]:
    """The counts of a report by level, in words, from the top down."""
    return [(str(level.label), added[level]) for level in Level if added.get(level)]
