"""A due date argues in sentences."""

import pytest

from civicloop.kernel.clock.tests.known import CALENDAR, at, pause
from civicloop.kernel.clock.values import Calendar, Due, Edition, Extension, Limit
from civicloop.kernel.clock.words import duration_in_words, explain
from civicloop.kernel.clock.working import due, recompute

FRIDAY = at("2026-02-13 16:40")


def test_working_hours_over_the_spring_festival() -> None:
    assert explain(due(FRIDAY, Limit(12, "work_hour"), calendar=CALENDAR)) == [
        "时限：12个工作小时",
        "2月13日 周五 16:40 起算，当天计1小时20分",
        "2月14日 周六 调休上班，计7小时",
        "2月15日—2月23日 春节休息，不计",
        "2月24日 周二 计3小时40分",
        "2月24日 周二 14:40 到期",
    ]


def test_working_days_over_the_spring_festival() -> None:
    assert explain(due(FRIDAY, Limit(3, "work_day"), calendar=CALENDAR)) == [
        "时限：3个工作日",
        "2月13日 周五 16:40 起算，从下一个工作日数起",
        "2月14日 周六 调休上班，计1个工作日",
        "2月15日—2月23日 春节休息，不计",
        "2月24日—2月25日 计2个工作日",
        "2月25日 周三 16:40 到期",
    ]


def test_a_start_in_the_holiday_says_when_counting_begins() -> None:
    lines = explain(due(at("2026-02-16 10:00"), Limit(1, "work_hour"), calendar=CALENDAR))
    assert lines[1] == "2月16日 周一 10:00 正值春节休息，从 2月24日 周二 09:00 起算"
    lines = explain(due(at("2026-03-02 20:00"), Limit(1, "work_hour"), calendar=CALENDAR))
    assert lines[1] == "3月2日 周一 20:00 不在工作时间，从 3月3日 周二 09:00 起算"


def test_natural_time_runs_through_the_holiday() -> None:
    assert explain(due(FRIDAY, Limit(24, "hour"), calendar=CALENDAR))[2:] == [
        "2月13日 周五 16:40 至 2月14日 周六 16:40 连续计24小时",
        "2月14日 周六 16:40 到期",
    ]
    assert "连续计5天" in explain(due(FRIDAY, Limit(5, "day"), calendar=CALENDAR))[2]


def test_a_pause_turns_days_into_hours_and_gives_its_reason() -> None:
    gap = pause("2026-02-25 11:00", "2026-02-25 15:00", "等待材料")
    lines = explain(due(FRIDAY, Limit(3, "work_day"), calendar=CALENDAR, pauses=[gap]))
    assert lines[2] == "不停表应到 2月25日 周三 16:40，合工作时间21小时"
    assert "2月25日 周三 11:00 至 2月25日 周三 15:00 停表，不计：等待材料" in lines
    assert lines[-1] == "2月26日 周四 09:40 到期"


def test_a_pause_that_lasts_ends_the_reckoning() -> None:
    gap = pause("2026-02-25 11:00", None, "挂账")
    lines = explain(due(FRIDAY, Limit(3, "work_day"), calendar=CALENDAR, pauses=[gap]))
    assert lines[-1] == "2月25日 周三 11:00 起停表，尚未恢复：挂账"


def test_a_limit_used_up_with_the_shift_waits_for_the_next_one() -> None:
    night = pause("2026-02-24 20:00", "2026-02-25 08:00")
    lines = explain(due(at("2026-02-24 09:00"), Limit(1, "work_day"), calendar=CALENDAR, pauses=[night]))
    assert lines[-2:] == ["下班时用完，顺延到下一上班时刻 2月25日 周三 09:00", "2月25日 周三 09:00 到期"]


def test_extensions_are_named_with_their_reasons() -> None:
    granted = [Extension(Limit(2, "work_day"), "连日降雨"), Extension(Limit(4, "work_hour"))]
    lines = explain(due(FRIDAY, Limit(3, "work_day"), calendar=CALENDAR, extensions=granted))
    assert lines[1:3] == ["延期：2个工作日，连日降雨", "延期：4个工作小时"]
    assert "时限用完，2月27日 周五 16:40 起接续计延期" in lines


def test_the_year_is_named_when_it_turns_and_what_was_assumed_is_said() -> None:
    lines = explain(due(at("2026-12-30 10:00"), Limit(4, "work_day"), calendar=CALENDAR))
    assert "2027年1月2日—1月3日 周末休息，不计" in lines
    assert lines[-1] == "暂定：2027年放假安排尚未录入，暂按周一至周五工作推算"


def test_a_calendar_that_would_shorten_is_told_beside_what_stands() -> None:
    told = due(at("2026-12-30 10:00"), Limit(4, "work_day"), calendar=CALENDAR)
    from datetime import date

    saturday = Edition(2, frozenset({2026, 2027}), {date(2027, 1, 2): (True, "元旦")})
    lines = explain(recompute(told, calendar=Calendar.of([saturday])))
    assert lines[-1] == (
        "按新日历应为 2027年1月4日 周一 10:00；已告知的期限不提前，仍为 2027年1月5日 周二 10:00"
    )


@pytest.mark.parametrize("unit", ["hour", "day", "work_hour", "work_day", "on_site"])
def test_every_unit_with_everything_at_once_can_be_told_and_retold(unit: str) -> None:
    known = due(
        FRIDAY,
        Limit(30, unit),
        calendar=CALENDAR,
        pauses=[
            pause("2026-02-14 10:00", "2026-02-24 10:00"),
            pause("2026-03-02 00:00", "2026-03-03 00:00", "夜"),
        ],
        extensions=[
            Extension(Limit(2, one), "原因") for one in ("hour", "day", "work_hour", "work_day", "on_site")
        ],
    )
    assert explain(Due.from_json(known.to_json())) == explain(known)
    assert sum("接续计延期" in line for line in explain(known)) == 4


@pytest.mark.parametrize(
    ("seconds", "in_days", "words"),
    [
        (0, False, "0分"),
        (59, False, "不足1分钟"),
        (4800, False, "1小时20分"),
        (-3600, False, "1小时"),
        (90_000, False, "25小时"),
        (90_000, True, "1天1小时"),
    ],
)
def test_durations(seconds: int, in_days: bool, words: str) -> None:
    assert duration_in_words(seconds, in_days=in_days) == words
