"""消息: who has been told what."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    def seen_by(self, person: Person) -> Self:
        """The one door: everybody sees their own."""
        return self.filter(person=person)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        ordering = ["-told_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "entry"], name="nobody_is_told_twice")]
        indexes = [
            models.Index(fields=["person", "-told_at", "-id"], name="notices_of_a_person"),
            models.Index(fields=["person"], name="unread_notices", condition=models.Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ← {self.entry_id}"
