"""Places in the pages of cases that later apps fill."""

from collections.abc import Callable

from civicloop.cases.models import Case
from civicloop.kernel.slots import Slot
from civicloop.people.models import Person

# Each gives safe HTML for the side of the case page, or nothing.
CASE_PARTS: Slot[Callable[[Case, Person], str]] = Slot("cases.case_parts")
