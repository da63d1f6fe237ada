"""What the pages of people share: who asks, one form for one operation, and secrets that are shown once."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from civicloop.kernel.held import fill, held
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import status_of
from civicloop.people.door import SeeOther
from civicloop.people.models import Person

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]

ONCE = "__Host-once" if settings.SESSION_COOKIE_SECURE else "once"
ONCE_SECONDS = 120


def who(request: HttpRequest) -> Person:
    """The person who asks."""
    assert isinstance(request.user, Person)  # the door lets nobody else in
    return request.user


def only_for(*roles: str) -> Callable[[View[Given]], View[Given]]:
    """For everyone else this page is not there."""

    def mark(view: View[Given]) -> View[Given]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
            if not who(request).roles & set(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return mark


def see_other(url: str, said: str | Promise = "", request: HttpRequest | None = None) -> HttpResponse:
    """Go and look there; with `request`, the next page says what was done."""
    if said and request is not None:
        messages.success(request, str(said))
    return SeeOther(url)


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    do: Callable[..., HttpResponse],
    title: str | Promise,
    submit: str | Promise,
    back: str,
    template: str = "people/ask.html",
    **context: Any,
) -> HttpResponse:
    """One form for one operation: shown, done (`do` gets the fields), or shown again with the reason."""
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                return do(**form.cleaned_data)
            except Refused as no:
                form.add_error(None, str(no))
                status = status_of(no)
    else:
        fill(form, held(request, request.path))
    given: Mapping[str, Any] = {"form": form, "title": title, "submit": submit, "back": back, **context}
    return render(request, template, dict(given), status=status)


def bound(request: HttpRequest) -> Any:
    """The posted fields, or None for a form that is only looked at."""
    return request.POST if request.method == "POST" else None


def show_once(response: HttpResponse, secret: str) -> HttpResponse:
    """Give a secret to the next page by way of the asker's own browser: nothing here keeps it.

    The answer of a post is kept with its key and a session is a row; a cookie is neither.
    """
    response.set_cookie(
        ONCE,
        signing.dumps(secret, salt=ONCE),
        max_age=ONCE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def shown_once(request: HttpRequest) -> str:
    """The secret that the last post made, or ""; whoever shows it calls `forget_shown` on the response."""
    try:
        secret: str = signing.loads(request.COOKIES.get(ONCE, ""), salt=ONCE, max_age=ONCE_SECONDS)
    except signing.BadSignature:
        return ""
    return secret


def forget_shown(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        ONCE, "", max_age=0, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
    )
    return response
