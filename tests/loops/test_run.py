"""`civicloop run` through a newcomer's first day: start, start again, kill everything, start, stop."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from civicloop.kernel.engine.places import socket_directory
from civicloop.kernel.engine.server import halt, postmaster

pytestmark = pytest.mark.loops
PATIENCE = 90


@pytest.fixture
def home() -> Iterator[Path]:
    outer = Path(tempfile.mkdtemp(prefix="civicloop-run-"))
    outer.chmod(0o711)
    place = outer / "home"
    yield place
    halt(place)
    shutil.rmtree(socket_directory(place), ignore_errors=True)
    shutil.rmtree(outer)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


class Run:
    """One `civicloop run` without the sample, its lines, and everything that it started."""

    def __init__(self, home: Path, port: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CIVICLOOP_")}
        kept.pop("DATABASE_URL", None)
        self.home = home
        self.lines: list[str] = []
        mine = {"CIVICLOOP_HOME": str(home), "CIVICLOOP_BIND": f"127.0.0.1:{port}", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "civicloop", "run", "--no-demo"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=kept | mine,
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None

        for line in self.process.stdout:
            self.lines.append(line.strip())

    def address(self) -> str:
        """Where it answers, once it says so."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for line in list(self.lines):
                if line.startswith(("Ready: ", "It is running already: ")):
                    return line.split(": ", 1)[1]
            assert self.process.poll() in {None, 0}, self.lines
            time.sleep(0.05)
        raise AssertionError(self.lines)

    def family(self) -> list[psutil.Process]:
        found = [psutil.Process(self.process.pid)]
        found += found[0].children(recursive=True)
        if server := postmaster(self.home / "db"):
            found += [server, *server.children(recursive=True)]
        return list(dict.fromkeys(found))

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        code = self.process.wait(PATIENCE)
        self.reader.join(10)
        return code


def healthy(address: str) -> bool:
    with urllib.request.urlopen(address + "health", timeout=10) as answer:
        return bool(answer.status == 200)


def test_it_survives_a_second_start_the_death_of_everything_and_ctrl_c(home: Path) -> None:
    port = free_port()
    first = Run(home, port)
    address = first.address()
    assert address == f"http://127.0.0.1:{port}/"
    assert healthy(address)

    second = Run(home, port)
    assert second.address() == address
    assert second.process.wait(PATIENCE) == 0
    assert healthy(address)

    victims = first.family()
    assert len(victims) >= 5  # supervisor, web and its server, worker, database
    for one in victims:
        one.suspend()
    for one in victims:
        one.kill()
    first.process.wait(PATIENCE)
    psutil.wait_procs(victims, timeout=10)

    third = Run(home, port)
    assert third.address() == address
    assert healthy(address)
    living = third.family()
    assert third.end(signal.SIGINT) == 0
    _, alive = psutil.wait_procs(living, timeout=10)
    assert not alive
    assert postmaster(home / "db") is None


def test_nothing_outlives_a_killed_supervisor_but_the_database(home: Path) -> None:
    port = free_port()
    run = Run(home, port)
    address = run.address()
    database = postmaster(home / "db")
    assert database is not None
    ours = [
        one
        for one in psutil.Process(run.process.pid).children(recursive=True)
        if "processes" in str(one.cmdline())
    ]
    assert len(ours) >= 3
    run.end(signal.SIGKILL)
    _, alive = psutil.wait_procs(ours, timeout=20)
    assert not alive
    assert database.is_running()

    again = Run(home, port)  # adopts it, on the same port
    assert again.address() == address
    assert postmaster(home / "db") == database
    assert again.end(signal.SIGTERM) == 0
    assert postmaster(home / "db") is None


def test_a_taken_port_is_said_and_the_next_one_is_used(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        run = Run(home, port)
        assert run.address() != f"http://127.0.0.1:{port}/"
        assert any(f"Port {port} is taken" in line for line in run.lines)
        assert run.end(signal.SIGTERM) == 0
