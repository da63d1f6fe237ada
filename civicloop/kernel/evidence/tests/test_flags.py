"""可信度提示: words that suggest a visit, never a verdict."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance, ImageOps

from civicloop.kernel.evidence.door import receive
from civicloop.kernel.evidence.flags import flags, taken_before, taken_far
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.tests import made
from civicloop.kernel.evidence.tests.made import LI_NA, WANG_LEI, Upload
from civicloop.kernel.positions import Position

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
PLACE = Position(118.275, 33.9635)


def handed_in(data: bytes, by: Any = LI_NA) -> Evidence:
    return receive(Upload(data), by=by, at_once=True)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.CIVICLOOP_FILES = str(tmp_path)


def test_a_photo_older_than_the_order_is_worth_a_look() -> None:
    (flag,) = taken_before(NOON - timedelta(days=3), NOON)
    assert "2026-03-02 12:00" in flag.sentence
    assert "建议" in flag.sentence


def test_a_clock_that_is_some_minutes_off_is_not() -> None:
    assert taken_before(NOON - timedelta(minutes=9), NOON) == []


def test_a_photo_without_time_or_place_is_never_flagged_for_that() -> None:
    assert taken_before(None, NOON) == taken_before(NOON, None) == []
    assert taken_far(None, PLACE) == taken_far(PLACE, None) == []


def test_a_photo_from_far_away_says_how_far_but_not_where() -> None:
    (flag,) = taken_far(Position(118.375, 33.9635), PLACE)
    assert "9.2 公里" in flag.sentence
    assert "118" not in flag.sentence
    assert taken_far(Position(118.2775, 33.9635), PLACE) == []
    assert len(taken_far(Position(118.2775, 33.9635), PLACE, far=100)) == 1


def test_no_sentence_is_a_verdict() -> None:
    for flag in (*taken_before(NOON - timedelta(days=3), NOON), *taken_far(Position(119, 33), PLACE)):
        assert not any(word in flag.sentence for word in ("造假", "弄虚作假", "违规", "伪造"))


@pytest.mark.django_db
def test_the_same_file_used_again_is_pointed_out() -> None:
    first, again = handed_in(made.jpeg()), handed_in(made.jpeg(), WANG_LEI)
    (flag,) = flags(again)
    assert (flag.kind, flag.other) == ("same_file", first)


def again_as(change: str) -> bytes:
    image = Image.open(io.BytesIO(made.jpeg()))
    edits: dict[str, Callable[[Image.Image], Image.Image]] = {
        "resaved": lambda image: image,
        "resized": lambda image: image.resize((320, 240)),
        "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
        "mirrored": ImageOps.mirror,
    }
    return made.saved(edits[change](image), "JPEG", quality=60)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["resaved", "resized", "brighter", "mirrored"])
def test_a_changed_copy_is_pointed_out(change: str) -> None:
    first = handed_in(made.jpeg())
    for seed in (2, 3, 4):
        handed_in(made.jpeg(seed))
    changed = handed_in(again_as(change), WANG_LEI)
    (flag,) = flags(changed)
    assert (flag.kind, flag.other) == ("look_alike", first)


@pytest.mark.django_db
def test_photos_of_the_same_thing_may_look_alike() -> None:
    before = handed_in(made.jpeg())
    after = handed_in(again_as("brighter"))
    assert flags(after, kin=[before.pk]) == []
    assert [flag.kind for flag in flags(handed_in(made.jpeg()), kin=[before.pk, after.pk])] == ["same_file"]


@pytest.mark.django_db
def test_other_photos_are_left_in_peace() -> None:
    for seed in range(6):
        handed_in(made.jpeg(seed))
    assert flags(handed_in(made.jpeg(99)), expected_position=PLACE, not_before=NOON) == []


@pytest.mark.django_db
def test_look_alikes_come_nearest_first() -> None:
    first = handed_in(made.jpeg())
    near, brighter = handed_in(again_as("resaved")), handed_in(again_as("brighter"))
    found = list(first.look_alikes())
    assert set(found) == {near, brighter}
    assert [row.distance for row in found] == sorted(row.distance for row in found)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_looking_for_flags_takes_two_queries(django_assert_num_queries: Any) -> None:
    row = handed_in(made.jpeg())
    with django_assert_num_queries(2):
        flags(row, expected_position=PLACE, not_before=NOON)
