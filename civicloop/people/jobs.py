"""What the worker clears away at the door."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

KEPT_DAYS = 30


@app.periodic(cron="41 19 * * *")  # UTC: at night in China
@app.task(name="people.tidy_door", queue="trail", queueing_lock="people.tidy_door")
def tidy_door(timestamp: int = 0) -> None:
    """Drop sessions that are over, and notes of log-ins older than a month; the trail keeps what matters."""
    at = timezone.now()
    Session.objects.filter(expire_date__lt=at).delete()
    for notes in (AccessAttempt, AccessLog, AccessFailureLog):
        notes.objects.filter(attempt_time__lt=at - timedelta(days=KEPT_DAYS)).delete()
