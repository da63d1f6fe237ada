"""The cases of the sample city, each lived through in business time, all of them at once."""

import contextlib
import heapq
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from civicloop.demo.life import City, life
from civicloop.demo.offices import find_offices
from civicloop.demo.places import Ground
from civicloop.divisions.models import Division, Level, Site
from civicloop.kernel.clock.now import business_time
from civicloop.people.models import Unit
from civicloop.standards.models import ProblemKind

PHOTO_DAYS = 24  # only the newest cases have drawn photos, so that the first start stays short
BATCH = 120  # events in one transaction
FRESH = 0.012  # of the cases came in during the last hours
Story = Generator[datetime, datetime, None]


def city_as_founded(code: str, now: datetime) -> City:
    """The city as its foundations left it."""
    division = Division.objects.get(code=code)
    units: dict[str, list[Unit]] = {}
    for unit in Unit.objects.exclude(kind=Unit.Kind.OFFICE).order_by("pk"):
        units.setdefault(unit.place_path, []).append(unit)
    return City(
        division=division,
        communities=list(Division.objects.filter(level=Level.COMMUNITY).within(division.path)),
        sites=list(Site.objects.select_related("division").order_by("pk")),
        kinds=list(ProblemKind.objects.in_use().select_related("line")),
        offices=find_offices(division),
        units=units,
        ground=Ground(division, Random(f"ground {code}")),
        photos_since=now - timedelta(days=PHOTO_DAYS),
        latest={},
    )


def live(city: City, numbers: range, began: datetime, now: datetime) -> Iterator[float]:
    """Let these cases live at once, each event at its moment, in the order of time; yields the share of time."""
    waiting: list[tuple[datetime, int, Story]] = []
    for number in numbers:
        chance = Random(f"{city.division.code} {number}")
        story = life(city, number, chance)
        next(story)
        waiting.append((_reported_at(began, now, chance), number, story))
    heapq.heapify(waiting)
    while waiting and waiting[0][0] <= now:
        with transaction.atomic():
            for _event in range(BATCH):
                if not waiting or waiting[0][0] > now:
                    break
                at, number, story = heapq.heappop(waiting)
                with business_time(at), contextlib.suppress(StopIteration):
                    heapq.heappush(waiting, (max(story.send(at), at), number, story))
        yield min(1.0, (waiting[0][0] - began) / (now - began)) if waiting else 1.0


def _reported_at(began: datetime, now: datetime, chance: Random) -> datetime:
    """Some moment of the year: more on working days, by daylight, and lately, so that every desk has work."""
    if chance.random() < FRESH:
        return now - timedelta(hours=chance.uniform(0.2, 40))
    while True:
        share = 1 - abs(chance.gauss(0, 0.62))
        if share < 0:
            continue
        day = timezone.localtime(began + (now - began) * share)
        if day.weekday() >= 5 and chance.random() < 0.65:
            continue
        at = day.replace(
            hour=int(chance.triangular(7, 20, 10)), minute=chance.randint(0, 59), second=chance.randint(0, 59)
        )
        if began <= at <= now:
            return at
