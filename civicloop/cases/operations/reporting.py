"""上报、立案、不予立案、并案."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from civicloop.cases.models import Case, CasePhoto, Contact, Source
from civicloop.cases.operations.photos import attach
from civicloop.cases.operations.words import needed, typed
from civicloop.cases.rights import allow
from civicloop.cases.workflow import Moves, State
from civicloop.divisions.finding import placed
from civicloop.divisions.models import Division, Site
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.refused import Refused
from civicloop.kernel.search import spaced
from civicloop.kernel.workflow import begin, moving
from civicloop.people.models import Person
from civicloop.standards.models import ProblemKind


def report(
    *,
    by: Actor,
    text: str,
    division: Division | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    position_system: str = "wgs84",
    kind: ProblemKind | None = None,
    address: str = "",
    site: Site | None = None,
    source: str = Source.INSPECTION,
    photos: Sequence[Evidence] = (),
    contact: tuple[str, str] = ("", ""),
    reported_at: datetime | None = None,
    external_system: str = "",
    external_id: str = "",
    on_behalf_of: str = "",
) -> Case:
    """上报: somebody saw that a place falls short.

    Either a division or a position must be known; where both are, they must agree.
    contact      name and phone of a citizen who reported, kept apart from the case
    reported_at  when another system received it; only imports say so, and never in the future
    on_behalf_of the key of the person for whom an import does this
    """
    text = needed(text, _("请写明发现了什么问题。"))
    address = typed(address, longest=200)
    if site is not None:
        division = division or site.division
        if longitude is None and latitude is None:
            longitude, latitude, position_system = site.longitude, site.latitude, site.position_system
            site_position = True
        else:
            site_position = False
    else:
        site_position = False
    place = placed(division, longitude, latitude, "wgs84" if site_position else position_system)
    at = now()
    if reported_at is not None and reported_at > at:
        raise Refused(_("上报时间晚于现在，请检查日期。"))
    case = Case(
        text=text,
        source=source,
        kind=kind,
        division=place.division,
        place_path=place.division.path,
        address=address,
        site=site,
        longitude=place.longitude,
        latitude=place.latitude,
        position_system=position_system,
        reporter=by if isinstance(by, Person) else None,
        reported_at=reported_at or at,
        external_system=external_system,
        external_id=external_id,
    )
    allow(by, Moves.report, case)
    with transaction.atomic():
        case.number = _next_number(case.reported_at)
        case.search_text = _searchable(case)
        begin(case, Moves.report, by=by, on_behalf_of=on_behalf_of)
        if any(contact):
            Contact.objects.create(case=case, name=typed(contact[0], longest=40), phone=_phone(contact[1]))
        attach(case, photos, CasePhoto.Stage.BEFORE, by=by)
    return case


def file(
    case: Case,
    *,
    by: Actor,
    kind: ProblemKind | None = None,
    division: Division | None = None,
    note: str = "",
    seen: int | None = None,
) -> Case:
    """立案: the problem is ours to have put right.  The office may correct kind and place while filing."""
    with moving(case, Moves.file, by=by, seen=seen, note=typed(note)) as case:
        allow(by, Moves.file, case)
        if division is not None and division.pk != case.division_id:
            place = placed(division, case.longitude, case.latitude, "wgs84")
            case.division, case.place_path = place.division, place.division.path
            case.search_text = _searchable(case)
        case.kind = kind or case.kind
        if case.kind is None:
            raise Refused(_("立案须选定问题类型。"))
        if not case.kind.is_active and kind is not None:
            raise Refused(_("问题类型“%(kind)s”已停用，请另选一个。") % {"kind": case.kind})
        allow(by, Moves.file, case)  # also where it now lies
    return case


def decline(case: Case, *, by: Actor, reason: str, seen: int | None = None) -> Case:
    """不予立案: nothing to put right, or not ours; the reason stays with the case."""
    reason = needed(reason, _("请写明不予立案的原因。"))
    with moving(case, Moves.decline, by=by, seen=seen, reason=reason) as case:
        allow(by, Moves.decline, case)
        case.ended_at = now()
    return case


def merge(
    case: Case,
    *,
    into: Case,
    by: Actor,
    reason: str = "",
    seen: int | None = None,
    ended_at: datetime | None = None,
    on_behalf_of: str = "",
) -> Case:
    """并案: another case is about the same matter; this one follows it from now on.

    ended_at  when another system ended it; only imports say so, and never in the future
    """
    with transaction.atomic():
        # Both rows and those that follow are locked, the smallest id first, so that two merges cannot wait for
        # each other or form a ring.
        touched = Q(pk__in=[case.pk, into.pk]) | Q(merged_into=case.pk)
        rows = {
            row.pk: row for row in Case.objects.select_for_update(of=("self",)).filter(touched).order_by("pk")
        }
        into = rows[into.pk]
        if into.pk == case.pk:
            raise Refused(_("案件不能并入自身。"))
        if into.state == State.MERGED:
            raise Refused(_("案件%(number)s已经并入别的案件，请并入那一件。") % {"number": into.number})
        if into.state == State.DECLINED:
            raise Refused(_("案件%(number)s没有立案，不能并入。") % {"number": into.number})
        with moving(
            case, Moves.merge, by=by, seen=seen, on_behalf_of=on_behalf_of, reason=typed(reason)
        ) as case:
            allow(by, Moves.merge, case)
            allow(by, Moves.merge, into)
            if ended_at is not None and not case.reported_at <= ended_at <= now():
                raise Refused(_("办结时间早于上报时间或晚于现在，请检查日期。"))
            case.merged_into = into
            case.ended_at = ended_at or now()
        Case.objects.filter(merged_into=case).update(merged_into=into)  # those that followed, follow on
    return case


def _next_number(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number')")
        (serial,) = cursor.fetchone()
    return f"{timezone.localtime(at).year}-{serial:06d}"


def _searchable(case: Case) -> str:
    """What the search finds a case by: its number, words, address and place with what that lies in."""
    places = Division.objects.above(case.place_path).values_list("name", flat=True)
    site = case.site.name if case.site else ""
    return spaced(case.number, case.text, case.address, *places, site, case.external_id)


def _phone(text: str) -> str:
    """A number that can be called, as it was written."""
    phone = typed(text, longest=30)
    if phone and not re.fullmatch(r"[-+()0-9 ]{3,30}", unicodedata.normalize("NFKC", phone)):
        raise Refused(_("电话“%(phone)s”不像电话号码，请核对；没有电话的不用填。") % {"phone": phone})
    return phone
