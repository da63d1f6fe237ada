"""What the arithmetic is made of refuses nonsense, and the rules at the edges of a day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from civicloop.kernel.clock.tests.known import CALENDAR, at, pause
from civicloop.kernel.clock.values import Calendar, Due, Edition, Extension, Limit, Pause, Shifts
from civicloop.kernel.clock.working import (
    due,
    elapsed,
    is_working,
    never_shorten,
    next_working,
    remaining,
    replay,
)


@pytest.mark.parametrize("value", [-1, 100_001, 1.5, True, "3"])
def test_a_limit_is_a_whole_number(value: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Limit(value, "work_day")  # type: ignore[arg-type]


def test_a_limit_knows_its_units() -> None:
    with pytest.raises(ValueError, match="unknown unit"):
        Limit(3, "week")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9-12",
        "09:00-09:00",
        "12:00-09:00",
        "22:00-06:00",
        "09:00-12:00,11:00-15:00",
        "14:00-18:00,09:00-12:00",
        "09:00-25:00",
        "09:60-12:00",
        "09:00-12:00;8=09:00-12:00",
        "09:00-12:00;5=",
        "09:00-12:00;09:00-12:00",
    ],
)
def test_shifts_that_make_no_day_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Shifts.parse(text)


def test_a_weekday_may_have_its_own_shifts() -> None:
    text = "09:00-12:00,14:00-18:00;5=09:00-12:00,14:00-17:00"
    shifts = Shifts.parse(text)
    assert str(shifts) == text
    assert shifts.of(date(2026, 3, 6))[-1][1] == 17 * 3600
    assert shifts.of(date(2026, 3, 5))[-1][1] == 18 * 3600


def test_a_moment_without_zone_is_refused() -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="zone"):
        due(naive, Limit(1, "work_day"), calendar=CALENDAR)
    with pytest.raises(ValueError, match="zone"):
        Pause(naive, None)


def test_a_pause_ends_after_it_began() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        pause("2026-03-02 10:00", "2026-03-02 09:00")


@pytest.mark.parametrize(
    ("start", "value", "unit", "expected"),
    [
        ("2026-03-02 09:00", 3, "work_hour", "2026-03-02 12:00"),  # due with the shift, not after lunch
        ("2026-03-02 12:00", 1, "work_hour", "2026-03-02 15:00"),
        ("2026-03-02 18:00", 1, "work_day", "2026-03-04 09:00"),  # 18:00 is over: begins on Tuesday
        ("2026-03-02 09:00", 1, "work_day", "2026-03-03 09:00"),
        ("2026-03-06 16:40", 1, "work_day", "2026-03-09 16:40"),
        ("2026-02-13 16:40", 1, "work_day", "2026-02-14 16:40"),  # 调休
        ("2026-02-14 16:40", 1, "work_day", "2026-02-24 16:40"),  # 春节
        ("2026-02-16 10:00", 0, "work_day", "2026-02-24 09:00"),
        ("2026-02-16 10:00", 24, "hour", "2026-02-17 10:00"),
        ("2024-02-28 10:00", 1, "day", "2024-02-29 10:00"),
        ("2025-12-31 23:59", 1, "work_hour", "2026-01-04 10:00"),  # 1月4日 周日 调休
        ("2026-02-16 10:00", 0, "on_site", "2026-02-16 10:30"),
    ],
)
def test_limits_as_people_would_count_them(start: str, value: int, unit: str, expected: str) -> None:
    assert due(at(start), Limit(value, unit), calendar=CALENDAR).at == at(expected)


def test_the_office_says_how_long_on_the_spot_takes() -> None:
    found = due(at("2026-02-16 10:00"), Limit(0, "on_site"), calendar=CALENDAR, on_site_minutes=45)
    assert found.at == at("2026-02-16 10:45")


class TestShortFriday:
    """Friday ends at four"""

    shifts = Shifts.parse("09:00-12:00,14:00-18:00;5=09:00-12:00,14:00-16:00")

    def test_a_time_of_day_that_friday_does_not_work_moves_to_the_end_of_friday(self) -> None:
        found = due(at("2026-03-05 17:00"), Limit(1, "work_day"), calendar=CALENDAR, shifts=self.shifts)
        assert found.at == at("2026-03-06 16:00")

    def test_a_time_of_day_before_the_shift_moves_to_its_beginning(self) -> None:
        late = Shifts.parse("08:00-12:00;2=10:00-12:00")
        found = due(at("2026-03-02 08:30"), Limit(1, "work_day"), calendar=CALENDAR, shifts=late)
        assert found.at == at("2026-03-03 10:00")


class TestPauses:
    """停表"""

    start = at("2026-03-02 10:00")
    limit = Limit(2, "work_day")

    def test_two_working_hours_of_standing_move_it_by_two_working_hours(self) -> None:
        found = due(
            self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-03 11:00", "2026-03-03 15:00")]
        )
        assert found.at == at("2026-03-04 12:00")

    def test_a_night_of_standing_moves_a_working_limit_by_nothing(self) -> None:
        night = pause("2026-03-03 18:00", "2026-03-04 09:00")
        assert due(self.start, self.limit, calendar=CALENDAR, pauses=[night]).at == at("2026-03-04 10:00")

    def test_overlapping_pauses_count_once(self) -> None:
        twice = [pause("2026-03-03 11:00", "2026-03-03 15:00"), pause("2026-03-03 10:00", "2026-03-03 14:30")]
        assert due(self.start, self.limit, calendar=CALENDAR, pauses=twice).at == at("2026-03-04 15:00")

    def test_while_it_stands_there_is_no_due_date_but_what_was_left(self) -> None:
        standing = due(self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 09:00", None)])
        assert standing.at is None
        assert remaining(standing, at("2026-06-01 09:00"), calendar=CALENDAR) == 3600
        assert replay(Due.from_json(standing.to_json()), calendar=CALENDAR) == standing

    def test_a_pause_after_the_date_changes_nothing(self) -> None:
        late = due(self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 10:00", None)])
        assert late == due(
            self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 10:00", None)]
        )
        assert late.at == at("2026-03-04 10:00")

    def test_a_pause_that_begins_when_it_falls_due_comes_too_late(self) -> None:
        limit, start = Limit(1, "work_day"), at("2026-03-02 09:00")
        night, late = pause("2026-03-02 20:00", "2026-03-03 03:00"), pause("2026-03-03 09:00", None)
        assert due(start, limit, calendar=CALENDAR, pauses=[night, late]).at == at("2026-03-03 09:00")

    def test_a_pause_does_not_excuse_what_is_overdue(self) -> None:
        late = due(self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 14:00", None)])
        assert remaining(late, at("2026-03-04 15:00"), calendar=CALENDAR) == -3 * 3600

    def test_what_was_told_is_remembered_while_it_stands(self) -> None:
        told = due(self.start, Limit(9, "work_day"), calendar=CALENDAR)
        standing = never_shorten(
            told, due(self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 09:00", None)])
        )
        resumed = due(
            self.start, self.limit, calendar=CALENDAR, pauses=[pause("2026-03-04 09:00", "2026-03-05 09:00")]
        )
        assert never_shorten(standing, resumed).at == told.at


class TestExtensions:
    """延期"""

    start = at("2026-03-02 10:00")

    def test_days_on_days_are_one_longer_limit(self) -> None:
        longer = due(
            self.start, Limit(2, "work_day"), calendar=CALENDAR, extensions=[Extension(Limit(3, "work_day"))]
        )
        assert longer.at == due(self.start, Limit(5, "work_day"), calendar=CALENDAR).at

    def test_another_unit_follows_when_the_limit_is_used_up(self) -> None:
        longer = due(
            self.start, Limit(24, "hour"), calendar=CALENDAR, extensions=[Extension(Limit(3, "work_hour"))]
        )
        assert longer.at == at("2026-03-03 15:00")


def test_a_due_date_in_2027_is_provisional_and_says_which_year_it_assumed() -> None:
    found = due(at("2026-12-30 10:00"), Limit(5, "work_day"), calendar=CALENDAR)
    assert (found.provisional, found.assumed, found.at) == (True, (2027,), at("2027-01-06 10:00"))
    assert not due(at("2026-12-30 10:00"), Limit(1, "work_day"), calendar=CALENDAR).provisional
    assert not due(at("2026-12-30 10:00"), Limit(240, "hour"), calendar=CALENDAR).provisional


@pytest.mark.parametrize("year", [1970, 2003, 2027, 2030, 2100])
def test_no_year_is_an_exception(year: int) -> None:
    start = datetime(year, 6, 1, 3, tzinfo=UTC)
    for unit in ("hour", "day", "work_hour", "work_day", "on_site"):
        assert due(start, Limit(30, unit), calendar=CALENDAR).at is not None
    assert elapsed(start, start + timedelta(days=30), calendar=CALENDAR) > 0


def test_a_fraction_of_a_second_is_dropped() -> None:
    start = at("2026-03-02 10:00") + timedelta(microseconds=999_999)
    assert due(start, Limit(1, "work_hour"), calendar=CALENDAR).at == at("2026-03-02 11:00")


def test_the_office_works_in_its_shifts_only() -> None:
    assert is_working(at("2026-02-14 09:00"), calendar=CALENDAR)
    assert not is_working(at("2026-02-14 12:00"), calendar=CALENDAR)
    assert not is_working(at("2026-02-16 10:00"), calendar=CALENDAR)
    assert next_working(at("2026-02-14 18:00"), calendar=CALENDAR) == at("2026-02-24 09:00")


def test_what_is_overdue_is_counted_in_the_limits_own_time() -> None:
    known = due(at("2026-02-13 10:00"), Limit(2, "work_hour"), calendar=CALENDAR)
    assert remaining(known, at("2026-02-13 11:00"), calendar=CALENDAR) == 3600
    assert remaining(known, at("2026-02-14 10:00"), calendar=CALENDAR) == -5 * 3600
    assert remaining(known, at("2026-02-23 10:00"), calendar=CALENDAR) == -11 * 3600


def test_the_day_on_which_summer_time_begins_has_one_hour_less() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday = date(2026, 3, 29)
    calendar = Calendar.of([Edition(1, frozenset({2026}), {sunday: (True, "")})])
    morning = datetime(2026, 3, 29, tzinfo=berlin)
    day = (morning, datetime(2026, 3, 30, tzinfo=berlin))
    around_the_clock = Shifts.parse("00:00-24:00")
    assert elapsed(*day, calendar=calendar, shifts=around_the_clock, zone=berlin) == 23 * 3600
    assert elapsed(*day, calendar=calendar, zone=berlin) == 7 * 3600
    assert next_working(morning, calendar=calendar, zone=berlin) == datetime(2026, 3, 29, 9, tzinfo=berlin)


def test_replay_refuses_a_calendar_of_another_edition() -> None:
    known = due(at("2026-02-13 10:00"), Limit(2, "work_hour"), calendar=CALENDAR)
    with pytest.raises(ValueError, match="edition"):
        replay(known, calendar=Calendar.of(()))
