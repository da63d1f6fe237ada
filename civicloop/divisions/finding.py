"""Which place a position lies in, and whether the two agree."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.divisions.models import Boundary, Division, Level
from civicloop.kernel.positions import Polygons, Position, PositionError, System, check, shape_of, to_wgs84
from civicloop.kernel.refused import Refused

# Outlines are simplified to about 200 m: this near to the chosen district counts as inside it.
BORDER_M = 250.0
SHOWN = 5  # divisions named in a sentence

NAMES = {
    System.WGS84: gettext_lazy("WGS-84（GPS）"),
    System.GCJ02: gettext_lazy("GCJ-02（高德、腾讯）"),
    System.BD09: gettext_lazy("BD-09（百度）"),
}


@dataclass(frozen=True)
class Placed:
    """A place and, where it is known, the position in WGS-84 degrees."""

    division: Division
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class _District:
    pk: int
    path: str
    bounds: tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True)
class Outlines:
    """All loaded district outlines in memory.  `edition` changes with every load."""

    edition: tuple[int, int]
    index: Polygons
    districts: dict[str, _District]

    def around(self, division: Division) -> list[str]:
        """The districts with an outline that hold this division, or that it holds."""
        return [
            code
            for code, one in self.districts.items()
            if one.path.startswith(division.path) or division.path.startswith(one.path)
        ]


_outlines: Outlines | None = None


def outlines() -> Outlines:
    """The outlines as they are in the database now: one small query, and a rebuild after a load."""
    global _outlines
    edition = _edition()
    if _outlines is None or _outlines.edition != edition:
        _outlines = _read(edition)
    return _outlines


def _edition() -> tuple[int, int]:
    """How many there are and the newest; a load always makes new rows, and their numbers never come again."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {Boundary._meta.db_table}")  # noqa: S608 - our own
        count, newest = cursor.fetchone()
    return count, newest


def _read(edition: tuple[int, int]) -> Outlines:
    rows = Boundary.objects.filter(division__level=Level.DISTRICT).values_list(
        "division__code", "division_id", "division__path", "geometry"
    )
    districts: dict[str, _District] = {}
    shapes = {}
    for code, pk, path, geometry in rows:
        districts[code] = _District(pk, path, shape_of(geometry, code)[0].bounds)
        shapes[code] = geometry
    return Outlines(edition, Polygons(shapes), districts)


def placed(
    division: Division | None, longitude: float | None, latitude: float | None, system: str = System.WGS84
) -> Placed:
    """Check a place and a position against each other, and find whichever is missing.

    division   may be of any level; a position makes it as exact as its district
    system     what the numbers are in; the answer is always WGS-84
    Raises Refused where neither is given, the numbers are no position, or the two do not agree.  A district
    without a loaded outline (a development zone) agrees with every position.
    """
    if longitude is None and latitude is None:
        if division is None:
            raise Refused(_("请选择属地区划，或给出位置。"))
        return Placed(division)
    given, here = _position(longitude, latitude, system)
    known = outlines()
    found = known.index.find(here.longitude, here.latitude)
    if division is None:
        return _by_position(known, found, here)
    if found is not None and division.path.startswith(known.districts[found].path):
        return Placed(division, here.longitude, here.latitude)
    wanted = known.around(division)
    if not wanted:
        return Placed(division, here.longitude, here.latitude)
    if found not in wanted:
        found = _near(wanted, here)
    if found is None:
        raise Refused(_disagreement(known, division, wanted, given, here, System(system)))
    if len(known.districts[found].path) > len(division.path):
        division = Division.objects.get(pk=known.districts[found].pk)
    return Placed(division, here.longitude, here.latitude)


def _position(longitude: float | None, latitude: float | None, system: str) -> tuple[Position, Position]:
    """The position as given and in WGS-84."""
    if longitude is None or latitude is None:
        raise Refused(_("经度和纬度要一起填写，现在只有一个。"))
    if system not in set(System):
        raise Refused(
            _("坐标系“%(system)s”不认识，可以是 wgs84、gcj02 或 bd09。") % {"system": str(system)[:20]}
        )
    try:
        given = check(longitude, latitude)
    except PositionError as wrong:
        raise Refused(str(wrong)) from wrong
    if system == System.WGS84:
        return given, given
    return given, to_wgs84(given.longitude, given.latitude, system)


