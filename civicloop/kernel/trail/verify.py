"""Is the trail still what was written?  (篡改可发现)

Every leaf is reckoned again from its entry, every root from the leaves, every link from the seals; then the
present state of things is held against the trail.  Whoever owns the database and this code can rewrite both;
that is found only by a witness: a seal that another office kept.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext as _

from civicloop.kernel.slots import Slot
from civicloop.kernel.trail import merkle
from civicloop.kernel.trail.export import read_witness
from civicloop.kernel.trail.reading import PLACES, SEALS, one_picture, rows_of
from civicloop.kernel.trail.record import plain, salted
from civicloop.kernel.trail.sealing import COLUMNS, leaf_of, link_of

LATE = timedelta(hours=1)  # an entry that was not there an hour after it was written needs an explanation
TOLD = 1000  # problems that a verdict lists; beyond that it only counts


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was written.

    what      a word for machines: changed, missing, misplaced, …
    where     "entry 12", "seal 3", "cases.case 7"
    sentence  for the auditor
    """

    what: str
    where: str
    sentence: str


@dataclass
class Verdict:
    """What `verify` found.  `more` counts the problems beyond those listed."""

    entries: int = 0
    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    def add(self, what: str, where: str, sentence: str) -> None:
        self.take(Problem(what, where, sentence))

    def take(self, problem: Problem) -> None:
        if len(self.problems) < TOLD:
            self.problems.append(problem)
        else:
            self.more += 1


Check = Callable[[], Iterator[Problem]]
CHECKS: Slot[Check] = Slot("kernel.audit_checks")  # filled by what keeps files: do the bytes still match?


def verify(witness: Path | dict[str, Any] | None = None, files: bool = False) -> Verdict:
    """Hold the whole trail against its seals, and things against the trail.

    witness  a seal that someone else kept (a file of `export.witness`, or its content)
    files    also run the checks that other parts of the kernel have brought, such as the bytes of photos
    Reads one unchanging picture of the database, in chunks.
    """
    verdict = Verdict()
    kept = read_witness(witness)
    with one_picture():
        last = _Tree(verdict, kept).walk()
        _look_at_unsealed(verdict, last)
        _look_at_words(verdict)
        for model in things():
            _look_at_things(verdict, model)
    if files:
        for check in CHECKS:
            for problem in check():
                verdict.take(problem)
    return verdict


def things() -> list[type[models.Model]]:
    """The models whose state the trail tells: every `Thing`."""
    return [model for model in apps.get_models() if getattr(model, "state_is_told", False)]


