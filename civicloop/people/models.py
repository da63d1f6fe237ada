"""单位、岗位、人员: who may do what, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from civicloop.divisions.models import Division, in_any
from civicloop.kernel.clock.now import now, today
from civicloop.kernel.language import in_language


class Role(models.TextChoices):
    """What a post lets its holder do.  Workflow pages name these words."""

    DISPATCHER = "dispatcher", _("受理派遣员")
    HANDLER = "handler", _("整改经办人")
    INSPECTOR = "inspector", _("督查员")
    LEADER = "leader", _("领导")
    EDITOR = "editor", _("目录管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


# 三员分立: nobody holds two of these.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class Line(models.Model):
    """条线: a field of work that runs through all places, such as city management or fire safety."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("条线")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


class UnitQuerySet(models.QuerySet["Unit"]):
    def within_any(self, paths: Iterable[str]) -> Self:
        return self.filter(in_any("place_path", paths))

    def seen_by(self, person: "Person") -> Self:
        """Units in the subtrees that this person has any business in, and the person's own."""
        return self.filter(in_any("place_path", person.all_paths) | Q(pk__in=person.own_unit_ids))

    def for_case(self, path: str, line_id: int | None) -> Self:
        """Units that could put right what is wrong at a place: those whose own place holds it or lies on the
        way down to it, the departments of its line first."""
        steps = [path[:end] for end in range(4, len(path) + 1, 4)]
        return (
            self.filter(place_path__in=steps)
            .exclude(kind=Unit.Kind.OFFICE)
            .annotate(is_of_line=Exists(Unit.lines.through.objects.filter(unit=OuterRef("pk"), line=line_id)))
            .order_by("-is_of_line", "-place_path", "sort_key")
        )


class Unit(models.Model):
    """单位: an office, a department (条), an area (块) or a company that answers for something."""

    class Kind(models.TextChoices):
        OFFICE = "office", _("文明办")
        DEPARTMENT = "department", _("部门（条）")
        AREA = "area", _("属地（块）")
        COMPANY = "company", _("企业及其他单位")

    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    division = models.ForeignKey(Division, models.PROTECT, related_name="units", verbose_name=_("所在区划"))
    place_path = models.CharField(max_length=40, db_collation="C", editable=False)
    lines = models.ManyToManyField(Line, blank=True, related_name="units", verbose_name=_("条线"))
    sort_key = models.CharField(max_length=200, db_collation="C", editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "name"],
                name="one_unit_of_a_name_in_a_place",
                violation_error_message=_("这个区划下已有同名单位。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def handlers(self) -> "models.QuerySet[Person]":
        """Those who put things right for this unit today."""
        return Person.objects.filter(
            is_active=True,
            holdings__in=Holding.objects.on(today()).filter(post__unit=self, post__grants__role=Role.HANDLER),
        ).distinct()


@dataclass(frozen=True)
class Standing:
    """One thing that a person may be: a role, in a unit, over a subtree, on a line or on all."""

    role: str
    unit_id: int
    path: str
    line_id: int | None

    def reaches(self, path: str, line_id: int | None) -> bool:
        """Does this standing cover a place (by its path) and a line?"""
        return path.startswith(self.path) and self.line_id in (None, line_id)


class PersonQuerySet(models.QuerySet["Person"]):
    def seen_by(self, person: "Person") -> Self:
        """Oneself; those in office in units that one sees; an administrator sees all who ever were there."""
        in_office = Holding.objects.on(today()).filter(
            person=OuterRef("pk"), post__unit__in=Unit.objects.seen_by(person)
        )
        seen: Q = Q(pk=person.pk) | Q(Exists(in_office), is_active=True)
        if administered := person.paths(*ADMINISTRATORS):
            units = Unit.objects.within_any(administered)
            ever_held = Holding.objects.filter(person=OuterRef("pk"), post__unit__in=units)
            seen |= Q(unit__in=units) | Q(Exists(ever_held))
        return self.filter(seen)

    def with_posts(self) -> Self:
        """With today's holdings as `in_office`, each with its post and unit, by one more query."""
        return self.prefetch_related(
            models.Prefetch(
                "holdings",
                Holding.objects.on(today()).select_related("post__unit").order_by("since", "id"),
                to_attr="in_office",
            )
        )


class PersonManager(BaseUserManager["Person"]):
    def get_queryset(self) -> PersonQuerySet:
        return PersonQuerySet(self.model, using=self._db)

    def seen_by(self, person: "Person") -> PersonQuerySet:
        return self.get_queryset().seen_by(person)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=username)


