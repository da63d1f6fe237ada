"""Drawn pictures: quick, small, stamped, and no two cases alike."""

import io
import itertools
import time

import pytest
from PIL import Image, ImageChops

from civicloop.demo.pictures import picture
from civicloop.demo.pictures.scenes import SCENES
from civicloop.kernel.evidence.looks import both_ways, distance
from civicloop.kernel.evidence.models import LOOK_ALIKE

CODES = [
    "ENV01",
    "ORD02",
    "SAF01",
    "INF01",
    "ENV04",
    "RES01",
    "BEH01",
    "RIV01",
    "MKT03",
    "SVC01",
    "SIT01",
    "XXX99",
]


def drawn(seed: int, code: str = "ENV01", stage: str = "before") -> Image.Image:
    return Image.open(io.BytesIO(picture(seed, kind_code=code, stage=stage, caption="示例 2026-03-05 14:02")))


def look(image: Image.Image) -> int:
    found = both_ways(image)[0]
    assert found is not None
    return found


@pytest.mark.parametrize("code", sorted(SCENES))
def test_every_scene_can_be_drawn_in_every_stage(code: str) -> None:
    for seed, stage in itertools.product(range(3), ("before", "after", "look_back")):
        data = picture(seed, kind_code=code, stage=stage, caption="CL-2026-000123")
        assert len(data) < 60_000
        assert Image.open(io.BytesIO(data)).size == (720, 540)


def test_the_same_case_is_drawn_the_same_again() -> None:
    again = [picture(7, kind_code="INF01", stage="before", caption="a") for _ in range(2)]
    assert again[0] == again[1]


def test_the_problem_is_gone_in_the_picture_after() -> None:
    for code in CODES:
        before, after = drawn(5, code).convert("RGB"), drawn(5, code, "after").convert("RGB")
        assert ImageChops.difference(before, after).getbbox() is not None
        assert picture(5, kind_code=code, stage="before", caption="") != picture(
            5, kind_code=code, stage="after", caption=""
        )


def test_pictures_of_different_cases_hardly_ever_look_alike() -> None:
    looks = [look(drawn(seed, code)) for seed in range(12) for code in CODES]
    pairs = list(itertools.combinations(looks, 2))
    near = sum(distance(one, other) <= LOOK_ALIKE for one, other in pairs)
    assert near / len(pairs) < 0.002


def test_the_stamp_is_on_every_picture() -> None:
    for code in CODES:
        red, green, blue = drawn(3, code).convert("RGB").getpixel((720 - 14 - 124, 20))  # type: ignore[misc]
        assert red > 140
        assert green < 90
        assert blue < 90


def test_a_stage_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no stage"):
        picture(1, kind_code="ENV01", stage="during", caption="")


def test_it_takes_some_milliseconds() -> None:
    picture(1, kind_code="ENV01", stage="before", caption="x")
    started = time.process_time()
    for seed in range(20):
        picture(seed, kind_code=CODES[seed % len(CODES)], stage="before", caption="x")
    assert (time.process_time() - started) / 20 < 0.05
