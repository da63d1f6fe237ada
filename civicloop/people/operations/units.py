"""建立、修改单位，设立岗位: what the system administrator does."""

from collections.abc import Collection

from django.db import transaction

from civicloop.divisions.models import Division
from civicloop.kernel.actors import Actor
from civicloop.kernel.pinyin import pinyin_key
from civicloop.kernel.trail.record import record
from civicloop.people import verbs
from civicloop.people.administering import need
from civicloop.people.models import Line, Post, Role, Unit
from civicloop.people.operations.words import checked


def add_unit(*, name: str, kind: str, division: Division, lines: Collection[Line] = (), by: Actor) -> Unit:
    need(by, Role.SYSTEM_ADMIN, division.path)
    name = name.strip()
    unit = Unit(name=name, kind=kind, division=division, place_path=division.path, sort_key=pinyin_key(name))
    checked(unit)
    with transaction.atomic():
        unit.save(force_insert=True)
        unit.lines.set(lines)
        facts = {"division": division.code, "kind": kind, "lines": sorted(line.code for line in lines)}
        record(verbs.ADD_UNIT, about=unit, by=by, facts=facts)
    return unit


def edit_unit(
    unit: Unit, *, name: str, kind: str, division: Division, lines: Collection[Line] = (), by: Actor
) -> Unit:
    """Correct a unit or move it to another division; the administrators of the new place take over."""
    with transaction.atomic():
        unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        need(by, Role.SYSTEM_ADMIN, unit.place_path, division.path)
        new = {"name": name.strip(), "kind": kind, "division": division}
        changed = [field for field, value in new.items() if getattr(unit, field) != value]
        if set(unit.lines.all()) != set(lines):
            changed.append("lines")
        if not changed:
            return unit
        for field, value in new.items():
            setattr(unit, field, value)
        unit.place_path = division.path
        unit.sort_key = pinyin_key(unit.name)
        checked(unit)
        unit.save()
        unit.lines.set(lines)
        record(
            verbs.EDIT_UNIT,
            about=unit,
            by=by,
            facts={
                "fields": sorted(changed),
                "division": division.code,
                "kind": kind,
                "lines": sorted(line.code for line in lines),
            },
        )
    return unit


def add_post(unit: Unit, *, name: str, by: Actor) -> Post:
    """Set up a chair.  What it may do is granted by the security administrator."""
    need(by, Role.SYSTEM_ADMIN, unit.place_path)
    post = Post(unit=unit, name=name.strip())
    checked(post)
    with transaction.atomic():
        post.save(force_insert=True)
        record(verbs.ADD_POST, about=post, by=by, facts={"unit": unit})
    return post
