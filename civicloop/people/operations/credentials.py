"""密码、动态口令、锁定、会话: what proves that somebody is somebody."""

import secrets
from datetime import datetime, timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.people import tokens, verbs
from civicloop.people.administering import need_over
from civicloop.people.models import Person, Role
from civicloop.people.operations.words import needed_reason

_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like another sign on paper


def change_password(person: Person, *, new: str, by: Actor) -> Person:
    """A new password of one's own.  Who knows the old one has been asked before; other sessions are over."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if person.check_password(new):
            raise Refused(_("新密码不能与原密码相同。"))
        try:
            validate_password(new, person)
        except ValidationError as weak:
            raise Refused(" ".join(weak.messages)) from weak
        person.set_password(new)
        person.must_change_password = False
        person.password_changed_at = now()
        person.save(update_fields=["password", "must_change_password", "password_changed_at"])
        record(verbs.CHANGE_PASSWORD, about=person, by=by)
    return person


def reset_password(person: Person, *, reason: str, by: Actor) -> str:
    """A temporary password, to be handed over and changed at the first log-in; sessions and tokens are over.

    It is returned here and kept nowhere.
    """
    reason = needed_reason(reason)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        need_over(by, Role.SECURITY_ADMIN, person)
        temporary = _temporary()
        person.set_password(temporary)
        person.must_change_password = True
        person.password_changed_at = now()
        person.sessions_since = timezone.now()
        person.save(
            update_fields=["password", "must_change_password", "password_changed_at", "sessions_since"]
        )
        tokens.revoke_all(person)
        record(verbs.RESET_PASSWORD, about=person, by=by, said={"reason": reason})
    return temporary


def _temporary() -> str:
    groups = max(3, -(-settings.CIVICLOOP_PASSWORD_LENGTH // 4))
    return "-".join("".join(secrets.choice(_CLEAR) for _n in range(4)) for _g in range(groups))


def unlock(person: Person, *, reason: str, by: Actor) -> None:
    """Let somebody who was locked out try again at once."""
    reason = needed_reason(reason)
    with transaction.atomic():
        need_over(by, Role.SECURITY_ADMIN, person)
        if not failures(person.username):
            raise Refused(_("这个账号没有被锁定。"))
        AxesProxyHandler.reset_attempts(username=person.username)
        record(verbs.UNLOCK, about=person, by=by, said={"reason": reason})


def failures(username: str) -> int:
    """Failed attempts that still count against a name."""
    since = timezone.now() - timedelta(minutes=settings.CIVICLOOP_LOCKED_MINUTES)
    counted = AccessAttempt.objects.filter(username=username, attempt_time__gte=since)
    return sum(counted.values_list("failures_since_start", flat=True))


def end_sessions(person: Person, *, by: Actor) -> None:
    """退出所有设备: every session that began before now is over, this one too."""
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(sessions_since=timezone.now())
        record(verbs.END_SESSIONS, about=person, by=by)


def device_of(person: Person) -> TOTPDevice | None:
    """The authenticator that this person must answer with."""
    device: TOTPDevice | None = TOTPDevice.objects.filter(user_id=person.pk, confirmed=True).first()
    return device


def pass_factor(person: Person, *, code: str, by: Actor) -> TOTPDevice:
    """Check a one-time code.  A code works once; each wrong one doubles the wait before the next.

    The refusal comes after the count of wrong codes has been saved: it must not be rolled back with it, so do
    not call this inside a transaction that a refusal ends.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user_id=person.pk, confirmed=True).first()
        if device is None:
            raise Refused(_("这个账号没有绑定动态口令，请重新登录。"))
        allowed, why = device.verify_is_allowed()
        passed = allowed and device.verify_token(_digits(code))
        if allowed:
            record(verbs.PASS_FACTOR if passed else verbs.FACTOR_FAILED, about=person, by=by)
    if not allowed:
        raise Refused(
            _("错误次数过多，请等 %(seconds)d 秒再试。") % {"seconds": _wait((why or {}).get("locked_until"))}
        )
    if not passed:
        raise Refused(_("动态口令不正确或已用过，请等验证器显示下一组数字再试。"))
    return device


def enrol_factor(person: Person, *, key: str, code: str, by: Actor) -> TOTPDevice:
    """Bind an authenticator that shows the right code for `key` (hex); one bound before is forgotten."""
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        before = TOTPDevice.objects.filter(user_id=person.pk)
        if before.filter(key=key).exists():
            raise Refused(_("这个验证器已经绑定。"))
        replaces = bool(before.delete()[0])
        device = TOTPDevice.objects.create(user_id=person.pk, name="totp", key=key, confirmed=True)
        if not device.verify_token(_digits(code)):
            raise Refused(_("口令不正确：请确认手机时间准确，再输入验证器当前显示的 6 位数字。"))
        record(verbs.ENROL_FACTOR, about=person, by=by, facts={"replaces": replaces})
    return device


def reset_factor(person: Person, *, reason: str, by: Actor) -> None:
    """Forget a lost authenticator; sessions are over, and where a second factor is due a new one is bound."""
    reason = needed_reason(reason)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        need_over(by, Role.SECURITY_ADMIN, person)
        if not TOTPDevice.objects.filter(user_id=person.pk).delete()[0]:
            raise Refused(_("这个账号没有绑定动态口令。"))
        person.sessions_since = timezone.now()
        person.save(update_fields=["sessions_since"])
        record(verbs.RESET_FACTOR, about=person, by=by, said={"reason": reason})


def _digits(code: str) -> str:
    digits = "".join(code.split())
    return digits if digits.isascii() and digits.isdecimal() and len(digits) == 6 else "-"


def _wait(until: datetime | None) -> int:
    return max(1, round((until - timezone.now()).total_seconds())) if until else 1
