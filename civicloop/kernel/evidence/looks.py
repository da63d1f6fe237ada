"""How a photo looks, in 64 bits, so that a re-saved, resized or stamped copy is found again."""

import numpy as np
from PIL import Image, ImageOps

PLAIN = 3.0  # grey levels of spread below which a picture (lens cap, white wall) tells nothing


def dhash(image: Image.Image) -> int | None:
    """The difference hash: in which of 8 × 8 places it gets brighter to the right, as a signed 64-bit number.

    None for a picture that is too plain to tell from another.  `image` is upright.
    """
    small = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS), dtype=np.int16)
    if float(small.std()) < PLAIN:
        return None
    bits = np.packbits(small[:, 1:] > small[:, :-1])
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def both_ways(image: Image.Image) -> tuple[int | None, int | None]:
    """The hash of a picture and of its mirror image."""
    straight, mirrored = dhash(image), dhash(ImageOps.mirror(image))
    return (straight, mirrored) if straight is not None and mirrored is not None else (None, None)


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ: 0 the same look, about 32 unrelated."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()
