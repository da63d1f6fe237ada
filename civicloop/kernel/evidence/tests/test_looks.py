"""The same photo is known again; another is not."""

import io
import itertools

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from civicloop.kernel.evidence.looks import both_ways, dhash, distance
from civicloop.kernel.evidence.models import LOOK_ALIKE
from civicloop.kernel.evidence.tests import made


def resaved(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(made.saved(image, "JPEG", quality=35)))


def resized(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 3, image.height // 3))


def brighter(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.25)


def stamped(image: Image.Image) -> Image.Image:
    """The band with date and place that inspection cameras put at the bottom."""
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, int(image.height * 0.91), image.width, image.height), fill=(20, 20, 20))
    draw.text((10, int(image.height * 0.93)), "2026-03-05 14:02 / 33.96N 118.27E", fill="white")
    return image


def look(image: Image.Image) -> int:
    found = dhash(image)
    assert found is not None
    return found


@pytest.mark.parametrize("edit", [resaved, resized, brighter, stamped])
def test_an_edited_copy_stays_near(edit: object) -> None:
    assert callable(edit)
    for seed in range(20):
        image = made.scene(seed)
        assert distance(look(image), look(edit(image))) <= LOOK_ALIKE


def test_a_mirrored_copy_is_known_by_the_mirrored_hash() -> None:
    for seed in range(20):
        image = made.scene(seed)
        assert distance(both_ways(image)[1] or 0, look(ImageOps.mirror(image))) == 0


def test_other_scenes_are_far() -> None:
    looks = [look(made.scene(seed)) for seed in range(30)]
    near = [1 for one, other in itertools.combinations(looks, 2) if distance(one, other) <= LOOK_ALIKE]
    assert not near


def test_a_white_wall_tells_nothing() -> None:
    assert both_ways(Image.new("RGB", (640, 480), (240, 240, 238))) == (None, None)


def test_a_hash_fits_a_bigint() -> None:
    assert all(-(2**63) <= look(made.scene(seed)) < 2**63 for seed in range(50))
