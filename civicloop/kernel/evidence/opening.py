"""Opening a picture that a stranger made, with bounds before anything is decoded."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pillow_heif
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from civicloop.kernel.evidence.kinds import HEIC, JPEG, PNG, WEBP, Kind
from civicloop.kernel.refused import Refused

MAX_PIXELS = 50_000_000  # 8160 × 6120, the largest that phones make by default
MAX_SIDE = 16_384
# Memory for a pixel differs: what cannot be decoded small, as a plain JPEG can, gets a share of the pixels.
_SHARES = {PNG: 2, WEBP: 4}
_SHARE_OF_PROGRESSIVE = 2

# One decode at a time in a process: the bound on pixels is then a bound on memory.
_one_at_a_time = threading.Lock()

# Embedded previews are not used: they may show another picture than the one that is kept.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


class Unreadable(Exception):
    """The bytes are not a whole picture of their kind."""


class Cut(Unreadable):
    """The bytes end before the picture does."""


@contextmanager
def opened(content: IO[bytes], kind: Kind) -> Iterator[Image.Image]:
    """The picture in `content`, not decoded yet and within bounds of size; one at a time in this process.

    Raises `Refused` for too many pixels or moving pictures, `Unreadable` or `Cut` for whatever a decoder
    says, also while the caller decodes inside.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata are no news
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        content.seek(0)
        try:
            with Image.open(content, formats=kind.formats) as image:
                _within_bounds(image, kind)
                yield image
        except (Refused, MemoryError):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise Refused(_too_large(max_pixels(kind))) from bomb
        except Exception as broken:  # decoders raise a dozen kinds of errors on hostile bytes
            if "truncated" in str(broken).lower():
                raise Cut(str(broken)) from broken
            raise Unreadable(str(broken)) from broken


def max_pixels(kind: Kind, *, progressive: bool = False) -> int:
    """How many pixels a picture of this kind may have."""
    limit = int(getattr(settings, "CIVICLOOP_PHOTO_MAX_PIXELS", MAX_PIXELS))
    return limit // (_SHARE_OF_PROGRESSIVE if progressive else _SHARES.get(kind, 1))


def check_whole(image: Image.Image, kind: Kind) -> None:
    """Decode once, as small as the kind allows, so that a cut or bent picture is told to its sender at once.

    HEIC takes seconds and is left to the worker.
    """
    if kind is HEIC:
        return
    image.draft("L", (image.width // 8, image.height // 8))
    image.load()


def _within_bounds(image: Image.Image, kind: Kind) -> None:
    limit = max_pixels(kind, progressive=kind is JPEG and bool(image.info.get("progressive")))
    if image.width * image.height > limit or max(image.size) > MAX_SIDE:
        raise Refused(_too_large(limit))
    if kind not in (JPEG, HEIC) and getattr(image, "n_frames", 1) > 1:
        raise Refused(_("是动图，只接收静态照片。请截取一帧或重新拍照后上传。"))


def _too_large(pixels: int) -> str:
    return _(
        "的像素太多，最多 %(millions)d 万像素、单边 %(side)d 像素。请在手机里调低照片尺寸或缩小后上传。"
    ) % {
        "millions": pixels // 10_000,
        "side": MAX_SIDE,
    }
