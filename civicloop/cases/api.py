"""The verbs of a case in JSON, beside the pages: the same operations, the same refusals."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from civicloop.cases import operations
from civicloop.cases.filters import GROUPS, Due, filtered
from civicloop.cases.models import Case, Source
from civicloop.cases.operations.words import LONGEST
from civicloop.cases.rights import allow
from civicloop.cases.seen import as_seen_by, history_as_seen_by
from civicloop.cases.workflow import BY_WORD, State
from civicloop.divisions.finding import division_of
from civicloop.kernel.clock.now import now
from civicloop.kernel.evidence.addresses import address
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.positions import System
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import page_of
from civicloop.people.models import Person, Unit
from civicloop.standards.models import ProblemKind

router = Router(tags=["cases"])

# The limits of texts are told here and kept by the operations, so that page and API refuse in the same words.
Text = Annotated[str, Field(json_schema_extra={"maxLength": LONGEST})]
Short = Annotated[str, Field(json_schema_extra={"maxLength": 200})]
Code = Annotated[str, Field(max_length=20, pattern=r"^[0-9A-Za-z-]*$")]
Place = Annotated[
    str, Field(max_length=80, pattern=r"^[^\x00]*$", description="Division code, or a name that only one has")
]
Photos = Annotated[list[UUID], Field(max_length=9, description="Ids of photos handed in at POST /evidence")]


class CaseOut(Schema):
    """A row of a list."""

    number: str
    state: str
    state_label: str
    text: str
    kind: str | None
    division: str
    division_name: str
    address: str
    unit: str | None
    source: str
    longitude: float | None
    latitude: float | None
    reported_at: datetime
    due_at: datetime | None
    is_overdue: bool
    rounds: int
    relapses: int
    revision: int


class PhotoOut(Schema):
    id: UUID
    stage: str
    round: int
    url: str
    thumb_url: str


class CaseWhole(CaseOut):
    """One case, as its reader may see it."""

    reporter: str
    verifier: str
    has_contact: bool
    moves: list[str]
    clock: list[str]
    look_back_on: date | None
    closed_at: datetime | None
    ended_at: datetime | None
    photos: list[PhotoOut]


class CasesOut(Schema):
    cases: list[CaseOut]
    next: str
    previous: str


class HappenedOut(Schema):
    at: datetime
    verb: str
    label: str
    who: str
    before: str
    after: str
    said: dict[str, str]


class Asked(Schema):
    """The filters of the list; `state` also takes the groups in_hand, with_unit, done."""

    q: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")] = ""
    state: list[str] = []
    due: Due | None = None
    place: Place = ""  # everything below it is included
    kind: Code = ""
    unit: int | None = None
    source: Source | None = None
    since: date | None = None
    until: date | None = None
    relapsed: bool = False
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Annotated[int, Field(ge=1, le=200)] = 50


class ReportIn(Schema):
    text: Text
    division: Place = ""
    longitude: float | None = None
    latitude: float | None = None
    position_system: System = System.WGS84
    kind: Code = ""
    address: Short = ""
    source: Source = Source.INSPECTION
    contact_name: Annotated[str, Field(json_schema_extra={"maxLength": 40})] = ""
    contact_phone: Annotated[str, Field(json_schema_extra={"maxLength": 30})] = ""
    photos: Photos = []


class MoveIn(Schema):
    """What moves share: the revision that the client saw, so that nobody overrides an unseen change."""

    seen: int | None = None


class NoteIn(MoveIn):
    note: Text = ""


class ReasonIn(MoveIn):
    reason: Text


class FileIn(NoteIn):
    kind: Code = ""
    division: Place = ""


class MergeIn(MoveIn):
    into: Code
    reason: Text = ""


class DispatchIn(NoteIn):
    unit: int


class FixedIn(NoteIn):
    photos: Photos = []
    no_photo_because: Short = ""


class VisitIn(NoteIn):
    photos: Photos = []


class FaultIn(ReasonIn):
    photos: Photos = []


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the API's door lets nobody else in
    return request.user


def _the_case(request: HttpRequest, number: str) -> Case:
    return get_object_or_404(
        Case.objects.seen_by(_person(request)).select_related(
            "kind__line", "division", "unit", "reporter", "verifier"
        ),
        number=number,
    )


def _row(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "state_label": str(State(case.state).label),
        "text": case.text,
        "kind": case.kind.code if case.kind else None,
        "division": case.division.code,
        "division_name": case.division.name,
        "address": case.address,
        "unit": case.unit.name if case.unit else None,
        "source": case.source,
        "longitude": case.longitude,
        "latitude": case.latitude,
        "reported_at": case.reported_at,
        "due_at": case.due_at,
        "is_overdue": case.is_overdue(at),
        "rounds": case.rounds,
        "relapses": case.relapses,
        "revision": case.revision,
    }


def _whole(request: HttpRequest, case: Case) -> dict[str, Any]:
    person = _person(request)
    seen = as_seen_by(case, person)
    return _row(case, now()) | {
        "reporter": seen.reporter,
        "verifier": seen.verifier,
        "has_contact": seen.has_contact,
        "moves": [move.word for move in seen.moves],
        "clock": list(seen.clock_steps),
        "look_back_on": case.look_back_on,
        "closed_at": case.closed_at,
        "ended_at": case.ended_at,
        "photos": [
            {
                "id": photo.evidence.uid,
                "stage": photo.stage,
                "round": photo.round,
                "url": address(photo.evidence, "display", for_=person),
                "thumb_url": address(photo.evidence, "thumb", for_=person),
            }
            for photo in case.photos.select_related("evidence")
        ],
    }


def _photos(request: HttpRequest, ids: list[UUID]) -> list[Evidence]:
    person = _person(request)
    found = {photo.uid: photo for photo in Evidence.objects.filter(uid__in=ids, received_by=person.actor_key)}
    if missing := [str(one) for one in ids if one not in found]:
        raise Refused(_("找不到照片 %(ids)s，请先上传照片。") % {"ids": _("、").join(missing)})
    return [found[one] for one in ids]


def _kind(code: str) -> ProblemKind | None:
    if not code:
        return None
    kind = ProblemKind.objects.in_use().filter(code=code).first()
    if kind is None:
        raise Refused(_("没有代码为“%(code)s”的问题类型，请核对。") % {"code": code})
    return kind


@router.get("/", response=CasesOut, operation_id="list_cases")
def list_cases(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Cases that the caller may see, newest first."""
    given = asked.dict()
    allowed = {*State.values, *GROUPS}
    if wrong := [one for one in given["state"] if one not in allowed]:
        raise Refused(_("没有“%(state)s”这种状态，请核对。") % {"state": wrong[0]})
    given["kind"] = ProblemKind.objects.filter(code=given["kind"]).first() or _kind(given["kind"])
    given["place"] = division_of(given["place"]) if given["place"] else None
    page = page_of(
        filtered(Case.objects.seen_by(_person(request)), given).for_rows(),
        given["cursor"],
        size=given["size"],
    )
    at = now()
    return {"cases": [_row(case, at) for case in page.rows], "next": page.next, "previous": page.previous}


