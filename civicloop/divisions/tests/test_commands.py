"""civicloop load divisions, boundaries, sites"""

import io
import json
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from civicloop.divisions.commands import (
    load_boundaries_command,
    load_divisions_command,
    load_sites_command,
)
from civicloop.divisions.models import Boundary, Division
from civicloop.divisions.tests.facts import DEMO
from civicloop.kernel.trail.models import Entry
from tests.cast import CityTestCase


class CommandTests(CityTestCase):
    def said(self, command: Callable[..., int], *args: object, **given: object) -> tuple[int, str, str]:
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = command(*args, **given)
        return code, out.getvalue(), err.getvalue()

    def file(self, text: str, name: str = "list.csv") -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / name
        path.write_text(text, encoding="utf-8")
        return path

    def test_one_city_of_the_real_list_with_progress_and_a_json_report(self) -> None:
        path = DEMO / "divisions_jiangsu.csv.gz"
        code, out, err = self.said(load_divisions_command, path, json=True, only="3213")
        report = json.loads(out)
        self.assertEqual((code, report["problems"], report["added"]["city"]), (0, [], 1))
        self.assertIn("23563", err)
        self.assertEqual(Entry.objects.get(verb="divisions.load").by, "system:importer")
        code, out, _err = self.said(
            load_boundaries_command,
            DEMO / "jiangsu_districts_wgs84_small.geojson.gz",
            system="wgs84",
            json=True,
        )
        self.assertEqual((code, json.loads(out)["placed"]), (1, 5))
        self.assertEqual(Boundary.objects.count(), 5)

    def test_rows_left_out_make_the_exit_code_1_and_a_sheet_of_their_own(self) -> None:
        path = self.file("code,name,parent,level\n97,丙省,,province\n9x,坏,97,city\n")
        sheet = path.parent / "left.xlsx"
        code, out, _err = self.said(load_divisions_command, path, unplaced=sheet)
        self.assertEqual(code, 1)
        self.assertIn("第 3 行", out)
        self.assertTrue(sheet.exists())

    def test_a_file_that_is_no_table_makes_it_2_and_changes_nothing(self) -> None:
        before = Division.objects.count()
        for path in (self.file("<html><body>"), Path("/nowhere/list.csv")):
            code, out, _err = self.said(load_divisions_command, path, json=True)
            self.assertEqual(code, 2)
            self.assertTrue(json.loads(out)["error"])
        self.assertEqual(self.said(load_sites_command, Path("/nowhere.csv"))[0], 2)
        self.assertEqual(Division.objects.count(), before)
