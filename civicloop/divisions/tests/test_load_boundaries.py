"""载入界线"""

import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from civicloop.divisions.boundaries import load_boundaries
from civicloop.divisions.models import Boundary
from civicloop.divisions.tests.facts import EAST, WEST, collection, feature, square
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.positions import from_wgs84
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import Report
from civicloop.kernel.trail.models import Entry
from tests.cast import CityTestCase


def load(*features: dict[str, Any], **given: Any) -> Report:
    full: dict[str, Any] = {"by": INSTALLER, "system": "wgs84", "source": "made up"} | given
    return load_boundaries(collection(*features), **full)


class LoadBoundariesTests(CityTestCase):
    def test_an_outline_is_kept_in_wgs84_whatever_it_came_in(self) -> None:
        corner = from_wgs84(118.0, 34.0, "gcj02")
        load(feature(EAST, square(corner.longitude, corner.latitude)), system="gcj02")
        lon, lat = Boundary.objects.get().geometry["coordinates"][0][0]
        self.assertAlmostEqual(lon, 118.0, places=5)
        self.assertAlmostEqual(lat, 34.0, places=5)

    def test_unknown_codes_broken_shapes_and_repeats_are_told_and_the_rest_goes_in(self) -> None:
        report = load(
            feature(EAST, square(118.0, 34.0)),
            feature("999999", square(118.0, 34.0)),
            feature(WEST, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
            feature(EAST, square(118.5, 34.0)),
            feature(None, square(118.0, 34.0)),
            feature(WEST, {"type": "Point", "coordinates": [118, 34]}),
        )
        self.assertEqual([one.row for one in report.problems], [2, 3, 4, 5, 6])
        self.assertEqual(list(Boundary.objects.values_list("division__code", flat=True)), [EAST])

    def test_an_outline_that_crosses_itself_is_mended_and_told(self) -> None:
        bow = [[118.0, 34.0], [118.1, 34.1], [118.1, 34.0], [118.0, 34.1], [118.0, 34.0]]
        report = load(feature(EAST, {"type": "Polygon", "coordinates": [bow]}))
        self.assertEqual((report.placed, len(report.warnings)), (1, 1))

    def test_a_second_load_replaces_the_outline(self) -> None:
        load(feature(EAST, square(118.0, 34.0)))
        load(feature(EAST, square(119.0, 34.0)))
        self.assertEqual(Boundary.objects.get().geometry["coordinates"][0][0][0], 119.0)
        self.assertEqual(Entry.objects.filter(verb="divisions.load_boundaries").count(), 2)

    def test_what_is_no_geojson_is_refused_and_leaves_no_trace(self) -> None:
        for rubbish in (b"PK\x03\x04", "{", "[]", '{"type": "FeatureCollection", "features": []}'):
            with self.assertRaises(Refused):
                load_boundaries(rubbish, by=INSTALLER, system="wgs84", source="x")
        with self.assertRaisesMessage(Refused, "坐标系"):
            load(feature(EAST, square(118.0, 34.0)), system="utm")
        self.assertFalse(Boundary.objects.exists())
        self.assertFalse(Entry.objects.exists())

    def test_a_leader_loads_none(self) -> None:
        with self.assertRaisesMessage(Refused, "系统管理员"):
            load(feature(EAST, square(118.0, 34.0)), by=self.cast.liu_yang)
        self.assertFalse(Boundary.objects.exists())

    def test_the_administrator_uploads_them_on_the_page(self) -> None:
        self.as_(self.cast.system_admin)
        text = json.dumps(collection(feature(EAST, square(118.0, 34.0))))
        answer = self.client.post(
            reverse("divisions:load_boundaries"),
            {
                "file": SimpleUploadedFile("a.geojson", text.encode()),
                "system": "wgs84",
                "intent": uuid.uuid4(),
            },
        )
        self.assertEqual(answer.status_code, 303)
        self.assertContains(self.client.get(answer["Location"]), "已载入")
        outlines = self.client.get(reverse("divisions:outlines"), {"within": "9801"})
        self.assertEqual([one["properties"]["code"] for one in outlines.json()["features"]], ["980101"])
        again = self.client.get(
            reverse("divisions:outlines"), {"within": "9801"}, headers={"If-None-Match": outlines["ETag"]}
        )
        self.assertEqual(again.status_code, 304)
