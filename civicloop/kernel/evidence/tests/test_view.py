"""Handing out: to the right person, harmless, and originals never unseen."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponseBase
from django.test import RequestFactory

from civicloop.kernel.evidence import views
from civicloop.kernel.evidence.addresses import LIVES, Size, address, token
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.kinds import DOCUMENTS
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.tests import hostile, made
from civicloop.kernel.evidence.tests.made import LI_NA, WANG_LEI, Upload
from civicloop.kernel.trail.models import Entry

pytestmark = pytest.mark.django_db


class Viewer:
    """Somebody who is logged in."""

    is_authenticated = True

    def __init__(self, actor: Any) -> None:
        self.actor_key, self.actor_name = actor.actor_key, actor.actor_name


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.CIVICLOOP_FILES = str(tmp_path)
    settings.ROOT_URLCONF = "civicloop.kernel.evidence.urls"
    return tmp_path


@pytest.fixture
def photo() -> Evidence:
    return receive(Upload(made.jpeg(exif=made.exif(taken="2026:03:05 14:02:11"))), by=LI_NA, at_once=True)


def get(text: str, who: Any = LI_NA, method: str = "get") -> HttpResponseBase:
    request = getattr(RequestFactory(), method)(f"/evidence/{text}")
    request.user = Viewer(who) if who else AnonymousUser()
    return views.evidence(request, text)


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", ["thumb", "display"])
def test_li_na_sees_the_copy_without_metadata(photo: Evidence, size: Size) -> None:
    response = get(token(photo.uid, size, for_=LI_NA))
    data = body(response)
    assert response.status_code == 200
    assert data.startswith(b"\xff\xd8")
    assert b"CANARY" not in data
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("inline")
    assert response["Cache-Control"].startswith("private, max-age=")


def test_the_browser_may_run_nothing(photo: Evidence) -> None:
    waiting = receive(Upload(made.jpeg(2)), by=LI_NA)
    sizes: tuple[Size, ...] = ("thumb", "display", "original")
    for row in (photo, waiting):
        for size in sizes:
            response = get(token(row.uid, size, for_=LI_NA))
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
            body(response)


def test_nobody_else_sees_it(photo: Evidence) -> None:
    text = token(photo.uid, "thumb", for_=LI_NA)
    for other, who in (
        (text, WANG_LEI),
        (text, None),
        (text[:-1], LI_NA),
        (text.replace("thumb", "original"), LI_NA),
        (token(uuid.uuid4(), "thumb", for_=LI_NA), LI_NA),
        (token(photo.uid, "thumb", for_=LI_NA, at=1_700_000_000), LI_NA),
        ("x", LI_NA),
    ):
        with pytest.raises(Http404):
            get(other, who)


def test_an_address_can_only_be_read(photo: Evidence) -> None:
    for method in ("post", "put", "delete", "head"):
        assert get(token(photo.uid, "original", for_=LI_NA), method=method).status_code == 405
    assert not Entry.objects.filter(verb="kernel.open_original").exists()


def test_an_original_is_a_download_and_stands_in_the_trail(photo: Evidence) -> None:
    response = get(token(photo.uid, "original", for_=LI_NA))
    assert body(response).startswith(b"\xff\xd8")
    assert response["Content-Disposition"] == f'attachment; filename="{photo.uid}.jpg"'
    assert response["Content-Type"] == "application/octet-stream"
    assert "no-store" in response["Cache-Control"]
    entry = Entry.objects.get(verb="kernel.open_original")
    assert (entry.by, entry.about_id, entry.facts["sha256"]) == ("system:li-na", photo.pk, photo.sha256)


def test_a_photo_that_waits_for_the_worker_shows_so() -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    response = get(token(row.uid, "thumb", for_=LI_NA))
    assert response.status_code == 202
    assert response["Content-Type"] == "image/svg+xml"
    assert "处理中" in body(response).decode()
    assert "no-store" in response["Cache-Control"]
    assert response["Retry-After"]


def test_a_photo_that_cannot_be_read_shows_so() -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    Evidence.objects.filter(pk=row.pk).update(state="unreadable")
    assert "无法读取" in body(get(token(row.uid, "thumb", for_=LI_NA))).decode()


def test_a_document_is_only_ever_a_download() -> None:
    row = receive(Upload(b"%PDF-1.7\n1 0 obj\n%%EOF\n", "通知.pdf"), by=LI_NA, kinds=DOCUMENTS)
    assert "请下载" in body(get(token(row.uid, "display", for_=LI_NA))).decode()
    assert get(token(row.uid, "original", for_=LI_NA))["Content-Disposition"].startswith("attachment")


def test_a_photo_with_a_web_page_behind_it_shows_only_the_photo() -> None:
    row = receive(Upload(made.jpeg() + hostile.HTML), by=LI_NA, at_once=True)
    assert b"<script" not in body(get(token(row.uid, "display", for_=LI_NA)))


def test_the_address_changes_once_the_copies_are_there() -> None:
    row = receive(Upload(made.jpeg()), by=LI_NA)
    waiting = address(row, "thumb", for_=LI_NA)
    row.state = Evidence.State.DERIVED
    assert waiting.startswith("/")
    assert waiting.endswith("?wait")
    assert not address(row, "thumb", for_=LI_NA).endswith("?wait")
    assert LIVES == 300
