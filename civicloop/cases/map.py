"""Cases on the map: the server clusters, so that a million cases cost the browser no more than a hundred."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q
from django.db.models.functions import Floor
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from civicloop.cases.filters import read_box
from civicloop.cases.models import CaseQuerySet
from civicloop.cases.workflow import TONES, State
from civicloop.kernel.clock.now import now

MOST_SINGLE = 200  # so many cases are drawn one by one
CELLS = 14  # else this many cells across the view


def points_of(cases: CaseQuerySet, query: QueryDict) -> dict[str, Any]:
    """A FeatureCollection of at most MOST_SINGLE cases, or of clusters with their counts.

    cases  already filtered by `query`, the filters of the list, of which `bbox` is the view of the map
    """
    located = cases.filter(longitude__isnull=False).order_by()
    box = read_box(query.get("bbox", ""))
    few: list[tuple[Any, ...]] = list(
        located.values_list("number", "text", "state", "longitude", "latitude", "due_at")[: MOST_SINGLE + 1]
    )
    if len(few) <= MOST_SINGLE:
        return _collection([_single(*row) for row in few])
    if box is None:
        edges = located.aggregate(
            w=Min("longitude"), e=Max("longitude"), s=Min("latitude"), n=Max("latitude")
        )
        box = (edges["w"], edges["s"], edges["e"], edges["n"])
    cell = max((box[2] - box[0]) / CELLS, (box[3] - box[1]) / CELLS, 1e-6)
    at = now()
    clusters = (
        located.annotate(x=Floor(F("longitude") / cell), y=Floor(F("latitude") / cell))
        .values("x", "y")
        .annotate(
            count=Count("id"),
            overdue=Count("id", filter=Q(state__in=["dispatched", "signed"], due_at__lt=at)),
            lon=Avg("longitude"),
            lat=Avg("latitude"),
            number=Max("number"),
        )
    )
    return _collection([_cluster(row, cell, query) for row in clusters])


def _single(number: str, text: str, state: str, lon: float, lat: float, due_at: Any) -> dict[str, Any]:
    late = state in {State.DISPATCHED, State.SIGNED} and due_at is not None and due_at < now()
    label = State(state).label
    return _feature(
        lon,
        lat,
        {
            "name": f"{number} {text[:30]}",
            "state": str(_("%(state)s·超期") % {"state": label} if late else label),
            "tone": "danger" if late else TONES[State(state)],
            "url": reverse("cases:case", args=[number]),
        },
    )


def _cluster(row: Mapping[str, Any], cell: float, query: QueryDict) -> dict[str, Any]:
    if row["count"] == 1:
        url = reverse("cases:case", args=[row["number"]])
    else:
        box = (row["x"] * cell, row["y"] * cell, (row["x"] + 1) * cell, (row["y"] + 1) * cell)
        inside = query.copy()
        inside.pop("zoom", None)
        inside["bbox"] = ",".join(f"{edge:.6f}" for edge in box)
        url = f"{reverse('cases:list')}?{inside.urlencode()}"
    words = _("%(count)d 件") % {"count": row["count"]}
    if row["overdue"]:
        words = _("%(count)d 件，其中超期 %(overdue)d 件") % {
            "count": row["count"],
            "overdue": row["overdue"],
        }
    return _feature(
        row["lon"],
        row["lat"],
        {"count": row["count"], "name": words, "tone": "danger" if row["overdue"] else "info", "url": url},
    )


def _feature(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
        "properties": properties,
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
