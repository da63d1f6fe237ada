"""The guard that keeps text from becoming a formula.

A spreadsheet that opens a CSV file runs any cell beginning with = + - @ (or their full-width forms, or a
tab or line break before them).  In XLSX a cell has a type, so text is written as text and needs no guard.
In CSV there is no type: such text gets one apostrophe in front, and our reader takes one off again.

Text that already is apostrophes before such a sign gets one more, so the rule is its own inverse for every
text.  The reader applies it to foreign files too: there the apostrophe is nearly always the same guard.
"""

import re

_RISKY = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")


def guarded(text: str) -> str:
    """Text as it may stand in a CSV file."""
    return "'" + text if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """Text as it was before `guarded`."""
    return text[1:] if _GUARDED.match(text) else text
