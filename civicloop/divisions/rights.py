"""Who may do what with places.  People stand on a later floor: here they are what they can answer."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Protocol, cast, runtime_checkable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise

from civicloop.kernel.actors import Actor, SystemActor
from civicloop.kernel.refused import Refused

LOADS_PLACES = frozenset({"system_admin"})
KEEPS_SITES = frozenset({"dispatcher", "editor", "system_admin"})
SEES_SITES = KEEPS_SITES | {"inspector", "leader", "handler"}


class Standing(Protocol):
    """A role over a subtree."""

    @property
    def role(self) -> str: ...

    @property
    def path(self) -> str: ...


@runtime_checkable
class Viewer(Protocol):
    """Someone logged in."""

    @property
    def actor_key(self) -> str: ...

    @property
    def actor_name(self) -> str: ...

    @property
    def standings(self) -> Sequence[Standing]: ...

    @property
    def roles(self) -> frozenset[str]: ...


def reach(by: Actor, roles: Iterable[str]) -> tuple[str, ...] | None:
    """The subtrees in which `by` is one of `roles`; None means everywhere (machines that install)."""
    if isinstance(by, SystemActor):
        return None
    if not isinstance(by, Viewer):
        return ()
    return tuple(sorted({one.path for one in by.standings if one.role in roles}))


def is_within(path: str, reached: tuple[str, ...] | None) -> bool:
    return reached is None or path.startswith(reached)


def reach_or_refuse(by: Actor, roles: Iterable[str], sentence: str | Promise) -> tuple[str, ...] | None:
    """`reach`, or a refusal where there is none."""
    reached = reach(by, roles)
    if reached == ():
        raise Refused(sentence)
    return reached


def viewer(request: HttpRequest) -> Viewer:
    """Who asks.  Every page here is behind the log-in."""
    return cast(Viewer, request.user)


View = Callable[..., HttpResponse]


def only(roles: frozenset[str]) -> Callable[[View], View]:
    """For anyone without one of these roles the page does not exist."""

    def wrap(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not roles & viewer(request).roles:
                raise Http404
            return view(request, *args, **kwargs)

        asked.roles = roles  # type: ignore[attr-defined]  # read by the matrix of who may open what
        return asked

    return wrap
