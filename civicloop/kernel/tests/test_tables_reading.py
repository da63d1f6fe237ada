"""Reading whatever an office sends."""

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civicloop.kernel.tables import Limits, Row, Sheet, Unreadable, read, sheet_names

HEADER = ["编号", "问题描述", "受理时间"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]


def csv_bytes(rows: list[list[str]], encoding: str = "utf-8", **style: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **style).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx(fill: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        fill(book)
    return out.getvalue()


def rows_of(source: bytes | Path, name: str = "投诉.csv", **how: Any) -> tuple[Sheet, list[Row]]:
    with read(source, name, **how) as sheet:
        return sheet, list(sheet.rows)


def values(rows: list[Row]) -> list[list[Any]]:
    return [list(row.cells.values()) for row in rows]


class TestEncodings:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_every_encoding_of_an_office_is_read(self, encoding: str) -> None:
        source = csv_bytes([HEADER, ["A1", "井盖破损，𠮷祥路", "2024-03-05"]], encoding)
        sheet, rows = rows_of(source)
        assert sheet.header == HEADER
        assert values(rows) == [["A1", "井盖破损，𠮷祥路", "2024-03-05"]]

    chars = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="'=+-@＝＋－＠")
    texts = st.text(chars, max_size=20).filter(lambda text: text == "" or bool(text.strip()))

    @given(st.lists(st.lists(texts, min_size=3, max_size=3), max_size=6), st.sampled_from(ENCODINGS))
    @settings(max_examples=150, deadline=None)
    def test_any_text_comes_back_as_it_was(self, table: list[list[str]], encoding: str) -> None:
        sheet, rows = rows_of(csv_bytes([HEADER, *table], encoding))
        assert sheet.header == HEADER
        kept = [(number, cells) for number, cells in enumerate(table, start=2) if any(cells)]
        assert [(row.number, [cell or "" for cell in row.cells.values()]) for row in rows] == kept
        assert not any(row.problems for row in rows)

    @pytest.mark.parametrize("junk", [b"\x81", b"\xff\xff\xff,\xff\n\xfe", bytes(range(128, 256)) * 20])
    def test_what_fits_no_encoding_is_refused_and_not_guessed(self, junk: bytes) -> None:
        with pytest.raises(Unreadable, match="文字编码"):
            rows_of("编号,描述\nA1,".encode("gb18030") + junk)

    def test_a_fault_far_into_the_file_is_found_before_the_first_row(self) -> None:
        good = csv_bytes([HEADER, *[["A", "正常", "x"]] * 50_000])
        with pytest.raises(Unreadable, match="文字编码"):
            read(good + b"\xff\xff\xff\n", "投诉.csv")


