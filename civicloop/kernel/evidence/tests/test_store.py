"""A file is on the disk for good, or not there."""

import io
import os
from pathlib import Path
from typing import Any

import pytest

from civicloop.kernel.evidence.store import LocalStore, keep, one_sync, original_path, store


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.CIVICLOOP_FILES = str(tmp_path / "files")


def test_the_file_is_synced_before_it_gets_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(handle: int) -> None:
        steps.append("fsync")
        fsync(handle)

    def seen_replace(self: Path, to: Path) -> Path:
        steps.append("rename")
        return replace(self, to)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    keep(original_path("ab" * 32), io.BytesIO(b"photo"), size=5)
    assert steps[:3] == ["fsync", "rename", "fsync"]
    assert steps.count("fsync") >= 5, "the file, its folder, and the folders that were new"


def test_a_file_that_fails_half_way_leaves_nothing(settings: Any) -> None:
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError("连接中断")
            return super().read(3)

    with pytest.raises(OSError, match="连接中断"):
        keep(original_path("cd" * 32), Breaks(b"photo" * 100), size=500)
    assert [path for path in Path(settings.CIVICLOOP_FILES).rglob("*") if path.is_file()] == []


def test_the_same_bytes_are_written_once() -> None:
    path = original_path("ef" * 32)
    keep(path, io.BytesIO(b"photo"), size=5)
    written = Path(store().path(path)).stat().st_mtime_ns
    keep(path, io.BytesIO(b"photo"), size=5)
    assert Path(store().path(path)).stat().st_mtime_ns == written


def test_a_file_that_a_crash_left_short_is_written_again() -> None:
    path = original_path("01" * 32)
    keep(path, io.BytesIO(b"pho"), size=3)
    keep(path, io.BytesIO(b"photo"), size=5)
    assert Path(store().path(path)).read_bytes() == b"photo"


def test_nobody_else_on_the_machine_may_read_it() -> None:
    path = original_path("23" * 32)
    keep(path, io.BytesIO(b"photo"), size=5)
    assert Path(store().path(path)).stat().st_mode & 0o077 == 0


def test_many_files_can_share_one_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("fsync"))
    monkeypatch.setattr(os, "sync", lambda: steps.append("sync"))
    with one_sync():
        for number in range(5):
            keep(original_path(f"{number:064x}"), io.BytesIO(b"photo"), size=5)
        assert steps == []
    assert steps == ["sync"]


def test_files_have_no_public_address() -> None:
    with pytest.raises(NotImplementedError):
        LocalStore().url("originals/ab")


def test_a_path_cannot_climb_out() -> None:
    from django.core.exceptions import SuspiciousFileOperation

    with pytest.raises(SuspiciousFileOperation):
        keep("originals/../../evil", io.BytesIO(b"x"), size=1)
