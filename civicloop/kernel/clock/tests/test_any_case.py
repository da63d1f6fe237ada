"""What holds for every start, limit, pause and shift, tried on made-up ones."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from civicloop.kernel.clock.tests.known import CALENDAR, at
from civicloop.kernel.clock.values import (
    SHANGHAI,
    STANDARD_SHIFTS,
    Calendar,
    Due,
    Edition,
    Extension,
    Limit,
    Pause,
    Shifts,
)
from civicloop.kernel.clock.working import (
    before,
    due,
    elapsed,
    is_working,
    never_shorten,
    next_working,
    recompute,
    remaining,
    replay,
)

FROM, UNTIL = datetime(2025, 12, 20), datetime(2027, 1, 20)  # noqa: DTZ001 - walls, zoned below
quick = settings(max_examples=150, deadline=None)

starts = st.datetimes(FROM, UNTIL).map(lambda wall: wall.replace(second=0, microsecond=0, tzinfo=SHANGHAI))
limits = st.one_of(
    st.builds(Limit, st.integers(0, 20), st.sampled_from(["work_hour", "work_day", "hour", "day"])),
    st.just(Limit(0, "on_site")),
)
shifts_of_offices = st.sampled_from(
    [
        STANDARD_SHIFTS,
        Shifts.parse("08:30-12:00,14:30-18:00"),
        Shifts.parse("00:00-24:00"),
        Shifts.parse("09:00-12:00,14:00-18:00;5=09:00-12:00,14:00-16:00;6=09:30-11:30"),
    ]
)
extensions = st.lists(st.builds(Extension, limits, st.sampled_from(["", "连日降雨"])), max_size=3)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    made = []
    for _ in range(draw(st.integers(0, 3))):
        since = draw(starts)
        made.append(Pause(since, since + timedelta(minutes=draw(st.integers(0, 6000))), "等待材料"))
    return made


@st.composite
def near_pauses(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Pauses that are likely to matter for a limit from `start`."""
    made = []
    for _ in range(draw(st.integers(0, 3))):
        since = start + timedelta(minutes=draw(st.integers(-3000, 15000)))
        made.append(Pause(since, since + timedelta(minutes=draw(st.integers(0, 6000))), "等待材料"))
    return made


def slow_due(start: datetime, limit: Limit, shifts: Shifts, gaps: list[Pause]) -> datetime:
    """The same question answered by walking minute by minute, as the rules in `working` read."""

    def works(minute: datetime) -> bool:
        second = minute.hour * 3600 + minute.minute * 60
        periods = shifts.of(minute.date())
        return CALENDAR.is_workday(minute.date()) and any(a <= second < b for a, b in periods)

    def stands(minute: datetime) -> bool:
        return any(gap.start <= minute < gap.end for gap in gaps if gap.end)

    def minutes(since: datetime) -> Iterator[datetime]:
        while True:
            yield since
            since += timedelta(minutes=1)

    def run(needed: int, counts: bool, since: datetime) -> datetime:
        for minute in minutes(since):
            if needed == 0:
                return minute
            needed -= (works(minute) or not counts) and not stands(minute)
        raise AssertionError

    if limit.unit in ("hour", "on_site"):
        return run(30 if limit.unit == "on_site" else limit.value * 60, False, start)
    if limit.unit == "day":
        return run(limit.value * 1440, False, start)
    if limit.unit == "work_hour":
        return run(limit.value * 60, True, next(minute for minute in minutes(start) if works(minute)))
    begin = next(minute for minute in minutes(start) if works(minute))
    day, left = begin, limit.value
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_workday(day.date())
    same_day = [one for one in minutes_of(day) if works(one)]
    end = next((one for one in same_day if one >= day), same_day[-1] + timedelta(minutes=1))
    needed, minute = 0, begin
    while minute < end:
        needed += works(minute)
        minute += timedelta(minutes=1)
    if not any(gap.start < end and gap.end and gap.end > begin for gap in gaps):
        return end
    reached = run(needed, True, begin)
    if reached >= end:
        return reached
    step = timedelta(minutes=1)  # a pause that begins just then comes too late
    return next(one for one in minutes(end) if works(one) and not (stands(one - step) and stands(one)))


