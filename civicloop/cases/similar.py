"""案件 that may be about the same matter: what the office looks at before it files one more."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from civicloop.cases.models import Case
from civicloop.cases.workflow import ENDED
from civicloop.kernel.clock.now import now
from civicloop.kernel.positions import Position, distance_m
from civicloop.people.models import Person

NEAR_METRES = 500
RECENT_DAYS = 30
SHOWN = 6
_LOOKED_AT = 60
_METRES_PER_DEGREE = 111_320


@dataclass(frozen=True)
class Similar:
    """Another case, and how far away it lies; None where one of both has no position."""

    case: Case
    metres: float | None


def similar_to(case: Case, person: Person) -> list[Similar]:
    """Open cases of the same kind that lie near, or were reported lately in the same division; the nearest first.

    A case without a kind is compared with cases of every kind.
    """
    found = (
        Case.objects.seen_by(person)
        .exclude(pk=case.pk)
        .exclude(state__in=ENDED)
        .filter(
            _near(case) | Q(division=case.division_id, reported_at__gte=now() - timedelta(days=RECENT_DAYS))
        )
    )
    if case.kind_id:
        found = found.filter(kind=case.kind_id)
    measured = [
        Similar(one, _distance(case, one)) for one in found.for_rows().order_by("-reported_at")[:_LOOKED_AT]
    ]
    fitting = [
        one
        for one in measured
        if one.metres is None or one.metres <= NEAR_METRES or one.case.division_id == case.division_id
    ]
    return sorted(fitting, key=lambda one: math.inf if one.metres is None else one.metres)[:SHOWN]


def _near(case: Case) -> Q:
    """A box around the case that the circle fits into."""
    if case.longitude is None or case.latitude is None:
        return Q(pk__in=())
    high = NEAR_METRES / _METRES_PER_DEGREE
    wide = high / max(0.01, math.cos(math.radians(case.latitude)))
    return Q(
        longitude__range=(case.longitude - wide, case.longitude + wide),
        latitude__range=(case.latitude - high, case.latitude + high),
    )


def _distance(one: Case, other: Case) -> float | None:
    if one.longitude is None or one.latitude is None or other.longitude is None or other.latitude is None:
        return None
    return distance_m(Position(one.longitude, one.latitude), Position(other.longitude, other.latitude))
