"""What a client of the API needs to know before it can report: who am I, kinds, places, units, photos."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from civicloop.cases.models import Case
from civicloop.divisions.models import Division
from civicloop.kernel.evidence.door import receive
from civicloop.people.models import Person, Unit
from civicloop.standards.models import ProblemKind

router = Router()


class MeOut(Schema):
    username: str
    name: str
    roles: list[str]


class KindOut(Schema):
    code: str
    name: str
    name_en: str
    line: str
    urgent: bool
    limit_value: int
    limit_unit: str
    look_back_days: int


class DivisionOut(Schema):
    code: str
    name: str
    level: str
    parent: str | None


class Parent(Schema):
    parent: Annotated[str, Field(pattern=r"^[0-9]{0,15}$")] = ""


class UnitOut(Schema):
    id: int
    name: str
    kind: str


class EvidenceOut(Schema):
    id: UUID
    sha256: str
    size: int


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the API's door lets nobody else in
    return request.user


@router.get("/me", response=MeOut, operation_id="me", tags=["people"])
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the caller is."""
    person = _person(request)
    return {"username": person.username, "name": person.name, "roles": sorted(person.roles)}


@router.get("/kinds", response=list[KindOut], operation_id="kinds", tags=["standards"])
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """The problem kinds in use."""
    fields = [name for name in KindOut.model_fields if name != "line"]
    return [
        row | {"line": row.pop("line__code")}
        for row in ProblemKind.objects.in_use().values(*fields, "line__code")
    ]


@router.get("/divisions", response=list[DivisionOut], operation_id="divisions", tags=["divisions"])
def divisions(request: HttpRequest, parent: Query[Parent]) -> list[dict[str, Any]]:
    """The children of a division, or the top of the tree."""
    rows = Division.objects.select_related("parent").order_by("sort_key")
    rows = rows.filter(parent__code=parent.parent) if parent.parent else rows.filter(parent=None)
    return [
        {
            "code": one.code,
            "name": one.name,
            "level": one.level,
            "parent": one.parent.code if one.parent else None,
        }
        for one in rows
    ]


@router.get("/cases/{number}/units", response=list[UnitOut], operation_id="units_for_case", tags=["cases"])
def units_for_case(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The units to which this case could be dispatched, the fittest first."""
    case = get_object_or_404(Case.objects.seen_by(_person(request)).select_related("kind"), number=number)
    fitting = Unit.objects.for_case(case.place_path, case.kind.line_id if case.kind else None)
    return [{"id": one.pk, "name": one.name, "kind": one.kind} for one in fitting]


@router.post("/evidence", response={201: EvidenceOut}, operation_id="hand_in_photo", tags=["evidence"])
def hand_in_photo(request: HttpRequest, id: Form[UUID], file: File[UploadedFile]) -> Status[Any]:
    """Hand in a photo under an id that the client made; sending it again changes nothing."""
    photo = receive(file, by=_person(request), id=id)
    return Status(201, {"id": photo.uid, "sha256": photo.sha256, "size": photo.size})
