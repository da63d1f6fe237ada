"""The embedded server through everything that happens to a machine."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from civicloop.kernel import engine
from civicloop.kernel.engine import programs
from civicloop.kernel.engine.safety import DURABLE, refuse_unsafe
from civicloop.kernel.engine.server import ensure_running, postmaster, start, stop
from civicloop.kernel.engine.throwaway import PREFIX, throwaway
from civicloop.kernel.refused import Refused


def quiet(line: str) -> None:
    pass


def note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        connection.execute("INSERT INTO notes VALUES (%s)", [text])


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY text")]


def kill_all(data: Path) -> None:
    """What a power cut leaves: no process, and a note of one."""
    process = postmaster(data)
    assert process is not None
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.suspend()
    for one in family:
        one.kill()
    psutil.wait_procs(family, timeout=10)


def test_it_starts_once_and_is_the_same_for_the_next_who_asks(home: Path) -> None:
    first = ensure_running(quiet)
    note(first.url, "路灯不亮")
    second = ensure_running(quiet)
    assert first.began
    assert not second.began
    assert first.pid == second.pid
    assert notes(second.url) == ["路灯不亮"]
    assert stop(quiet)
    assert not stop(quiet)
    assert notes(ensure_running(quiet).url) == ["路灯不亮"]


def test_it_is_made_for_chinese_and_listens_to_nobody_else(home: Path) -> None:
    with psycopg.connect(ensure_running(quiet).url) as connection:
        said = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('listen_addresses'),"
            " current_setting('is_superuser'), current_setting('data_checksums'),"
            " to_tsvector('simple', '井 盖')::text, '县' < '区'"
        ).fetchone()
    assert said == ("UTF8", "", "off", "on", "'井':1 '盖':2", "县" < "区")
    assert (home / "run").stat().st_mode & 0o777 == 0o700
    assert (home / "db").stat().st_mode & 0o777 == 0o700


def test_two_processes_that_start_at_once_get_one_server(home: Path) -> None:
    code = "from civicloop.kernel.engine import ensure_running; print(ensure_running(lambda line: None).pid)"

    def once(_: int) -> str:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    with ThreadPoolExecutor(3) as pool:
        pids = set(pool.map(once, range(3)))
    assert len(pids) == 1
    assert pids == {str(ensure_running(quiet).pid)}


def test_confirmed_work_survives_the_death_of_every_process(home: Path) -> None:
    for round_number in range(3):
        note(ensure_running(quiet).url, f"第{round_number}次")
        kill_all(home / "db")
        assert (home / "db" / "postmaster.pid").exists()
    server = ensure_running(quiet)
    assert server.began
    assert notes(server.url) == ["第0次", "第1次", "第2次"]


def test_children_that_outlive_their_killed_server_are_waited_for(home: Path) -> None:
    server = ensure_running(quiet)
    note(server.url, "还在")
    process = postmaster(home / "db")
    assert process is not None
    busy = psycopg.connect(server.url)
    backend = psutil.Process(busy.info.backend_pid)
    backend.suspend()
    process.kill()
    process.wait(10)
    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(ensure_running, quiet)
        time.sleep(1.5)
        assert not again.done()  # two servers on one directory would ruin it
        backend.resume()
        assert notes(again.result(30).url) == ["还在"]


def test_a_note_that_names_another_program_is_not_believed(home: Path) -> None:
    ensure_running(quiet)
    stop(quiet)
    user = programs.server_user()
    who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with subprocess.Popen(["sleep", "60"], cwd="/", **who) as stranger:  # type: ignore[call-overload]
        (home / "db" / "postmaster.pid").write_text(f"{stranger.pid}\n{home / 'db'}\n1\n5432\n\n\n\nready\n")
        assert postmaster(home / "db") is None
        server = ensure_running(quiet)
        assert server.pid != stranger.pid
        stop(quiet)
        assert stranger.poll() is None  # it was not ended by mistake either
        stranger.kill()


def test_a_first_start_that_was_cut_short_is_made_anew(home: Path) -> None:
    engine.home()
    (home / "db.new").mkdir()
    (home / "db.new" / "PG_VERSION").write_text("18\n")
    assert ensure_running(quiet).began


@pytest.mark.parametrize(("found", "advice"), [(14, "civicloop engine upgrade"), (99, "CIVICLOOP_HOME")])
def test_the_data_of_another_major_version_are_not_touched(home: Path, found: int, advice: str) -> None:
    engine.home()
    (home / "db").mkdir()
    (home / "db" / "PG_VERSION").write_text(f"{found}\n")
    with pytest.raises(Refused, match=advice):
        ensure_running(quiet)
    assert [path.name for path in (home / "db").iterdir()] == ["PG_VERSION"]


def test_data_of_the_older_version_move_to_the_newer_and_are_kept(home: Path) -> None:
    older = programs.carried(16)
    assert older is not None
    engine.home()
    server = start(home, quiet, binaries=older)
    note(server.url, "旧城")
    stop(quiet)
    kept = engine.upgrade(quiet)
    assert kept is not None
    assert (kept / "PG_VERSION").read_text().strip() == "16"
    server = ensure_running(quiet)
    assert (server.version, notes(server.url)) == (18, ["旧城"])
    note(server.url, "新城")  # what came over belongs to us, not to the one who brought it
    assert engine.upgrade(quiet) is None


@pytest.mark.parametrize("name", DURABLE)
def test_a_server_that_may_forget_is_refused(home: Path, name: str) -> None:
    engine.home()
    server = start(home, quiet, settings={name: "off"})
    with psycopg.connect(server.url) as connection, pytest.raises(Refused, match=name):
        refuse_unsafe(connection)


def test_a_server_that_database_url_names_is_asked_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with throwaway(durable=False) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        with pytest.raises(Refused, match="fsync"):
            ensure_running(quiet)
    with pytest.raises(Refused, match="DATABASE_URL"):  # it is gone now
        ensure_running(quiet)
    with pytest.raises(Refused, match="DATABASE_URL"):
        stop(quiet)
    assert not (home / "db").exists()


def test_a_throwaway_server_leaves_nothing_even_when_its_owner_was_killed(tmp_path: Path) -> None:
    with throwaway() as url:
        assert notes_of_throwaways()
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
    code = (
        "import sys, time\nfrom civicloop.kernel.engine import throwaway\n"
        "with throwaway() as url:\n    print(url, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        owner.send_signal(signal.SIGKILL)
    with psycopg.connect(url):  # its server lives on …
        pass
    with throwaway():  # … until the next one is made
        pass
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def notes_of_throwaways() -> list[Path]:
    import tempfile

    return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*/owner"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_a_home_behind_a_shut_door_is_refused_with_the_doors_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    monkeypatch.setenv("CIVICLOOP_HOME", str(shut / "home"))
    with pytest.raises(Refused, match="chmod o\\+x"):
        ensure_running(quiet)


def test_a_database_that_is_put_aside_is_kept_under_another_name(home: Path) -> None:
    server = ensure_running(quiet)
    note(server.url, "半座城")
    kept = engine.put_aside()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT to_regclass('notes')").fetchone() == (None,)
    assert notes(server.url.replace("/civicloop?", f"/{kept}?")) == ["半座城"]
