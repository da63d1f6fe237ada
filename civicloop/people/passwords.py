"""What a password must be, beyond what Django asks."""

from django.contrib.auth.password_validation import MinimumLengthValidator, password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's own, in words of ours: its sentence of 5.2 has no Chinese translation."""

    def get_error_message(self) -> str:
        return ngettext(
            "密码长度太短，至少要有 %(n)d 个字符。", "密码长度太短，至少要有 %(n)d 个字符。", self.min_length
        ) % {"n": self.min_length}

    def get_help_text(self) -> str:
        return ngettext("至少 %(n)d 个字符。", "至少 %(n)d 个字符。", self.min_length) % {
            "n": self.min_length
        }


def _rules() -> str:
    return " ".join(str(one) for one in password_validators_help_texts())


rules = lazy(_rules, str)
