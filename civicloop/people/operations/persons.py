"""建立、修改、停用、启用账号: what the system administrator does."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from civicloop.kernel.actors import Actor
from civicloop.kernel.pinyin import pinyin_key
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.people import tokens, verbs
from civicloop.people.administering import guards_remain_without, need, need_over
from civicloop.people.locks import one_at_a_time
from civicloop.people.models import Person, Role, Unit
from civicloop.people.operations.words import checked, needed_reason


def add_person(*, username: str, name: str, unit: Unit, phone: str = "", by: Actor) -> Person:
    """Put somebody on a unit's roster.

    The account cannot log in yet: its first password is given out by the security administrator, so that the
    one who makes accounts can use none of them.
    """
    need(by, Role.SYSTEM_ADMIN, unit.place_path)
    name = name.strip()
    person = Person(
        username=username.strip(), name=name, unit=unit, phone=phone.strip(), sort_key=pinyin_key(name)
    )
    person.set_unusable_password()
    checked(person)
    with transaction.atomic():
        person.save(force_insert=True)
        record(verbs.ADD_PERSON, about=person, by=by, facts={"unit": unit})
    return person


def edit_person(person: Person, *, name: str, unit: Unit, phone: str = "", by: Actor) -> Person:
    """Correct what is known of a person, or move them to another roster.  Rights stay with the posts."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        need_over(by, Role.SYSTEM_ADMIN, person)
        need(by, Role.SYSTEM_ADMIN, unit.place_path)
        new = {"name": name.strip(), "unit": unit, "phone": phone.strip()}
        changed = sorted(field for field, value in new.items() if getattr(person, field) != value)
        if not changed:
            return person
        for field in changed:
            setattr(person, field, new[field])
        person.sort_key = pinyin_key(person.name)
        checked(person)
        person.save(update_fields=[*changed, "sort_key"])
        record(verbs.EDIT_PERSON, about=person, by=by, facts={"fields": changed, "unit": unit})
    return person


def disable(person: Person, *, reason: str, by: Actor) -> Person:
    """Close an account: its sessions and tokens are over with the next request.  Posts stay until ended."""
    reason = needed_reason(reason)
    with transaction.atomic():
        one_at_a_time("administrators")
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        need_over(by, Role.SYSTEM_ADMIN, person)
        if not person.is_active:
            raise Refused(_("这个账号已经停用。"))
        if not guards_remain_without(person):
            raise Refused(_("停用后这里就没有安全管理员了，没有人能再授权。请先任命另一位安全管理员。"))
        person.is_active = False
        person.sessions_since = timezone.now()
        person.save(update_fields=["is_active", "sessions_since"])
        tokens.revoke_all(person)
        record(verbs.DISABLE, about=person, by=by, said={"reason": reason})
    return person


def enable(person: Person, *, reason: str, by: Actor) -> Person:
    """Open an account again.  Old sessions and tokens do not come back."""
    reason = needed_reason(reason)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        need_over(by, Role.SYSTEM_ADMIN, person)
        if person.is_active:
            raise Refused(_("这个账号正在使用，无须启用。"))
        person.is_active = True
        person.save(update_fields=["is_active"])
        record(verbs.ENABLE, about=person, by=by, said={"reason": reason})
    return person
