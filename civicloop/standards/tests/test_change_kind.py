"""问题类型目录"""

import uuid
from typing import Any

from django.urls import reverse

from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Line
from civicloop.standards.models import ProblemKind
from civicloop.standards.operations import FIELDS, add_kind, change_kind, load_catalogue
from tests.cast import CityTestCase


class LoadCatalogueTests(CityTestCase):
    def test_65_kinds_on_20_lines_each_with_both_conditions(self) -> None:
        load_catalogue(by=INSTALLER)
        self.assertEqual((ProblemKind.objects.count(), Line.objects.count()), (65, 20))
        fresh = ProblemKind.objects.exclude(pk__in=[self.cast.litter.pk, self.cast.cables.pk])
        self.assertFalse(fresh.filter(filing_condition="").exists())
        self.assertFalse(fresh.filter(closing_condition="").exists())
        for kind in fresh:
            kind.full_clean()
        self.assertEqual(
            set(fresh.filter(limit_unit="on_site").values_list("code", flat=True)),
            {"TRA01", "TRA03", "BEH01", "BEH02", "BEH03"},
        )

    def test_loading_again_leaves_what_somebody_changed(self) -> None:
        load_catalogue(by=INSTALLER)
        kind = ProblemKind.objects.get(code="ENV02")
        change_kind(kind, by=self.cast.he_bian, limit_value=12)
        self.assertEqual(load_catalogue(by=INSTALLER), (0, 0))
        kind.refresh_from_db()
        self.assertEqual(kind.limit_value, 12)
        self.assertEqual(Entry.objects.filter(verb="standards.load_catalogue").count(), 1)


class ChangeKindTests(CityTestCase):
    """何编 keeps the catalogue."""

    def test_the_trail_tells_before_and_after(self) -> None:
        change_kind(
            self.cast.litter, by=self.cast.he_bian, limit_value=6, look_back_days=3, name="暴露垃圾堆"
        )
        entry = Entry.objects.get(verb="standards.change_kind")
        self.assertEqual(entry.by, self.cast.he_bian.actor_key)
        self.assertEqual(entry.facts["before"], {"limit_value": 4, "look_back_days": 1})
        self.assertEqual(entry.facts["after"], {"limit_value": 6, "look_back_days": 3})
        self.assertEqual(entry.facts["changed"], ["name", "limit_value", "look_back_days"])
        self.assertEqual(entry.said.words, {"before": "name: 暴露垃圾", "after": "name: 暴露垃圾堆"})

    def test_a_change_to_nothing_new_is_no_entry(self) -> None:
        change_kind(self.cast.litter, by=self.cast.he_bian, limit_value=4)
        self.assertFalse(Entry.objects.exists())

    def test_what_is_refused_leaves_no_trace(self) -> None:
        before = ProblemKind.objects.values().get(pk=self.cast.litter.pk)
        for by, given, words in (
            (self.cast.chen_jing, {"limit_value": 6}, "目录管理员"),
            (self.cast.system_admin, {"limit_value": 6}, "目录管理员"),
            (self.cast.nobody, {"limit_value": 6}, "目录管理员"),
            (self.cast.he_bian, {"name": "  "}, "请填写名称"),
            (self.cast.he_bian, {"limit_value": 0}, "当场办理的时限填 0"),
            (self.cast.he_bian, {"limit_unit": "on_site"}, "当场办理的时限填 0"),
            (self.cast.he_bian, {"limit_unit": "week"}, "时限单位"),
            (self.cast.he_bian, {"rework_percent": 101}, "返工时限比例"),
            (self.cast.he_bian, {"look_back_days": 0}, "回头看间隔"),
            (self.cast.he_bian, {"filing_condition": "长" * 2001}, "超过上限"),
        ):
            with self.subTest(words=words, given=given), self.assertRaisesMessage(Refused, words):
                change_kind(self.cast.litter, by=by, **given)
        self.assertEqual(ProblemKind.objects.values().get(pk=self.cast.litter.pk), before)
        self.assertFalse(Entry.objects.exists())

    def test_the_second_of_two_who_change_is_told(self) -> None:
        seen = self.cast.litter.fingerprint
        change_kind(self.cast.litter, by=self.cast.he_bian, seen=seen, limit_value=6)
        with self.assertRaises(Stale):
            change_kind(self.cast.litter, by=self.cast.he_bian, seen=seen, limit_value=8)
        self.cast.litter.refresh_from_db()
        self.assertEqual(self.cast.litter.limit_value, 6)

    def test_a_fingerprint_notices_every_field_that_may_be_changed(self) -> None:
        other: dict[str, Any] = {
            "name": "别的",
            "name_en": "Other",
            "line": self.cast.other_line,
            "urgent": True,
            "limit_value": 9,
            "limit_unit": "hour",
            "rework_percent": 70,
            "look_back_days": 9,
            "filing_condition": "别的",
            "closing_condition": "别的",
            "is_active": False,
        }
        self.assertEqual(set(other), set(FIELDS))
        for name, value in other.items():
            kind = ProblemKind.objects.get(pk=self.cast.litter.pk)
            before = kind.fingerprint
            setattr(kind, name, value)
            with self.subTest(name=name):
                self.assertNotEqual(kind.fingerprint, before)

    def test_a_running_case_keeps_its_due_date(self) -> None:
        case = self.cast.case("signed")
        due = case.due_at
        change_kind(self.cast.litter, by=self.cast.he_bian, limit_value=400)
        case.refresh_from_db()
        self.assertEqual(case.due_at, due)

    def test_a_new_kind_has_a_code_of_its_own(self) -> None:
        given = {
            "name": "新问题",
            "line": self.cast.line,
            "limit_value": 2,
            "limit_unit": "work_day",
            "look_back_days": 7,
        }
        made = add_kind(by=self.cast.he_bian, code="ｅｎｖ０９", **given)
        self.assertEqual(made.code, "ENV09")
        for code, words in (("ENV09", "已经有了"), ("9", "字母"), ("环境1", "字母")):
            with self.subTest(code=code), self.assertRaisesMessage(Refused, words):
                add_kind(by=self.cast.he_bian, code=code, **given)
        self.assertEqual(Entry.objects.filter(verb="standards.add_kind").count(), 1)


