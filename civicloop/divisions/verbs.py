"""What the trail knows of places."""

from django.utils.translation import gettext_lazy as _

from civicloop.kernel.trail.verbs import Verb

load = Verb(
    "divisions.load",
    _("载入区划"),
    facts={"read": int, "added": dict, "renamed": int, "same": int, "left": int},
    says=("source",),
)
rename = Verb("divisions.rename", _("区划更名"), facts={"code": str, "before": str, "after": str})
load_boundaries = Verb(
    "divisions.load_boundaries",
    _("载入界线"),
    facts={"read": int, "placed": int, "left": int, "system": str},
    says=("source",),
)
load_sites = Verb(
    "divisions.load_sites", _("载入点位"), facts={"read": int, "placed": int, "left": int}, says=("source",)
)
load_site_types = Verb("divisions.load_site_types", _("载入点位类型"), facts={"added": int})
add_site = Verb("divisions.add_site", _("新增点位"), facts={"code": str, "type_id": int, "division_id": int})
change_site = Verb(
    "divisions.change_site",
    _("修改点位"),
    facts={"changed": list, "type_id": int, "division_id": int},
    says=("before", "after"),
)
