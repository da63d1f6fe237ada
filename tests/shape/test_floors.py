"""The strict order: an app imports only what stands before it."""

from pathlib import Path

import grimp
import pytest
from importlinter import configuration
from importlinter.application import use_cases

from civicloop.floors import FLOORS, KERNEL
from tests.shape.house import ROOT, drawing, graph, kernel_place, kernel_upward, ring, standing

pytestmark = pytest.mark.shape


def contract(place: Path, root: str, floors: tuple[str, ...]) -> str:
    """The order as import-linter wants it: highest first, a floor without a folder in brackets."""
    layers = "\n".join(f"    ({floor})" for floor in reversed(floors))
    file = place / "floors.ini"
    file.write_text(
        f"[importlinter]\nroot_package = {root}\nexclude_type_checking_imports = True\n"
        f"[importlinter:contract:floors]\nname = floors\ntype = layers\ncontainers = {root}\n"
        f"exhaustive = True\nexhaustive_ignores =\n    floors\n    __main__\nlayers =\n{layers}\n"
        # Tests stand outside the house: they play in a whole city.
        f"ignore_imports =\n    {root}.*.tests.** -> {root}.**\n    {root}.*.*.tests.** -> {root}.**\n"
        "unmatched_ignore_imports_alerting = none\n"
    )
    return str(file)


def keeps(file: str, capsys: pytest.CaptureFixture[str]) -> tuple[bool, str]:
    configuration.configure()
    kept = use_cases.lint_imports(config_filename=file, cache_dir=None)
    return kept, capsys.readouterr().out


def test_no_floor_imports_a_higher_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, said = keeps(contract(tmp_path, "civicloop", FLOORS), capsys)
    assert kept, said


def test_the_order_is_one_that_the_linter_would_really_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same house with two floors changed about does not stand."""
    turned = list(FLOORS)
    people, cases = turned.index("people"), turned.index("cases")
    turned[people], turned[cases] = turned[cases], turned[people]
    kept, said = keeps(contract(tmp_path, "civicloop", tuple(turned)), capsys)
    assert not kept
    assert "civicloop.cases" in said


def test_every_folder_is_a_floor() -> None:
    folders = {one.name for one in (ROOT / "civicloop").iterdir() if (one / "__init__.py").exists()}
    assert folders <= set(FLOORS)
    assert len(set(FLOORS)) == len(FLOORS)


def test_there_is_no_import_ring_anywhere() -> None:
    found = ring()
    assert not found, "an import ring: " + " → ".join(found)


def test_a_ring_would_be_found() -> None:
    made = grimp.ImportGraph()
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        made.add_import(importer=one, imported=other)
    assert set(ring(made)) == {"a", "b", "c"}


def test_the_kernel_keeps_its_own_order() -> None:
    unplaced = sorted(one for one in graph().modules if kernel_place(one) == -1 and one != "civicloop.kernel")
    assert not unplaced, f"not in floors.KERNEL: {unplaced}"
    wrong = kernel_upward()
    assert not wrong, "\n".join(wrong)


def test_the_kernel_knows_no_word_of_the_domain() -> None:
    """Nothing in the kernel is named after an app, and nothing in it speaks of cases."""
    apps = {floor for floor in standing() if floor not in {"kernel", "config"}}
    for module in graph().modules:
        if module.startswith("civicloop.kernel.") and ".tests" not in module:
            assert not apps & set(module.split(".")[2:]), module
    for word in ("案件", "派遣", "督查员", "文明办"):
        for file in (ROOT / "civicloop" / "kernel").rglob("*.py"):
            if "tests" not in file.parts:
                assert word not in file.read_text(), f"{file.relative_to(ROOT)} speaks of {word}"


def test_the_drawing_shows_every_floor() -> None:
    drawn = drawing().splitlines()
    assert [line.split()[0] for line in drawn] == list(reversed(FLOORS))
    assert len(KERNEL) == len(set(KERNEL))
