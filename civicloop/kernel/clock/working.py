"""The arithmetic of working time: pure functions of plain values, in whole seconds.

The rules, of which docs/decisions/0003-clock.md gives the reasons:

1. A shift runs from its first second up to, not including, its last.  Working time begins to count at the
   first working second at or after the start.
2. Hours, natural or working, fall due at the moment at which the last of their seconds has passed: three
   working hours from 09:00 are due at 12:00, not at 14:00.
3. Working days fall due at the same time of day, that many working days later.  A start outside working
   time first moves to the next working second.  Where the day of the end does not work at that time of day
   (its shifts differ), the end moves to its next working second of the same day, else to the end of its last
   shift.  Natural days fall due at the same time of day, holiday or not.
4. A pause takes out the time of the limit's own kind: a working limit loses the working seconds inside it.
   For days, the seconds from the start to the end without pauses are counted again around the pauses; the
   result is never before that end, and never inside a pause.
5. Extensions of the limit's own unit lengthen it; those of another unit follow when it is used up.
6. A fraction of a second is dropped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from civicloop.kernel.clock.values import (
    DAY,
    ON_SITE_MINUTES,
    SHANGHAI,
    STANDARD_SHIFTS,
    Calendar,
    Due,
    Edition,
    Extension,
    Inputs,
    Limit,
    Pause,
    Period,
    Shifts,
    Step,
    at_moment,
    moment,
)

ONE_DAY = timedelta(days=1)

Gap = tuple[int, int | None, str]  # a pause in seconds; None is a pause that still lasts


def due(
    start: datetime,
    limit: Limit,
    *,
    calendar: Calendar,
    shifts: Shifts = STANDARD_SHIFTS,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
    zone: ZoneInfo = SHANGHAI,
    on_site_minutes: int = ON_SITE_MINUTES,
    told: datetime | None = None,
) -> Due:
    """When `limit` from `start` is used up, with the steps that lead there.

    told  a date that people have been given already: the result is never earlier
    """
    inputs = Inputs(start, limit, shifts, zone, tuple(pauses), tuple(extensions), on_site_minutes, told)
    return _reckon(inputs, calendar)


def replay(known: Due, *, calendar: Calendar) -> Due:
    """The same due date again from its stored inputs; `calendar` must be the edition it was reckoned with."""
    if calendar.edition != known.edition:
        raise ValueError(f"reckoned with edition {known.edition}, not {calendar.edition}")
    return _reckon(known.inputs, calendar)


def recompute(known: Due, *, calendar: Calendar) -> Due:
    """The due date by another edition, never earlier than the one already told."""
    return never_shorten(known, _reckon(replace(known.inputs, told=None), calendar))


def never_shorten(old: Due, new: Due) -> Due:
    """`new`, unless it is earlier than what was told with `old`: then it keeps the old moment and says so."""
    told = old.at or old.inputs.told
    return new if told is None else _keep(new, told)


def elapsed(
    start: datetime,
    end: datetime,
    *,
    calendar: Calendar,
    unit: str = "work_hour",
    shifts: Shifts = STANDARD_SHIFTS,
    pauses: Iterable[Pause] = (),
    zone: ZoneInfo = SHANGHAI,
) -> int:
    """Seconds between two moments that count for limits of `unit`, working or all; 0 if end ≤ start."""
    ruler = _Ruler(calendar, shifts, zone)
    since, until = moment(start), moment(end)
    count = ruler.worked if Limit(0, unit).is_working else _natural
    total = 0
    for gap_start, gap_end, _ in _gaps(pauses):
        if gap_start > since:
            total += count(since, min(gap_start, until))
        since = until if gap_end is None else max(since, gap_end)
    return total + count(since, until)


def remaining(known: Due, at: datetime, *, calendar: Calendar) -> int:
    """Seconds of the limit's own kind of time left at `at`; negative is the time overdue.

    While the clock stands without an end, what the limit had left when it stopped.
    """
    if known.at is None:
        return known.steps[-1].left
    one = known.inputs
    since, until = sorted((max(at, one.start), known.at))
    sign = 1 if at <= known.at else -1
    pauses = one.pauses if sign == 1 else ()  # a pause does not excuse what is overdue already
    return sign * elapsed(
        since, until, calendar=calendar, unit=one.limit.unit, shifts=one.shifts, pauses=pauses, zone=one.zone
    )


def before(
    at: datetime,
    limit: Limit,
    *,
    calendar: Calendar,
    shifts: Shifts = STANDARD_SHIFTS,
    zone: ZoneInfo = SHANGHAI,
) -> datetime:
    """The moment that lies `limit` before `at`, for reminders; a working limit gives a working moment."""
    ruler, second = _Ruler(calendar, shifts, zone), moment(at)
    if limit.unit == "work_hour":
        return at_moment(ruler.back(second, max(1, limit.value * 3600)))  # the end of a shift is not worked
    if limit.unit == "work_day":
        return at_moment(ruler.days_back(second, limit.value))
    if limit.unit == "day":
        return at_moment(ruler.days_later(second, -limit.value))
    return at_moment(second - limit.value * 3600)


def is_working(
    at: datetime, *, calendar: Calendar, shifts: Shifts = STANDARD_SHIFTS, zone: ZoneInfo = SHANGHAI
) -> bool:
    """Whether the office works at this moment."""
    return _Ruler(calendar, shifts, zone).is_working(moment(at))


def next_working(
    at: datetime, *, calendar: Calendar, shifts: Shifts = STANDARD_SHIFTS, zone: ZoneInfo = SHANGHAI
) -> datetime:
    """The first working moment at or after `at`."""
    return at_moment(_Ruler(calendar, shifts, zone).next_working(moment(at)))


class _Grid:
    """Midnights and working periods in seconds since 1970, laid out once per calendar, shifts and zone."""

    def __init__(self, calendar: Calendar, shifts: Shifts, zone: ZoneInfo) -> None:
        self.calendar, self.shifts, self.zone = calendar, shifts, zone
        self.midnights: dict[date, int] = {}
        self.periods: dict[date, tuple[Period, ...]] = {}

    def second(self, day: date, clock: int) -> int:
        """The moment of a time of day.  One that a change to summer time skips is moved on by the change."""
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=clock)  # noqa: DTZ001 - zoned next
        return int(wall.replace(tzinfo=self.zone).timestamp())

    def midnight(self, day: date) -> int:
        """The moment at which a day begins."""
        known = self.midnights.get(day)
        if known is None:
            known = self.midnights[day] = self.second(day, 0)
        return known

    def lay(self, day: date) -> tuple[Period, ...]:
        """The working periods of a day, ordered; empty when it is not worked."""
        if not self.calendar.is_workday(day):
            return ()
        midnight, tomorrow = self.midnight(day), self.midnight(day + ONE_DAY)
        if tomorrow - midnight == DAY:
            return tuple((midnight + since, midnight + until) for since, until in self.shifts.of(day))
        edges = ((self.second(day, since), self.second(day, until)) for since, until in self.shifts.of(day))
        return tuple((since, until) for since, until in edges if since < until)  # summer time may swallow one


_grid = lru_cache(maxsize=8)(_Grid)


class _Ruler:
    """Working time along the seconds since 1970, noting which years were assumed on the way."""

    def __init__(self, calendar: Calendar, shifts: Shifts, zone: ZoneInfo) -> None:
        self.calendar, self.zone = calendar, zone
        self.assumed: set[int] = set()
        self._grid = _grid(calendar, shifts, zone)
        self.second, self.midnight = self._grid.second, self._grid.midnight

    def day(self, second: int) -> date:
        return at_moment(second).astimezone(self.zone).date()

    def clock(self, second: int) -> int:
        """Seconds of the time of day that the clock on the wall shows."""
        wall = at_moment(second).astimezone(self.zone)
        return wall.hour * 3600 + wall.minute * 60 + wall.second

    def periods(self, day: date) -> tuple[Period, ...]:
        """The working periods of a day, ordered; empty when it is not worked."""
        if day.year not in self.calendar.years_known and self.calendar.is_provisional(day):
            self.assumed.add(day.year)
        laid = self._grid.periods.get(day)
        if laid is None:
            laid = self._grid.periods[day] = self._grid.lay(day)
        return laid

    def days(self, second: int) -> Iterator[date]:
        """The day of this moment and all that follow."""
        day = self.day(second)
        while True:
            yield day
            day += ONE_DAY

    def next_working(self, second: int) -> int:
        for day in self.days(second):
            for since, until in self.periods(day):
                if second < until:
                    return max(second, since)
        raise AssertionError("days do not end")

    def is_working(self, second: int) -> bool:
        return any(since <= second < until for since, until in self.periods(self.day(second)))

    def worked(self, since: int, until: int) -> int:
        """Working seconds between two moments."""
        total = 0
        if since < until:
            for day in self.days(since):
                for opens, closes in self.periods(day):
                    if opens >= until:
                        return total
                    total += max(0, min(closes, until) - max(opens, since))
                if self.midnight(day + ONE_DAY) >= until:
                    return total
        return total

    def days_later(self, second: int, days: int) -> int:
        return self.second(self.day(second) + timedelta(days=days), self.clock(second))

    def clamp(self, day: date, clock: int) -> int:
        """Rule 3: the time of day, else that day's next working second, else the end of its last shift."""
        wanted, periods = self.second(day, clock), self.periods(day)
        return next((max(wanted, since) for since, until in periods if wanted < until), periods[-1][1])

    def back(self, second: int, seconds: int) -> int:
        """The latest working moment with so many working seconds between it and `second`."""
        day = self.day(second)
        while True:
            for since, until in reversed(self.periods(day)):
                have = max(0, min(until, second) - since)
                if have >= seconds:
                    return min(until, second) - seconds
                seconds -= have
            day -= ONE_DAY

    def days_back(self, second: int, days: int) -> int:
        """The same time of day so many working days before; the last shift's start if that is after work."""
        day = self.day(second)
        while days or not self.periods(day):
            day -= ONE_DAY
            days -= bool(self.periods(day)) and days > 0
        found = self.clamp(day, self.clock(second))
        return found if self.is_working(found) else self.periods(day)[-1][0]


