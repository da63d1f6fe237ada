"""Writing tables that open everywhere and run nothing."""

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicloop.kernel.tables import Unwritable, read, write_csv, write_xlsx
from civicloop.kernel.tables.guard import guarded, unguarded

SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
RISKY = [f"{sign}cmd|' /C calc'!A0" for sign in SIGNS] + ["'=1", "''+1", "'", "-", '="a,b"\n"c"', "_x0041_"]

writable = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("=+-@＝＋－＠'\"\t\r\n,"),
    max_size=12,
)


@given(writable)
def test_the_guard_takes_off_what_it_put_on(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set(SIGNS)


class TestCsv:
    @pytest.mark.parametrize("text", RISKY)
    def test_nothing_that_a_spreadsheet_would_run(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "导出.csv"
        assert write_csv(path, ["编号", "描述"], [["1", text]]) == 1
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file))[1][1][:1] not in set(SIGNS)
        with read(path, path.name) as sheet:
            assert [row.cells["描述"] for row in sheet.rows] == [text]

    @given(
        st.lists(st.tuples(writable, writable).filter(lambda pair: all(t.strip() for t in pair)), max_size=8)
    )
    @settings(deadline=None)
    def test_any_text_comes_back_as_it_was(self, table: list[tuple[str, str]]) -> None:
        out = io.BytesIO()
        write_csv(out, ["编号", "描述"], table)
        with read(out.getvalue(), "a.csv") as sheet:
            assert [tuple(row.cells.values()) for row in sheet.rows] == table

    def test_a_negative_number_stays_a_number(self) -> None:
        out = io.BytesIO()
        write_csv(
            out, ["经度", "数", "时间"], [[-87.5, Decimal("-1.50"), dt.datetime(2024, 3, 5, tzinfo=dt.UTC)]]
        )
        assert out.getvalue().decode("utf-8-sig").splitlines()[1] == "-87.5,-1.50,2024-03-05 08:00:00"

    def test_the_mark_for_excel_may_be_left_out(self) -> None:
        out = io.BytesIO()
        write_csv(out, ["编号"], [], bom=False)
        assert out.getvalue() == "编号\r\n".encode()


class TestXlsx:
    def test_a_second_reader_finds_texts_and_no_formulas(self, tmp_path: Path) -> None:
        path = tmp_path / "导出.xlsx"
        assert write_xlsx(path, ["编号", "描述"], [[n, text] for n, text in enumerate(RISKY)]) == len(RISKY)
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        cells = [row[1] for row in sheet.iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
        with read(path, path.name) as again:
            assert [row.cells["描述"] for row in again.rows] == RISKY

    @given(st.lists(writable.filter(lambda text: bool(text.strip())), min_size=1, max_size=8))
    @settings(max_examples=15, deadline=None)
    def test_any_text_comes_back_as_it_was(self, texts: list[str]) -> None:
        out = io.BytesIO()
        write_xlsx(out, ["编号", "描述"], [["x", text] for text in texts])
        with read(out.getvalue(), "a.xlsx") as sheet:
            assert [row.cells["描述"] for row in sheet.rows] == texts

    def test_values_keep_their_kind(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        moment = dt.datetime(2024, 3, 5, 0, 5, tzinfo=dt.UTC)
        row: list[Any] = [
            moment,
            dt.date(2024, 3, 5),
            13,
            1.5,
            True,
            None,
            320302007123456789,
            dt.date(1850, 1, 1),
            Decimal("2.5"),
        ]
        write_xlsx(path, [f"c{n}" for n in range(9)], [row], sheet="7月/清单", note="示例数据")
        with read(path, "a.xlsx") as sheet:
            (found,) = sheet.rows
        assert sheet.name == "7月 清单"
        assert list(found.cells.values()) == [
            dt.datetime.fromisoformat("2024-03-05T08:05"), dt.date(2024, 3, 5), 13, 1.5, True, None,
            "320302007123456789", "1850-01-01", 2.5,
        ]  # fmt: skip

    @pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\x0bb", "x" * 32_768, "\ud800"])
    def test_what_no_cell_can_hold_is_refused_and_no_file_stays(self, tmp_path: Path, bad: str) -> None:
        for name, write in (("a.xlsx", write_xlsx), ("a.csv", write_csv)):
            with pytest.raises(Unwritable, match="第 3 行第 2 列"):
                write(tmp_path / name, ["编号", "描述"], [["1", "好"], ["2", bad]])
        assert list(tmp_path.iterdir()) == []
