"""The words of the trail: what can be written down, and in which shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

VERBS: dict[str, "Verb"] = {}

FACT_TYPES = (bool, int, str, list, dict)


@dataclass(frozen=True, eq=False)
class Verb:
    """One thing that can happen.

    name   "<app>.<verb>", one word from URL to database
    label  how people call it
    facts  name → type of what is kept for ever: ids, codes, dates as text, whole numbers; never a
           person's data and never typed text.  Floats are refused because they hash differently.
    says   names of the typed texts, which lie beside the entry and can be erased
    """

    name: str
    label: str | Promise
    facts: Mapping[str, type] = field(default_factory=dict)
    says: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name in VERBS:
            raise ValueError(f"the verb {self.name} is declared twice")
        wrong = [name for name, kind in self.facts.items() if kind not in FACT_TYPES]
        if wrong:
            raise ValueError(f"{self.name}: facts {wrong} have no type that the trail can keep")
        VERBS[self.name] = self

    @property
    def word(self) -> str:
        """The verb without its app: `send_back`."""
        return self.name.rpartition(".")[2]


def label_of(name: str) -> str:
    """The words for a verb, also for one that no code declares any more."""
    verb = VERBS.get(name)
    return str(verb.label) if verb else name