def minutes_of(day: datetime) -> list[datetime]:
    midnight = day.replace(hour=0, minute=0)
    return [midnight + timedelta(minutes=n) for n in range(1440)]


@settings(max_examples=120, deadline=None)
@given(st.data(), starts, limits, shifts_of_offices)
def test_a_due_date_is_what_walking_minute_by_minute_gives(
    data: st.DataObject, start: datetime, limit: Limit, shifts: Shifts
) -> None:
    gaps = [gap for gap in data.draw(near_pauses(start)) if gap.end and gap.end > gap.start]
    assume(start < at("2026-12-01 00:00"))
    assert due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps).at == slow_due(
        start, limit, shifts, gaps
    )


@quick
@given(st.data(), starts, limits, shifts_of_offices, extensions)
def test_a_pause_never_moves_a_due_date_earlier(
    data: st.DataObject, start: datetime, limit: Limit, shifts: Shifts, granted: list[Extension]
) -> None:
    gaps = data.draw(near_pauses(start))
    more = [*gaps, *data.draw(near_pauses(start))]
    told = due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps, extensions=granted)
    later = due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=more, extensions=granted)
    assert told.at is not None
    assert later.at is not None
    assert start <= told.at <= later.at


@quick
@given(starts, limits, shifts_of_offices, extensions, pauses())
def test_an_extension_never_moves_a_due_date_earlier(
    start: datetime, limit: Limit, shifts: Shifts, granted: list[Extension], gaps: list[Pause]
) -> None:
    found = [
        due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps, extensions=granted[:number]).at
        for number in range(len(granted) + 1)
    ]
    assert None not in found
    assert found == sorted(found)  # type: ignore[type-var]


@quick
@given(starts, starts, limits, shifts_of_offices)
def test_who_starts_later_is_never_due_earlier(
    one: datetime, other: datetime, limit: Limit, shifts: Shifts
) -> None:
    first, second = (due(start, limit, calendar=CALENDAR, shifts=shifts).at for start in sorted([one, other]))
    assert first is not None
    assert second is not None
    assert first <= second


@quick
@given(st.data(), starts, limits, shifts_of_offices, extensions)
def test_the_steps_sum_up_to_the_limit_and_follow_each_other(
    data: st.DataObject, start: datetime, limit: Limit, shifts: Shifts, granted: list[Extension]
) -> None:
    gaps = data.draw(near_pauses(start))
    known = due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps, extensions=granted)
    assert known.at is not None
    wanted: dict[str, int] = {}
    for one in (limit, *(extension.limit for extension in granted)):
        wanted[one.unit] = wanted.get(one.unit, 0) + one.value
    wanted.pop("on_site", None)
    counts = [step for step in known.steps if step.kind == "count"]
    if not gaps:
        assert sum(step.counted for step in counts if step.unit == "day") == wanted.get("work_day", 0)
    if "work_day" not in wanted:
        seconds = 1800 if "on_site" in {limit.unit, *(one.limit.unit for one in granted)} else 0
        hours = wanted.get("hour", 0) + wanted.get("work_hour", 0) + 24 * wanted.get("day", 0)
        assert sum(step.counted for step in counts) == hours * 3600 + seconds
    assert all(step.left == 0 for step in known.steps[-2:-1] if step.kind == "count")
    moments = [step.since for step in known.steps]
    assert moments == sorted(moments)
    assert known.steps[-1].kind == "due"
    assert known.steps[-1].since == known.at


@quick
@given(st.data(), starts, limits, shifts_of_offices, extensions, st.booleans(), st.none() | starts)
def test_it_can_be_stored_as_json_and_reckoned_again(
    data: st.DataObject,
    start: datetime,
    limit: Limit,
    shifts: Shifts,
    granted: list[Extension],
    stands: bool,
    told: datetime | None,
) -> None:
    gaps = data.draw(near_pauses(start))
    if gaps and stands:
        gaps[-1] = Pause(gaps[-1].start, None, "挂账")
    known = due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps, extensions=granted, told=told)
    stored = Due.from_json(json.loads(json.dumps(known.to_json())))
    assert stored == known
    assert stored.to_json() == known.to_json()
    assert replay(stored, calendar=CALENDAR) == known