class TestCsvShapes:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_separator_is_found(self, delimiter: str) -> None:
        source = csv_bytes([HEADER, ["A1", "路灯,坏;了|", "x"]] * 3, delimiter=delimiter)
        sheet, rows = rows_of(source)
        assert (sheet.delimiter, rows[0].cells["问题描述"]) == (delimiter, "路灯,坏;了|")

    def test_the_line_that_excel_wants_is_no_row(self) -> None:
        sheet, rows = rows_of("sep=;\r\n编号;描述\r\n1;a,b\r\n".encode())
        assert (sheet.header, sheet.header_number, rows[0].number) == (["编号", "描述"], 1, 2)

    def test_line_breaks_in_a_cell_do_not_shift_the_row_numbers(self) -> None:
        _, rows = rows_of('编号,描述\n1,"一\n二\r\n三"\n\n  ,\n2,四\n'.encode())
        assert [(row.number, row.cells["描述"]) for row in rows] == [(2, "一\n二\r\n三"), (5, "四")]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_kind_of_line_end(self, end: str) -> None:
        _, rows = rows_of(f"编号,描述{end}1,a{end}2,b".encode())
        assert values(rows) == [["1", "a"], ["2", "b"]]

    def test_short_and_long_rows_are_told_and_nothing_is_dropped(self) -> None:
        _, (short, long, blank_tail) = rows_of("编号,描述,时间\n1,a\n2,b,c,多出\n3,d,e,,\n".encode())
        assert short.cells == {"编号": "1", "描述": "a", "时间": None}
        assert short.problems == ("少了 1 格",)
        assert short.sound
        assert long.cells["第4列"] == "多出"
        assert not long.sound
        assert blank_tail.problems == ()

    def test_a_stray_quote_swallows_only_its_own_line(self) -> None:
        lines = ["编号,描述", "1,好", '2,"坏了', *(f"{n},行{n}" for n in range(3, 40)), ""]
        _, rows = rows_of("\n".join(lines).encode())
        assert [row.number for row in rows] == list(range(2, 41))
        assert [row.number for row in rows if not row.sound] == [3]
        assert "引号" in rows[1].problems[0]
        assert rows[-1].cells == {"编号": "39", "描述": "行39"}

    def test_a_stray_quote_in_a_large_file_too(self) -> None:
        body = "".join(f"{n},{'内容' * 20}\n" for n in range(10_000))
        _, rows = rows_of(f'编号,描述\nx,"坏了\n{body}'.encode())
        assert len(rows) == 10_001
        assert [row.number for row in rows if not row.sound] == [2]

    def test_nul_bytes_and_control_characters_are_taken_out_and_told(self) -> None:
        _, (row,) = rows_of("编号,描述\n1,a\x00b\x07c\n".encode())
        assert row.cells["描述"] == "abc"
        assert row.problems == ("“描述”列含有看不见的控制字符，已去掉",)

    def test_an_endless_cell_is_cut_and_told(self) -> None:
        _, (row,) = rows_of(f"编号,描述\n1,{'长' * 40_000}\n".encode())
        assert len(str(row.cells["描述"])) == 32_767
        assert "32767" in row.problems[0]

    def test_a_line_without_end_is_no_table(self) -> None:
        with pytest.raises(Unreadable, match="一百万字"):
            rows_of(b"a,b\n" + b"x" * 1_200_000)

    def test_nameless_and_repeated_columns_get_names_and_are_told(self) -> None:
        sheet, rows = rows_of("编号,地址,,地址\n1,甲,乙,丙\n".encode())
        assert sheet.header == ["编号", "地址", "第3列", "地址（2）"]
        assert len(sheet.notes) == 2
        assert rows[0].cells["地址（2）"] == "丙"

    def test_an_empty_file_and_an_empty_table(self) -> None:
        with pytest.raises(Unreadable, match="是空的"):
            rows_of(b"")
        with pytest.raises(Unreadable, match="没有内容"):
            rows_of(b"\n , \n\n")

    def test_the_header_stands_under_a_title(self) -> None:
        source = "2024年投诉清单,,,\n填报单位：某办,,,日期：7月\n编号,描述,时间,地址\n1,a,b,c\n".encode()
        sheet, rows = rows_of(source)
        assert (sheet.header_number, rows[0].number) == (3, 4)
        sheet, _ = rows_of(source, header_row=2)
        assert sheet.header_number == 2
        with pytest.raises(Unreadable, match="第 9 行"):
            rows_of(source, header_row=9)

    def test_an_open_file_and_a_path_read_like_bytes(self, tmp_path: Path) -> None:
        source = csv_bytes([HEADER, ["1", "a", "b"]])
        path = tmp_path / "投诉.csv"
        path.write_bytes(source)
        with path.open("rb") as file:
            assert values(rows_of(file)[1]) == values(rows_of(path)[1])  # type: ignore[arg-type]
            assert not file.closed


