"""Positions on the ground: three coordinate systems, distances, and which polygon a point lies in.

Everything is kept as WGS-84 (what GPS and photographs say).  Domestic maps speak GCJ-02, Baidu speaks
BD-09; both are moved by some hundred metres, so a value without its system is half a value.
The formulas are the publicly known ones; both are inverted here by fixed-point iteration, because the usual
one-step inverses are metres off.

    here = check(117.1371, 34.29341)
    Polygons({"320302": geometry}).find(here.longitude, here.latitude)
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

Numbers = NDArray[np.float64]
Shift = Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]
GeoJSON = Mapping[str, Any]

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
METRES_PER_DEGREE = math.pi * EARTH_RADIUS_M / 180


class System(StrEnum):
    """The coordinate system a pair of numbers is in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees, WGS-84 unless the name of the function that returned it says otherwise."""

    longitude: float
    latitude: float


# What may be wrong with a pair of numbers


class PositionError(ValueError):
    """The pair is no position; the message is a sentence for the person who gave it."""


class NotNumbers(PositionError):
    """One of the two is not a finite number."""


class OutOfRange(PositionError):
    """No such place on Earth."""


class NullIsland(PositionError):
    """0°, 0°: what a device writes that had no fix."""


class Swapped(PositionError):
    """Latitude and longitude stand in each other's place."""


def check(longitude: object, latitude: object) -> Position:
    """A position from two numbers or texts of numbers; raises a PositionError that says what is wrong."""
    lon, lat = _number(longitude), _number(latitude)
    if lon is None or lat is None:
        shown = {"longitude": str(longitude)[:40], "latitude": str(latitude)[:40]}
        raise NotNumbers(_("坐标须是两个数字，现为“%(longitude)s”和“%(latitude)s”。") % shown)
    shown_pair = {"longitude": f"{lon:g}", "latitude": f"{lat:g}"}
    if lon == 0 and lat == 0:
        raise NullIsland(_("坐标是 0，0，说明设备当时没有定位，请重新定位或在地图上点选。"))
    if 90 < abs(lat) <= 180 and abs(lon) <= 90:
        raise Swapped(_("纬度 %(latitude)s 超过 90 度，经度和纬度可能填反了，请对调后再试。") % shown_pair)
    if abs(lon) > 180 or abs(lat) > 90:
        raise OutOfRange(
            _("经度 %(longitude)s、纬度 %(latitude)s 超出范围，经度须在 ±180 度、纬度须在 ±90 度以内。")
            % shown_pair
        )
    return Position(lon, lat)


def _number(value: object) -> float | None:
    """A finite float, or None; True and False are not numbers here."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str | np.number):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


# From one system to another

_AXIS_M = 6_378_245.0  # Krasovsky 1940
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU_TURN = math.pi * 3000 / 180
_STEPS = 16  # each step gains about two digits; the last ones change nothing
_CLOSE_ENOUGH = 1e-13


def _in_china(lon: Numbers, lat: Numbers) -> NDArray[np.bool_]:
    """The rectangle in which GCJ-02 is defined to move points."""
    return (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)


def _wgs84_to_gcj02(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3

    angle = np.radians(lat)
    magic = 1 - _ECCENTRICITY2 * np.sin(angle) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY2) / (magic * np.sqrt(magic)) * np.pi / 180
    parallel = _AXIS_M / np.sqrt(magic) * np.cos(angle) * np.pi / 180
    inside = _in_china(lon, lat)
    return lon + np.where(inside, east / parallel, 0.0), lat + np.where(inside, north / meridian, 0.0)


def _gcj02_to_bd09(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _invert(shift: Shift, lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """The point that `shift` moves to (lon, lat)."""
    was_lon, was_lat = lon.copy(), lat.copy()
    for _step in range(_STEPS):
        to_lon, to_lat = shift(was_lon, was_lat)
        off_lon, off_lat = lon - to_lon, lat - to_lat
        was_lon, was_lat = was_lon + off_lon, was_lat + off_lat
        off = np.maximum(np.abs(off_lon), np.abs(off_lat))
        if not np.any(off > _CLOSE_ENOUGH):  # a NaN is never far off, and stays NaN
            break
    return was_lon, was_lat


def _gcj02_to_wgs84(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    inside = _in_china(lon, lat)
    was_lon, was_lat = _invert(_wgs84_to_gcj02, lon, lat)
    return np.where(inside, was_lon, lon), np.where(inside, was_lat, lat)


def to_wgs84_many(lons: ArrayLike, lats: ArrayLike, system: System | str) -> tuple[Numbers, Numbers]:
    """Arrays of degrees in `system` to arrays of WGS-84 degrees; NaN stays NaN."""
    lon, lat = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    system = System(system)
    if system is System.BD09:
        lon, lat = _invert(_gcj02_to_bd09, lon, lat)
    return (lon, lat) if system is System.WGS84 else _gcj02_to_wgs84(lon, lat)


def from_wgs84_many(lons: ArrayLike, lats: ArrayLike, system: System | str) -> tuple[Numbers, Numbers]:
    """Arrays of WGS-84 degrees to arrays of degrees in `system`."""
    lon, lat = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    system = System(system)
    if system is not System.WGS84:
        lon, lat = _wgs84_to_gcj02(lon, lat)
    return _gcj02_to_bd09(lon, lat) if system is System.BD09 else (lon, lat)


def to_wgs84(longitude: float, latitude: float, system: System | str) -> Position:
    """One point of `system` in WGS-84.  GCJ-02 does not move points outside China's rectangle."""
    lon, lat = to_wgs84_many([longitude], [latitude], system)
    return Position(float(lon[0]), float(lat[0]))


