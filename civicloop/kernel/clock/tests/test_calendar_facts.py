"""The calendar that we ship, held against two collections that do not know each other."""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from civicloop.kernel.clock.tests.known import CALENDAR, KNOWN
from civicloop.kernel.clock.values import Calendar, Edition


def days(first: int, last: int) -> Iterator[date]:
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


def test_every_day_is_as_chinesecalendar_has_it() -> None:
    wrong = [day for day in days(2004, 2026) if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)]
    assert not wrong


def test_every_day_since_2010_is_as_holidays_has_it() -> None:
    china = holidays.country_holidays("CN", years=range(2010, 2027))
    compared = list(days(2010, 2026))
    wrong = [day for day in compared if CALENDAR.is_workday(day) != china.is_working_day(day)]
    assert len(compared) == 6209
    assert not wrong


def test_only_days_unlike_their_weekday_are_listed() -> None:
    assert all(is_workday != (day.weekday() < 5) for day, (is_workday, _) in KNOWN.days.items())
    assert all(name for _, name in KNOWN.days.values())


@pytest.mark.parametrize(
    ("day", "worked", "name"),
    [
        ("2026-02-14", True, "春节"),  # Saturday, 调休
        ("2026-02-16", False, "春节"),  # Monday
        ("2025-01-26", True, "春节"),  # Sunday, 调休
        ("2024-02-29", True, ""),
        ("2026-03-07", False, ""),
    ],
)
def test_days_that_people_remember(day: str, worked: bool, name: str) -> None:
    one = date.fromisoformat(day)
    assert (CALENDAR.is_workday(one), CALENDAR.name(one)) == (worked, name)


def test_a_year_without_announcement_is_provisional_and_follows_the_weekday() -> None:
    for day in days(2027, 2028):
        assert CALENDAR.is_workday(day) == (day.weekday() < 5)
        assert CALENDAR.is_provisional(day)
    assert not CALENDAR.is_provisional(date(2026, 12, 31))


class TestEditions:
    """Announcements laid over each other"""

    first = Edition(
        3, frozenset({2027}), {date(2027, 1, 1): (False, "元旦"), date(2027, 5, 3): (False, "劳动节")}
    )

    def test_a_correction_replaces_the_whole_year_and_no_other(self) -> None:
        corrected = Edition(4, frozenset({2027}), {date(2027, 1, 1): (False, "元旦")})
        calendar = Calendar.of([KNOWN, self.first, corrected])
        assert calendar.edition == 4
        assert calendar.is_workday(date(2027, 5, 3))
        assert not calendar.is_workday(date(2026, 2, 16))

    def test_an_older_edition_stays_to_be_reckoned_with(self) -> None:
        assert not Calendar.of([KNOWN, self.first]).is_workday(date(2027, 5, 3))

    def test_the_new_years_holiday_reaches_back_into_december(self) -> None:
        turn = Edition(5, frozenset({2027}), {date(2026, 12, 31): (False, "元旦")})
        restated = Edition(6, frozenset({2026}), KNOWN.days)
        for editions in ([KNOWN, turn], [turn, KNOWN], [KNOWN, turn, restated]):
            assert not Calendar.of(editions).is_workday(date(2026, 12, 31))

    def test_a_december_named_in_advance_does_not_make_its_year_known(self) -> None:
        turn = Edition(5, frozenset({2028}), {date(2027, 12, 31): (False, "元旦")})
        calendar = Calendar.of([turn])
        assert calendar.is_provisional(date(2027, 12, 30))
        assert not calendar.is_provisional(date(2027, 12, 31))

    def test_no_edition_at_all_is_monday_to_friday(self) -> None:
        empty = Calendar.of(())
        assert (empty.edition, empty.is_workday(date(2026, 2, 16))) == (0, True)

    def test_two_calendars_name_the_days_in_which_they_differ(self) -> None:
        one, other = Calendar.of([KNOWN]), Calendar.of([KNOWN, self.first])
        assert one.differences(other) == (date(2027, 1, 1), date(2027, 5, 3))