class KindPagesTests(CityTestCase):
    def posted(self, **changes: object) -> dict[str, Any]:
        return {
            "name": "暴露垃圾",
            "line": self.cast.line.pk,
            "limit_value": 6,
            "limit_unit": "work_hour",
            "rework_percent": 50,
            "look_back_days": 1,
            "is_active": "on",
            "intent": uuid.uuid4(),
        } | changes

    def test_everybody_reads_the_catalogue_and_its_label(self) -> None:
        for person in (self.cast.wang_lei, self.cast.liu_yang, self.cast.auditor):
            self.as_(person)
            page = self.client.get(reverse("standards:kinds"))
            self.assertContains(page, "不是官方测评体系")
            self.assertContains(page, "4个工作小时")
            self.assertNotContains(page, reverse("standards:add_kind"))
            self.assertContains(self.client.get(reverse("standards:kind", args=["ENV01"])), "立案条件")

    def test_it_is_narrowed_by_line_and_words(self) -> None:
        self.as_(self.cast.liu_yang)
        url = reverse("standards:kinds")
        self.assertNotContains(self.client.get(url, {"line": "SAF"}), "暴露垃圾")
        self.assertContains(self.client.get(url, {"q": "垃圾"}), "暴露垃圾")
        ProblemKind.objects.filter(code="ENV01").update(is_active=False)
        self.assertNotContains(self.client.get(url), "暴露垃圾")
        self.assertContains(self.client.get(url, {"use": "off"}), "暴露垃圾")

    def test_the_editor_changes_and_a_stale_page_gets_409(self) -> None:
        self.as_(self.cast.he_bian)
        url = reverse("standards:change_kind", args=["ENV01"])
        seen = self.cast.litter.fingerprint
        self.assertContains(self.client.get(url), seen)
        self.assertEqual(self.client.post(url, self.posted(seen=seen)).status_code, 303)
        self.assertContains(self.client.post(url, self.posted(seen=seen)), "刚刚被别人改过", status_code=409)
        self.assertEqual(self.client.post(url, self.posted(limit_value=0)).status_code, 422)
        self.assertEqual(ProblemKind.objects.get(code="ENV01").limit_value, 6)

    def test_the_editor_adds_one(self) -> None:
        self.as_(self.cast.he_bian)
        answer = self.client.post(reverse("standards:add_kind"), self.posted(code="ENV08", name="新问题"))
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(ProblemKind.objects.get(code="ENV08").is_active)

    def test_nobody_else_finds_the_forms(self) -> None:
        for person in (self.cast.chen_jing, self.cast.system_admin, self.cast.nobody):
            self.as_(person)
            for url in (reverse("standards:add_kind"), reverse("standards:change_kind", args=["ENV01"])):
                self.assertEqual(self.client.get(url).status_code, 404)
                self.assertEqual(self.client.post(url, self.posted()).status_code, 404)
