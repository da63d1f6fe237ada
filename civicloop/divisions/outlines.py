"""Outlines of districts as GeoJSON, for every map."""

import json
from collections.abc import Mapping
from functools import lru_cache

import shapely
from django.urls import reverse

from civicloop.divisions.finding import outlines
from civicloop.divisions.models import Boundary, Division, Level

_COARSE_DEGREES = 0.002
_MANY_POINTS = 400


def geojson(within: str = "", more: Mapping[str, Mapping[str, object]] | None = None) -> str:
    """The outlined districts in (or around) the division of this code, simplified to 0.002°; all without.

    more  code → properties that a map shows besides, such as `count`, `tone` and another `url`
    """
    known = outlines()
    codes = _codes(within)
    places = Division.objects.filter(code__in=codes).order_by("path").values_list("code", "name")
    shapes = _shapes(known.edition)
    features = ",".join(
        f'{{"type":"Feature","properties":{_properties(code, name, (more or {}).get(code, {}))},"geometry":{shapes[code]}}}'
        for code, name in places
        if code in shapes
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def _codes(within: str) -> list[str]:
    known = outlines()
    if not within:
        return list(known.districts)
    place = Division.objects.filter(code=within).first()
    return known.around(place) if place else []


def _properties(code: str, name: str, more: Mapping[str, object]) -> str:
    told = {"code": code, "name": name, "url": reverse("divisions:division", args=[code]), **more}
    return json.dumps(told, ensure_ascii=False)


@lru_cache(maxsize=1)
def _shapes(_edition: tuple[int, int]) -> dict[str, str]:
    """Each district's outline as text.  Names are not kept here: a rename makes no new edition."""
    rows = Boundary.objects.filter(division__level=Level.DISTRICT).values_list("division__code", "geometry")
    return {code: json.dumps(_coarse(geometry), separators=(",", ":")) for code, geometry in rows}


def _coarse(geometry: dict[str, object]) -> object:
    shape = shapely.from_geojson(json.dumps(geometry))
    if shapely.get_num_coordinates(shape) <= _MANY_POINTS:
        return geometry
    return json.loads(shapely.to_geojson(shapely.simplify(shape, _COARSE_DEGREES)))


def bounds(within: str = "") -> str:
    """West, south, east, north of those districts, as the map part wants it; or nothing."""
    known = outlines()
    edges = [known.districts[code].bounds for code in _codes(within)]
    if not edges:
        return ""
    west, south = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    east, north = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    return f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"
