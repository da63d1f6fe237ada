"""授权、任职: what the security administrator does.

All four wait for one another ("administrators"): two that race could each be right alone and together make
somebody two of the three administrators.
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from civicloop.divisions.models import Division
from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import today
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.people import verbs
from civicloop.people.administering import (
    keep_apart,
    need,
    need_over,
    not_on_own_post,
    reach_of_post,
)
from civicloop.people.locks import one_at_a_time
from civicloop.people.models import ADMINISTRATORS, Grant, Holding, Line, Person, Post, Role
from civicloop.people.operations.words import checked, needed_reason


def grant(post: Post, *, role: str, division: Division, line: Line | None = None, by: Actor) -> Grant:
    """Let whoever holds a post be `role` over a subtree, on one line or on all."""
    with transaction.atomic():
        one_at_a_time("administrators")
        need(by, Role.SECURITY_ADMIN, division.path, *reach_of_post(post))
        not_on_own_post(by, post)
        if role in ADMINISTRATORS:
            if line is not None:
                raise Refused(_("管理员不分条线，请把条线留空。"))
            others = set(post.grants.values_list("role", flat=True)) & ADMINISTRATORS - {role}
            if others:
                raise Refused(_("一个岗位只能承担一种管理员职责，请为它另设岗位。"))
            for holding in Holding.objects.not_over(today()).filter(post=post).select_related("person"):
                keep_apart(holding.person, role)
        given = Grant(post=post, role=role, division=division, line=line)
        checked(given)
        given.save(force_insert=True)
        record(verbs.GRANT, about=post, by=by, facts=_facts(given))
    return given


def withdraw(given: Grant, *, reason: str, by: Actor) -> None:
    """Take a grant back: its holders lose it with their next request."""
    reason = needed_reason(reason)
    with transaction.atomic():
        one_at_a_time("administrators")
        found = Grant.objects.select_related("post__unit", "division", "line").filter(pk=given.pk).first()
        if found is None:
            raise Refused(_("这项权限已经收回。"))
        need(by, Role.SECURITY_ADMIN, found.division.path, *reach_of_post(found.post))
        not_on_own_post(by, found.post)
        record(verbs.WITHDRAW, about=found.post, by=by, facts=_facts(found), said={"reason": reason})
        found.delete()


def appoint(
    person: Person, *, post: Post, since: date, until: date | None = None, acting: bool = False, by: Actor
) -> Holding:
    """Put somebody into a post from a day on, until the first day no longer held (or for the time being)."""
    with transaction.atomic():
        one_at_a_time("administrators")
        person = Person.objects.get(pk=person.pk)
        need_over(by, Role.SECURITY_ADMIN, person)
        need(by, Role.SECURITY_ADMIN, *reach_of_post(post))
        if not person.is_active:
            raise Refused(_("这个账号已停用，不能任职。"))
        if until is not None and until <= today():
            raise Refused(_("离任日期已经过去，这样任职没有意义。"))
        keep_apart(person, *post.grants.values_list("role", flat=True))
        before = Holding.objects.filter(person=person, post=post)
        if before.not_over(max(since, today())).exists():
            raise Refused(_("%(name)s 已经任这个岗位。") % {"name": person.name})
        # Ended on the day it began, by mistake: the same holding goes on.
        holding = before.filter(since=since).first() or Holding(person=person, post=post, since=since)
        holding.until, holding.acting = until, acting
        checked(holding)
        holding.save()
        facts = {"holding": holding, "post": post, "since": since, "until": until, "acting": acting}
        record(verbs.APPOINT, about=person, by=by, facts=facts)
    return holding


def end_holding(holding: Holding, *, until: date, reason: str, by: Actor) -> Holding:
    """Let a holding end; `until` is the first day no longer held, today at the earliest."""
    reason = needed_reason(reason)
    with transaction.atomic():
        one_at_a_time("administrators")
        holding = (
            Holding.objects.select_for_update(of=("self",))
            .select_related("person", "post__unit")
            .get(pk=holding.pk)
        )
        need_over(by, Role.SECURITY_ADMIN, holding.person)
        if holding.until is not None and holding.until <= today():
            raise Refused(_("这项任职已经结束。"))
        if until < today():
            raise Refused(_("离任日期不能早于今天，已经过去的任职不能改写。"))
        # One that has not begun yet never does.
        holding.until = max(until, holding.since) if holding.since <= today() else holding.since
        checked(holding)
        holding.save(update_fields=["until"])
        facts = {"holding": holding, "post": holding.post, "until": holding.until}
        record(verbs.END_HOLDING, about=holding.person, by=by, facts=facts, said={"reason": reason})
    return holding


def _facts(given: Grant) -> dict[str, object]:
    return {
        "grant": given,
        "role": str(given.role),
        "division": given.division.code,
        "line": given.line.code if given.line else "",
    }
