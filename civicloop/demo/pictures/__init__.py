"""Drawn pictures for the sample city: no photo, nobody's street, and a stamp on each that says so."""

import hashlib
import io
from random import Random

from PIL import Image, ImageChops

from civicloop.demo.pictures.brush import HEIGHT, WIDTH, Canvas, Light
from civicloop.demo.pictures.scenes import scene_of
from civicloop.demo.pictures.stamp import put_caption, put_stamp

__all__ = ["picture"]

STAGES = ("before", "after", "look_back")
QUALITY = 80


def picture(seed: int, *, kind_code: str, stage: str, caption: str) -> bytes:
    """A JPEG of 720 × 540 pixels, stamped 示例图片, that looks the same for the same arguments.

    seed       one number a case: the same place and standpoint in every stage
    kind_code  the problem kind, as "ENV01"; an unknown one gets a street
    stage      "before" shows the problem, "after" the place put right, "look_back" the same at another hour
    caption    a line at the foot, such as the case's number and the time
    """
    if stage not in STAGES:
        raise ValueError(f"no stage {stage}")
    place = _random(seed, kind_code, "place")
    light = Light(_random(seed, kind_code, stage, "light"))
    canvas = Canvas(place, light)
    scene_of(kind_code)(canvas, stage == "before")
    image = ImageChops.multiply(canvas.finished(), _shade(_random(seed, kind_code, "shade")))
    put_stamp(image)
    put_caption(image, caption)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _random(*words: object) -> Random:
    """Chance that is the same on every machine and in every process."""
    return Random(hashlib.sha256(repr(words).encode()).digest())


def _shade(chance: Random) -> Image.Image:
    """The soft light and shadow of clouds and trees: no two places lie under the same."""
    grey = Image.frombytes("L", (8, 6), bytes(chance.randint(212, 255) for _ in range(48)))
    return grey.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).convert("RGB")
