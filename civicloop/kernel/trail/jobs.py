"""The worker's side of the trail: tell those who must be told."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from civicloop.kernel.trail.listeners import LISTENERS
from civicloop.kernel.trail.models import Delivery

log = logging.getLogger(__name__)
BATCH = 200
ATTEMPTS = 8


@app.task(name="kernel.deliver_due")
def deliver_due() -> None:
    deliver_all()


def deliver_all() -> int:
    done = 0
    while count := _batch():
        done += count
    return done


def _batch() -> int:
    with transaction.atomic():
        due = list(
            Delivery.objects.filter(state=Delivery.State.DUE, next_at__lte=timezone.now())
            .select_related("entry")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_at", "id")[:BATCH]
        )
        by_listener: dict[str, list[Delivery]] = {}
        for one in due:
            by_listener.setdefault(one.listener, []).append(one)
        for listener, deliveries in by_listener.items():
            _tell(listener, deliveries)
    return len(due)


def _tell(listener: str, deliveries: Sequence[Delivery]) -> None:
    _patterns, tell = LISTENERS[listener]
    tell([one.entry for one in deliveries])
    Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(
        state=Delivery.State.DONE, done_at=timezone.now(), next_at=timezone.now() + timedelta(0)
    )
