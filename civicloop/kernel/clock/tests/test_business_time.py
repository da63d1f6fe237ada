"""业务时间: only a demo may live in another time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from civicloop.kernel.clock import models
from civicloop.kernel.clock.models import DEMO, Mark, is_demo
from civicloop.kernel.clock.now import business_time, now, today
from civicloop.kernel.clock.tests.known import at

pytestmark = pytest.mark.django_db
NEW_YEAR = at("2026-01-01 00:30")


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_known_demo", False)


@pytest.fixture
def demo() -> None:
    Mark.objects.create(name=DEMO, at=datetime.now(UTC))


def test_now_is_the_present() -> None:
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_database_in_earnest_refuses_another_time() -> None:
    with pytest.raises(RuntimeError, match="demo"), business_time(NEW_YEAR):
        pytest.fail("it let us in")
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.usefixtures("demo")
def test_a_demo_lives_in_the_time_it_was_told() -> None:
    with business_time(NEW_YEAR):
        assert now() == NEW_YEAR
        assert now().tzinfo is UTC
        assert today() == date(2026, 1, 1)  # still 2025 in UTC
    assert now() > NEW_YEAR or now().year < 2026


@pytest.mark.usefixtures("demo")
def test_times_may_be_nested_and_an_error_brings_the_outer_one_back() -> None:
    with business_time(NEW_YEAR):
        with pytest.raises(KeyError), business_time(NEW_YEAR + timedelta(days=1)):
            assert today() == date(2026, 1, 2)
            raise KeyError
        assert now() == NEW_YEAR


@pytest.mark.usefixtures("demo")
def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"), business_time(datetime(2026, 1, 1)):  # noqa: DTZ001
        pytest.fail("it let us in")


@pytest.mark.usefixtures("demo")
def test_a_mark_that_may_still_be_rolled_back_is_not_remembered() -> None:
    assert is_demo()
    Mark.objects.all().delete()
    assert not is_demo()


@pytest.mark.django_db(transaction=True)
def test_a_committed_mark_is_looked_up_once(django_assert_num_queries: pytest.FixtureRequest) -> None:
    Mark.objects.create(name=DEMO, at=datetime.now(UTC))
    assert is_demo()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert is_demo()
