"""驾驶舱: what leaders glance at."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from civicloop.cockpit.figures import RECENT_DAYS, WEEKS, areas_of, cockpit_of
from civicloop.divisions.finding import division_of
from civicloop.divisions.models import Division
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import show, with_query
from civicloop.people.models import Person, Role

READERS = frozenset({Role.LEADER, Role.DISPATCHER, Role.INSPECTOR, Role.HANDLER})


@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """Intake, in hand, due, overdue, by place and kind; `place` narrows it."""
    person, place = _reader(request), _place(request)
    return show(
        request,
        "cockpit/cockpit.html",
        "cockpit/_cockpit.html",
        {
            "cockpit": cockpit_of(person, place),
            "areas_url": reverse("cockpit:areas") + with_query(request.GET),
            "at": now(),
            "recent_days": RECENT_DAYS,
            "weeks": WEEKS,
        },
    )


@require_GET
def areas(request: HttpRequest) -> HttpResponse:
    """The districts of the map with their counts, as GeoJSON."""
    return HttpResponse(areas_of(_reader(request), _place(request)), content_type="application/geo+json")


def _reader(request: HttpRequest) -> Person:
    person = request.user
    assert isinstance(person, Person)  # the door lets nobody else in
    if not person.roles & READERS:
        raise Http404
    return person


def _place(request: HttpRequest) -> Division | None:
    try:
        return division_of(request.GET["place"]) if request.GET.get("place") else None
    except Refused as no:
        raise Http404 from no
