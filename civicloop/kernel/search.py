"""Chinese full-text search in plain PostgreSQL: every CJK character is a word of its own.

Text and query are treated alike and matched as a phrase, which finds exactly the substrings.
"""

import re

from django.contrib.postgres.search import SearchQuery

_CJK = re.compile("([\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_NOT_WORD = re.compile(r"[^\w]+")


def spaced(*texts: str) -> str:
    """Texts as the index wants them: a blank round each CJK character, other signs dropped, lower case."""
    joined = " ".join(texts).lower()
    return " ".join(_NOT_WORD.sub(" ", _CJK.sub(r" \1 ", joined)).split())


def phrase(words: str) -> SearchQuery | None:
    """A query for one phrase, or None where nothing is left to look for."""
    wanted = spaced(words)
    return SearchQuery(wanted, config="simple", search_type="phrase") if wanted else None
