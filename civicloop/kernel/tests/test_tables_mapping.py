"""From a foreign table to our fields, and the report on what stayed out."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from civicloop.kernel.tables import BadMap, Field, Kind, Map, Problem, Report, Row, propose, read

FIELDS = [
    Field("number", "编号", required=True, aliases=("工单号", "id"), max_length=12),
    Field("text", "问题描述", aliases=("description", "detail")),
    Field(
        "state", "状态", kind=Kind.CHOICE, aliases=("status",), choices={"open": "处理中", "closed": "已结案"}
    ),
    Field("found_at", "受理时间", kind=Kind.MOMENT, aliases=("created_on", "created")),
    Field("due_on", "期限", kind=Kind.DATE),
    Field("count", "件数", kind=Kind.WHOLE),
    Field("cost", "费用", kind=Kind.NUMBER),
    Field("urgent", "紧急", kind=Kind.YES_NO),
    Field("longitude", "经度", kind=Kind.LONGITUDE, aliases=("lon", "lng")),
    Field("latitude", "纬度", kind=Kind.LATITUDE, aliases=("lat",)),
]


def apply(raw: dict[str, Any], cells: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    raw = {"constants": {"number": "1"}} | raw
    reading = Map.load(raw, FIELDS).apply(Row(7, cells), FIELDS)
    return reading.values, [str(problem) for problem in reading.problems]


class TestLoad:
    def test_a_map_survives_its_own_json(self) -> None:
        raw = {
            "columns": {"number": "工单号", "text": ["类别", "描述"], "state": "状态"},
            "values": {"state": {"Completed": "closed", "*": "open"}},
            "dates": {"day_first": True, "zone": "America/Chicago"},
            "coordinates": "gcj02",
            "header_row": 3,
        }
        made = Map.load(json.dumps(raw), FIELDS)
        assert made.to_json() == raw
        assert Map.load(made.to_json(), FIELDS) == made

    def test_every_bad_entry_is_named_and_nothing_is_half_loaded(self) -> None:
        with pytest.raises(BadMap) as refused:
            Map.load(
                {
                    "colums": {},
                    "columns": {"nummer": "工单号", "text": 3},
                    "constants": {"state": "close"},
                    "values": {"state": [], "count": {"一": None}},
                    "dates": {"zone": "Mars/Base", "day_first": "yes", "order": 1},
                    "coordinates": "mars",
                    "header_row": "三",
                },
                FIELDS,
            )
        said = str(refused.value)
        for part in (
            "“colums”不认识。是不是“columns”？", "“nummer”不认识。是不是“number”？", "columns.text 须是列名",
            "没有“close”这个取值。是不是“closed”？", "values.state 须是一个 JSON 对象",
            "values.count.一 须是文字",
            "Mars/Base", "day_first 须是 true", "“order”不认识", "coordinates “mars”", "header_row 须是整数",
            "必填的“编号”",
        ):  # fmt: skip
            assert part in said, part
        assert len(refused.value.errors) == 12

    def test_an_absent_column_is_named_with_its_nearest(self) -> None:
        with pytest.raises(BadMap, match="没有“工单编号”列（对应 number）。是不是“工单号”？"):
            Map.load({"columns": {"number": "工单编号"}}, FIELDS, ["工单号", "描述"])

    def test_columns_may_differ_in_case_width_and_blanks(self) -> None:
        made = Map.load({"columns": {"number": "case id"}}, FIELDS, ["ＣＡＳＥ_ID ", "x"])
        assert made.columns == {"number": ("ＣＡＳＥ_ID ",)}

    @pytest.mark.parametrize("source", ["{", "[]", "[" * 100_000, b"\xff\xfe", "3"])
    def test_what_is_no_json_object_is_refused(self, source: str | bytes) -> None:
        with pytest.raises(BadMap, match="JSON"):
            Map.load(source, FIELDS)


class TestApply:
    def test_values_are_translated_joined_and_read(self) -> None:
        values, problems = apply(
            {
                "columns": {
                    "number": "id", "text": ["类别", "描述"], "state": "status", "found_at": "created",
                    "due_on": "due", "count": "n", "cost": "c", "urgent": "u",
                },
                "values": {"state": {"Completed": "closed"}},
                "dates": {"day_first": False},
            },
            {
                "id": 13.0, "类别": "环卫 ", "描述": "垃圾", "status": "completed",
                "created": "03/05/2024 8:05",
                "due": 45356, "n": "1,200", "c": "３.５０", "u": "是",
            },
        )  # fmt: skip
        assert problems == []
        assert values["found_at"].isoformat() == "2024-03-05T08:05:00+08:00"
        del values["found_at"]
        assert values == {
            "number": "13", "text": "环卫 垃圾", "state": "closed", "due_on": dt.date(2024, 3, 5),
            "count": 1200, "cost": Decimal("3.50"), "urgent": True,
        }  # fmt: skip

    def test_a_label_is_as_good_as_a_value(self) -> None:
        assert apply({"columns": {"state": "s"}}, {"s": "已结案"})[0]["state"] == "closed"

    def test_the_star_catches_what_is_not_named_and_empty_cells_take_the_constant(self) -> None:
        raw = {"columns": {"state": "s"}, "values": {"state": {"x": "closed", "*": "open"}}}
        assert apply(raw, {"s": "什么"})[0]["state"] == "open"
        raw = {"columns": {"state": "s"}, "constants": {"number": "1", "state": "open"}}
        assert apply(raw, {"s": None})[0]["state"] == "open"

    @pytest.mark.parametrize(
        ("field", "cell", "why"),
        [
            ("state", "Gone", "“Gone”不是“状态”的取值"),
            ("found_at", "03/05/2024", "分不清"),
            ("due_on", "2月30日", "没有年份"),
            ("count", "1.5", "不是整数"),
            ("cost", "很多", "不是数字"),
            ("cost", "1e999999999", "不是数字"),
            ("urgent", "也许", "不是“是”或“否”"),
            ("number", "x" * 13, "最多 12 字"),
            ("number", None, "必填"),
        ],
    )
    def test_a_bad_cell_is_named_with_row_and_column(self, field: str, cell: Any, why: str) -> None:
        reading = Map({field: ("某列",)}).apply(Row(7, {"某列": cell}), FIELDS)
        found = [problem for problem in reading.problems if problem.column == "某列"]
        assert [(problem.row, why in problem.reason) for problem in found] == [(7, True)]
        assert not reading.values.get(field)

    def test_positions_come_out_in_wgs84_or_not_at_all(self) -> None:
        columns = {"longitude": "lng", "latitude": "lat"}
        values, _ = apply(
            {"columns": columns, "coordinates": "gcj02"}, {"lng": 117.126017, "lat": "34.297177"}
        )
        assert (round(values["longitude"], 5), round(values["latitude"], 5)) == (117.12015, 34.29828)
        for lng, lat, why in (
            (34.29, 117.12, "填反"),
            (0, 0, "没有定位"),
            (117, None, "两个数字"),
            ("东", 3, "两个数字"),
        ):
            values, problems = apply({"columns": columns}, {"lng": lng, "lat": lat})
            assert why in problems[0]
            assert "longitude" not in values
        assert apply({"columns": columns}, {"lng": None, "lat": " "}) == (
            {**dict.fromkeys(values), "number": "1"},
            [],
        )

    def test_a_row_that_lost_its_columns_is_not_placed(self) -> None:
        reading = Map({"number": ("id",)}).apply(Row(7, {"id": "1"}, ("串列",), sound=False), FIELDS)
        assert reading.values == {}
        assert reading.problems == [Problem(7, None, "串列")]


class TestPropose:
    def test_chinese_and_english_headers_are_recognised(self) -> None:
        guess = propose(["id", "category", "detail", "created_on", "Status", "lat", "LNG"], FIELDS)
        assert guess.columns == {
            "number": ("id",), "text": ("detail",), "state": ("Status",), "found_at": ("created_on",),
            "latitude": ("lat",), "longitude": ("LNG",),
        }  # fmt: skip
        guess = propose(["工单号（必填）", "问题描述*", "受理时间 ", "处理状态"], FIELDS)
        assert guess.columns == {
            "number": ("工单号（必填）",), "text": ("问题描述*",), "found_at": ("受理时间 ",),
            "state": ("处理状态",),
        }  # fmt: skip

    def test_a_column_serves_one_field(self) -> None:
        chosen = [column for columns in propose(["状态"], FIELDS).columns.values() for column in columns]
        assert chosen == ["状态"]


class TestReport:
    def test_every_row_is_accounted_for(self) -> None:
        report = Report()
        report.place(Row(2, {"a": 1}, ("少了 1 格",)))
        report.skip(Row(3, {"a": 1}), "已导入过")
        report.leave(Row(4, {"a": 1}), "没有这个区划")
        assert report.adds_up
        assert report.to_json() == {
            "read": 3, "placed": 1, "skipped": 1, "unplaced": 1, "notes": [],
            "problems": [{"row": 4, "column": None, "reason": "没有这个区划"}],
            "warnings": [
                {"row": 2, "column": None, "reason": "少了 1 格"},
                {"row": 3, "column": None, "reason": "已导入过"},
            ],
        }  # fmt: skip
        with pytest.raises(ValueError, match="reason"):
            report.leave(Row(5, {}), [])

    def test_a_clerk_mends_the_rows_left_over_and_loads_them_with_the_same_map(self, tmp_path: Path) -> None:
        source = "编号,状态,受理时间\n1,Gone,2024-02-30\n2,=open,x,多出\n".encode()
        made = Map.load({"columns": {"number": "编号", "state": "状态", "found_at": "受理时间"}}, FIELDS)
        report, path = Report(), tmp_path / "未导入.xlsx"
        with read(source, "a.csv") as sheet:
            for row in sheet.rows:
                report.leave(row, made.apply(row, FIELDS).problems)
            assert report.write_unplaced(path, sheet.header) == 2
        with read(path, path.name) as again:
            rows = list(again.rows)
            Map.load(made.to_json(), FIELDS, again.header)
        assert again.header == ["原行号", "未导入原因", "编号", "状态", "受理时间", "第4列"]
        assert [list(row.cells.values())[2:] for row in rows] == [
            ["1", "Gone", "2024-02-30", None], ["2", "=open", "x", "多出"],
        ]  # fmt: skip
        assert [row.cells["原行号"] for row in rows] == [2, 3]
        assert "“状态”“Gone”不是" in str(rows[0].cells["未导入原因"])
        assert "没有 30 日" in str(rows[0].cells["未导入原因"])
