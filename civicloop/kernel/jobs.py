"""All jobs of the kernel, gathered for Procrastinate."""

from procrastinate.contrib.django import app

from civicloop.kernel.evidence.jobs import derive_evidence
from civicloop.kernel.idempotency import forget_old_intents
from civicloop.kernel.trail.jobs import deliver_due, prune, seal_everything, seal_trail, sweep


@app.periodic(cron="41 * * * *")
@app.task(name="kernel.forget_intents", queue="trail", queueing_lock="kernel.forget_intents")
def forget_intents(timestamp: int = 0) -> None:
    """Each hour: drop the keys of requests that no client can still be repeating."""
    forget_old_intents()


__all__ = [
    "deliver_due",
    "derive_evidence",
    "forget_intents",
    "prune",
    "seal_everything",
    "seal_trail",
    "sweep",
]
