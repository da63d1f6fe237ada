"""What one process of several does.  It stands alone, because a new process begins without Django's apps."""

from datetime import datetime
from typing import Any


def live_part(code: str, numbers: range, began: datetime, now: datetime, passed: Any, part: int) -> None:
    """Live the cases with these numbers; `passed[part]` tells how much of the time is over, 0 to 1."""
    import django

    django.setup()
    from civicloop.demo.replay import city_as_founded, live

    for done in live(city_as_founded(code, now), numbers, began, now):
        passed[part] = done
