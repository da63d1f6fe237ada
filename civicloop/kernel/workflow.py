"""States and moves: the only way in which the state of a thing changes.

`moving` locks the row, looks in the table of moves, lets the operation change the *fresh* row, saves, and
writes the trail: all of it, or none.  `moving_many` does the same for a set of rows in a handful of statements.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Set
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction
from django.db.backends.utils import format_number
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.kernel.actors import Actor
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.record import checked, deliver, plain, record, request_id
from civicloop.kernel.trail.verbs import Verb

ANEW = ""  # the state of what does not exist yet


@dataclass(frozen=True, eq=False)
class Move(Verb):
    """A verb that carries a thing from one state to another.

    sources  the states it may start from; ANEW for what begins with this move
    to       the state it ends in; None leaves the state as it is
    facts    names declared here that are also attributes of the row are read from it after the change
    roles    who may make it, in words that the app's rights understand; empty for systems only
    tone     how a page shows its button
    """

    sources: Collection[str] = frozenset()
    to: str | None = None
    roles: Set[str] = frozenset()
    tone: str = "plain"
    help: str | Promise = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "sources", frozenset(str(one) for one in self.sources))


class Thing(models.Model):
    """A row that has a state.  Change it with its app's operations, never by hand."""

    state_is_told = True  # the trail's verification holds the state against the last entry

    state = models.CharField(gettext_lazy("状态"), max_length=20)
    revision = models.PositiveIntegerField(gettext_lazy("修订"), default=0)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Thing)


def begin(row: Row, move: Move, *, by: Actor, on_behalf_of: str = "", **said: str) -> Row:
    """Let a thing begin: insert it in the state `move.to` and write its first entry."""
    if ANEW not in move.sources or move.to is None:
        raise TypeError(f"nothing begins with {move.name}")
    with transaction.atomic(), _constraints_speak(row):
        row.state = move.to
        row.revision = 1
        row.save(force_insert=True)
        record(
            move,
            about=row,
            by=by,
            after=row.state,
            facts=_facts(row, move),
            said=said,
            on_behalf_of=on_behalf_of,
        )
    return row


@contextmanager
def moving(
    thing: Row, move: Move, *, by: Actor, seen: int | None = None, on_behalf_of: str = "", **said: str
) -> Iterator[Row]:
    """Lock, check, change, save and write the trail: all of it, or none.

    seen  the revision that the person had before them; another one now is `Stale`
    said  typed texts, named as the move declares them
    """
    with transaction.atomic():
        row = type(thing)._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
        before = row.state
        if before not in move.sources:
            refusal = (
                Stale if before != thing.state or (seen is not None and seen != row.revision) else Refused
            )
            raise refusal(_cannot(row, move))
        if seen is not None and seen != row.revision:
            raise Stale(
                _("这件事刚刚被别人处理过，页面上的内容已经过时。请查看最新情况后再决定是否“%(move)s”。")
                % {"move": move.label}
            )
        _keep_known(row, thing)
        # Copies, because an operation may add to a list or dict in place.
        found = {field.attname: deepcopy(getattr(row, field.attname)) for field in row._meta.concrete_fields}
        with _constraints_speak(row):
            yield row
            row.state = before if move.to is None else move.to
            row.revision += 1
            # Only what changed: the less is written, the fewer indexes have to follow.
            row.save(update_fields=[name for name, value in found.items() if getattr(row, name) != value])
        record(
            move,
            about=row,
            by=by,
            before=before,
            after=row.state,
            facts=_facts(row, move),
            said=said,
            on_behalf_of=on_behalf_of,
        )


@dataclass(frozen=True)
class ManyMoved:
    """What `moving_many` did: ids moved, and ids left alone because their state did not allow the move."""

    moved: tuple[int, ...]
    left: tuple[int, ...]
    entries: tuple[int, ...] = ()


