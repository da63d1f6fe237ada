"""What the clock's arithmetic is made of: plain values without a database and without words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

UNITS = ("hour", "day", "work_hour", "work_day", "on_site")
WORKING = frozenset({"work_hour", "work_day"})
LARGEST = 100_000  # a limit beyond this is a slip of the keyboard, and its date may not exist
SHANGHAI = ZoneInfo("Asia/Shanghai")
ON_SITE_MINUTES = 30
DAY = 86_400

Period = tuple[int, int]
_PERIOD = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True)
class Limit:
    """So much time.

    unit  hour       natural hours, nights and holidays included
          day        natural days: the same time of day, `value` calendar days later
          work_hour  hours inside the shifts of working days
          work_day   working days: the same time of day, `value` working days later
          on_site    on the spot; `value` does not count, the office says how many minutes that is
    """

    value: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}")
        if type(self.value) is not int or not 0 <= self.value <= LARGEST:
            raise ValueError(f"a limit is a whole number from 0 to {LARGEST}, not {self.value!r}")

    @property
    def is_working(self) -> bool:
        """Whether only working time counts against it."""
        return self.unit in WORKING


@dataclass(frozen=True)
class Shifts:
    """The working periods of a day, in seconds from midnight: ordered, apart, never over midnight.

    by_weekday  ISO weekday (1 is Monday) → the periods of days that differ; a make-up Saturday follows 6
    """

    daily: tuple[Period, ...]
    by_weekday: tuple[tuple[int, tuple[Period, ...]], ...] = ()
    _week: tuple[tuple[Period, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        week = [self.daily] * 7
        for weekday, periods in self.by_weekday:
            if not 1 <= weekday <= 7:
                raise ValueError(f"{weekday} is no weekday from 1 (Monday) to 7 (Sunday)")
            week[weekday - 1] = periods
        for periods in week:
            edges = [edge for period in periods for edge in period]
            if not edges or edges[0] < 0 or edges[-1] > DAY or edges != sorted(set(edges)):
                raise ValueError(f"periods must follow each other within one day: {periods}")
            if any(edge % 60 for edge in edges):
                raise ValueError(f"periods begin and end on a whole minute: {periods}")
        object.__setattr__(self, "_week", tuple(week))

    @classmethod
    def parse(cls, text: str) -> "Shifts":
        """Read "09:00-12:00,14:00-18:00"; days that differ follow as ";5=09:00-12:00,14:00-17:00"."""
        daily, *differing = text.replace(" ", "").split(";")
        by_weekday = []
        for one in filter(None, differing):
            weekday, equals, periods = one.partition("=")
            if not equals or not weekday.isdecimal():
                raise ValueError(f"not understood as a weekday's shifts: {one!r}")
            by_weekday.append((int(weekday), _periods(periods)))
        return cls(_periods(daily), tuple(by_weekday))

    def of(self, day: date) -> tuple[Period, ...]:
        """The periods of a day, if it is a working day."""
        return self._week[day.weekday()]

    def __str__(self) -> str:
        days = [f"{weekday}={_spelt(periods)}" for weekday, periods in self.by_weekday]
        return ";".join([_spelt(self.daily), *days])


def _periods(text: str) -> tuple[Period, ...]:
    found = []
    for one in text.split(","):
        match = _PERIOD.fullmatch(one)
        if not match:
            raise ValueError(f"not understood as a period like 09:00-12:00: {one!r}")
        from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
        if from_minute > 59 or to_minute > 59:
            raise ValueError(f"no such minute: {one!r}")
        found.append((from_hour * 3600 + from_minute * 60, to_hour * 3600 + to_minute * 60))
    return tuple(found)


def _spelt(periods: Sequence[Period]) -> str:
    def clock(second: int) -> str:
        return f"{second // 3600:02}:{second % 3600 // 60:02}"

    return ",".join(f"{clock(since)}-{clock(until)}" for since, until in periods)


STANDARD_SHIFTS = Shifts.parse("09:00-12:00,14:00-18:00")


@dataclass(frozen=True)
class Edition:
    """What one notice said: for the whole of `years`, the days that are not as their weekday is.

    days  date → (is it a working day, name of the holiday)
    """

    number: int
    years: frozenset[int]
    days: Mapping[date, tuple[bool, str]]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Which days are worked.  A year that nobody has announced falls back to Monday to Friday, 暂定.

    edition  number of the newest edition in it; 0 when there is none, or for a draft
    """

    edition: int
    days: Mapping[date, bool]
    years_known: frozenset[int]
    names: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def of(cls, editions: Iterable[Edition]) -> "Calendar":
        """Lay editions, oldest first, over each other.

        The truth of a year is the newest edition that covers it.  Besides, what the edition of a year says of
        the December before it stands, because the New Year's holiday reaches back over the turn of the year.
        """
        edition, newest = 0, dict[int, Edition]()
        for one in editions:
            edition = one.number
            newest.update(dict.fromkeys(one.years, one))
        days: dict[date, bool] = {}
        names: dict[date, str] = {}
        for year in sorted(newest):
            for day, (is_workday, name) in newest[year].days.items():
                if day.year == year or (day.year == year - 1 and day.month == 12):
                    days[day] = is_workday
                    names[day] = name
        return cls(edition, days, frozenset(newest), names)

    def is_workday(self, day: date) -> bool:
        announced = self.days.get(day)
        return day.weekday() < 5 if announced is None else announced

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for this day is only the rule of the weekday, for want of an announcement."""
        return day.year not in self.years_known and day not in self.days

    def name(self, day: date) -> str:
        """The holiday that this day belongs to, also for a make-up day; empty on an ordinary day."""
        return self.names.get(day, "")

    def differences(self, other: "Calendar") -> tuple[date, ...]:
        """Days that are worked in one of the two calendars only."""
        announced = sorted(set(self.days) | set(other.days))
        return tuple(day for day in announced if self.is_workday(day) != other.is_workday(day))


@dataclass(frozen=True)
class Pause:
    """The clock stands from `start` until `end`; without an end it still stands."""

    start: datetime
    end: datetime | None
    reason: str = ""

    def __post_init__(self) -> None:
        moment(self.start)
        if self.end is not None and moment(self.end) < moment(self.start):
            raise ValueError("a pause cannot end before it begins")


@dataclass(frozen=True)
class Extension:
    """Time granted on top of the limit."""

    limit: Limit
    reason: str = ""


@dataclass(frozen=True)
class Step:
    """One line of the reckoning.

    kind     start    from `since` asked for, to `until` where counting begins
             worth    `left` seconds are what this many working days come to
             extend   a further limit of another unit begins; `left` is what it brings
             count    `counted` of the limit passes
             rest     days that are not worked; note names the holiday
             pause    the clock stands; note is the reason
             wait     the limit is used up at the end of a shift and falls due with the next one
             due      the end
             kept     a new calendar would make it `since`; what was told, `until`, stands
    counted  in `unit`; the counted of all steps sum up to the limit
    left     of the limit after this step, in `unit`
    unit     "second", or "day" for working days that no pause cuts
    """

    kind: str
    since: datetime
    until: datetime | None
    counted: int = 0
    left: int = 0
    unit: str = "second"
    note: str = ""


@dataclass(frozen=True)
class Inputs:
    """All that a due date depends on besides the days of its calendar's edition."""

    start: datetime
    limit: Limit
    shifts: Shifts
    zone: ZoneInfo
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    on_site_minutes: int = ON_SITE_MINUTES
    told: datetime | None = None  # never earlier than this