def _by_position(known: Outlines, found: str | None, here: Position) -> Placed:
    if not len(known.index):
        raise Refused(_("系统里还没有载入区县界线，不能由位置判断属地，请选择属地区划。"))
    if found is None:
        near = known.index.near(here.longitude, here.latitude, BORDER_M)
        if near is None:
            raise Refused(_("这个位置不在任何已载入界线的区县之内，请检查坐标和坐标系，或选择属地区划。"))
        found = near[0]
    return Placed(Division.objects.get(pk=known.districts[found].pk), here.longitude, here.latitude)


def _near(wanted: list[str], here: Position) -> str | None:
    """One of the wanted districts whose outline is so near that the position may well lie in it."""
    rows = Boundary.objects.filter(division__code__in=wanted).values_list("division__code", "geometry")
    near = Polygons(dict(rows)).near(here.longitude, here.latitude, BORDER_M)
    return near[0] if near else None


def _disagreement(
    known: Outlines, division: Division, wanted: list[str], given: Position, here: Position, system: System
) -> str:
    found = known.index.find(here.longitude, here.latitude)
    names = dict(Division.objects.filter(code__in=[*wanted, found or ""]).values_list("code", "name"))
    if found is None:
        no = _(
            "这个位置不在任何已载入界线的区县之内，与所选的“%(division)s”对不上。请检查坐标，或者只选区划、不填位置。"
        ) % {"division": division.name}
    else:
        no = _(
            "位置在“%(found)s”，所选的“%(division)s”属于“%(wanted)s”，两者对不上。请重新定位或改选区划。"
        ) % {
            "found": names[found],
            "division": division.name,
            "wanted": names[wanted[0]] if len(wanted) == 1 else division.name,
        }
    for other in System:
        if other is system:
            continue
        there = to_wgs84(given.longitude, given.latitude, other)
        if known.index.find(there.longitude, there.latitude) in wanted:
            return no + _("按 %(system)s 换算后正好落在所选区划，请检查坐标系。") % {"system": NAMES[other]}
    return no


def division_of(words: str, among: QuerySet[Division] | None = None) -> Division:
    """The division that a person means by a code, or by a name that only one has.

    Several of one name are told apart by what they lie in: 城东区 幸福街道.  Raises Refused with those that
    may have been meant.  `among` narrows what may be chosen.
    """
    rows = Division.objects.all() if among is None else among
    typed = " ".join(unicodedata.normalize("NFKC", words).split())[:80]
    if typed.isdigit():
        by_code = rows.filter(code=typed).first()
        if by_code is None:
            raise Refused(_("没有代码为“%(code)s”的区划可选，请核对代码或填写名称。") % {"code": typed[:20]})
        return by_code
    *around, name = typed.split(" ")
    named = rows.filter(name=name).select_related("parent__parent")[: 20 * SHOWN]
    same = [one for one in named if not around or _lies_in(one, around[-1])]
    if len(same) == 1:
        return same[0]
    if same:
        raise Refused(
            _("叫“%(name)s”的区划有 %(count)d 个，请填写代码：%(which)s。")
            % {"name": typed, "count": len(same), "which": _told(same)}
        )
    near = list(
        rows.filter(pk__in=Division.objects.called(typed)).select_related("parent__parent")[: SHOWN + 1]
    )
    if near:
        raise Refused(
            _("没有叫“%(name)s”的区划。您要找的可能是：%(which)s。") % {"name": typed, "which": _told(near)}
        )
    raise Refused(_("没有叫“%(name)s”的区划，请核对名称或填写代码。") % {"name": typed})


def _lies_in(division: Division, name: str) -> bool:
    above = division.parent
    while above is not None:
        if above.name == name:
            return True
        above = above.parent
    return False


def _told(divisions: Sequence[Division]) -> str:
    """Some divisions with their codes, so that a person can tell them apart."""
    words = [
        _("%(name)s（%(code)s）")
        % {"name": f"{one.parent.name if one.parent else ''} {one.name}".strip(), "code": one.code}
        for one in divisions[:SHOWN]
    ]
    return _("、").join(words) + ("…" if len(divisions) > SHOWN else "")
