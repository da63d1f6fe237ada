"""Reads the yearly notice on public holidays as it is worded.

    元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

What cannot be read, or contradicts itself, is handed back sentence by sentence for a person to look at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_YEAR = re.compile(r"(\d{4})年(?:部分|元旦|春节|放假|节假日|全国)")
_ISSUED = re.compile(r"(?:国务院(?:办公厅)?)?(\d{4})年(\d{1,2})月(\d{1,2})日")
_HOLIDAY = re.compile(
    r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．])?(?P<name>[\u4e00-\u9fff、]{2,20})[:：]"
)
_NAMED_DATE = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:[（(](?P<remark>[^）)]*)[）)])?"
)
_OVER_NEW_YEAR = re.compile(r"12月\d{1,2}日(?:[（(][^）)]*[）)])?(?:至|到|[—－~-]{1,2})1月")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_LIST = frozenset("、和及，,")
_JOIN = re.compile(r"[、和及，,]|至|到|[—－~-]{1,2}")
_SENTENCE = re.compile(r"[。；;]|(?<=放假|补休|调休|上班|\d天)[，,](?=\d)")
_OFF = re.compile(
    r"(?:放假调休|放假公休|放假|补休|休息|调休)(?P<days>\d+天)?"
    r"(?:[，,](?:不调休|(?P<joined>与周末连休)|共(?P<total>\d+)天))*"
)
_ON = re.compile(r"(?:照常|正常)?上班|补班")
_WEEKDAYS = "一二三四五六日"
LONGEST = 31  # a range beyond this is a misprint


@dataclass(frozen=True)
class Unread:
    """A sentence for a person to look at.

    reason  wording   its words are not those that notices use
            date      it names a day that does not exist or runs backwards
            weekday   a date does not fall on the weekday named beside it
            count     the days named are not as many as it says
            conflict  a day is named as holiday and as working day
    """

    sentence: str
    reason: str


@dataclass(frozen=True)
class Notice:
    """What a notice says: exceptions in the order of dates, its day of issue, and what was not understood."""

    year: int
    days: tuple[tuple[date, bool, str], ...]
    issued_on: date | None
    unread: tuple[Unread, ...]


class _Misread(Exception):
    """`args[0]` is a reason of `Unread`."""


def read_notice(text: str, year: int | None = None) -> Notice:
    """Read a notice.  `year` is needed only when the text does not name it; ValueError if neither does."""
    named = _YEAR.search(_bare(text))
    if year is None:
        if not named:
            raise ValueError("the notice does not say which year it is for")
        year = int(named[1])
    days: dict[date, tuple[bool, str]] = {}
    unread: list[Unread] = []
    issued_on = None
    for holiday, sentence in _sentences(text):
        try:
            if issued := _ISSUED.fullmatch(sentence):
                issued_on = _date(*map(int, issued.groups()))
                continue
            is_workday, found = _read(sentence, year)
            if any(days.get(day, (is_workday,))[0] != is_workday for day in found):
                raise _Misread("conflict")
        except _Misread as misread:
            unread.append(Unread(sentence, misread.args[0]))
            continue
        days.update(dict.fromkeys(found, (is_workday, holiday)))
    told = tuple((day, *days[day]) for day in sorted(days))
    return Notice(year, told, issued_on, tuple(unread))


def _bare(text: str) -> str:
    """Without blanks, also the wide ones; digits half-width."""
    return re.sub(r"\s+", "", text.translate(str.maketrans("０１２３４５６７８９", "0123456789")))


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """(holiday, sentence) for every sentence that names a day."""
    for line in text.splitlines():
        holiday, rest = "", _bare(line)
        if heading := _HOLIDAY.match(rest):
            holiday, rest = heading["name"], rest[heading.end() :]
        for sentence in _SENTENCE.split(rest):
            if _NAMED_DATE.search(sentence):
                yield holiday, sentence


def _read(sentence: str, year: int) -> tuple[bool, list[date]]:
    """(are these days worked, the days)."""
    found: list[date] = []
    at, joined = 0, "、"
    if _OVER_NEW_YEAR.match(sentence):
        year -= 1
    while match := _NAMED_DATE.match(sentence, at):
        known = found[-1] if found else None
        day = _named(match, year, known)
        if joined in _LIST or known is None:
            found.append(day)
        else:
            found[-1:] = _range(known, day)
        at = match.end()
        join = _JOIN.match(sentence, at)
        if not join:
            break
        joined, at = join[0], join.end()
    rest = sentence[at:]
    if found and _ON.fullmatch(rest):
        return True, found
    off = _OFF.fullmatch(rest)
    if not found or not off:
        raise _Misread("wording")
    counts = {int(count.rstrip("天")) for count in (off["days"], off["total"]) if count}
    if counts - {len(found)} and not off["joined"]:
        raise _Misread("count")
    return False, found


def _named(match: re.Match[str], year: int, known: date | None) -> date:
    """A date whose month and year may be left to the one before it; dates run forward."""
    if match["month"] is None and known is None:
        raise _Misread("date")
    month = int(match["month"]) if match["month"] else known.month if known else 0
    if match["year"]:
        year = int(match["year"])
    elif known:
        year = known.year + (month < known.month)
    day = _date(year, month, int(match["day"]))
    weekday = _WEEKDAY.search(match["remark"] or "")
    if weekday and _WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
        raise _Misread("weekday")
    return day


def _range(first: date, last: date) -> list[date]:
    """All days of a range."""
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST:
        raise _Misread("date")
    return [first + timedelta(days=number) for number in range(length)]


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _Misread("date") from None
