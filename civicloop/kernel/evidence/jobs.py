"""What the worker does for evidence."""

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from civicloop.kernel.evidence.derive import derive
from civicloop.kernel.evidence.models import Evidence


@app.task(
    name="kernel.derive_evidence",
    queue="evidence",
    retry=RetryStrategy(
        max_attempts=8, exponential_wait=3
    ),  # a full disk or a storage that is away comes back
)
def derive_evidence(id: int) -> None:
    """Make the copies of one photo.  A job of a row that is gone has nothing to do."""
    with transaction.atomic():
        evidence = Evidence.objects.filter(pk=id).first()
        if evidence is not None:
            derive(evidence)
