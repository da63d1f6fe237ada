"""What may be odd about a photo (可信度提示).

A flag suggests a visit; it never judges, and nothing follows by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.positions import Position, distance_m

FAR = 300  # metres; a phone between high buildings is off by a hundred
CLOCK_SLACK = timedelta(minutes=10)  # cameras' clocks are not exact

FlagKind = Literal["taken_before", "taken_far", "same_file", "look_alike"]


@dataclass(frozen=True)
class Flag:
    """One thing worth a look: which, in words, and the other photo where there is one."""

    kind: FlagKind
    sentence: str
    other: Evidence | None = None


def flags(
    evidence: Evidence,
    *,
    expected_position: Position | None = None,
    not_before: datetime | None = None,
    far: float | None = None,
    kin: Collection[int] = (),
) -> list[Flag]:
    """What may be odd about this photo, the weightiest first; [] if nothing.

    expected_position  where it should show (WGS-84); not_before  when what it shows was asked for
    far                metres from which a distance is worth a word; CIVICLOOP_PHOTO_FAR_M if not given
    kin                primary keys of photos of the same thing: from one standpoint they look alike
                       honestly, so among them only the very same file counts

    Two queries.  Photos without time or position are never flagged for that.
    """
    if far is None:
        far = getattr(settings, "CIVICLOOP_PHOTO_FAR_M", FAR)
    return [
        *_same_file(evidence),
        *_look_alike(evidence, kin),
        *taken_before(evidence.taken_at, not_before),
        *taken_far(_position(evidence), expected_position, far=far),
    ]


def taken_before(taken_at: datetime | None, not_before: datetime | None) -> list[Flag]:
    """Pure: was the photo taken before it was asked for?"""
    if taken_at is None or not_before is None or taken_at >= not_before - CLOCK_SLACK:
        return []
    sentence = _(
        "照片自带的拍摄时间（%(taken)s）早于交办时间（%(asked)s），可能是旧照片或手机时间不准，建议到现场看一看。"
    )
    return [Flag("taken_before", sentence % {"taken": _shown(taken_at), "asked": _shown(not_before)})]


def taken_far(taken: Position | None, expected: Position | None, *, far: float = FAR) -> list[Flag]:
    """Pure: was the photo taken far from the place?  The sentence gives the distance, never the position."""
    if taken is None or expected is None:
        return []
    metres = distance_m(taken, expected)
    if metres <= far:
        return []
    apart = _("%(number)d 米") % {"number": round(metres, -1)}
    if metres >= 1000:
        apart = _("%(number)s 公里") % {"number": f"{metres / 1000:.1f}"}
    sentence = _("照片自带的拍摄位置距点位约 %(apart)s，可能不是在现场拍摄或手机定位不准，建议到现场看一看。")
    return [Flag("taken_far", sentence % {"apart": apart})]


def _same_file(evidence: Evidence) -> list[Flag]:
    other = Evidence.objects.same_bytes(evidence).first()
    if other is None:
        return []
    sentence = _("同一个照片文件在 %(when)s 已经上传过，可能是重复使用，建议核对或到现场看一看。")
    return [Flag("same_file", sentence % {"when": _shown(other.received_at)}, other)]


def _look_alike(evidence: Evidence, kin: Collection[int]) -> list[Flag]:
    other = Evidence.objects.look_alikes(evidence).exclude(pk__in=list(kin)).first()
    if other is None:
        return []
    sentence = _("照片与 %(when)s 上传的另一张画面很像，可能是同一张照片改动后再用，建议核对或到现场看一看。")
    return [Flag("look_alike", sentence % {"when": _shown(other.received_at)}, other)]


def _position(evidence: Evidence) -> Position | None:
    if evidence.exif_longitude is None or evidence.exif_latitude is None:
        return None
    return Position(evidence.exif_longitude, evidence.exif_latitude)


def _shown(at: datetime) -> str:
    return date_format(timezone.localtime(at), "Y-m-d H:i")
