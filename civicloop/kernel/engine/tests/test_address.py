"""How the database is named."""

from pathlib import Path

import pytest

from civicloop.kernel.engine import connection_settings, parse_url
from civicloop.kernel.engine.places import LONGEST_SOCKET, SOCKET_NAME, socket_directory, trial_secret
from civicloop.kernel.refused import Refused


def test_every_part_of_an_address_is_decoded() -> None:
    said = parse_url(
        "postgresql://wen%40ming:p%2Fa%3Ass%25@db.example:6432/chuang%20jian?sslmode=verify-full"
    )
    assert said["USER"] == "wen@ming"
    assert said["PASSWORD"] == "p/a:ss%"
    assert (said["HOST"], said["PORT"], said["NAME"]) == ("db.example", "6432", "chuang jian")
    assert said["OPTIONS"] == {"application_name": "civicloop", "sslmode": "verify-full"}


def test_an_address_may_name_several_hosts() -> None:
    said = parse_url("postgres://city@one:5432,two:5433/city?target_session_attrs=read-write")
    assert (said["HOST"], said["PORT"]) == ("one,two", "5432,5433")
    assert said["OPTIONS"]["target_session_attrs"] == "read-write"


def test_an_address_may_name_a_socket() -> None:
    said = parse_url("postgresql:///city?host=%2Frun%2Fpostgresql")
    assert (said["HOST"], said["NAME"], said["USER"]) == ("/run/postgresql", "city", "")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://city:secret@db/city",
        "postgresql://city:secret@db:5432/",
        "postgresql://city:secret@db/city?colour=red",
        "postgresql://city:secret%@db/city",
        "postgresql://city:secret@[::1/city",
        "city:secret@db/city",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused) as no:
        parse_url(url)
    assert "DATABASE_URL" in str(no.value)
    assert "secret" not in str(no.value)


def test_a_mounted_file_may_hold_the_address(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("postgresql://city@db/city\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert connection_settings()["HOST"] == "db"


def test_without_an_address_it_is_the_socket_of_this_home(home: Path) -> None:
    settings = connection_settings()
    assert settings["HOST"] == str(home / "run")
    assert settings["OPTIONS"]["pool"]["max_size"] == 12
    assert settings["CONN_HEALTH_CHECKS"] is True


def test_the_pool_can_be_switched_off_and_its_size_is_a_number(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICLOOP_DATABASE_POOL", "0")
    assert "pool" not in connection_settings()["OPTIONS"]
    monkeypatch.setenv("CIVICLOOP_DATABASE_POOL", "many")
    with pytest.raises(Refused, match="CIVICLOOP_DATABASE_POOL"):
        connection_settings()


@pytest.mark.parametrize("name", ["x" * 120, "文明创建", "a,b", "a b"])
def test_a_home_that_no_socket_can_be_in_gets_a_short_one(name: str) -> None:
    sockets = socket_directory(Path("/tmp") / name)
    assert len(str(sockets / SOCKET_NAME)) <= LONGEST_SOCKET
    assert sockets == socket_directory(Path("/tmp") / name)
    assert sockets != socket_directory(Path("/tmp") / (name + "2"))


def test_the_secret_of_a_trial_is_made_once_and_is_nobody_elses(home: Path) -> None:
    secret = trial_secret()
    assert secret == trial_secret()
    assert secret.startswith("trial-")
    assert (home / "secret").stat().st_mode & 0o777 == 0o600


def test_a_home_that_cannot_be_made_is_refused_with_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CIVICLOOP_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(Refused, match="CIVICLOOP_HOME"):
        connection_settings()
