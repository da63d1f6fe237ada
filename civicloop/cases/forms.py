"""Forms parse; every rule is in the operations."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from civicloop.cases.filters import GROUP_LABELS, Due
from civicloop.cases.models import Case, Source
from civicloop.cases.photos_form import PhotosField
from civicloop.cases.similar import Similar, similar_to
from civicloop.cases.workflow import State
from civicloop.divisions.forms import DivisionField
from civicloop.divisions.models import Site
from civicloop.kernel.clock.now import now
from civicloop.kernel.clock.office import office_due
from civicloop.kernel.positions import System
from civicloop.kernel.templatetags.looks import moment
from civicloop.people.models import Line, Person, Role, Unit
from civicloop.standards.models import ProblemKind, ProblemKindQuerySet

Words = str | Promise
_SYSTEMS = [
    (System.WGS84, _("GPS（WGS-84）")),
    (System.GCJ02, _("高德、腾讯地图（GCJ-02）")),
    (System.BD09, _("百度地图（BD-09）")),
]


class Text(forms.CharField):
    """Typed words.  The page asks for them, the operation judges them: so page and API say the same."""

    def validate(self, value: object) -> None:
        """Whether something had to be said is the operation's to know."""

    def run_validators(self, value: object) -> None:
        """How long it may be, too; the browser still stops whoever types on."""


