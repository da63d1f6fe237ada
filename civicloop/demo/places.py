"""Made-up sites of the sample city, at real places."""

import csv
from pathlib import Path
from random import Random

from civicloop.divisions.finding import outlines
from civicloop.divisions.models import Division, Level, Site, SiteType
from civicloop.divisions.operations import add_site
from civicloop.kernel.actors import INSTALLER

DATA = Path(__file__).parent / "data"
SITES = 320
_LAST = {
    "RES": "小区",
    "MKT": "农贸市场",
    "PARK": "公园",
    "SCH": "小学",
    "HOSP": "医院",
    "SQ": "广场",
    "WC": "公共厕所",
    "ROAD": "大道",
    "LANE": "巷",
    "MALL": "购物中心",
    "INT": "路口",
    "SITE": "工地",
    "RIV": "河段",
    "BUS": "公交站台",
}
_FIRST = (
    "和平",
    "幸福",
    "金水",
    "新河",
    "阳光",
    "锦绣",
    "湖滨",
    "文昌",
    "康乐",
    "春晓",
    "明珠",
    "翠苑",
    "安居",
    "同心",
    "长虹",
    "玉兰",
    "银杏",
    "桃源",
    "清泉",
    "朝阳",
)


class Ground:
    """Where things can stand: positions inside the right district, near the street's own place where it is known."""

    def __init__(self, city: Division, chance: Random) -> None:
        self._chance = chance
        self._known = outlines()
        with (DATA / "jiangsu_places.csv").open(encoding="utf-8", newline="") as rows:
            self._streets = {
                row["street"]: (float(row["lon"]), float(row["lat"]))
                for row in csv.DictReader(rows)
                if row["street"]
            }
        self._middles: dict[str, tuple[float, float]] = {}

    def near(self, division: Division) -> tuple[float, float] | None:
        """A position for something in this community or street; None where the district has no outline."""
        district = division.code[:6]
        middle = self._streets.get(division.code[:9]) or self._middle(district)
        if middle is None:
            return None
        # Communities of a street lie apart from each other, always in the same place.
        spread = Random(division.code)
        east, north = spread.uniform(-0.02, 0.02), spread.uniform(-0.016, 0.016)
        for _try in range(8):
            lon = middle[0] + east + self._chance.gauss(0, 0.004)
            lat = middle[1] + north + self._chance.gauss(0, 0.003)
            if self._known.index.find(lon, lat) == district:
                return round(lon, 6), round(lat, 6)
            east, north = east / 2, north / 2
        return None

    def _middle(self, district: str) -> tuple[float, float] | None:
        if district not in self._known.districts:
            return None
        if district not in self._middles:
            places = [at for street, at in self._streets.items() if street.startswith(district)]
            if not places:
                return None
            self._middles[district] = (
                sum(lon for lon, _lat in places) / len(places),
                sum(lat for _lon, lat in places) / len(places),
            )
        return self._middles[district]


def build_sites(city: Division, ground: Ground, chance: Random) -> list[Site]:
    """Sites of every type in the streets of the city."""
    communities = list(Division.objects.filter(level=Level.COMMUNITY).within(city.path))
    types = list(SiteType.objects.all())
    sites = []
    for number in range(SITES):
        type_ = types[number % len(types)]
        division = chance.choice(communities)
        at = ground.near(division)
        last = _LAST.get(type_.code, type_.name.partition("（")[0].partition("、")[0])
        sites.append(
            add_site(
                by=INSTALLER,
                name=f"{chance.choice(_FIRST)}{last}（示例）",
                type=type_,
                division=division,
                longitude=at[0] if at else None,
                latitude=at[1] if at else None,
            )
        )
    return sites
