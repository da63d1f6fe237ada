"""A server for the length of one test run, in a directory that goes with it."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from civicloop.kernel.engine.address import socket_url
from civicloop.kernel.engine.places import socket_directory
from civicloop.kernel.engine.server import halt, start

PREFIX = "civicloop-throwaway-"


@contextmanager
def throwaway(bindir: Path | str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """A fresh, empty server; yields the address of its database and removes everything afterwards.

    bindir: another PostgreSQL's programs (/usr/lib/postgresql/15/bin); settings: its settings, for example
    {"fsync": "off"} where only speed counts.
    """
    sweep()
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    place.chmod(0o711)
    (place / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    try:
        start(place, lambda line: None, binaries=Path(bindir) if bindir else None, settings=settings)
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
    halt(place)
    for folder in {socket_directory(place), place}:
        with suppress(OSError):
            shutil.rmtree(folder)
