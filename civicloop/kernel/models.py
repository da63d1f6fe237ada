"""All tables of the kernel, gathered for Django."""

from civicloop.kernel.clock.models import CalendarDay, CalendarEdition, Mark
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.idempotency import Intent
from civicloop.kernel.trail.models import Delivery, Entry, Said, Seal, Sealed

__all__ = [
    "CalendarDay",
    "CalendarEdition",
    "Delivery",
    "Entry",
    "Evidence",
    "Intent",
    "Mark",
    "Said",
    "Seal",
    "Sealed",
]
