"""接口令牌: a program acts as a person.

256 random bits behind the prefix `clt_`, by which a leaked one is recognised.  Only the SHA-256 is kept; that
needs no slow hash, since there is nothing to guess.
"""

import hashlib
import secrets
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civicloop.kernel.actors import Actor
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.people import verbs
from civicloop.people.administering import need_over
from civicloop.people.models import ApiToken, Person, Role

PREFIX = "clt_"
LONGEST_DAYS = 365
MOST = 10


def issue(person: Person, *, name: str, days: int, by: Actor) -> tuple[ApiToken, str]:
    """A token for oneself, with the text that is shown once and kept nowhere."""
    if not (isinstance(by, Person) and by.pk == person.pk):
        raise Refused(_("令牌只能由本人签发。"))
    if not (name := name.strip()):
        raise Refused(_("请写明令牌的用途，以便日后知道能否吊销。"))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(_("有效期要在 1 至 %(most)d 天之间。") % {"most": LONGEST_DAYS})
    text = PREFIX + secrets.token_urlsafe(32)
    at = timezone.now()
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if live(person).count() >= MOST:
            raise Refused(_("您已有 %(most)d 个有效令牌，请先吊销不用的。") % {"most": MOST})
        token = ApiToken.objects.create(
            person=person, name=name, digest=_digest(text), made_at=at, expires_at=at + timedelta(days=days)
        )
        record(
            verbs.ISSUE_TOKEN,
            about=person,
            by=by,
            facts={"token": token, "expires_at": token.expires_at},
            said={"name": name},
        )
    return token, text


def person_of(text: str) -> Person | None:
    """Whom a token speaks for now.  The lookup is by digest, so its time tells nothing of the token."""
    if not text.startswith(PREFIX):
        return None
    token = (
        ApiToken.objects.select_related("person")
        .filter(digest=_digest(text), revoked_at=None, expires_at__gt=timezone.now(), person__is_active=True)
        .first()
    )
    return token.person if token else None


def revoke(token: ApiToken, *, by: Actor) -> None:
    """End a token: one's own, or one of a person in the care of this security administrator."""
    if not (isinstance(by, Person) and by.pk == token.person_id):
        need_over(by, Role.SECURITY_ADMIN, token.person)
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            raise Refused(_("这个令牌已经吊销。"))
        record(verbs.REVOKE_TOKEN, about=token.person, by=by, facts={"token": token})


def revoke_all(person: Person) -> None:
    """End all tokens of a person, as part of an operation that says why."""
    ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())


def live(person: Person) -> models.QuerySet[ApiToken]:
    return ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=timezone.now())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