class Person(AbstractBaseUser):
    """人员: someone of an office or unit who logs in.  Citizens are not persons."""

    username = models.CharField(_("账号"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    # On whose roster the person is.  Gives no rights; posts do.
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="roster", verbose_name=_("所在单位")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("须改密码"), default=True)
    password_changed_at = models.DateTimeField(_("密码修改时间"), default=now)
    # Sessions that began before this moment (of the server's own clock) are over.
    sessions_since = models.DateTimeField(null=True, blank=True, editable=False)
    sort_key = models.CharField(max_length=200, db_collation="C", editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("人员")
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_key(self) -> str:
        return f"person:{self.pk}"

    @property
    def actor_name(self) -> str:
        return self.name

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """What this person may be today, by one query; a fresh request sees a fresh answer."""
        if not self.is_active:
            return ()
        rows = (
            Grant.objects.filter(post__holdings__in=Holding.objects.on(today()).filter(person=self))
            .values_list("role", "post__unit_id", "division__path", "line_id")
            .distinct()
        )
        return tuple(Standing(*row) for row in rows)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(standing.role for standing in self.standings)

    def paths(self, *roles: str) -> list[str]:
        """The subtrees over which this person is one of `roles`, whatever the line."""
        return sorted({one.path for one in self.standings if one.role in roles and one.line_id is None})

    @cached_property
    def all_paths(self) -> list[str]:
        """Every subtree in which this person is anything at all."""
        return sorted({one.path for one in self.standings})

    @cached_property
    def own_unit_ids(self) -> frozenset[int]:
        """The units in which this person holds a post today, whatever the post may do, and the roster's."""
        held = Holding.objects.on(today()).filter(person=self).values_list("post__unit_id", flat=True)
        return frozenset(held) | ({self.unit_id} if self.unit_id else frozenset())

    def unit_ids(self, *roles: str) -> list[int]:
        """The units in which this person is one of `roles`; without roles, all units of the person."""
        return sorted({one.unit_id for one in self.standings if not roles or one.role in roles})


class PostQuerySet(models.QuerySet["Post"]):
    def seen_by(self, person: Person) -> Self:
        """The posts of the units that one sees."""
        return self.filter(unit__in=Unit.objects.seen_by(person))


class Post(models.Model):
    """岗位: a chair in a unit.  People come and go, what it may do stays."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("单位"))
    name = models.CharField(_("岗位名称"), max_length=60)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="one_post_of_a_name_in_a_unit",
                violation_error_message=_("这个单位已有同名岗位。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit}·{self.name}"


class Grant(models.Model):
    """权限: what a post may do, over which subtree (块) and on which line (条; empty for all)."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="grants", verbose_name=_("岗位"))
    role = models.CharField(_("角色"), max_length=16, choices=Role)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("范围"))
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("条线")
    )

    class Meta:
        verbose_name = _("权限")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "role", "division", "line"],
                nulls_distinct=False,
                name="a_grant_is_given_once",
                violation_error_message=_("这个岗位已有同样的权限。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.get_role_display()}"


class HoldingQuerySet(models.QuerySet["Holding"]):
    def on(self, day: date) -> Self:
        """Holdings in force on a day; `until` is the first day no longer held."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)

    def not_over(self, day: date) -> Self:
        """Holdings in force on a day or later; one that was called off before it began never is."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day) & Q(until__gt=F("since")))


class Holding(models.Model):
    """任职: who holds a post, from when, and until when."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings", verbose_name=_("岗位"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="holdings", verbose_name=_("人员"))
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)
    acting = models.BooleanField(_("代理"), default=False)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.CheckConstraint(
                name="a_holding_does_not_end_before_it_begins",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("离任日期不能早于到任日期。"),
            ),
            models.UniqueConstraint(
                fields=["post", "person", "since"],
                name="a_holding_begins_once",
                violation_error_message=_("这个人已在同一天任此岗位。"),
            ),
        ]
        indexes = [models.Index(fields=["person", "since"], name="holdings_of_a_person")]

    def __str__(self) -> str:
        return f"{self.person} {self.post}"


class ApiToken(models.Model):
    """接口令牌: lets a program act as a person.  Only a hash is kept; the token is shown once."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    name = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("签发时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")

    def __str__(self) -> str:
        return self.name


def names_of_persons(keys: Iterable[str]) -> dict[str, str]:
    """Names for keys such as "person:12"."""
    ids = [key.partition(":")[2] for key in keys]
    found: dict[Any, str] = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {f"person:{pk}": name for pk, name in found.items()}
