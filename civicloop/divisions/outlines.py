"""Outlines of districts as GeoJSON, for every map."""

import json
from functools import lru_cache

import shapely
from django.urls import reverse

from civicloop.divisions.finding import outlines
from civicloop.divisions.models import Boundary, Division, Level

_COARSE_DEGREES = 0.002
_MANY_POINTS = 400


def edition(within: str) -> str:
    """Changes when the answer may."""
    count, newest = outlines().edition
    return f"{within}-{count}-{newest}"


def geojson(within: str = "") -> str:
    """The outlined districts in (or around) the division of this code, simplified to 0.002°; all without."""
    return _geojson(within, outlines().edition)


@lru_cache(maxsize=64)
def _geojson(within: str, _edition: tuple[int, int]) -> str:
    rows = Boundary.objects.filter(division__level=Level.DISTRICT)
    if within:
        place = Division.objects.filter(code=within).first()
        codes = outlines().around(place) if place else []
        rows = rows.filter(division__code__in=codes)
    found = rows.order_by("division__path").values_list("division__code", "division__name", "geometry")
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "url": reverse("divisions:division", args=[code])},
            "geometry": _coarse(geometry),
        }
        for code, name, geometry in found
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )


def _coarse(geometry: dict[str, object]) -> object:
    shape = shapely.from_geojson(json.dumps(geometry))
    if shapely.get_num_coordinates(shape) <= _MANY_POINTS:
        return geometry
    return json.loads(shapely.to_geojson(shapely.simplify(shape, _COARSE_DEGREES)))


def bounds(within: str = "") -> str:
    """West, south, east, north of those districts, as the map part wants it; or nothing."""
    known = outlines()
    if within:
        place = Division.objects.filter(code=within).first()
        codes = known.around(place) if place else []
    else:
        codes = list(known.districts)
    edges = [known.districts[code].bounds for code in codes]
    if not edges:
        return ""
    west, south = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    east, north = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    return f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"
