"""Where an installation keeps what is not code: its database, files, secret and running state."""

import hashlib
import os
import secrets
import stat
from functools import cache
from pathlib import Path

from civicloop.kernel.engine.words import word
from civicloop.kernel.refused import Refused

CHECKOUT = Path(__file__).resolve().parents[3]
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes: 107 on Linux, 103 on macOS
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+@-")


def home() -> Path:
    """The directory of this installation's data, made when missing.

    CIVICLOOP_HOME names it; without, each checkout has its own, outside the checkout, so that `git clean`
    never takes data along.  Others may pass through it (root runs the database as another user)
    but not list it.
    """
    place = _place(os.environ.get("CIVICLOOP_HOME", ""))
    if not place.is_dir():
        _make(place)
    return place


@cache
def _place(named: str) -> Path:
    if named:
        return Path(named).expanduser().resolve()
    own = f"{CHECKOUT.name}-{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]}"
    if os.geteuid() == 0:
        return Path("/var/lib/civicloop") / own
    share = os.environ.get("XDG_DATA_HOME") or _user_home() / ".local/share"
    return Path(share) / "civicloop" / own


def _user_home() -> Path:
    # HOME may be empty or unset (cron, containers); the password database knows better.
    if named := os.environ.get("HOME"):
        return Path(named)
    import pwd

    return Path(pwd.getpwuid(os.geteuid()).pw_dir)


def _make(place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(exist_ok=True)
        place.chmod(0o711)
        (place / "files").mkdir(mode=0o700, exist_ok=True)
    except OSError as broken:
        raise Refused(word("no_home", path=place, why=broken.strerror)) from broken


def socket_directory(place: Path) -> Path:
    """Where the database of `place` puts its socket: beside its data when a socket's address can say so.

    A socket's path is short by nature, and libpq reads a comma in it as a list of hosts.
    """
    beside = place / "run"
    text = str(beside)
    if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET and set(text) <= PLAIN:
        return beside
    short = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Path("/tmp") / f"civicloop-{os.geteuid()}-{short}"  # noqa: S108 - own_directory checks


def own_directory(path: Path, owner: tuple[int, int] | None) -> None:
    """Makes `path` a directory that only its owner enters; refuses one that somebody else put there first."""
    path.mkdir(mode=0o700, parents=False, exist_ok=True)
    seen = path.lstat()
    mine = {os.geteuid(), owner[0] if owner else os.geteuid()}
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in mine:
        raise Refused(word("no_home", path=path, why="EPERM"))
    if owner and seen.st_uid != owner[0]:
        os.chown(path, *owner, follow_symlinks=False)
    path.chmod(0o700)


def trial_secret() -> str:
    """The signing key of a trial installation: made once, kept in home()/secret, known by its first letters.

    Production mode refuses it (see settings), so it must never look like a key that somebody chose.
    """
    path = home() / "secret"
    if not path.exists():
        fresh = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text("trial-" + secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # fails when another process was first: then its key is the key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
