"""/api/v1: the operations in JSON.  Log-in by token or by the pages' session; keys by Idempotency-Key."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from ninja.security.session import SessionAuth

from civicloop import __version__
from civicloop.cases.api import router as cases
from civicloop.config.api_catalogue import router as catalogue
from civicloop.kernel.idempotency import HEADER, SAFE
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import status_of
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


ANSWERS = {
    400: "The request is no JSON, or carries no Idempotency-Key.",
    401: "Nobody is logged in, or the token is over.",
    403: "The password must be changed, or a second factor shown, on the pages first.",
    404: "There is no such thing, or the caller may not see it.",
    409: "Somebody else was first, or the key was used with another body.",
    422: "A rule says no, in a sentence for people; or a field does not fit.",
}
KEY: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "Made by the client. The same key again gets the same answer and has no second effect.",
    "schema": {"type": "string", "format": "uuid"},
}


class Api(NinjaAPI):
    """Says of every operation what it answers when it says no."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        shape = Error.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= shape.pop("$defs") | {"Error": shape}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                writes = method.upper() not in SAFE
                told = (
                    ANSWERS
                    if writes
                    else {code: words for code, words in ANSWERS.items() if code not in {400, 409}}
                )
                operation["responses"] |= {
                    str(code): {"description": words, "content": content} for code, words in told.items()
                }
                if writes:
                    operation.setdefault("parameters", []).append(KEY)
        return schema


api = Api(
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
    fields = _("、").join(
        sorted(
            {
                ".".join(str(step) for step in one["loc"][1:] if step != "given") or _("正文")
                for one in exception.errors
            }
        )
    )
    return _answer(request, 422, "invalid", _("这些内容缺少或格式不对：%(fields)s。") % {"fields": fields})
