#!/usr/bin/env python3
"""Verify an exported trail of CivicLoop with Python's standard library alone.  独立核验导出的留痕。

    python3 verify_trail.py EXPORT.jsonl [WITNESS.json]

Reckons every leaf, root (RFC 9162) and link again; a witness is a seal that another office kept.
Exit code 0: nothing was changed; 1: something was; 2: a file cannot be read.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

SAYS = {
    "gap": "entries are missing before this place  此前缺少留痕",
    "size": "the seal covers another number of entries  封存的条数与实际不符",
    "root": "entries up to here are not those that were sealed  至此的留痕与封存时不同",
    "link": "is not linked to the seal before  与上一次封存不相连",
    "witness": "differs from the witness: history was rewritten  与见证方不同：历史被改写",
    "tail": "entries after the last seal  最后一次封存之后还有留痕",
    "cut": "the witness knows a seal that is not here: cut or rewritten  见证方的封存不在其中：被截去或改写",
}


def leaf_of(entry: dict) -> bytes:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(b"\0" + text.encode()).digest()


def append(frontier: list, size: int, leaf: bytes) -> None:
    while size & 1:
        leaf, size = sha256(b"\1" + frontier.pop() + leaf).digest(), size >> 1
    frontier.append(leaf)


def root_of(frontier: list) -> str:
    root = frontier[-1] if frontier else sha256(b"").digest()
    for left in reversed(frontier[:-1]):
        root = sha256(b"\1" + left + root).digest()
    return root.hex()


def link_of(before: str, seal: dict) -> str:
    return sha256(f"{before}\n{seal['size']}\n{seal['root']}\n{seal['sealed_at']}".encode()).hexdigest()


def findings(lines, witness, count: dict):
    """Yield (where, word of SAYS) for all that does not fit, and count what was read."""
    frontier, place, link, sealed = [], 0, "", 0
    for line in lines:
        if "entry" in line:
            if line["place"] != place:
                yield f"place {line['place']}", "gap"
            append(frontier, count["entries"], leaf_of(line["entry"]))
            count["entries"], place = count["entries"] + 1, line["place"] + 1
        else:
            seal, root, where = line["seal"], root_of(frontier), f"seal {line['seal']['id']}"
            if seal["size"] != count["entries"]:
                yield where, "size"
            if seal["root"] != root:
                yield f"{where}, places {sealed} to {place - 1}", "root"
            if seal["link"] != link_of(link, seal):
                yield where, "link"
            if witness and witness["size"] == seal["size"]:
                if (witness["root"], witness["link"]) != (root, seal["link"]):
                    yield where, "witness"
                witness = None
            link, sealed = seal["link"], place
            count["seals"] += 1
    if place != sealed:
        yield f"place {sealed}", "tail"
    if witness:
        yield f"place {witness['size']}", "cut"


def main(arguments: list) -> int:
    count, found = {"entries": 0, "seals": 0}, 0
    try:
        witness = json.loads(Path(arguments[1]).read_bytes())["seal"] if len(arguments) == 2 else None
        with Path(arguments[0]).open(encoding="utf-8") as file:
            if json.loads(file.readline()) != {"civicloop": "trail", "format": 1}:
                raise ValueError("this is no exported trail of format 1")
            for where, word in findings(map(json.loads, file), witness, count):
                found += 1
                print(f"{where}: {SAYS[word]}")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as broken:
        print(f"cannot be read  无法读取: {type(broken).__name__}: {broken}")
        return 2
    verdict = "CHANGED  已被篡改" if found else "INTACT  完好"
    print(f"{verdict}: entries 留痕 {count['entries']}, seals 封存 {count['seals']}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