def from_wgs84(longitude: float, latitude: float, system: System | str) -> Position:
    """One WGS-84 point in `system`; the exact inverse of `to_wgs84` (within 1e-9°)."""
    lon, lat = from_wgs84_many([longitude], [latitude], system)
    return Position(float(lon[0]), float(lat[0]))


def distance_m(one: Position, other: Position) -> float:
    """Metres along the sphere (haversine); within 0.5 % of the ellipsoid."""
    lat1, lat2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(other.longitude - one.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


# Polygons


class BadShape(ValueError):
    """A geometry that is no polygon on Earth; the message names the key and what is wrong."""


def _ring(points: object, key: str) -> list[tuple[float, float]]:
    if not isinstance(points, list | tuple) or len(points) < 4:
        raise BadShape(_("“%(key)s”的边界有一圈不足四个点。") % {"key": key})
    ring = []
    for point in points:
        if not isinstance(point, list | tuple) or len(point) < 2:
            raise BadShape(_("“%(key)s”的边界里有的点不是经度和纬度两个数。") % {"key": key})
        lon, lat = point[0], point[1]
        numeric = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (lon, lat))
        if not (numeric and abs(lon) <= 180 and abs(lat) <= 90):
            raise BadShape(
                _("“%(key)s”的边界里有超出经纬度范围的点（%(point)s），请确认是经纬度而不是平面坐标。")
                % {"key": key, "point": str([lon, lat])[:60]}
            )
        ring.append((float(lon), float(lat)))
    if ring[0] != ring[-1]:
        raise BadShape(_("“%(key)s”的边界有一圈没有闭合，首尾两点须相同。") % {"key": key})
    return ring


def _polygon(rings: object, key: str) -> shapely.Polygon:
    if not isinstance(rings, list | tuple) or not rings:
        raise BadShape(_("“%(key)s”的边界是空的。") % {"key": key})
    outer, *holes = (_ring(points, key) for points in rings)
    return shapely.Polygon(outer, holes)


