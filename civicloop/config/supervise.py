"""`civicloop run` and `civicloop serve`: database, web and worker, looked after until told to stop."""

import contextlib
import errno
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from civicloop.config import processes
from civicloop.config.processes import GRACE, PARENT
from civicloop.kernel import engine
from civicloop.kernel.engine.words import say, word
from civicloop.kernel.refused import Refused

READY_SECONDS = 60
PORTS_TO_TRY = 20
MIGRATION_LOCK = 0x636C  # the same number in every copy of this program that shares a database

WORDS = {
    "running": ("已经在运行：{address}", "It is running already: {address}"),
    "messages": ("界面译文已生成。", "Translations are made."),
    "tables": ("正在更新数据表（{count} 步）……", "Updating the tables ({count} steps) …"),
    "static": ("正在整理静态文件……", "Gathering static files …"),
    "sample": ("数据库是空的，正在装入示例城市……", "The database is empty; loading the sample city …"),
    "sample_again": (
        "上次装入示例城市中途停止，现重新装入。未完成的数据留在数据库 {name} 里。",
        "Loading the sample city was cut short and starts anew. The half is kept as database {name}.",
    ),
    "half_sample": (
        "上次装入示例城市中途停止。请清空 DATABASE_URL 所指的数据库再启动，或加 --no-demo。",
        "Loading the sample city was cut short. Empty the database of DATABASE_URL and start again, "
        "or run civicloop run --no-demo.",
    ),
    "starting": ("正在启动网页和后台任务……", "Starting web and worker …"),
    "ready": ("就绪：{address}", "Ready: {address}"),
    "logins": ("可用下列账号登录（示例数据）：", "Log in as one of these (sample data):"),
    "stop_hint": ("按 Ctrl-C 停止。", "Ctrl-C stops it."),
    "port_moved": ("端口 {busy} 已被占用，改用 {port}。", "Port {busy} is taken; using {port}."),
    "port_busy": (
        "端口 {busy} 已被占用。请停止占用它的程序，或用 CIVICLOOP_BIND 另选端口。",
        "Port {busy} is taken. Stop the program that holds it, or choose another one in CIVICLOOP_BIND.",
    ),
    "bind": (
        "CIVICLOOP_BIND 应写成 地址:端口，现为“{text}”。",
        "CIVICLOOP_BIND must be ADDRESS:PORT, not “{text}”.",
    ),
    "bind_impossible": ("不能在 {text} 上监听（{why}）。", "Cannot listen on {text} ({why})."),
    "not_ready": (
        "网页 {seconds} 秒后仍未就绪（{why}）。上面的记录说明原因。",
        "The web was not ready after {seconds} s ({why}). The lines above say why.",
    ),
    "died": (
        "{name} 意外结束（{code}），{wait} 秒后重新启动。",
        "{name} ended ({code}); starting it again in {wait} s.",
    ),
    "database_back": ("数据库停止过，已重新启动。", "The database had stopped; it runs again."),
    "database_gone": (
        "数据库没有起来，{wait} 秒后再试：{why}",
        "No database yet, trying again in {wait} s: {why}",
    ),
    "stopping": ("正在停止……", "Stopping …"),
    "stopped": ("已停止。数据都在 {path}", "Stopped. The data are in {path}"),
    "no_openssl": (
        "没有 openssl，不能生成自签名证书。请执行 apt install openssl。",
        "openssl is missing, so no self-signed certificate can be made. Run apt install openssl.",
    ),
    "certificate": (
        "使用自签名证书 {path}，浏览器第一次会提示不受信任。",
        "Using the self-signed certificate {path}; browsers warn once that they do not know it.",
    ),
    "took": ("用时 {seconds} 秒。", "It took {seconds} s."),
}


def tell(key: str, **values: object) -> None:
    say(word(key, WORDS, **values))


class Told(BaseException):
    """Somebody asked us to stop, maybe in the middle of setting up."""


def run(*, demo: bool = True, tls: bool = False) -> int:
    """A trial: sample city into an empty database, next port when ours is taken; the exit code."""
    return _supervise(trial=True, sample=demo, tls=tls)


def serve(*, tls: bool = False) -> int:
    """An installation: without sample data, on its own port or not at all; the exit code."""
    return _supervise(trial=False, sample=False, tls=tls)


def web() -> int:
    """The web process alone, on CIVICLOOP_BIND."""
    processes.web(*_bind())
    return 0


def worker() -> int:
    """The worker alone."""
    processes.worker()
    return 0


