"""The calendar of the years that are known when CivicLoop is installed."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

HOLIDAYS = Path(__file__).parent / "data" / "holidays_2004_2026.csv"
NAME = "国务院办公厅历年放假通知（2004—2026年）"
SOURCE = "国务院办公厅关于部分节假日安排的通知，2004—2026年"
YEARS = list(range(2004, 2027))


def seed(edition_model: Any, day_model: Any) -> None:
    """Write the first edition, once.  Takes the models so that a migration can pass its historical ones."""
    if edition_model.objects.filter(name=NAME).exists():
        return
    edition = edition_model.objects.create(
        name=NAME, source=SOURCE, issued_on=None, adopted_at=datetime.now(UTC), years=YEARS
    )
    day_model.objects.bulk_create(
        day_model(edition=edition, date=day, is_workday=is_workday, name=name)
        for day, is_workday, name in known_days()
    )


def known_days() -> Iterator[tuple[date, bool, str]]:
    """(date, is it worked, holiday) for every day from 2004 to 2026 that is not as its weekday is."""
    with HOLIDAYS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield date.fromisoformat(row["date"]), row["is_workday"] == "1", row["name"]
