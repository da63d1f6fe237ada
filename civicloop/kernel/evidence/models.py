"""What came through the door: one row for each file that somebody handed in."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Least
from django.utils.translation import gettext_lazy as _

LOOK_ALIKE = 12  # of 64 bits: re-saving, chat-app resizing, brightness and stamps stay within (measured)


class _Differing(models.Func):
    """How many bits of two 64-bit numbers differ; plain PostgreSQL since 14."""

    template = "bit_count((%(expressions)s)::bit(64))"
    arg_joiner = " # "
    output_field = models.BigIntegerField()


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def waiting(self) -> "EvidenceQuerySet":
        """Photos whose copies are not made yet, oldest first; for the sweep."""
        return self.filter(state=Evidence.State.RECEIVED).order_by("received_at")

    def same_bytes(self, evidence: "Evidence") -> "EvidenceQuerySet":
        """Other rows that hold exactly the same file, oldest first."""
        return self.filter(sha256=evidence.sha256).exclude(pk=evidence.pk).order_by("received_at")

    def look_alikes(self, evidence: "Evidence", *, within: int = LOOK_ALIKE) -> "EvidenceQuerySet":
        """Other photos that look like this one, mirrored too, with `distance` in bits, nearest first.

        The same bytes are not look-alikes, see `same_bytes`.  A photo too plain to tell has none.
        """
        if evidence.dhash is None or evidence.dhash_mirrored is None:
            return self.none()
        straight, mirrored = (
            _Differing(F("dhash"), Cast(Value(value), models.BigIntegerField()))
            for value in (evidence.dhash, evidence.dhash_mirrored)
        )
        return (
            self.filter(dhash__isnull=False)
            .exclude(sha256=evidence.sha256)
            .annotate(distance=Least(straight, mirrored))
            .filter(distance__lte=within)
            .order_by("distance", "received_at")
        )


class Evidence(models.Model):
    """佐证材料: a file as it was handed in, and what is known about it.

    The bytes lie outside the web's reach under their SHA-256; rows with the same bytes share them.  `uid`
    is made by the client, so that sending again changes nothing.  The position is private: it is read for
    the trust flags and never shown, exported or told to others.  Come in through `door.receive` only.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("处理中")
        DERIVED = "derived", _("可查看")
        KEPT = "kept", _("原样保存")
        UNREADABLE = "unreadable", _("无法读取")

    uid = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(_("文件指纹"), max_length=64, editable=False)
    size = models.BigIntegerField(_("字节数"), editable=False)
    mime = models.CharField(_("文件类型"), max_length=100, editable=False)
    width = models.PositiveIntegerField(_("宽（像素）"), null=True, editable=False)
    height = models.PositiveIntegerField(_("高（像素）"), null=True, editable=False)
    original_name = models.CharField(_("原文件名"), max_length=120, blank=True, editable=False)

    received_at = models.DateTimeField(_("接收时间"), editable=False)
    received_by = models.CharField(_("提交人"), max_length=64, editable=False)

    taken_at = models.DateTimeField(_("拍摄时间"), null=True, editable=False)
    exif_longitude = models.FloatField(_("拍摄经度"), null=True, editable=False)
    exif_latitude = models.FloatField(_("拍摄纬度"), null=True, editable=False)
    dhash = models.BigIntegerField(_("画面指纹"), null=True, editable=False)
    dhash_mirrored = models.BigIntegerField(_("镜像画面指纹"), null=True, editable=False)

    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.RECEIVED)
    display_width = models.PositiveIntegerField(null=True, editable=False)
    display_height = models.PositiveIntegerField(null=True, editable=False)
    thumb_width = models.PositiveIntegerField(null=True, editable=False)
    thumb_height = models.PositiveIntegerField(null=True, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("佐证材料")
        constraints = [
            models.CheckConstraint(
                name="evidence_has_a_fingerprint",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("佐证材料必须有完整的文件指纹（SHA-256），请重新上传。"),
            ),
            models.CheckConstraint(
                name="evidence_is_not_empty",
                condition=Q(size__gt=0),
                violation_error_message=_("文件是空的，请重新选择后上传。"),
            ),
            models.CheckConstraint(
                name="evidence_photo_has_a_size",
                condition=~Q(mime__startswith="image/")
                | Q(width__isnull=False, height__isnull=False, width__gt=0, height__gt=0),
                violation_error_message=_("照片必须有宽度和高度，请重新上传。"),
            ),
            models.CheckConstraint(
                name="evidence_position_is_whole",
                condition=Q(exif_longitude__isnull=True, exif_latitude__isnull=True)
                | Q(
                    exif_longitude__isnull=False,
                    exif_latitude__isnull=False,
                    exif_longitude__range=(-180, 180),
                    exif_latitude__range=(-90, 90),
                ),
                violation_error_message=_("拍摄位置必须同时有经度和纬度，并在有效范围内。"),
            ),
            models.CheckConstraint(
                name="evidence_looks_go_in_pairs",
                condition=Q(dhash__isnull=True, dhash_mirrored__isnull=True)
                | Q(dhash__isnull=False, dhash_mirrored__isnull=False),
                violation_error_message=_("画面指纹与镜像画面指纹必须同时存在。"),
            ),
            models.CheckConstraint(
                name="evidence_shown_has_copies",
                condition=~Q(state="derived")
                | Q(
                    display_width__isnull=False,
                    display_height__isnull=False,
                    thumb_width__isnull=False,
                    thumb_height__isnull=False,
                ),
                violation_error_message=_("可查看的照片必须已生成展示图和缩略图。"),
            ),
            models.CheckConstraint(
                name="evidence_state_is_known",
                condition=Q(state__in=["received", "derived", "kept", "unreadable"]),
                violation_error_message=_("佐证材料的状态不正确。"),
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="evidence_by_fingerprint"),
            models.Index(fields=["received_at"], name="evidence_waiting", condition=Q(state="received")),
        ]

    def __str__(self) -> str:
        return f"{self.mime} {self.uid}"

    @property
    def is_photo(self) -> bool:
        return self.mime.startswith("image/")

    @property
    def is_shown(self) -> bool:
        """Whether its copies are made and can be looked at."""
        return self.state == self.State.DERIVED

    def size_of(self, size: str) -> tuple[int, int] | None:
        """Width and height in pixels of a shown copy ("thumb" or "display"), so that pages do not jump."""
        width: int | None = getattr(self, f"{size}_width")
        height: int | None = getattr(self, f"{size}_height")
        return (width, height) if width and height else None

    def look_alikes(
        self, *, within: int = LOOK_ALIKE, among: Collection[Any] | None = None
    ) -> "EvidenceQuerySet":
        """Other photos that look like this one; `among` narrows to these primary keys."""
        rows = Evidence.objects.look_alikes(self, within=within)
        return rows if among is None else rows.filter(pk__in=among)
