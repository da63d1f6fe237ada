"""The embedded server: made, started, adopted, stopped.

It is nobody's child for long: a supervisor that was killed leaves it running, and the next start adopts it.
Who it is, is told by its working directory (a postmaster works in its data directory), never by a name or a
bare number.
"""

# ruff: noqa: S603 - the programs run here are PostgreSQL's, their arguments our own

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import sql

from civicloop.kernel.engine import programs
from civicloop.kernel.engine.address import DATABASE, ROLE, database_url, read_url, socket_url
from civicloop.kernel.engine.places import SOCKET_NAME, home, own_directory, socket_directory
from civicloop.kernel.engine.safety import refuse_unsafe
from civicloop.kernel.engine.words import say, word
from civicloop.kernel.refused import Refused

Say = Callable[[str], None]
PATIENCE = 600  # seconds for crash recovery; a small city's takes one or two
LOG_BYTES = 5_000_000

# For a small machine.  What makes a commit durable (see safety.py) keeps its default.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",  # only a part of the socket's name
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


@dataclass(frozen=True)
class Server:
    """A database that answers.  `pid` is None for a server that DATABASE_URL names."""

    url: str
    version: int
    pid: int | None = None
    began: bool = False  # whether this call started it

    @property
    def ours(self) -> bool:
        return self.pid is not None


def ensure_running(tell: Say = say) -> Server:
    """The database of this installation, running and fit to be trusted; starts the embedded one when needed.

    Two processes may call this at once.  Raises Refused with what to do when it cannot.
    """
    if url := database_url():
        return _external(url)
    place = home()
    with locked(place):
        server = start(place, tell)
    with psycopg.connect(server.url) as connection:
        refuse_unsafe(connection)
    return server


def stop(tell: Say = say) -> bool:
    """Ends the embedded server, after the work in hand was written; False when none was running."""
    if database_url():
        raise Refused(word("external"))
    place = home()
    with locked(place):
        return halt(place)


def put_aside() -> str:
    """Gives the embedded server an empty database; returns the name under which the one so far is kept."""
    place = home()
    kept = f"{DATABASE}_{time.strftime('%Y%m%d_%H%M%S')}"
    with locked(place), _admin(place) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [DATABASE]
        )
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (DATABASE, kept)))
        )
        _create_database(place)
    return kept


def running() -> psutil.Process | None:
    """The embedded server's process, if one lives."""
    return postmaster(home() / "db")


def status() -> str:
    """One line about the embedded server, for the terminal."""
    if database_url():
        return word("external")
    place = home()
    process = postmaster(place / "db")
    if process is None:
        return word("server_down", path=place / "db")
    return word("server_up", version=data_version(place / "db"), pid=process.pid, path=place / "db")


def _external(url: str) -> Server:
    read_url(url)
    try:
        with psycopg.connect(url, connect_timeout=10, application_name="civicloop") as connection:
            refuse_unsafe(connection)
            return Server(url, connection.info.server_version // 10000)
    except psycopg.OperationalError as broken:
        why = str(broken).strip().splitlines()[-1]
        raise Refused(word("unreachable", why=why)) from None


def start(
    place: Path, tell: Say, *, binaries: Path | None = None, settings: Mapping[str, str] | None = None
) -> Server:
    """Starts (or adopts) the server of `place`, whose lock the caller holds."""
    data, sockets = place / "db", socket_directory(place)
    carried = binaries or programs.carried()
    assert carried is not None
    major = programs.version_of(carried)
    found = data_version(data)
    if found is not None and found != major:
        raise Refused(word("older" if found < major else "newer", path=data, found=found, wanted=major))
    process = postmaster(data)
    if process is not None and _answers(place, process):
        return Server(socket_url(place), major, process.pid)

    user = programs.server_user()
    owner = (user.pw_uid, user.pw_gid) if user else None
    _refuse_shut(place, owner)
    own_directory(place / "run", owner)
    own_directory(sockets, owner)
    runnable = programs.reachable(carried, place)
    if found is None:
        tell(word("creating"))
        hasty = (settings or {}).get("fsync") == "off"
        create_cluster(runnable, place, major, owner, *(["--no-sync"] if hasty else []))
    if process is None:
        tell(word("starting"))
    log = place / "run" / "postgres.log"
    _wait_ready(place, runnable, log, owner, settings or {}, process, tell)
    process = postmaster(data)
    assert process is not None
    _create_database(place)
    return Server(socket_url(place), major, process.pid, began=True)


def halt(place: Path, *, patience: int = 60, at_once: bool = False) -> bool:
    """Ends the server of `place` by a fast shutdown: open work is rolled back, confirmed work is kept."""
    process = postmaster(place / "db")
    if process is None:
        return False
    # Fast, then immediate: after that it recovers at the next start.
    for sign in (signal.SIGQUIT,) if at_once else (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(sign)  # compares the start time first: a reused number is left alone
        if _gone(process, patience):
            return True
    raise Refused(word("still_stopping", seconds=2 * patience, pid=process.pid))


def _gone(process: psutil.Process, patience: float) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)
            return True
        time.sleep(0.02)
    return False


def postmaster(data: Path) -> psutil.Process | None:
    """The living server of this data directory, by its own note and then by where it works."""
    number = _noted(data / "postmaster.pid")
    if number is None:
        return None
    try:
        process = psutil.Process(number)
        if process.status() == psutil.STATUS_ZOMBIE:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)  # it was our child: let its number go
            return None
        if Path(process.cwd()) != data.resolve():
            return None
    except (psutil.Error, OSError):
        return None
    return process


