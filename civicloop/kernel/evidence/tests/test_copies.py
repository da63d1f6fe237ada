"""What people see: upright, small, and pixels only."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from civicloop.kernel.evidence import derive
from civicloop.kernel.evidence.kinds import HEIC, JPEG, PNG, WEBP, Kind
from civicloop.kernel.evidence.opening import Unreadable
from civicloop.kernel.evidence.tests import hostile, made

LABELLED = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}


def shown(data: bytes, kind: Kind) -> dict[str, Image.Image]:
    """The copies as a browser would get them."""
    pictures = derive.copies(io.BytesIO(data), kind)
    return {size: Image.open(io.BytesIO(derive.as_jpeg(picture, 80))) for size, picture in pictures.items()}


def corners() -> Image.Image:
    """Red at the top left, green at the top right, blue at the bottom left; wider than high."""
    image = Image.new("RGB", (400, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 99, 99), fill=(220, 0, 0))
    draw.rectangle((300, 0, 399, 99), fill=(0, 200, 0))
    draw.rectangle((0, 100, 99, 199), fill=(0, 0, 220))
    return image


# How a camera held in each way stores the upright scene.
STORED = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP])
def test_it_stands_upright_however_the_phone_was_held(orientation: int, kind: Kind) -> None:
    stored = STORED[orientation](corners())
    data = made.saved(stored, LABELLED[kind], exif=made.exif(orientation=orientation))
    for picture in shown(data, kind).values():
        pixels = np.asarray(picture.convert("RGB").resize((400, 200)), dtype=int)
        assert picture.width == 2 * picture.height
        assert pixels[50, 50].argmax() == 0, "red at the top left"
        assert pixels[50, 350].argmax() == 1, "green at the top right"
        assert pixels[150, 50].argmax() == 2, "blue at the bottom left"


@pytest.mark.parametrize("kind", LABELLED)
def test_the_copies_say_nothing_but_pixels(kind: Kind) -> None:
    block = made.exif(
        taken="2026:03:05 14:02:11", latitude=((33.0, 57.0, 48.6), "N"), longitude=((118.0, 16.0, 30.0), "E")
    )
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">CANARY-XMP-4410</x:xmpmeta>'
    options: dict[str, object] = {"exif": block}
    if kind is JPEG:
        options |= {"xmp": packet, "comment": b"CANARY-COMMENT"}
    if kind in (WEBP, HEIC):
        options |= {"xmp": packet}
    data = made.saved(made.scene(), LABELLED[kind], **options)
    assert b"CANARY" in data
    for size, picture in derive.copies(io.BytesIO(data), kind).items():
        out = derive.as_jpeg(picture, derive.QUALITY[size])
        assert b"CANARY" not in out
        assert b"Exif" not in out
        assert b"xmp" not in out.lower().replace(b"jfif", b"")[:200]
        with Image.open(io.BytesIO(out)) as again:
            assert not again.getexif()
            assert set(again.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


@pytest.mark.parametrize(("name", "data"), list(hostile.only_neutralised()), ids=lambda value: None)
def test_what_rode_along_is_gone_from_the_copies(name: str, data: bytes) -> None:
    kind = PNG if name.endswith(".png") else JPEG
    for picture in derive.copies(io.BytesIO(data), kind).values():
        out = derive.as_jpeg(picture, 80)
        assert b"<script" not in out
        assert b"EICAR" not in out
        assert b"PK\x03\x04" not in out
        assert out.endswith(b"\xff\xd9")


def test_a_large_photo_is_shown_at_most_1600_and_320_wide() -> None:
    pictures = derive.copies(io.BytesIO(made.jpeg(1, (4000, 3000))), JPEG)
    assert pictures["display"].size == (1600, 1200)
    assert pictures["thumb"].size == (320, 240)


def test_a_small_photo_is_not_blown_up() -> None:
    pictures = derive.copies(io.BytesIO(made.jpeg(1, (200, 150))), JPEG)
    assert pictures["display"].size == pictures["thumb"].size == (200, 150)


def test_a_line_of_pixels_keeps_at_least_one_in_height() -> None:
    assert derive.copies(io.BytesIO(made.jpeg(1, (5000, 2))), JPEG)["thumb"].size == (320, 1)


def test_what_is_transparent_becomes_white() -> None:
    image = Image.new("RGBA", (60, 60), (255, 0, 0, 0))
    for data in (made.saved(image, "PNG"), made.saved(image.convert("LA"), "PNG")):
        assert derive.copies(io.BytesIO(data), PNG)["display"].getpixel((30, 30)) == (255, 255, 255)


def test_sixteen_bits_keep_their_greys() -> None:
    picture = derive.copies(io.BytesIO(made.saved(hostile.rgb16(), "PNG")), PNG)["display"]
    assert np.asarray(picture.convert("L")).min() < 10
    assert 110 < np.asarray(picture.convert("L")).mean() < 145


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "RGBA"])
def test_every_mode_of_pixels_becomes_rgb(mode: str) -> None:
    format, kind = ("JPEG", JPEG) if mode in ("CMYK", "YCbCr") else ("PNG", PNG)
    data = made.saved(made.scene(1, (2000, 1000)).convert(mode), format)
    pictures = derive.copies(io.BytesIO(data), kind)
    assert pictures["display"].mode == "RGB"
    assert pictures["display"].size == (1600, 800)


def test_a_colour_profile_is_applied_and_a_broken_one_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for block in (b"garbage", profile, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()):
        data = made.jpeg(1, (100, 80), icc_profile=block)
        out = derive.as_jpeg(derive.copies(io.BytesIO(data), JPEG)["display"], 80)
        assert b"ICC_PROFILE" not in out


def test_half_a_heic_is_unreadable_and_not_a_crash() -> None:
    data = hostile.heic()
    for cut in (len(data) // 2, len(data) - 200):
        with pytest.raises(Unreadable):
            derive.copies(io.BytesIO(data[:cut]), HEIC)