@router.post("/", response={201: CaseWhole}, operation_id="report")
def report(request: HttpRequest, given: ReportIn) -> Status[Any]:
    """上报"""
    if given.source == Source.IMPORT:
        raise Refused(_("“外部导入”由数据导入登记，请另选来源。"))
    fields = given.dict(exclude={"kind", "division", "photos", "contact_name", "contact_phone"})
    case = operations.report(
        by=_person(request),
        kind=_kind(given.kind),
        division=division_of(given.division) if given.division else None,
        photos=_photos(request, given.photos),
        contact=(given.contact_name, given.contact_phone),
        **fields,
    )
    return Status(201, _whole(request, case))


@router.get("/{number}", response=CaseWhole, operation_id="case")
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    """One case."""
    return _whole(request, _the_case(request, number))


@router.get("/{number}/history", response=list[HappenedOut], operation_id="case_history")
def history(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """What happened to it, newest first."""
    return [
        {
            "at": one.entry.at,
            "verb": one.entry.verb,
            "label": one.label,
            "who": one.who,
            "before": one.entry.before,
            "after": one.entry.after,
            "said": dict(one.said),
        }
        for one in history_as_seen_by(_the_case(request, number), _person(request))
    ]


def _move(request: HttpRequest, number: str, word: str, given: MoveIn, **more: Any) -> dict[str, Any]:
    case, person = _the_case(request, number), _person(request)
    fields = given.dict(exclude=set(more))
    if "photos" in fields:
        allow(person, BY_WORD[word], case)
        fields["photos"] = _photos(request, fields["photos"])
    operation = getattr(operations, word)
    # Not looked up anew: a unit that hands a case back does not see it any more.
    return _whole(request, operation(case, by=person, **fields, **more))


@router.post("/{number}/file", response=CaseWhole, operation_id="file")
def file(request: HttpRequest, number: str, given: FileIn) -> dict[str, Any]:
    """立案"""
    place = division_of(given.division) if given.division else None
    return _move(request, number, "file", given, kind=_kind(given.kind), division=place)


@router.post("/{number}/decline", response=CaseWhole, operation_id="decline")
def decline(request: HttpRequest, number: str, given: ReasonIn) -> dict[str, Any]:
    """不予立案"""
    return _move(request, number, "decline", given)


@router.post("/{number}/merge", response=CaseWhole, operation_id="merge")
def merge(request: HttpRequest, number: str, given: MergeIn) -> dict[str, Any]:
    """并案"""
    _the_case(request, number)  # first, whatever the other is
    into = Case.objects.seen_by(_person(request)).filter(number=given.into).first()
    if into is None:
        raise Refused(_("没有编号为 %(number)s 的案件，请核对编号。") % {"number": given.into})
    return _move(request, number, "merge", given, into=into)


@router.post("/{number}/dispatch", response=CaseWhole, operation_id="dispatch")
def dispatch(request: HttpRequest, number: str, given: DispatchIn) -> dict[str, Any]:
    """派遣"""
    case = _the_case(request, number)
    fitting = Unit.objects.for_case(case.place_path, case.kind.line_id if case.kind else None)
    unit = fitting.filter(pk=given.unit).first()
    if unit is None:
        raise Refused(_("没有编号为 %(unit)s 的责任单位，请核对。") % {"unit": given.unit})
    return _move(request, number, "dispatch", given, unit=unit)


@router.post("/{number}/sign", response=CaseWhole, operation_id="sign")
def sign(request: HttpRequest, number: str, given: MoveIn) -> dict[str, Any]:
    """签收"""
    return _move(request, number, "sign", given)


@router.post("/{number}/hand_back", response=CaseWhole, operation_id="hand_back")
def hand_back(request: HttpRequest, number: str, given: ReasonIn) -> dict[str, Any]:
    """退回"""
    return _move(request, number, "hand_back", given)


@router.post("/{number}/report_fixed", response=CaseWhole, operation_id="report_fixed")
def report_fixed(request: HttpRequest, number: str, given: FixedIn) -> dict[str, Any]:
    """上报整改"""
    return _move(request, number, "report_fixed", given)


@router.post("/{number}/verify", response=CaseWhole, operation_id="verify")
def verify(request: HttpRequest, number: str, given: VisitIn) -> dict[str, Any]:
    """核查通过"""
    return _move(request, number, "verify", given)


@router.post("/{number}/send_back", response=CaseWhole, operation_id="send_back")
def send_back(request: HttpRequest, number: str, given: FaultIn) -> dict[str, Any]:
    """返工"""
    return _move(request, number, "send_back", given)


@router.post("/{number}/close", response=CaseWhole, operation_id="close")
def close(request: HttpRequest, number: str, given: NoteIn) -> dict[str, Any]:
    """结案"""
    return _move(request, number, "close", given)


@router.post("/{number}/look_back", response=CaseWhole, operation_id="look_back")
def look_back(request: HttpRequest, number: str, given: VisitIn) -> dict[str, Any]:
    """回头看：保持良好"""
    return _move(request, number, "look_back", given)


@router.post("/{number}/relapse", response=CaseWhole, operation_id="relapse")
def relapse(request: HttpRequest, number: str, given: FaultIn) -> dict[str, Any]:
    """回头看：反弹"""
    return _move(request, number, "relapse", given)


@router.post("/{number}/settle", response=CaseWhole, operation_id="settle")
def settle(request: HttpRequest, number: str, given: NoteIn) -> dict[str, Any]:
    """销号"""
    return _move(request, number, "settle", given)
