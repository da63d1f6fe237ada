"""Adopting a calendar."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.models import CalendarDay, CalendarEdition
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb

CALENDAR_ADOPTED = Verb(
    "kernel.adopt_calendar", gettext_lazy("启用日历"), facts={"edition": int, "years": list}
)
EARLIEST, LATEST = 1949, 2199
LONGEST_NAME = 40


def adopt(
    days: Iterable[tuple[date, bool, str]],
    *,
    years: Iterable[int],
    name: str,
    source: str,
    by: Actor,
    issued_on: date | None = None,
) -> CalendarEdition:
    """启用日历: from now on these days are the truth of these years.

    days   (date, is it worked, holiday) for all exceptions of the years; a day that only repeats what its
           weekday says (the Saturday of a holiday) is welcome, because notices are written that way
    years  every year the announcement covers, whole; a December day of the year before the first may be in it

    Due dates are not touched here: the apps that own them recompute, `working.recompute` says how.
    """
    days, years, name, source = list(days), sorted(set(years)), name.strip(), source.strip()
    _check(days, years, name, source)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One at a time, so that ids follow the order of commits and an edition's calendar never changes.
            cursor.execute(f"LOCK TABLE {CalendarEdition._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        if CalendarEdition.objects.filter(name=name).exists():
            raise Refused(_("名为“%(name)s”的日历版本已经存在，请换一个名称。") % {"name": name})
        edition = CalendarEdition(
            name=name, source=source, issued_on=issued_on, adopted_at=now(), years=years
        )
        try:
            edition.clean_fields()
        except ValidationError as broken:
            raise Refused(" ".join(broken.messages)) from broken
        edition.save()
        CalendarDay.objects.bulk_create(
            CalendarDay(edition=edition, date=day, is_workday=is_workday, name=holiday)
            for day, is_workday, holiday in days
        )
        record(CALENDAR_ADOPTED, about=edition, by=by, facts={"edition": edition.pk, "years": years})
    return edition


def _check(days: list[tuple[date, bool, str]], years: list[int], name: str, source: str) -> None:
    if not name or not source:
        raise Refused(_("请写明日历版本的名称和依据，例如通知的标题和文号。"))
    if not years:
        raise Refused(_("请写明这份日历适用于哪一年。"))
    if wrong := [year for year in years if not EARLIEST <= year <= LATEST]:
        raise Refused(_("年份%(year)s不对，请核对。") % {"year": wrong[0]})
    seen: set[date] = set()
    for day, _is_workday, holiday in days:
        if len(holiday) > LONGEST_NAME:
            raise Refused(_("%(date)s的节日名称太长，请缩短。") % {"date": day.isoformat()})
        if day in seen:
            raise Refused(_("%(date)s写了两次，请删去一次。") % {"date": day.isoformat()})
        if day.year not in years and not (day.month == 12 and day.year + 1 in years):
            raise Refused(_("%(date)s不在所写的年份之内，请核对年份或日期。") % {"date": day.isoformat()})
        seen.add(day)
    off = {day.year for day, is_workday, _holiday in days if not is_workday and day.weekday() < 5}
    if empty := [year for year in years if year not in off]:
        raise Refused(_("%(year)s年没有一个工作日放假，通知可能没有读全，请核对。") % {"year": empty[0]})
