"""What `civicloop audit …` does: seals over the trail, and whether it is still what was written.

Exit codes: 0 all is well, 1 something is not as it was written, 2 nothing was done.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from civicloop.config.said import in_the_terminals_language
from civicloop.kernel.trail import export as files
from civicloop.kernel.trail import sealing
from civicloop.kernel.trail.record import plain
from civicloop.kernel.trail.verify import Verdict, verify

FINE, SPOILED, NOTHING = 0, 1, 2


def audit(asked: argparse.Namespace) -> int:
    """Verify, export, witness or seal; `asked` is what the command line said."""
    with in_the_terminals_language():
        try:
            return _AUDITS[asked.what](asked)
        except (OSError, ValueError) as broken:
            why = getattr(broken, "strerror", None) or str(broken)
            return _not_done(asked, _("没有完成：%(why)s") % {"why": why})


def _verify(asked: argparse.Namespace) -> int:
    verdict = verify(witness=_kept(asked.witness), files=asked.files)
    if asked.json:
        _say(_as_json(verdict))
    else:
        _say("\n".join(_in_words(verdict, witnessed=asked.witness is not None)))
    return FINE if verdict.ok else SPOILED


def _kept(path: Path | None) -> dict[str, Any] | None:
    """The content of a witness file; ValueError where it is none."""
    if path is None:
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("seal", content), dict):
        raise ValueError(_("这不是封存凭证文件"))
    return content


def _as_json(verdict: Verdict) -> dict[str, Any]:
    problems = [{"what": one.what, "where": one.where, "sentence": one.sentence} for one in verdict.problems]
    return {
        "ok": verdict.ok,
        "entries": verdict.entries,
        "sealed": verdict.sealed,
        "unsealed": verdict.unsealed,
        "seals": verdict.seals,
        "problems": problems,
        "more": verdict.more,
    }


def _in_words(verdict: Verdict, *, witnessed: bool) -> list[str]:
    shown = {
        "entries": verdict.entries,
        "sealed": verdict.sealed,
        "seals": verdict.seals,
        "unsealed": verdict.unsealed,
    }
    lines = [
        _("留痕 %(entries)d 条，其中 %(sealed)d 条已由 %(seals)d 个封存覆盖，%(unsealed)d 条尚未封存。")
        % shown
    ]
    if verdict.ok:
        lines.append(_("核验通过：与写入时一致，事物的现状与留痕相符。"))
        if not witnessed:
            lines.append(_("要发现连同封存一起改写的情况，请用 --witness 给出另一单位保存的封存凭证。"))
        return lines
    count = len(verdict.problems) + verdict.more
    lines.append(_("核验没有通过，发现 %(count)d 处问题：") % {"count": count})
    lines += [f"  {one.where}  {one.sentence}" for one in verdict.problems]
    if verdict.more:
        lines.append(_("另有 %(more)d 处没有列出。") % {"more": verdict.more})
    return lines


def _export(asked: argparse.Namespace) -> int:
    path = _target(asked)
    if path is None:
        return NOTHING
    count = files.export(path)
    shown = {"count": count, "path": str(path)}
    _say(shown if asked.json else _("已把 %(count)d 条已封存的留痕写入 %(path)s。") % shown)
    return FINE


def _witness(asked: argparse.Namespace) -> int:
    path = _target(asked)
    if path is None:
        return NOTHING
    kept = files.witness(path)
    if kept is None:
        return _not_done(asked, _("还没有任何封存，请先运行 civicloop audit seal。"))
    words = _("封存凭证已写入 %(path)s（覆盖 %(size)d 条），请交由另一单位保存。")
    _say(kept if asked.json else words % {"path": path, "size": kept["size"]})
    return FINE


def _seal(asked: argparse.Namespace) -> int:
    made = sealing.seal(everything=True)
    if asked.json:
        _say({"size": made.size, "root": made.root, "sealed_at": plain(made.sealed_at)} if made else {})
    elif made is None:
        _say(_("没有等待封存的留痕。"))
    else:
        _say(_("已封存到第 %(size)d 条，树根 %(root)s。") % {"size": made.size, "root": made.root})
    return FINE


_AUDITS: dict[str, Callable[[argparse.Namespace], int]] = {
    "verify": _verify,
    "export": _export,
    "witness": _witness,
    "seal": _seal,
}


def _target(asked: argparse.Namespace) -> Path | None:
    if asked.file is None:
        _not_done(asked, _("请写明要写入哪个文件。"))
        return None
    path: Path = asked.file
    return path


def _not_done(asked: argparse.Namespace, sentence: str) -> int:
    if asked.json:
        _say({"error": sentence})
    else:
        sys.stderr.write(sentence + "\n")
    return NOTHING


def _say(told: str | dict[str, Any]) -> None:
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, indent=1)
    sys.stdout.write(text + "\n")
