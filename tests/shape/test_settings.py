"""The table of settings and the code name the same variables, with the same defaults."""

import ast
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shape.house import ROOT

pytestmark = pytest.mark.shape
SETTINGS = ROOT / "civicloop" / "config" / "settings.py"
TABLE = ROOT / "docs" / "deploy" / "settings.md"
INTERNAL = {"CIVICLOOP_PARENT", "DJANGO_SETTINGS_MODULE", "PATH"}  # between our own processes


def rows() -> dict[str, tuple[str, str]]:
    """Name → (default, meaning) as the table gives them."""
    found: dict[str, tuple[str, str]] = {}
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 3:
            for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cells[0]):
                assert name not in found, f"{name} stands in the table twice"
                found[name] = (cells[1], cells[2])
    return found


def asked_by_settings() -> dict[str, str | None]:
    """Name → literal default of every env…() call; None where the default is reckoned."""
    found: dict[str, str | None] = {}
    for node in ast.walk(ast.parse(SETTINGS.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("env"):
            if not isinstance(node.args[0], ast.Constant):
                continue  # the helpers calling one another
            default = None
            if len(node.args) == 1:
                default = ""
            else:
                with contextlib.suppress(NameError):
                    default = str(eval(compile(ast.Expression(node.args[1]), "settings", "eval"), {}))
            found[str(node.args[0].value)] = default
    return found


def asked_elsewhere() -> set[str]:
    """Names read from os.environ outside the settings."""
    return {name for file in (ROOT / "civicloop").rglob("*.py") if _counts(file) for name in _names(file)}


def _counts(file: Path) -> bool:
    return file != SETTINGS and "tests" not in file.parts


def _names(file: Path) -> Iterator[str]:
    text = file.read_text()
    if "environ" not in text and "getenv" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(
                r"(CIVICLOOP|DATABASE|XDG|LC)_[A-Z_]+|HOME|LANG|PATH|DJANGO_SETTINGS_MODULE", node.value
            )
        ):
            yield node.value


def test_every_setting_that_the_code_asks_for_has_its_row_and_every_row_is_asked_for() -> None:
    asked = set(asked_by_settings()) | (asked_elsewhere() - INTERNAL)
    assert asked == set(rows())


def test_the_table_gives_the_defaults_of_the_code() -> None:
    told = rows()
    for name, default in asked_by_settings().items():
        if default:
            assert told[name][0] == f"`{default}`", name
        elif default == "" and name != "CIVICLOOP_FILES":
            assert told[name][0] == "", f"{name} has no default"


def test_every_row_says_what_it_is_for() -> None:
    assert [name for name, (_default, meaning) in rows().items() if len(meaning) < 10] == []


def test_nobody_asks_the_environment_in_passing() -> None:
    """Outside the settings only the engine, which runs before them, and the start-up of processes ask."""
    allowed = ("civicloop/kernel/engine/", "civicloop/config/")
    for file in (ROOT / "civicloop").rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        if "tests" not in file.parts and not name.startswith(allowed):
            assert "os.environ" not in file.read_text(), name
            assert "getenv" not in file.read_text(), name
