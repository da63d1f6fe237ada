"""Short-lived signed addresses: who may see a file is decided where the address is made.

An address is for one person and one size, and lives for five minutes at most.  Its end is rounded, so that
the same page drawn again within that time gives the same address and the browser's cache is used.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Literal

from django.core import signing
from django.urls import reverse

from civicloop.kernel.actors import Actor
from civicloop.kernel.evidence.models import Evidence

Size = Literal["thumb", "display", "original"]
LIVES = 300  # seconds
_SIZES: tuple[Size, ...] = ("thumb", "display", "original")


@dataclass(frozen=True)
class Opened:
    """What a valid token asks for, and for how many more seconds it holds."""

    uid: uuid.UUID
    size: Size
    left: int


def address(evidence: Evidence, size: Size = "thumb", *, for_: Actor, seconds: int = LIVES) -> str:
    """A URL at which `for_`, and nobody else, sees this file for between seconds/2 and `seconds`.

    Ask whether the person may see it before; the view only checks the signature.  "original" downloads the
    file as it came, with everything the camera wrote in it, and is trailed.  No queries.
    """
    url = reverse("evidence", args=[token(evidence.uid, size, for_=for_, seconds=seconds)])
    # Another address once the copies are there: browsers would show the placeholder again.
    return url if size == "original" or evidence.state != Evidence.State.RECEIVED else f"{url}?wait"


def token(uid: uuid.UUID, size: Size, *, for_: Actor, seconds: int = LIVES, at: float | None = None) -> str:
    """The signed part of an address.  `at` is a Unix time, for tests."""
    if size not in _SIZES:
        raise ValueError(f"no size {size}")
    step = max(1, min(seconds, LIVES) // 2)
    ends = (int(time.time() if at is None else at) // step + 2) * step
    return _signer(for_.actor_key).sign(f"{uid.hex}.{size}.{ends:x}")


def opened(text: str, *, for_: Actor, at: float | None = None) -> Opened | None:
    """What a token asks for; None if it is forged, another person's, or over."""
    try:
        uid, size, ends = _signer(for_.actor_key).unsign(text).split(".")
        left = int(ends, 16) - int(time.time() if at is None else at)
    except (signing.BadSignature, ValueError):
        return None
    known = next((one for one in _SIZES if one == size), None)
    return Opened(uuid.UUID(hex=uid), known, left) if known and left > 0 else None


def _signer(key: str) -> signing.Signer:
    return signing.Signer(sep="~", salt=f"civicloop.evidence:{key}")
