"""The copies that people see: upright, small, sRGB, and without a word of metadata."""

import io
from datetime import UTC
from typing import IO

import numpy as np
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms

from civicloop.kernel.actors import WORKER
from civicloop.kernel.evidence import exif, looks, opening
from civicloop.kernel.evidence.kinds import BY_MIME, JPEG, Kind
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.store import copy_path, keep, original_path, store
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb

SIZES = {"display": 1600, "thumb": 320}  # longest side in pixels
QUALITY = {"display": 82, "thumb": 76}

FIND_UNREADABLE = Verb("kernel.find_unreadable", _("发现照片无法读取"))

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


def derive(evidence: Evidence) -> Evidence:
    """Make the copies and the look's hash of a received photo, and say so in its row.  Twice does no harm.

    A photo that cannot be read after all (HEIC is decoded only here) becomes `unreadable`, with a trail
    entry.
    Must be called in a transaction.
    """
    row = Evidence.objects.select_for_update().get(pk=evidence.pk)
    if row.state != Evidence.State.RECEIVED:
        return row
    with store().open(original_path(row.sha256)) as original:
        content = io.BytesIO(original.read())  # so that a storage that fails is not taken for a broken photo
    try:
        make_copies(row, content)
    except (opening.Unreadable, Refused):
        row.state = Evidence.State.UNREADABLE
        record(FIND_UNREADABLE, about=row, by=WORKER)
    row.save()
    return row


def make_copies(row: Evidence, content: IO[bytes]) -> None:
    """Write the copies of the photo in `content` and note them in `row`, which is not saved here."""
    pictures = copies(content, BY_MIME[row.mime])
    row.dhash, row.dhash_mirrored = looks.both_ways(pictures["display"])
    for size, picture in pictures.items():
        data = as_jpeg(picture, QUALITY[size])
        keep(copy_path(row.sha256, size), io.BytesIO(data), size=len(data))
        setattr(row, f"{size}_width", picture.width)
        setattr(row, f"{size}_height", picture.height)
    row.state = Evidence.State.DERIVED


def copies(content: IO[bytes], kind: Kind) -> dict[str, Image.Image]:
    """The pictures for people, by size: RGB, upright, never larger than the original.  Pure.

    Raises `opening.Unreadable` or `Refused`.
    """
    with opening.opened(content, kind) as image:
        turn = exif.read(image, zone=UTC).orientation
        side = SIZES["display"]
        if kind is JPEG:
            image.draft("RGB", (side, side))
        image.load()
        profile = image.info.get("icc_profile")
        small: Image.Image = image
        if max(image.size) > side:
            small = _shrunk(image, side)
        display = _in_srgb(_on_white(small), profile)
        if turn in _UPRIGHT:
            display = display.transpose(_UPRIGHT[turn])
        display.info = {}
    thumb = _shrunk(display, SIZES["thumb"]) if max(display.size) > SIZES["thumb"] else display.copy()
    thumb.info = {}
    return {"display": display, "thumb": thumb}


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of pixels and nothing else."""
    out = io.BytesIO()
    picture.save(
        out, "JPEG", quality=quality, optimize=True, progressive=True, exif=b"", icc_profile=None, comment=b""
    )
    return out.getvalue()


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if image.mode in ("P", "1"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    """RGB or CMYK or L; what was transparent becomes white."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen-bit grey as eight bits; Pillow's own conversion would clip it to white."""
    values = np.asarray(image)
    scale = 256 if values.size and values.max() > 255 else 1
    return Image.fromarray((values / scale).clip(0, 255).astype(np.uint8))


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The colours as sRGB; a profile that cannot be used is left out."""
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            if turned is not None:
                return turned
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image.convert("RGB")
