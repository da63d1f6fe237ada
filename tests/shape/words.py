"""Every word that the code gives a Chinese name: verbs, states and other choices, roles, models."""

import importlib
import inspect
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models
from django.utils.translation import override

from civicloop.kernel.trail.verbs import VERBS
from civicloop.kernel.workflow import Move
from tests.shape.house import ROOT

PAPER = ROOT / "docs" / "words.md"


@cache
def modules() -> tuple[object, ...]:
    """All modules of the house but its tests, imported: a verb is known once its module is."""
    found = []
    for file in sorted((ROOT / "civicloop").rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        if {"tests", "migrations", "__main__", "wsgi", "processes"}.isdisjoint(parts):
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not Path(file).name.startswith("_workbook"):
                found.append(importlib.import_module(name))
    return tuple(found)


def verbs() -> dict[str, str]:
    """`cases.send_back` → 返工."""
    modules()
    with override("zh-hans"):
        return {name: str(verb.label) for name, verb in VERBS.items() if name.split(".")[0] != "toys"}


def moves() -> dict[str, tuple[str, str]]:
    """`cases.send_back` → ("fixed, verified", "signed"); what begins comes from "—", what stays goes to "="."""
    modules()
    return {
        name: (", ".join(sorted(one or "—" for one in verb.sources)), verb.to if verb.to is not None else "=")
        for name, verb in VERBS.items()
        if isinstance(verb, Move) and not name.startswith("toys.")
    }


def choices() -> dict[str, str]:
    """`cases.State.signed` → 整改中, for every set of choices of the house."""
    found: dict[str, str] = {}
    with override("zh-hans"):
        for module in modules():
            for name, thing in _classes(module):
                if issubclass(thing, models.TextChoices) and thing is not models.TextChoices:
                    app = module.__name__.split(".")[1]  # type: ignore[attr-defined]
                    found |= {f"{app}.{name}.{one.value}": str(one.label) for one in thing}
    return found


def _classes(module: object) -> list[tuple[str, type]]:
    """Classes defined in a module, and those inside them by `Outer.Inner`."""
    here = [
        (name, one)
        for name, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module.__name__  # type: ignore[attr-defined]
    ]
    inner = [
        (f"{name}.{within}", one)
        for name, outer in here
        for within, one in vars(outer).items()
        if inspect.isclass(one) and one.__module__ == module.__name__  # type: ignore[attr-defined]
    ]
    return here + inner


def things() -> dict[str, str]:
    """`cases.Case` → 案件, for every model."""
    with override("zh-hans"):
        return {
            model._meta.label: str(model._meta.verbose_name)
            for model in apps.get_models()
            if model.__module__.startswith("civicloop.") and ".tests" not in model.__module__
        }


def told() -> dict[str, list[list[str]]]:
    """The tables of docs/words.md by their heading; each row as its cells."""
    tables: dict[str, list[list[str]]] = {}
    heading = ""
    for line in PAPER.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:].split("（")[0].strip()
            tables[heading] = []
        elif line.startswith("| ") and not line.startswith(("| 中文", "|---", "| ---")):
            tables[heading].append([cell.strip().strip("`") for cell in line.strip().strip("|").split("|")])
    return tables
