"""What people type, made fit to keep."""

import unicodedata

from django.utils.translation import gettext as _

from civicloop.kernel.refused import Refused

LONGEST = 4000


def typed(text: str, *, longest: int = LONGEST) -> str:
    """Text without control characters and outer blanks, in composed form; too long is refused, never cut."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(
        sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}
    ).strip()
    if len(clean) > longest:
        raise Refused(
            _("文字有 %(count)d 个字，超过上限 %(longest)d 字，请精简后再提交。")
            % {"count": len(clean), "longest": longest}
        )
    return clean


def needed(text: str, sentence: str, *, longest: int = LONGEST) -> str:
    """Text that may not be missing."""
    if clean := typed(text, longest=longest):
        return clean
    raise Refused(sentence)
