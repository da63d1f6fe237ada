"""What of a person a reader sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from civicloop.people.models import ADMINISTRATORS, Holding, Person


@dataclass(frozen=True)
class PersonSeen:
    """A person in the eyes of one reader.  Empty where the reader may not know."""

    pk: int
    name: str
    phone: str
    posts: Sequence[Holding]
    username: str = ""
    last_login: datetime | None = None
    is_administered: bool = False


def as_seen_by(person: Person, reader: Person) -> PersonSeen:
    """Name and posts for everyone, the telephone for colleagues, the account for its administrators.

    `person` comes from `with_posts()`.
    """
    posts: Sequence[Holding] = person.in_office  # type: ignore[attr-defined]
    units = {holding.post.unit for holding in posts} | ({person.unit} if person.unit else set())
    scope = reader.paths(*ADMINISTRATORS)
    administered = any(unit.place_path.startswith(path) for unit in units for path in scope)
    if not units and scope:  # of nowhere now: seen_by has let only former administrators of theirs through
        administered = True
    close = administered or person.pk == reader.pk or bool({unit.pk for unit in units} & reader.own_unit_ids)
    return PersonSeen(
        pk=person.pk,
        name=person.name,
        phone=person.phone if close else masked(person.phone),
        posts=posts,
        username=person.username if administered or person.pk == reader.pk else "",
        last_login=person.last_login if administered else None,
        is_administered=administered,
    )


def masked(phone: str) -> str:
    """13912345678 → 139****5678; short numbers are hidden whole."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else "****"
