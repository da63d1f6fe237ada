"""The moment that a cell of a table means, or why it means none.

Nothing is guessed: 03/05/2024 without being told which comes first, two-digit years and dates without a
year are refused with the reason.
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from civicloop.kernel.tables.cells import Cell, text_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_LAST_SERIAL = 2_958_465  # 9999-12-31
_BOGUS_SERIAL = 60  # 1900-02-29, which Excel has and the calendar has not


@dataclass(frozen=True, slots=True)
class Unread:
    """The cell is no moment; `reason` is part of a sentence for the person.

    `blank`: there was nothing to read.  `ambiguous`: a hint (day_first) would settle it.
    """

    reason: str
    blank: bool = False
    ambiguous: bool = False

    def __bool__(self) -> bool:
        return False


class _Wrong(Exception):
    def __init__(self, reason: str, *, blank: bool = False, ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.unread = Unread(reason, blank=blank, ambiguous=ambiguous)


def read_moment(
    cell: Cell, zone: dt.tzinfo, *, day_first: bool | None = None, epoch_1904: bool = False
) -> dt.datetime | Unread:
    """An aware moment in `zone` from a date cell, an Excel serial number or a text; a bare date is midnight.

    `day_first` says how 03/05/2024 is meant (True: 3 May; False: 5 March; None: refused as ambiguous).
    `epoch_1904` counts serial numbers from 1904-01-01.  Whether the moment lies in the future is the
    caller's to judge.  Of a local time that occurs twice the first is taken; one skipped by summer time is
    refused.
    """
    try:
        return _in_zone(_naive(cell, day_first, epoch_1904=epoch_1904), zone)
    except _Wrong as wrong:
        return wrong.unread
    except OverflowError:
        return Unread(_("日期超出了历法范围"))


def _naive(cell: Cell, day_first: bool | None, *, epoch_1904: bool) -> dt.datetime:
    match cell:
        case dt.datetime():
            return cell
        case dt.date():
            return dt.datetime.combine(cell, dt.time())
        case bool() | dt.timedelta():
            raise _Wrong(_("不是日期"))
        case dt.time():
            raise _Wrong(_("只有时间，没有日期"))
        case int() | float():
            return _from_number(cell, epoch_1904=epoch_1904)
    text = _plain(text_of(cell))
    if not text:
        raise _Wrong(_("空白"), blank=True)
    if re.fullmatch(r"\d{4,6}(\.\d+)?", text):
        return _from_number(float(text), epoch_1904=epoch_1904)
    return _from_text(text, day_first)


def _in_zone(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise _Wrong(_("当地没有这一刻（夏令时拨快时跳过）"))
    return local


# Numbers


def _from_number(number: float, *, epoch_1904: bool) -> dt.datetime:
    if not math.isfinite(number):
        raise _Wrong(_("这个数不是日期"))
    if number == int(number):
        whole = str(int(number))
        if len(whole) == 8:
            return _built(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
        if len(whole) in {12, 14}:
            return _from_text(whole, None)
        if 1900 <= number <= 2100:
            raise _Wrong(_("只有年份"))
    first = 0 if epoch_1904 else 1
    if not first <= number < _LAST_SERIAL + 1:
        raise _Wrong(_("这个数不是日期"))
    if epoch_1904:
        start = dt.datetime(1904, 1, 1)  # noqa: DTZ001  # sheets know no zones
    elif int(number) == _BOGUS_SERIAL:
        raise _Wrong(_("没有 1900 年 2 月 29 日这一天"))
    else:
        start = dt.datetime(1899, 12, 31 if number < _BOGUS_SERIAL else 30)  # noqa: DTZ001
    return start + dt.timedelta(seconds=round(number * 86400))


# Texts

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::|时|点|時)"
    r"(?:(?P<half>半)|(?P<minute>\d{1,2})(?::|分)?(?:(?P<second>\d{1,2})(?P<fraction>[.,]\d{1,9})?秒?)?)?"
    r"(?:整)?"
)
_COMPACT_TIME = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_OFFSET = re.compile(r"\s*(?P<zulu>z|utc|gmt)?(?P<offset>[+-]\d{2}:?\d{2})?$")
_NOON_AFTER = {"下午", "晚上", "傍晚", "午后", "pm", "p.m."}
_NOON_BEFORE = {"上午", "凌晨", "早上", "清晨", "am", "a.m."}
_HALF = re.compile(r"(上午|下午|凌晨|早上|清晨|中午|晚上|傍晚|午后|a\.m\.|p\.m\.|am\b|pm\b)")
_WEEKDAY = re.compile(
    r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[,.]?"
)
_LOOSE = re.compile(  # blanks that belong to no part: 2024 年 3 月 5 日 8 点, 2024 - 3 - 5
    r"(?<=\d)\s+(?=[年月日号时点時分秒])|(?<=[年月时点時分])\s+(?=\d)|(?<=\d)\s+(?=-\s)|(?<=\d-)\s+"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?号?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=$|\D|\d{4}$|\d{6}$)")
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/\s.]*([a-z]{3,9})[-/\s.,]*(\d{4})")
_NAMED_DAY = re.compile(r"([a-z]{3,9})[-/\s.]*(\d{1,2})(?:st|nd|rd|th)?[-/\s.,]+(\d{4})")
_TWO_DIGIT_YEAR = re.compile(
    r"\d{1,2}([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?<!\d)\d{2}年\d{1,2}月|\d{1,2}[-\s][a-z]{3}[-\s]\d{2}\b"
)
_YEARLESS = re.compile(r"\d{1,2}月\d{1,2}[日号]|\d{1,2}[-/.]\d{1,2}(?:\s|$)")
_DAYLESS = re.compile(r"\d{4}[-/.年]\d{1,2}月?$")


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip().strip("'\"").lower()
    return _LOOSE.sub("", re.sub(r"\s*([/:.])\s*(?=\d)", r"\1", text))


def _from_text(text: str, day_first: bool | None) -> dt.datetime:
    text = _WEEKDAY.sub(" ", text).strip()
    year, month, day, rest = _date_of(text, day_first)
    moment = _built(year, month, day)
    return _with_time(moment, rest.strip())


def _date_of(text: str, day_first: bool | None) -> tuple[int, int, int, str]:
    if found := _YEAR_FIRST.match(text):
        if not _same_separator(found[2], found[4]):
            raise _Wrong(_("不像日期"))
        return int(found[1]), int(found[3]), int(found[5]), text[found.end() :]
    if found := _YEAR_LAST.match(text):
        month, day = _month_and_day(int(found[1]), int(found[3]), day_first)
        return int(found[4]), month, day, text[found.end() :]
    if found := _COMPACT.match(text):
        return int(found[1]), int(found[2]), int(found[3]), text[found.end() :]
    if (found := _DAY_NAMED.match(text)) and found[2] in _MONTHS:
        return int(found[3]), _MONTHS[found[2]], int(found[1]), text[found.end() :]
    if (found := _NAMED_DAY.match(text)) and found[1] in _MONTHS:
        return int(found[3]), _MONTHS[found[1]], int(found[2]), text[found.end() :]
    raise _Wrong(_why_not(text))


def _why_not(text: str) -> str:
    reasons: tuple[tuple[re.Pattern[str], str], ...] = (
        (_TWO_DIGIT_YEAR, _("年份只有两位，请写四位年份")),
        (_DAYLESS, _("只有年月，没有日")),
        (_YEARLESS, _("没有年份")),
    )
    return next((reason for pattern, reason in reasons if pattern.match(text)), _("不像日期"))


def _same_separator(first: str, second: str) -> bool:
    return (first, second) == ("年", "月") or (first == second and first != "年")


def _month_and_day(first: int, second: int, day_first: bool | None) -> tuple[int, int]:
    if day_first is None:
        if first > 12 >= second:
            day_first = True
        elif second > 12 >= first or first == second:
            day_first = False
        elif first <= 12 and second <= 12:
            raise _Wrong(
                _("分不清 %(first)d 和 %(second)d 哪个是月、哪个是日") % {"first": first, "second": second},
                ambiguous=True,
            )
    return (second, first) if day_first else (first, second)


def _built(year: int, month: int, day: int) -> dt.datetime:
    if not 1 <= month <= 12:
        raise _Wrong(_("没有 %(month)d 月") % {"month": month})
    try:
        return dt.datetime(year, month, day)  # noqa: DTZ001  # the caller gives the zone
    except ValueError:
        shown = {"year": year, "month": month, "day": day}
        raise _Wrong(_("%(year)d 年 %(month)d 月没有 %(day)d 日") % shown) from None


def _with_time(moment: dt.datetime, rest: str) -> dt.datetime:
    rest = rest.removeprefix("t").removeprefix(",").strip()
    if not rest:
        return moment
    half = _HALF.search(rest)
    if half:
        rest = (rest[: half.start()] + rest[half.end() :]).strip()
    found = _TIME.match(rest) or _COMPACT_TIME.fullmatch(rest)
    if not found:
        raise _Wrong(_("日期后面的“%(rest)s”不像时间") % {"rest": rest[:20]})
    parts = found.groupdict()
    hour = _hour(int(parts["hour"]), half[0] if half else None)
    minute = 30 if parts.get("half") else int(parts["minute"] or 0)
    second = int(parts["second"] or 0)
    if not (hour <= 24 and minute < 60 and second < 60) or (hour == 24 and (minute or second)):
        raise _Wrong(
            _("没有 %(hour)d 点 %(minute)d 分 %(second)d 秒这个时间")
            % {"hour": hour, "minute": minute, "second": second}
        )
    fraction = (parts.get("fraction") or ".0")[1:7].ljust(6, "0")
    moment += dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(fraction))
    return _with_offset(moment, rest[found.end() :])


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if hour > 12 and half in _NOON_BEFORE:
        raise _Wrong(_("%(half)s没有 %(hour)d 点") % {"half": half, "hour": hour})
    if half in _NOON_AFTER:
        return hour + 12 if hour < 12 else (24 if hour == 12 and half == "晚上" else hour)
    if half == "中午":
        return hour + 12 if hour < 3 else hour
    return 0 if hour == 12 and half != "上午" else hour  # 上午12点 is said for noon, 12 am is midnight


def _with_offset(moment: dt.datetime, rest: str) -> dt.datetime:
    found = _OFFSET.fullmatch(rest)
    if not found:
        raise _Wrong(_("时间后面的“%(rest)s”认不出") % {"rest": rest.strip()[:20]})
    if found["offset"]:
        hours, minutes = int(found["offset"][1:3]), int(found["offset"][-2:])
        if hours > 14 or minutes > 59:
            raise _Wrong(_("时区认不出"))
        shift = dt.timedelta(hours=hours, minutes=minutes)
        return moment.replace(tzinfo=dt.timezone(-shift if found["offset"][0] == "-" else shift))
    return moment.replace(tzinfo=dt.UTC) if found["zulu"] else moment