def _natural(since: int, until: int) -> int:
    return max(0, until - since)


def _gaps(pauses: Iterable[Pause]) -> list[Gap]:
    """Pauses in order, laid together where they touch."""
    gaps: list[Gap] = []
    spans = [(moment(p.start), None if p.end is None else moment(p.end), p.reason) for p in pauses]
    for since, until, reason in sorted(spans, key=lambda span: span[0]):
        if until is not None and until <= since:
            continue
        if not gaps or (gaps[-1][1] is not None and gaps[-1][1] < since):
            gaps.append((since, until, reason))
            continue
        first, last, why = gaps[-1]
        if last is not None and (until is None or until > last):
            last = until
        gaps[-1] = (first, last, why if reason in ("", why) else f"{why}；{reason}".strip("；"))
    return gaps


def _legs(limit: Limit, extensions: Sequence[Extension]) -> list[tuple[Limit, str]]:
    """Rule 5: one stretch per unit, the limit's own first, with the reasons of the extensions in it."""
    totals: dict[str, int] = {limit.unit: limit.value}
    reasons: dict[str, list[str]] = {limit.unit: []}
    for one in extensions:
        totals[one.limit.unit] = totals.get(one.limit.unit, 0) + one.limit.value
        reasons.setdefault(one.limit.unit, []).append(one.reason)
    return [(Limit(value, unit), "；".join(filter(None, reasons[unit]))) for unit, value in totals.items()]