class _Tree:
    """One walk over all places in the order of the tree, seal by seal."""

    def __init__(self, verdict: Verdict, witness: dict[str, Any] | None) -> None:
        self.verdict = verdict
        self.witness = witness
        self.frontier: list[bytes] = []
        self.size = 0
        self.last: tuple[datetime, str] | None = None  # when the last seal was made, and its link

    def walk(self) -> datetime | None:
        """Returns when the last seal was made."""
        with rows_of(SEALS) as seals, rows_of(PLACES) as places:
            place = next(places, None)
            for seal in seals:
                sound = True
                end = seal[2]
                while place is not None and place[0] < end:
                    sound = self._place(place, seal) and sound
                    place = next(places, None)
                self._seal(seal, sound)
            while place is not None:
                self.verdict.add(
                    "misplaced",
                    f"place {place[0]}",
                    _("第 %(place)s 位不属于任何一次封存。") % {"place": place[0]},
                )
                place = next(places, None)
        self._witness_beyond()
        return self.last[0] if self.last else None

    def _place(self, row: tuple[Any, ...], seal: tuple[Any, ...]) -> bool:
        """One place in the tree.  True if it is what was sealed, as far as its own row tells."""
        position, leaf, seal_id, entry_id, entry = row[0], row[1], row[2], row[3], row[4:]
        verdict, where = self.verdict, f"entry {entry_id}"
        verdict.sealed += 1
        sound = True
        if position != self.size:
            verdict.add(
                "missing",
                f"place {self.size}",
                _("封存序列从第 %(first)s 位到第 %(last)s 位缺失。")
                % {"first": self.size, "last": position - 1},
            )
            sound = False
        if entry[0] is None:
            verdict.add(
                "missing", where, _("留痕 %(entry)s 已封存，现在却不存在：被删除。") % {"entry": entry_id}
            )
            sound = False
        elif leaf_of(entry).hex() != leaf:
            verdict.add(
                "changed", where, _("留痕 %(entry)s 与封存时不同：被修改或调换。") % {"entry": entry_id}
            )
            sound = False
        elif self.last and entry[_WRITTEN] < plain(self.last[0] - LATE):
            verdict.add("inserted", where, _late(entry_id))
        if seal_id != seal[0]:
            verdict.add(
                "misplaced",
                where,
                _("留痕 %(entry)s 记在封存 %(given)s 名下，按位置应属封存 %(right)s。")
                % {"entry": entry_id, "given": seal_id, "right": seal[0]},
            )
            sound = False
        try:
            merkle.append(self.frontier, position, bytes.fromhex(leaf))
        except (IndexError, ValueError):  # a gap before, or a leaf that is no hash
            sound = False
        self.size = position + 1
        return sound

    def _seal(self, row: tuple[Any, ...], sound: bool) -> None:
        number, sealed_at, size, root, frontier, link = row
        verdict, where = self.verdict, f"seal {number}"
        verdict.seals += 1
        if self.size != size:
            verdict.add(
                "missing",
                where,
                _("封存 %(seal)s 应有 %(size)s 条留痕，现在只有 %(found)s 条。")
                % {"seal": number, "size": size, "found": self.size},
            )
            sound = False
        given = _hashes(json.loads(frontier))
        reckoned = merkle.root_of(self.frontier).hex()
        if sound and reckoned != root:
            verdict.add(
                "changed",
                where,
                _("封存 %(seal)s 的树根与其留痕不符：这一次封存的留痕或树根被改过。") % {"seal": number},
            )
            sound = False
        if given is None or merkle.root_of(given).hex() != root or (sound and given != self.frontier):
            verdict.add("changed", where, _("封存 %(seal)s 的子树与树根不符。") % {"seal": number})
        elif not sound:
            self.frontier = given  # what follows is judged by itself
        if link_of(self.last[1] if self.last else "", size, root, sealed_at) != link:
            verdict.add(
                "unlinked",
                where,
                _("封存 %(seal)s 与上一次封存不相连：有封存被修改、删除或插入。") % {"seal": number},
            )
        kept = self.witness
        if kept and kept["size"] == size:
            if not (hmac.compare_digest(kept["root"], reckoned) and kept["link"] == link):
                verdict.add(
                    "rewritten",
                    where,
                    _("封存 %(seal)s 与见证方保存的不同：前 %(size)s 条留痕被整体改写过。")
                    % {"seal": number, "size": size},
                )
            self.witness = None
        self.size = size
        self.last = (sealed_at, link)

    def _witness_beyond(self) -> None:
        if not self.witness:
            return
        size = self.witness["size"]
        if size > self.size:
            sentence = _(
                "见证方保存的封存有 %(size)s 条留痕，现在只有 %(found)s 条：末尾被截去，或恢复了旧数据。"
            )
            self.verdict.add("cut", f"place {self.size}", sentence % {"size": size, "found": self.size})
        else:
            sentence = _("见证方保存的 %(size)s 条留痕的封存，现在不存在：历史被改写过。")
            self.verdict.add("rewritten", f"place {size}", sentence % {"size": size})


_WRITTEN = COLUMNS.index("written_at")


def _hashes(given: object) -> list[bytes] | None:
    try:
        return [bytes.fromhex(one) for one in given]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None


def _late(entry: int) -> str:
    return _(
        "留痕 %(entry)s 写于上一次封存一小时以前，当时却没有它：是事后插入，或有一次操作超过一小时。"
    ) % {"entry": entry}


def _look_at_unsealed(verdict: Verdict, last: datetime | None) -> None:
    with rows_of(
        "SELECT e.id, e.written_at FROM kernel_entry e"
        " WHERE NOT EXISTS (SELECT FROM kernel_sealed s WHERE s.entry_id = e.id) ORDER BY e.id"
    ) as rows:
        for entry, written_at in rows:
            verdict.unsealed += 1
            if last and written_at < last - LATE:
                verdict.add("inserted", f"entry {entry}", _late(entry))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_entry")
        verdict.entries = cursor.fetchone()[0]


