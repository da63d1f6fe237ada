"""Which scene shows which problem kind."""

from collections.abc import Callable

from civicloop.demo.pictures import elsewhere, fronts, streets
from civicloop.demo.pictures.brush import Canvas

Scene = Callable[[Canvas, bool], None]

# Codes of problem kinds, or the three letters of a family.
_SHOWN_BY: dict[Scene, str] = {
    streets.rubbish: "ENV ENV01",
    fronts.bins: "ENV02",
    fronts.posters: "ENV04",
    fronts.cables: "SAF01",
    elsewhere.stairwell: "SAF SAF02 RES01",
    fronts.sign: "SAF03 MIN03 MIN05 CUL",
    elsewhere.yard: "RES RES02",
    fronts.board: "PUB RES03 TRA05 INF05 VIL",
    streets.parking: "ORD02 ORD05",
    streets.trading: "ORD ORD03",
    streets.crossing: "TRA",
    streets.tactile: "ACC01 TRA04",
    streets.pothole: "INF INF01",
    streets.manhole: "INF02",
    streets.lamp: "INF03",
    elsewhere.bench: "BEH INF04",
    fronts.fence: "SIT PUB04",
    elsewhere.river: "RIV RIV01",
    elsewhere.sewage: "RIV02",
    elsewhere.market: "MKT BEH04 MIN04",
    elsewhere.hall: "SVC ACC MIN COM HOS NCP REC ENV03 ORD01",
}
SCENES = {code: scene for scene, codes in _SHOWN_BY.items() for code in codes.split()}


def scene_of(kind_code: str) -> Scene:
    """The scene for a problem kind: its own, its family's, or a street with rubbish."""
    return SCENES.get(kind_code) or SCENES.get(kind_code[:3]) or streets.rubbish
