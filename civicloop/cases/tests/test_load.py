"""Tables of complaints become cases: what is read, what is refused, what is told."""

import io
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import patch

import xlsxwriter
from django.db import DatabaseError

from civicloop.cases import operations
from civicloop.cases.loading import CasesLoaded, load_cases
from civicloop.cases.loading_preview import guessed, look, proposed
from civicloop.cases.loading_rows import case_fields, find_division
from civicloop.cases.models import Case, Contact
from civicloop.cases.workflow import State
from civicloop.kernel.actors import IMPORTER, Actor
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import BadMap, Map, read
from civicloop.kernel.trail.models import Entry
from tests.cast import CityTestCase

HEADER = "工单号,内容,类型,受理时间,办结时间,状态,地点,属地"
MAP: dict[str, Any] = {
    "columns": {
        "external_id": "工单号",
        "text": "内容",
        "kind": "类型",
        "reported_at": "受理时间",
        "ended_at": "办结时间",
        "status": "状态",
        "address": "地点",
        "division": "属地",
    },
    "constants": {"external_system": "12345"},
    "values": {
        "status": {"已办结": "closed", "办理中": "open", "重复": "duplicate"},
        "kind": {"垃圾": "ENV01", "*": ""},
    },
}


class LoadCase(CityTestCase):
    def load(
        self, *lines: str, by: Actor = IMPORTER, raw: dict[str, Any] | None = None, **given: Any
    ) -> CasesLoaded:
        content = "\n".join([HEADER, *lines]).encode()
        return self.load_bytes(content, by=by, raw=raw, **given)

    def load_bytes(
        self,
        content: bytes,
        name: str = "工单.csv",
        by: Actor = IMPORTER,
        raw: dict[str, Any] | None = None,
        **given: Any,
    ) -> CasesLoaded:
        report = load_cases(read(content, name), Map.load(raw or MAP, case_fields()), by=by, **given)
        self.assertTrue(report.adds_up)
        return report


