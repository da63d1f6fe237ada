"""What the camera wrote, believed only as far as it makes sense."""

import io
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from civicloop.kernel.evidence import exif
from civicloop.kernel.evidence.tests import made

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(block: bytes, format: str = "JPEG") -> exif.Shot:
    data = made.saved(made.scene(1, (32, 24)), format, exif=block)
    with Image.open(io.BytesIO(data)) as image:
        return exif.read(image, zone=SHANGHAI)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_reads_when_and_where_in_every_kind_of_photo(format: str) -> None:
    shot = read(
        made.exif(
            taken="2026:03:05 14:02:11",
            latitude=((33.0, 57.0, 48.6), "N"),
            longitude=((118.0, 16.0, 30.0), "E"),
        ),
        format,
    )
    assert shot.taken_at == datetime(2026, 3, 5, 6, 2, 11, tzinfo=UTC)
    assert shot.latitude == pytest.approx(33.9635)
    assert shot.longitude == pytest.approx(118.275)


def test_a_camera_that_names_its_offset_is_believed() -> None:
    shot = read(made.exif(taken="2026:03:05 14:02:11", offset="-05:30"))
    assert shot.taken_at == datetime(2026, 3, 5, 19, 32, 11, tzinfo=UTC)


def test_south_and_west_are_negative() -> None:
    shot = read(made.exif(latitude=((12.0, 30.0, 0.0), "S"), longitude=((77.0, 0.0, 0.0), "W")))
    assert (shot.longitude, shot.latitude) == (-77.0, -12.5)


@pytest.mark.parametrize(
    "taken",
    ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "2026:13:40 99:99:99", "昨天", "", "2026", "\x00" * 19],
)
def test_a_moment_that_makes_no_sense_says_nothing(taken: str) -> None:
    assert exif.moment(taken, None, zone=SHANGHAI) is None


class NoDenominator:
    def __float__(self) -> float:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (33.0, 1.0, 1.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (118.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (float("nan"), 0.0, 0.0), 3: "E", 4: (118.0, 0.0, 0.0)},
        {1: "N", 2: (NoDenominator(), 0.0, 0.0), 3: "E", 4: (118.0, 0.0, 0.0)},
        {1: "N", 2: "33", 3: "E", 4: 118},
        {1: "N", 2: (), 3: "E", 4: (1, 2, 3, 4)},
        {1: 5, 2: ("a", "b", "c"), 3: None, 4: (None,)},
        {1: "N", 2: (-33.0, 0.0, 0.0), 3: "E", 4: (118.0, 0.0, 0.0)},
    ],
)
def test_a_position_that_makes_no_sense_says_nothing(gps: dict[int, Any]) -> None:
    assert exif.position(gps) == (None, None)


def test_a_rational_with_zero_below_says_nothing() -> None:
    rational = read(
        made.exif(
            taken="2026:03:05 14:02:11", latitude=((33.0, 0.0, 0.0), "N"), longitude=((1.0, 2.0, 3.0), "E")
        )
    )
    assert rational.latitude == 33.0
    block = made.exif(latitude=((33.0, 0.0, 0.0), "N"), longitude=((118.0, 0.0, 0.0), "E"))
    broken = block.replace(b"\x00\x00\x00\x76\x00\x00\x00\x01", b"\x00\x00\x00\x76\x00\x00\x00\x00").replace(
        b"\x76\x00\x00\x00\x01\x00\x00\x00", b"\x76\x00\x00\x00\x00\x00\x00\x00"
    )
    assert broken != block
    assert read(broken).longitude is None


@given(st.binary(max_size=400))
def test_garbage_never_breaks_it(data: bytes) -> None:
    image = Image.new("L", (4, 4))
    image.info["exif"] = b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + data
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shot = exif.read(image, zone=SHANGHAI)
    assert 1 <= shot.orientation <= 8