def _reckon(inputs: Inputs, calendar: Calendar) -> Due:
    ruler, gaps = _Ruler(calendar, inputs.shifts, inputs.zone), _gaps(inputs.pauses)
    start = moment(inputs.start)
    begins = ruler.next_working(start) if inputs.limit.is_working else start
    holiday = calendar.name(ruler.day(start)) if begins > start else ""
    account = _Account(ruler, [Step("start", at_moment(start), at_moment(begins), note=holiday)])
    reached: int | None = begins
    for number, (limit, reason) in enumerate(_legs(inputs.limit, inputs.extensions)):
        assert reached is not None
        leg = _Leg(account, gaps, limit, inputs.on_site_minutes, note=reason if number else None)
        reached = leg.run(reached)
        if reached is None:
            break
    if reached is not None:
        account.add("due", reached, reached)
    reckoned = Due(
        at=None if reached is None else at_moment(reached),
        edition=calendar.edition,
        steps=tuple(account.steps),
        inputs=inputs,
        assumed=tuple(sorted(ruler.assumed)),
    )
    return reckoned if inputs.told is None else _keep(reckoned, inputs.told)


def _keep(new: Due, told: datetime) -> Due:
    if new.at is not None and new.at >= told:
        return new
    bound = replace(new, inputs=replace(new.inputs, told=told))
    if new.at is None:
        return bound
    return replace(bound, at=told, steps=(*new.steps, Step("kept", new.at, told)))