class RowsComeIn(LoadCase):
    def test_an_open_row_waits_to_be_filed_and_keeps_its_date(self) -> None:
        self.load("A1,路口垃圾成堆,垃圾,2026-02-13 09:30,,办理中,东街1号,980101001")
        case = Case.objects.get()
        self.assertEqual(
            (case.state, case.external_system, case.external_id), (State.REPORTED, "12345", "A1")
        )
        self.assertEqual(
            (case.kind, case.division.name, case.address), (self.cast.litter, "东街街道", "东街1号")
        )
        self.assertEqual(case.reported_at, datetime(2026, 2, 13, 1, 30, tzinfo=UTC))
        self.assertEqual(case.source, "import")

    def test_a_closed_row_is_history_and_late_by_working_time(self) -> None:
        # Four working hours from Friday 2026-02-13 16:00; Saturday the 14th is worked (调休): due there at 11:00.
        report = self.load(
            "A1,垃圾,垃圾,2026-02-13 16:00,2026-02-14 11:00,已办结,东街1号,980101001",
            "A2,垃圾,垃圾,2026-02-13 16:00,2026-02-14 11:01,已办结,东街2号,980101001",
            "A3,别的事,其他,2026-02-13 16:00,2026-03-01,已办结,东街3号,980101001",
        )
        late = {case.external_id: case.late_rounds for case in Case.objects.filter(state=State.ELSEWHERE)}
        self.assertEqual(late, {"A1": 0, "A2": 1, "A3": 0})
        self.assertEqual((report.ended, report.late), (3, 1))
        self.assertIsNone(Case.objects.get(external_id="A3").due_at)
        self.assertEqual(
            Case.objects.filter(external_id="A3", due_steps__isnull=True).count(), 1, "not a JSON null"
        )

    def test_one_by_one_and_many_at_once_end_alike(self) -> None:
        row = "A1,垃圾,垃圾,2026-02-13 16:00,2026-02-14 11:01,已办结,东街1号,980101001"
        self.load(row)
        with patch.object(operations, "note_many_elsewhere", side_effect=DatabaseError):
            self.load(row.replace("A1", "A2"))
        first, second = Case.objects.order_by("external_id")
        for name in ("state", "ended_at", "due_at", "due_steps", "calendar_id", "late_rounds", "revision"):
            self.assertEqual(getattr(first, name), getattr(second, name), name)
        facts = [
            (
                entry.verb,
                entry.before,
                entry.after,
                {k: v for k, v in entry.facts.items() if k != "external_id"},
            )
            for case in (first, second)
            for entry in Entry.objects.about(case)
        ]
        self.assertEqual(facts[:2], facts[2:])

    def test_a_duplicate_is_merged_into_the_same_address_and_kind_reported_before(self) -> None:
        report = self.load(
            "D1,又是垃圾,垃圾,2026-02-05,2026-02-06,重复,东街 １号。,980101001",
            "A1,噪声,其他,2026-02-04,2026-02-06,已办结,东街1号,980101001",
            "A2,垃圾,垃圾,2026-02-01,2026-02-06,已办结,东街1号,980101001",
            "A3,垃圾,垃圾,2026-02-07,2026-02-08,已办结,东街1号,980101001",
            "A4,垃圾,垃圾,2026-02-05,2026-02-08,已办结,东街10号,980101001",
        )
        merged = Case.objects.get(external_id="D1")
        assert merged.merged_into is not None
        self.assertEqual((merged.state, merged.merged_into.external_id), (State.MERGED, "A2"))
        self.assertEqual(merged.ended_at, datetime(2026, 2, 5, 16, 0, tzinfo=UTC))
        self.assertEqual((report.merged, report.merged_other_kind), (1, 0))

    def test_a_duplicate_of_a_case_that_came_with_an_earlier_file_finds_it(self) -> None:
        self.load("A1,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001")
        self.load("D1,垃圾,垃圾,2026-02-05,,重复,东街1号,980101001")
        self.assertEqual(Case.objects.get(external_id="D1").merged_into, Case.objects.get(external_id="A1"))

    def test_a_duplicate_of_nothing_is_a_case_of_its_own_and_said(self) -> None:
        report = self.load(
            "D1,垃圾,垃圾,2026-02-05,,重复,东街1号,980101001",
            "D2,垃圾,垃圾,2026-02-05,,重复,东街1号,980101001",
            "A1,垃圾,垃圾,2025-10-01,,办理中,东街1号,980101001",
        )
        self.assertEqual(set(Case.objects.values_list("state", flat=True)), {State.REPORTED})
        self.assertEqual(report.unlinked, 2)
        self.assertIn("没有同一地址", report.warnings[0].reason)

    def test_the_citizens_name_and_phone_lie_apart(self) -> None:
        raw = MAP | {"columns": MAP["columns"] | {"contact_name": "姓名", "contact_phone": "电话"}}
        content = f"{HEADER},姓名,电话\nA1,垃圾,垃圾,2026-02-05,,办理中,东街1号,980101001,张三,13800000000"
        self.load_bytes(content.encode(), raw=raw)
        self.assertEqual(Contact.objects.get().phone, "13800000000")
        case = Case.objects.get()
        self.assertNotIn("张三", case.search_text + case.text)
        self.assertNotIn("张三", str(list(Entry.objects.values_list("facts", flat=True))))

    def test_a_second_load_of_the_same_file_changes_nothing(self) -> None:
        rows = [
            "A1,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001",
            "D1,垃圾,垃圾,2026-02-05,,重复,东街1号,980101001",
        ]
        self.load(*rows)
        entries = Entry.objects.count()
        again = self.load(*rows)
        self.assertEqual((again.already, again.placed, Entry.objects.count()), (2, 0, entries))

    def test_that_a_known_case_is_closed_over_there_is_not_lost(self) -> None:
        self.load("A1,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001")
        again = self.load("A1,垃圾,垃圾,2026-02-01,2026-02-03,已办结,东街1号,980101001")
        self.assertIn("尚未办结", again.warnings[0].reason)

    def test_without_a_column_of_ids_the_content_tells_rows_apart(self) -> None:
        raw = MAP | {
            "columns": {name: column for name, column in MAP["columns"].items() if name != "external_id"}
        }
        row = "x,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001"
        report = self.load(row, row, row.replace("1号", "2号"), raw=raw)
        self.assertEqual((report.placed, report.repeated), (2, 1))
        self.assertEqual(self.load(row, raw=raw).already, 1)

    def test_a_rehearsal_writes_nothing(self) -> None:
        report = self.load(
            "A1,垃圾,垃圾,2026-02-13 16:00,2026-02-14 11:01,已办结,东街1号,980101001", dry_run=True
        )
        self.assertEqual((report.placed, report.ended, report.late), (1, 1, 1))
        self.assertFalse(Case.objects.exists())
        self.assertFalse(Entry.objects.exists())


