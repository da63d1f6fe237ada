"""Pages of the catalogue."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from civicloop.divisions.rights import only, viewer
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import show, status_of
from civicloop.people.models import Role
from civicloop.standards import operations
from civicloop.standards.forms import KindFilter, KindForm, NewKindForm
from civicloop.standards.models import ProblemKind

EDITS_KINDS = frozenset({str(Role.EDITOR)})


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """问题类型目录: what can be wrong, how soon it must be right again, when it is looked at again."""
    form = KindFilter(request.GET)
    rows = ProblemKind.objects.select_related("line").order_by("line__code", "code")
    chosen = form.cleaned_data if form.is_valid() else {}
    if words := (chosen.get("q") or "").strip():
        rows = rows.called(words)
    if chosen.get("line"):
        rows = rows.filter(line=chosen["line"])
    if chosen.get("use") != "all":
        rows = rows.filter(is_active=chosen.get("use") != "off")
    found = list(rows)
    context = {
        "form": form,
        "kinds": found,
        "total": len(found),
        "may_edit": _may_edit(request),
    }
    return show(request, "standards/kinds.html", "standards/_kinds.html", context)


@require_safe
def kind(request: HttpRequest, code: str) -> HttpResponse:
    """One kind with its conditions."""
    one = get_object_or_404(ProblemKind.objects.select_related("line"), code=code)
    facts = [
        {"label": _("代码"), "value": one.code, "kind": "code"},
        {"label": _("条线"), "value": one.line_title},
        {"label": _("整改时限"), "value": one.limit_words},
        {"label": _("返工时限"), "value": one.rework_words},
        {"label": _("回头看"), "value": _("结案后第 %(days)d 天") % {"days": one.look_back_days}},
        {"label": _("紧急"), "value": _("是") if one.urgent else _("否")},
        {"label": _("依据"), "value": GROUNDING.get(one.grounding, lambda: one.grounding)()},
    ]
    context = {"kind": one, "facts": facts, "may_edit": _may_edit(request)}
    return show(request, "standards/kind.html", "standards/_kind.html", context)


GROUNDING = {
    "source": lambda: _("见于公开的地方测评要求"),
    "source_family": lambda: _("比照公开的地方测评要求"),
    "inferred": lambda: _("示例默认值，使用前请核定"),
    "office": lambda: _("本单位自定"),
}


@only(EDITS_KINDS)
def add_kind(request: HttpRequest) -> HttpResponse:
    """新增问题类型."""
    form = NewKindForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operations.add_kind(by=_actor(request), code=form.cleaned_data["code"], **form.given)
            except Refused as no:
                form.add_error(None, str(no))
            else:
                messages.success(request, _("已新增“%(name)s”。") % {"name": made.name})
                return _see(made)
    return show(
        request, "standards/add_kind.html", "standards/_kind_form.html", {"form": form}, status=status
    )


@only(EDITS_KINDS)
def change_kind(request: HttpRequest, code: str) -> HttpResponse:
    """修改问题类型."""
    one = get_object_or_404(ProblemKind.objects.select_related("line"), code=code)
    form = KindForm.of(one, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.change_kind(one, by=_actor(request), seen=form.cleaned_data["seen"], **form.given)
            except Refused as no:
                form.add_error(None, str(no))
                status = status_of(no)
            else:
                messages.success(request, _("已修改。正在办理的案件不受影响。"))
                return _see(one)
    context = {"form": form, "kind": one}
    return show(request, "standards/change_kind.html", "standards/_kind_form.html", context, status=status)


def _may_edit(request: HttpRequest) -> bool:
    return bool(EDITS_KINDS & viewer(request).roles)


def _actor(request: HttpRequest) -> Any:
    """The person who asks; the door lets nobody else in."""
    return request.user


def _see(one: ProblemKind) -> HttpResponse:
    response = redirect("standards:kind", one.code)
    response.status_code = 303
    return response
