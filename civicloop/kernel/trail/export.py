"""What is handed to others: the whole sealed trail for outsiders, its last seal for witnesses."""

import json
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from civicloop.kernel.trail.models import Seal
from civicloop.kernel.trail.reading import PLACES, SEALS, one_picture, rows_of
from civicloop.kernel.trail.record import canonical, plain
from civicloop.kernel.trail.sealing import columns_of

FORMAT = 1


def export(path: Path) -> int:
    """Write all sealed entries and their seals as JSON lines, in tree order; returns how many entries.

    For outsiders and prove/verify_trail.py.  Holds no typed word, only its hash.
    """
    count = 0
    with (
        path.open("w", encoding="utf-8") as out,
        one_picture(),
        rows_of(SEALS) as seals,
        rows_of(PLACES) as places,
    ):
        _write(out, {"civicloop": "trail", "format": FORMAT})
        place = next(places, None)
        for seal in seals:
            while place is not None and place[0] < seal[2]:
                if place[4] is not None:
                    _write(out, {"place": place[0], "entry": columns_of(place[4:])})
                    count += 1
                place = next(places, None)
            number, sealed_at, size, root, _frontier, link = seal
            _write(out, {"seal": _as_witness(number, sealed_at, size, root, link)})
    return count


def witness(path: Path) -> dict[str, Any] | None:
    """Write the last seal as a small file for another office to keep; None, and no file, if there is none."""
    last = Seal.objects.order_by("-size").first()
    if last is None:
        return None
    kept = _as_witness(last.pk, last.sealed_at, last.size, last.root, last.link)
    with path.open("w", encoding="utf-8") as out:
        _write(out, {"civicloop": "witness", "format": FORMAT, "seal": kept})
    return kept


def _as_witness(number: int, sealed_at: datetime, size: int, root: str, link: str) -> dict[str, Any]:
    return {"id": number, "sealed_at": plain(sealed_at), "size": size, "root": root, "link": link}


def read_witness(given: Path | dict[str, Any] | None) -> dict[str, Any] | None:
    """The seal that someone kept.  ValueError if the file is none of ours."""
    if given is None:
        return None
    content = given if isinstance(given, dict) else json.loads(given.read_text(encoding="utf-8"))
    seal = content.get("seal", content)
    if not isinstance(seal.get("size"), int) or not all(
        isinstance(seal.get(one), str) for one in ("root", "link")
    ):
        raise ValueError("this file is no witness of the trail")
    return dict(seal)


def _write(out: IO[str], line: dict[str, Any]) -> None:
    out.write(canonical(line).decode() + "\n")