class RowsStayOut(LoadCase):
    def refused(self, *lines: str, **given: Any) -> list[str]:
        report = self.load(*lines, **given)
        self.assertEqual(Case.objects.count(), report.placed)
        self.assertEqual(len(report.unplaced), len({problem.row for problem in report.problems}))
        return [str(problem) for problem in report.problems]

    def test_every_bad_row_is_told_with_number_and_reason_and_the_good_ones_come_in(self) -> None:
        told = self.refused(
            "A1,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001",
            "A2,,垃圾,2026-02-01,,办理中,东街1号,980101001",
            "A3,垃圾,垃圾,2030-01-01,,办理中,东街1号,980101001",
            "A4,垃圾,垃圾,1900-02-01,,办理中,东街1号,980101001",
            "A5,垃圾,垃圾,2026-02-30,,办理中,东街1号,980101001",
            "A6,垃圾,垃圾,2026-02-05,2026-02-01,已办结,东街1号,980101001",
            "A7,垃圾,垃圾,2026-02-05,,已办结,东街1号,980101001",
            "A8,垃圾,垃圾,2026-02-05,,不知道,东街1号,980101001",
            "A9,垃圾,垃圾,2026-02-05,,办理中,东街1号,777777",
            "B1,垃圾,垃圾,2026-02-05,,办理中,东街1号,",
            ",垃圾,垃圾,2026-02-05,,办理中,东街1号,980101001",
            "B3,垃圾,垃圾,03/05/2026,,办理中,东街1号,980101001",
        )
        self.assertEqual(Case.objects.get().external_id, "A1")
        expected = [
            (3, "必填"), (4, "晚于现在"), (5, "早得不合常理"), (6, "没有 30 日"), (7, "早于上报时间"), (8, "没有办结时间"),
            (9, "不是“状态”的取值"), (10, "没有代码为“777777”"), (11, "没有属地"), (12, "原编号是空的"), (13, "分不清"),
        ]  # fmt: skip
        self.assertEqual(len(told), len(expected), told)
        for sentence, (row, word) in zip(told, expected, strict=True):
            self.assertTrue(sentence.startswith(f"第 {row} 行") and word in sentence, sentence)

    def test_the_same_id_with_other_content_is_told_and_a_plain_repetition_passed_over(self) -> None:
        row = "A1,垃圾,垃圾,2026-02-01,2026-02-02,已办结,东街1号,980101001"
        report = self.load(row, row, row.replace("2026-02-02", "2026-02-03"))
        self.assertEqual((report.placed, report.repeated, len(report.unplaced)), (1, 1, 1))
        self.assertIn("编号与第 2 行相同，内容却不同", report.problems[0].reason)
        self.assertIn("办结时间（2026-02-02 / 2026-02-03）", report.problems[0].reason)

    def test_a_bad_first_row_does_not_take_the_id_from_a_good_second_one(self) -> None:
        self.refused(
            "A1,垃圾,垃圾,坏,,办理中,东街1号,980101001", "A1,垃圾,垃圾,2026-02-01,,办理中,东街1号,980101001"
        )
        self.assertEqual(Case.objects.get().external_id, "A1")

    def test_a_dispatcher_places_rows_only_where_the_post_reaches(self) -> None:
        told = self.refused(
            "A1,垃圾,垃圾,2026-02-01,,办理中,柳林,980102001001",
            "A2,垃圾,垃圾,2026-02-01,,办理中,荷花,980101001001",
            by=self.cast.west_dispatcher,
        )
        self.assertEqual(Case.objects.get().external_id, "A1")
        self.assertIn("不在您的管辖范围", told[0])

    def test_those_who_are_no_dispatchers_place_nothing(self) -> None:
        for person in (self.cast.li_na, self.cast.wang_lei, self.cast.system_admin, self.cast.nobody):
            report = self.load("A1,垃圾,垃圾,2026-02-01,,办理中,柳林,980102001001", by=person)
            self.assertEqual((report.placed, len(report.unplaced)), (0, 1))
        self.assertFalse(Case.objects.exists())

    def test_the_trail_says_on_whose_behalf(self) -> None:
        self.load("A1,垃圾,垃圾,2026-02-01,2026-02-02,已办结,柳林,980102001001", by=self.cast.chen_jing)
        said = set(Entry.objects.filter(about_kind="cases.case").values_list("by", "on_behalf_of", "verb"))
        me = self.cast.chen_jing.actor_key
        self.assertEqual(
            said, {(IMPORTER.actor_key, me, "cases.report"), (IMPORTER.actor_key, me, "cases.note_elsewhere")}
        )

    def test_one_row_that_breaks_in_the_database_does_not_take_the_others_along(self) -> None:
        real = operations.report

        def report(**given: Any) -> Case:
            if given["external_id"] == "A2":
                raise DatabaseError("disk")
            return real(**given)

        rows = [f"A{n},垃圾,垃圾,2026-02-01,2026-02-03,已办结,东街{n}号,980101001" for n in (1, 2, 3)]
        with patch.object(operations, "report", report):
            told = self.refused(*rows)
        self.assertIn("第 3 行", told[0])
        self.assertEqual(set(Case.objects.values_list("external_id", flat=True)), {"A1", "A3"})

    def test_a_position_must_be_one(self) -> None:
        raw = MAP | {"columns": MAP["columns"] | {"longitude": "经", "latitude": "纬"}}
        rows = ["A1,垃圾,,2026-02-01,,办理中,x,980101001,0,0", "A2,垃圾,,2026-02-01,,办理中,x,980101001,118.2,",
                "A3,垃圾,,2026-02-01,,办理中,x,980101001,118.2,33.9", "A4,垃圾,,2026-02-01,,办理中,x,980101001,999,33.9"]  # fmt: skip
        report = self.load_bytes("\n".join([f"{HEADER},经,纬", *rows]).encode(), raw=raw)
        self.assertEqual([row.number for row in report.unplaced], [2, 3, 5])
        self.assertEqual(Case.objects.get().latitude, 33.9)

    def test_the_rows_that_stayed_out_can_be_mended_and_loaded_with_the_same_map(self) -> None:
        report = self.load(
            "A1,垃圾,垃圾,坏,,办理中,东街1号,980101001", "A2,垃圾,垃圾,2026-02-01,,办理中,x,980101001"
        )
        kept = io.BytesIO()
        self.assertEqual(report.write_unplaced(kept, HEADER.split(",")), 1)
        with read(kept.getvalue(), "未导入.xlsx") as sheet:
            (row,) = sheet.rows
        self.assertEqual((row.cells["工单号"], row.cells["受理时间"]), ("A1", "坏"))
        self.assertIn("不像日期", str(row.cells["未导入原因"]))


