"""`civicloop load …` and `civicloop audit …` as a shell sees them: exit codes, stdout, files."""

import argparse
import io
import json
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from civicloop.cases.models import Case
from civicloop.config import audit, loading
from civicloop.kernel.clock.models import CalendarEdition
from civicloop.kernel.tables import read
from civicloop.kernel.trail.models import Entry, Seal
from tests.cast import CityTestCase

ROWS = """id,what,created,closed,where
1,litter,2026-02-02,2026-02-03,980101001
2,litter,2026-02-02,,980101001
3,litter,last year,,980101001
"""
MAP = {
    "columns": {
        "external_id": "id",
        "text": "what",
        "reported_at": "created",
        "ended_at": "closed",
        "division": "where",
    },
    "constants": {"external_system": "hotline"},
}
NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
"""


class CommandsCase(CityTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run_(self, command: Any, what: str, file: Path | None = None, **given: Any) -> tuple[int, str, str]:
        asked = {"map": None, "only": "", "system": "wgs84", "year": None, "unplaced": None, "dry_run": False}
        asked |= {"json": False, "witness": None, "files": False}
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), patch.dict("os.environ", {"LC_ALL": "zh_CN.UTF-8"}):
            code = command(argparse.Namespace(what=what, file=file, **(asked | given)))
        return code, out.getvalue(), err.getvalue()

    def load(self, what: str, file: Path, **given: Any) -> tuple[int, str, str]:
        return self.run_(loading.load, what, file, **given)


class LoadingCases(CommandsCase):
    def test_the_report_is_json_on_stdout_and_the_rest_comes_back_as_a_sheet(self) -> None:
        table, mapping = self.file("rows.csv", ROWS), self.file("map.json", json.dumps(MAP))
        code, out, err = self.load("cases", table, map=mapping, json=True, unplaced=self.folder / "left.xlsx")
        self.assertEqual(code, 1)
        report = json.loads(out)
        self.assertEqual(
            [report[name] for name in ("read", "placed", "ended", "open", "unplaced")], [3, 2, 1, 1, 1]
        )
        self.assertEqual(report["problems"][0]["row"], 4)
        self.assertIn("2 / 2", err)
        self.assertNotIn("\r", err)
        with read(self.folder / "left.xlsx", "left.xlsx") as sheet:
            self.assertEqual([str(row.cells["id"]) for row in sheet.rows], ["3"])
        code, out, _err = self.load("cases", table, map=mapping, json=True)
        self.assertEqual((code, json.loads(out)["already"], Case.objects.count()), (1, 2, 2))

    def test_all_rows_in_is_zero_and_words_say_so(self) -> None:
        table = self.file("rows.csv", ROWS.rsplit("3,", 1)[0])
        code, out, _err = self.load("cases", table, map=self.file("map.json", json.dumps(MAP)))
        self.assertEqual(code, 0)
        self.assertIn("读到 2 行：成为案件 2", out)

    def test_a_rehearsal_changes_nothing(self) -> None:
        code, out, _err = self.load(
            "cases", self.file("rows.csv", ROWS), map=self.file("map.json", json.dumps(MAP)), dry_run=True
        )
        self.assertEqual((code, Case.objects.count(), Entry.objects.count()), (1, 0, 0))
        self.assertIn("没有写入", out)

    def test_without_a_map_one_is_proposed_and_nothing_done(self) -> None:
        code, out, err = self.load("cases", self.file("rows.csv", ROWS))
        self.assertEqual((code, out), (2, ""))
        self.assertIn('"reported_at": "created"', err)
        self.assertFalse(Case.objects.exists())

    def test_what_cannot_be_read_is_two(self) -> None:
        mapping = self.file("map.json", json.dumps(MAP))
        for table in (
            self.folder / "nowhere.csv",
            self.file("a.png", b"\x89PNG\r\n\x1a\n\x00"),
            self.file("a.gz", b"x"),
        ):
            code, out, _err = self.load("cases", table, map=mapping, json=True)
            self.assertEqual(code, 2)
            self.assertTrue(json.loads(out)["error"])
        bad = self.file("bad.json", '{"columns": {"textt": "what"}}')
        code, out, _err = self.load("cases", self.file("rows.csv", ROWS), map=bad, json=True)
        self.assertEqual(code, 2)
        self.assertIn("text", json.loads(out)["error"])
        unknown = self.file("enc.json", json.dumps(MAP | {"encoding": "klingon"}))
        self.assertEqual(self.load("cases", self.file("rows.csv", ROWS), map=unknown)[0], 2)


class LoadingTheCalendar(CommandsCase):
    def test_a_notice_is_adopted_and_what_moved_is_told(self) -> None:
        editions = CalendarEdition.objects.count()
        self.cast.case("signed", kind=self.cast.kind("ENV09", "慢事", self.cast.line, 200, "work_day", 1))
        case = Case.objects.get()
        code, out, err = self.load("calendar", self.file("2027.txt", NOTICE), json=True)
        self.assertEqual((code, err), (0, ""))
        told = json.loads(out)
        self.assertEqual(CalendarEdition.objects.count(), editions + 1)
        self.assertEqual((told["reckoned"], list(told["moved"])), (1, [case.number]))
        before, after = told["moved"][case.number]["before"], told["moved"][case.number]["after"]
        self.assertLess(before, after)
        case.refresh_from_db()
        assert case.due_at is not None
        self.assertEqual(case.due_at.isoformat(), after)

    def test_a_rehearsal_of_the_calendar_changes_nothing(self) -> None:
        entries, editions = Entry.objects.count(), CalendarEdition.objects.count()
        code, out, _err = self.load("calendar", self.file("2027.txt", NOTICE), dry_run=True)
        self.assertEqual(code, 0)
        self.assertIn("没有写入", out)
        self.assertEqual((Entry.objects.count(), CalendarEdition.objects.count()), (entries, editions))

    def test_a_notice_that_contradicts_itself_is_not_adopted(self) -> None:
        editions = CalendarEdition.objects.count()
        wrong = NOTICE.replace("1月1日（周五）", "1月1日（周四）")
        code, _out, err = self.load("calendar", self.file("2027.txt", wrong))
        self.assertEqual((code, CalendarEdition.objects.count()), (2, editions))
        self.assertIn("日期与星期不符", err)
        self.assertEqual(self.load("calendar", self.file("x.txt", "没有年份"))[0], 2)


class Auditing(CommandsCase):
    def audit(self, what: str, file: Path | None = None, **given: Any) -> tuple[int, str, str]:
        return self.run_(audit.audit, what, file, **given)

    def test_seal_witness_verify_and_export(self) -> None:
        self.cast.case("signed")
        self.assertEqual(self.audit("witness", self.folder / "w.json")[0], 2, "nothing sealed yet")
        code, out, _err = self.audit("seal")
        self.assertEqual((code, Seal.objects.count()), (0, 1))
        self.assertIn("已封存", out)
        self.assertEqual(self.audit("witness", self.folder / "w.json")[0], 0)
        code, out, _err = self.audit("verify", witness=self.folder / "w.json", json=True)
        self.assertEqual((code, json.loads(out)["ok"]), (0, True), out)
        self.assertIn("核验通过", self.audit("verify")[1])
        code, out, _err = self.audit("export", self.folder / "trail.jsonl")
        self.assertEqual(code, 0)
        self.assertGreater((self.folder / "trail.jsonl").stat().st_size, 100)

    def test_a_change_behind_our_back_is_one(self) -> None:
        case = self.cast.case("filed")
        self.audit("seal")
        Case.objects.filter(pk=case.pk).update(state="declined")
        code, out, _err = self.audit("verify")
        self.assertEqual(code, 1)
        self.assertIn("核验没有通过", out)

    def test_a_file_that_is_missing_or_no_witness_is_two(self) -> None:
        self.assertEqual(self.audit("export")[0], 2)
        self.assertEqual(self.audit("verify", witness=self.folder / "nowhere.json")[0], 2)
        self.assertEqual(self.audit("verify", witness=self.file("w.json", "[]"), json=True)[0], 2)
