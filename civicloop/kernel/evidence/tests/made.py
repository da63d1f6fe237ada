"""Pictures made for the tests: each seed is another scene."""

import io
from typing import Any

import numpy as np
from PIL import Image

from civicloop.kernel.actors import SystemActor

LI_NA = SystemActor("li-na", "李娜")
WANG_LEI = SystemActor("wang-lei", "王磊")


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A soft picture of large shapes, as photos of streets are, with a little grain."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(20, 235, (7, 9, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    grain = rng.integers(-6, 7, pixels.shape, dtype=np.int16)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def jpeg(seed: int = 1, size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    return saved(scene(seed, size), "JPEG", **{"quality": 88, **options})


def exif(
    *,
    taken: str | None = None,
    offset: str | None = None,
    latitude: tuple[Any, str] | None = None,
    longitude: tuple[Any, str] | None = None,
    orientation: int | None = None,
) -> bytes:
    """An EXIF block as a camera writes it; angles are ((d, m, s), "N")."""
    block = Image.Exif()
    if orientation is not None:
        block[0x0112] = orientation
    detail = block.get_ifd(0x8769)
    if taken is not None:
        detail[0x9003] = taken
    if offset is not None:
        detail[0x9011] = offset
    gps = block.get_ifd(0x8825)
    if latitude is not None:
        gps[2], gps[1] = latitude
    if longitude is not None:
        gps[4], gps[3] = longitude
    block[0x010F] = "CANARY-CAMERA-7731"
    return block.tobytes()


class Upload(io.BytesIO):
    """What a form hands over."""

    def __init__(self, data: bytes, name: str = "现场.jpg") -> None:
        super().__init__(data)
        self.name = name
        self.size = len(data)
