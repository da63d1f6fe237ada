"""Tags for showing things.  They read what they are given and ask the database nothing."""

import itertools
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms, template
from django.db.models import Model
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civicloop.kernel.clock.now import now
from civicloop.kernel.held import OPENED_BY, stamp
from civicloop.kernel.idempotency import FIELD

register = template.Library()

PLACE_IN_LIST = (
    "cursor",
    "page",
    "after",
    "before",
)  # where one stands in a list; meaningless in another list


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One icon of static/img/icons.svg: silent beside words, or with a label of its own."""
    href = f"{static('img/icons.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', classes, href)


@register.simple_tag(takes_context=True)
def intent(context: Context, key: str | uuid.UUID | None = None) -> SafeString:
    """The key by which a plain form is done once however often it is sent, and who opened it."""
    request = context.get("request")
    actor = getattr(getattr(request, "user", None), "actor_key", "")
    hidden = '<input type="hidden" name="{}" value="{}">'
    field = format_html(hidden, FIELD, key or uuid.uuid4())
    return field + format_html(hidden, OPENED_BY, stamp(actor)) if actor else field


@register.filter
def moment(at: date | datetime | None, form: str = "") -> str:
    """A moment as a `<time>`: as short as can be, or "full", "date", "time"."""
    if at is None or at == "":
        return ""
    if not isinstance(at, datetime):
        return _time(
            at.isoformat(), date_format(at, _("Y年n月j日") if form in ("full", "date") else _day(at))
        )
    local = timezone.localtime(at)
    clock = local.strftime("%H:%M")
    if form == "time":
        words = clock
    elif form == "date":
        words = date_format(local, _("Y年n月j日"))
    elif form == "full":
        words = f"{date_format(local, _('Y年n月j日'))} {clock}"
    else:
        words = _("%(day)s %(time)s") % {"day": _near_day(local.date()), "time": clock}
    return _time(at.isoformat(), words)


@register.filter
def ago(at: datetime | None) -> str:
    """How long since, or until, a moment; the full moment stands in the title."""
    if not at:
        return ""
    seconds = (now() - at).total_seconds()
    if abs(seconds) < 60:
        words = _("刚刚") if seconds >= 0 else _("即将")
    elif seconds > 0:
        words = _("%(span)s前") % {"span": _largest(seconds)}
    else:
        words = _("%(span)s后") % {"span": _largest(-seconds)}
    local = timezone.localtime(at)
    full = f"{date_format(local, _('Y年n月j日'))} {local:%H:%M}"
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', at.isoformat(), full, words)


@register.filter
def span_words(span: timedelta | float | None) -> str:
    """A duration (timedelta or seconds) in its two largest units: 2天3小时."""
    if span is None or span == "":
        return ""
    minutes = int(abs(span.total_seconds() if isinstance(span, timedelta) else float(span)) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    larger, smaller = (_days(days), _hours(hours)) if days else (_hours(hours), _minutes(minutes))
    if larger and smaller:
        return _("%(larger)s%(smaller)s") % {"larger": larger, "smaller": smaller}
    return larger or smaller or _("不到1分钟")


@register.filter
def beside(cells: Sequence[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Cells of a row, each with its column."""
    return list(zip(cells, columns, strict=False))


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The query of this page with some values changed; None removes, and one starts at the list's head."""
    query = _query(context)
    for name in PLACE_IN_LIST:
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None and value != "":
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sorting(context: Context, name: str) -> dict[str, str]:
    """How a column sorts the list now ("up", "down" or ""), and the address that sorts it the next way."""
    present = _query(context).get("sort", "")
    state = {name: "up", f"-{name}": "down"}.get(present, "")
    return {"state": state, "url": query_with(context, sort=f"-{name}" if state == "up" else name)}


@register.simple_tag(takes_context=True)
def chips(context: Context, form: forms.Form) -> list[dict[str, str]]:
    """What a GET form filters by at present, and the address without each of it."""
    if not form.is_bound or not form.is_valid():
        return []
    found = []
    for name, given in form.cleaned_data.items():
        field = form.fields[name]
        if field.widget.is_hidden or given in (None, "", False):
            continue
        several = not isinstance(given, str | Model | Mapping) and hasattr(given, "__iter__")
        for value in given if several else [given]:
            query = _query(context)
            raw = str(field.prepare_value(value))
            rest = [one for one in query.getlist(form.add_prefix(name)) if one != raw] if several else []
            for dropped in (*PLACE_IN_LIST, form.add_prefix(name)):
                query.pop(dropped, None)
            query.setlist(form.add_prefix(name), rest)
            found.append(
                {
                    "label": str(field.label or name),
                    "value": _shown(field, value),
                    "remove_url": f"?{query.urlencode()}",
                }
            )
    return found


