"""导入 on a page: upload, preview, rehearsal, confirmation, and the work itself in the background."""

import hashlib
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.cases.loading import CasesLoaded, load_cases
from civicloop.cases.loading_preview import look
from civicloop.cases.loading_rows import case_fields
from civicloop.cases.models import Load
from civicloop.kernel.actors import WORKER
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.store import store
from civicloop.kernel.later import later
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tables import Map, Sheet, read
from civicloop.kernel.workflow import ANEW, Move, begin, moving
from civicloop.people.models import Person

LONGEST = 20_000  # rows on a page; the command takes more
LARGEST = 30 * 2**20  # bytes
KEPT_DAYS = 30  # of the sheet; the report stays
STILL = timedelta(minutes=10)  # without progress: the worker died, another takes over
_SHOWN = 500  # problems that a report keeps; the XLSX has them all
_LOCKS = 0x4C4F4144  # the space of our advisory locks

State = Load.State


class LoadMoves:
    """begin → start → finish, or fail, and start again."""

    begin = Move(
        "cases.begin_load", gettext_lazy("上传导入文件"), facts={"rows": int}, sources={ANEW}, to=State.DRAFT
    )
    start = Move(
        "cases.start_load",
        gettext_lazy("确认导入"),
        sources={State.DRAFT, State.FAILED},
        to=State.RUNNING,
    )
    finish = Move(
        "cases.finish_load",
        gettext_lazy("导入完成"),
        facts={"read": int, "placed": int, "skipped": int, "unplaced": int},
        sources={State.RUNNING},
        to=State.DONE,
    )
    fail = Move("cases.fail_load", gettext_lazy("导入中止"), sources={State.RUNNING}, to=State.FAILED)


