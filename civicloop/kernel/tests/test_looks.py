"""Tags for showing things."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from civicloop.kernel.templatetags import looks

NOW = datetime(2026, 2, 14, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(looks, "now", lambda: NOW)
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("at", "form", "words"),
    [
        (datetime(2026, 2, 14, 8, 40, tzinfo=UTC), "", "今天 16:40"),
        (datetime(2026, 2, 13, 15, 59, tzinfo=UTC), "", "昨天 23:59"),
        (datetime(2026, 2, 13, 16, 1, tzinfo=UTC), "", "今天 00:01"),  # a new day in Shanghai, not yet in UTC
        (datetime(2026, 2, 15, 1, 0, tzinfo=UTC), "", "明天 09:00"),
        (datetime(2026, 1, 3, 1, 5, tzinfo=UTC), "", "1月3日 09:05"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "", "2025年12月31日 23:00"),
        (datetime(2026, 2, 14, 8, 40, tzinfo=UTC), "full", "2026年2月14日 16:40"),
        (datetime(2026, 2, 14, 8, 40, tzinfo=UTC), "date", "2026年2月14日"),
        (datetime(2026, 2, 14, 8, 40, tzinfo=UTC), "time", "16:40"),
        (date(2026, 2, 14), "", "2月14日"),
        (date(2024, 2, 14), "", "2024年2月14日"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be(at: date | datetime, form: str, words: str) -> None:
    shown = looks.moment(at, form)
    assert f">{words}</time>" in shown
    assert f'datetime="{at.isoformat()}"' in shown


def test_nothing_is_shown_for_no_moment() -> None:
    assert looks.moment(None) == "" == looks.ago(None) == looks.span_words(None)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-20), "刚刚"),
        (timedelta(seconds=20), "即将"),
        (timedelta(minutes=-3), "3分钟前"),
        (timedelta(hours=5, minutes=1), "5小时后"),
        (timedelta(days=-59), "59天前"),
        (timedelta(days=-60), "2个月前"),
        (timedelta(days=-400), "1年前"),
    ],
)
def test_how_long_ago_names_one_unit(away: timedelta, words: str) -> None:
    assert f">{words}</time>" in looks.ago(NOW + away)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=2, hours=3, minutes=59), "2天3小时"),
        (timedelta(days=2), "2天"),
        (3600 * 3 + 60 * 7, "3小时7分钟"),
        (-2700, "45分钟"),
        (0, "不到1分钟"),
    ],
)
def test_a_span_names_its_two_largest_units(span: timedelta | float, words: str) -> None:
    assert looks.span_words(span) == words


def _draw(source: str, query: str = "", **values: object) -> str:
    request = RequestFactory().get(f"/cases/?{query}")
    return Template("{% load looks %}" + source).render(Context({"request": request, **values}))


def test_a_changed_query_keeps_the_rest_and_goes_back_to_the_first_page() -> None:
    shown = _draw('{% query_with sort="due" state=None %}', "q=积水&state=closed&cursor=abc&place=1&place=2")
    assert shown == "?q=%E7%A7%AF%E6%B0%B4&amp;place=1&amp;place=2&amp;sort=due"


def test_a_column_is_sorted_up_first_and_then_down() -> None:
    source = '{% sorting "due" as now %}{{ now.state }} {{ now.url }}'
    assert _draw(source).strip() == "?sort=due"
    assert _draw(source, "sort=due") == "up ?sort=-due"
    assert _draw(source, "sort=-due") == "down ?sort=due"


class Filters(forms.Form):
    q = forms.CharField(label="关键词", required=False)
    places = forms.MultipleChoiceField(
        label="属地", required=False, choices=[("1", "河北街道"), ("2", "河南街道")]
    )
    late = forms.BooleanField(label="只看超期", required=False)


def test_each_active_filter_can_be_taken_away_alone() -> None:
    request = RequestFactory().get("/?q=积水&places=1&places=2&late=on&sort=due&cursor=x")
    found = looks.chips(Context({"request": request}), Filters(request.GET))
    assert [(chip["label"], chip["value"]) for chip in found] == [
        ("关键词", "积水"),
        ("属地", "河北街道"),
        ("属地", "河南街道"),
        ("只看超期", "是"),
    ]
    without_first_place = found[1]["remove_url"]
    assert "places=2" in without_first_place
    assert "places=1" not in without_first_place
    assert "sort=due" in without_first_place
    assert "cursor" not in without_first_place


def test_what_a_visitor_types_into_the_address_is_escaped() -> None:
    assert "<script>" not in _draw("{% query_with a=1 %}{% icon name %}", "q=<script>", name='"><script>')


def test_a_chart_stays_in_its_box_and_begins_at_zero() -> None:
    points = [
        {"label": "1月", "value": 0},
        {"label": "2月", "value": 305, "other": 290},
        {"label": "3月", "value": None},
    ]
    chart = looks.plot(points)
    assert chart["ticks"][0] == {"value": "0", "y": "100.00%"}
    assert chart["ticks"][-1] == {"value": "400", "y": "0.00%"}
    assert [row["height"] for row in chart["rows"]] == ["0.00%", "76.25%", "0.00%"]
    assert chart["line"] == []  # one point is no line


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert looks.plot([])["rows"] == []
    assert looks.plot([{"label": "1月", "value": 0}])["rows"][0]["height"] == "0.00%"


def test_every_form_carries_its_own_key() -> None:
    nobody = Context({})
    assert looks.intent(nobody) != looks.intent(nobody)
    assert 'value="7"' in looks.intent(nobody, "7")
