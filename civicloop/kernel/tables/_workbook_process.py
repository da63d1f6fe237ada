"""Reads one workbook in a process of its own and says it as JSON lines; run by `workbooks.py`, not imported.

A workbook may name two far corners, repeat one cell a thousand million times or refer to one long text
from each of a million cells: the parser lays all of it out in memory.  Here that ends this process, not
the server.

Standard input is the file.  The one argument is JSON: sheet (name or null), memory, seconds.
Standard output: one head {"sheets", "name", "first_column", "merged", "errors", "unsaved", "epoch_1904"},
then lists of rows [[number, [cells]], …], an empty list last.  {"error": word} where it ends early.
"""

import datetime as dt
import json
import re
import sys
import zipfile
from typing import Any, BinaryIO
from xml.parsers import expat

BATCH = 500
BATCH_CHARS = 2_000_000
MARKS_KEPT = 2000
MERGED_KEPT = 20_000


def bound(memory: int, seconds: int) -> None:
    try:
        import resource  # not on every system
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            continue  # the system allows no such bound


def say(thing: object) -> None:
    sys.stdout.write(json.dumps(thing, ensure_ascii=False, separators=(",", ":")) + "\n")


def plain(cell: Any) -> Any:
    """JSON for a cell: dates and times as {"kind": text}."""
    if isinstance(cell, dt.datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, dt.time):
        return {"time": cell.isoformat()}
    if isinstance(cell, dt.timedelta):
        return {"seconds": cell.total_seconds()}
    return cell


def _start_tags(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    tags: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, marks: tags.append((tag.rpartition(":")[2], marks))
    parser.Parse(xml, True)
    return tags


def sheet_part(packed: zipfile.ZipFile, name: str) -> str | None:
    """Which part of an XLSX package holds the sheet of that name."""
    relation = next(
        (
            next((value for key, value in marks.items() if key.rpartition(":")[2] == "id"), None)
            for tag, marks in _start_tags(packed.read("xl/workbook.xml"))
            if tag == "sheet" and marks.get("name") == name
        ),
        None,
    )
    for tag, marks in _start_tags(packed.read("xl/_rels/workbook.xml.rels")):
        if tag == "Relationship" and marks.get("Id") == relation:
            target = marks.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def marks_of(sheet: BinaryIO) -> tuple[list[str], list[str]]:
    """References of cells that hold an error, and of formulas saved without a result.

    The parser shows both as empty cells, and an empty cell that should not be empty must be told.
    """
    errors: list[str] = []
    unsaved: list[str] = []
    at, formula, result = "", False, False

    def text(_data: str) -> None:
        nonlocal result
        result = True

    def settle() -> None:
        if formula and not result:
            unsaved.append(at)

    def start(tag: str, marks: dict[str, str]) -> None:
        nonlocal at, formula, result
        local = tag.rpartition(":")[2]
        parser.CharacterDataHandler = None
        if local == "c":
            settle()
            at, formula, result = marks.get("r", ""), False, False
            if marks.get("t") == "e" and len(errors) < MARKS_KEPT:
                errors.append(at)
        elif local == "f":
            formula = True
        elif local == "v" and formula:
            parser.CharacterDataHandler = text

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    while chunk := sheet.read(1 << 20):
        parser.Parse(chunk, False)
        if len(unsaved) > MARKS_KEPT:
            return errors, unsaved
    parser.Parse(b"", True)
    settle()
    return errors, unsaved


def _mentions(sheet: BinaryIO) -> bool:
    """Whether a second, slow look is worth it."""
    tail = b""
    while chunk := sheet.read(1 << 20):
        seen = tail + chunk
        if b't="e"' in seen or b"t='e'" in seen or b"<f" in seen or b":f" in seen:
            return True
        tail = seen[-8:]
    return False


def extras(file: BinaryIO, name: str) -> dict[str, Any]:
    """What calamine does not tell of an XLSX sheet."""
    found: dict[str, Any] = {"errors": [], "unsaved": [], "epoch_1904": False}
    file.seek(0)
    if not zipfile.is_zipfile(file):
        return found
    with zipfile.ZipFile(file) as packed:
        if "xl/workbook.xml" not in packed.namelist():
            return found
        book = packed.read("xl/workbook.xml")
        found["epoch_1904"] = bool(re.search(rb"""date1904\s*=\s*["'](1|true)["']""", book))
        part = sheet_part(packed, name)
        if part is None or part not in packed.namelist():
            return found
        with packed.open(part) as sheet:
            if not _mentions(sheet):  # type: ignore[arg-type]  # ZipExtFile reads like any file
                return found
        with packed.open(part) as sheet:
            found["errors"], found["unsaved"] = marks_of(sheet)  # type: ignore[arg-type]
    return found


def is_shown(sheet: Any) -> bool:
    return str(sheet.visible).endswith(".Visible") and str(sheet.typ).endswith(".WorkSheet")


def choose(book: Any, wanted: str | None) -> Any:
    """The sheet asked for, else the first visible one that holds anything."""
    if wanted is not None:
        return book.get_sheet_by_name(wanted)
    first = None
    for sheet in book.sheets_metadata:
        if not is_shown(sheet):
            continue
        candidate = book.get_sheet_by_name(sheet.name)
        if candidate.start is not None:
            return candidate
        first = first or candidate
    return first


def tell(file: BinaryIO, wanted: str | None) -> None:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_object(file)
        names = [sheet.name for sheet in book.sheets_metadata if is_shown(sheet)]
        if wanted is not None and wanted not in book.sheet_names:
            say({"error": "no such sheet", "sheets": names})
            return
        sheet = choose(book, wanted)
    except python_calamine.PasswordError:
        say({"error": "password"})
        return
    if sheet is None or sheet.start is None:
        say({"error": "empty", "sheets": names})
        return
    say(
        {
            "sheets": names,
            "name": sheet.name,
            "first_column": sheet.start[1],
            "merged": (sheet.merged_cell_ranges or [])[:MERGED_KEPT],
            **extras(file, sheet.name),
        }
    )
    batch: list[Any] = []
    chars = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if all(isinstance(cell, str) and not cell.strip() for cell in cells):
            continue
        batch.append([number, [plain(cell) for cell in cells]])
        chars += sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(batch) == BATCH or chars > BATCH_CHARS:
            say(batch)
            batch, chars = [], 0
    if batch:
        say(batch)
    say([])


def is_memory(broken: BaseException, memory: int) -> bool:
    """Whether a failure is want of memory: the parser has many words for it, the peak has one."""
    if isinstance(broken, MemoryError) or "capacity" in str(broken):
        return True
    try:
        import resource
    except ImportError:
        return False
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > memory * 0.7


def main() -> int:
    asked = json.loads(sys.argv[1])
    bound(asked["memory"], asked["seconds"])
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a TextIOWrapper here
    try:
        tell(sys.stdin.buffer, asked["sheet"])
    except BaseException as broken:  # noqa: BLE001  # the parser's panics are no Exception
        say({"error": "too large" if is_memory(broken, asked["memory"]) else "broken"})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
