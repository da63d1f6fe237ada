"""Forms of places.  `DivisionField` serves the forms of all later apps too."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from civicloop.divisions.boundaries import SYSTEMS
from civicloop.divisions.finding import division_of
from civicloop.divisions.models import Division, SiteType
from civicloop.kernel.positions import System
from civicloop.kernel.refused import Refused


class ChooseDivision(forms.TextInput):
    """A field for a code or name; with the script also suggestions, and selects from the top down."""

    template_name = "divisions/_choose_division.html"
    within = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        field = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["query"] = urlencode({"name": name, "id": field, "value": value or "", "within": self.within})
        return context


class DivisionField(forms.CharField):
    """A division by its code, or by its name where only one has it.  Cleans to a Division, or None.

    `queryset` narrows what may be chosen; set it in the form's __init__.
    """

    widget = ChooseDivision
    queryset: QuerySet[Division]

    def __init__(self, *, queryset: QuerySet[Division] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)
        self.queryset = Division.objects.all() if queryset is None else queryset

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Division) else value

    def clean(self, value: Any) -> Any:
        if isinstance(value, Division):
            return value
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return division_of(typed, self.queryset)
        except Refused as no:
            raise forms.ValidationError(str(no)) from no


class SearchForm(forms.Form):
    """Find a division by name, pinyin or code."""

    q = forms.CharField(
        label=gettext_lazy("名称、拼音或代码"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class LoadForm(forms.Form):
    """Upload a list of divisions."""

    file = forms.FileField(
        label=gettext_lazy("区划表"),
        help_text=gettext_lazy(
            "XLSX 或 CSV，列为 code（代码）、name（名称）、parent（上级代码）、level（层级），次序不限。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods,.txt"}),
    )
    only = forms.RegexField(
        r"^[0-9]{0,12}$",
        label=gettext_lazy("只载入这个代码之下"),
        required=False,
        strip=True,
        help_text=gettext_lazy("例如四位的城市代码；它的上级会一并载入。不填就全部载入。"),
        error_messages={"invalid": gettext_lazy("请填写数字代码。")},
    )


class BoundariesForm(forms.Form):
    """Upload outlines."""

    file = forms.FileField(
        label=gettext_lazy("界线文件"),
        help_text=gettext_lazy("GeoJSON，每个要素的属性里有区划代码 code。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json"}),
    )
    system = forms.ChoiceField(
        label=gettext_lazy("文件的坐标系"),
        choices=SYSTEMS,
        initial=System.GCJ02,
        help_text=gettext_lazy(
            "从高德、腾讯等国内地图导出的是 GCJ-02，GPS 和国家测绘成果一般是 WGS-84。选错会偏几百米。"
        ),
    )


class SiteFilter(forms.Form):
    """What a list of sites may be narrowed by."""

    q = forms.CharField(label=gettext_lazy("名称、编号或地址"), required=False, max_length=60)
    type = forms.ModelChoiceField(
        SiteType.objects.all(),
        label=gettext_lazy("类型"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("全部"),
    )
    place = DivisionField(label=gettext_lazy("属地"), required=False)


class SiteForm(forms.Form):
    """What is known of a site."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    type = forms.ModelChoiceField(SiteType.objects.all(), label=gettext_lazy("类型"))
    division = DivisionField(
        label=gettext_lazy("属地"),
        required=False,
        help_text=gettext_lazy("填了位置可以不选，由坐标找到所在区县；选到街道、社区更准。"),
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    longitude = forms.FloatField(label=gettext_lazy("经度"), required=False)
    latitude = forms.FloatField(label=gettext_lazy("纬度"), required=False)
    system = forms.ChoiceField(
        label=gettext_lazy("坐标系"), choices=SYSTEMS, initial=System.WGS84, required=False
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_system(self) -> str:
        return self.cleaned_data["system"] or System.WGS84


class NewSiteForm(SiteForm):
    code = forms.CharField(
        label=gettext_lazy("编号"), max_length=30, required=False, help_text=gettext_lazy("不填就自动编号。")
    )
