"""The first people of an installation: the three administrators, who then make everybody else."""

from django.db import transaction
from django.utils.translation import gettext as _

from civicloop.divisions.models import Division
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.clock.now import today
from civicloop.kernel.refused import Refused
from civicloop.people.locks import one_at_a_time
from civicloop.people.models import Person, Role, Unit
from civicloop.people.operations.credentials import reset_password
from civicloop.people.operations.grants import appoint, grant
from civicloop.people.operations.persons import add_person
from civicloop.people.operations.units import add_post, add_unit

USERNAMES = {Role.SYSTEM_ADMIN: "sysadmin", Role.SECURITY_ADMIN: "security", Role.AUDITOR: "auditor"}


def first_people(division: Division) -> list[tuple[str, str, str]]:
    """三员: an office for the division and an account for each administrator, once, while there is nobody.

    Returns (role in words, user name, first password); each password must be changed at the first log-in.
    """
    with transaction.atomic():
        one_at_a_time("administrators")
        if Person.objects.exists():
            raise Refused(_("系统里已有人员，请由系统管理员在页面上新增账号。"))
        office = add_unit(
            name=_("%(place)s文明办") % {"place": division.name},
            kind=Unit.Kind.OFFICE,
            division=division,
            by=INSTALLER,
        )
        made = []
        for role, username in USERNAMES.items():
            post = add_post(office, name=str(role.label), by=INSTALLER)
            grant(post, role=role, division=division, by=INSTALLER)
            person = add_person(username=username, name=str(role.label), unit=office, by=INSTALLER)
            appoint(person, post=post, since=today(), by=INSTALLER)
            password = reset_password(person, reason=_("系统安装"), by=INSTALLER)
            made.append((str(role.label), username, password))
    return made