def moving_many(
    rows: models.QuerySet[Row],
    move: Move,
    *,
    by: Actor,
    changes: Mapping[str, object] | None = None,
    each: Mapping[str, Mapping[int, object]] | None = None,
    facts: Mapping[str, object] | None = None,
    on_behalf_of: str = "",
) -> ManyMoved:
    """Make one move on a set of rows: one lock, one UPDATE, one INSERT … SELECT for trail and deliveries each.

    changes  field → value or expression, the same for all
    each     field → {primary key: value}, where rows differ; covers every row that moves
    facts    facts that are the same for all; declared facts that are columns are read from the changed rows
    """
    model = rows.model
    table, quote = model._meta.db_table, connection.ops.quote_name
    with transaction.atomic():
        locked = dict(
            rows.order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", "state")  # one order: no deadlock
        )
        befores = {pk: state for pk, state in locked.items() if state in move.sources}
        left = tuple(pk for pk in locked if pk not in befores)
        if not befores:
            return ManyMoved((), left)
        with _constraints_speak(model()):
            _update_each(model, each or {}, list(befores))
            model._base_manager.filter(pk__in=list(befores)).update(
                revision=models.F("revision") + 1,
                **({} if move.to is None else {"state": move.to}),
                **(changes or {}),
            )
        same = checked(move, facts or {})
        columns = [name for name in move.facts if name not in same and _is_column(model, name)]
        if unread := [
            name for name in move.facts if name not in same and name not in columns and hasattr(model, name)
        ]:
            raise TypeError(f"{move.name}: {unread} are no columns and must be given as facts")
        built = ", ".join(f"'{name}', {_as_fact(model, name)}" for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(Entry._meta.db_table)}"  # noqa: S608 - names come from our models
                " (at, by, on_behalf_of, verb, about_kind, about_id, before, after, facts, said_hash, request)"
                f" SELECT %s, %s, %s, %s, %s, t.id, b.state, t.state, jsonb_build_object({built}) || %s::jsonb, '', %s"
                f" FROM unnest(%s::bigint[], %s::text[]) AS b(id, state) JOIN {quote(table)} t USING (id)"
                " ORDER BY t.id RETURNING id",
                [
                    now(),
                    by.actor_key,
                    on_behalf_of,
                    move.name,
                    model._meta.label_lower,
                    _json(same),
                    request_id(),
                    list(befores),
                    list(befores.values()),
                ],
            )
            entries = tuple(row[0] for row in cursor.fetchall())
        deliver(move.name, entries)
    return ManyMoved(tuple(befores), left, entries)


def _keep_known(row: models.Model, thing: models.Model) -> None:
    """Rows that `thing` has fetched already and that the fresh row still points to need not be fetched again."""
    for field in row._meta.concrete_fields:
        if (
            isinstance(field, models.ForeignKey)
            and field.is_cached(thing)
            and getattr(row, field.attname) == getattr(thing, field.attname)
        ):
            field.set_cached_value(row, field.get_cached_value(thing))


def _cannot(row: Thing, move: Move) -> str:
    shown = row.get_state_display() if hasattr(row, "get_state_display") else row.state
    return _("%(kind)s现在是“%(state)s”，不能“%(move)s”。请刷新页面查看最新情况。") % {
        "kind": row._meta.verbose_name,
        "state": shown,
        "move": move.label,
    }


def _facts(row: Thing, move: Move) -> dict[str, Any]:
    return {name: _fact(row, name) for name in move.facts if hasattr(row, name)}


def _fact(row: Thing, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, Decimal):  # with the places of its column, as the database gives it back: 1.50
        column = next((one for one in row._meta.concrete_fields if one.attname == name), None)
        if isinstance(column, models.DecimalField):
            return format_number(value, column.max_digits, column.decimal_places)
    return plain(value)


def _is_column(model: type[models.Model], name: str) -> bool:
    return any(getattr(field, "attname", None) == name for field in model._meta.concrete_fields)


def _as_fact(model: type[models.Model], name: str) -> str:
    """SQL that gives a column the same form as `plain` does in Python."""
    field = next(field for field in model._meta.concrete_fields if field.attname == name)
    column = f"t.{connection.ops.quote_name(str(field.column))}"
    if isinstance(field, models.DateTimeField):
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    if isinstance(field, models.DateField | models.UUIDField | models.DecimalField):
        return f"{column}::text"
    return column


def _update_each(model: type[Row], each: Mapping[str, Mapping[int, object]], pks: list[int]) -> None:
    if not each:
        return
    fields = {name: model._meta.get_field(name) for name in each}
    quote = connection.ops.quote_name
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields.values())
    names = ", ".join(f"v{number}" for number in range(len(fields)))
    sets = ", ".join(
        f"{quote(str(field.column))} = e.v{number}"  # type: ignore[union-attr]
        for number, field in enumerate(fields.values())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} t SET {sets}"  # noqa: S608 - names come from our models
            f" FROM unnest(%s::bigint[], {arrays}) AS e(id, {names}) WHERE t.id = e.id",
            [
                pks,
                *(
                    [
                        _json(each[name][pk]) if isinstance(field, models.JSONField) else each[name][pk]
                        for pk in pks
                    ]
                    for name, field in fields.items()
                ),
            ],
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@contextmanager
def _constraints_speak(row: models.Model) -> Iterator[None]:
    """Turn a broken constraint into the sentence that the model gives for it."""
    try:
        yield
    except IntegrityError as broken:
        name = getattr(getattr(broken.__cause__, "diag", None), "constraint_name", None)
        for constraint in row._meta.constraints:
            if constraint.name == name:
                raise Refused(str(constraint.get_violation_error_message())) from broken
        raise
