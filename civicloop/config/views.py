"""Pages that belong to no single app: home, health, errors, the auditor's trail."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_POST

from civicloop.config.trail import TrailForm, lines_of, wanted_entries
from civicloop.demo.looks import samples
from civicloop.kernel.clock.now import now
from civicloop.kernel.desk import DESK
from civicloop.kernel.idempotency import needs_no_key
from civicloop.kernel.web import page_of, show, with_query
from civicloop.people.models import Person, Role


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """我的工作: what waits for this person, from every app that has something to say."""
    sections = [section for desk in DESK for section in desk(request.user)]
    return show(
        request,
        "home.html",
        "_home.html",
        {
            "sections": sections,
            "waiting": sum(section.count for section in sections if section.tone != "muted"),
            "at": now(),
        },
    )


@require_GET
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """For the supervisor and the load balancer: the web answers, and so does the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True, "version": settings.CIVICLOOP_VERSION})


@require_POST
@login_not_required
@needs_no_key
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, kept in a cookie."""
    there = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure()):
        there = "/"
    response = redirect(there)
    wanted = request.POST.get("language", "")
    if check_for_language(wanted):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * 86400,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """The auditor's view of the whole trail: who did what, never what was typed."""
    assert isinstance(request.user, Person)  # the door lets nobody else in
    if Role.AUDITOR not in request.user.roles:
        raise Http404
    form = TrailForm(request.GET)
    page = page_of(wanted_entries(form, request.user), request.GET.get("cursor", ""), order=("-id",))
    return show(
        request,
        "trail.html",
        "_trail.html",
        {
            "form": form,
            "lines": lines_of(page.rows),
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
        },
    )


@require_GET
@login_not_required
def looks(request: HttpRequest) -> HttpResponse:
    """Every part of the design system with sample content; in trial mode only."""
    return render(request, "looks.html", samples(request.GET or None))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _error(request, 500)


def _error(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith(settings.CIVICLOOP_API_PREFIX):
        words = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "broken"}
        return JsonResponse({"error": {"code": words[status], "message": _sentence(status)}}, status=status)
    return render(request, f"{status}.html", status=status)


def _sentence(status: int) -> str:
    from django.utils.translation import gettext as _

    return {
        400: _("请求的格式不对。"),
        403: _("没有权限，或登录已过期，请重新登录。"),
        404: _("没有找到，或您无权查看。"),
        500: _("系统出错了，已记录。请稍后再试。"),
    }[status]
