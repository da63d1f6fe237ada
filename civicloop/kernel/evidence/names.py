"""File names come from strangers: here they become words that are safe to show."""

import unicodedata

LONGEST = 120


def safe_name(name: object) -> str:
    """The last part of a file name without control, direction and path characters, at most 120 characters.

    Right-to-left overrides ("photo\\u202egpj.exe") and zero-width characters lie about what a name says.
    An unusable name becomes "".
    """
    text = unicodedata.normalize("NFC", str(name or "")[:2000])
    text = text.replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(
        char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    text = " ".join(text.split()).strip(". ")
    if len(text) <= LONGEST:
        return text
    stem, dot, suffix = text.rpartition(".")
    if dot and len(suffix) <= 8:
        return f"{stem[: LONGEST - len(suffix) - 2]}….{suffix}"[:LONGEST]
    return text[: LONGEST - 1] + "…"
