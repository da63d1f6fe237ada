"""What the trail knows of the catalogue."""

from django.utils.translation import gettext_lazy as _

from civicloop.kernel.trail.verbs import Verb

load_catalogue = Verb("standards.load_catalogue", _("载入示例目录"), facts={"lines": int, "kinds": int})
add_kind = Verb(
    "standards.add_kind",
    _("新增问题类型"),
    facts={"code": str, "line_id": int, "limit_value": int, "limit_unit": str, "look_back_days": int},
)
# before and after: what was changed of limits, look-back, line and use; changed: the names of all changed
# fields.  Names and conditions are typed text and lie in what was said.
change_kind = Verb(
    "standards.change_kind",
    _("修改问题类型"),
    facts={"code": str, "changed": list, "before": dict, "after": dict},
    says=("before", "after"),
)
