"""区划、点位: the tree of places."""

import hashlib
import json
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from civicloop.divisions.rights import KEEPS_SITES, SEES_SITES, Viewer, reach
from civicloop.kernel.language import in_language

LABEL = 4  # characters of path for each level


class Level(models.TextChoices):
    PROVINCE = "province", _("省")
    CITY = "city", _("设区市")
    DISTRICT = "district", _("县（市、区）")
    STREET = "street", _("街道（乡镇）")
    COMMUNITY = "community", _("社区（村）")


CODE_LENGTHS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}


def after(path: str) -> str:
    """The first path behind the whole subtree of `path`: a subtree is `path <= p < after(path)`."""
    return path + "~"


class DivisionQuerySet(models.QuerySet["Division"]):
    def within(self, path: str) -> Self:
        """The division with this path and everything below it."""
        return self.filter(path__gte=path, path__lt=after(path))

    def above(self, path: str) -> Self:
        """The division with this path and everything that it lies in, from the top down."""
        steps = [path[:end] for end in range(LABEL, len(path) + 1, LABEL)]
        return self.filter(path__in=steps).order_by("path")

    def within_any(self, paths: Iterable[str]) -> Self:
        paths = tuple(paths)
        return self.filter(in_any("path", paths)) if paths else self.none()

    def called(self, words: str) -> Self:
        """Whose code begins with the words, or whose name or pinyin (sucheng, su cheng) holds them."""
        wanted = " ".join(unicodedata.normalize("NFKC", words).lower().split())
        if not wanted:
            return self.none()
        if wanted.isdigit():
            return self.filter(code__startswith=wanted)
        letters = wanted.replace(" ", "").replace("'", "")
        if letters.isascii():
            joined = Replace("sort_key", Value(" "), Value(""))
            return self.alias(joined=joined).filter(joined__contains=letters)
        return self.filter(name__contains=wanted)


def in_any(column: str, paths: Iterable[str]) -> Q:
    """A condition on a column that holds a path: it lies in one of these subtrees."""
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= Q(**{f"{column}__gte": path, f"{column}__lt": after(path)})
    return wanted


class Division(models.Model):
    """区划: a province, city, district, street or community, by the code of the statistics list.

    `path` is the parent's path and four characters more, compared byte by byte, so that a subtree is a range.
    """

    code = models.CharField(_("区划代码"), max_length=15, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(_("路径"), max_length=40, unique=True, db_collation="C")
    sort_key = models.CharField(_("拼音"), max_length=200, db_collation="C")
    source = models.CharField(_("来源"), max_length=120, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("区划")
        ordering = ["path"]
        indexes = [models.Index(fields=["parent", "sort_key"], name="divisions_by_pinyin")]
        constraints = [
            models.CheckConstraint(
                name="a_division_code_has_digits_of_its_level",
                condition=Q(level="province", code__regex=r"^[0-9]{2}$")
                | Q(level="city", code__regex=r"^[0-9]{4}$")
                | Q(level="district", code__regex=r"^[0-9]{6}$")
                | Q(level="street", code__regex=r"^[0-9]{9}$")
                | Q(level="community", code__regex=r"^[0-9]{12}$"),
                violation_error_message=_("区划代码应为 2、4、6、9 或 12 位数字，并与层级相符。"),
            ),
            models.CheckConstraint(
                name="only_a_top_division_has_no_parent",
                condition=Q(parent__isnull=False) | Q(path__regex=r"^.{4}$"),
                violation_error_message=_("除最上级外，每个区划都要有上级区划。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name with those of the divisions around it, without the province; one query."""
        names = list(Division.objects.above(self.path).values_list("name", flat=True))
        return " ".join(names[1:] or names)


class Boundary(models.Model):
    """界线: the outline of a division, as GeoJSON geometry in WGS-84.  For orientation, not for legal use."""

    division = models.OneToOneField(Division, models.CASCADE, related_name="boundary")
    geometry = models.JSONField(_("界线"))
    source = models.CharField(_("来源"), max_length=200)
    loaded_at = models.DateTimeField(_("载入时间"))

    class Meta:
        verbose_name = _("界线")

    def __str__(self) -> str:
        return str(self.division)


class SiteType(models.Model):
    """点位类型."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    group = models.CharField(_("分组"), max_length=20)

    class Meta:
        verbose_name = _("点位类型")
        ordering = ["group", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


class SiteQuerySet(models.QuerySet["Site"]):
    def within_any(self, paths: Iterable[str]) -> Self:
        return self.filter(in_any("place_path", paths))

    def seen_by(self, person: Viewer) -> Self:
        """The one door to sites: those in the places of a person's posts, whatever the line.

        Security and audit administrators have nothing to do with sites.
        """
        paths = reach(person, SEES_SITES)
        return self.all() if paths is None else self.within_any(paths)

    def kept_by(self, person: Viewer) -> Self:
        """Those that this person may change."""
        paths = reach(person, KEEPS_SITES)
        return self.all() if paths is None else self.within_any(paths)

    def called(self, words: str) -> Self:
        """Whose code begins with the words, or whose name, address or pinyin holds them."""
        wanted = " ".join(unicodedata.normalize("NFKC", words).split())
        letters = wanted.lower().replace(" ", "").replace("'", "")
        if not wanted:
            return self
        found = Q(code__istartswith=wanted) | Q(name__icontains=wanted) | Q(address__icontains=wanted)
        if letters.isascii():
            found |= Q(joined__contains=letters)
        return self.alias(joined=Replace("sort_key", Value(" "), Value(""))).filter(found)


class Site(models.Model):
    """点位: a place that is looked at.  Who answers for it is a dated duty, never a column here."""

    code = models.CharField(_("点位编号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    type = models.ForeignKey(SiteType, models.PROTECT, related_name="sites", verbose_name=_("类型"))
    division = models.ForeignKey(Division, models.PROTECT, related_name="sites", verbose_name=_("属地"))
    place_path = models.CharField(max_length=40, db_collation="C", editable=False)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)
    position_system = models.CharField(_("坐标系"), max_length=6, default="wgs84")
    sort_key = models.CharField(max_length=200, db_collation="C", editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("点位")
        ordering = ["place_path", "sort_key"]
        indexes = [models.Index(fields=["place_path"], name="sites_by_place")]
        constraints = [
            models.CheckConstraint(
                name="a_site_lies_on_earth_or_nowhere",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                violation_error_message=_("经纬度要么都不填，要么经度在 ±180、纬度在 ±90 之内。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """Of what a person sees of the site: another one now means that somebody changed it meanwhile."""
        seen = [self.name, self.type_id, self.division_id, self.address, self.longitude, self.latitude]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


class Draft(models.Model):
    """导入草稿: an uploaded table between preview and confirmation, and afterwards what became of it.

    Only its maker opens it.  `rows` are what the kind's reader made of the file; they go when it is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=20)
    made_by = models.CharField(_("上传人"), max_length=64)
    made_at = models.DateTimeField(_("上传时间"))
    filename = models.CharField(_("文件名"), max_length=200)
    rows = models.JSONField(_("内容"), default=list)
    report = models.JSONField(_("结果"), default=dict)
    done_at = models.DateTimeField(_("载入时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("导入草稿")
        indexes = [models.Index(fields=["made_at"], name="drafts_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"
