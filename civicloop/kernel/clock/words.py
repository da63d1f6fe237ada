"""A due date told in plain words.  The sentences are translated when they are asked for."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civicloop.kernel.clock.values import SHANGHAI, WORKING, Due, Inputs, Limit, Step


def explain(known: Due) -> list[str]:
    """The reckoning line by line, from the limit to the due date."""
    told = _Telling(known)
    return [*told.limits(), *told.lines()]


def limit_in_words(limit: Limit, on_site_minutes: int) -> str:
    """「3个工作日」"""
    if limit.unit == "on_site":
        return _("现场办理（%(minutes)s分钟内）") % {"minutes": on_site_minutes}
    number = limit.value
    words = {
        "hour": ngettext("%(value)s小时（自然时间）", "%(value)s小时（自然时间）", number),
        "day": ngettext("%(value)s天（自然日）", "%(value)s天（自然日）", number),
        "work_hour": ngettext("%(value)s个工作小时", "%(value)s个工作小时", number),
        "work_day": ngettext("%(value)s个工作日", "%(value)s个工作日", number),
    }
    return words[limit.unit] % {"value": number}


def duration_in_words(seconds: int, *, in_days: bool = False) -> str:
    """「1小时20分」; with `in_days` 「2天3小时」, a day being 24 hours; under a minute 「不足1分钟」."""
    minutes = abs(seconds) // 60
    days, minutes = divmod(minutes, 1440) if in_days else (0, minutes)
    hours, minutes = divmod(minutes, 60)
    parts = [
        (days, _("%(value)s天")),
        (hours, _("%(value)s小时")),
        (minutes, _("%(value)s分")),
    ]
    said = ""
    for value, word in parts:
        if value:
            part = word % {"value": value}
            said = _("%(larger)s%(smaller)s") % {"larger": said, "smaller": part} if said else part
    return said or (_("不足1分钟") if seconds else _("0分"))


def day_in_words(day: date, *, year: int | None = None) -> str:
    """「2月13日 周五」, with the year unless it is `year`."""
    weekdays = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _("%(day)s %(weekday)s") % {"day": _date(day, year), "weekday": weekdays[day.weekday()]}


def moment_in_words(at: datetime, *, zone: ZoneInfo = SHANGHAI, year: int | None = None) -> str:
    """「2月13日 周五 16:40」"""
    local = at.astimezone(zone)
    return f"{day_in_words(local.date(), year=year)} {local:%H:%M}"


def _date(day: date, year: int | None) -> str:
    return date_format(day, _("n月j日") if day.year == year else _("Y年n月j日"))


class _Telling:
    """One due date on its way into sentences."""

    def __init__(self, known: Due) -> None:
        self.known = known
        self.inputs: Inputs = known.inputs
        self.year = known.inputs.start.astimezone(known.inputs.zone).year
        self.unit = known.inputs.limit.unit  # of the stretch being told

    def limits(self) -> Iterator[str]:
        minutes = self.inputs.on_site_minutes
        yield _("时限：%(limit)s") % {"limit": limit_in_words(self.inputs.limit, minutes)}
        for one in self.inputs.extensions:
            granted = {"limit": limit_in_words(one.limit, minutes), "reason": one.reason}
            yield (_("延期：%(limit)s，%(reason)s") if one.reason else _("延期：%(limit)s")) % granted

    def lines(self) -> Iterator[str]:
        steps, later = list(self.known.steps), iter(self._later_units())
        while steps:
            step = steps.pop(0)
            if step.kind == "start" and steps and self._same_day(step, steps[0]):
                yield self._start_and_count(step, steps.pop(0))
                continue
            if step.kind == "start" and steps and steps[0].unit == "day":
                yield _("%(start)s，从下一个工作日数起") % {"start": self._start(step)}
                continue
            if step.kind == "extend":
                self.unit = next(later)
            yield getattr(self, f"_{step.kind}")(step)
        if self.known.assumed:
            years = _("、").join(map(str, self.known.assumed))
            yield _("暂定：%(years)s年放假安排尚未录入，暂按周一至周五工作推算") % {"years": years}

    def _later_units(self) -> list[str]:
        """The units that extensions brought in, in the order of their stretches."""
        order = dict.fromkeys(one.limit.unit for one in self.inputs.extensions)
        return [unit for unit in order if unit != self.inputs.limit.unit]

    def _same_day(self, start: Step, counted: Step) -> bool:
        one_day = counted.until is not None and self._day(counted.since) == self._day(counted.until)
        return start.since == start.until == counted.since and counted.kind == "count" and one_day

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.inputs.zone).date()

    def _at(self, at: datetime | None) -> str:
        return "" if at is None else moment_in_words(at, zone=self.inputs.zone, year=self.year)

    def _days(self, step: Step) -> str:
        """「2月14日 周六」 or 「2月15日—2月23日」: the days that a step covers."""
        assert step.until is not None
        first = self._day(step.since)
        last = max(first, self._day(step.until - step.until.resolution))
        if first == last:
            return day_in_words(first, year=self.year)
        return f"{_date(first, self.year)}—{_date(last, first.year)}"

    def _counted(self, step: Step) -> str:
        if step.unit == "day":
            words = ngettext("计%(days)s个工作日", "计%(days)s个工作日", step.counted)
            return words % {"days": step.counted}
        return _("计%(time)s") % {"time": duration_in_words(step.counted, in_days=self.unit == "day")}

    def _start_and_count(self, start: Step, step: Step) -> str:
        told = {"at": self._at(start.since), "counted": self._counted(step)}
        return _("%(at)s 起算，当天%(counted)s") % told

    def _start(self, step: Step) -> str:
        if step.until == step.since:
            return _("%(at)s 起算") % {"at": self._at(step.since)}
        told = {"at": self._at(step.since), "begin": self._at(step.until), "holiday": step.note}
        if step.note:
            return _("%(at)s 正值%(holiday)s休息，从 %(begin)s 起算") % told
        return _("%(at)s 不在工作时间，从 %(begin)s 起算") % told

    def _worth(self, step: Step) -> str:
        told = {"end": self._at(step.until), "time": duration_in_words(step.left)}
        return _("不停表应到 %(end)s，合工作时间%(time)s") % told

    def _extend(self, step: Step) -> str:
        return _("时限用完，%(at)s 起接续计延期") % {"at": self._at(step.since)}

    def _count(self, step: Step) -> str:
        assert step.until is not None
        if self.unit not in WORKING:
            told = {
                "since": self._at(step.since),
                "until": self._at(step.until),
                "counted": self._counted(step),
            }
            return _("%(since)s 至 %(until)s 连续%(counted)s") % told
        told = {"days": self._days(step), "counted": self._counted(step)}
        if step.note and self._day(step.since).weekday() > 4:
            return _("%(days)s 调休上班，%(counted)s") % told
        return _("%(days)s %(counted)s") % told

    def _rest(self, step: Step) -> str:
        told = {"days": self._days(step), "holiday": step.note}
        return (_("%(days)s %(holiday)s休息，不计") if step.note else _("%(days)s 周末休息，不计")) % told

    def _pause(self, step: Step) -> str:
        told = {
            "since": self._at(step.since),
            "until": self._at(step.until),
            "reason": step.note or _("未写明原因"),
        }
        if step.until is None:
            return _("%(since)s 起停表，尚未恢复：%(reason)s") % told
        return _("%(since)s 至 %(until)s 停表，不计：%(reason)s") % told

    def _wait(self, step: Step) -> str:
        return _("下班时用完，顺延到下一上班时刻 %(at)s") % {"at": self._at(step.until)}

    def _due(self, step: Step) -> str:
        return _("%(at)s 到期") % {"at": self._at(step.since)}

    def _kept(self, step: Step) -> str:
        told = {"at": self._at(step.since), "told": self._at(step.until)}
        return _("按新日历应为 %(at)s；已告知的期限不提前，仍为 %(told)s") % told