@dataclass(frozen=True)
class Due:
    """When it is due, and how that came about.  All moments are in UTC and whole seconds.

    at       None while the clock stands in a pause without an end
    edition  the calendar's edition it was reckoned with
    assumed  years that it ran through on the rule of the weekday, for want of an announcement
    """

    at: datetime | None
    edition: int
    steps: tuple[Step, ...]
    inputs: Inputs
    assumed: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        """暂定: it may move (never forward) when the calendar of a coming year is adopted."""
        return bool(self.assumed)

    def to_json(self) -> dict[str, Any]:
        """A value that JSON can hold; `from_json` gives an equal Due back."""
        one = self.inputs
        return {
            "at": _text(self.at),
            "edition": self.edition,
            "provisional": self.provisional,
            "assumed": list(self.assumed),
            "steps": [
                {
                    "kind": step.kind,
                    "since": _text(step.since),
                    "until": _text(step.until),
                    "counted": step.counted,
                    "left": step.left,
                    "unit": step.unit,
                    "note": step.note,
                }
                for step in self.steps
            ],
            "inputs": {
                "start": _text(one.start),
                "limit": [one.limit.value, one.limit.unit],
                "shifts": str(one.shifts),
                "zone": one.zone.key,
                "pauses": [[_text(p.start), _text(p.end), p.reason] for p in one.pauses],
                "extensions": [[e.limit.value, e.limit.unit, e.reason] for e in one.extensions],
                "on_site_minutes": one.on_site_minutes,
                "told": _text(one.told),
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Due":
        """Read back what `to_json` gave."""
        one = stored["inputs"]
        return cls(
            at=_moment(stored["at"]),
            edition=stored["edition"],
            steps=tuple(
                Step(**{**step, "since": _moment(step["since"]), "until": _moment(step["until"])})
                for step in stored["steps"]
            ),
            inputs=Inputs(
                start=datetime.fromisoformat(one["start"]),
                limit=Limit(*one["limit"]),
                shifts=Shifts.parse(one["shifts"]),
                zone=ZoneInfo(one["zone"]),
                pauses=tuple(
                    Pause(datetime.fromisoformat(since), _moment(until), reason)
                    for since, until, reason in one["pauses"]
                ),
                extensions=tuple(
                    Extension(Limit(value, unit), reason) for value, unit, reason in one["extensions"]
                ),
                on_site_minutes=one["on_site_minutes"],
                told=_moment(one["told"]),
            ),
            assumed=tuple(stored["assumed"]),
        )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: datetime) -> int:
    """Whole seconds since 1970 UTC, a fraction dropped.  ValueError for a moment without a zone."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return (at - _EPOCH) // timedelta(seconds=1)


def at_moment(second: int) -> datetime:
    """The moment, in UTC, so many seconds after 1970."""
    return _EPOCH + timedelta(seconds=second)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