def _look_at_words(verdict: Verdict) -> None:
    """Words must be those of the entry's hash, or both be erased and the trail tell of it."""
    with rows_of(
        "SELECT coalesce(e.id, s.entry_id), e.said_hash, s.entry_id IS NOT NULL, s.salt, s.words::text,"
        " EXISTS (SELECT FROM kernel_entry told WHERE told.about_kind = 'kernel.entry'"
        "         AND told.about_id = s.entry_id AND told.verb = 'kernel.erase_said')"
        " FROM kernel_entry e FULL JOIN kernel_said s ON s.entry_id = e.id"
        " WHERE e.said_hash <> '' OR s.entry_id IS NOT NULL"
    ) as rows:
        for entry, said_hash, is_there, salt, words, told in rows:
            sentence = ""
            if not said_hash:
                sentence = _("留痕 %(entry)s 本来没有文字，现在却有：文字是后加的。")
            elif not is_there:
                sentence = _("留痕 %(entry)s 的文字被删除。")
            elif words is None and salt is None:
                if not told:
                    sentence = _("留痕 %(entry)s 的文字被清除，却没有清除的记录。")
            elif salt is None or words is None or salted(bytes(salt), json.loads(words)) != said_hash:
                sentence = _("留痕 %(entry)s 的文字与写入时不同：被修改。")
            if sentence:
                verdict.add("words", f"entry {entry}", sentence % {"entry": entry})


def _look_at_things(verdict: Verdict, model: type[models.Model]) -> None:
    """Each thing must stand where its last entry left it, and have come there step by step."""
    kind, table = model._meta.label_lower, connection.ops.quote_name(model._meta.db_table)
    name = model._meta.verbose_name
    with rows_of(
        f"SELECT t.id, t.state, l.after FROM {table} t LEFT JOIN LATERAL ("  # noqa: S608 - our own names
        " SELECT e.after FROM kernel_entry e WHERE e.about_kind = %s AND e.about_id = t.id AND e.after <> ''"
        " ORDER BY e.id DESC LIMIT 1) l ON true WHERE l.after IS DISTINCT FROM t.state ORDER BY t.id",
        [kind],
    ) as rows:
        for thing, state, after in rows:
            given = {"kind": name, "id": thing, "state": state, "after": after}
            if after is None:
                sentence = _("%(kind)s %(id)s 没有任何留痕：不是经系统写入的。")
            else:
                sentence = _(
                    "%(kind)s %(id)s 现在是“%(state)s”，留痕的最后一步却是“%(after)s”：绕过系统改过。"
                )
            verdict.add("untold", f"{kind} {thing}", sentence % given)
    with rows_of(
        "SELECT id, about_id, before, reached FROM ("
        " SELECT e.id, e.about_id, e.before,"
        " coalesce(lag(e.after) OVER (PARTITION BY e.about_id ORDER BY e.id), '') AS reached"
        " FROM kernel_entry e WHERE e.about_kind = %s AND e.after <> '') steps"
        " WHERE before <> reached ORDER BY id",
        [kind],
    ) as rows:
        for entry, thing, before, reached in rows:
            verdict.add(
                "broken",
                f"entry {entry}",
                _("%(kind)s %(id)s 的留痕 %(entry)s 起于“%(before)s”，上一步却到“%(reached)s”：缺了留痕。")
                % {"kind": name, "id": thing, "entry": entry, "before": before, "reached": reached},
            )
    with rows_of(
        "SELECT DISTINCT e.about_id FROM kernel_entry e WHERE e.about_kind = %s AND e.after <> ''"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM {table} t WHERE t.id = e.about_id) ORDER BY 1",
        [kind],
    ) as rows:
        for (thing,) in rows:
            sentence = _("%(kind)s %(id)s 有留痕，本身却不存在：被删除。")
            verdict.add("missing", f"{kind} {thing}", sentence % {"kind": name, "id": thing})