class Tables(LoadCase):
    ROW = "A1,路口“垃圾”,垃圾,2026年2月1日,,办理中,东街1号,东街街道"

    def test_every_encoding_of_an_office_reads_the_same(self) -> None:
        text = f"{HEADER}\r\n{self.ROW}\r\n"
        for number, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "gb18030")):
            with self.subTest(encoding):
                self.load_bytes(text.replace("A1", f"E{number}").encode(encoding))
                case = Case.objects.get(external_id=f"E{number}")
                self.assertEqual((case.text, case.division.name), ("路口“垃圾”", "东街街道"))

    def test_a_used_range_of_65_000_empty_rows_is_one_row(self) -> None:
        made = io.BytesIO()
        with xlsxwriter.Workbook(made) as book:
            sheet, blank = book.add_worksheet(), book.add_format({"bold": True})
            sheet.write_row(0, 0, HEADER.split(","))
            sheet.write_row(1, 0, self.ROW.split(","))
            sheet.write_datetime(1, 3, date(2026, 2, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
            for row in range(2, 65_002):
                sheet.write_blank(row, 0, None, blank)
        report = self.load_bytes(made.getvalue(), "工单.xlsx")
        self.assertEqual((report.read, report.placed), (1, 1))

    def test_mixed_date_cells_are_all_read(self) -> None:
        days = ["2026-02-01", "2026/2/1 8:30", "2026年2月1日 上午8点", "20260201", "46054", "13/2/2026"]
        report = self.load(*(f"A{n},垃圾,垃圾,{day},,办理中,x,980101001" for n, day in enumerate(days)))
        self.assertEqual(report.problems, [])

    def test_a_map_for_another_table_is_refused_with_the_column_that_was_meant(self) -> None:
        with self.assertRaisesRegex(BadMap, "表里没有“受理时间”列.*是不是“受理日期”"):
            self.load_bytes(f"{HEADER.replace('受理时间', '受理日期')}\n{self.ROW}".encode())
        self.assertFalse(Case.objects.exists())

    def test_a_map_that_names_no_system_is_refused(self) -> None:
        with self.assertRaisesRegex(Refused, "哪个系统"):
            self.load(self.ROW, raw=MAP | {"constants": {}})

    def test_an_empty_table_is_refused(self) -> None:
        for content in (b"", b"\n\n\n"):
            with self.assertRaises(Refused):
                self.load_bytes(content)

    def test_more_rows_than_asked_for_are_refused_before_anything_happens(self) -> None:
        with self.assertRaisesRegex(Refused, "最多导入 1 行"):
            self.load(self.ROW, self.ROW.replace("A1", "A2"), longest=1)
        self.assertFalse(Case.objects.exists())

    def test_a_table_is_understood_from_its_words(self) -> None:
        seen = look(f"{HEADER}\n{self.ROW}\n".encode(), "工单.csv", longest=100)
        raw = proposed(seen)
        self.assertEqual(raw["columns"], MAP["columns"])
        self.assertEqual(raw["values"]["status"], {"办理中": "open"})
        status = next(one for one in case_fields() if one.name == "status")
        words = {
            "未办结": "open",
            "Completed": "closed",
            "Open - Dup": "duplicate",
            "已完成": "closed",
            "嗯": "",
        }
        self.assertEqual({word: guessed(status, word) for word in words}, words)

    def test_divisions_are_found_by_code_and_by_name(self) -> None:
        one = self.cast.division["980101001001"]
        for words in (
            "980101001001",
            "荷花社区",
            "东街街道荷花社区",
            "云泽市/城东区/东街街道/荷花社区",
            "城东区 荷花社区",
        ):
            self.assertEqual(find_division(words), one, words)
        for words in ("山海市荷花社区", "没有社区", "98010100100", ""):
            self.assertIsInstance(find_division(words), str, words)