@register.simple_tag
def plot(points: Sequence[Any], ticks: int = 4) -> dict[str, Any]:
    """Geometry of a small chart, in percent of its box: columns for `value`, a line for `other`.

    points  dicts or objects with label, value and perhaps other and href
    """
    rows = [{name: _take(point, name) for name in ("label", "value", "other", "href")} for point in points]
    largest = max([float(row[name] or 0) for row in rows for name in ("value", "other")], default=0.0)
    top = _round_top(largest, ticks)
    slot = 100 / max(len(rows), 1)
    every = max(1, math.ceil(len(rows) / 7))
    for index, row in enumerate(rows):
        height = 100 * float(row["value"] or 0) / top
        row |= {
            "x": _percent(slot * index + slot * 0.18),
            "width": _percent(slot * 0.64),
            "y": _percent(100 - height),
            "height": _percent(height),
            "left": _percent(slot * index),
            "slot": _percent(slot),
            "middle": _percent(slot * (index + 0.5)),
            "other_y": "" if row["other"] is None else _percent(100 - 100 * float(row["other"]) / top),
            "is_named": (len(rows) - 1 - index) % every == 0,
        }
    line = [row for row in rows if row["other_y"]]
    return {
        "rows": rows,
        "line": [
            {"x1": a["middle"], "y1": a["other_y"], "x2": b["middle"], "y2": b["other_y"]}
            for a, b in itertools.pairwise(line)
        ],
        "ticks": [
            {"value": _figure(top * step / ticks), "y": _percent(100 - 100 * step / ticks)}
            for step in range(ticks + 1)
        ],
    }


def _time(machine: str, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, words)


def _day(day: date) -> str:
    """The format of a day: without its year when that is this year."""
    return _("n月j日") if day.year == timezone.localdate(now()).year else _("Y年n月j日")


def _near_day(day: date) -> str:
    away = (timezone.localdate(now()) - day).days
    near = {0: _("今天"), 1: _("昨天"), -1: _("明天")}
    return near.get(away) or date_format(day, _day(day))


def _largest(seconds: float) -> str:
    minutes = int(seconds // 60)
    days = minutes // (24 * 60)
    if days >= 365:
        return ngettext("%(n)d年", "%(n)d年", days // 365) % {"n": days // 365}
    if days >= 60:
        return ngettext("%(n)d个月", "%(n)d个月", days // 30) % {"n": days // 30}
    return _days(days) or _hours(minutes // 60) or _minutes(minutes)


def _days(number: int) -> str:
    return ngettext("%(n)d天", "%(n)d天", number) % {"n": number} if number else ""


def _hours(number: int) -> str:
    return ngettext("%(n)d小时", "%(n)d小时", number) % {"n": number} if number else ""


def _minutes(number: int) -> str:
    return ngettext("%(n)d分钟", "%(n)d分钟", number) % {"n": number} if number else ""


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if request is not None else QueryDict(mutable=True)


def _shown(field: forms.Field, value: object) -> str:
    """What a person calls a filter's value."""
    if value is True:
        return _("是")
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        for key, words in cast(Iterable[tuple[Any, Any]], field.choices):
            grouped = words if isinstance(words, list | tuple) else [(key, words)]
            for one, name in grouped:
                if str(one) == str(value):
                    return str(name)
    if isinstance(value, date):
        return date_format(value, _day(value))
    return str(value)


def _take(point: Any, name: str) -> Any:
    return point.get(name) if isinstance(point, Mapping) else getattr(point, name, None)


def _round_top(largest: float, ticks: int) -> float:
    """The least round number above all values that `ticks` divides evenly."""
    if largest <= ticks:
        return float(ticks)
    step = 10 ** math.floor(math.log10(largest / ticks))
    return next(float(step * m * ticks) for m in (1, 2, 2.5, 5, 10) if step * m * ticks >= largest)


def _percent(number: float) -> str:
    return f"{number:.2f}%"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"
