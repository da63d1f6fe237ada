"""Tampering with kept files is found."""

from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from PIL import Image

from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.evidence.audit import check_files
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.store import original_path, store


def _photo(colour: str) -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (640, 480), colour).save(drawn, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", drawn.getvalue(), "image/jpeg")


class FilesAreCheckedTests(TestCase):
    """check_files"""

    def test_what_nobody_touched_is_sound(self) -> None:
        receive(_photo("red"), by=INSTALLER)
        self.assertEqual(list(check_files()), [])

    def test_a_changed_original_is_named(self) -> None:
        photo = receive(_photo("green"), by=INSTALLER)
        path = Path(store().path(original_path(photo.sha256)))
        before = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(before + b"x")
        try:
            self.assertEqual([one.where for one in check_files()], [f"evidence {photo.pk}"])
        finally:
            path.write_bytes(before)

    def test_a_row_that_points_to_another_file_is_named(self) -> None:
        photo, other = (receive(_photo(colour), by=INSTALLER) for colour in ("blue", "white"))
        Evidence.objects.filter(pk=photo.pk).update(sha256=other.sha256)
        self.assertEqual([one.what for one in check_files()], ["changed"])
