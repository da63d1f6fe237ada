"""收到佐证材料: one door, one row an intent, bytes kept before the row."""

import hashlib
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from civicloop.kernel.evidence import jobs
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.kinds import DOCUMENTS
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.store import copy_path, original_path, store
from civicloop.kernel.evidence.tests import hostile, made
from civicloop.kernel.evidence.tests.made import LI_NA, WANG_LEI, Upload
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.CIVICLOOP_FILES = str(tmp_path)
    return tmp_path


def jobs_waiting() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'id')::bigint FROM procrastinate_jobs WHERE task_name = 'kernel.derive_evidence'"
        )
        return [row[0] for row in cursor.fetchall()]


def kept(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


def test_li_na_hands_in_a_photo_with_time_and_place() -> None:
    data = made.jpeg(
        exif=made.exif(
            taken="2026:03:05 14:02:11",
            latitude=((33.0, 57.0, 48.6), "N"),
            longitude=((118.0, 16.0, 30.0), "E"),
        )
    )
    row = receive(Upload(data, "C:\\手机\\照片\u202egpj.jpg"), by=LI_NA)
    row.refresh_from_db()
    assert (row.sha256, row.size, row.mime) == (hashlib.sha256(data).hexdigest(), len(data), "image/jpeg")
    assert (row.width, row.height) == (640, 480)
    assert (row.original_name, row.received_by) == ("照片gpj.jpg", "system:li-na")
    assert row.taken_at is not None
    assert row.taken_at.isoformat() == "2026-03-05T06:02:11+00:00"
    assert (row.exif_longitude, row.exif_latitude) == pytest.approx((118.275, 33.9635))
    assert store().open(original_path(row.sha256)).read() == data


def test_it_waits_for_the_worker_and_is_in_the_trail() -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    assert row.state == Evidence.State.RECEIVED
    assert jobs_waiting() == [row.pk]
    entry = Entry.objects.get(verb="kernel.receive_evidence")
    assert (entry.by, entry.about_id) == ("system:li-na", row.pk)
    assert entry.facts == {"uid": str(row.uid), "sha256": row.sha256, "size": row.size}


def test_the_worker_makes_the_copies(files: Path) -> None:
    row = receive(Upload(made.jpeg(1, (2400, 1200))), by=LI_NA)
    jobs.derive_evidence(row.pk)
    jobs.derive_evidence(row.pk)
    row.refresh_from_db()
    assert row.is_shown
    assert row.size_of("display") == (1600, 800)
    assert row.size_of("thumb") == (320, 160)
    assert row.dhash is not None
    assert len(kept(files)) == 3


def test_a_job_for_a_row_that_is_gone_has_nothing_to_do() -> None:
    jobs.derive_evidence(999_999_999)


def test_small_pictures_can_have_their_copies_at_once(files: Path) -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA, at_once=True)
    assert row.is_shown
    assert jobs_waiting() == []
    assert len(kept(files)) == 3


def test_a_heic_that_proves_broken_is_told_and_not_tried_for_ever() -> None:
    data = hostile.heic()
    row = receive(Upload(data[:-200], "苹果.heic"), by=LI_NA)
    jobs.derive_evidence(row.pk)
    row.refresh_from_db()
    assert row.state == Evidence.State.UNREADABLE
    assert Entry.objects.filter(verb="kernel.find_unreadable", about_id=row.pk).count() == 1


def test_a_storage_that_fails_is_not_taken_for_a_broken_photo() -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    Path(store().path(original_path(row.sha256))).unlink()
    with pytest.raises(FileNotFoundError):
        jobs.derive_evidence(row.pk)
    row.refresh_from_db()
    assert row.state == Evidence.State.RECEIVED


def test_sending_the_same_photo_again_changes_nothing() -> None:
    uid, data = uuid.uuid4(), made.jpeg()
    first = receive(Upload(data), by=LI_NA, id=uid)
    again = receive(Upload(data), by=LI_NA, id=uid)
    assert (again.pk, again.uid) == (first.pk, uid)
    assert Evidence.objects.count() == Entry.objects.count() == len(jobs_waiting()) == 1


