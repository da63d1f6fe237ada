"""What happens to one case of the sample city, from the report to wherever it is today."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from random import Random

from django.utils import timezone

from civicloop.cases import operations
from civicloop.cases.models import Case, Source
from civicloop.cases.workflow import State
from civicloop.demo import words
from civicloop.demo.offices import Offices
from civicloop.demo.pictures import picture
from civicloop.demo.places import Ground
from civicloop.divisions.models import Division, Site
from civicloop.kernel.clock.office import current_calendar, next_working
from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.models import Evidence
from civicloop.people.models import Person, Unit
from civicloop.standards.models import ProblemKind

# How often things go one way or another; made up, and only for the look of the sample.
DECLINED, MERGED, HANDED_BACK, LATE, SENT_BACK, RELAPSED, LEFT_LYING = (
    0.04,
    0.03,
    0.05,
    0.14,
    0.09,
    0.06,
    0.03,
)
SOURCES = (
    ([Source.INSPECTION] * 11)
    + ([Source.HOTLINE] * 5)
    + ([Source.CITIZEN] * 3)
    + [Source.MEDIA, Source.LEADER]
)
COMMON = ("ENV", "RES", "ORD", "SAF", "INF", "PUB")  # problems that are found more often than others


@dataclass
class City:
    """Everything that a life needs to know."""

    division: Division
    communities: Sequence[Division]
    sites: Sequence[Site]
    kinds: Sequence[ProblemKind]
    offices: Offices
    units: dict[str, list[Unit]]  # place path → units of that very place
    ground: Ground
    photos_since: datetime
    latest: dict[tuple[int, int], Case]  # (kind, division) → a case that a later one may be merged into


def life(city: City, number: int, chance: Random) -> Generator[datetime, datetime, None]:
    """Live one case.  Yields the moments at which it wants to go on; the caller sets business time to them."""
    weights = [4 if kind.code[:3] in COMMON else 1 for kind in city.kinds]
    kind = chance.choices(city.kinds, weights)[0]
    site = chance.choice(city.sites) if chance.random() < 0.35 else None
    division = site.division if site else chance.choice(city.communities)
    source = chance.choice(SOURCES)
    reporter = chance.choice(
        city.offices.inspectors if source == Source.INSPECTION else city.offices.dispatchers
    )
    at = yield _NOW
    case = _report(city, number, chance, kind, site, division, source, reporter, at)

    dispatcher = chance.choice(city.offices.dispatchers)
    at = yield _later(at, chance, 0.2, 5)
    if chance.random() < DECLINED:
        operations.decline(case, by=dispatcher, reason=chance.choice(words.DECLINED))
        return
    other = city.latest.get((kind.pk, division.pk))
    if other is not None and chance.random() < MERGED * 8:
        other.refresh_from_db(fields=["state"])
        if other.state not in {State.MERGED, State.DECLINED}:
            operations.merge(case, into=other, by=dispatcher, reason="示例：与前案为同一处问题")
            return
    case = operations.file(case, by=dispatcher)
    city.latest[kind.pk, division.pk] = case

    at = yield _later(at, chance, 0.1, 3)
    units = list(_owners(city, division, kind))
    unit = chance.choice(units[:2])
    case = operations.dispatch(
        case, unit=unit, by=dispatcher, note="请按期整改并上报。" if number % 3 == 0 else ""
    )
    at = yield _later(at, chance, 0.1, 4)
    if chance.random() < HANDED_BACK and len(units) > 1:
        case = operations.hand_back(
            case, by=city.offices.handlers[unit.pk], reason=chance.choice(words.HANDED_BACK)
        )
        at = yield _later(at, chance, 0.3, 6)
        unit = chance.choice([one for one in units if one != unit])
        case = operations.dispatch(case, unit=unit, by=dispatcher)
        at = yield _later(at, chance, 0.1, 3)
    handler = city.offices.handlers[unit.pk]
    inspectors = [one for one in city.offices.inspectors if one != reporter]
    chance.shuffle(inspectors)
    verifier, third = inspectors[:2]
    case = operations.sign(case, by=handler)
    while True:
        at = yield _fixed_at(case, at, chance)
        case = _fix(city, case, handler, kind, chance, at)
        at = yield _later(at, chance, 1, 12)
        if chance.random() < SENT_BACK and case.rounds < 4:
            case = operations.send_back(case, by=verifier, reason=chance.choice(words.SENT_BACK))
            continue
        case = operations.verify(case, by=verifier, note=chance.choice(words.VERIFIED))
        at = yield _later(at, chance, 0.2, 5)
        case = operations.close(case, by=dispatcher)
        assert case.look_back_on is not None  # closing plans it
        planned = timezone.make_aware(datetime.combine(case.look_back_on, time(9, 30)))
        at = yield _later(max(at, planned), chance, 0.1, 14)
        if chance.random() < RELAPSED and case.relapses < 2:
            photos = _photos(city, case, third, kind, "before", chance, at)
            case = operations.relapse(case, by=third, reason=chance.choice(words.RELAPSED), photos=photos)
            at = yield _later(at, chance, 0.1, 4)
            case = operations.sign(case, by=handler)
            continue
        photos = _photos(city, case, third, kind, "look_back", chance, at, share=0.3)
        case = operations.look_back(case, by=third, note=chance.choice(words.HELD), photos=photos)
        at = yield _later(at, chance, 0.5, 10)
        operations.settle(case, by=dispatcher)
        return


_NOW = datetime(1, 1, 1, tzinfo=UTC)  # "as soon as I begin"


def _later(at: datetime, chance: Random, least: float, most: float) -> datetime:
    """Some working hours later: mostly soon, sometimes not, and now and then somebody leaves it for days."""
    hours = min(most, least + chance.expovariate(2.2 / (most - least)))
    if chance.random() < LEFT_LYING:
        hours += chance.uniform(30, 140)
    return next_working(at + timedelta(hours=hours), calendar=_calendar()) + timedelta(
        seconds=chance.randint(0, 900)
    )


_calendar = lru_cache(maxsize=1)(current_calendar)


def _fixed_at(case: Case, at: datetime, chance: Random) -> datetime:
    """Mostly within the limit, sometimes beyond it."""
    assert case.due_at is not None  # a dispatched case has one
    left = max((case.due_at - at).total_seconds(), 1800)
    share = chance.betavariate(2.2, 1.6)
    if chance.random() < LATE:
        share = chance.uniform(1.05, 1.9) if chance.random() < 0.8 else chance.uniform(2, 7)
    return at + timedelta(seconds=max(600, left * share))


def _owners(city: City, division: Division, kind: ProblemKind) -> Iterator[Unit]:
    """The street first for what lies in the street, the department of the line, then anybody near."""
    street = city.units.get(division.path[: 4 * 4], [])
    departments = [unit for unit in city.units.get(city.division.path, []) if kind.line_id in _lines(unit)]
    yield from (
        (departments + street) if kind.code[:3] in {"SAF", "INF", "TRA", "RIV"} else (street + departments)
    )
    yield from city.units.get(city.division.path, [])[:1]


_line_ids: dict[int, set[int]] = {}


def _lines(unit: Unit) -> set[int]:
    if unit.pk not in _line_ids:
        _line_ids[unit.pk] = set(unit.lines.values_list("pk", flat=True))
    return _line_ids[unit.pk]


def _report(
    city: City, number: int, chance: Random, kind: ProblemKind, site: Site | None, division: Division,
    source: str, reporter: Person, at: datetime,
) -> Case:  # fmt: skip
    where = chance.choice(words.WHERE)
    position = None if site else city.ground.near(division)
    contact = (
        (f"示例反映人{number}", f"000-{number:08d}")
        if source in {Source.HOTLINE, Source.CITIZEN}
        else ("", "")
    )
    photos = []
    if source == Source.INSPECTION:
        photos = _hand_in(city, number, reporter, kind, "before", chance, at)
    return operations.report(
        by=reporter,
        text=f"{site.name if site else where}：{words.found(kind.code, kind.name, chance.randint(0, 9))}（示例数据）",
        kind=kind,
        division=division,
        site=site,
        address=f"{division.name}{where}",
        longitude=position[0] if position else None,
        latitude=position[1] if position else None,
        source=source,
        contact=contact,
        photos=photos,
    )


def _fix(city: City, case: Case, handler: Person, kind: ProblemKind, chance: Random, at: datetime) -> Case:
    photos = _photos(city, case, handler, kind, "after", chance, at)
    return operations.report_fixed(
        case,
        by=handler,
        photos=photos,
        no_photo_because="" if photos else chance.choice(words.NO_PHOTO),
        note=chance.choice(words.FIXED),
    )


def _photos(
    city: City,
    case: Case,
    by: Person,
    kind: ProblemKind,
    stage: str,
    chance: Random,
    at: datetime,
    share: float = 1,
) -> list[Evidence]:
    if chance.random() > share:
        return []
    return _hand_in(city, int(case.number[-6:]), by, kind, stage, chance, at)


def _hand_in(
    city: City, number: int, by: Person, kind: ProblemKind, stage: str, chance: Random, at: datetime
) -> list[Evidence]:
    """A drawn photo through the evidence door; the older part of the sample goes without, to start soon."""
    if at < city.photos_since:
        return []
    caption = f"{at:%Y-%m-%d %H:%M}"
    drawn = BytesIO(picture(number, kind_code=kind.code, stage=stage, caption=caption))
    drawn.name = f"示例-{number}-{stage}.jpg"
    return [receive(drawn, by=by, name=drawn.name, at_once=True)]
