"""案件: rows, and the questions asked of them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from civicloop.cases.workflow import ENDED, IN_HAND, WITH_UNIT, State
from civicloop.divisions.models import Division, Site, in_any
from civicloop.kernel.clock.models import CalendarEdition
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.workflow import Thing
from civicloop.people.models import Person, Role, Unit
from civicloop.standards.models import ProblemKind


class Source(models.TextChoices):
    INSPECTION = "inspection", _("督查发现")
    HOTLINE = "hotline", _("12345热线")
    CITIZEN = "citizen", _("群众反映")
    MEDIA = "media", _("媒体曝光")
    LEADER = "leader", _("领导交办")
    IMPORT = "import", _("外部导入")


class CaseQuerySet(models.QuerySet["Case"]):
    def seen_by(self, person: Person) -> Self:
        """The one door to cases.

        Office, inspectors and leaders see the places (块) and lines (条) of their posts; a handler sees what
        is dispatched to the unit; everybody sees what they reported.  Nobody else sees anything.
        """
        wanted = Q(reporter=person)
        for standing in person.standings:
            if standing.role in {Role.DISPATCHER, Role.INSPECTOR, Role.LEADER}:
                reach = in_any("place_path", [standing.path])
                if standing.line_id is not None:
                    reach &= Q(kind__line=standing.line_id)
                wanted |= reach
        if units := person.unit_ids(Role.HANDLER):
            wanted |= Q(unit__in=units)
        return self.filter(wanted) if person.is_active else self.none()

    def in_hand(self) -> Self:
        return self.filter(state__in=IN_HAND)

    def with_unit(self) -> Self:
        return self.filter(state__in=WITH_UNIT)

    def overdue(self, at: datetime) -> Self:
        """The unit's time is up and the unit has not reported a fix."""
        return self.filter(state__in=WITH_UNIT, due_at__lt=at)

    def due_between(self, since: datetime, until: datetime) -> Self:
        return self.filter(state__in=WITH_UNIT, due_at__gte=since, due_at__lt=until)

    def was_late(self) -> Self:
        """Cases of which a round ended after its due date, wherever they are now."""
        return self.filter(late_rounds__gt=0)

    def within_any(self, paths: Iterable[str]) -> Self:
        return self.filter(in_any("place_path", paths))

    def for_rows(self) -> Self:
        """With what a row of a list shows, in one query."""
        return self.select_related("kind", "kind__line", "division", "division__parent", "unit").defer(
            "search_text", "due_steps"
        )


