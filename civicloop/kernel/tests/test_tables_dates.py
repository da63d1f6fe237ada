"""Dates as people type them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicloop.kernel.tables import Unread, read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")
FORMS = [
    "{y}-{m:02}-{d:02} {H:02}:{M:02}:{S:02}",
    "{y}-{m:02}-{d:02}T{H:02}:{M:02}:{S:02}",
    "{y}/{m}/{d} {H}:{M:02}:{S:02}",
    "{y}.{m}.{d} {H}:{M:02}:{S:02}",
    "{y}年{m}月{d}日 {H}时{M}分{S}秒",
    "{y}年{m}月{d}日{H}点{M:02}分{S:02}秒",
    "{y}{m:02}{d:02}{H:02}{M:02}{S:02}",
    "{y}-{m}-{d} 星期三 {H}:{M:02}:{S:02}",
    "{d}-{b}-{y} {H}:{M:02}:{S:02}",
    "{b} {d}, {y} {H}:{M:02}:{S:02}",
]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
moments = st.datetimes(dt.datetime(1992, 1, 1), dt.datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


def at(*parts: int, zone: ZoneInfo = SHANGHAI) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=zone)  # type: ignore[arg-type,misc]


@given(moments, st.sampled_from(FORMS))
def test_every_form_gives_the_moment_back(moment: dt.datetime, form: str) -> None:
    text = form.format(
        y=moment.year, m=moment.month, d=moment.day, b=MONTHS[moment.month - 1],
        H=moment.hour, M=moment.minute, S=moment.second,
    )  # fmt: skip
    assert read_moment(text, SHANGHAI) == moment.replace(tzinfo=SHANGHAI)


@given(moments, st.booleans())
def test_the_order_of_day_and_month_is_as_told(moment: dt.datetime, day_first: bool) -> None:
    text = moment.strftime("%d/%m/%Y" if day_first else "%m/%d/%Y")
    expected = dt.datetime.combine(moment.date(), dt.time(), SHANGHAI)
    assert read_moment(text, SHANGHAI, day_first=day_first) == expected
    untold = read_moment(text, SHANGHAI)
    if moment.day <= 12 and moment.day != moment.month:
        assert isinstance(untold, Unread)
        assert untold.ambiguous
    else:
        assert untold == expected


@given(st.integers(1, 73_000), st.integers(0, 86_399), st.booleans())
def test_serial_numbers_count_days_as_excel_does(days: int, seconds: int, epoch_1904: bool) -> None:
    if not epoch_1904 and days == 60:
        days = 61
    if 1900 <= days <= 2100:
        seconds = max(1, seconds)
    start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 31 if days < 60 else 30)
    expected = dt.datetime.combine(start, dt.time()) + dt.timedelta(days=days, seconds=seconds)
    found = read_moment(days + seconds / 86_400, dt.UTC, epoch_1904=epoch_1904)
    assert found == expected.replace(tzinfo=dt.UTC)


@given(st.text(max_size=40) | st.floats() | st.integers() | st.booleans() | st.none())
def test_no_cell_at_all_is_an_error(cell: str | float | int | None) -> None:
    found = read_moment(cell, SHANGHAI)
    assert isinstance(found, Unread) or found.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-03-05", at(2024, 3, 5)),
        ("2024.3.5 8:05", at(2024, 3, 5, 8, 5)),
        ("2024年3月5日 上午8时5分", at(2024, 3, 5, 8, 5)),
        ("2024 年 3 月 5 日 下午 3 点半", at(2024, 3, 5, 15, 30)),
        ("２０２４年３月５日", at(2024, 3, 5)),
        ("20240305", at(2024, 3, 5)),
        (20240305, at(2024, 3, 5)),
        (20240305.0, at(2024, 3, 5)),
        ("202403050805", at(2024, 3, 5, 8, 5)),
        ("20240305 0805", at(2024, 3, 5, 8, 5)),
        (45356, at(2024, 3, 5)),
        ("45356.5", at(2024, 3, 5, 12)),
        ("04/30/2013 12:00:00 AM", at(2013, 4, 30)),
        ("04/30/2013 12:30 PM", at(2013, 4, 30, 12, 30)),
        ("2024-03-05 中午12点", at(2024, 3, 5, 12)),
        ("2024-03-05 晚上12点", at(2024, 3, 6)),
        ("2024-03-05 24:00", at(2024, 3, 6)),
        ("2024-03-05T00:05:00Z", at(2024, 3, 5, 8, 5)),
        ("2024-03-05T08:05:00.250+08:00", at(2024, 3, 5, 8, 5, 0, 250_000)),
        ("2024-03-05 08:05 +0800", at(2024, 3, 5, 8, 5)),
        ("2024-03-05（星期二）", at(2024, 3, 5)),
        ("5 March 2024", at(2024, 3, 5)),
        (dt.date(2024, 3, 5), at(2024, 3, 5)),
        (at(2024, 3, 5, 8).replace(tzinfo=None), at(2024, 3, 5, 8)),
        (at(2024, 3, 5, 8).astimezone(dt.UTC), at(2024, 3, 5, 8)),
    ],
)
def test_dates_of_all_kinds(cell: object, moment: dt.datetime) -> None:
    assert read_moment(cell, SHANGHAI) == moment  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2024年2月30日", "2024 年 2 月没有 30 日"),
        ("2023-02-29", "没有 29 日"),
        ("2024-13-01", "没有 13 月"),
        ("31/13/2024", "没有 31 月"),
        (20240230, "没有 30 日"),
        ("24年3月5日", "两位"),
        ("24/3/5", "两位"),
        ("3/5/24", "两位"),
        ("5-Mar-24", "两位"),
        ("3月5日", "没有年份"),
        ("2024年3月", "没有日"),
        (2024, "只有年份"),
        ("2024", "只有年份"),
        ("2024-03-05 25:00", "没有 25 点"),
        ("2024-03-05 8:61", "没有 8 点 61 分"),
        ("2024-03-05 上午15:00", "上午没有 15 点"),
        ("2024-03-05 大约八点", "不像时间"),
        ("2024-03-05 8:05 火星时间", "认不出"),
        ("2024-03/05", "不像日期"),
        ("昨天", "不像日期"),
        ("13-00359627", "不像日期"),
        (60, "2 月 29 日"),
        (-1, "不是日期"),
        (1e300, "不是日期"),
        (1_709_568_000, "不是日期"),
        (float("nan"), "不是日期"),
        (True, "不是日期"),
        (dt.time(8), "只有时间"),
        (dt.timedelta(hours=8), "不是日期"),
    ],
)
def test_what_is_no_date_says_why(cell: object, why: str) -> None:
    found = read_moment(cell, SHANGHAI)  # type: ignore[arg-type]
    assert isinstance(found, Unread)
    assert why in found.reason
    assert not found.blank


def test_an_empty_cell_is_told_apart_from_a_wrong_one() -> None:
    for cell in (None, "", "  "):
        found = read_moment(cell, SHANGHAI)
        assert isinstance(found, Unread)
        assert found.blank


def test_the_hour_that_summer_time_skips() -> None:
    found = read_moment("2024-03-10 02:30", CHICAGO)
    assert isinstance(found, Unread)
    assert "夏令时" in found.reason
    assert read_moment("2024-03-10 03:30", CHICAGO) == at(2024, 3, 10, 3, 30, zone=CHICAGO)
