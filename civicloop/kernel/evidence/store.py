"""Where the bytes lie: out of the web's reach, under their own SHA-256.

Everything goes through the Django storage named "evidence" in STORAGES, so that a city can put its files
on an S3-compatible server by setting.  On a local disk it is `LocalStore`, which has a file on the disk
for good before the row that speaks of it is committed.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "evidence"
CHUNK = 256 * 1024

_owed: ContextVar[set[str] | None] = ContextVar("owed", default=None)


class LocalStore(FileSystemStorage):
    """A local folder in which a saved file survives a power cut.

    Temp file, fsync, rename, fsync of the folders.
    A name is written once; the names are made from the bytes, so that writing one again changes nothing.
    """

    def __init__(self, location: str | Path | None = None) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)
        self._given = location

    @property
    def base_location(self) -> str:  # read anew, so that tests may move it
        return str(self._given or settings.CIVICLOOP_FILES)

    @property
    def location(self) -> str:
        return str(Path(self.base_location).absolute())

    def url(self, name: str | None) -> str:
        raise NotImplementedError("files are shown through civicloop.kernel.evidence.addresses.address")

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        folders = self._make_folders(target.parent)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks(CHUNK):
                    out.write(chunk)
                out.flush()
                if _owed.get() is None:
                    os.fsync(out.fileno())
            Path(temporary).replace(target)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
        self._settle([target.parent, *folders])
        return name

    def _make_folders(self, folder: Path) -> list[Path]:
        """Make what is missing; the folders whose list of entries changed by that."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
        return [one.parent for one in missing]

    def _settle(self, folders: list[Path]) -> None:
        owed = _owed.get()
        if owed is not None:
            owed.add(self.location)
            return
        for folder in dict.fromkeys(folders):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def one_sync() -> Iterator[None]:
    """Let many files be made durable by one sync at the end instead of several for each.

    For loads of thousands of files.  Open it inside the transaction, so that the sync precedes the commit.
    """
    token = _owed.set(set())
    try:
        yield
        if _owed.get():
            os.sync()
    finally:
        _owed.reset(token)


def store() -> Storage:
    """The storage that holds evidence."""
    return storages[ALIAS]


def original_path(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def copy_path(sha256: str, size: str) -> str:
    """Where the copy for people lies; rows with the same bytes share it."""
    return f"shown/{sha256[:2]}/{sha256[2:4]}/{sha256}.{size}.jpg"


def keep(path: str, content: IO[bytes], *, size: int) -> None:
    """Put `size` bytes from `content` (read from its start) at `path`, once and for good."""
    files = store()
    if files.exists(path) and files.size(path) == size:
        return
    content.seek(0)
    files.save(path, File(content))


def fingerprint(content: IO[bytes]) -> str:
    """Hex SHA-256 of everything in `content`, in bounded memory."""
    digest = hashlib.sha256()
    content.seek(0)
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
