"""驾驶舱: what leaders glance at."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from civicloop.cockpit.figures import RECENT_DAYS, WEEKS, cockpit_of
from civicloop.divisions.finding import division_of
from civicloop.kernel.clock.now import now
from civicloop.kernel.refused import Refused
from civicloop.kernel.web import show
from civicloop.people.models import Person, Role

READERS = frozenset({Role.LEADER, Role.DISPATCHER, Role.INSPECTOR, Role.HANDLER})


@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """Intake, in hand, due, overdue, by place and kind; `place` narrows it."""
    person = request.user
    assert isinstance(person, Person)  # the door lets nobody else in
    if not person.roles & READERS:
        raise Http404
    try:
        place = division_of(request.GET["place"]) if request.GET.get("place") else None
    except Refused as no:
        raise Http404 from no
    return show(
        request,
        "cockpit/cockpit.html",
        "cockpit/_cockpit.html",
        {"cockpit": cockpit_of(person, place), "at": now(), "recent_days": RECENT_DAYS, "weeks": WEEKS},
    )
