"""登录、动态口令、修改密码、退出.

None of these takes a key: twice is once, and the kept hash of a request would be a hash of its password.
"""

import io

import segno
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as pass_with
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from civicloop.kernel.held import forget_unless
from civicloop.kernel.idempotency import needs_no_key
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.people import operations, verbs
from civicloop.people.door import begin_session, safe_next, try_password
from civicloop.people.forms import ChangePasswordForm, CodeForm, EnrolForm, LogInForm
from civicloop.people.models import Person
from civicloop.people.operations.credentials import device_of
from civicloop.people.views.asking import bound, see_other, who

_KEY = "door_key"  # in the session: the key of an authenticator that is being bound


def _home(request: HttpRequest) -> str:
    return safe_next(request) or reverse(settings.LOGIN_REDIRECT_URL)


@needs_no_key
@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponseBase:
    """账号和密码."""
    if isinstance(request.user, Person):
        return see_other(_home(request))
    form = LogInForm(bound(request))
    if form.is_bound and form.is_valid():
        person = try_password(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if person is not None:
            _let_in(request, person)
            return see_other(_home(request))
        form.add_error(
            None, _("账号或密码不正确。连续输错 %(n)d 次将锁定账号。") % {"n": settings.CIVICLOOP_TRIES}
        )
    status = 422 if form.is_bound else 200
    return render(request, "people/log_in.html", {"form": form, "next": safe_next(request)}, status=status)


def _let_in(request: HttpRequest, person: Person) -> None:
    """Begin a session under a fresh key; what another was typing does not come along."""
    forget_unless(request, person.actor_key)
    with transaction.atomic():
        auth.login(request, person)
        begin_session(request.session)
        record(verbs.LOG_IN, about=person, by=person)


@needs_no_key
@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Person):
        with transaction.atomic():
            record(verbs.LOG_OUT, about=request.user, by=request.user)
            auth.logout(request)
    return see_other(reverse("people:log_in"), _("您已退出登录。"), request)


@needs_no_key
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """The code that the bound authenticator shows."""
    person = who(request)
    if person.is_verified() or device_of(person) is None:  # type: ignore[attr-defined]
        return see_other(_home(request))
    form = CodeForm(bound(request))
    if form.is_bound and form.is_valid():
        try:
            device = operations.pass_factor(person, code=form.cleaned_data["one_time_code"], by=person)
        except Refused as no:
            form.add_error(None, str(no))
        else:
            _verified(request, device)
            return see_other(_home(request))
    status = 422 if form.is_bound else 200
    return render(
        request, "people/second_factor.html", {"form": form, "next": safe_next(request)}, status=status
    )


def _verified(request: HttpRequest, device: TOTPDevice) -> None:
    """The session may do more from here on, so it gets a fresh key."""
    pass_with(request, device)
    request.session.cycle_key()


@needs_no_key
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_factor(request: HttpRequest) -> HttpResponseBase:
    """Bind an authenticator: scan, then show that it works."""
    person = who(request)
    replaces = device_of(person) is not None
    key = request.session.setdefault(_KEY, default_key())
    form = EnrolForm(bound(request), replaces=replaces)
    if form.is_bound and form.is_valid():
        if replaces and try_password(request, person.username, form.cleaned_data["password"]) is None:
            form.add_error("password", _("密码不正确。"))
        else:
            try:
                device = operations.enrol_factor(
                    person, key=key, code=form.cleaned_data["one_time_code"], by=person
                )
            except Refused as no:
                form.add_error(None, str(no))
            else:
                del request.session[_KEY]
                _verified(request, device)
                messages.success(request, _("动态口令已绑定，以后登录时都要输入。"))
                return see_other(_home(request))
    device = TOTPDevice(user=person, key=key)
    context = {
        "form": form,
        "next": safe_next(request),
        "picture": _qr(device.config_url),
        "secret": device.config_url.partition("secret=")[2].partition("&")[0],
        "replaces": replaces,
        "must": settings.CIVICLOOP_TWO_FACTOR and not replaces,
    }
    return render(request, "people/enrol_factor.html", context, status=422 if form.is_bound else 200)


def _qr(text: str) -> SafeString:
    """A QR code as plain SVG: no style, no script, and no address of its own that a log could keep."""
    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", scale=5, xmldecl=False, light="#fff", svgclass="qr", lineclass=None)
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by segno from squares


@needs_no_key
@never_cache
@sensitive_post_parameters("password", "new_password", "new_password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Forced at the first log-in, free at any time; other sessions are over."""
    person = who(request)
    forced = person.must_change_password
    form = ChangePasswordForm(bound(request))
    if form.is_bound and form.is_valid():
        if try_password(request, person.username, form.cleaned_data["password"]) is None:
            form.add_error("password", _("原密码不正确。"))
        else:
            try:
                person = operations.change_password(person, new=form.cleaned_data["new_password"], by=person)
            except Refused as no:
                form.add_error("new_password", str(no))
            else:
                auth.update_session_auth_hash(request, person)
                messages.success(request, _("密码已修改，其他设备上的登录已全部退出。"))
                return see_other(safe_next(request) or reverse("home" if forced else "people:account"))
    return render(
        request,
        "people/change_password.html",
        {"form": form, "next": safe_next(request), "forced": forced},
        status=422 if form.is_bound else 200,
    )
