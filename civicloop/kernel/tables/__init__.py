"""Tables in and out: XLSX, XLS, ODS and CSV as offices send them, and as they can open them."""

from civicloop.kernel.tables.cells import LIMITS, Cell, Limits, Row, Sheet, Unreadable, text_of
from civicloop.kernel.tables.dates import Unread, read_moment
from civicloop.kernel.tables.mapping import BadMap, Field, Kind, Map, Reading, propose
from civicloop.kernel.tables.reading import read, sheet_names
from civicloop.kernel.tables.report import Problem, Report
from civicloop.kernel.tables.writing import Unwritable, write_csv, write_xlsx

__all__ = [
    "LIMITS",
    "BadMap",
    "Cell",
    "Field",
    "Kind",
    "Limits",
    "Map",
    "Problem",
    "Reading",
    "Report",
    "Row",
    "Sheet",
    "Unread",
    "Unreadable",
    "Unwritable",
    "propose",
    "read",
    "read_moment",
    "sheet_names",
    "text_of",
    "write_csv",
    "write_xlsx",
]
