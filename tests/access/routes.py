"""Every address of the house, as Django's own table of addresses has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Route:
    """A name with its namespaces, and the view behind it."""

    name: str
    view: Any

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def api_methods(self) -> set[str]:
        """Methods that the API's operations of this address take; empty where the view is none of them."""
        found = getattr(self.view, "_path_view", None) or _path_view(self.view)
        return {method for one in found.operations for method in one.methods} if found else set()


def _path_view(view: Any) -> Any:
    for cell in getattr(view, "__closure__", None) or ():
        if hasattr(cell.cell_contents, "operations"):
            return cell.cell_contents
    return None


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns))


def _walk(patterns: list[Any], space: str = "") -> Iterator[Route]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield Route(f"{space}{one.name}", one.callback)
        else:
            yield from _walk(one.url_patterns, space + (f"{one.namespace}:" if one.namespace else ""))
