"""Business time: what the trail, the limits and the pages take for now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from django.utils import timezone

_business: ContextVar[datetime | None] = ContextVar("business_time", default=None)


def now() -> datetime:
    """The present moment in UTC; inside `business_time` the moment set there, which stands still."""
    return _business.get() or datetime.now(UTC)


def today() -> date:
    """The date of `now` in the office's zone, whatever zone a reader sees."""
    return timezone.localdate(now(), timezone.get_default_timezone())


@contextmanager
def business_time(at: datetime) -> Iterator[None]:
    """Let it be `at` (with a zone) inside; may be nested.

    Only a database marked as demo may be told another time, or the trail would lie: elsewhere RuntimeError.
    """
    from civicloop.kernel.clock.models import is_demo  # needs Django's apps, `now` does not

    if at.tzinfo is None:
        raise ValueError("business time needs a zone")
    if not is_demo():
        raise RuntimeError("business time may be set only on a database marked as demo")
    token = _business.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _business.reset(token)
