"""Names that are data, in the reader's language."""

from django.utils.translation import get_language


def in_language(name: str, name_en: str) -> str:
    """The Chinese name, or for other readers the English one where there is one."""
    return name_en if name_en and not (get_language() or "zh").startswith("zh") else name