class TestWorkbooks:
    def test_numbers_dates_and_texts_come_as_what_they_are(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet("7月")
            sheet.write_row(0, 0, ["编号", "金额", "时间", "日期", "是否", "描述"])
            sheet.write_row(1, 0, [13, 1.5])
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            sheet.write_datetime(1, 2, dt.datetime.fromisoformat("2024-03-05T08:05"), moment)
            sheet.write_datetime(1, 3, dt.date(2024, 3, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
            sheet.write_boolean(1, 4, True)
            sheet.write_string(1, 5, "=1+1")

        sheet, (row,) = rows_of(xlsx(fill), "投诉.xlsx")
        assert sheet.name == "7月"
        assert list(row.cells.values()) == [
            13, 1.5, dt.datetime.fromisoformat("2024-03-05T08:05"), dt.date(2024, 3, 5), True, "=1+1",
        ]  # fmt: skip
        assert isinstance(row.cells["编号"], int)

    def test_errors_and_formulas_without_result_are_told_not_shown_as_empty(self) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(["编号", "算出", "错误"])
        book.active.append([1, "=1+1", "#N/A"])
        out = io.BytesIO()
        book.save(out)
        sheet, (row,) = rows_of(out.getvalue(), "a.xlsx")
        assert row.problems == ("“错误”列是错误值（如 #N/A）", "“算出”列公式没有保存结果")
        assert "保存一次" in sheet.notes[0]

    def test_saved_results_of_formulas_are_read(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["编号", "合计"])
            sheet.write(1, 0, "1")
            sheet.write_formula(1, 1, "=40+2", None, 42)

        _, (row,) = rows_of(xlsx(fill), "a.xlsx")
        assert (row.cells["合计"], row.problems) == (42, ())

    def test_a_number_too_long_for_a_spreadsheet_is_told(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["编号", "描述"])
            sheet.write_row(1, 0, [320302007123456789, "x"])

        _, (row,) = rows_of(xlsx(fill), "a.xlsx")
        assert "15 位" in row.problems[0]

    def test_a_merged_value_holds_for_all_its_rows(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.merge_range(0, 0, 0, 2, "清单")
            sheet.write_row(1, 0, ["街道", "描述", "备注"])
            sheet.merge_range(2, 0, 4, 0, "城关")
            for row in (2, 3, 4, 5):
                sheet.write_row(row, 1, [f"d{row}", "x"])

        sheet, rows = rows_of(xlsx(fill), "a.xlsx")
        assert (sheet.header, sheet.header_number) == (["街道", "描述", "备注"], 2)
        assert [row.cells["街道"] for row in rows] == ["城关", "城关", "城关", None]
        assert any("合并" in note for note in sheet.notes)

    def test_a_header_of_two_lines_reads_downwards(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.merge_range(0, 0, 1, 0, "编号")
            sheet.merge_range(0, 1, 0, 2, "地址")
            sheet.merge_range(0, 3, 1, 3, "描述")
            sheet.write_row(1, 1, ["街道", "社区"])
            sheet.write_row(2, 0, [1, "甲", "乙", "丙"])

        sheet, rows = rows_of(xlsx(fill), "a.xlsx")
        assert sheet.header == ["编号", "地址 街道", "地址 社区", "描述"]
        assert values(rows) == [[1, "甲", "乙", "丙"]]
        assert rows[0].number == 3

    def test_rows_and_columns_may_start_anywhere(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(4, 2, HEADER)
            sheet.write_row(7, 2, ["A1", "x", "y"])

        sheet, (row,) = rows_of(xlsx(fill), "a.xlsx")
        assert (sheet.header, sheet.header_number, row.number) == (HEADER, 5, 8)

    def test_the_first_sheet_with_anything_in_it_unless_told(self) -> None:
        def fill(book: Any) -> None:
            book.add_worksheet("封面")
            hidden = book.add_worksheet("参数")
            hidden.write_row(0, 0, ["a", "b"])
            hidden.hide()
            for name in ("6月", "7月"):
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, HEADER)
                sheet.write_row(1, 0, [name, "x", "y"])

        source = xlsx(fill)
        sheet, _rows = rows_of(source, "a.xlsx")
        assert (sheet.name, sheet.others) == ("6月", ["封面", "7月"])
        assert rows_of(source, "a.xlsx", sheet="7月")[1][0].cells["编号"] == "7月"
        assert sheet_names(source, "a.xlsx") == ["封面", "6月", "7月"]
        with pytest.raises(Unreadable, match="封面、6月、7月"):
            rows_of(source, "a.xlsx", sheet="8月")

    def test_sixty_five_thousand_empty_rows_are_no_rows(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, ["A1", "x", "y"])
            for row in range(2, 65_000):
                sheet.write_string(row, 0, "")
                sheet.write_string(row, 1, " ")
            sheet.write_row(65_000, 0, ["A2", "x", "y"])

        _, rows = rows_of(xlsx(fill), "a.xlsx")
        assert [row.number for row in rows] == [2, 65_001]

    def test_the_1904_calendar_is_known(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["编号", "日期"])
            sheet.write(1, 0, "1")
            sheet.write_datetime(1, 1, dt.date(2024, 3, 5), book.add_format({"num_format": "yyyy-mm-dd"}))

        sheet, (row,) = rows_of(xlsx(fill, date_1904=True), "a.xlsx")
        assert (sheet.epoch_1904, row.cells["日期"]) == (True, dt.date(2024, 3, 5))

    def test_giving_up_early_ends_the_process_behind(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            for row in range(5000):
                sheet.write_row(row, 0, HEADER)

        with read(xlsx(fill), "a.xlsx") as sheet:
            next(sheet.rows)
        with pytest.raises(StopIteration):
            next(sheet.rows)


class TestNoTables:
    @pytest.mark.parametrize(
        ("content", "name", "why"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "投诉.xlsx", "是图片"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", "投诉.csv", "是图片"),
            (b"%PDF-1.7\n", "投诉.xlsx", "PDF"),
            (b"Rar!\x1a\x07\x00", "投诉.xlsx", "压缩包"),
            ("\ufeff<html><table><tr><td>编号".encode(), "投诉.xls", "网页"),
            (b'<?xml version="1.0"?><Workbook xmlns="urn:x">', "投诉.xls", "网页"),
            (b"PK\x03\x04 and then nothing", "投诉.xlsx", "已损坏"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "投诉.xls", "不是电子表格"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
                "投诉.xlsx",
                "有密码",
            ),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"),
                "a.xls",
                "已损坏",
            ),
        ],
    )
    def test_each_is_named_for_what_it_is(self, content: bytes, name: str, why: str) -> None:
        with pytest.raises(Unreadable, match=why):
            read(content, name)

    def test_a_text_table_named_xls_is_read_for_what_it_is(self) -> None:
        assert rows_of("编号\t描述\n1\ta\n".encode("gb18030"), "导出.xls")[0].delimiter == "\t"

    def packed(self, parts: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
            for name, content in parts.items():
                box.writestr(name, content)
        return out.getvalue()

    def test_a_bomb_is_not_opened(self) -> None:
        bomb = self.packed({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000})
        with pytest.raises(Unreadable, match="大得不合常理"):
            read(bomb, "a.xlsx")

    def test_a_document_or_any_archive_is_no_workbook(self) -> None:
        with pytest.raises(Unreadable, match="不是电子表格"):
            read(self.packed({"word/document.xml": b"<x/>"}), "a.xlsx")

    def test_a_hollow_workbook_is_broken(self) -> None:
        with pytest.raises(Unreadable, match="已损坏"):
            read(self.packed({"xl/workbook.xml": b"<x"}), "a.xlsx")

    def test_two_far_corners_do_not_fill_the_memory(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER)
            sheet.write(1_048_575, 16_383, "x")

        with pytest.raises(Unreadable, match="太大"):
            rows_of(xlsx(fill), "a.xlsx")

    def test_one_long_text_that_every_cell_refers_to(self) -> None:
        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER)
            for row in range(1, 8000):
                sheet.write_row(row, 0, ["x" * 32_000] * 3)

        with pytest.raises(Unreadable, match="太大"):
            rows_of(xlsx(fill), "a.xlsx", limits=Limits(workbook_memory=300 * 2**20))

    def test_a_spreadsheet_that_repeats_one_cell_without_end(self) -> None:
        content = (
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            '<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
            "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
            "</office:spreadsheet></office:body></office:document-content>"
        )
        mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
        bomb = self.packed(
            {
                "mimetype": mimetype,
                "META-INF/manifest.xml": b"<manifest>" + mimetype + b"</manifest>",
                "content.xml": content.encode(),
            }
        )
        with pytest.raises(Unreadable, match=r"太大|已损坏"):
            rows_of(bomb, "a.ods", limits=Limits(workbook_memory=400 * 2**20, workbook_seconds=10))

    def test_a_file_over_the_limit(self) -> None:
        with pytest.raises(Unreadable, match="超过 0 MB"):
            read(b"a,b\n1,2\n", "a.csv", limits=Limits(file_bytes=5))

    @given(
        st.binary(max_size=400),
        st.sampled_from([b"", b"PK\x03\x04", "编号,描述\n".encode("gb18030"), b'a,b\n"']),
    )
    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_no_bytes_at_all_end_in_anything_but_rows_or_a_sentence(self, tail: bytes, head: bytes) -> None:
        try:
            _, rows = rows_of(head + tail, "x")
        except Unreadable as no:
            assert str(no)[-1] in "。"
        else:
            assert all(isinstance(row, Row) for row in rows)
