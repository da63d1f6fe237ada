"""The key by which Chinese names are sorted and found; a collation would differ from server to server."""

import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin

LONGEST = 200


def pinyin_key(text: str) -> str:
    """Syllables without tones, lower case, a blank between: 城东区 → "cheng dong qu", A座3号 → "a zuo 3 hao".

    Each character has its commonest reading; signs that are neither letter nor digit fall away.
    """
    parts: list[str] = []
    word = ""
    for sign in unicodedata.normalize("NFKC", text).lower():
        reading = _reading(sign)
        if reading is None:
            word += sign
            continue
        if word:
            parts.append(word)
            word = ""
        if reading:
            parts.append(reading)
    if word:
        parts.append(word)
    return " ".join(parts)[:LONGEST]


@lru_cache(maxsize=30_000)
def _reading(sign: str) -> str | None:
    """The syllable of a character, "" for what is left out, None for what stands for itself."""
    if sign.isascii():
        return None if sign.isalnum() else ""
    found = pinyin(sign, style=Style.NORMAL, errors="ignore")
    if found:
        return str(found[0][0])
    return None if sign.isalnum() else ""
