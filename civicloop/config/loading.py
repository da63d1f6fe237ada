"""What `civicloop load …` does: the report on stdout, progress on stderr.

Exit codes: 0 everything is in, 1 some rows were left out, 2 nothing was done.
"""

import argparse
import gzip
import io
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civicloop.cases import operations
from civicloop.cases.loading import CasesLoaded, load_cases
from civicloop.cases.loading_preview import look, proposed
from civicloop.cases.loading_rows import case_fields
from civicloop.cases.models import Case
from civicloop.config.said import in_the_terminals_language
from civicloop.divisions.commands import (
    load_boundaries_command,
    load_divisions_command,
    load_sites_command,
)
from civicloop.kernel.actors import IMPORTER, INSTALLER
from civicloop.kernel.clock import notice
from civicloop.kernel.clock.operations import adopt
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Map, Sheet, read

PLACED, PARTLY, NOTHING = 0, 1, 2
LARGEST = 500 * 2**20  # bytes of a packed file, unpacked
_EVERY = 0.2  # seconds between two lines of progress on a terminal
_EVERY_LINE = 5.0  # and elsewhere
_UNREAD = {
    "wording": lambda: _("措辞认不出"),
    "date": lambda: _("日期不存在或前后颠倒"),
    "weekday": lambda: _("日期与星期不符"),
    "count": lambda: _("天数与所列日期不符"),
    "conflict": lambda: _("同一天既放假又上班"),
}


def load(asked: argparse.Namespace) -> int:
    """Bring a file in; `asked` is what the command line said."""
    with in_the_terminals_language():
        try:
            return _LOADS[asked.what](asked)
        except Refused as no:
            return _refused(str(no), as_json=asked.json)


def _divisions(asked: argparse.Namespace) -> int:
    told = _Progress()

    def progress(words: str, done: int, total: int) -> None:
        told(done, total, words)

    try:
        return load_divisions_command(
            asked.file, json=asked.json, only=asked.only, dry_run=asked.dry_run, progress=progress
        )
    finally:
        told.end()


def _boundaries(asked: argparse.Namespace) -> int:
    return load_boundaries_command(asked.file, system=asked.system, json=asked.json, dry_run=asked.dry_run)


def _sites(asked: argparse.Namespace) -> int:
    return load_sites_command(asked.file, json=asked.json)


# Cases


def _cases(asked: argparse.Namespace) -> int:
    content, name = _content(asked.file), asked.file.name.removesuffix(".gz")
    fields = case_fields()
    if asked.map is None:
        guess = json.dumps(proposed(look(content, name, longest=10**7)), ensure_ascii=False, indent=1)
        no = _("请用 --map 给出对照表（JSON）。按列名猜测的对照表如下，请核对、补全后存成文件：")
        return _refused(no, as_json=asked.json, proposal=guess)
    mapping = Map.load(_content(asked.map), fields)
    sheet = _sheet(content, name, mapping)
    header = list(sheet.header)
    told = _Progress()
    try:
        report = load_cases(
            sheet,
            mapping,
            by=IMPORTER,
            dry_run=asked.dry_run,
            progress=lambda done, total: told(done, total, _("导入")),
        )
    finally:
        told.end()
    if asked.unplaced and report.unplaced:
        report.write_unplaced(asked.unplaced, header)
    sys.stdout.write((_json(report.to_json()) if asked.json else _summary(report, asked)) + "\n")
    return PARTLY if report.unplaced else PLACED


def _sheet(content: bytes, name: str, mapping: Map) -> Sheet:
    return read(
        content,
        name,
        sheet=mapping.sheet,
        header_row=mapping.header_row,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
    )


def _summary(report: CasesLoaded, asked: argparse.Namespace) -> str:
    head = _("预检，没有写入：") if asked.dry_run else ""
    lines = [
        head
        + _(
            "读到 %(read)d 行：成为案件 %(placed)d，已在系统中 %(already)d，"
            "表内重复 %(repeated)d，没有导入 %(left)d。"
        )
        % {
            "read": report.read,
            "placed": report.placed,
            "already": report.already,
            "repeated": report.repeated,
            "left": len(report.unplaced),
        },
        _(
            "其中未办结 %(open)d，原系统办结 %(ended)d（按工作日历超期 %(late)d），"
            "重复件并案 %(merged)d，找不到原件的 %(alone)d。"
        )
        % {
            "open": report.open,
            "ended": report.ended,
            "late": report.late,
            "merged": report.merged,
            "alone": report.unlinked,
        },
    ]
    if report.unplaced and asked.unplaced:
        lines.append(_("没有导入的行已写入 %(path)s。") % {"path": asked.unplaced})
    return "\n".join([*lines, *report.notes, *map(str, report.problems)])