@quick
@given(starts, limits, st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=60))
def test_a_new_calendar_never_shortens_what_was_told(
    start: datetime, limit: Limit, changed: set[date]
) -> None:
    days = {day: (not CALENDAR.is_workday(day), "新") for day in changed}
    calendar = Calendar.of([Edition(2, frozenset({2026}), days)])
    told = due(start, limit, calendar=CALENDAR)
    fresh = due(start, limit, calendar=calendar)
    found = recompute(told, calendar=calendar)
    assert told.at is not None
    assert fresh.at is not None
    assert found.at == max(told.at, fresh.at)
    assert found == never_shorten(told, fresh)
    assert found.edition == 2
    assert replay(found, calendar=calendar) == found
    assert recompute(found, calendar=calendar) == found


@quick
@given(starts, starts, starts, pauses())
def test_working_time_adds_up_over_any_moment_between(
    one: datetime, two: datetime, three: datetime, gaps: list[Pause]
) -> None:
    first, middle, last = sorted([one, two, three])
    for unit in ("work_hour", "hour"):
        parts = [
            elapsed(since, until, unit=unit, calendar=CALENDAR, pauses=gaps)
            for since, until in ((first, middle), (middle, last), (first, last))
        ]
        assert parts[0] + parts[1] == parts[2]
        assert min(parts) >= 0
        assert elapsed(last, first, unit=unit, calendar=CALENDAR, pauses=gaps) == 0


@quick
@given(starts, st.integers(1, 60), pauses())
def test_at_the_start_all_is_left_and_at_the_due_date_nothing(
    start: datetime, hours: int, gaps: list[Pause]
) -> None:
    known = due(start, Limit(hours, "work_hour"), calendar=CALENDAR, pauses=gaps)
    assert known.at is not None
    assert remaining(known, start, calendar=CALENDAR) == hours * 3600
    assert remaining(known, known.at, calendar=CALENDAR) == 0
    assert remaining(known, known.at + timedelta(days=14), calendar=CALENDAR) < 0


@quick
@given(starts, st.integers(1, 40), st.sampled_from(["work_hour", "work_day"]), shifts_of_offices)
def test_a_reminder_falls_in_working_time_before_the_date(
    due_at: datetime, value: int, unit: str, shifts: Shifts
) -> None:
    reminder = before(due_at, Limit(value, unit), calendar=CALENDAR, shifts=shifts)
    assert reminder < due_at
    assert is_working(reminder, calendar=CALENDAR, shifts=shifts)
    assert next_working(reminder, calendar=CALENDAR, shifts=shifts) == reminder
    if unit == "work_hour":
        assert elapsed(reminder, due_at, calendar=CALENDAR, shifts=shifts) == value * 3600


@settings(max_examples=200, deadline=None)
@given(
    st.data(),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    limits,
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.sampled_from([STANDARD_SHIFTS, Shifts.parse("00:00-02:30,02:45-24:00"), Shifts.parse("02:10-02:50")]),
)
def test_summer_time_disturbs_nothing(
    data: st.DataObject, start: datetime, limit: Limit, zone: str, shifts: Shifts
) -> None:
    gaps = data.draw(near_pauses(start))
    known = due(start, limit, calendar=CALENDAR, shifts=shifts, pauses=gaps, zone=ZoneInfo(zone))
    paused = due(start, limit, calendar=CALENDAR, shifts=shifts, zone=ZoneInfo(zone))
    assert known.at is not None
    assert paused.at is not None
    assert known.at >= paused.at >= start.replace(microsecond=0)
    assert all(step.counted >= 0 for step in known.steps)
    assert replay(known, calendar=CALENDAR) == known
