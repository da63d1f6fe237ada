"""示例城市: load a whole city into an empty database."""

import gzip
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import connections, transaction

from civicloop.demo.offices import LOGINS, PASSWORD, open_offices
from civicloop.demo.parts import live_part
from civicloop.demo.places import Ground, build_sites
from civicloop.divisions.boundaries import load_boundaries
from civicloop.divisions.loading import load_divisions
from civicloop.divisions.models import Division
from civicloop.divisions.operations import load_site_types
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.clock.models import Mark
from civicloop.kernel.clock.now import business_time
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import read
from civicloop.kernel.trail.jobs import deliver
from civicloop.kernel.trail.sealing import seal
from civicloop.notifications.models import Notice
from civicloop.people.models import Role
from civicloop.standards.operations import load_catalogue

DATA = Path(__file__).parent / "data"
DAYS = 365
FEWEST = 100  # cases worth a process of their own
Tell = Callable[[str, int, int], None]


def say(what: str, done: int, total: int) -> None:
    """Progress on standard error, redrawn in place on a terminal."""
    terminal = sys.stderr.isatty()
    if done < total and not terminal:
        return
    bar = f" {done:,}/{total:,}" if total > 1 else ""
    sys.stderr.write(
        f"{chr(13) if terminal else ''}  {what}{bar}{chr(10) if done >= total or not terminal else ''}"
    )
    sys.stderr.flush()


def is_empty() -> bool:
    """Nothing has been loaded yet."""
    return not Division.objects.exists()


def logins() -> list[tuple[str, str, str]]:
    """(role in words, user name, password) for a newcomer, one of each role."""
    return [(str(Role(role).label), username, PASSWORD) for role, username in LOGINS]


def load_city(code: str, *, cases: int, tell: Tell = say, now: datetime | None = None) -> None:
    """Fill an empty database: places, units, people, kinds, sites, and `cases` lived through in business time.

    code  a city's four digits in data/divisions_jiangsu.csv.gz
    """
    if not is_empty():
        raise Refused("数据库里已有数据，示例城市只能装进空的数据库。")
    now = now or datetime.now(UTC)
    began = now - timedelta(days=DAYS)
    Mark.objects.create(name="demo", value=code, at=now)
    with business_time(began):
        _foundations(code, tell)
    _live_side_by_side(code, cases, began, now, tell)
    tell("消息与封存", 0, 1)
    while deliver():
        pass
    Notice.objects.filter(told_at__lt=now - timedelta(days=2)).update(read_at=now)
    seal(everything=True)
    tell("消息与封存", 1, 1)


def _foundations(code: str, tell: Tell) -> None:
    chance = Random(f"civicloop {code}")
    tell("区划与界线", 0, 1)
    with transaction.atomic():
        table = gzip.decompress((DATA / "divisions_jiangsu.csv.gz").read_bytes())
        with read(table, "divisions.csv") as rows:
            load_divisions(rows, by=INSTALLER, source="data/SOURCES.md", only=code)
        division = Division.objects.filter(code=code).first()
        if division is None:
            raise Refused(f"示例数据里没有代码为 {code} 的城市。")
        outlines = gzip.decompress((DATA / "jiangsu_districts_wgs84_small.geojson.gz").read_bytes())
        geojson = json.loads(outlines)
        geojson["features"] = [
            one for one in geojson["features"] if one["properties"]["code"].startswith(code)
        ]
        load_boundaries(geojson, by=INSTALLER, system="wgs84", source="data/SOURCES.md")
        load_catalogue(by=INSTALLER)
        load_site_types(by=INSTALLER)
    tell("区划与界线", 1, 1)
    tell("单位、岗位与人员", 0, 1)
    with transaction.atomic():
        open_offices(division, chance, since=date(2020, 1, 1))
        build_sites(division, Ground(division, chance), chance)
    tell("单位、岗位与人员", 1, 1)


def _live_side_by_side(code: str, cases: int, began: datetime, now: datetime, tell: Tell) -> None:
    """Share the cases out to as many processes as the machine has cores, since each waits for the database."""
    parts = max(1, min(os.cpu_count() or 1, 4, cases // FEWEST))
    context = multiprocessing.get_context("spawn")
    passed: Any = context.Array("d", parts)
    workers = [
        context.Process(target=live_part, args=(code, range(part, cases, parts), began, now, passed, part))
        for part in range(parts)
    ]
    connections.close_all()
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        workers[0].join(0.5)
        time.sleep(0.1)
        tell("案件逐日重演", min(int(cases * sum(passed) / parts), cases - 1), cases)
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a part of the sample city could not be loaded; its error stands above")
    tell("案件逐日重演", cases, cases)
