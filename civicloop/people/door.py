"""The door: who may come in, how long they may stay, and what they must do first.

All times here are the server's own, never business time: no demonstration keeps a session alive.
"""

from collections.abc import Callable
from datetime import timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civicloop.kernel.actors import WORKER
from civicloop.kernel.held import hold
from civicloop.kernel.idempotency import SAFE
from civicloop.kernel.trail.record import record
from civicloop.people import tokens, verbs
from civicloop.people.locks import one_at_a_time
from civicloop.people.models import Person
from civicloop.people.operations.credentials import device_of

BEGAN, SEEN = "door_began", "door_seen"  # in the session, in seconds since 1970
POLL = "X-Poll"  # a page that asks by itself sends this, lest it keep alive the session of someone who left
ENROL, FACTOR, PASSWORD = "people:enrol_factor", "people:second_factor", "people:change_password"


class SeeOther(HttpResponseRedirect):
    """After a post: look there, with a GET."""

    status_code = 303


class Door:
    """Middleware: everything needs a log-in, except views marked `login_not_required`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)  # there is nothing behind this door
        ended = end_if_over(request)
        if request.path.startswith(settings.CIVICLOOP_API_PREFIX):
            return self._api(request)
        if getattr(match.func, "login_required", True):
            if not isinstance(request.user, Person):
                return to_log_in(request, ended)
            first = owed(request.user)
            if first and match.view_name != first:
                return _go(request, _with_next(reverse(first), _onward(request, match)), status=403)
        return self.get_response(request)

    def _api(self, request: HttpRequest) -> HttpResponseBase:
        """The API asks for log-ins itself; a session that owes something is no log-in there either."""
        if "Authorization" in request.headers:  # a token speaks for itself, and the session for nobody
            scheme, _blank, token = request.headers["Authorization"].partition(" ")
            person = tokens.person_of(token.strip()) if scheme.lower() == "bearer" else None
            request.user = person or AnonymousUser()
            request.by_token = person is not None  # type: ignore[attr-defined]
            return self.get_response(request)
        first = owed(request.user) if isinstance(request.user, Person) else ""
        if not first:
            return self.get_response(request)
        code, sentence = {
            PASSWORD: ("password_change_needed", _("请先修改密码。")),
            FACTOR: ("second_factor_needed", _("请先输入动态口令。")),
            ENROL: ("second_factor_needed", _("请先绑定动态口令。")),
        }[first]
        return JsonResponse({"error": {"code": code, "message": sentence}}, status=403)


def owed(person: Person) -> str:
    """The name of the page that this person must see to first, or ""."""
    if person.is_verified():  # type: ignore[attr-defined]  # given by OTPMiddleware
        return PASSWORD if person.must_change_password else ""
    if device_of(person) is not None:
        return FACTOR
    if person.must_change_password:
        return PASSWORD
    return ENROL if settings.CIVICLOOP_TWO_FACTOR else ""


def begin_session(session: SessionBase) -> None:
    session[BEGAN] = session[SEEN] = _seconds()


def end_if_over(request: HttpRequest) -> str:
    """End a session that is idle, old or ended from elsewhere; says why.  Else note that it is in use."""
    person, session = request.user, request.session
    if not isinstance(person, Person):
        if auth.SESSION_KEY in session:  # of an account that was disabled, or whose password changed
            session.flush()
            return _("您的登录已失效，请重新登录。")
        return ""
    at = _seconds()
    if BEGAN not in session:
        begin_session(session)
    idle, age = settings.CIVICLOOP_IDLE_MINUTES * 60, settings.CIVICLOOP_SESSION_HOURS * 3600
    why = ""
    if at - session[SEEN] >= idle:
        why = ngettext(
            "您已超过%(n)d分钟没有操作，为安全起见已退出，请重新登录。",
            "您已超过%(n)d分钟没有操作，为安全起见已退出，请重新登录。",
            settings.CIVICLOOP_IDLE_MINUTES,
        ) % {"n": settings.CIVICLOOP_IDLE_MINUTES}
    elif at - session[BEGAN] >= age:
        why = ngettext(
            "登录已满%(n)d小时，请重新登录。",
            "登录已满%(n)d小时，请重新登录。",
            settings.CIVICLOOP_SESSION_HOURS,
        ) % {"n": settings.CIVICLOOP_SESSION_HOURS}
    elif person.sessions_since and session[BEGAN] <= person.sessions_since.timestamp():
        why = _("您的登录已失效，请重新登录。")
    if why:
        auth.logout(request)
    elif POLL not in request.headers and at - session[SEEN] >= min(60, idle / 30):
        session[SEEN] = at  # not at every request: that would be a write for each read
    return why


def to_log_in(request: HttpRequest, why: str) -> HttpResponse:
    """Send somebody to log in and back, and keep what they were typing."""
    if request.method in SAFE:
        onward = request.get_full_path()
    else:
        # A form has its page at the same address; a mere button is on the page where it was pressed.
        onward = request.path if hold(request) else _page_of(request)
    if why:
        messages.info(request, why)
    return _go(request, _with_next(reverse(settings.LOGIN_URL), onward), status=401)


def _go(request: HttpRequest, url: str, *, status: int) -> HttpResponse:
    """A redirect as the asker understands it: htmx, a script or picture of a page, or a person."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    if request.headers.get("Sec-Fetch-Dest", "document") not in {"document", ""}:
        return HttpResponse(status=status)
    return HttpResponseRedirect(url) if request.method in SAFE else SeeOther(url)


