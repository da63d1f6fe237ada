"""Outlines and files for the tests of places: two made-up districts side by side.

城东区 is the square 118.00–118.10 E, 34.00–34.10 N; 城西区 lies west of it, 117.90–118.00.
"""

import gzip
from pathlib import Path
from typing import Any

from civicloop.divisions.boundaries import load_boundaries
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.tables import Row

DEMO = Path(__file__).resolve().parents[2] / "demo" / "data"
EAST, WEST = "980101", "980102"
IN_EAST, IN_WEST, NOWHERE = (118.05, 34.05), (117.95, 34.05), (120.5, 31.0)


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(code: object, geometry: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def two_districts() -> None:
    """Load the outlines of both."""
    load_boundaries(
        collection(feature(EAST, square(118.0, 34.0)), feature(WEST, square(117.9, 34.0))),
        by=INSTALLER,
        system="wgs84",
        source="made up",
    )


def rows(*lines: str) -> list[Row]:
    """Rows from `code,name,parent,level`, numbered as a sheet with a header numbers them."""
    names = ("code", "name", "parent", "level")
    return [
        Row(number, dict(zip(names, line.split(","), strict=True)))
        for number, line in enumerate(lines, start=2)
    ]


def jiangsu() -> bytes:
    return gzip.decompress((DEMO / "divisions_jiangsu.csv.gz").read_bytes())


def jiangsu_outlines() -> bytes:
    return gzip.decompress((DEMO / "jiangsu_districts_wgs84_small.geojson.gz").read_bytes())