def test_another_photo_under_the_same_id_is_refused(files: Path) -> None:
    uid = uuid.uuid4()
    first = receive(Upload(made.jpeg(1)), by=LI_NA, id=uid)
    with pytest.raises(Refused, match=r"文件“现场\.jpg”与先前用同一编号上传的文件内容不同"):
        receive(Upload(made.jpeg(2)), by=LI_NA, id=uid)
    assert Evidence.objects.get().sha256 == first.sha256
    assert len(kept(files)) == 1
    assert Entry.objects.count() == 1


def test_the_same_bytes_by_two_people_are_two_rows_and_one_file(files: Path) -> None:
    data = made.jpeg()
    one, other = receive(Upload(data), by=LI_NA), receive(Upload(data), by=WANG_LEI)
    assert one.pk != other.pk
    assert one.sha256 == other.sha256
    assert len(kept(files)) == 1


@pytest.mark.parametrize(("name", "data"), list(hostile.never_photos())[:12], ids=lambda value: None)
def test_a_refusal_names_the_file_and_leaves_nothing(name: str, data: bytes, files: Path) -> None:
    with pytest.raises(Refused, match=f"^文件“{name}”"):
        receive(Upload(data, name), by=LI_NA)
    assert not Evidence.objects.exists()
    assert not Entry.objects.exists()
    assert jobs_waiting() == []
    assert kept(files) == []


def test_a_file_that_is_too_large_is_not_read_to_its_end(settings: Any, files: Path) -> None:
    settings.CIVICLOOP_PHOTO_MAX_BYTES = 1024 * 1024

    class Endless:
        """Neither claims a size nor ends."""

        read_so_far = 0

        def read(self, size: int = -1, /) -> bytes:
            self.read_so_far += size
            return b"\xff\xd8\xff" + b"\x00" * (size - 3)

    endless = Endless()
    with pytest.raises(Refused, match="这个文件太大，最多 1 MB"):
        receive(endless, by=LI_NA)
    assert endless.read_so_far < 2 * 1024 * 1024
    assert kept(files) == []


def test_a_claimed_size_above_the_limit_is_refused_unread() -> None:
    upload = SimpleUploadedFile("大.jpg", b"x")
    upload.size = 10**12
    with pytest.raises(Refused, match="太大"):
        receive(upload, by=LI_NA)


def test_a_name_and_type_in_the_header_are_not_believed() -> None:
    row = receive(
        SimpleUploadedFile("木马.exe", made.jpeg(), content_type="application/x-msdownload"), by=LI_NA
    )
    assert row.mime == "image/jpeg"
    with pytest.raises(Refused, match="网页"):
        receive(SimpleUploadedFile("照片.jpg", hostile.HTML, content_type="image/jpeg"), by=LI_NA)


def test_documents_are_kept_as_they_are_where_asked_for() -> None:
    row = receive(Upload(b"%PDF-1.7\n1 0 obj\n%%EOF\n", "通知.pdf"), by=LI_NA, kinds=DOCUMENTS)
    assert (row.state, row.mime, row.width) == ("kept", "application/pdf", None)
    assert jobs_waiting() == []


@pytest.mark.django_db(transaction=True)
def test_thirty_sendings_at_once_have_one_effect() -> None:
    uid, data = uuid.uuid4(), made.jpeg()
    found: list[int] = []

    def send() -> None:
        try:
            found.append(receive(Upload(data), by=LI_NA, id=uid).pk)
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(30)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(found) == 30
    assert len(set(found)) == 1
    assert Evidence.objects.count() == Entry.objects.count() == len(jobs_waiting()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "x"},
        {"size": 0},
        {"width": None},
        {"exif_longitude": 118.0},
        {"exif_longitude": 200.0, "exif_latitude": 10.0},
        {"dhash": 1},
        {"state": "derived"},
        {"state": "nonsense"},
    ],
    ids=str,
)
def test_the_table_itself_refuses_what_cannot_be(change: dict[str, Any]) -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.filter(pk=row.pk).update(**change)


def test_copies_of_the_same_bytes_are_made_once() -> None:
    data = made.jpeg()
    receive(Upload(data), by=LI_NA, at_once=True)
    path = Path(store().path(copy_path(hashlib.sha256(data).hexdigest(), "thumb")))
    written = path.stat().st_mtime_ns
    receive(Upload(data), by=WANG_LEI, at_once=True)
    assert path.stat().st_mtime_ns == written
