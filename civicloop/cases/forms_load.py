"""Forms of the import: the file, how it is read, and which column is what."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.cases.loading_preview import guessed, proposed, values_of
from civicloop.cases.loading_rows import Status, case_fields
from civicloop.cases.models import Load, Source
from civicloop.divisions.forms import DivisionField
from civicloop.divisions.models import Division
from civicloop.kernel.positions import System
from civicloop.kernel.tables import Field, Map
from civicloop.people.models import Person, Role
from civicloop.standards.models import ProblemKind

_SYSTEMS = [
    (System.WGS84, gettext_lazy("GPS（WGS-84）")),
    (System.GCJ02, gettext_lazy("高德、腾讯地图（GCJ-02）")),
    (System.BD09, gettext_lazy("百度地图（BD-09）")),
]
_ENCODINGS = [
    ("", gettext_lazy("自动判断")),
    ("utf-8", "UTF-8"),
    ("gb18030", "GB 18030 (GBK)"),
    ("utf-16", "UTF-16"),
    ("big5", "Big5"),
    ("windows-1252", "Windows-1252"),
]
_TRANSLATED = ("status", "kind")
_MORE = "text_more"  # a second column for the text


class UploadForm(forms.Form):
    """The table itself."""

    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("CSV、XLSX、XLS 或 ODS，第一行是列名。上传后先预览和预检，确认后才导入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods"}),
    )


class ReadingForm(forms.Form):
    """How the file is to be read, where the guess was wrong."""

    sheet = forms.ChoiceField(label=gettext_lazy("工作表"), required=False)
    header_row = forms.IntegerField(
        label=gettext_lazy("表头在第几行"), required=False, min_value=1, max_value=1_000_000
    )
    encoding = forms.ChoiceField(label=gettext_lazy("文字编码"), required=False, choices=_ENCODINGS)

    def __init__(self, data: Mapping[str, Any] | None = None, *, load: Load) -> None:
        asked = load.preview["asked"]
        super().__init__(
            data,
            initial={
                "sheet": load.preview["sheet"],
                "header_row": asked["header_row"],
                "encoding": asked["encoding"],
            },
        )
        if load.preview["others"]:
            names = [load.preview["sheet"], *load.preview["others"]]
            self.fields["sheet"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if load.preview["encoding"] is None:
            del self.fields["encoding"]

    def chosen(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) or None for name in ("sheet", "header_row", "encoding")}


class MapForm(forms.Form):
    """Which column is what.  Reads and gives the JSON of `kernel.tables.Map`."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, load: Load, person: Person) -> None:
        super().__init__(data)
        self._load, self._preview = load, load.preview
        self._fields = {one.name: one for one in case_fields()}
        known = load.map or proposed(load.preview)
        self._add_columns(known)
        self._add_constants(known, person)
        self._add_values(known)

    # Fields

    def _add_columns(self, known: Mapping[str, Any]) -> None:
        columns = [("", _("（没有这一列）")), *((name, name) for name in self._preview["header"])]
        for one in self._fields.values():
            if one.name == "external_system":
                continue
            given = known.get("columns", {}).get(one.name, "")
            chosen = [given] if isinstance(given, str) else list(given)
            self.fields[f"col_{one.name}"] = forms.ChoiceField(
                label=str(one.label),
                choices=columns,
                required=one.required,
                initial=chosen[0] if chosen else "",
            )
            if one.name == "text":
                self.fields[f"col_{_MORE}"] = forms.ChoiceField(
                    label=_("问题描述，接在后面的列"),
                    choices=columns,
                    required=False,
                    initial=chosen[1] if len(chosen) > 1 else "",
                )
        self.fields["col_external_id"].help_text = _(
            "靠它认出重复的行和以前导入过的案件；没有这一列就按整行内容认。"
        )

    def _add_constants(self, known: Mapping[str, Any], person: Person) -> None:
        constants = known.get("constants", {})
        self.fields["system"] = forms.CharField(
            label=_("来源系统"),
            max_length=40,
            initial=constants.get("external_system", ""),
            help_text=_("例如 12345；同一来源每次写同样的名称，才认得出已导入的案件。"),
        )
        reach = Division.objects.within_any(person.paths(Role.DISPATCHER))
        self.fields["division"] = DivisionField(
            queryset=reach,
            label=_("没写属地的行算在哪里"),
            required=False,
            initial=constants.get("division", ""),
            help_text=_("不填则由坐标判断区县；都没有的行不能导入。"),
        )
        self.fields["kind_else"] = forms.ModelChoiceField(
            ProblemKind.objects.in_use(),
            to_field_name="code",
            label=_("没有对应的问题类型时"),
            required=False,
            empty_label=_("不定类型，立案时再选"),
            initial=constants.get("kind") or known.get("values", {}).get("kind", {}).get("*", ""),
        )
        self.fields["source"] = forms.ChoiceField(
            label=_("没写来源的行算作"),
            choices=Source.choices,
            initial=constants.get("source", Source.IMPORT),
        )
        self.fields["coordinates"] = forms.ChoiceField(
            label=_("坐标系"),
            choices=_SYSTEMS,
            initial=known.get("coordinates", System.WGS84),
            required=False,
        )
        dates = known.get("dates", {})
        self.fields["day_first"] = forms.ChoiceField(
            label=_("03/05/2024 这样的日期"),
            required=False,
            choices=[
                ("", _("分不清的不导入")),
                ("true", _("日在前（3 日 5 月）")),
                ("false", _("月在前（3 月 5 日）")),
            ],
            initial={True: "true", False: "false"}.get(dates.get("day_first"), ""),
        )
        self.fields["zone"] = forms.CharField(
            label=_("时间的时区"), max_length=40, required=False, initial=dates.get("zone", "Asia/Shanghai")
        )

    def _add_values(self, known: Mapping[str, Any]) -> None:
        """A select for each value of the status and kind columns that are chosen now."""
        self.translations: dict[str, list[tuple[str, str]]] = {}
        for name in _TRANSLATED:
            field = self._fields[name]
            column = self._now(name)
            table = known.get("values", {}).get(name, {})
            empty = _("请选择") if name == "status" else _("（没有对应）")
            for value in values_of(self._preview, {"columns": {name: column}}, name):
                key = f"val_{name}_{hashlib.sha256(f'{column}|{value}'.encode()).hexdigest()[:12]}"
                self.fields[key] = forms.ChoiceField(
                    label=value,
                    choices=[("", empty), *field.choices.items()],
                    required=False,
                    initial=table.get(value) or guessed(field, value),
                )
                self.translations.setdefault(name, []).append((key, value))

    def _now(self, name: str) -> str:
        """The column that is chosen for a field in this form as it stands."""
        key = f"col_{name}"
        return str(self.data.get(key, "")) if self.is_bound else str(self.fields[key].initial or "")

    # The page

    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("col_")]

    def constants(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(("col_", "val_"))]

    def statuses(self) -> list[forms.BoundField]:
        return [self[key] for key, _value in self.translations.get("status", ())]

    def kinds(self) -> list[forms.BoundField]:
        return [self[key] for key, _value in self.translations.get("kind", ())]

    # What was chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, value in self.translations.get("status", ()):
            if key in cleaned and not cleaned[key]:
                self.add_error(
                    key,
                    _("请选择“%(value)s”是什么状态：%(all)s。") % {"value": value, "all": _all_statuses()},
                )
        return cleaned

    def to_map(self) -> dict[str, Any]:
        """The JSON of the map; raises BadMap where it cannot be one."""
        given = self.cleaned_data
        columns: dict[str, Any] = {
            name: given[f"col_{name}"] for name in self._fields if given.get(f"col_{name}")
        }
        if given.get(f"col_{_MORE}") and given[f"col_{_MORE}"] != columns["text"]:
            columns["text"] = [columns["text"], given[f"col_{_MORE}"]]
        kind_else = given["kind_else"].code if given["kind_else"] else ""
        values: dict[str, dict[str, str]] = {
            name: {value: given[key] for key, value in pairs if given[key]}
            for name, pairs in self.translations.items()
        }
        if "kind" in columns:
            values["kind"] = values.get("kind", {}) | {"*": kind_else}
        constants = {"external_system": given["system"], "source": given["source"]}
        if given["division"]:
            constants["division"] = given["division"].code
        if kind_else:
            constants["kind"] = kind_else
        dates: dict[str, Any] = {"zone": given["zone"] or "Asia/Shanghai"}
        if given["day_first"]:
            dates["day_first"] = given["day_first"] == "true"
        asked = {name: value for name, value in self._preview["asked"].items() if value}
        raw = {
            "columns": columns,
            "constants": constants,
            "values": {name: table for name, table in values.items() if table},
            "dates": dates,
            "coordinates": given["coordinates"] or System.WGS84.value,
            **asked,
        }
        Map.load(raw, self._all_fields(), self._preview["header"])
        return raw

    def _all_fields(self) -> list[Field]:
        return list(self._fields.values())


def _all_statuses() -> str:
    return _("、").join(str(label) for label in Status.labels)
