"""The door looks at a file before anything is kept."""

import io
import resource
import time
from typing import Any

import pytest

from civicloop.kernel.evidence import door
from civicloop.kernel.evidence.kinds import DOCUMENTS, DOCX, HEIC, JPEG, PDF, PHOTOS, PNG, WEBP, XLSX
from civicloop.kernel.evidence.names import safe_name
from civicloop.kernel.evidence.tests import hostile, made
from civicloop.kernel.refused import Refused

HARM = list(hostile.never_photos())
NEUTRAL = list(hostile.only_neutralised())


def look(data: bytes, **options: Any) -> door.Seen:
    return door.look(io.BytesIO(data), size=len(data), **options)


def test_there_are_many_hostile_files() -> None:
    assert len(HARM) + len(NEUTRAL) >= 60


@pytest.mark.parametrize("data", [data for _, data in HARM], ids=range(len(HARM)))
def test_it_refuses_a_hostile_file_quickly_and_in_little_memory(data: bytes) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Refused) as refusal:
        look(data)
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KiB
    assert str(refusal.value).endswith("。")
    assert "上传" in str(refusal.value)


@pytest.mark.parametrize("data", [data for _, data in NEUTRAL], ids=range(len(NEUTRAL)))
def test_it_lets_in_whole_photos_with_a_burden(data: bytes) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert look(data).width
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_header_of_64000_by_64000_pixels_is_refused_in_milliseconds() -> None:
    started = time.monotonic()
    with pytest.raises(Refused, match="像素太多"):
        look(hostile.png_of(64_000, 64_000))
    assert time.monotonic() - started < 0.1


def test_it_knows_photos_by_their_bytes() -> None:
    image = made.scene()
    assert look(made.saved(image, "JPEG")).kind is JPEG
    assert look(made.saved(image, "PNG")).kind is PNG
    assert look(made.saved(image, "WEBP")).kind is WEBP
    assert look(hostile.heic()).kind is HEIC


def test_it_takes_a_phone_s_picture_of_several_parts_for_a_photo() -> None:
    assert look(made.saved(made.scene(1), "MPO", save_all=True, append_images=[made.scene(2)])).kind is JPEG


def test_it_tells_what_a_refused_file_really_is() -> None:
    for data, word in (
        (hostile.HTML, "网页"),
        (hostile.SVG, "SVG"),
        (b"MZ\x90", "程序"),
        (hostile.tiff_loop(), "TIFF"),
    ):
        with pytest.raises(Refused, match=word):
            look(data)


def test_it_says_that_half_a_photo_did_not_arrive_whole() -> None:
    data = made.jpeg()
    with pytest.raises(Refused, match="没有传完整"):
        look(data[: len(data) // 2])


def test_it_refuses_a_photo_above_the_limit_of_bytes(settings: Any) -> None:
    settings.CIVICLOOP_PHOTO_MAX_BYTES = 1024 * 1024
    data = made.jpeg()
    with pytest.raises(Refused, match="最多 1 MB"):
        look(data + b"\x00" * (1024 * 1024))


def test_it_measures_a_photo_as_people_will_see_it() -> None:
    seen = look(made.jpeg(1, (640, 480), exif=made.exif(orientation=6)))
    assert (seen.width, seen.height) == (480, 640)


# Documents, where a caller lets them in


def office(main: str, *more: tuple[str, bytes], xml: bytes = b"<w/>") -> bytes:
    return hostile.zipped(("[Content_Types].xml", b"<Types/>"), (main, xml), *more)


def test_documents_come_in_only_where_they_are_asked_for() -> None:
    docx, xlsx, pdf = office("word/document.xml"), office("xl/workbook.xml"), b"%PDF-1.7\n1 0 obj\n%%EOF\n"
    for data, kind in ((docx, DOCX), (xlsx, XLSX), (pdf, PDF)):
        assert look(data, kinds=DOCUMENTS).kind is kind
        assert look(data, kinds=DOCUMENTS | PHOTOS).kind is kind
        with pytest.raises(Refused, match="只接收"):
            look(data)


BAD_DOCUMENTS = {
    "macro": office("word/document.xml", ("word/vbaProject.bin", b"x")),
    "ole": office("xl/workbook.xml", ("xl/embeddings/oleObject1.bin", b"x")),
    "xxe": office(
        "word/document.xml", xml=b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'
    ),
    "xxe in utf-16": office("word/document.xml", xml="<!DOCTYPE x []><w/>".encode("utf-16")),
    "laughs": office("xl/workbook.xml", xml=b'<!doctype x [<!entity a "ha">]><w/>'),
    "climbs": office("word/document.xml", ("../../evil.sh", b"x")),
    "absolute": office("word/document.xml", ("/etc/passwd", b"x")),
    "bomb": office("word/document.xml", ("word/media/a.bin", b"\x00" * 60_000_000)),
    "plain zip": hostile.zipped(("readme.txt", b"x")),
    "cut": office("word/document.xml")[:-30],
    "pdf with script": b"%PDF-1.7\n<< /S /JavaScript /JS (app.alert(1)) >>\n%%EOF\n",
    "pdf with program": b"%PDF-1.7\n<< /S /Launch /F (cmd.exe) >>\n%%EOF\n",
    "pdf cut": b"%PDF-1.7\n1 0 obj\n",
    "html as pdf": hostile.HTML,
}


@pytest.mark.parametrize("data", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_it_refuses_a_document_that_is_not_what_it_should_be(data: bytes) -> None:
    with pytest.raises(Refused, match="上传"):
        look(data, kinds=DOCUMENTS)


# Names


def test_a_name_loses_what_lies_about_it() -> None:
    assert safe_name("照片\u202egpj.exe") == "照片gpj.exe"
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("C:\\手机\\现场.jpg") == "现场.jpg"
    assert safe_name("a\x00b\r\nc\u200b.jpg") == "abc.jpg"
    assert safe_name(None) == safe_name("...") == ""
    long = safe_name("名" * 500 + ".jpg")
    assert len(long) == 120
    assert long.endswith("….jpg")
