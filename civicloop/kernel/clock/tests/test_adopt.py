"""启用日历: the office adopts next year's notice."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from civicloop.kernel.actors import SystemActor
from civicloop.kernel.clock import calendar_of, current_calendar, office_due, recompute, replay
from civicloop.kernel.clock.models import CalendarDay, CalendarEdition, draft_calendar
from civicloop.kernel.clock.office import explain_steps, next_workday, remind_at, shifts
from civicloop.kernel.clock.operations import adopt
from civicloop.kernel.clock.seed import YEARS, known_days, seed
from civicloop.kernel.clock.tests.known import at
from civicloop.kernel.clock.values import Limit
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry

pytestmark = pytest.mark.django_db
LI_NA = SystemActor("li-na", "李娜")
NOTICE: dict[str, Any] = {"name": "2027年放假通知", "source": "示例", "by": LI_NA}
OF_2027 = [
    (date(2027, 1, 1), False, "元旦"),
    (date(2027, 1, 2), False, "元旦"),
    (date(2027, 1, 3), True, "元旦"),
]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    seed(CalendarEdition, CalendarDay)


def test_an_installation_knows_the_years_to_2026_and_seeding_again_changes_nothing() -> None:
    seed(CalendarEdition, CalendarDay)
    assert CalendarEdition.objects.count() == 1
    assert CalendarDay.objects.count() == len(list(known_days()))
    calendar = current_calendar()
    assert calendar.years_known == frozenset(YEARS)
    assert (calendar.is_workday(date(2026, 2, 14)), calendar.is_workday(date(2026, 2, 16))) == (True, False)


def test_adopting_makes_the_year_known_and_writes_who_did_it() -> None:
    edition = adopt(OF_2027, years=[2027], issued_on=date(2026, 11, 5), **NOTICE)
    calendar = current_calendar()
    assert calendar.edition == edition.pk
    assert not calendar.is_provisional(date(2027, 6, 1))
    assert (calendar.is_workday(date(2027, 1, 1)), calendar.is_workday(date(2027, 1, 3))) == (False, True)
    assert not calendar.is_workday(date(2026, 2, 16))
    entry = Entry.objects.get(verb="kernel.adopt_calendar")
    assert (entry.about_id, entry.by) == (edition.pk, "system:li-na")
    assert entry.facts == {"edition": edition.pk, "years": [2027]}


def test_the_older_calendar_stays_for_replay() -> None:
    told = office_due(at("2026-12-30 10:00"), Limit(3, "work_day"))
    assert (told.at, told.provisional) == (at("2027-01-04 10:00"), True)
    adopt(OF_2027, years=[2027], **NOTICE)
    assert calendar_of(told.edition).is_workday(date(2027, 1, 1))
    assert replay(told.to_json()) == told


def test_a_new_calendar_moves_a_date_later_but_never_earlier() -> None:
    told = office_due(at("2026-12-30 10:00"), Limit(2, "work_day"))
    earlier = office_due(at("2026-12-30 10:00"), Limit(3, "work_day"))
    assert told.at == at("2027-01-01 10:00")
    adopt(OF_2027, years=[2027], **NOTICE)
    later = recompute(told.to_json())
    assert (later.at, later.provisional) == (at("2027-01-03 10:00"), False)
    assert recompute(earlier.to_json()).at == at("2027-01-04 10:00")
    assert explain_steps(later.to_json())[-1] == "2027年1月3日 周日 10:00 到期"


def test_a_draft_shows_what_would_move_and_leaves_nothing() -> None:
    draft = draft_calendar(OF_2027, [2027])
    assert current_calendar().differences(draft) == (date(2027, 1, 1), date(2027, 1, 3))
    assert CalendarEdition.objects.count() == 1


def test_the_calendar_is_read_once_and_again_after_an_adoption(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    before = current_calendar()
    with django_assert_num_queries(1):
        assert current_calendar() is before
    adopt(OF_2027, years=[2027], **NOTICE)
    assert current_calendar() is not before


@pytest.mark.parametrize(
    ("days", "years", "change", "sentence"),
    [
        (OF_2027, [2027], {"name": " "}, "请写明日历版本的名称和依据"),
        (OF_2027, [2027], {"source": ""}, "请写明日历版本的名称和依据"),
        (OF_2027, [], {}, "适用于哪一年"),
        (OF_2027, [20270], {}, "年份20270不对"),
        ([*OF_2027, OF_2027[0]], [2027], {}, "2027-01-01写了两次"),
        ([*OF_2027, (date(2028, 1, 1), False, "元旦")], [2027], {}, "2028-01-01不在所写的年份之内"),
        ([*OF_2027, (date(2026, 11, 30), False, "元旦")], [2027], {}, "2026-11-30不在所写的年份之内"),
        (OF_2027, [2027, 2028], {}, "2028年没有一个工作日放假"),
        ([(date(2027, 1, 1), False, "元" * 41)], [2027], {}, "2027-01-01的节日名称太长"),
        (OF_2027, [2027], {"name": "年" * 121}, "120"),
    ],
)
def test_a_notice_that_cannot_be_right_is_refused_and_nothing_changes(
    days: list[tuple[date, bool, str]], years: list[int], change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        adopt(days, years=years, **(NOTICE | change))
    assert CalendarEdition.objects.count() == 1
    assert not Entry.objects.exists()


def test_the_same_name_twice_is_refused() -> None:
    adopt(OF_2027, years=[2027], **NOTICE)
    with pytest.raises(Refused, match="已经存在"):
        adopt(OF_2027, years=[2027], **NOTICE)
    assert CalendarEdition.objects.count() == 2
    assert Entry.objects.count() == 1


def test_a_december_day_before_the_year_may_be_named() -> None:
    adopt([(date(2026, 12, 31), False, "元旦"), *OF_2027], years=[2027], **NOTICE)
    assert not current_calendar().is_workday(date(2026, 12, 31))


def test_a_day_has_one_word_in_an_edition_whoever_writes_it() -> None:
    edition = CalendarEdition.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.create(edition=edition, date=date(2026, 2, 16), is_workday=True)


def test_a_calendar_without_years_cannot_be_written() -> None:
    now = CalendarEdition.objects.get().adopted_at
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarEdition.objects.create(name="空", source="空", adopted_at=now, years=[])


def test_the_office_reads_its_shifts_and_minutes_from_the_settings(settings: Any) -> None:
    settings.CIVICLOOP_SHIFTS = "08:30-12:00,13:30-17:30"
    settings.CIVICLOOP_ON_SITE_MINUTES = 45
    assert shifts().of(date(2026, 3, 2))[0] == (30_600, 43_200)
    assert office_due(at("2026-03-02 08:30"), Limit(4, "work_hour")).at == at("2026-03-02 14:00")
    assert office_due(at("2026-03-02 08:30"), Limit(0, "on_site")).at == at("2026-03-02 09:15")


def test_helpers_of_the_office_know_the_holidays() -> None:
    assert next_workday(date(2026, 2, 15)) == date(2026, 2, 24)
    assert next_workday(date(2026, 2, 14)) == date(2026, 2, 14)
    assert remind_at(at("2026-02-24 10:00"), Limit(2, "work_hour")) == at("2026-02-14 17:00")
    assert remind_at(at("2026-02-24 10:00"), Limit(1, "work_day")) == at("2026-02-14 10:00")
    assert current_calendar().is_workday(date(2026, 2, 14) + timedelta(days=10))