# The calendar


def _calendar(asked: argparse.Namespace) -> int:
    content = _content(asked.file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        read_ = notice.read_notice(text, asked.year)
    except ValueError:
        return _refused(_("通知里没有写是哪一年的，请用 --year 指明。"), as_json=asked.json)
    if read_.unread or not read_.days:
        unread = [
            _("%(sentence)s（%(why)s）") % {"sentence": one.sentence, "why": _UNREAD[one.reason]()}
            for one in read_.unread
        ]
        no = _("通知没有读全，日历没有启用。请核对：") if unread else _("通知里没有读到任何放假安排。")
        return _refused(no, as_json=asked.json, unread=unread)
    with transaction.atomic():
        before = dict(Case.objects.with_unit().values_list("number", "due_at"))
        edition = adopt(
            read_.days,
            years=[read_.year],
            name=_("%(year)d年放假安排（%(file)s）") % {"year": read_.year, "file": asked.file.stem[:60]},
            source=asked.file.name,
            by=INSTALLER,
            issued_on=read_.issued_on,
        )
        operations.adopt_new_calendar()
        after = dict(Case.objects.filter(number__in=before).values_list("number", "due_at"))
        transaction.set_rollback(asked.dry_run)
    moved = {number: (before[number], at) for number, at in after.items() if at != before[number]}
    _tell_calendar(asked, edition.name, len(read_.days), len(before), moved)
    return PLACED


def _tell_calendar(
    asked: argparse.Namespace,
    name: str,
    days: int,
    reckoned: int,
    moved: dict[str, tuple[datetime | None, datetime | None]],
) -> None:
    if asked.json:
        told = {
            number: {"before": old and old.isoformat(), "after": new and new.isoformat()}
            for number, (old, new) in moved.items()
        }
        text = _json({"edition": name, "days": days, "reckoned": reckoned, "moved": told})
    else:
        head = _("预检，没有写入：") if asked.dry_run else ""
        shown = {"name": name, "days": days, "reckoned": reckoned, "moved": len(moved)}
        line = _("启用“%(name)s”，%(days)d 天；重算 %(reckoned)d 个在办案件的期限，变动 %(moved)d 个。")
        changes = [f"  {number}  {_at(old)} → {_at(new)}" for number, (old, new) in sorted(moved.items())]
        text = "\n".join([head + line % shown, *changes])
    sys.stdout.write(text + "\n")


def _at(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "—"


# What all share


_LOADS: dict[str, Callable[[argparse.Namespace], int]] = {
    "divisions": _divisions,
    "boundaries": _boundaries,
    "sites": _sites,
    "cases": _cases,
    "calendar": _calendar,
}


def _content(path: Path) -> bytes:
    """The bytes of a file, unpacked where its name ends in .gz."""
    try:
        content = path.read_bytes()
        if path.suffix != ".gz":
            return content
        with gzip.open(io.BytesIO(content)) as packed:
            content = packed.read(LARGEST + 1)
    except (OSError, EOFError) as broken:
        why = getattr(broken, "strerror", None) or str(broken)
        raise Refused(_("打不开文件“%(path)s”：%(why)s") % {"path": path, "why": why}) from broken
    if len(content) > LARGEST:
        raise Refused(_("文件“%(path)s”展开后太大。") % {"path": path})
    return content


def _refused(sentence: str, *, as_json: bool, **more: Any) -> int:
    if as_json:
        sys.stdout.write(_json({"error": sentence, **more}) + "\n")
    else:
        parts = [sentence]
        for value in more.values():
            parts += value if isinstance(value, list) else [value]
        sys.stderr.write("\n".join(parts) + "\n")
    return NOTHING


def _json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1)


class _Progress:
    """How far, and how fast: one line written over on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        self._open = False

    def __call__(self, done: int, total: int, words: str) -> None:
        at = time.monotonic()
        if done < total and at - self._told < (_EVERY if self._is_terminal else _EVERY_LINE):
            return
        self._told = at
        rate = done / max(at - self._began, 0.001)
        line = _("%(words)s %(done)d / %(total)d，每秒 %(rate)d 行") % {
            "words": words,
            "done": done,
            "total": total,
            "rate": rate,
        }
        sys.stderr.write(f"\r{line}   " if self._is_terminal else line + "\n")
        sys.stderr.flush()
        self._open = self._is_terminal

    def end(self) -> None:
        if self._open:
            sys.stderr.write("\n")
