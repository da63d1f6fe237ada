"""Append-only history and who must be told of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, *things: models.Model) -> "EntryQuerySet":
        """The history of these rows (all of one model), oldest first."""
        if not things:
            return self.none()
        return self.filter(
            about_kind=things[0]._meta.label_lower, about_id__in=[thing.pk for thing in things]
        ).order_by("id")


class Entry(models.Model):
    """One thing that happened.  Written once by `record`; the table refuses update and delete.

    `at` is business time; `written_at` is set by the database's own trigger whatever the caller says.
    """

    at = models.DateTimeField(_("业务时间"))
    written_at = models.DateTimeField(_("写入时间"), db_default=models.functions.Now(), editable=False)
    by = models.CharField(_("操作人"), max_length=64)
    on_behalf_of = models.CharField(_("代表"), max_length=64, blank=True)
    verb = models.CharField(_("动作"), max_length=60)
    about_kind = models.CharField(_("对象类型"), max_length=60)
    about_id = models.BigIntegerField(_("对象编号"))
    before = models.CharField(_("之前状态"), max_length=20, blank=True)
    after = models.CharField(_("之后状态"), max_length=20, blank=True)
    facts = models.JSONField(_("事实"), default=dict)
    said_hash = models.CharField(_("文字摘要"), max_length=64, blank=True)
    request = models.UUIDField(_("请求"), null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("留痕")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["about_kind", "about_id", "id"], name="entries_of_a_thing"),
            models.Index(fields=["by", "-id"], name="entries_by_an_actor"),
            models.Index(fields=["verb", "-at"], name="entries_of_a_verb"),
            models.Index(fields=["written_at"], name="entries_by_writing"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about_kind}:{self.about_id}"


class Said(models.Model):
    """What people typed with an entry.  Erasing empties `words` and `salt`; the entry's hash stays."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="said")
    salt = models.BinaryField(max_length=16, null=True)
    words = models.JSONField(_("原话"), null=True)

    class Meta:
        verbose_name = _("留痕文字")

    def __str__(self) -> str:
        return f"said with {self.entry_id}"


class Delivery(models.Model):
    """The truth of "who must be told": one row for each listener of an entry, in the same transaction."""

    class State(models.TextChoices):
        DUE = "due", _("待送达")
        DONE = "done", _("已送达")
        FAILED = "failed", _("送达失败")

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="deliveries")
    listener = models.CharField(_("接收方"), max_length=80)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DUE, db_default="due")
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0, db_default=0)
    next_at = models.DateTimeField(_("下次尝试"), db_default=models.functions.Now())
    done_at = models.DateTimeField(_("送达时间"), null=True)
    error = models.TextField(_("最近错误"), blank=True, db_default="")

    class Meta:
        verbose_name = _("送达")
        constraints = [models.UniqueConstraint(fields=["entry", "listener"], name="one_delivery_a_listener")]
        indexes = [
            models.Index(fields=["next_at", "id"], name="due_deliveries", condition=models.Q(state="due")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.listener}"


class Seal(models.Model):
    """The root of the Merkle tree (RFC 9162) over all sealed entries, and its link to the seal before.

    frontier  hex hashes of the perfect subtrees that make up the tree, largest first, so that the next
              seal needs no old leaf
    link      SHA-256 over the previous link, size, root and time: seals form a chain
    """

    sealed_at = models.DateTimeField(_("封存时间"))
    size = models.BigIntegerField(_("树大小"), unique=True)
    root = models.CharField(_("树根"), max_length=64)
    frontier = models.JSONField()
    link = models.CharField(_("链值"), max_length=64)

    class Meta:
        verbose_name = _("封存")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class Sealed(models.Model):
    """The place of an entry in the tree: order given by the sealer, never by id."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="sealed")
    leaf = models.CharField(_("叶值"), max_length=64)
    seal = models.ForeignKey(Seal, models.PROTECT)

    class Meta:
        verbose_name = _("封存位置")

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


def new_request() -> uuid.UUID:
    """An id that joins all entries of one request."""
    return uuid.uuid4()
