"""问题类型: what can be wrong, and how soon it must be right again."""

import hashlib
import json
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from civicloop.kernel.clock.values import Limit
from civicloop.kernel.clock.words import limit_in_words
from civicloop.kernel.language import in_language
from civicloop.people.models import Line


class LimitUnit(models.TextChoices):
    ON_SITE = "on_site", _("当场")
    HOUR = "hour", _("小时")
    WORK_HOUR = "work_hour", _("工作小时")
    DAY = "day", _("日")
    WORK_DAY = "work_day", _("工作日")


class ProblemKindQuerySet(models.QuerySet["ProblemKind"]):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def called(self, words: str) -> Self:
        """Whose code begins with the words, or whose name or conditions hold them."""
        return self.filter(
            Q(code__istartswith=words)
            | Q(name__icontains=words)
            | Q(name_en__icontains=words)
            | Q(filing_condition__icontains=words)
            | Q(closing_condition__icontains=words)
        )


class ProblemKind(models.Model):
    """问题类型, with the limits that its cases get.  The catalogue we ship is a sample to edit."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    line = models.ForeignKey(Line, models.PROTECT, related_name="kinds", verbose_name=_("条线"))
    urgent = models.BooleanField(_("紧急"), default=False)
    limit_value = models.PositiveSmallIntegerField(_("整改时限"))
    limit_unit = models.CharField(_("时限单位"), max_length=10, choices=LimitUnit)
    rework_percent = models.PositiveSmallIntegerField(
        _("返工时限比例（%）"), default=50, help_text=_("退回重改时，时限为原时限的百分之几。")
    )
    look_back_days = models.PositiveSmallIntegerField(
        _("回头看间隔（天）"), help_text=_("结案后第几天回头看；遇休息日顺延到下一个工作日。")
    )
    filing_condition = models.TextField(_("立案条件"), blank=True)
    closing_condition = models.TextField(_("结案条件"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    grounding = models.CharField(_("依据"), max_length=40, blank=True)

    objects = ProblemKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("问题类型")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="a_kind_has_a_limit_unless_on_site",
                condition=Q(limit_unit="on_site", limit_value=0)
                | (~Q(limit_unit="on_site") & Q(limit_value__gt=0)),
                violation_error_message=_("当场办理的时限填 0，其余时限要大于 0。"),
            ),
            models.CheckConstraint(
                name="rework_is_shorter_than_the_first_round",
                condition=Q(rework_percent__range=(1, 100)),
                violation_error_message=_("返工时限比例应在 1 到 100 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)

    @property
    def line_title(self) -> str:
        """The name of its line in the reader's language."""
        return self.line.title

    @property
    def fingerprint(self) -> str:
        """Of all that a person may change: another one now means that somebody changed it meanwhile."""
        seen = [
            self.name,
            self.name_en,
            self.line_id,
            self.urgent,
            self.limit_value,
            self.limit_unit,
            self.rework_percent,
            self.look_back_days,
            self.filing_condition,
            self.closing_condition,
            self.is_active,
        ]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]

    @property
    def limit_words(self) -> str:
        """The limit as people say it."""
        return limit_in_words(self.limit(), settings.CIVICLOOP_ON_SITE_MINUTES)

    @property
    def rework_words(self) -> str:
        """What a unit gets after a fix was sent back."""
        return limit_in_words(self.limit(rework=True), settings.CIVICLOOP_ON_SITE_MINUTES)

    def limit(self, *, rework: bool = False) -> Limit:
        """The limit of a first round, or of another one."""
        if rework and self.limit_unit != LimitUnit.ON_SITE:
            return Limit(max(1, round(self.limit_value * self.rework_percent / 100)), self.limit_unit)
        return Limit(self.limit_value, self.limit_unit)
