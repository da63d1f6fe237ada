"""Forms of the catalogue parse; every rule is in the operations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from civicloop.people.models import Line
from civicloop.standards.models import LimitUnit, ProblemKind
from civicloop.standards.operations import FIELDS


class KindFilter(forms.Form):
    """What the catalogue may be narrowed by."""

    q = forms.CharField(label=_("名称、代码或条件"), required=False, max_length=40)
    line = forms.ModelChoiceField(
        Line.objects.all(), label=_("条线"), required=False, to_field_name="code", empty_label=_("全部")
    )
    use = forms.ChoiceField(
        label=_("启用"),
        required=False,
        choices=[("", _("启用的")), ("all", _("全部")), ("off", _("停用的"))],
    )


class KindForm(forms.Form):
    """All that may be changed of a kind."""

    name = forms.CharField(label=_("名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    line = forms.ModelChoiceField(Line.objects.all(), label=_("条线"))
    urgent = forms.BooleanField(label=_("紧急"), required=False)
    limit_value = forms.IntegerField(
        label=_("整改时限"), min_value=0, max_value=3000, help_text=_("当场办理填 0。")
    )
    limit_unit = forms.ChoiceField(label=_("时限单位"), choices=LimitUnit)
    rework_percent = forms.IntegerField(
        label=_("返工时限比例（%）"),
        min_value=1,
        max_value=100,
        initial=50,
        help_text=_("退回重改时，时限为原时限的百分之几。"),
    )
    look_back_days = forms.IntegerField(
        label=_("回头看间隔（天）"),
        min_value=1,
        max_value=730,
        help_text=_("结案后第几天回头看；遇休息日顺延到下一个工作日。"),
    )
    filing_condition = forms.CharField(
        label=_("立案条件"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    closing_condition = forms.CharField(
        label=_("结案条件"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_active = forms.BooleanField(
        label=_("启用"),
        required=False,
        initial=True,
        help_text=_("停用后不能再选，已有案件不受影响。"),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, kind: ProblemKind, data: Any = None) -> "KindForm":
        """The form as the kind stands now."""
        initial = {name: getattr(kind, name) for name in FIELDS} | {
            "line": kind.line_id,
            "seen": kind.fingerprint,
        }
        return cls(data, initial=initial)

    @property
    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: value for name, value in self.cleaned_data.items() if name in FIELDS}


class NewKindForm(KindForm):
    code = forms.CharField(
        label=_("代码"), max_length=12, help_text=_("2 至 6 个字母加 2 至 4 位数字，例如 ENV05；以后不能改。")
    )
    field_order = ("code",)
