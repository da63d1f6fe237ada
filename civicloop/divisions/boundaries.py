"""载入界线: outlines of divisions from GeoJSON."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.divisions import verbs
from civicloop.divisions.finding import NAMES
from civicloop.divisions.listing import digits
from civicloop.divisions.models import Boundary, Division
from civicloop.divisions.rights import LOADS_PLACES, is_within, reach_or_refuse
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.positions import BadShape, System, shape_of, to_wgs84_many
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Problem, Report, Row
from civicloop.kernel.trail.record import record

CODE_NAMES = ("code", "adcode", "gb", "id")
_DIGITS = 6  # about a tenth of a metre


def load_boundaries(
    geojson: Mapping[str, Any] | str | bytes,
    *,
    by: Actor,
    system: str,
    source: str,
    dry_run: bool = False,
) -> Report:
    """Outlines for divisions that are here already; one loaded before is replaced.

    geojson  a FeatureCollection of (multi)polygons whose properties hold `code`
    system   what its degrees are in (wgs84, gcj02, bd09); WGS-84 is kept
    The report counts features from 1; whatever is unknown or no polygon is left out with its reason.  Raises
    Refused (nothing has changed then).
    """
    reached = reach_or_refuse(
        by, LOADS_PLACES, gettext_lazy("载入界线由系统管理员办理，您的岗位没有这项职责。")
    )
    if system not in set(System):
        raise Refused(_("坐标系“%(system)s”不认识，可以是 wgs84、gcj02 或 bd09。") % {"system": system[:20]})
    features = _features(geojson)
    report = Report()
    with transaction.atomic():
        places = Division.objects.in_bulk([code for code in map(_code, features) if code], field_name="code")
        shapes: dict[str, dict[str, Any]] = {}
        for number, feature in enumerate(features, start=1):
            code = _code(feature)
            row = Row(number, {"code": code})
            place = places.get(code)
            if why := _wrong(code, place, reached, shapes):
                report.leave(row, [Problem(number, "code", why)])
                continue
            try:
                shape, repaired = shape_of(feature, code)
                shapes[code] = _in_wgs84(shape, System(system))
            except BadShape as broken:
                report.leave(row, [Problem(number, "geometry", str(broken))])
                continue
            report.place(row)
            if repaired:
                report.warnings.append(
                    Problem(number, "geometry", _("“%(code)s”的界线自相交，已修补") % {"code": code})
                )
        if shapes and not dry_run:
            _keep(shapes, places, source)
            top = min((places[code] for code in shapes), key=lambda place: place.path)
            facts = {
                "read": report.read,
                "placed": report.placed,
                "left": len(report.unplaced),
                "system": str(system),
            }
            record(verbs.load_boundaries, about=top, by=by, facts=facts, said={"source": source})
    return report


def _keep(shapes: dict[str, dict[str, Any]], places: dict[str, Division], source: str) -> None:
    """New rows for old ones: whoever holds outlines in memory notices by the new numbers."""
    Boundary.objects.filter(division__code__in=shapes).delete()
    at = now()
    Boundary.objects.bulk_create(
        Boundary(division=places[code], geometry=shape, source=source[:200], loaded_at=at)
        for code, shape in shapes.items()
    )


def _features(geojson: Mapping[str, Any] | str | bytes) -> list[Any]:
    if isinstance(geojson, str | bytes):
        try:
            geojson = json.loads(geojson)
        except (ValueError, RecursionError) as broken:
            raise Refused(
                _("这不是 GeoJSON 文件，读不出内容。请上传扩展名为 .geojson 或 .json 的界线文件。")
            ) from broken
    features = geojson.get("features") if isinstance(geojson, Mapping) else None
    if not isinstance(features, list) or not features:
        raise Refused(_("文件里没有界线。GeoJSON 应为 FeatureCollection，每个要素的属性里有区划代码 code。"))
    return features


def _code(feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping):
        return ""
    return next((digits(properties[name]) for name in CODE_NAMES if properties.get(name)), "")


def _wrong(
    code: str, place: Division | None, reached: tuple[str, ...] | None, shapes: Mapping[str, object]
) -> str:
    if not code:
        return _("属性里没有区划代码 code")
    if place is None:
        return _("系统里没有代码为“%(code)s”的区划") % {"code": code[:20]}
    if not is_within(place.path, reached):
        return _("“%(name)s”不在您管理的区划之内") % {"name": place.name}
    if code in shapes:
        return _("“%(code)s”的界线在文件里出现了两次") % {"code": code}
    return ""


def _in_wgs84(shape: shapely.Geometry, system: System) -> dict[str, Any]:
    """The geometry as it is kept."""

    def moved(points: Any) -> Any:
        lon, lat = to_wgs84_many(points[:, 0], points[:, 1], system)
        return np.round(np.column_stack([lon, lat]), _DIGITS)

    kept: dict[str, Any] = json.loads(shapely.to_geojson(shapely.transform(shape, moved)))
    return kept


SYSTEMS = [(system.value, NAMES[system]) for system in System]
