"""What `civicloop load …` does with places: the report on stdout, progress on stderr.

Each returns the exit code: 0 where every row is in, 1 where some were left out, 2 where nothing was done.
"""

import gzip
import json as as_json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from civicloop.divisions.boundaries import load_boundaries
from civicloop.divisions.loading import Loaded, Progress, levels, load_divisions
from civicloop.divisions.operations import load_sites
from civicloop.kernel.actors import IMPORTER
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Report, read


def load_divisions_command(
    path: Path,
    *,
    json: bool = False,
    only: str = "",
    dry_run: bool = False,
    unplaced: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """`civicloop load divisions FILE [--only CODE] [--dry-run] [--unplaced XLSX] [--json]`; .gz too."""

    def load() -> Report:
        return load_divisions(
            read(_content(path), path.name.removesuffix(".gz")),
            by=IMPORTER,
            source=path.name,
            progress=progress or on_stderr,
            dry_run=dry_run,
            only=only,
        )

    return _told(load, json, unplaced)


def load_boundaries_command(path: Path, *, system: str, json: bool = False, dry_run: bool = False) -> int:
    """`civicloop load boundaries FILE --system gcj02|wgs84|bd09 [--dry-run] [--json]`."""

    def load() -> Report:
        return load_boundaries(_content(path), by=IMPORTER, system=system, source=path.name, dry_run=dry_run)

    return _told(load, json)


def load_sites_command(path: Path, *, json: bool = False, unplaced: Path | None = None) -> int:
    """`civicloop load sites FILE [--unplaced XLSX] [--json]`."""

    def load() -> Report:
        return load_sites(read(_content(path), path.name), by=IMPORTER, source=path.name)

    return _told(load, json, unplaced)


def on_stderr(words: str, done: int, total: int) -> None:
    """One line that is written over."""
    sys.stderr.write(f"\r{words} {done}/{total}  ")
    if words == _("完成"):
        sys.stderr.write("\n")
    sys.stderr.flush()


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError) as broken:
        why = getattr(broken, "strerror", None) or str(broken)
        raise Refused(_("打不开文件“%(path)s”：%(why)s") % {"path": path, "why": why}) from broken


def _told(load: Callable[[], Report], json: bool, unplaced: Path | None = None) -> int:
    try:
        report = load()
        if unplaced is not None and report.unplaced:
            report.write_unplaced(unplaced, list(report.unplaced[0].cells))
    except Refused as no:
        _say({"error": str(no)} if json else str(no))
        return 2
    _say(report.to_json() if json else _summary(report))
    return 1 if report.unplaced else 0


def _summary(report: Report) -> str:
    lines = [
        _("读到 %(read)d 行：载入 %(placed)d，已有 %(skipped)d，没有载入 %(left)d。")
        % {
            "read": report.read,
            "placed": report.placed,
            "skipped": report.skipped,
            "left": len(report.unplaced),
        }
    ]
    if isinstance(report, Loaded):
        lines += [f"  {label} {count}" for label, count in levels(report.added)]
        lines += [f"  {one.code} {one.before} → {one.after}" for one in report.renamed]
    return "\n".join([*lines, *map(str, report.problems)])


def _say(words: str | dict[str, Any]) -> None:
    text = words if isinstance(words, str) else as_json.dumps(words, ensure_ascii=False, indent=1)
    sys.stdout.write(text + "\n")
