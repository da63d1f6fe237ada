"""Every hour of 2024 to 2026 against an oracle that shares neither data nor method with the clock.

The oracle marks every minute of the years as worked or not, straight from `chinesecalendar`, and looks due
dates up in the running sum of the marks; it knows no days, steps or periods.
"""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import numpy as np
import pytest

from civicloop.kernel.clock.tests.known import CALENDAR, at
from civicloop.kernel.clock.values import Limit
from civicloop.kernel.clock.working import due, elapsed

FIRST, LAST = date(2023, 12, 1), date(2027, 12, 31)
MINUTES_A_DAY = 1440
ORIGIN = int(datetime(2023, 11, 30, 16, tzinfo=UTC).timestamp())  # midnight in China, eight hours ahead


class Oracle:
    def __init__(self) -> None:
        length = (LAST - FIRST).days + 1
        self.is_workday = np.array([self._worked(FIRST + timedelta(days=n)) for n in range(length)])
        minute = np.arange(MINUTES_A_DAY)
        shift = ((minute >= 540) & (minute < 720)) | ((minute >= 840) & (minute < 1080))
        self.marks = np.repeat(self.is_workday, MINUTES_A_DAY) & np.tile(shift, length)
        self.sum = np.concatenate([[0], np.cumsum(self.marks)])
        self.worked_minutes = np.flatnonzero(self.marks)
        self.workdays = np.flatnonzero(self.is_workday)

    @staticmethod
    def _worked(day: date) -> bool:
        return bool(chinese_calendar.is_workday(day)) if day.year < 2027 else day.weekday() < 5

    def due(self, starts: np.ndarray, limit: Limit) -> np.ndarray:
        """Due minutes for start minutes."""
        found: np.ndarray = starts + {"hour": 60, "day": MINUTES_A_DAY}.get(limit.unit, 0) * limit.value
        if limit.unit == "on_site":
            found = starts + 30
        elif limit.unit == "work_hour":
            found = np.searchsorted(self.sum, self.sum[starts] + limit.value * 60, "left")
        elif limit.unit == "work_day":
            begins = self.worked_minutes[self.sum[starts]]
            days = self.workdays[np.searchsorted(self.workdays, begins // MINUTES_A_DAY) + limit.value]
            found = days * MINUTES_A_DAY + begins % MINUTES_A_DAY
        return found


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle()


HOURS = [at("2024-01-01 00:00") + timedelta(hours=n) for n in range(26_304)]
MINUTES = np.array([(int(hour.timestamp()) - ORIGIN) // 60 for hour in HOURS])


def test_these_are_all_hours_of_the_three_years() -> None:
    assert HOURS[-1] == at("2026-12-31 23:00")


@pytest.mark.parametrize(
    ("value", "unit", "every"),
    [
        (2, "work_hour", 1),
        (4, "work_hour", 1),
        (8, "work_hour", 1),
        (1, "work_day", 1),
        (5, "work_day", 1),
        (15, "work_day", 5),  # 5 and 24 have no common divisor: every time of day is met
        (30, "work_day", 5),
        (24, "hour", 1),
        (3, "day", 1),
        (0, "on_site", 1),
    ],
)
def test_a_limit_from_every_hour_is_due_when_the_oracle_says(
    oracle: Oracle, value: int, unit: str, every: int
) -> None:
    limit = Limit(value, unit)
    expected = oracle.due(MINUTES[::every], limit) * 60 + ORIGIN
    wrong = []
    for start, second in zip(HOURS[::every], expected.tolist(), strict=True):
        known = due(start, limit, calendar=CALENDAR)
        assert known.at is not None
        if known.at.timestamp() != second:
            wrong.append((start, known.at, datetime.fromtimestamp(second, UTC)))
        if limit.is_working and known.at >= at("2027-01-01 09:00"):
            assert known.provisional
    assert wrong == []


@pytest.mark.parametrize("hours", [1, 17, 100, 1000])
def test_working_time_elapsed_from_every_third_hour_is_what_the_oracle_counts(
    oracle: Oracle, hours: int
) -> None:
    starts = MINUTES[::3]
    expected = (oracle.sum[starts + hours * 60] - oracle.sum[starts]) * 60
    counted = [elapsed(start, start + timedelta(hours=hours), calendar=CALENDAR) for start in HOURS[::3]]
    assert counted == expected.tolist()
