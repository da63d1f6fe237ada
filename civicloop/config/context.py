"""What the frame of every page shows, whoever draws the page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from civicloop.kernel.clock.models import current_calendar, is_demo
from civicloop.kernel.clock.now import today
from civicloop.notifications.models import Notice
from civicloop.people.models import ADMINISTRATORS, Person, Role

WORKERS_OF_THE_LOOP = frozenset({Role.DISPATCHER, Role.HANDLER, Role.INSPECTOR, Role.LEADER})

# label, url name, icon, and who finds it in the frame; the first four make the tab bar of a phone.
_NAV: tuple[tuple[Callable[[], str], str, str, frozenset[str]], ...] = (
    (lambda: _("我的工作"), "home", "home", frozenset(Role)),
    (lambda: pgettext("plural", "案件"), "cases:list", "list", WORKERS_OF_THE_LOOP),
    (lambda: _("上报问题"), "cases:report", "plus", frozenset({Role.DISPATCHER, Role.INSPECTOR})),
    (lambda: _("地图"), "cases:map", "map", WORKERS_OF_THE_LOOP),
    (lambda: _("驾驶舱"), "cockpit:cockpit", "chart", WORKERS_OF_THE_LOOP),
    (lambda: _("消息"), "notifications:notices", "bell", frozenset(Role)),
    (
        lambda: pgettext("plural", "点位"),
        "divisions:sites",
        "pin",
        WORKERS_OF_THE_LOOP | {Role.SYSTEM_ADMIN, Role.EDITOR},
    ),
    (
        lambda: _("区划"),
        "divisions:divisions",
        "layers",
        WORKERS_OF_THE_LOOP | {Role.SYSTEM_ADMIN, Role.EDITOR},
    ),
    (lambda: pgettext("plural", "问题类型"), "standards:kinds", "book", frozenset(Role)),
    (lambda: _("导入案件"), "cases:load", "file-up", frozenset({Role.DISPATCHER})),
    (lambda: _("人员与单位"), "people:people", "people", ADMINISTRATORS),
    (lambda: _("留痕"), "trail", "history", frozenset({Role.AUDITOR})),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html: see docs/looks.md."""
    person = getattr(request, "user", None)
    common: dict[str, Any] = {
        "version": settings.CIVICLOOP_VERSION,
        "is_demo": is_demo(),
        "home_url": "/",
        "tiles": settings.CIVICLOOP_TILES,
    }
    if not isinstance(person, Person):
        return common
    calendar = current_calendar()
    year = today().year
    if year not in calendar.years_known:
        common["calendar_provisional"] = _("%(year)d年的放假安排还没有录入，期限按周一至周五暂定。") % {
            "year": year
        }
    return common | {
        "nav": [
            {
                "label": label(),
                "url": reverse(name),
                "icon": icon,
                "active": _is_here(request, name),
                "count": Notice.objects.seen_by(person).unread().count()
                if name == "notifications:notices"
                else 0,
            }
            for label, name, icon, roles in _NAV
            if roles & person.roles
        ],
        "search_url": reverse("cases:list") if WORKERS_OF_THE_LOOP & person.roles else "",
        "search_words": request.GET.get("q", ""),
        "post_name": _("、").join(str(Role(role).label) for role in sorted(person.roles)),
        "logout_url": reverse("people:log_out"),
        "account_url": reverse("people:account"),
    }


def _is_here(request: HttpRequest, name: str) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name == name