def _onward(request: HttpRequest, match: ResolverMatch) -> str:
    """Where to go on to from a page that stands in between; itself, should it be one such."""
    if match.view_name in {ENROL, FACTOR, PASSWORD}:
        return safe_next(request)
    return request.get_full_path() if request.method in SAFE else _page_of(request)


def _page_of(request: HttpRequest) -> str:
    """The page of ours from which a request came."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not _is_ours(request, came_from):
        return ""
    origin = f"{request.scheme}://{request.get_host()}"
    return came_from.removeprefix(origin)


def safe_next(request: HttpRequest) -> str:
    """The address to go on to, as far as it is one of ours; else ""."""
    onward = request.POST.get("next") or request.GET.get("next", "")
    return onward if _is_ours(request, onward) else ""


def _is_ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def _with_next(url: str, onward: str) -> str:
    if onward in {"", "/"}:
        return url
    query = QueryDict(mutable=True)
    query["next"] = onward
    return f"{url}?{query.urlencode(safe='/')}"


def _seconds() -> float:
    return timezone.now().timestamp()


def try_password(request: HttpRequest, username: str, password: str) -> Person | None:
    """Whose name and password these are.  None counts as a failed attempt, and the last one locks the name.

    Attempts for one name wait for each other: thirty at once are the same as thirty in a row.  A name that
    nobody has costs the same time and gets the same answers as one that somebody has.
    """
    with transaction.atomic():
        one_at_a_time(f"password of {username}")
        was_locked = not AxesProxyHandler.is_allowed(request, {"username": username})
        person = auth.authenticate(request, username=username, password=password)
        if not isinstance(person, Person):
            if not was_locked:
                _note_failure(username, locked=getattr(request, "axes_locked_out", False))
            return None
    return person


def _note_failure(username: str, *, locked: bool) -> None:
    """Write a failed attempt into the trail; for an unknown name do the same work and write nothing."""
    person = Person.objects.filter(username=username).first()
    with transaction.atomic():
        about = person or Person(pk=0)
        record(verbs.LOG_IN_FAILED, about=about, by=WORKER)
        if locked:
            facts = {"tries": settings.CIVICLOOP_TRIES, "minutes": settings.CIVICLOOP_LOCKED_MINUTES}
            record(verbs.LOCKED_OUT, about=about, by=WORKER, facts=facts)
        if person is None:
            transaction.set_rollback(True)


def locked_out(
    request: HttpRequest, response: HttpResponseBase | None, credentials: dict[str, str] | None
) -> HttpResponse:
    """What axes answers while a name is locked: how long still, and what to do."""
    seconds = _locked_seconds((credentials or {}).get("username", ""))
    minutes = max(1, -(-seconds // 60))
    sentence = ngettext(
        "连续输错次数过多，这个账号已锁定。请 %(n)d 分钟后再试，或请安全管理员解除锁定。",
        "连续输错次数过多，这个账号已锁定。请 %(n)d 分钟后再试，或请安全管理员解除锁定。",
        minutes,
    ) % {"n": minutes}
    if request.path.startswith(settings.CIVICLOOP_API_PREFIX):
        answer: HttpResponse = JsonResponse(
            {"error": {"code": "locked_out", "message": sentence}}, status=429
        )
    else:
        answer = render(request, "people/locked_out.html", {"sentence": sentence}, status=429)
    answer.headers["Retry-After"] = str(max(1, seconds))
    return answer


def _locked_seconds(username: str) -> int:
    last = AccessAttempt.objects.filter(username=username).order_by("-attempt_time").first()
    span = timedelta(minutes=settings.CIVICLOOP_LOCKED_MINUTES)
    return (
        round((last.attempt_time + span - timezone.now()).total_seconds())
        if last
        else round(span.total_seconds())
    )
