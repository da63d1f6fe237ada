"""Editions of the working calendar, and the mark that lets a database have its own time."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from civicloop.kernel.clock.values import Calendar, Edition

DEMO = "demo"
_known_demo = False


class Mark(models.Model):
    """A property of this database as a whole."""

    name = models.CharField(_("名称"), max_length=40)
    value = models.CharField(_("值"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("数据库标记")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="one_mark_of_a_name",
                violation_error_message=_("同名的数据库标记已经存在。"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class CalendarEdition(models.Model):
    """One announcement, for the whole of its years.  Never changed: a correction is a newer edition.

    The truth of a year is the newest edition that covers it; older ones stay, so that a date once
    reckoned can be reckoned again.  Editions are ordered by id, which `adopt` gives out one at a time.
    """

    name = models.CharField(_("名称"), max_length=120)
    source = models.CharField(_("依据"), max_length=300)
    issued_on = models.DateField(_("发文日期"), null=True, blank=True)
    adopted_at = models.DateTimeField(_("启用时间"))
    years = models.JSONField(_("年份"))

    class Meta:
        verbose_name = _("日历版本")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="one_calendar_edition_of_a_name",
                violation_error_message=_("同名的日历版本已经存在，请换一个名称。"),
            ),
            models.CheckConstraint(
                name="a_calendar_edition_covers_a_year",
                condition=~Q(years=[]),
                violation_error_message=_("日历版本须写明适用年份。"),
            ),
            models.CheckConstraint(
                name="a_calendar_edition_names_its_source",
                condition=~Q(name="") & ~Q(source=""),
                violation_error_message=_("日历版本须写明名称和依据。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that is not as its weekday is: a holiday, or a make-up working day (调休)."""

    edition = models.ForeignKey(
        CalendarEdition, models.PROTECT, related_name="days", verbose_name=_("日历版本")
    )
    date = models.DateField(_("日期"))
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("节日"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("日历日")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "date"],
                name="one_word_on_a_day_in_an_edition",
                violation_error_message=_("同一日历版本中，一天只能写一次。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


def is_demo() -> bool:
    """Whether this database is marked as demo.  A yes is remembered, once it is committed."""
    global _known_demo
    if _known_demo:
        return True
    marked = Mark.objects.filter(name=DEMO).exists()
    _known_demo = marked and not connection.in_atomic_block
    return marked


def current_calendar() -> Calendar:
    """The calendar by all editions adopted so far; one small query when it is in memory already."""
    newest = CalendarEdition.objects.order_by("-id").values_list("id", "adopted_at").first()
    return _laid(*newest) if newest else Calendar.of(())


def calendar_of(edition_id: int) -> Calendar:
    """The calendar as it was while this edition was the newest; 0 is the calendar before any."""
    if not edition_id:
        return Calendar.of(())
    return _laid(edition_id, CalendarEdition.objects.values_list("adopted_at", flat=True).get(pk=edition_id))


def draft_calendar(days: Iterable[tuple[date, bool, str]], years: Iterable[int]) -> Calendar:
    """The calendar as it would be with these days of these years adopted; its edition is 0."""
    draft = Edition(0, frozenset(years), {day: (is_workday, name) for day, is_workday, name in days})
    return Calendar.of([*_editions(), draft])


@lru_cache(maxsize=8)
def _laid(edition_id: int, adopted_at: datetime) -> Calendar:
    """`adopted_at` only tells apart editions of databases that follow each other in one process."""
    return Calendar.of(_editions(edition_id))


def _editions(up_to: int | None = None) -> Iterator[Edition]:
    rows = CalendarEdition.objects.order_by("id").prefetch_related("days")
    for row in rows if up_to is None else rows.filter(id__lte=up_to):
        days = {one.date: (one.is_workday, one.name) for one in row.days.all()}
        yield Edition(row.pk, frozenset(row.years), days)
