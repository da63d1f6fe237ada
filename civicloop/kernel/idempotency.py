"""One intent, one effect.

Every request that may change something carries a key that its client made (a plain form carries one made
by the server).  Key, effect, trail and answer commit together; the same key again gets the same answer; the
same key with another body is refused; only a committed effect uses a key up.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.clock.now import now
from civicloop.kernel.trail.record import one_request

FIELD, HEADER = "intent", "Idempotency-Key"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
KEPT_DAYS = 30
_FRAME = frozenset({FIELD, "csrfmiddlewaretoken", "opened_by"})  # differ from rendering to rendering


class Intent(models.Model):
    """A key that has been used up, with the answer that its effect got."""

    key = models.UUIDField(primary_key=True)
    actor = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    body = models.BinaryField(null=True)
    committed_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("请求凭据")
        indexes = [models.Index(fields=["committed_at"], name="intents_by_age")]

    def __str__(self) -> str:
        return str(self.key)


def needs_no_key(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark a view that may be posted to without a key because doing it twice is doing it once (log-in, language)."""
    view.needs_no_key = True  # type: ignore[attr-defined]
    return view


class OneIntentOneEffect:
    """Middleware: the transaction of a mutating request and the use of its key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE or _exempt(request):
            with one_request():
                return self.get_response(request)
        try:
            key = uuid.UUID(request.headers.get(HEADER) or request.POST.get(FIELD) or "")
        except ValueError:
            return _say(
                request, 400, _("请求缺少凭据，无法保证只办一次。请刷新页面后重新提交。"), "intent_missing"
            )
        with one_request() as written, transaction.atomic():
            actor, body_hash = getattr(request.user, "actor_key", ""), _hash(request)
            if not _claim(key, actor, request.path, body_hash):
                return _again(request, Intent.objects.get(pk=key), actor, body_hash)
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif not written.written and not 300 <= response.status_code < 400:
                # A page only drawn again.  "Look there" means that something was done, trailed or not.
                Intent.objects.filter(pk=key).delete()
            else:
                _keep(key, response)
        if response.status_code >= 400:
            for again in getattr(request, "after_rollback", ()):
                with transaction.atomic():
                    again()
        return response


def _exempt(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return True  # a 404 has no effect to repeat
    return getattr(view, "needs_no_key", False)


def _claim(key: uuid.UUID, actor: str, route: str, body_hash: str) -> bool:
    """Insert the key; a copy of the request that is under way elsewhere makes us wait for its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Intent._meta.db_table}"  # noqa: S608 - our own table
            " (key, actor, route, body_hash, location, content_type, committed_at)"
            " VALUES (%s, %s, %s, %s, '', '', %s) ON CONFLICT (key) DO NOTHING",
            [key, actor, route[:200], body_hash, now()],
        )
        return bool(cursor.rowcount)


def _keep(key: uuid.UUID, response: HttpResponseBase) -> None:
    Intent.objects.filter(pk=key).update(
        status=response.status_code,
        location=response.headers.get("Location", ""),
        content_type=response.headers.get("Content-Type", ""),
        body=response.content if isinstance(response, HttpResponse) and not _shown_once(response) else b"",
    )


def _shown_once(response: HttpResponseBase) -> bool:
    """What may not be stored by a browser is not stored by us either."""
    return "no-store" in response.headers.get("Cache-Control", "")


def _again(request: HttpRequest, used: Intent, actor: str, body_hash: str) -> HttpResponse:
    if (used.actor, used.route, used.body_hash) != (actor, request.path[:200], body_hash):
        return _say(
            request,
            409,
            _("这张表已经提交过一次，这次的内容与上次不同，因此没有再办。请打开最新页面，确认后重新填写。"),
            "intent_reused",
        )
    if not used.body and not used.location:
        return _say(
            request, 409, _("这件事已经办过，结果只显示一次。需要再看，请重新打开页面。"), "shown_once"
        )
    response = HttpResponse(bytes(used.body or b""), status=used.status, content_type=used.content_type)
    if used.location:
        response.headers["Location"] = used.location
    response.headers["Idempotent-Replay"] = "true"
    return response


def _hash(request: HttpRequest) -> str:
    """What the person asked for, whatever the boundary of its multipart or its CSRF token."""
    digest = hashlib.sha256()
    if request.content_type == "application/json":
        digest.update(request.body)
        return digest.hexdigest()
    asked = sorted((name, values) for name, values in request.POST.lists() if name not in _FRAME)
    digest.update(json.dumps(asked).encode())
    for name, files in sorted(request.FILES.lists()):
        for upload in files:
            digest.update(f"{name}\0{upload.name}\0{upload.size}\0".encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


def _say(request: HttpRequest, status: int, sentence: str, code: str) -> HttpResponse:
    if request.path.startswith(settings.CIVICLOOP_API_PREFIX):
        return JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
    return render(request, f"{status}.html", {"sentence": sentence}, status=status)


def forget_old_intents(days: int = KEPT_DAYS) -> int:
    """Drop keys that no client can still be retrying; returns how many."""
    return Intent.objects.filter(committed_at__lt=now() - timedelta(days=days)).delete()[0]
