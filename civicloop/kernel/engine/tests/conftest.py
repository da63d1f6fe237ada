"""A home of its own for each test, and nothing left running after it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from civicloop.kernel.engine.places import socket_directory
from civicloop.kernel.engine.server import halt


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation in an empty directory.  Not pytest's own: that is shut to the server's user."""
    outer = Path(tempfile.mkdtemp(prefix="civicloop-engine-"))
    outer.chmod(0o711)
    place = outer / "home"
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "CIVICLOOP_DATABASE_POOL", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("CIVICLOOP_HOME", str(place))
    yield place
    if place.exists():
        halt(place)
        shutil.rmtree(socket_directory(place), ignore_errors=True)
    shutil.rmtree(outer)
