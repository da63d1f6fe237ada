"""/api/v1: the operations in JSON.  Log-in by token or by the pages' session; keys by Idempotency-Key."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from ninja.security.session import SessionAuth

from civicloop import __version__
from civicloop.cases.api import router as cases
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import status_of
from civicloop.config.api_catalogue import router as catalogue
from civicloop.people.models import Person


class ErrorBody(Schema):
    code: str
    message: str


class Error(Schema):
    error: ErrorBody


class Session(SessionAuth):
    """The pages' cookie.  What changes something also needs the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        return request.user if request.user.is_authenticated else None


class Token(HttpBearer):
    """A token from 我的接口令牌.  The door has looked at it already."""

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        return (
            request.user if isinstance(request.user, Person) and getattr(request, "by_token", False) else None
        )


api = NinjaAPI(
    title="CivicLoop",
    version=__version__,
    description="文明创建一张网. Every POST carries an Idempotency-Key (a UUID made by the client).",
    auth=[Token(), Session(csrf=True)],
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/cases", cases)
api.add_router("", catalogue)


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"error": {"code": code, "message": message}}, status=status)


@api.exception_handler(Refused)
def refused(request: HttpRequest, no: Refused) -> HttpResponse:
    status = status_of(no)
    return _answer(request, status, "stale" if status == 409 else "refused", str(no))


@api.exception_handler(Http404)
def missing(request: HttpRequest, exception: Http404) -> HttpResponse:
    return _answer(request, 404, "not_found", _("没有找到，或您无权查看。"))


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, exception: AuthenticationError) -> HttpResponse:
    return _answer(request, 401, "log_in", _("请先登录，或带上有效的接口令牌。"))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, exception: HttpError) -> HttpResponse:
    return _answer(request, exception.status_code, "bad_request", _("请求的格式不对。"))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    """Names the fields that do not fit; what was sent is not repeated."""
    fields = "、".join(
        sorted(
            {
                ".".join(str(step) for step in one["loc"][1:] if step != "given") or _("正文")
                for one in exception.errors
            }
        )
    )
    return _answer(request, 422, "invalid", _("这些内容缺少或格式不对：%(fields)s。") % {"fields": fields})