class _Account:
    """The steps so far.  Like days that follow each other become one step."""

    def __init__(self, ruler: _Ruler, steps: list[Step]) -> None:
        self.ruler, self.steps = ruler, steps
        self._last_day: date | None = None  # of a whole day that the next one may join
        self._kind: object = None

    def add(
        self,
        kind: str,
        since: int,
        until: int | None,
        counted: int = 0,
        left: int = 0,
        unit: str = "second",
        note: str = "",
    ) -> None:
        end = None if until is None else at_moment(until)
        self.steps.append(Step(kind, at_moment(since), end, counted, left, unit, note))
        self._last_day = None

    def add_day(
        self,
        day: date,
        kind: str,
        since: int,
        until: int,
        counted: int = 0,
        left: int = 0,
        unit: str = "second",
    ) -> None:
        """A whole day, worked or not."""
        note = self.ruler.calendar.name(day)
        alike = (kind, unit) if kind == "rest" else (kind, unit, note, day.weekday() > 4)
        if self._last_day == day - ONE_DAY and self._kind == alike:
            last = self.steps[-1]
            names = [name for name in (last.note, note) if name]
            self.steps[-1] = replace(
                last,
                until=at_moment(until),
                counted=last.counted + counted,
                left=left,
                note=names[0] if len(set(names)) == 1 else "、".join(names),
            )
        else:
            self.add(kind, since, until, counted, left, unit, note)
        self._last_day, self._kind = day, alike


