"""What we ask of a database before we trust it with confirmed work."""

from typing import Any

import psycopg

from civicloop.kernel.engine.words import word
from civicloop.kernel.refused import Refused

OLDEST = 15
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def refuse_unsafe(connection: psycopg.Connection[Any]) -> None:
    """Raises Refused when the server is too old, not in UTF8, or forgets confirmed work after a crash."""
    major = connection.info.server_version // 10000
    if major < OLDEST:
        raise Refused(word("too_old", found=major, wanted=OLDEST))
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Refused(word("not_utf8", found=encoding))
    asked = ", ".join(f"current_setting('{name}')" for name in DURABLE)
    row = connection.execute(f"SELECT {asked}").fetchone()
    assert row is not None
    off = [name for name, value in zip(DURABLE, row, strict=True) if value == "off"]
    if off:
        raise Refused(word("unsafe", names=", ".join(off)))