class Case(Thing):
    """案件: a place fell short of a standard.

    It stays open until someone other than the unit that put it right has gone and looked, and looked again
    later.  Change its state with cases.operations, never by hand.
    """

    number = models.CharField(_("案件编号"), max_length=20, unique=True)
    state = models.CharField(_("状态"), max_length=20, choices=State)
    text = models.TextField(_("问题描述"))
    source = models.CharField(_("来源"), max_length=12, choices=Source)
    kind = models.ForeignKey(ProblemKind, models.PROTECT, null=True, blank=True, verbose_name=_("问题类型"))
    division = models.ForeignKey(Division, models.PROTECT, verbose_name=_("属地"))
    place_path = models.CharField(max_length=40, db_collation="C")
    address = models.CharField(_("地址"), max_length=200, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, verbose_name=_("点位"))
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    position_system = models.CharField(_("坐标系"), max_length=6, default="wgs84")

    reporter = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上报人")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("责任单位"))
    handed_back_by = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    verifier = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并入案件")
    )

    reported_at = models.DateTimeField(_("上报时间"))
    dispatched_at = models.DateTimeField(_("派遣时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("整改期限"), null=True, blank=True)
    due_steps = models.JSONField(_("期限步骤"), null=True, blank=True)
    calendar = models.ForeignKey(CalendarEdition, models.PROTECT, null=True, blank=True, related_name="+")
    fixed_at = models.DateTimeField(_("上报整改时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结案时间"), null=True, blank=True)
    look_back_on = models.DateField(_("回头看日期"), null=True, blank=True)
    ended_at = models.DateTimeField(_("终结时间"), null=True, blank=True)
    rounds = models.PositiveSmallIntegerField(_("整改轮次"), default=0)
    relapses = models.PositiveSmallIntegerField(_("反弹次数"), default=0)
    late_rounds = models.PositiveSmallIntegerField(_("超期轮次"), default=0)

    external_system = models.CharField(_("外部系统"), max_length=40, blank=True)
    external_id = models.CharField(_("外部编号"), max_length=80, blank=True)
    search_text = models.TextField(editable=False)
    search = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    photo_ids: Sequence[int] = ()  # what came with the move under way; a fact of its entry

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件")
        ordering = ["-reported_at", "-id"]
        indexes = [
            GinIndex(fields=["search"], name="cases_by_words"),
            models.Index(fields=["-reported_at", "-id"], name="cases_newest_first"),
            models.Index(fields=["place_path", "-reported_at"], name="cases_of_a_place"),
            models.Index(fields=["unit", "state", "due_at"], name="cases_of_a_unit"),
            models.Index(fields=["state", "-reported_at"], name="cases_in_a_state"),
            models.Index(fields=["kind", "-reported_at"], name="cases_of_a_kind"),
            models.Index(
                fields=["due_at"], name="due_cases", condition=Q(state__in=["dispatched", "signed"])
            ),
            models.Index(fields=["look_back_on"], name="look_backs", condition=Q(state="closed")),
        ]
        constraints = [
            models.CheckConstraint(
                name="someone_owes_every_dispatched_case",
                condition=~Q(
                    state__in=[
                        "dispatched",
                        "signed",
                        "fixed",
                        "verified",
                        "closed",
                        "looked_back",
                        "settled",
                    ]
                )
                | Q(unit__isnull=False, due_at__isnull=False, due_steps__isnull=False),
                violation_error_message=_("派遣的案件须有责任单位和整改期限。"),
            ),
            models.CheckConstraint(
                name="a_filed_case_has_a_kind",
                condition=Q(state__in=["reported", "declined", "merged", "elsewhere"])
                | Q(kind__isnull=False),
                violation_error_message=_("立案须选定问题类型。"),
            ),
            models.CheckConstraint(
                name="a_closed_case_is_looked_back_at",
                condition=~Q(state__in=["closed", "looked_back", "settled"])
                | Q(look_back_on__isnull=False, closed_at__isnull=False, verifier__isnull=False),
                violation_error_message=_("结案须有核查人和回头看日期。"),
            ),
            models.CheckConstraint(
                name="a_merged_case_names_the_other",
                condition=(Q(state="merged") & Q(merged_into__isnull=False))
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                violation_error_message=_("并案须指明并入哪个案件。"),
            ),
            models.CheckConstraint(
                name="a_case_is_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                violation_error_message=_("案件不能并入自身。"),
            ),
            models.CheckConstraint(
                name="a_case_lies_on_earth_or_nowhere",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                violation_error_message=_("经纬度要么都不填，要么经度在 ±180、纬度在 ±90 之内。"),
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_id"],
                condition=~Q(external_id=""),
                name="an_outside_case_comes_in_once",
                violation_error_message=_("这个外部编号的案件已经导入过。"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def is_overdue(self, at: datetime) -> bool:
        """Is the unit's time up, with no fix reported?"""
        return self.state in WITH_UNIT and self.due_at is not None and self.due_at < at


class CasePhoto(models.Model):
    """A photo of a case: what was wrong, what was put right, what the visits saw."""

    class Stage(models.TextChoices):
        BEFORE = "before", _("整改前")
        AFTER = "after", _("整改后")
        VERIFY = "verify", _("核查")
        LOOK_BACK = "look_back", _("回头看")

    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage)
    round = models.PositiveSmallIntegerField(_("轮次"), default=0)

    class Meta:
        verbose_name = _("案件照片")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "evidence", "stage"],
                name="a_photo_is_attached_once",
                violation_error_message=_("这张照片已经在案件里了。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage}"


class Contact(models.Model):
    """反映人联系方式: in a table of its own, behind a permission of its own.  Each look leaves a reason."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="contact")
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("反映人联系方式")

    def __str__(self) -> str:
        return f"contact of {self.case_id}"


class LoadQuerySet(models.QuerySet["Load"]):
    def seen_by(self, person: Person) -> Self:
        """One's own loads, as long as one is a dispatcher."""
        mine = self.filter(made_by=person)
        return mine if person.is_active and Role.DISPATCHER in person.roles else self.none()


class Load(Thing):
    """导入: a table that a dispatcher uploaded, from the preview to the report.  The bytes lie in the store."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待确认")
        RUNNING = "running", _("导入中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("已中止")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("状态"), max_length=20, choices=State)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    made_at = models.DateTimeField(_("上传时间"))
    filename = models.CharField(_("文件名"), max_length=200)
    preview = models.JSONField(_("预览"), default=dict)
    map = models.JSONField(_("对照表"), default=dict)
    told = models.JSONField(_("预检结果"), null=True, blank=True)
    report = models.JSONField(_("结果"), null=True, blank=True)
    why = models.TextField(_("中止原因"), blank=True)
    done = models.PositiveIntegerField(_("已处理"), default=0)
    total = models.PositiveIntegerField(_("共"), default=0)
    stirred_at = models.DateTimeField(_("最近进展"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    has_file = models.BooleanField(default=True)

    rows = read = placed = skipped = unplaced = 0  # facts of the entries of its moves

    objects = LoadQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="loads_of_a_person")]

    def __str__(self) -> str:
        return self.filename
