"""From one PostgreSQL major version to the next: everything out, everything in, the old directory kept."""

import shutil
import time
from pathlib import Path

from civicloop.kernel.engine import programs
from civicloop.kernel.engine.address import DATABASE, database_url
from civicloop.kernel.engine.places import home, socket_directory
from civicloop.kernel.engine.server import Say, data_version, halt, locked, postmaster, run_program, start
from civicloop.kernel.engine.words import say, word
from civicloop.kernel.refused import Refused


def upgrade(tell: Say = say) -> Path | None:
    """Moves the embedded database to this release's PostgreSQL; returns where the old one is kept.

    Nothing of the old directory is written except by its own server's orderly start and stop.  A failure on
    the way leaves the old directory where it was.
    """
    if database_url():
        raise Refused(word("external"))
    place = home()
    data = place / "db"
    with locked(place):
        found = data_version(data)
        if found is None or found == programs.MAJOR:
            tell(word("nothing_old", path=data))
            return None
        if found > programs.MAJOR:
            raise Refused(word("newer", path=data, found=found, wanted=programs.MAJOR))
        old = programs.carried(found) or programs.debian_bindir(found)
        if postmaster(data):
            raise Refused(word("upgrade_running", path=data))
        return _move(place, data, found, old, tell)


def _move(place: Path, data: Path, found: int, old: Path, tell: Say) -> Path:
    user = programs.server_user()
    owner = (user.pw_uid, user.pw_gid) if user else None
    new = programs.carried()
    assert new is not None
    runnable = programs.reachable(new, place)
    dump = place / "run" / "upgrade.dump"

    tell(word("dumping", found=found))
    start(place, tell, binaries=old)
    try:
        at = ["-h", str(socket_directory(place)), "-U", "postgres", "-d", DATABASE]
        run_program([runnable / "pg_dump", "-Fc", "-f", dump, *at], owner)
    finally:
        halt(place)

    tell(word("restoring", wanted=programs.MAJOR))
    kept = place / f"db.{found}-{time.strftime('%Y%m%d-%H%M%S')}"
    data.rename(kept)
    try:
        start(place, tell)
        run_program([runnable / "pg_restore", "--exit-on-error", "--single-transaction", *at, dump], owner)
    except BaseException:
        halt(place)
        shutil.rmtree(data, ignore_errors=True)
        kept.rename(data)
        raise
    finally:
        dump.unlink(missing_ok=True)
    halt(place)
    tell(word("upgraded", path=kept))
    return kept
