"""What a camera wrote beside the picture: when and where.  Anything may be missing, broken or a lie."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from PIL import ExifTags, Image

EARLIEST = 1990  # no camera wrote EXIF before; cameras without a set clock say 1970 or 1980


@dataclass(frozen=True)
class Shot:
    """When (aware, UTC), where (WGS-84 degrees) and which way up (1–8) a photo was taken, if it says."""

    taken_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    orientation: int = 1


NOTHING_SAID = Shot()


def read(image: Image.Image, *, zone: tzinfo) -> Shot:
    """What the metadata of an opened image say; `zone` is the camera's where it names none."""
    try:
        exif = image.getexif()
        detail: dict[int, Any] = exif.get_ifd(ExifTags.IFD.Exif)
        gps: dict[int, Any] = exif.get_ifd(ExifTags.IFD.GPSInfo)
        top: dict[int, Any] = dict(exif)
    except Exception:  # noqa: BLE001 - metadata are made by anybody; broken ones say nothing, the photo still counts
        return NOTHING_SAID
    taken_at = moment(detail.get(0x9003), detail.get(0x9011), zone=zone)
    taken_at = taken_at or moment(detail.get(0x9004), detail.get(0x9012), zone=zone)
    taken_at = taken_at or moment(top.get(0x0132), detail.get(0x9010), zone=zone)
    longitude, latitude = position(gps)
    return Shot(taken_at, longitude, latitude, orientation(top.get(0x0112)))


def orientation(value: object) -> int:
    """An EXIF orientation from 1 to 8; whatever else stands there means upright."""
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def moment(value: object, offset: object, *, zone: tzinfo) -> datetime | None:
    """ "2026:03:05 14:02:11" and perhaps "+08:00" as an aware moment in UTC."""
    text = _text(value)
    try:
        at = datetime.strptime(text[:19].replace("-", ":").replace("T", " "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        if at.year < EARLIEST:
            return None
        return at.replace(tzinfo=_offset(_text(offset)) or zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def position(gps: dict[int, Any]) -> tuple[float, float] | tuple[None, None]:
    """Longitude and latitude in degrees from a GPS block; (None, None) if broken, out of range or 0°/0°."""
    latitude = _degrees(gps.get(2), _text(gps.get(1)), 90)
    longitude = _degrees(gps.get(4), _text(gps.get(3)), 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return longitude, latitude


def _degrees(parts: object, hemisphere: str, bound: int) -> float | None:
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= 3:
        return None
    degrees = 0.0
    for part, scale in zip(parts, (1, 60, 3600), strict=False):
        try:
            number = float(part)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            return None
        if not math.isfinite(number) or number < 0:
            return None
        degrees += number / scale
    if degrees > bound:
        return None
    return round(-degrees if hemisphere[:1].upper() in ("S", "W") else degrees, 7)


def _offset(text: str) -> timezone | None:
    try:
        sign = {"+": 1, "-": -1}[text[0]]
        return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))
    except (KeyError, IndexError, ValueError):
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\x00 ") if isinstance(value, str) else ""
