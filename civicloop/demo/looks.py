"""Sample content for the page that shows every part of templates/parts/ (trial mode only)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from civicloop.kernel.clock.now import now

TONES = [
    ("neutral", _("已上报")),
    ("info", _("待签收")),
    ("busy", _("整改中")),
    ("warn", _("临期")),
    ("danger", _("超期")),
    ("ok", _("已结案")),
    ("muted", _("不予立案")),
]
PLACES = [("north", _("河北街道")), ("south", _("河南街道")), ("market", _("集镇"))]


class SampleFilters(forms.Form):
    q = forms.CharField(label=_("关键词"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    place = forms.ChoiceField(label=_("属地"), required=False, choices=[("", _("全部")), *PLACES])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *TONES])
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    late = forms.BooleanField(label=_("只看超期"), required=False)


class SampleForm(forms.Form):
    note = forms.CharField(
        label=_("整改情况"),
        widget=forms.Textarea,
        help_text=_("写清做了什么、谁做的；上报人和核查员都会看到。"),
    )
    way = forms.ChoiceField(
        label=_("整改方式"),
        widget=forms.RadioSelect,
        choices=[("fixed", _("已整改到位")), ("partly", _("部分整改，分期推进")), ("none", _("无法整改"))],
    )
    place = forms.ChoiceField(label=_("属地"), choices=PLACES)
    done_on = forms.DateField(label=_("完成日期"), widget=forms.DateInput(attrs={"type": "date"}))
    photos = forms.FileField(
        label=_("整改后照片"),
        required=False,
        help_text=_("至少一张；没有照片时写明原因。"),
        widget=forms.FileInput,
    )
    told = forms.BooleanField(label=_("已当面告知经营户"), required=False)


class SamplePosition(forms.Form):
    lon = forms.DecimalField(label=_("经度"), required=False, min_value=-180, max_value=180, max_digits=9)
    lat = forms.DecimalField(label=_("纬度"), required=False, min_value=-90, max_value=90, max_digits=8)


def _icons() -> list[str]:
    sprite = finders.find("img/icons.svg")
    return re.findall('<symbol id="([^"]+)"', Path(str(sprite)).read_text()) if sprite else []


def samples(query: Any = None) -> dict[str, Any]:
    """What templates/looks.html shows; `query` is the page's GET data."""
    at = now()
    wrong = SampleForm({"place": "north", "note": "", "way": "fixed", "done_on": ""})
    wrong.is_valid()
    return {
        "areas_url": static("img/sample-areas.json"),
        "points_url": static("img/sample-points.json"),
        "tones": TONES,
        "icons": _icons(),
        "span": timedelta(days=2, hours=3, minutes=12),
        "long_ago": at - timedelta(days=400),
        "soon": at + timedelta(hours=5),
        "filter_form": SampleFilters(query or {"place": "north", "late": "on"}),
        "sample_form": wrong,
        "pick_form": SamplePosition({"lon": "118.2781", "lat": "33.9632"}),
        "moves": [
            {"label": _("申请延期"), "url": "#", "icon": "clock"},
            {"label": _("退回"), "url": "#", "icon": "hand-back"},
            {"label": _("上报整改"), "url": "#", "tone": "primary", "icon": "camera"},
        ],
        "steps": [
            {"label": _("上报"), "state": "done", "when": at - timedelta(days=3, hours=2)},
            {"label": _("立案"), "state": "done", "when": at - timedelta(days=3)},
            {"label": _("派遣"), "state": "done", "when": at - timedelta(days=2, hours=22)},
            {"label": _("整改"), "state": "current", "note": _("第 2 轮")},
            {"label": _("核查"), "state": "next"},
            {"label": _("结案"), "state": "next"},
            {"label": _("回头看"), "state": "next"},
            {"label": _("销号"), "state": "next"},
        ],
        "numbers": [
            {
                "label": _("待我处理"),
                "value": "12",
                "unit": _("件"),
                "href": "#",
                "tone": "info",
                "icon": "inbox",
            },
            {
                "label": _("今日到期"),
                "value": "4",
                "unit": _("件"),
                "href": "#",
                "tone": "warn",
                "icon": "clock",
            },
            {
                "label": _("已超期"),
                "value": "3",
                "unit": _("件"),
                "href": "#",
                "tone": "danger",
                "icon": "warn",
            },
            {
                "label": _("在办"),
                "value": "1,284",
                "unit": _("件"),
                "href": "#",
                "tone": "busy",
                "icon": "workflow",
                "delta": _("比上周 +6.2%"),
                "delta_tone": "warn",
            },
            {
                "label": _("按期结案率"),
                "value": "94.7%",
                "tone": "ok",
                "icon": "check-circle",
                "delta": _("比上周 +1.3 个百分点"),
                "delta_tone": "ok",
            },
        ],
        "facts": [
            {"label": _("问题类型"), "value": _("占道经营")},
            {"label": _("点位"), "value": _("人民路菜市场"), "href": "#"},
            {"label": _("属地"), "value": _("示例区河北街道人民社区")},
            {"label": _("来源"), "value": _("实地考察")},
            {"label": _("上报时间"), "value": _("2月13日 16:40"), "kind": "num"},
            {"label": _("条线"), "value": ""},
        ],
        "people": [
            {"duty": _("责任单位"), "name": _("示例区城市管理局"), "href": "#"},
            {
                "duty": _("经办人"),
                "name": _("王磊"),
                "unit": _("城市管理局"),
                "post": _("市容科科员"),
                "phone": "000-0000 1234",
            },
            {"duty": _("包挂领导"), "name": _("李娜"), "post": _("分管领导"), "since": _("自 2026年1月")},
            {"duty": _("核查员"), "name": _("待定")},
        ],
        "clock": {
            "due_at": at + timedelta(hours=5),
            "remaining": _("还剩 5小时"),
            "tone": "warn",
            "limit": _("3 个工作日"),
            "provisional": _("明年的放假安排尚未公布，跨年部分暂定。"),
            "steps": [
                {"at": at - timedelta(days=3), "text": _("派遣，开始计时")},
                {"at": at - timedelta(days=2), "text": _("补班日，计入工作日")},
                {"at": at + timedelta(hours=5), "text": _("满 3 个工作日")},
            ],
        },
        "entries": [
            {
                "sentence": _("退回重改"),
                "who": _("李娜"),
                "post": _("督查员"),
                "when": at - timedelta(hours=3),
                "tone": "warn",
                "icon": "hand-back",
                "said": [{"label": _("原因"), "text": _("西侧路面仍有积水，垃圾桶没有复位。")}],
                "facts": [
                    {"label": _("轮次"), "value": "2"},
                    {"label": _("新期限"), "value": _("今天 17:30")},
                ],
            },
            {
                "sentence": _("上报整改"),
                "who": _("王磊"),
                "post": _("市容科科员"),
                "when": at - timedelta(days=1, hours=2),
                "tone": "busy",
                "icon": "camera",
                "said": [{"label": _("整改情况"), "text": _("已劝离经营户 6 家，清洗路面。")}],
            },
            {
                "sentence": _("派遣到城市管理局"),
                "who": _("周敏"),
                "post": _("受理派遣员"),
                "when": at - timedelta(days=2, hours=22),
                "tone": "info",
                "icon": "send",
            },
            {"sentence": _("上报"), "who": _("张伟"), "when": at - timedelta(days=3, hours=2)},
        ],
        "pairs": [
            {
                "before": {
                    "thumb": static("img/sample.svg"),
                    "full": static("img/sample.svg"),
                    "caption": _("西门外侧，货架占用盲道"),
                    "who": _("张伟"),
                    "when": at - timedelta(days=3),
                },
                "after": {"state": "absent", "why": _("没有照片：雨天无法拍摄")},
            }
        ],
        "tabs": [
            {"label": _("待我处理"), "url": "#", "active": True, "count": 12, "tone": "info"},
            {"label": _("已超期"), "url": "#", "count": 3, "tone": "danger"},
            {"label": _("我经手的"), "url": "#"},
            {"label": _("全部"), "url": "#", "count": 1284},
        ],
        "rows": [
            {
                "number": f"2026-03-{417 - index:05d}",
                "title": title,
                "place": _("河北街道人民社区"),
                "unit": _("城市管理局"),
                "due": at + timedelta(hours=9 * index - 20),
                "late": index == 0,
                "rounds": 1 + index % 3,
                "tone": TONES[index % 7][0],
                "state": TONES[index % 7][1],
            }
            for index, title in enumerate(
                [
                    _("人民路菜市场西门占道经营，货架占用盲道约 12 米"),
                    _("幸福小区 3 号楼飞线充电"),
                    _("中山路公交站台小广告未清理"),
                    _("客运站候车厅无障碍卫生间上锁"),
                    _("沿河绿道护栏破损，存在坠落风险"),
                    _("工地围挡公益广告褪色"),
                    _("学校门口非机动车逆行"),
                    _("小区楼道堆放杂物堵塞消防通道"),
                ]
            )
        ],
        "small_columns": [
            {"label": _("行号"), "kind": "num", "sort_url": "?sort=row", "sorted": "up"},
            {"label": _("内容"), "kind": "main"},
            {"label": _("原因")},
        ],
        "small_rows": [
            {"cells": ["17", _("路灯不亮"), _("经纬度在区划之外")], "href": "#", "tone": "warn"},
            {"cells": ["204", _("井盖缺失"), _("日期无法识别：2026年13月")], "href": "#"},
        ],
        "bars": [
            {"label": _("河北街道"), "value": 312, "share": 100, "href": "#"},
            {"label": _("河南街道"), "value": 188, "share": 60.3, "href": "#", "note": _("超期 9 件")},
            {"label": _("集镇"), "value": 74, "share": 23.7, "href": "#", "tone": "warn"},
            {
                "label": _("示例经济技术开发区管理委员会"),
                "value": 6,
                "share": 1.9,
                "href": "#",
                "tone": "danger",
            },
        ],
        "points": [
            {"label": _("%d月") % month, "value": value, "other": other, "href": "#"}
            for month, value, other in zip(
                [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3],
                [212, 245, 260, 198, 230, 305, 288, 264, 251, 180, 142, 268],
                [190, 240, 251, 214, 221, 280, 291, 270, 255, 190, 150, 231],
                strict=True,
            )
        ],
    }