def _supervise(*, trial: bool, sample: bool, tls: bool) -> int:
    began = time.monotonic()
    if tls:
        os.environ["CIVICLOOP_TLS"] = "true"  # before settings are read, here and in the children
    state = engine.home() / "serve.json"
    with contextlib.ExitStack() as held:
        lock = held.enter_context((engine.home() / "serve.lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("running", address=_noted(state).get("address", "…"))
            return 0
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _stop_now)
        family: Family | None = None
        try:
            engine.ensure_running()
            logins = _prepare(sample=sample and os.environ.get("CIVICLOOP_MODE") != "production")
            host, port = _address(move=trial, after_crash=state.exists())
            family = _family(host, port, tls=tls)
            state.write_text(json.dumps({"pid": os.getpid(), "address": family.address}))
            tell("starting")
            family.start()
            family.wait_ready()
            _greet(family.address, logins, time.monotonic() - began)
            family.look_after()  # ends by Told
        except Told:
            return 0
        except Refused as no:
            say(str(no))
            return 1
        finally:
            _end(family, state)


def _stop_now(number: int, frame: FrameType | None) -> None:
    raise Told


def _noted(state: Path) -> dict[str, str]:
    try:
        noted: dict[str, str] = json.loads(state.read_text())
    except (OSError, ValueError):
        return {}
    return noted


def _end(family: "Family | None", state: Path) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    tell("stopping")
    if family:
        family.stop()
    if not engine.database_url():
        engine.stop()
    state.unlink(missing_ok=True)
    tell("stopped", path=engine.home())


# Before the first page.


def _prepare(*, sample: bool) -> list[tuple[str, str, str]]:
    """Brings database and files up to this release; returns the sample's log-ins, if any."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    from civicloop.config.messages import compile_messages

    if sample:
        _begin_anew_after_half_a_sample()
    else:
        _loading().unlink(missing_ok=True)  # whoever starts without a sample wants what is there
    if compile_messages():
        tell("messages")
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    if settings.PRODUCTION:
        tell("static")
        call_command("collectstatic", interactive=False, verbosity=0)
    logins: list[tuple[str, str, str]] = []
    try:
        with connection.cursor() as cursor:
            # Two hosts that start at once share one database: the second waits, then finds nothing to do.
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            _migrate()
            if sample:
                logins = _sample()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    finally:
        connections.close_all()
        connection.close_pool()  # type: ignore[attr-defined]
    return logins


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        tell("tables", count=len(plan))
        call_command("migrate", interactive=False, verbosity=0)


def _sample() -> list[tuple[str, str, str]]:
    from django.conf import settings

    from civicloop import demo
    from civicloop.demo.city import is_empty, load_city

    if is_empty():
        tell("sample")
        _loading().touch()
        load_city(settings.CIVICLOOP_CITY, cases=settings.CIVICLOOP_DEMO_CASES)
        _loading().unlink()
    return demo.logins()


def _loading() -> Path:
    """A note that lies here as long as the sample city is being loaded."""
    return engine.home() / "sample.loading"


def _begin_anew_after_half_a_sample() -> None:
    """A sample city that was cut short would stay half a city.  Its database is put aside, not removed."""
    if _loading().exists():
        if engine.database_url():
            raise Refused(word("half_sample", WORDS))
        tell("sample_again", name=engine.put_aside())
        _loading().unlink()


def _address(*, move: bool, after_crash: bool) -> tuple[str, int]:
    """Where to listen: CIVICLOOP_BIND, or (move) the next port that nobody has."""
    host, wanted = _bind()
    # Children of a killed supervisor leave within a second or two; that port will be free.
    patience = time.monotonic() + (GRACE if after_crash else 0)
    while not (free := _is_free(host, wanted)) and time.monotonic() < patience:
        time.sleep(0.2)
    if free:
        return host, wanted
    if not move:
        raise Refused(word("port_busy", WORDS, busy=wanted))
    for port in range(wanted + 1, min(wanted + PORTS_TO_TRY, 65536)):
        if _is_free(host, port):
            tell("port_moved", busy=wanted, port=port)
            return host, port
    raise Refused(word("port_busy", WORDS, busy=wanted))


def _bind() -> tuple[str, int]:
    from django.conf import settings

    text: str = settings.CIVICLOOP_BIND
    host, colon, digits = text.rpartition(":")
    if not colon or not digits.isdigit() or not 0 < int(digits) < 65536:
        raise Refused(word("bind", WORDS, text=text))
    return host.strip("[]") or "0.0.0.0", int(digits)  # noqa: S104 - ":8000" asks for every address


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as broken:
            if broken.errno == errno.EADDRINUSE:
                return False
            raise Refused(
                word("bind_impossible", WORDS, text=f"{host}:{port}", why=broken.strerror)
            ) from broken
    return True


def _certificate(host: str) -> tuple[Path, Path]:
    """A self-signed certificate for this machine, for phones in the same room; made once."""
    folder = engine.home() / "tls"
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not certificate.exists():
        openssl = shutil.which("openssl")
        if openssl is None:
            raise Refused(word("no_openssl", WORDS))
        folder.mkdir(mode=0o700, exist_ok=True)
        names = {"DNS:localhost", f"DNS:{socket.gethostname()}", "IP:127.0.0.1", "IP:::1"}
        if host not in {"0.0.0.0", "::"}:  # noqa: S104
            names.add(f"IP:{host}")
        fresh = folder / "certificate.new"
        subprocess.run(  # noqa: S603 - openssl with our own words
            [openssl, "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-days", "825", "-subj", "/CN=CivicLoop", "-addext", "subjectAltName=" + ",".join(sorted(names)),
             "-keyout", key, "-out", fresh],
            check=True, capture_output=True,
        )  # fmt: skip
        key.chmod(0o600)
        fresh.rename(certificate)
    tell("certificate", path=certificate)
    return certificate, key


def _greet(address: str, logins: list[tuple[str, str, str]], seconds: float) -> None:
    say("")
    tell("ready", address=address)
    if logins:
        tell("logins")
        for role, name, password in logins:
            say(f"  {name:<16}{password:<20}{role}")
    tell("took", seconds=round(seconds, 1))
    tell("stop_hint")


# The processes.


@dataclass
class Child:
    """One process of ours, started again when it ends by itself, later each time that it does so at once."""

    name: str
    arguments: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    again_at: float | None = None

    def start(self) -> None:
        environment = {**os.environ, PARENT: str(os.getpid())}
        self.started, self.again_at = time.monotonic(), None
        # A session of its own, so that Ctrl-C comes to us alone and they are stopped in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "civicloop.config.processes", *self.arguments],
            env=environment, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def look(self) -> None:
        """Plans a new start when it has ended, and starts it when that time has come."""
        assert self.process is not None
        now = time.monotonic()
        if self.again_at is None and (code := self.process.poll()) is not None:
            self.failures = 1 if now - self.started > 60 else self.failures + 1
            wait = min(2 ** (self.failures - 1), 30)
            tell("died", name=self.name, code=code, wait=wait)
            self.again_at = now + wait
        if self.again_at is not None and now >= self.again_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(GRACE + 2)
        except subprocess.TimeoutExpired:
            # Its whole session: what granian started goes with it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Family:
    """Web and worker, and the database they need."""

    address: str
    check: tuple[str, int, bool]  # host, port, TLS: where to ask for health
    children: list[Child]
    database_failures: int = field(default=0)
    database_again: float = field(default=0.0)

    def start(self) -> None:
        for child in self.children:
            child.start()

    def wait_ready(self) -> None:
        """Returns when the web says that it is healthy; raises Refused when it does not get there."""
        why = ""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            why = self.health()
            if not why:
                return
            for child in self.children:
                child.look()
            time.sleep(0.1)
        raise Refused(word("not_ready", WORDS, seconds=READY_SECONDS, why=why))

    def health(self) -> str:
        """Why the web is not healthy; empty when it is."""
        host, port, tls = self.check
        try:
            with _connection(host, port, tls=tls) as connection:
                connection.request("GET", "/health", headers={"Host": _known_host()})
                status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as broken:
            return str(broken)
        return "" if status == 200 else f"HTTP {status}"

    def look_after(self) -> NoReturn:
        """Until a signal comes."""
        while True:
            self._look_at_database()
            for child in self.children:
                child.look()
            time.sleep(0.5)

    def _look_at_database(self) -> None:
        if engine.database_url() or engine.running() or time.monotonic() < self.database_again:
            return
        try:
            engine.ensure_running()
        except Refused as no:
            self.database_failures += 1
            wait = min(2**self.database_failures, 60)
            self.database_again = time.monotonic() + wait
            tell("database_gone", wait=wait, why=no)
            return
        self.database_failures = 0
        tell("database_back")

    def stop(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.stop()


def _family(host: str, port: int, *, tls: bool) -> Family:
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    shown = f"[{reached}]" if ":" in reached else reached
    files = [str(path) for path in _certificate(host)] if tls else []
    return Family(
        address=f"{'https' if tls else 'http'}://{shown}:{port}/",
        check=(reached, port, tls),
        children=[Child("web", ["web", host, str(port), *files]), Child("worker", ["worker"])],
    )


@contextlib.contextmanager
def _connection(host: str, port: int, *, tls: bool) -> Iterator[http.client.HTTPConnection]:
    if tls:
        # Our own child on our own machine, with a certificate that nobody else knows.
        context = ssl._create_unverified_context()  # noqa: S323
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=5, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def _known_host() -> str:
    """A host name that this installation answers to."""
    from django.conf import settings

    first = next(iter(settings.ALLOWED_HOSTS), "*").lstrip(".")
    return "localhost" if first == "*" else first