def _noted(note: Path) -> int | None:
    try:
        return int(note.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _forget_strangers(place: Path) -> None:
    """Removes a server's notes whose number belongs to a dying process by now, or to another program.

    PostgreSQL would take that one for a server and refuse.  It does not rely on the notes alone: the shared
    memory that left-over children still hold keeps a second server off the data.
    """
    for note in (place / "db" / "postmaster.pid", socket_directory(place) / f"{SOCKET_NAME}.lock"):
        number = _noted(note)
        if number is not None and psutil.pid_exists(number):
            note.unlink(missing_ok=True)


def data_version(data: Path) -> int | None:
    """The PostgreSQL major version of a data directory, None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def locked(place: Path) -> Iterator[None]:
    """Nobody else starts, stops or upgrades the server of `place` meanwhile."""
    with (place / "engine.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _refuse_shut(place: Path, owner: tuple[int, int] | None) -> None:
    """Refuses a place that the server's user cannot get to, and names the directory that is in the way."""
    if owner is None:
        return
    for folder in (*reversed(place.parents), place):
        seen = folder.stat()
        bit = 0o100 if seen.st_uid == owner[0] else 0o010 if seen.st_gid == owner[1] else 0o001
        if not seen.st_mode & bit:
            raise Refused(word("home_shut", user=programs.SYSTEM_USER, path=folder))


def create_cluster(
    runnable: Path, place: Path, major: int, owner: tuple[int, int] | None, *flags: str
) -> None:
    """Makes an empty data directory; a kill on the way leaves nothing that the next start would trust."""
    fresh = place / "db.new"
    shutil.rmtree(fresh, ignore_errors=True)
    own_directory(fresh, owner)
    # Order by code point everywhere: it needs nothing of the machine's locales and never changes with them.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if major >= 17 else [
        "--locale=C.UTF-8"
    ]  # fmt: skip
    run_program(
        [runnable / "initdb", "-D", fresh, "-U", "postgres", "-E", "UTF8", "-A", "peer", "--data-checksums",
         "-T", "simple", *locale, *flags],
        owner,
    )  # fmt: skip
    _say_who_may(fresh, owner)
    fresh.rename(place / "db")
    folder = os.open(place, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _say_who_may(data: Path, owner: tuple[int, int] | None) -> None:
    """Only the one who started it and the server's own user may connect, and only through the socket."""
    import pwd

    names = {pwd.getpwuid(os.geteuid()).pw_name, pwd.getpwuid(owner[0] if owner else os.geteuid()).pw_name}
    rows = [f'ours "{name}" {role}' for name in sorted(names) for role in ("postgres", ROLE)]
    (data / "pg_ident.conf").write_text("\n".join(rows) + "\n")
    (data / "pg_hba.conf").write_text("local all all peer map=ours\nlocal replication all peer map=ours\n")


def run_program(command: list[str | Path], owner: tuple[int, int] | None) -> str:
    """Runs one of PostgreSQL's programs as the server's user and returns what it printed."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd="/",
        env=programs.environment(),
        check=False,
        **_as(owner),
    )
    if done.returncode:
        raise Refused(word("program_failed", program=Path(command[0]).name, why=done.stderr.strip()[-1500:]))
    return str(done.stdout)


def _as(owner: tuple[int, int] | None) -> dict[str, Any]:
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def _launch(
    place: Path, runnable: Path, log: Path, owner: tuple[int, int] | None, settings: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    chosen = {**SETTINGS, "unix_socket_directories": str(socket_directory(place)), **settings}
    flags = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    _forget_strangers(place)
    with log.open("ab") as written:
        # A session of its own: Ctrl-C in the terminal reaches us, and we end it in order.
        return subprocess.Popen(
            [runnable / "postgres", "-D", place / "db", *flags], stdin=subprocess.DEVNULL, stdout=written,
            stderr=written, cwd="/", env=programs.environment(), start_new_session=True, **_as(owner),
        )  # fmt: skip


def _wait_ready(
    place: Path, runnable: Path, log: Path, owner: tuple[int, int] | None, settings: Mapping[str, str],
    found: psutil.Process | None, tell: Say,
) -> None:  # fmt: skip
    began = told = time.monotonic()
    child = None if found else _launch(place, runnable, log, owner, settings)
    while time.monotonic() - began < PATIENCE:
        if child is not None and child.poll() is not None:
            words = _last_words(log)
            # Children of a killed server may need a moment to notice; PostgreSQL waits for them to be gone.
            if "still in use" not in words or time.monotonic() - began > 60:
                raise Refused(word("failed", log=words, path=log))
            time.sleep(0.5)
            child = _launch(place, runnable, log, owner, settings)
        process = postmaster(place / "db")
        if process is not None and _answers(place, process):
            if child is not None:
                child.returncode = (
                    0  # it may outlive us: from here on it is known by its note, not as our child
                )
            return
        if child is None and process is None:  # the one we had found went away meanwhile
            child = _launch(place, runnable, log, owner, settings)
        if time.monotonic() - told > 3:
            told = time.monotonic()
            tell(word("recovering", seconds=int(told - began)))
        time.sleep(0.05)
    raise Refused(word("slow", seconds=PATIENCE, path=log))


def _last_words(log: Path) -> str:
    with log.open("rb") as written:
        written.seek(max(0, log.stat().st_size - 2000))
        return "\n".join(written.read().decode(errors="replace").strip().splitlines()[-6:])


def _admin(place: Path) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(
        host=str(socket_directory(place)),
        user="postgres",
        dbname="postgres",
        autocommit=True,
        connect_timeout=5,
    )


def _answers(place: Path, process: psutil.Process) -> bool:
    """Whether this very server takes connections: not while it recovers or shuts down."""
    try:
        with _admin(place):
            return bool(process.is_running())
    except psycopg.OperationalError:
        return False


def _create_database(place: Path) -> None:
    with _admin(place) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
