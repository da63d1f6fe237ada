"""Forms parse; every rule is in the operations."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from civicloop.divisions.models import Division
from civicloop.kernel.clock.now import today
from civicloop.people import tokens
from civicloop.people.models import Line, Post, Role, Unit
from civicloop.people.passwords import rules

LONGEST_PASSWORD = 128  # what a person may type; more would only keep the hasher busy
LISTED = 200


def _password(label: object, *, new: bool = False, help_text: object = "") -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]  # lazy texts are texts
        help_text=help_text,  # type: ignore[arg-type]
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
    )


def _day(label: object, *, required: bool = True, help_text: object = "") -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        required=required,
        help_text=help_text,  # type: ignore[arg-type]
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("原因"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("记入留痕，供审计查看。"),
    )


class LogInForm(forms.Form):
    username = UsernameField(label=_("账号"), max_length=40, widget=forms.TextInput(
        attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}
    ))  # fmt: skip
    password = _password(_("密码"))


class CodeForm(forms.Form):
    one_time_code = forms.CharField(
        label=_("动态口令"),
        max_length=12,
        help_text=_("打开手机上的验证器，输入 6 位数字。"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code",
            }
        ),
    )


class EnrolForm(CodeForm):
    """Who replaces an authenticator gives the password too: the session alone may be somebody else's."""

    password = _password(_("登录密码"))

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["password"]


class ChangePasswordForm(forms.Form):
    # Not named `old_password`: the log of failed attempts masks the field of this name.
    password = _password(_("原密码"))
    new_password = _password(_("新密码"), new=True, help_text=rules())
    new_password_again = _password(_("再输一次新密码"), new=True)

    def clean_new_password_again(self) -> str:
        again: str = self.cleaned_data["new_password_again"]
        if again != self.cleaned_data.get("new_password", again):
            raise ValidationError(_("两次输入的新密码不一致。"))
        return again


class TokenForm(forms.Form):
    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("如：每日导出报表"))
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=tokens.LONGEST_DAYS, initial=90)


class ReasonForm(forms.Form):
    reason = _reason()


class DivisionField(forms.CharField):
    """A division of the administrator's own subtrees, by its code or by a name that only one of them has."""

    def __init__(self, **kwargs: Any) -> None:
        self.paths: Iterable[str] = ()
        kwargs.setdefault("label", _("区划"))
        kwargs.setdefault("help_text", _("填区划代码，或范围内不重名的名称。"))
        super().__init__(max_length=80, **kwargs)

    def clean(self, value: Any) -> Division | None:
        text = super().clean(value)
        if not text:
            return None
        own = Division.objects.within_any(self.paths)
        found = list(own.filter(code=text)[:1]) or list(own.filter(name=text)[:2])
        if len(found) > 1:
            raise ValidationError(_("有多个区划叫“%(name)s”，请改填区划代码。"), params={"name": text})
        if not found:
            raise ValidationError(_("您的范围内没有代码或名称为“%(name)s”的区划。"), params={"name": text})
        return found[0]


class UnitField(forms.CharField):
    """A unit of the administrator's own subtrees, by its name."""

    def __init__(self, **kwargs: Any) -> None:
        self.paths: Iterable[str] = ()
        kwargs.setdefault("label", _("所在单位"))
        kwargs.setdefault("help_text", _("填单位全称；重名的在后面加“@区划代码”。"))
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> Unit | None:
        text = super().clean(value)
        if not text:
            return None
        name, _at, code = text.partition("@")
        units = Unit.objects.within_any(self.paths).filter(name=name.strip())
        if code:
            units = units.filter(division__code=code.strip())
        found = list(units[:2])
        if len(found) > 1:
            raise ValidationError(_("有多个单位叫“%(name)s”，请在后面加“@区划代码”。"), params={"name": name})
        if not found:
            raise ValidationError(_("您的范围内没有叫“%(name)s”的单位。"), params={"name": text})
        return found[0]


class _ScopedForm(forms.Form):
    """A form of an administrator: what it can name lies in the administrator's own subtrees."""

    def __init__(self, *args: Any, paths: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paths = list(paths)
        for field in self.fields.values():
            if isinstance(field, DivisionField | UnitField):
                field.paths = self.paths


class EditPersonForm(_ScopedForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    unit = UnitField()
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)


class AddPersonForm(EditPersonForm):
    username = UsernameField(label=_("账号"), max_length=40, help_text=_("登录用，建立后不能更改。"))
    field_order = ("name", "username", "unit", "phone")


class UnitForm(_ScopedForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("类别"), choices=Unit.Kind)
    division = DivisionField(label=_("所在区划"))
    lines = forms.ModelMultipleChoiceField(
        Line.objects.all(), label=_("条线"), required=False, widget=forms.CheckboxSelectMultiple
    )


class PostForm(forms.Form):
    name = forms.CharField(label=_("岗位名称"), max_length=60, help_text=_("如：整改经办人"))


class GrantForm(_ScopedForm):
    role = forms.ChoiceField(label=_("角色"), choices=Role)
    division = DivisionField(label=_("范围"), help_text=_("填区划代码或名称；包括它下面的所有区划。"))
    line = forms.ModelChoiceField(
        Line.objects.all(), label=_("条线"), required=False, empty_label=_("全部条线")
    )


class AppointForm(forms.Form):
    post = forms.ModelChoiceField(Post.objects.none(), label=_("岗位"))
    since = _day(_("到任日期"))
    until = _day(_("离任日期"), required=False, help_text=_("长期任职不填；从这一天起不再任职。"))
    acting = forms.BooleanField(label=_("代理"), required=False)

    def __init__(self, *args: Any, posts: "QuerySet[Post]", shown: "QuerySet[Post]", **kwargs: Any) -> None:
        """`posts` may be chosen; `shown`, the first of them, are offered."""
        super().__init__(*args, **kwargs)
        field = self.fields["post"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = posts
        chosen = str(self["post"].value() or "")
        offered = list(shown[:LISTED])
        if chosen.isdecimal() and int(chosen) not in {post.pk for post in offered}:
            offered += list(posts.filter(pk=int(chosen)))
        field.widget.choices = [("", "—"), *((post.pk, str(post)) for post in offered)]
        self.fields["since"].initial = today


class EndHoldingForm(forms.Form):
    until = _day(_("离任日期"), help_text=_("从这一天起不再任职，最早为今天。"))
    reason = _reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = today


class PeopleFilter(forms.Form):
    q = forms.CharField(label=_("姓名、拼音或单位"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("active", _("启用")), ("disabled", _("停用")), ("without", _("未任职"))],
    )


class NameFilter(forms.Form):
    q = forms.CharField(label=_("单位名称或拼音"), required=False, max_length=60)


def text_of_unit(unit: Unit | None) -> str:
    """A unit as UnitField reads it."""
    return f"{unit.name}@{unit.division.code}" if unit else ""