def take(upload: BinaryIO, filename: str, *, by: Person) -> Load:
    """上传: look at the table and keep its bytes; nothing becomes a case yet.  Raises Refused."""
    content = upload.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refused(_("文件超过 %(most)d MB，请拆成几份。") % {"most": LARGEST // 2**20})
    name = PurePath(filename.replace("\\", "/")).name[-200:] or "table"
    load = Load(made_by=by, made_at=now(), stirred_at=now(), filename=name)
    load.preview = look(content, name, longest=LONGEST)
    load.rows = load.preview["rows"]
    load.map = _known_map(load, by) or {}
    with transaction.atomic():
        begin(load, LoadMoves.begin, by=by)
        store().save(_path(load), File(io.BytesIO(content)))
    return load


def read_anew(load: Load, *, sheet: str | None, header_row: int | None, encoding: str | None) -> None:
    """Look at the same file in another way: another sheet, header or encoding."""
    _still_a_draft(load)
    with _content(load) as content:
        load.preview = look(
            content, load.filename, sheet=sheet, header_row=header_row, encoding=encoding, longest=LONGEST
        )
    load.map, load.told = {}, None
    load.save(update_fields=["preview", "map", "told"])


def rehearse(load: Load, raw: Mapping[str, Any], *, by: Person) -> None:
    """预检: what this map would do, row by row, without doing it."""
    _still_a_draft(load)
    mapping = Map.load(raw, case_fields(), load.preview["header"])
    with _sheet(load, mapping) as sheet:
        report = load_cases(sheet, mapping, by=by, dry_run=True, longest=LONGEST)
    load.map, load.told, load.why = dict(raw), _told(report), ""
    load.save(update_fields=["map", "told", "why"])
    _keep_unplaced(load, report)


def start(load: Load, *, by: Person, fingerprint: str) -> Load:
    """确认导入: with the map that the person has seen the rehearsal of."""
    with transaction.atomic(), moving(load, LoadMoves.start, by=by) as load:
        if load.told is None:
            raise Refused(_("请先预检，再确认导入。"))
        if fingerprint != map_fingerprint(load):
            raise Stale(_("对照关系在另一个页面上改过了，请看过新的预检结果后再确认。"))
        load.stirred_at, load.ended_at, load.why = now(), None, ""
        load.done, load.total = 0, load.told["placed"]
        later("cases.run_load", id=load.pk)
    return load


def run(pk: int) -> Load | None:
    """The work itself.  Does nothing where it is done already or somebody is at it."""
    with _alone(pk) as mine:
        load = Load.objects.select_related("made_by").filter(pk=pk, state=State.RUNNING).first()
        if not mine or load is None:
            return None
        try:
            mapping = Map.load(load.map, case_fields(), load.preview["header"])
            with _sheet(load, mapping) as sheet:
                report = load_cases(sheet, mapping, by=load.made_by, progress=_Stirring(load))
        except Refused as no:
            return _failed(load, str(no))
        except Exception:
            _failed(load, _("导入时出错而中止；已导入的都在，重新开始会接着做。管理员可在日志里看到原因。"))
            raise
        if load.done:
            report.notes.append(_("导入曾中断，后来接着做完；中断前导入的算在“已在系统中”。"))
        _keep_unplaced(load, report)
        with moving(load, LoadMoves.finish, by=WORKER) as load:
            load.report, load.ended_at = _told(report), now()
            load.read, load.placed = report.read, report.placed
            load.skipped, load.unplaced = report.skipped, len(report.unplaced)
        return load


def look_after() -> int:
    """Take over what a worker left, and forget old sheets; returns how many loads were taken over."""
    left = list(
        Load.objects.filter(state=State.RUNNING, stirred_at__lt=now() - STILL).values_list("pk", flat=True)
    )
    for pk in left:
        Load.objects.filter(pk=pk).update(stirred_at=now())
        later("cases.run_load", id=pk)
    old = Load.objects.filter(has_file=True, made_at__lt=now() - timedelta(days=KEPT_DAYS))
    for load in old.exclude(state=State.RUNNING):
        store().delete(_path(load))
        store().delete(_unplaced_path(load))
        Load.objects.filter(pk=load.pk).update(has_file=False)
    return len(left)


def map_fingerprint(load: Load) -> str:
    """Of the map that was rehearsed."""
    return hashlib.sha256(json.dumps(load.map, sort_keys=True).encode()).hexdigest()[:16]


def unplaced_file(load: Load) -> "File[Any] | None":
    """The rows that stayed out, as XLSX, while it is kept."""
    path = _unplaced_path(load)
    return store().open(path) if load.has_file and store().exists(path) else None


def _path(load: Load) -> str:
    return f"loads/{load.key}"


def _unplaced_path(load: Load) -> str:
    return f"loads/{load.key}.unplaced.xlsx"


def _still_a_draft(load: Load) -> None:
    if load.state not in {State.DRAFT, State.FAILED}:
        raise Stale(_("这份表已经确认导入，不能再改对照关系。"))


def _known_map(load: Load, by: Person) -> dict[str, Any] | None:
    """The map that served a table with the same header before."""
    earlier = Load.objects.filter(made_by=by, state=State.DONE).order_by("-made_at")
    for one in earlier.only("preview", "map")[:20]:
        if one.preview.get("header") == load.preview["header"]:
            return dict(one.map)
    return None


@contextmanager
def _content(load: Load) -> Iterator[BinaryIO]:
    if not load.has_file or not store().exists(_path(load)):
        raise Refused(_("上传的文件已按期删除，请重新上传。"))
    with store().open(_path(load)) as kept:
        yield cast(BinaryIO, kept)


@contextmanager
def _sheet(load: Load, mapping: Map) -> Iterator[Sheet]:
    given = {name: getattr(mapping, name) for name in ("sheet", "header_row", "encoding", "delimiter")}
    with _content(load) as content, read(content, load.filename, **given) as sheet:
        yield sheet


def _told(report: CasesLoaded) -> dict[str, Any]:
    told = report.to_json()
    counts = {f"{name}_count": len(told[name]) for name in ("problems", "warnings")}
    return told | counts | {name: told[name][:_SHOWN] for name in ("problems", "warnings")}


def _keep_unplaced(load: Load, report: CasesLoaded) -> None:
    store().delete(_unplaced_path(load))
    if report.unplaced:
        with tempfile.TemporaryFile() as made:
            report.write_unplaced(made, load.preview["header"])
            made.seek(0)
            store().save(_unplaced_path(load), File(made))


class _Stirring:
    """Tells the page how far it has come."""

    def __init__(self, load: Load) -> None:
        self._pk = load.pk

    def __call__(self, done: int, total: int) -> None:
        Load.objects.filter(pk=self._pk).update(done=done, total=total, stirred_at=now())


def _failed(load: Load, why: str) -> Load:
    with moving(load, LoadMoves.fail, by=WORKER) as load:
        load.why, load.ended_at = why, now()
    return load


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """Whether nobody else works on this load; the lock goes with the connection, whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, pk])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, pk])
