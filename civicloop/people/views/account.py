"""我的账号、接口令牌: what one sees and does of oneself."""

from axes.models import AccessLog
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from civicloop.kernel.clock.now import today
from civicloop.people import operations
from civicloop.people import tokens as keys
from civicloop.people.forms import TokenForm
from civicloop.people.models import ApiToken, Grant, Holding
from civicloop.people.operations.credentials import device_of
from civicloop.people.views.asking import ask, bound, forget_shown, see_other, show_once, shown_once, who

RECENT = 10


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Name, posts and what they may do, how one proves oneself, and when one last did."""
    person = who(request)
    holdings = Holding.objects.on(today()).filter(person=person).select_related("post__unit")
    grants = Grant.objects.filter(post__holdings__in=holdings).select_related(
        "division", "line", "post__unit"
    )
    context = {
        "person": person,
        "holdings": holdings,
        "grants": grants.select_related("division", "line", "post__unit").distinct(),
        "device": device_of(person),
        "two_factor": settings.CIVICLOOP_TWO_FACTOR,
        "tokens": keys.live(person).count(),
        "logs": AccessLog.objects.filter(username=person.username).order_by("-attempt_time")[:RECENT],
    }
    return render(request, "people/account.html", context)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """退出所有设备, this one too."""
    person = who(request)
    operations.end_sessions(person, by=person)
    auth.logout(request)
    return see_other(reverse("people:log_in"), _("所有设备上的登录都已退出，请重新登录。"), request)


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """我的接口令牌: the live ones, and a new one."""
    person = who(request)
    here = reverse("people:tokens")

    def issue(name: str, days: int) -> HttpResponse:
        _token, text = keys.issue(person, name=name, days=days, by=person)
        return show_once(see_other(here), text)

    secret = shown_once(request)
    response = ask(
        request,
        TokenForm(bound(request)),
        do=issue,
        title=_("我的接口令牌"),
        submit=_("签发令牌"),
        back=reverse("people:account"),
        template="people/tokens.html",
        tokens=ApiToken.objects.filter(person=person).order_by("-id")[:50],
        at=timezone.now(),
        secret=secret if secret.startswith(keys.PREFIX) else "",
    )
    return forget_shown(response) if secret and request.method != "POST" else response


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, person=who(request), revoked_at=None)
    keys.revoke(token, by=who(request))
    return see_other(reverse("people:tokens"), _("令牌“%(name)s”已吊销。") % {"name": token.name}, request)