@dataclass
class _Leg:
    """The run of one limit around the pauses, writing its steps."""

    account: _Account
    gaps: list[Gap]
    limit: Limit
    on_site_minutes: int
    note: str | None  # the reason when this leg is an extension of its own

    def run(self, start: int) -> int | None:
        """The moment at which the limit is used up; None if a pause without end comes first."""
        ruler, limit = self.account.ruler, self.limit
        if limit.unit == "work_day":
            return self._run_work_days(start)
        if limit.unit == "day":
            seconds = ruler.days_later(start, limit.value) - start
        elif limit.unit == "on_site":
            seconds = self.on_site_minutes * 60
        else:
            seconds = limit.value * 3600
        self._announce(start, seconds)
        return self._run_seconds(start, seconds)

    def _announce(self, start: int, left: int, unit: str = "second") -> None:
        if self.note is not None:
            self.account.add("extend", start, start, left=left, unit=unit, note=self.note)

    def _run_work_days(self, start: int) -> int | None:
        ruler = self.account.ruler
        begin = ruler.next_working(start)
        end = self._same_clock(begin)
        self._announce(begin, self.limit.value, "day")
        if not any(since < end and (until is None or until > begin) for since, until, _ in self.gaps):
            self._count_days(begin, end)
            return end
        seconds = ruler.worked(begin, end)
        self.account.add("worth", begin, end, left=seconds)
        spent = self._run_seconds(begin, seconds)
        return spent if spent is None or spent >= end else self._wait(spent, end)

    def _same_clock(self, begin: int) -> int:
        ruler, left = self.account.ruler, self.limit.value
        if left == 0:
            return begin
        for day in ruler.days(begin):
            left -= bool(ruler.periods(day))
            if left < 0:
                return ruler.clamp(day, ruler.clock(begin))
        raise AssertionError("days do not end")

    def _count_days(self, begin: int, end: int) -> None:
        """The day of the beginning does not count, every working day after it counts one."""
        ruler, left = self.account.ruler, self.limit.value
        for day in ruler.days(ruler.midnight(ruler.day(begin) + ONE_DAY)):
            if left == 0:
                return
            periods = ruler.periods(day)
            if periods:
                left -= 1
                self.account.add_day(
                    day, "count", periods[0][0], periods[-1][1] if left else end, 1, left, "day"
                )
            else:
                self._rest(day, begin)

    def _rest(self, day: date, since: int) -> None:
        ruler = self.account.ruler
        self.account.add_day(day, "rest", max(since, ruler.midnight(day)), ruler.midnight(day + ONE_DAY))

    def _run_seconds(self, start: int, left: int) -> int | None:
        at = start
        for since, until, reason in self.gaps:
            if left == 0:
                break
            if until is not None and until <= at:
                continue
            if since > at:
                at, left = self._count(at, since, left)
                if left == 0:
                    break
            self.account.add("pause", max(since, at), until, left=left, note=reason)
            if until is None:
                return None
            at = until
        return self._count(at, None, left)[0]

    def _count(self, at: int, until: int | None, left: int) -> tuple[int, int]:
        """Count from `at`, at most up to `until`; returns where it stopped and what is left."""
        if left == 0:
            return at, 0
        if self.limit.is_working:
            return self._count_shifts(at, until, left)
        taken = left if until is None else min(left, until - at)
        self.account.add("count", at, at + taken, taken, left - taken)
        return at + taken, left - taken

    def _count_shifts(self, at: int, until: int | None, left: int) -> tuple[int, int]:
        ruler = self.account.ruler
        for day in ruler.days(at):
            if until is not None and ruler.midnight(day) >= until:
                break
            periods = ruler.periods(day)
            if not periods:
                self._rest(day, at)
                continue
            pieces, left = _take(periods, at, until, left)
            counted = sum(closes - opens for opens, closes in pieces)
            if not counted:
                continue
            first, last = pieces[0][0], pieces[-1][1]
            if pieces == list(periods):
                self.account.add_day(day, "count", first, last, counted, left)
            else:
                self.account.add("count", first, last, counted, left, note=ruler.calendar.name(day))
            if left == 0:
                return last, 0
        assert until is not None
        return until, left

    def _wait(self, spent: int, end: int) -> int | None:
        """Used up before the pause-free end: due there, or at the next working moment that is not paused."""
        ruler, at = self.account.ruler, end
        while True:
            at = ruler.next_working(at)
            standing = next(
                (gap for gap in self.gaps if gap[0] < at and (gap[1] is None or at < gap[1])), None
            )
            if standing is None:
                self.account.add("wait", spent, at)
                return at
            if standing[1] is None:
                self.account.add("pause", max(spent, standing[0]), None, note=standing[2])
                return None
            at = standing[1]


def _take(periods: Sequence[Period], since: int, until: int | None, left: int) -> tuple[list[Period], int]:
    """The pieces of a day's periods between two moments, as far as `left` seconds go."""
    pieces: list[Period] = []
    for opens, closes in periods:
        opens, closes = max(opens, since), closes if until is None else min(closes, until)
        if left and opens < closes:
            closes = min(closes, opens + left)
            pieces.append((opens, closes))
            left -= closes - opens
    return pieces, left


__all__ = [
    "Calendar",
    "Due",
    "Edition",
    "Extension",
    "Inputs",
    "Limit",
    "Pause",
    "Shifts",
    "Step",
    "before",
    "due",
    "elapsed",
    "is_working",
    "never_shorten",
    "next_working",
    "recompute",
    "remaining",
    "replay",
]
