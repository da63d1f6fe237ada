"""Pages of cases: HTTP in, HTTP out."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from civicloop.cases import forms, operations
from civicloop.cases.filters import Due, filtered
from civicloop.cases.map import points_of
from civicloop.cases.models import Case, CaseQuerySet
from civicloop.cases.photos_form import kept_photos, photos_of
from civicloop.cases.rights import allow, why_not
from civicloop.cases.seen import as_seen_by, history_as_seen_by
from civicloop.cases.slots import CASE_PARTS
from civicloop.cases.workflow import BY_WORD, TONES, State
from civicloop.kernel.clock.now import now
from civicloop.kernel.held import fill, held
from civicloop.kernel.refused import Refused, Stale
from civicloop.kernel.web import page_of, show, status_of, with_query
from civicloop.people.door import SeeOther
from civicloop.people.models import Person, Role

BY_DUE_DATE = {Due.OVERDUE, Due.TODAY, Due.WEEK}  # lists of these begin with the most pressing
COUNTED_TO = 10_000  # beyond this a list says "more than" instead of counting for seconds


@dataclass(frozen=True)
class Verb:
    """How a move is asked for on a page: its form, its operation, and the text under its title."""

    form: type[forms.MoveForm]
    make: Callable[..., Case]


VERBS = {
    "file": Verb(forms.FileForm, operations.file),
    "decline": Verb(forms.ReasonForm, operations.decline),
    "merge": Verb(forms.MergeForm, operations.merge),
    "dispatch": Verb(forms.DispatchForm, operations.dispatch),
    "sign": Verb(forms.MoveForm, operations.sign),
    "hand_back": Verb(forms.ReasonForm, operations.hand_back),
    "report_fixed": Verb(forms.ReportFixedForm, operations.report_fixed),
    "verify": Verb(forms.VisitForm, operations.verify),
    "send_back": Verb(forms.FaultForm, operations.send_back),
    "close": Verb(forms.NoteForm, operations.close),
    "look_back": Verb(forms.VisitForm, operations.look_back),
    "relapse": Verb(forms.FaultForm, operations.relapse),
    "settle": Verb(forms.NoteForm, operations.settle),
}


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the door lets nobody else in
    return request.user


def _the_case(request: HttpRequest, number: str) -> Case:
    return get_object_or_404(
        Case.objects.seen_by(_person(request)).select_related(
            "kind__line", "division__parent__parent", "unit", "handed_back_by", "site", "reporter", "verifier",
            "merged_into",
        ),
        number=number,
    )  # fmt: skip


def _wanted(form: forms.ListForm, person: Person) -> CaseQuerySet:
    """The cases that the filters ask for; none where a filter cannot be read, rather than all."""
    cases = Case.objects.seen_by(person)
    return filtered(cases, form.cleaned_data) if form.is_valid() else cases.none()


@require_GET
def list_(request: HttpRequest) -> HttpResponse:
    """Cases that this person may see, filtered by the address."""
    person = _person(request)
    form = forms.ListForm(request.GET, person=person)
    wanted = _wanted(form, person)
    order = ("due_at", "id") if request.GET.get("due") in BY_DUE_DATE else ("-reported_at", "-id")
    page = page_of(wanted.for_rows(), request.GET.get("cursor", ""), order=order)
    total = wanted.order_by()[: COUNTED_TO + 1].count()
    at = now()
    return show(
        request,
        "cases/list.html",
        "cases/_list.html",
        {
            "form": form,
            "page": page,
            "at": at,
            "total": _("%(most)d 以上") % {"most": COUNTED_TO} if total > COUNTED_TO else total,
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
            "may_report": bool(person.roles & {Role.DISPATCHER, Role.INSPECTOR}),
            "map_url": reverse("cases:map") + with_query(request.GET),
        },
    )


@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: what, where, who, until when, what happened, and what this reader may do now."""
    person = _person(request)
    row = _the_case(request, number)
    seen = as_seen_by(row, person)
    return show(
        request,
        "cases/case.html",
        "cases/_case.html",
        {
            "case": row,
            "seen": seen,
            "tone": TONES[State(row.state)],
            "history": history_as_seen_by(row, person),
            "photos": list(row.photos.select_related("evidence")),
            "merged": list(Case.objects.seen_by(person).filter(merged_into=row).only("number", "text")[:50]),
            "into_is_seen": row.merged_into_id
            and Case.objects.seen_by(person).filter(pk=row.merged_into_id).exists(),
            "at": now(),
            "parts": [part(row, person) for part in CASE_PARTS],
        },
    )


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """上报 on a page."""
    person = _person(request)
    if not person.roles & {Role.DISPATCHER, Role.INSPECTOR}:
        raise Http404
    form = forms.ReportForm(
        request.POST or None,
        request.FILES or None,
        person=person,
        initial={"site": request.GET.get("site"), "division": request.GET.get("division")},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            contact = (given.pop("contact_name"), given.pop("contact_phone"))
            try:
                given["photos"] = photos_of(request, given["photos"], by=person)
                made = operations.report(by=person, contact=contact, **given)
                messages.success(request, _("已上报，编号 %(number)s。") % {"number": made.number})
                return SeeOther(reverse("cases:case", args=[made.number]))
            except Refused as no:
                form.add_error(None, str(no))
                status = status_of(no)
    else:
        fill(form, held(request, request.path))
    return show(
        request,
        "cases/report.html",
        "cases/_report.html",
        {"form": form, "kept": kept_photos(request)},
        status=status,
    )


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str, word: str) -> HttpResponse:
    """The page of one move.  Whoever may see the case but not make the move is told why."""
    person = _person(request)
    row = _the_case(request, number)
    verb, the_move = VERBS[word], BY_WORD[word]
    form = verb.form(request.POST or None, request.FILES or None, case=row, person=person)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            try:
                allow(person, the_move, row)  # before any photo is taken in
                if "photos" in given:
                    given["photos"] = photos_of(request, given["photos"], by=person)
                verb.make(row, by=person, **given)
                messages.success(request, _("“%(move)s”已办理。") % {"move": the_move.label})
                return SeeOther(_where_next(number, person))
            except Refused as no:
                refusal, status = no, status_of(no)
                row.refresh_from_db()
    elif row.state not in the_move.sources or why_not(person, the_move, row):
        refusal = Refused(
            why_not(person, the_move, row)
            or _("案件现在是“%(state)s”，不能“%(move)s”。")
            % {"state": row.get_state_display(), "move": the_move.label}
        )
    else:
        fill(form, held(request, request.path))
    possible = row.state in the_move.sources and why_not(person, the_move, row) is None
    return show(
        request,
        "cases/move.html",
        "cases/_move.html",
        {
            "case": row,
            "move": the_move,
            "form": form,
            "refusal": str(refusal) if refusal else "",
            "is_stale": isinstance(refusal, Stale),
            "latest": history_as_seen_by(row, person)[0] if isinstance(refusal, Stale) else None,
            "possible": possible,
            "typed": [(form.fields[name].label, value) for name, value in _typed(form) if value],
            "kept": kept_photos(request),
            "photos": list(row.photos.select_related("evidence")),
            "tone": TONES[State(row.state)],
        },
        status=status,
    )


