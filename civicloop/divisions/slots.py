"""Places in these pages that later apps fill; each filling gives safe HTML, or nothing."""

from collections.abc import Callable

from civicloop.divisions.models import Division, Site
from civicloop.divisions.rights import Viewer
from civicloop.kernel.slots import Slot

SITE_CASES: Slot[Callable[[Site, Viewer], str]] = Slot("divisions.site_cases")
DIVISION_UNITS: Slot[Callable[[Division, Viewer], str]] = Slot("divisions.division_units")
