"""A dispatcher brings a table in through the pages, and whatever people send to them."""

import io
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from civicloop.cases import loads
from civicloop.cases.loading import load_cases
from civicloop.cases.models import Case, Load
from civicloop.cases.workflow import State
from civicloop.kernel.refused import Refused
from civicloop.kernel.tables import read
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.record import history
from civicloop.kernel.trail.verify import verify
from tests.cast import CityTestCase

TABLE = """工单号,内容,类型,受理时间,办结时间,状态,地点,属地
A1,路口垃圾成堆,垃圾,2026-02-01 09:00,2026-02-03 17:00,Completed,东街1号,980101001
A2,还是垃圾,垃圾,2026-02-02 09:00,,Completed - Dup,东街1号,980101001
A3,<script>alert(1)</script>,噪声,2026-02-02 09:00,,Open,西河街2号,980102001
A4,坏日期,垃圾,去年,,Open,西河街2号,980102001
A5,别的城市,垃圾,2026-02-02 09:00,,Open,港湾1号,980201001
"""


class PagesCase(CityTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        settings = override_settings(CIVICLOOP_FILES=folder.name)
        settings.enable()
        self.addCleanup(settings.disable)
        self.folder = Path(folder.name)
        self.as_(self.cast.chen_jing)

    def post(self, url: str, **given: Any) -> Any:
        return self.client.post(url, {"intent": str(uuid.uuid4()), **given})

    def upload(self, content: str | bytes = TABLE, name: str = "工单.csv") -> Any:
        data = content.encode() if isinstance(content, str) else content
        return self.post(reverse("cases:load"), file=SimpleUploadedFile(name, data))

    def uploaded(self, **given: Any) -> Load:
        answer = self.upload(**given)
        self.assertEqual(answer.status_code, 303, answer.content.decode()[:2000])
        return Load.objects.order_by("-pk")[0]

    def url(self, load: Load, what: str = "load_preview") -> str:
        return reverse(f"cases:{what}", args=[load.key])

    def fields(self, load: Load, **changes: str) -> dict[str, str]:
        """The map form as the page shows it, with some choices changed."""
        form = self.client.get(self.url(load)).context["form"]
        shown = {name: str(form[name].value() or "") for name in form.fields}
        return shown | {"system": "12345"} | changes

    def rehearsed(self, **changes: str) -> Load:
        load = self.uploaded()
        answer = self.post(self.url(load), **self.fields(load, **changes))
        self.assertEqual(answer.status_code, 303, answer.content.decode()[-3000:])
        load.refresh_from_db()
        return load

    def start(self, load: Load, fingerprint: str | None = None) -> Any:
        return self.post(self.url(load, "load_start"), map=fingerprint or loads.map_fingerprint(load))


class FromUploadToReport(PagesCase):
    def test_the_preview_shows_what_was_read_and_proposes_the_map(self) -> None:
        load = self.uploaded()
        page = self.client.get(self.url(load))
        self.assertContains(page, "工单.csv")
        self.assertContains(page, "UTF-8")
        self.assertContains(page, "路口垃圾成堆")
        self.assertNotContains(page, "<script>alert")
        form = page.context["form"]
        chosen = {
            name: form[name].value()
            for name in ("col_external_id", "col_text", "col_reported_at", "col_status")
        }
        self.assertEqual(
            chosen,
            {
                "col_external_id": "工单号",
                "col_text": "内容",
                "col_reported_at": "受理时间",
                "col_status": "状态",
            },
        )
        statuses = {field.label: field.value() for field in form.statuses()}
        self.assertEqual(statuses, {"Completed": "closed", "Completed - Dup": "duplicate", "Open": "open"})
        self.assertFalse(Case.objects.exists())

    def test_the_rehearsal_counts_and_tells_every_row_that_cannot_be_placed(self) -> None:
        kind = self.kind_select("垃圾")
        load = self.rehearsed(**{kind: "ENV01"})
        page = self.client.get(self.url(load))
        report = page.context["report"]
        counts = {
            name: report[name] for name in ("read", "placed", "ended", "merged", "open", "late", "unplaced")
        }
        self.assertEqual(
            counts, {"read": 5, "placed": 3, "ended": 1, "merged": 1, "open": 1, "late": 1, "unplaced": 2}
        )
        self.assertContains(page, "不像日期")
        self.assertContains(page, "不在您的管辖范围")
        self.assertFalse(Case.objects.exists())

    def kind_select(self, value: str) -> str:
        form = self.client.get(self.url(self.uploaded())).context["form"]
        return str(next(field.name for field in form.kinds() if field.label == value))

    def test_the_rows_that_stay_out_come_back_as_a_sheet(self) -> None:
        load = self.rehearsed()
        answer = self.client.get(self.url(load, "load_unplaced"))
        with read(b"".join(answer.streaming_content), "未导入.xlsx") as sheet:  # type: ignore[attr-defined]
            rows = list(sheet.rows)
        self.assertEqual([row.cells["工单号"] for row in rows], ["A4", "A5"])

    def test_after_the_confirmation_the_worker_brings_the_rows_in_and_the_report_stays(self) -> None:
        load = self.rehearsed()
        self.assertEqual(self.start(load).status_code, 303)
        job = ProcrastinateJob.objects.get(task_name="cases.run_load")
        self.assertEqual(job.args, {"id": load.pk})
        self.assertContains(self.client.get(self.url(load)), "正在导入")
        self.assertFalse(Case.objects.exists())

        loads.run(load.pk)

        states = dict(Case.objects.values_list("external_id", "state"))
        self.assertEqual(states, {"A1": State.ELSEWHERE, "A2": State.MERGED, "A3": State.REPORTED})
        page = self.client.get(self.url(load))
        self.assertContains(page, "导入结果")
        self.assertEqual((page.context["report"]["placed"], page.context["report"]["unplaced"]), (3, 2))
        told = [(entry.verb, entry.by) for entry in history(load)]
        me = self.cast.chen_jing.actor_key
        self.assertEqual(
            told,
            [("cases.begin_load", me), ("cases.start_load", me), ("cases.finish_load", "system:worker")],
        )
        on_behalf = set(Entry.objects.filter(about_kind="cases.case").values_list("on_behalf_of", flat=True))
        self.assertEqual(on_behalf, {me})
        self.assertEqual(verify().problems, [])

    def test_progress_comes_as_a_fragment_too(self) -> None:
        load = self.rehearsed()
        self.start(load)
        part = self.client.get(self.url(load), headers={"HX-Request": "true"})
        self.assertContains(part, "<progress")
        self.assertNotContains(part, "<html")

    def test_the_same_file_again_finds_the_map_and_the_cases(self) -> None:
        load = self.rehearsed()
        self.start(load)
        loads.run(load.pk)
        again = self.uploaded()
        self.assertEqual(again.map, load.map)
        loads.rehearse(again, again.map, by=self.cast.chen_jing)
        assert again.told is not None
        self.assertEqual((again.told["placed"], again.told["already"]), (0, 3))

    def test_another_encoding_can_be_asked_for(self) -> None:
        load = self.uploaded(content=TABLE.encode("gb18030"))
        answer = self.post(self.url(load), read_anew="1", encoding="utf-8")
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.post(self.url(load), read_anew="1", encoding="gb18030").status_code, 303)
        self.assertContains(self.client.get(self.url(load)), "路口垃圾成堆")

    def test_a_load_that_broke_off_goes_on_without_doubling(self) -> None:
        load = self.rehearsed()
        self.start(load)
        real = load_cases

        def breaks(*args: Any, **given: Any) -> Any:
            real(*args, **given)
            raise OSError("the disk is full")

        with patch.object(loads, "load_cases", breaks), self.assertRaises(OSError):
            loads.run(load.pk)
        load.refresh_from_db()
        self.assertEqual((load.state, Case.objects.count()), ("failed", 3))
        self.assertContains(self.client.get(self.url(load)), "重新开始会接着做")
        self.assertEqual(self.start(load).status_code, 303)
        loads.run(load.pk)
        load.refresh_from_db()
        assert load.report is not None
        self.assertEqual((load.state, load.report["already"], Case.objects.count()), ("done", 3, 3))

    def test_the_worker_takes_over_what_another_left_lying(self) -> None:
        load = self.rehearsed()
        self.start(load)
        ProcrastinateJob.objects.all()._raw_delete("default")
        self.assertEqual(loads.look_after(), 0)
        Load.objects.update(stirred_at=load.made_at - 2 * loads.STILL)
        self.assertEqual(loads.look_after(), 1)
        self.assertEqual(ProcrastinateJob.objects.get(task_name="cases.run_load").args, {"id": load.pk})

    def test_sheets_are_forgotten_after_a_month_and_reports_kept(self) -> None:
        load = self.rehearsed()
        self.start(load)
        loads.run(load.pk)
        self.assertEqual(len(list(self.folder.rglob("loads/*"))), 2)
        Load.objects.update(made_at=load.made_at - timedelta(days=loads.KEPT_DAYS + 1))
        loads.look_after()
        self.assertEqual(list(self.folder.rglob("loads/*")), [])
        self.assertContains(self.client.get(self.url(load)), "导入结果")
        self.assertEqual(self.client.get(self.url(load, "load_unplaced")).status_code, 404)


