"""三员: which administrator may touch whom and what.  Nobody acts on their own account."""

from django.utils.translation import gettext as _

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import today
from civicloop.kernel.refused import Refused
from civicloop.people.models import ADMINISTRATORS, Grant, Holding, Person, Post, Role


def covers(by: Actor, role: Role, *paths: str) -> bool:
    """Is this actor the administrator of all these subtrees?  Machines act for whoever runs the server."""
    if not isinstance(by, Person):
        return True
    own = by.paths(role)
    return all(any(path.startswith(one) for one in own) for path in paths)


def reach(person: Person) -> list[str]:
    """Every subtree that a person stands in or may act upon, now or by an appointment to come.

    An administrator of less must not touch the account: who can reset a password can become that person.
    """
    holdings = Holding.objects.not_over(today()).filter(person=person)
    paths = set(holdings.values_list("post__unit__place_path", flat=True))
    paths |= set(Grant.objects.filter(post__holdings__in=holdings).values_list("division__path", flat=True))
    if person.unit:
        paths.add(person.unit.place_path)
    return sorted(paths)


def reach_of_post(post: Post) -> list[str]:
    return sorted({post.unit.place_path, *post.grants.values_list("division__path", flat=True)})


def need(by: Actor, role: Role, *paths: str) -> None:
    """Refuse unless `by` is the administrator of all these subtrees."""
    if isinstance(by, Person) and not by.paths(role):
        raise Refused(_("这一步由%(role)s办理，您的岗位没有这项职责。") % {"role": role.label})
    if not covers(by, role, *paths):
        raise Refused(_("这超出了您的管理范围，请由上一级的%(role)s办理。") % {"role": role.label})


def need_over(by: Actor, role: Role, person: Person) -> None:
    """Refuse unless `by` is the administrator of everything this person reaches, and is somebody else."""
    if isinstance(by, Person) and by.pk == person.pk:
        raise Refused(_("不能处理自己的账号，请由另一位%(role)s办理。") % {"role": role.label})
    need(by, role, *reach(person))


def not_on_own_post(by: Actor, post: Post) -> None:
    """Refuse where `by` holds this post or is going to."""
    if isinstance(by, Person) and Holding.objects.not_over(today()).filter(person=by, post=post).exists():
        raise Refused(
            _("这是您自己的岗位，权限要由另一位%(role)s办理。") % {"role": Role.SECURITY_ADMIN.label}
        )


def administrator_roles(person: Person) -> set[str]:
    """Which of the three administrators a person is or is going to be, through any post."""
    holdings = Holding.objects.not_over(today()).filter(person=person)
    return set(
        Grant.objects.filter(post__holdings__in=holdings, role__in=ADMINISTRATORS).values_list(
            "role", flat=True
        )
    )


def keep_apart(person: Person, *more: str) -> None:
    """Refuse where somebody would be two of the three administrators."""
    together = administrator_roles(person) | (set(more) & ADMINISTRATORS)
    if len(together) > 1:
        raise Refused(
            _("系统管理员、安全管理员、审计管理员要由不同的人担任：%(name)s 会同时成为%(roles)s。")
            % {"name": person.name, "roles": _("、").join(str(Role(one).label) for one in sorted(together))}
        )


def guards_remain_without(person: Person) -> bool:
    """Would every place that this person guards as security administrator still have another one?"""
    guards = Person.objects.filter(is_active=True, holdings__post__grants__role=Role.SECURITY_ADMIN)
    others = list(guards.exclude(pk=person.pk).distinct())
    return all(
        any(path.startswith(own) for other in others for own in other.paths(Role.SECURITY_ADMIN))
        for path in person.paths(Role.SECURITY_ADMIN)
    )
