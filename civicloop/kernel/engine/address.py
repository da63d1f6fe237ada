"""How Django reaches the database: DATABASE_URL, or the embedded server's socket."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from civicloop.kernel.engine.places import home, socket_directory
from civicloop.kernel.engine.words import word
from civicloop.kernel.refused import Refused

ROLE = "civicloop"  # owns the database, may create others (tests), is no superuser
DATABASE = "civicloop"


def database_url() -> str:
    """DATABASE_URL, or the content of the file that DATABASE_URL_FILE names, or nothing."""
    if path := os.environ.get("DATABASE_URL_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get("DATABASE_URL", "").strip()


def socket_url(place: Path) -> str:
    """The address of the server that runs under `place`."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(socket_directory(place)), safe='')}"


def read_url(url: str) -> dict[str, str]:
    """The parts of a PostgreSQL address, decoded: host, port, user, password, dbname and libpq's options.

    libpq reads it, so percent signs, several hosts (`a:5432,b:5432`) and every option of the server's own
    manual work.  Raises Refused, without the password, when it is not such an address.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise Refused(word("url_unreadable", why=word("url_scheme")))
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as broken:
        # libpq quotes the whole address in some of its messages, so only its first words are safe to repeat.
        why = str(broken).split('"')[0].split(":")[0].strip()
        raise Refused(word("url_unreadable", why=why)) from None
    if not parts.get("dbname"):
        raise Refused(word("url_unreadable", why=word("url_nameless")))
    return parts


def parse_url(url: str) -> dict[str, Any]:
    """What Django calls the parts of a PostgreSQL address; libpq's own options go to OPTIONS."""
    parts = read_url(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {"application_name": "civicloop", **parts},
    }


def connection_settings() -> dict[str, Any]:
    """DATABASES["default"] for Django.  Starts nothing and touches no server."""
    settings = parse_url(database_url() or socket_url(home()))
    if size := pool_size():
        # A pool, because a connection per request costs five times as much.  Each connection is tried before
        # use, so that a restarted database is noticed by nobody.
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": 10, "max_idle": 300}
        settings["CONN_HEALTH_CHECKS"] = True
    return settings


def pool_size() -> int:
    """CIVICLOOP_DATABASE_POOL: connections a process may hold at most; 0 opens one per request instead."""
    text = os.environ.get("CIVICLOOP_DATABASE_POOL", "12")
    try:
        return max(0, int(text))
    except ValueError:
        raise Refused(word("pool_unreadable", text=text)) from None