class Refusals(PagesCase):
    def test_strangers_find_nothing(self) -> None:
        load = self.rehearsed()
        pages = [
            ("get", reverse("cases:load")),
            ("post", reverse("cases:load")),
            *(("get", self.url(load, name)) for name in ("load_preview", "load_unplaced")),
            *(("post", self.url(load, name)) for name in ("load_preview", "load_start")),
        ]
        for person in (self.cast.li_na, self.cast.wang_lei, self.cast.system_admin, self.cast.nobody):
            self.as_(person)
            for method, url in pages:
                answer = self.post(url) if method == "post" else self.client.get(url)
                self.assertEqual(answer.status_code, 404, (person, url))
        self.as_(self.cast.west_dispatcher)  # a dispatcher too, but another
        for method, url in pages[2:]:
            answer = self.post(url) if method == "post" else self.client.get(url)
            self.assertEqual(answer.status_code, 404, url)
        load.refresh_from_db()
        self.assertEqual(load.state, "draft")

    def test_files_that_are_no_tables_are_refused_with_a_sentence(self) -> None:
        for name, content, words in (
            ("空.csv", b"", "空"),
            ("照片.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "图片"),
            ("网页.xls", b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
            ("坏.xlsx", b"PK\x03\x04broken", "损坏"),
            ("只有表头.csv", "工单号,内容\n".encode(), "只有表头"),
            ("文件.pdf", b"%PDF-1.7", "PDF"),
        ):
            with self.subTest(name):
                answer = self.upload(content, name)
                self.assertContains(answer, words, status_code=422)
        self.assertFalse(Load.objects.exists())
        self.assertEqual(list(self.folder.rglob("loads/*")), [])

    def test_too_long_a_table_is_sent_to_the_command(self) -> None:
        with patch.object(loads, "LONGEST", 3):
            self.assertContains(self.upload(), "最多导入 3 行", status_code=422)
        with patch.object(loads, "LARGEST", 100):
            self.assertContains(self.upload(), "超过", status_code=422)
        self.assertFalse(Load.objects.exists())

    def test_a_state_that_nobody_translated_is_asked_for(self) -> None:
        load = self.uploaded(content=TABLE.replace("Open", "Zustand"))
        answer = self.post(self.url(load), **self.fields(load))
        self.assertContains(answer, "请选择“Zustand”是什么状态", status_code=422)
        load.refresh_from_db()
        self.assertIsNone(load.told)

    def test_hostile_choices_are_refused(self) -> None:
        load = self.uploaded()
        for changes in (
            {"col_text": ""},
            {"col_text": "没有这一列"},
            {"system": ""},
            {"zone": "../../etc/passwd"},
            {"division": "980201"},  # not in her reach
            {"source": "nowhere"},
            {"kind_else": "XXX99"},
            {"day_first": "maybe"},
        ):
            with self.subTest(changes):
                answer = self.post(self.url(load), **self.fields(load, **changes))
                self.assertEqual(answer.status_code, 422)
        load.refresh_from_db()
        self.assertIsNone(load.told)

    def test_nothing_starts_without_a_rehearsal_or_with_a_map_changed_meanwhile(self) -> None:
        load = self.uploaded()
        self.assertContains(self.start(load), "请先预检", status_code=422)
        load = self.rehearsed()
        seen = loads.map_fingerprint(load)
        self.post(self.url(load), **self.fields(load, source="hotline"))
        self.assertContains(self.start(load, seen), "另一个页面上改过", status_code=409)
        self.assertFalse(ProcrastinateJob.objects.filter(task_name="cases.run_load").exists())
        load.refresh_from_db()
        self.assertEqual(load.state, "draft")

    def test_a_second_confirmation_and_a_second_worker_do_nothing(self) -> None:
        load = self.rehearsed()
        self.start(load)
        self.assertIn(self.start(load).status_code, (409, 422))
        self.assertEqual(ProcrastinateJob.objects.filter(task_name="cases.run_load").count(), 1)
        loads.run(load.pk)
        entries = Entry.objects.count()
        self.assertIsNone(loads.run(load.pk))
        self.assertEqual((Case.objects.count(), Entry.objects.count()), (3, entries))
        with self.assertRaises(Refused):
            loads.rehearse(load.__class__.objects.get(pk=load.pk), load.map, by=self.cast.chen_jing)

    def test_a_name_like_a_path_is_only_a_name(self) -> None:
        load = Load()
        load = loads.take(io.BytesIO(TABLE.encode()), "..\\..\\etc/passwd.csv", by=self.cast.chen_jing)
        self.assertEqual(load.filename, "passwd.csv")
        self.assertEqual([one.name for one in self.folder.rglob("loads/*")], [str(load.key)])

    def test_a_post_that_is_lost_rights_meanwhile_places_nothing(self) -> None:
        load = self.rehearsed()
        self.start(load)
        self.cast.chen_jing.holdings.all().delete()
        loads.run(load.pk)
        load.refresh_from_db()
        assert load.report is not None
        self.assertEqual((load.report["placed"], load.report["unplaced"]), (0, 5))
        self.assertFalse(Case.objects.exists())
