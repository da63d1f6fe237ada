"""Preview, then confirm: what was uploaded lies here in between."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from civicloop.divisions.boundaries import load_boundaries
from civicloop.divisions.listing import rows_of
from civicloop.divisions.loading import Loaded, load_divisions
from civicloop.divisions.models import Draft
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tables import Row, read

LONGEST = 50_000  # rows; more go in by the command, which needs no preview
LARGEST_OUTLINES = 60 * 2**20  # bytes
DIVISIONS, BOUNDARIES = "divisions", "boundaries"
_KEPT = timedelta(days=7)
_CELLS = ("code", "name", "parent", "level")


def prepare_divisions(file: BinaryIO, filename: str, *, by: Actor, only: str = "") -> Draft:
    """Read a list of divisions and say what it would change, without changing anything."""
    rows: list[Row] = []
    for row in rows_of(read(file, filename)):
        rows.append(row)
        if len(rows) > LONGEST:
            raise Refused(
                _(
                    "网页上一次最多载入 %(longest)d 行，这份表超过了。"
                    "请在服务器上用命令 civicloop load divisions 载入。"
                )
                % {"longest": LONGEST}
            )
    report = load_divisions(rows, by=by, source=filename, dry_run=True, only=only)
    return _draft(DIVISIONS, by, filename, [_plain(row) for row in rows], _told(report) | {"only": only})


def confirm_divisions(draft: Draft, *, by: Actor) -> Draft:
    """Do what the preview said.  The list is checked anew, since the tree may have changed meanwhile."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft.pk)
        if draft.done_at is not None:
            raise Stale(_("这份表已经载入过了，结果见本页。"))
        only = draft.report.get("only", "")
        report = load_divisions((_row(one) for one in draft.rows), by=by, source=draft.filename, only=only)
        draft.rows, draft.report, draft.done_at = [], _told(report) | {"only": only}, now()
        draft.save()
    return draft


def take_boundaries(file: BinaryIO, filename: str, *, by: Actor, system: str) -> Draft:
    """Load outlines at once and keep what became of each of them."""
    content = file.read(LARGEST_OUTLINES + 1)
    if len(content) > LARGEST_OUTLINES:
        raise Refused(_("文件超过 60 MB，请先简化界线，或分成几个文件。"))
    with transaction.atomic():
        report = load_boundaries(content, by=by, system=system, source=filename)
        draft = _draft(BOUNDARIES, by, filename, [], report.to_json() | {"system": system})
        draft.done_at = now()
        draft.save()
    return draft


def _draft(kind: str, by: Actor, filename: str, rows: Iterable[Any], report: dict[str, Any]) -> Draft:
    at = now()
    Draft.objects.filter(made_at__lt=at - _KEPT).delete()
    return Draft.objects.create(
        id=uuid.uuid4(),
        kind=kind,
        made_by=by.actor_key,
        made_at=at,
        filename=filename[:200],
        rows=list(rows),
        report=report,
    )


def _told(report: Loaded) -> dict[str, Any]:
    """The report as it is kept: nobody reads the ten-thousandth problem on a page."""
    told = report.to_json()
    return told | {name: told[name][:500] for name in ("problems", "warnings", "renamed")}


def _plain(row: Row) -> list[Any]:
    return [row.number, [str(row.cells.get(name) or "") for name in _CELLS], list(row.problems), row.sound]


def _row(kept: list[Any]) -> Row:
    number, cells, problems, sound = kept
    return Row(number, dict(zip(_CELLS, cells, strict=True)), tuple(problems), sound)
