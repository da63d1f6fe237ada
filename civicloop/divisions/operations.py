"""点位: adding and changing the places that are looked at, and the catalogue of their types."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.divisions import verbs
from civicloop.divisions.finding import placed
from civicloop.divisions.listing import digits
from civicloop.divisions.models import Division, Site, SiteType
from civicloop.divisions.rights import KEEPS_SITES, is_within, reach_or_refuse
from civicloop.kernel.actors import Actor
from civicloop.kernel.pinyin import pinyin_key
from civicloop.kernel.positions import System
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.tables import Field, Kind, Map, Problem, Report, Row, Sheet, propose
from civicloop.kernel.trail.record import record

TYPES = Path(__file__).parent / "data" / "site_types.csv"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,29}")
_NOT_YOURS = gettext_lazy("点位由文明办、目录管理员和系统管理员登记，您的岗位没有这项职责。")
_LONGEST = {"name": 100, "address": 200}


def add_site(
    *,
    by: Actor,
    name: str,
    type: SiteType,
    division: Division | None = None,
    code: str = "",
    address: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
    system: str = System.WGS84,
) -> Site:
    """新增点位.  A place or a position must be known; without a code one is given: type, district, number."""
    reached = reach_or_refuse(by, KEEPS_SITES, _NOT_YOURS)
    place = placed(division, longitude, latitude, system)
    _allow(place.division, reached)
    with transaction.atomic():
        site = Site(
            code=_sound_code(code) if code.strip() else _next_code(type, place.division),
            name=_text("name", name),
            type=type,
            division=place.division,
            place_path=place.division.path,
            address=_text("address", address),
            longitude=place.longitude,
            latitude=place.latitude,
            position_system=system,
        )
        site.sort_key = pinyin_key(site.name)
        try:
            with transaction.atomic():
                site.save(force_insert=True)
        except IntegrityError as taken:
            raise Refused(_("点位编号“%(code)s”已经有了，请换一个。") % {"code": site.code}) from taken
        record(
            verbs.add_site,
            about=site,
            by=by,
            facts={"code": site.code, "type_id": site.type_id, "division_id": site.division_id},
        )
    return site


def change_site(
    site: Site,
    *,
    by: Actor,
    name: str,
    type: SiteType,
    division: Division | None = None,
    address: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
    system: str = System.WGS84,
    seen: str = "",
) -> Site:
    """修改点位.  `seen` is the fingerprint that the person had on the page; another one now is stale."""
    reached = reach_or_refuse(by, KEEPS_SITES, _NOT_YOURS)
    with transaction.atomic():
        site = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
        _allow(site.division, reached)
        if seen and seen != site.fingerprint:
            raise Stale(_("这个点位刚刚被别人改过，页面上的内容已经过时。请查看最新内容后再改。"))
        place = placed(division, longitude, latitude, system)
        _allow(place.division, reached)
        before = _words(site)
        site.name, site.type, site.address = _text("name", name), type, _text("address", address)
        site.division, site.place_path = place.division, place.division.path
        if (site.longitude, site.latitude) != (place.longitude, place.latitude):
            site.position_system = system
        site.longitude, site.latitude = place.longitude, place.latitude
        site.sort_key = pinyin_key(site.name)
        after = _words(site)
        changed = sorted(key for key in after if after[key] != before[key])
        if not changed:
            return site
        site.save(force_update=True)
        record(
            verbs.change_site,
            about=site,
            by=by,
            facts={"changed": changed, "type_id": site.type_id, "division_id": site.division_id},
            said={
                "before": "\n".join(f"{key}: {before[key]}" for key in changed),
                "after": "\n".join(f"{key}: {after[key]}" for key in changed),
            },
        )
    return site


def _allow(division: Division, reached: tuple[str, ...] | None) -> None:
    if not is_within(division.path, reached):
        raise Refused(_("“%(division)s”不在您的岗位范围之内。") % {"division": division.name})


def _words(site: Site) -> dict[str, str]:
    position = "" if site.longitude is None else f"{site.longitude:.6f},{site.latitude:.6f}"
    return {
        "name": site.name,
        "type": site.type.code,
        "division": site.division.code,
        "address": site.address,
        "position": position,
    }


def _text(field: str, text: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    clean = "".join(sign for sign in clean if unicodedata.category(sign) not in {"Cc", "Cs"})
    if field == "name" and not clean:
        raise Refused(_("请填写点位名称。"))
    if len(clean) > _LONGEST[field]:
        raise Refused(
            _("文字有 %(count)d 个字，超过上限 %(longest)d 字。")
            % {"count": len(clean), "longest": _LONGEST[field]}
        )
    return clean


def _sound_code(code: str) -> str:
    code = "".join(unicodedata.normalize("NFKC", code).split())
    if not _CODE.fullmatch(code):
        raise Refused(_("点位编号只用字母、数字和连字符，最多 30 位。"))
    return code


def _next_code(type: SiteType, division: Division) -> str:
    """Type, the six digits of the district (or fewer above it), and the first free number."""
    start = f"{type.code}-{division.code[:6]}-"
    taken = set(Site.objects.filter(code__startswith=start).values_list("code", flat=True))
    number = len(taken) + 1
    while f"{start}{number:04d}" in taken:
        number += 1
    return f"{start}{number:04d}"


# Bringing in a table of sites

SITE_FIELDS = (
    Field("code", gettext_lazy("点位编号"), required=True, aliases=("编号", "site_code")),
    Field("name", gettext_lazy("点位名称"), required=True, aliases=("名称",), max_length=100),
    Field("type", gettext_lazy("点位类型"), required=True, aliases=("类型",)),
    Field(
        "division",
        gettext_lazy("属地代码"),
        aliases=("区划代码", "属地", "division_code", "street", "district"),
    ),
    Field("longitude", gettext_lazy("经度"), kind=Kind.NUMBER, aliases=("lon", "lng")),
    Field("latitude", gettext_lazy("纬度"), kind=Kind.NUMBER, aliases=("lat",)),
    Field("system", gettext_lazy("坐标系"), aliases=("crs",)),
    Field("address", gettext_lazy("地址"), max_length=200),
)
_SYSTEM_WORDS = {
    "": "wgs84",
    "wgs84": "wgs84",
    "gps": "wgs84",
    "gcj02": "gcj02",
    "bd09": "bd09",
    "百度": "bd09",
}


def load_sites(table: Sheet, *, by: Actor, source: str, mapping: Map | None = None) -> Report:
    """Sites from a table; each row is added by itself, those whose code is here already are skipped.

    Types are given by code or name, divisions by code, systems as WGS-84, GCJ-02 or BD-09.
    """
    reach_or_refuse(by, KEEPS_SITES, _NOT_YOURS)
    types = {word: one for one in SiteType.objects.all() for word in (one.code, one.name)}
    report = Report()
    with table, transaction.atomic():
        chosen = mapping or propose(table.header, SITE_FIELDS)
        first: Site | None = None
        for row in table.rows:
            reading = chosen.apply(row, SITE_FIELDS)
            if reading.problems:
                report.leave(row, reading.problems)
                continue
            site = _load_site(row, reading.values, types, by, report)
            first = first or site
        if first is not None:
            facts = {"read": report.read, "placed": report.placed, "left": len(report.unplaced)}
            record(verbs.load_sites, about=first, by=by, facts=facts, said={"source": source})
    return report


def _load_site(
    row: Row, values: Mapping[str, object], types: dict[str, SiteType], by: Actor, report: Report
) -> Site | None:
    def text(name: str) -> str:
        return str(values.get(name) or "")

    kind = types.get(text("type"))
    if kind is None:
        report.leave(
            row, [Problem(row.number, "type", _("没有“%(type)s”这种点位类型") % {"type": text("type")[:20]})]
        )
        return None
    code = digits(text("division"))
    division = Division.objects.filter(code=code).first() if code else None
    if code and division is None:
        report.leave(
            row,
            [Problem(row.number, "division", _("系统里没有代码为“%(code)s”的区划") % {"code": code[:20]})],
        )
        return None
    system = text("system").lower().replace("-", "")
    try:
        if Site.objects.filter(code=_sound_code(text("code"))).exists():
            report.skip(row, _("编号“%(code)s”已在系统里") % {"code": text("code")})
            return None
        with transaction.atomic():
            site = add_site(
                by=by,
                name=text("name"),
                type=kind,
                division=division,
                code=text("code"),
                address=text("address"),
                longitude=_degrees(values.get("longitude")),
                latitude=_degrees(values.get("latitude")),
                system=_SYSTEM_WORDS.get(system, system),
            )
    except Refused as no:
        report.leave(row, str(no))
        return None
    report.place(row)
    return site


def _degrees(value: object) -> float | None:
    return None if value is None else float(str(value))


# The catalogue of types


def load_site_types(*, by: Actor) -> int:
    """Add the sample types that are not here yet; returns how many.  What is here stays as it is."""
    with TYPES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with transaction.atomic():
        there = set(SiteType.objects.values_list("code", flat=True))
        made = SiteType.objects.bulk_create(SiteType(**row) for row in rows if row["code"] not in there)
        if made:
            record(verbs.load_site_types, about=made[0], by=by, facts={"added": len(made)})
    return len(made)
