"""Who may stand in the trail as the one who did it.

A person's key is "person:<id>", a machine's "system:<name>", a connector's or import's likewise.
The kernel keeps keys only; the app that owns a kind of actor teaches the kernel its names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Names = dict[str, str]
_namers: dict[str, Callable[[Iterable[str]], Names]] = {}


@runtime_checkable
class Actor(Protocol):
    """Anyone who can change something."""

    @property
    def actor_key(self) -> str: ...

    @property
    def actor_name(self) -> str: ...


@dataclass(frozen=True)
class SystemActor:
    """A named machine that acts by itself."""

    name: str
    label: str | Promise

    @property
    def actor_key(self) -> str:
        return f"system:{self.name}"

    @property
    def actor_name(self) -> str:
        return str(self.label)


WORKER = SystemActor("worker", _("系统"))
IMPORTER = SystemActor("importer", _("数据导入"))
INSTALLER = SystemActor("installer", _("系统安装"))
_system = {actor.actor_key: actor for actor in (WORKER, IMPORTER, INSTALLER)}


def teach_names(kind: str, namer: Callable[[Iterable[str]], Names]) -> None:
    """Let the app that owns actors of `kind` turn their keys into names, many at a time."""
    _namers[kind] = namer


def names_of(keys: Iterable[str]) -> Names:
    """The names behind `keys`; an unknown key stands for itself."""
    wanted: dict[str, list[str]] = {}
    for key in set(keys):
        wanted.setdefault(key.partition(":")[0], []).append(key)
    names: Names = {}
    for kind, group in wanted.items():
        if kind == "system":
            names.update({key: _system[key].actor_name for key in group if key in _system})
        elif kind in _namers:
            names.update(_namers[kind](group))
        names.update({key: key for key in group if key not in names})
    return names