def _words(label: Words, *, required: bool = False, help_text: Words = "", rows: int = 3) -> Text:
    return Text(
        label=label,  # type: ignore[arg-type]  # lazy texts are texts
        required=required,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class _ByLine(ModelChoiceIterator):  # type: ignore[type-arg]
    """Kinds of problem under the lines that they belong to."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        groups: dict[str, list[Any]] = {}
        for kind in self.queryset:
            groups.setdefault(kind.line_title, []).append(self.choice(kind))
        yield from groups.items()


class KindField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A kind of problem: grouped by line, each with the limit that its cases get."""

    iterator = _ByLine

    def __init__(self, kinds: ProblemKindQuerySet, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("问题类型"))
        super().__init__(kinds.select_related("line").order_by("line__code", "code"), **kwargs)

    def label_from_instance(self, kind: Any) -> str:
        return f"{kind.title} · {kind.limit_words}"


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
    """`FOLDED` are the fields that a report from the street seldom needs."""

    FOLDED = ("address", "position_system", "source", "contact_name", "contact_phone")

    photos = PhotosField(label=_("现场照片"), required=False)
    text = _words(_("发现了什么问题"), required=True, help_text=_("写清地点和现象，不写个人信息。"))
    kind = KindField(ProblemKind.objects.in_use(), required=False, empty_label=_("不确定，由文明办选定"))
    division = DivisionField(
        label=_("属地"), required=False, help_text=_("已定位的可以不填，由坐标找到所在区县。")
    )
    site = forms.ModelChoiceField(Site.objects.none(), required=False, widget=forms.HiddenInput)
    address = Text(label=_("地址"), required=False, max_length=200)
    longitude = forms.FloatField(label=_("经度"), required=False)
    latitude = forms.FloatField(label=_("纬度"), required=False)
    position_system = forms.ChoiceField(
        label=_("坐标系"),
        choices=_SYSTEMS,
        initial=System.WGS84,
        required=False,
        help_text=_("坐标从哪种地图上抄来。用手机定位或在图上点选的不用改。"),
    )
    source = forms.ChoiceField(label=_("来源"), choices=[])
    contact_name = Text(label=_("反映人姓名"), required=False, max_length=40)
    contact_phone = Text(
        label=_("反映人电话"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hand_made = [choice for choice in Source.choices if choice[0] != Source.IMPORT]
        self.is_from_the_street = Role.INSPECTOR in person.roles
        self.fields["source"].choices = hand_made  # type: ignore[attr-defined]
        self.fields["source"].initial = Source.INSPECTION if self.is_from_the_street else Source.HOTLINE
        self.fields["site"].queryset = Site.objects.seen_by(person)  # type: ignore[attr-defined]

    def clean_position_system(self) -> str:
        return self.cleaned_data["position_system"] or System.WGS84

    def more_is_open(self) -> bool:
        """A desk needs the folded fields; on the street they open when something is in them or wrong with them."""
        typed = any(self[name].value() for name in ("address", "contact_name", "contact_phone"))
        return not self.is_from_the_street or typed or any(name in self.errors for name in self.FOLDED)


class FileForm(MoveForm):
    kind = KindField(ProblemKind.objects.in_use(), required=True, empty_label=_("请选择"))
    division = DivisionField(label=_("属地"), required=False)
    note = _words(_("备注"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = self.case.kind_id
        self.fields["division"].initial = self.case.division.code


class MergeForm(MoveForm):
    """Into one of the cases that look alike, or into any other by its number."""

    similar = forms.ChoiceField(label=_("附近或同一属地的同类案件"), required=False, widget=forms.RadioSelect)
    into = forms.CharField(
        label=_("其他案件的编号"),
        required=False,
        max_length=20,
        help_text=_("不在上面时填写，例如 2026-000123。"),
    )
    reason = _words(_("说明"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alike = similar_to(self.case, self.person)
        if alike:
            self.fields["similar"].choices = [(one.case.number, _alike(one)) for one in alike]  # type: ignore[attr-defined]
        else:
            del self.fields["similar"]
            self.fields["into"].label = gettext("并入哪个案件")
            self.fields["into"].help_text = gettext(
                "附近没有同类的在办案件。填写案件编号，例如 2026-000123。"
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        chosen, typed = given.pop("similar", ""), given.get("into", "").strip()
        if chosen and typed and chosen != typed:
            raise forms.ValidationError(gettext("选了一件，又填了另一件的编号。请只留一个。"))
        if not (chosen or typed):
            raise forms.ValidationError(gettext("请选定或填写并入哪个案件。"))
        given["into"] = Case.objects.seen_by(self.person).filter(number=chosen or typed).first()
        if given["into"] is None:
            self.add_error("into", gettext("没有编号为 %(number)s 的案件，请核对编号。") % {"number": typed})
        return given


def _alike(one: Similar) -> str:
    far = gettext("同一属地") if one.metres is None else gettext("相距 %(n)d 米") % {"n": round(one.metres)}
    return format_html(
        '<span><b>{}</b> {}<br><span class="hint">{} · {} · {} · {}</span></span>',
        one.case.number,
        one.case.text[:60],
        State(one.case.state).label,
        far,
        one.case.division,
        moment(one.case.reported_at),
    )


class DispatchForm(MoveForm):
    """Units of the line (条) first, then those of the place (块), with the due date that would follow."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("责任单位"),
        error_messages={"invalid_choice": _("没有编号为 %(value)s 的责任单位，请核对。")},
    )
    note = _words(_("交办意见"), rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.case.kind
        field: Any = self.fields["unit"]
        field.queryset = Unit.objects.for_case(self.case.place_path, kind.line_id if kind else None)
        field.choices = [("", gettext("请选择")), *self._by_fit(field.queryset)]
        if kind is not None:
            due = office_due(now(), kind.limit())
            field.help_text = format_html(
                gettext("“{}”的时限是{}。现在派遣，期限为{}。"), kind.title, kind.limit_words, moment(due.at)
            )

    def _by_fit(self, units: Any) -> Iterator[tuple[str, list[tuple[int, str]]]]:
        line: list[tuple[int, str]] = []
        place: list[tuple[int, str]] = []
        others: list[tuple[int, str]] = []
        for unit in units:
            words = unit.name
            if unit.pk == self.case.handed_back_by_id:
                words = gettext("%(unit)s（已退回过）") % {"unit": unit.name}
            group = line if unit.is_of_line else place if unit.kind == Unit.Kind.AREA else others
            group.append((unit.pk, words))
        if line and self.case.kind:
            yield gettext("条：负责“%(line)s”的部门") % {"line": self.case.kind.line_title}, line
        if place:
            yield gettext("块：所在地"), place
        if others:
            yield gettext("其他部门"), others


class PhotoForm(MoveForm):
    photos = PhotosField(label=_("现场照片"), required=False)


class ReportFixedForm(MoveForm):
    photos = PhotosField(
        label=_("整改后照片"), required=False, help_text=_("与整改前同一角度拍摄，便于对照。")
    )
    no_photo_because = Text(
        label=_("没有照片，因为"), required=False, max_length=200, help_text=_("有照片的不用填。")
    )
    note = _words(_("整改情况"), rows=2)


class VisitForm(PhotoForm):
    note = _words(_("现场情况"), rows=2)


class FaultForm(PhotoForm):
    reason = _words(_("现场看到了什么"), required=True)


class ContactForm(forms.Form):
    reason = Text(label=_("为什么需要联系反映人"), max_length=200)


class _OneOfSeveral(forms.Select):
    """One choice on the page, where the address may name several."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)


class StateField(forms.MultipleChoiceField):
    """States and groups of them."""

    widget = _OneOfSeveral

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class ListForm(forms.Form):
    """The filters of the list, straight from the address.  The first four are always shown."""

    ALWAYS = 4

    q = forms.CharField(
        label=_("关键词"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("编号、现象、地点")}),
    )
    state = StateField(
        label=_("状态"),
        required=False,
        choices=[
            ("", _("全部")),
            (_("按阶段"), list(GROUP_LABELS.items())),
            (_("按状态"), State.choices),
        ],
    )
    due = forms.ChoiceField(label=_("期限"), required=False, choices=[("", _("不限")), *Due.choices])
    place = DivisionField(label=_("属地"), required=False)
    kind = KindField(ProblemKind.objects.all(), required=False, to_field_name="code", empty_label=_("全部"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("责任单位"), required=False, empty_label=_("全部")
    )
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("全部")), *Source.choices])
    since = forms.DateField(label=_("上报自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("上报至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    line = forms.ModelChoiceField(
        Line.objects.all(), label=_("条线"), required=False, to_field_name="code", widget=forms.HiddenInput
    )
    relapsed = forms.BooleanField(label=_("有反弹"), required=False)
    bbox = forms.CharField(label=_("地图范围"), required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.seen_by(person)  # type: ignore[attr-defined]

    @property
    def more_is_open(self) -> bool:
        """Something is wrong with a field that is folded away."""
        shown = [field.name for field in self.visible_fields()]
        return any(name in self.errors for name in shown[self.ALWAYS :])