def _where_next(number: str, person: Person) -> str:
    """The case, or for whoever has just handed it on and sees it no longer, the home page."""
    if Case.objects.seen_by(person).filter(number=number).exists():
        return reverse("cases:case", args=[number])
    return reverse("home")


def _typed(form: forms.MoveForm) -> list[tuple[str, object]]:
    """What was filled in, in words: rows by their names."""
    if not form.is_bound or not form.is_valid():
        return []
    return [(name, value) for name, value in form.cleaned_data.items() if name not in {"seen", "photos"}]


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Who reported, after a reason; the answer is shown once and kept nowhere."""
    person = _person(request)
    row = _the_case(request, number)
    if not as_seen_by(row, person).has_contact:
        raise Http404
    form = forms.ContactForm(request.POST or None)
    opened, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opened, status = (
                    operations.open_contact(row, by=person, reason=form.cleaned_data["reason"]),
                    200,
                )
            except Refused as no:
                form.add_error(None, str(no))
    response = show(
        request,
        "cases/contact.html",
        "cases/_contact.html",
        {"case": row, "form": form, "contact": opened},
        status=status,
    )
    if opened is not None:
        response.headers["Cache-Control"] = "no-store"  # shown once, stored nowhere
    return response


@require_GET
def map_(request: HttpRequest) -> HttpResponse:
    """Where the cases are."""
    form = forms.ListForm(request.GET, person=_person(request))
    return show(
        request,
        "cases/map.html",
        "cases/_map.html",
        {
            "form": form,
            "points_url": reverse("cases:points") + with_query(request.GET),
            "list_url": reverse("cases:list") + with_query(request.GET),
        },
    )


@require_GET
def points(request: HttpRequest) -> JsonResponse:
    """GeoJSON of the cases on the map: single ones, or clusters that the server made."""
    person = _person(request)
    form = forms.ListForm(request.GET, person=person)
    return JsonResponse(points_of(_wanted(form, person), request.GET))
