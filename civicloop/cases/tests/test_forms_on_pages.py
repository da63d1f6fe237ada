"""What the forms offer: fitting units first, kinds under their lines, cases that look alike."""

from datetime import timedelta
from typing import Any, ClassVar

from civicloop.cases.forms import DispatchForm, KindField, MergeForm
from civicloop.cases.operations import hand_back
from civicloop.cases.similar import similar_to
from civicloop.kernel.clock.models import Mark
from civicloop.kernel.clock.now import business_time, now
from civicloop.standards.models import ProblemKind
from tests.cast import CityTestCase


class DispatchFormTest(CityTestCase):
    def groups(self, form: DispatchForm) -> dict[str, list[str]]:
        _empty, *groups = form.fields["unit"].choices  # type: ignore[attr-defined]
        return {str(name): [label for _pk, label in units] for name, units in groups}

    def test_the_departments_of_the_line_stand_first_then_the_place(self) -> None:
        self.cast.city_management.lines.add(self.cast.line)
        form = DispatchForm(case=self.cast.case("filed"), person=self.cast.chen_jing)
        self.assertEqual(
            self.groups(form),
            {"条：负责“环境卫生”的部门": ["市城管局"], "块：所在地": ["东街街道办事处"]},
        )

    def test_units_elsewhere_are_not_offered(self) -> None:
        form = DispatchForm(case=self.cast.case("filed"), person=self.cast.chen_jing)
        self.assertNotIn("山海市城管局", str(self.groups(form)))

    def test_a_unit_that_handed_it_back_is_marked(self) -> None:
        case = hand_back(self.cast.case("dispatched"), by=self.cast.wang_lei, reason="不归我们")
        self.assertIn(
            "市城管局（已退回过）", str(self.groups(DispatchForm(case=case, person=self.cast.chen_jing)))
        )

    def test_the_limit_and_the_due_date_are_told_beforehand(self) -> None:
        form = DispatchForm(case=self.cast.case("filed"), person=self.cast.chen_jing)
        self.assertIn("“暴露垃圾”的时限是4个工作小时。现在派遣，期限为", str(form.fields["unit"].help_text))


class KindFieldTest(CityTestCase):
    def test_kinds_stand_under_their_lines_with_their_limits(self) -> None:
        groups = dict(list(KindField(ProblemKind.objects.in_use()).choices)[1:])  # type: ignore[arg-type]
        self.assertEqual([str(label) for _pk, label in groups["环境卫生"]], ["暴露垃圾 · 4个工作小时"])
        self.assertEqual([str(label) for _pk, label in groups["安全"]], ["飞线充电 · 24小时（自然时间）"])


class SimilarTest(CityTestCase):
    here: ClassVar[dict[str, Any]] = {"longitude": 118.05, "latitude": 34.05}

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        Mark.objects.create(name="demo", value="9801", at=now())

    def alike(self, case: object) -> list[str]:
        return [one.case.text for one in similar_to(case, self.cast.chen_jing)]  # type: ignore[arg-type]

    def test_the_nearest_of_the_same_kind_come_first(self) -> None:
        east = self.cast.division["980101"]
        self.cast.case(text="四百米外", longitude=118.0543, latitude=34.05, division=east)
        self.cast.case(text="百米外", longitude=118.051, latitude=34.05, division=east)
        self.cast.case(text="另一种", kind=self.cast.cables, division=east, **self.here)
        with business_time(now() - timedelta(days=60)):
            self.cast.case(text="老案远处", longitude=118.09, latitude=34.05, division=east)
        case = self.cast.case(text="这一件", division=east, **self.here)
        self.assertEqual(self.alike(case), ["百米外", "四百米外"])

    def test_the_same_division_lately_counts_without_a_position(self) -> None:
        self.cast.case(text="同社区")
        with business_time(now() - timedelta(days=31)):
            self.cast.case(text="上上月")
        self.cast.case(text="别处", division=self.cast.division["980102001001"])
        self.assertEqual(self.alike(self.cast.case(text="这一件")), ["同社区"])

    def test_ended_cases_and_those_of_strangers_are_not_offered(self) -> None:
        self.cast.case("looked_back", text="待销号")
        case = self.cast.case(text="这一件")
        self.assertEqual(self.alike(case), ["待销号"])
        self.assertEqual(similar_to(case, self.cast.stranger_dispatcher), [])

    def test_choosing_one_and_typing_another_is_asked_back(self) -> None:
        one, other = self.cast.case(), self.cast.case()
        case = self.cast.case()
        form = MergeForm({"similar": one.number, "into": other.number}, case=case, person=self.cast.chen_jing)
        self.assertFalse(form.is_valid())
        form = MergeForm({}, case=case, person=self.cast.chen_jing)
        self.assertFalse(form.is_valid())
        form = MergeForm({"similar": one.number}, case=case, person=self.cast.chen_jing)
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["into"], one)
