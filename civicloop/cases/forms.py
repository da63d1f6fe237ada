"""Forms parse; every rule is in the operations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from civicloop.cases.filters import GROUP_LABELS, Due
from civicloop.cases.models import Case, Source
from civicloop.cases.photos_form import PhotosField
from civicloop.divisions.forms import DivisionField
from civicloop.divisions.models import Site
from civicloop.kernel.positions import System
from civicloop.cases.workflow import State
from civicloop.people.models import Line, Person, Unit
from civicloop.standards.models import ProblemKind

_SYSTEMS = [
    (System.WGS84, _("GPS（WGS-84）")),
    (System.GCJ02, _("高德、腾讯地图（GCJ-02）")),
    (System.BD09, _("百度地图（BD-09）")),
]


def _words(label: object, *, required: bool = False, help_text: object = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy texts are texts
        required=required,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class MoveForm(forms.Form):
    """What a move asks for; `seen` is the revision that was on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.person = case, person
        self.fields["seen"].initial = case.revision


class NoteForm(MoveForm):
    note = _words(_("备注"), rows=2)


class ReasonForm(MoveForm):
    reason = _words(_("原因"), required=True)


class ReportForm(forms.Form):
    text = _words(_("发现了什么问题"), required=True, help_text=_("写清地点和现象，不写个人信息。"))
    photos = PhotosField(label=_("现场照片"), required=False)
    kind = forms.ModelChoiceField(ProblemKind.objects.in_use(), label=_("问题类型"), required=False)
    division = DivisionField(label=_("属地"), required=False, help_text=_("已定位的可以不选，由坐标找到所在区县。"))
    site = forms.ModelChoiceField(Site.objects.none(), required=False, widget=forms.HiddenInput)
    address = forms.CharField(label=_("地址"), required=False, max_length=200)
    longitude = forms.FloatField(label=_("经度"), required=False)
    latitude = forms.FloatField(label=_("纬度"), required=False)
    position_system = forms.ChoiceField(label=_("坐标系"), choices=_SYSTEMS, initial=System.WGS84, required=False)
    source = forms.ChoiceField(label=_("来源"), choices=[])
    contact_name = forms.CharField(label=_("反映人姓名"), required=False, max_length=40)
    contact_phone = forms.CharField(label=_("反映人电话"), required=False, max_length=30)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hand_made = [choice for choice in Source.choices if choice[0] != Source.IMPORT]
        self.fields["source"].choices = hand_made  # type: ignore[attr-defined]
        self.fields["source"].initial = Source.INSPECTION
        self.fields["site"].queryset = Site.objects.seen_by(person)  # type: ignore[attr-defined]

    def clean_position_system(self) -> str:
        return self.cleaned_data["position_system"] or System.WGS84


class FileForm(MoveForm):
    kind = forms.ModelChoiceField(ProblemKind.objects.in_use(), label=_("问题类型"), required=True)
    division = DivisionField(label=_("属地"), required=False)
    note = _words(_("备注"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = self.case.kind_id
        self.fields["division"].initial = self.case.division.code


class MergeForm(MoveForm):
    into = forms.CharField(label=_("并入哪个案件"), max_length=20, help_text=_("填写案件编号，例如 2026-000123。"))
    reason = _words(_("说明"), rows=2)

    def clean_into(self) -> Case:
        number = self.cleaned_data["into"].strip()
        other = Case.objects.seen_by(self.person).filter(number=number).first()
        if other is None:
            raise forms.ValidationError(_("没有编号为 %(number)s 的案件，请核对编号。"), params={"number": number})
        return other


class DispatchForm(MoveForm):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("责任单位"))
    note = _words(_("交办意见"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.for_case(  # type: ignore[attr-defined]
            self.case.place_path, self.case.kind.line_id if self.case.kind else None
        )


class PhotoForm(MoveForm):
    photos = PhotosField(label=_("现场照片"), required=False)


class ReportFixedForm(MoveForm):
    photos = PhotosField(label=_("整改后照片"), required=False)
    no_photo_because = forms.CharField(
        label=_("没有照片，因为"), required=False, max_length=200, help_text=_("有照片的不用填。")
    )
    note = _words(_("整改情况"), rows=2)


class VisitForm(PhotoForm):
    note = _words(_("现场情况"), rows=2)


class FaultForm(PhotoForm):
    reason = _words(_("现场看到了什么"), required=True)


class ContactForm(forms.Form):
    reason = forms.CharField(label=_("为什么需要联系反映人"), max_length=200)


class ListForm(forms.Form):
    """The filters of the list, straight from the address."""

    q = forms.CharField(label=_("关键词"), required=False, max_length=60)
    state = forms.MultipleChoiceField(
        label=_("状态"), required=False, choices=[*GROUP_LABELS.items(), *State.choices]
    )
    due = forms.ChoiceField(label=_("期限"), required=False, choices=[("", _("不限")), *Due.choices])
    place = DivisionField(label=_("属地"), required=False)
    kind = forms.ModelChoiceField(ProblemKind.objects.all(), label=_("问题类型"), required=False, to_field_name="code")
    unit = forms.ModelChoiceField(Unit.objects.all(), label=_("责任单位"), required=False)
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("全部")), *Source.choices])
    since = forms.DateField(label=_("上报自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("上报至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    line = forms.ModelChoiceField(
        Line.objects.all(), label=_("条线"), required=False, to_field_name="code", widget=forms.HiddenInput
    )
    relapsed = forms.BooleanField(label=_("有反弹"), required=False)
    bbox = forms.CharField(label=_("地图范围"), required=False, max_length=80, widget=forms.HiddenInput)
