"""The building as it stands: which module imports which, and where that breaks the order of floors.py."""

from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from civicloop.floors import FLOORS, KERNEL

ROOT = Path(__file__).resolve().parents[2]
# The kernel's own wiring for Django: it gathers what stands in the order, and nothing builds on it.
WIRING = ("apps", "models", "migrations", "templatetags", "tests", "jobs")


@cache
def graph() -> grimp.ImportGraph:
    """All imports, also those inside functions; only TYPE_CHECKING ones are left out."""
    return grimp.build_graph("civicloop", cache_dir=None, exclude_type_checking_imports=True)


def floor_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def standing() -> list[str]:
    """The floors that have a folder, from the ground up."""
    return [floor for floor in FLOORS if (ROOT / "civicloop" / floor / "__init__.py").exists()]


def ring(within: grimp.ImportGraph | None = None) -> list[str]:
    """The modules of one import ring in order, or an empty list."""
    imports = within or graph()
    try:
        TopologicalSorter(
            {one: imports.find_modules_directly_imported_by(one) for one in imports.modules}
        ).prepare()
    except CycleError as found:
        return list(reversed(found.args[1]))
    return []


def kernel_place(module: str) -> int | None:
    """Where a module of the kernel stands in its order; None for wiring, -1 for one that nobody has placed."""
    inside = module.removeprefix("civicloop.kernel.")
    if inside == module or inside.split(".")[0] in WIRING or ".tests" in module:
        return None
    fitting = [place for place in KERNEL if inside == place or inside.startswith(f"{place}.")]
    return KERNEL.index(max(fitting, key=len)) if fitting else -1


def kernel_upward(within: grimp.ImportGraph | None = None) -> list[str]:
    """Imports inside the kernel that go against its order."""
    imports, wrong = within or graph(), []
    for module in sorted(imports.modules):
        here = kernel_place(module)
        if here is None:
            continue
        for other in sorted(imports.find_modules_directly_imported_by(module)):
            there = kernel_place(other)
            if there is not None and there > here:
                wrong.append(f"{module} ({KERNEL[here]}) imports {other} ({KERNEL[there]})")
    return wrong


def drawing() -> str:
    """The floors from the top down, each with the floors that it uses."""
    uses: dict[str, set[str]] = {floor: set() for floor in FLOORS}
    for module in graph().modules:
        if floor_of(module) in uses and ".tests" not in module:
            for other in graph().find_modules_directly_imported_by(module):
                uses[floor_of(module)].add(floor_of(other))
    lines = []
    for floor in reversed(FLOORS):
        if floor not in standing():
            lines.append(f"  {floor:<14} ·")
            continue
        below = [other for other in FLOORS if other in uses[floor] - {floor}]
        lines.append(f"  {floor:<14} {' '.join(below) or '—'}")
    return "\n".join(lines)
