"""The verbs of a case.  Each takes the case first, then keyword arguments, and always who does it (`by`).

`seen` is the revision that the person had on the page; another one now is refused as stale.
"""

from civicloop.cases.operations.calendar import adopt_new_calendar
from civicloop.cases.operations.contact import open_contact
from civicloop.cases.operations.elsewhere import note_elsewhere, note_many_elsewhere
from civicloop.cases.operations.fixing import report_fixed
from civicloop.cases.operations.judging import close, send_back, verify
from civicloop.cases.operations.looking_back import look_back, relapse, settle
from civicloop.cases.operations.owning import dispatch, hand_back, sign
from civicloop.cases.operations.reporting import decline, file, merge, report

__all__ = [
    "adopt_new_calendar",
    "close",
    "decline",
    "dispatch",
    "file",
    "hand_back",
    "look_back",
    "merge",
    "note_elsewhere",
    "note_many_elsewhere",
    "open_contact",
    "relapse",
    "report",
    "report_fixed",
    "send_back",
    "settle",
    "sign",
    "verify",
]
