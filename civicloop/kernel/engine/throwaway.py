"""A server for the length of one test run, in a directory that goes with it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from civicloop.kernel.engine.address import ROLE, socket_url
from civicloop.kernel.engine.places import socket_directory
from civicloop.kernel.engine.safety import DURABLE
from civicloop.kernel.engine.server import halt, start

PREFIX = "civicloop-throwaway-"
HASTY = dict.fromkeys(DURABLE, "off")


@contextmanager
def throwaway(bindir: Path | None = None, *, durable: bool = True) -> Iterator[str]:
    """A fresh, empty server; yields the address of its database and removes everything afterwards.

    bindir: another PostgreSQL's programs (see debian_bindir).  durable=False where only speed counts.
    """
    sweep()
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    place.chmod(0o711)
    (place / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    try:
        start(place, lambda line: None, binaries=bindir, settings={} if durable else HASTY)
        with psycopg.connect(socket_url(place), user="postgres") as connection:
            # Tests empty guarded tables; nobody may on a real server.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
        yield socket_url(place)
    finally:
        _remove(place)


def sweep() -> None:
    """Removes what a killed test run left behind: the servers whose owner is gone."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            number, began = (place / "owner").read_text().split()
            alive = (
                psutil.pid_exists(int(number))
                and abs(psutil.Process(int(number)).create_time() - float(began)) < 1
            )
        except (OSError, ValueError, psutil.Error):
            continue  # another user's, or one that is being made right now
        if not alive and place.stat().st_uid == os.geteuid():
            _remove(place)


def _remove(place: Path) -> None:
    halt(place, at_once=True)
    for folder in {socket_directory(place), place}:
        with suppress(OSError):
            shutil.rmtree(folder)
