"""What the trail says of people.  Names and reasons that somebody typed lie beside the entry, never in it."""

from django.utils.translation import gettext_lazy as _

from civicloop.kernel.trail.verbs import Verb

# At the door
LOG_IN = Verb("people.log_in", _("登录"))
LOG_IN_FAILED = Verb("people.log_in_failed", _("登录失败"))
LOCKED_OUT = Verb("people.locked_out", _("账号锁定"), facts={"tries": int, "minutes": int})
LOG_OUT = Verb("people.log_out", _("退出登录"))
END_SESSIONS = Verb("people.end_sessions", _("退出所有设备"))
CHANGE_PASSWORD = Verb("people.change_password", _("修改密码"))
PASS_FACTOR = Verb("people.pass_factor", _("通过动态口令"))
FACTOR_FAILED = Verb("people.factor_failed", _("动态口令错误"))
ENROL_FACTOR = Verb("people.enrol_factor", _("绑定动态口令"), facts={"replaces": bool})
ISSUE_TOKEN = Verb(
    "people.issue_token", _("签发接口令牌"), facts={"token": int, "expires_at": str}, says=("name",)
)
REVOKE_TOKEN = Verb("people.revoke_token", _("吊销接口令牌"), facts={"token": int})

# The system administrator's
ADD_PERSON = Verb("people.add_person", _("建立账号"), facts={"unit": int})
EDIT_PERSON = Verb("people.edit_person", _("修改人员资料"), facts={"fields": list, "unit": int})
DISABLE = Verb("people.disable", _("停用账号"), says=("reason",))
ENABLE = Verb("people.enable", _("启用账号"), says=("reason",))
ADD_UNIT = Verb("people.add_unit", _("建立单位"), facts={"division": str, "kind": str, "lines": list})
EDIT_UNIT = Verb(
    "people.edit_unit", _("修改单位"), facts={"fields": list, "division": str, "kind": str, "lines": list}
)
ADD_POST = Verb("people.add_post", _("设立岗位"), facts={"unit": int})

# The security administrator's
GRANT = Verb("people.grant", _("授予权限"), facts={"grant": int, "role": str, "division": str, "line": str})
WITHDRAW = Verb(
    "people.withdraw",
    _("收回权限"),
    facts={"grant": int, "role": str, "division": str, "line": str},
    says=("reason",),
)
APPOINT = Verb(
    "people.appoint",
    _("任职"),
    facts={"holding": int, "post": int, "since": str, "until": str, "acting": bool},
)
END_HOLDING = Verb(
    "people.end_holding", _("离任"), facts={"holding": int, "post": int, "until": str}, says=("reason",)
)
UNLOCK = Verb("people.unlock", _("解除锁定"), says=("reason",))
RESET_PASSWORD = Verb("people.reset_password", _("重置密码"), says=("reason",))
RESET_FACTOR = Verb("people.reset_factor", _("重置动态口令"), says=("reason",))