def _areas_only(shape: BaseGeometry) -> BaseGeometry:
    """What a repair leaves besides areas (spikes as lines, touching points) bounds nothing."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)


def shape_of(geometry: GeoJSON, key: str) -> tuple[BaseGeometry, str | None]:
    """A valid (multi)polygon from GeoJSON and, where it had to be repaired, what was wrong with it.

    Takes a geometry or a Feature; raises BadShape.
    """
    if isinstance(geometry, Mapping) and geometry.get("type") == "Feature":
        geometry = geometry.get("geometry") or {}
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, Mapping) else None
    if kind == "Polygon":
        shape: BaseGeometry = _polygon(coordinates, key)
    elif kind == "MultiPolygon" and isinstance(coordinates, list | tuple) and coordinates:
        parts = [_polygon(rings, key) for rings in coordinates]
        shape = shapely.MultiPolygon(parts)
    else:
        raise BadShape(
            _("“%(key)s”的边界须是 Polygon 或 MultiPolygon，现为 %(kind)s。")
            % {"key": key, "kind": str(kind)[:40]}
        )
    if shapely.is_valid(shape):
        return shape, None
    wrong = str(shapely.is_valid_reason(shape))
    shape = _areas_only(shapely.make_valid(shape))
    if shapely.is_empty(shape):
        raise BadShape(_("“%(key)s”的边界没有围出面积。") % {"key": key})
    return shape, wrong


class Polygons:
    """Named areas in memory, asked by position.

    `repaired` tells which geometries crossed themselves and were mended: {key: what was wrong}.
    """

    def __init__(self, shapes: Mapping[str, GeoJSON]) -> None:
        self.keys: tuple[str, ...] = tuple(sorted(shapes))
        self.repaired: dict[str, str] = {}
        self._shapes: list[BaseGeometry] = []
        for key in self.keys:
            shape, wrong = shape_of(shapes[key], key)
            self._shapes.append(shape)
            if wrong is not None:
                self.repaired[key] = wrong
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all; None when there is nothing."""
        if not self._shapes:
            return None
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(self._shapes))
        return west, south, east, north

    def find(self, longitude: float, latitude: float) -> str | None:
        """The key of the area that holds the point.

        A point on a common border, or in two overlapping areas, belongs to the key that sorts first.
        """
        return self.find_many([longitude], [latitude])[0]

    def find_many(self, longitudes: ArrayLike, latitudes: ArrayLike) -> list[str | None]:
        """`find` for whole arrays; a NaN lies nowhere."""
        first = self._first(np.asarray(longitudes, np.float64), np.asarray(latitudes, np.float64))
        return [self.keys[index] if index >= 0 else None for index in first]

    def _first(self, lons: Numbers, lats: Numbers) -> NDArray[np.int64]:
        """Index of the first area that holds each point, -1 where there is none."""
        nowhere = len(self.keys)
        first = np.full(len(lons), nowhere, dtype=np.int64)
        if nowhere:
            asked = np.flatnonzero(np.isfinite(lons) & np.isfinite(lats))
            points = shapely.points(lons[asked], lats[asked])
            which, area = self._tree.query(points, predicate="intersects")
            np.minimum.at(first, asked[which], area)  # keys are sorted, so the least index sorts first
        first[first == nowhere] = -1
        return first

    def near(self, longitude: float, latitude: float, metres: float) -> tuple[str, float] | None:
        """The nearest area within `metres` and its distance in metres, 0 inside; None if all are farther.

        Distances are measured on a plane touching the point: right to 1 % up to some 50 km.
        """
        inside = self.find(longitude, latitude)
        if inside is not None:
            return inside, 0.0
        if not self._shapes or not (math.isfinite(longitude) and math.isfinite(latitude)):
            return None
        scale = np.array([METRES_PER_DEGREE * max(math.cos(math.radians(latitude)), 0.01), METRES_PER_DEGREE])
        reach_lon, reach_lat = metres / scale
        window = shapely.box(
            longitude - reach_lon, latitude - reach_lat, longitude + reach_lon, latitude + reach_lat
        )
        here, origin = np.array([longitude, latitude]), shapely.Point(0, 0)
        best: tuple[float, str] | None = None
        for index in self._tree.query(window):
            plane = shapely.transform(self._shapes[index], lambda degrees: (degrees - here) * scale)
            far = (float(shapely.distance(plane, origin)), self.keys[index])
            if far[0] <= metres and (best is None or far < best):
                best = far
        return (best[1], best[0]) if best else None


# Advice


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Advice, never a decision: the points would lie better if they were read as `system`."""

    system: System
    placed: int  # as they were given
    would_be: int  # as `system`
    of: int


def guess_system(
    points: Iterable[tuple[float, float]],
    index: Polygons,
    *,
    given: System | str = System.WGS84,
    expected: Sequence[str | None] | None = None,
) -> Suspicion | None:
    """Would another coordinate system place these points better than `given`?

    A point is well placed inside any area, or, where `expected` names its area, inside that one; the second
    is far sharper, for a shift of 550 m seldom leaves the city.  Less than one point in two hundred is noise.
    """
    degrees = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    given = System(given)
    wanted = list(expected) if expected is not None else [None] * len(degrees)
    if len(wanted) != len(degrees):
        raise ValueError("expected must name one area, or None, for each point")

    def placed(system: System) -> int:
        found = index.find_many(*to_wgs84_many(degrees[:, 0], degrees[:, 1], system))
        return sum(key is not None and want in (None, key) for key, want in zip(found, wanted, strict=True))

    as_given = placed(given)
    best = max((system for system in System if system is not given), key=placed)  # first wins a tie
    would_be = placed(best)
    if would_be - as_given <= len(degrees) // 200:
        return None
    return Suspicion(best, as_given, would_be, len(degrees))
