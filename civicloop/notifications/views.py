"""消息 on a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from civicloop.cases.models import Case
from civicloop.kernel.clock.now import now
from civicloop.kernel.trail.verbs import label_of
from civicloop.kernel.web import page_of, show, with_query
from civicloop.notifications.models import Notice
from civicloop.people.models import Person


@dataclass(frozen=True)
class Line:
    """A notice as its reader sees it; the case is named only while the reader may see it."""

    notice: Notice
    label: str
    case: Case | None


def _lines(notices: Sequence[Notice], person: Person) -> list[Line]:
    about = [notice.entry.about_id for notice in notices if notice.entry.about_kind == "cases.case"]
    cases = {
        case.pk: case for case in Case.objects.seen_by(person).filter(pk__in=about).select_related("kind")
    }
    return [Line(notice, label_of(notice.entry.verb), cases.get(notice.entry.about_id)) for notice in notices]


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What this person has been told, newest first."""
    person = request.user
    assert isinstance(person, Person)  # the door lets nobody else in
    mine = Notice.objects.seen_by(person).select_related("entry")
    page = page_of(mine, request.GET.get("cursor", ""), order=("-told_at", "-id"))
    return show(
        request,
        "notifications/notices.html",
        "notifications/_notices.html",
        {
            "lines": _lines(page.rows, person),
            "unread": mine.unread().count(),
            "next_url": with_query(request.GET, cursor=page.next) if page.next else "",
            "previous_url": with_query(request.GET, cursor=page.previous) if page.previous else "",
        },
    )


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read.  Only the reader's own page knows; nobody counts who reads."""
    person = request.user
    assert isinstance(person, Person)  # the door lets nobody else in
    Notice.objects.seen_by(person).unread().update(read_at=now())
    return redirect("notifications:notices")
