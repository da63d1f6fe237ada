"""An address is for one person, one file, one size, for minutes."""

import uuid

import pytest

from civicloop.kernel.evidence.addresses import LIVES, opened, token
from civicloop.kernel.evidence.tests.made import LI_NA, WANG_LEI

PHOTO = uuid.UUID("6f1c2b1e-6d1f-4c5c-9d38-2f4f3a0a9b11")
NOON = 1_770_000_000.0


def test_it_opens_for_the_one_it_was_made_for() -> None:
    asked = opened(token(PHOTO, "thumb", for_=LI_NA, at=NOON), for_=LI_NA, at=NOON)
    assert asked is not None
    assert (asked.uid, asked.size) == (PHOTO, "thumb")
    assert LIVES / 2 < asked.left <= LIVES


def test_it_does_not_open_for_another_person() -> None:
    assert opened(token(PHOTO, "thumb", for_=LI_NA, at=NOON), for_=WANG_LEI, at=NOON) is None


@pytest.mark.parametrize("later", range(0, 700, 7))
def test_it_is_over_after_five_minutes_at_most(later: int) -> None:
    text = token(PHOTO, "display", for_=LI_NA, at=NOON + later)
    assert opened(text, for_=LI_NA, at=NOON + later + LIVES // 2 - 1) is not None
    assert opened(text, for_=LI_NA, at=NOON + later + LIVES) is None


def test_nobody_can_ask_for_longer() -> None:
    assert (
        opened(token(PHOTO, "thumb", for_=LI_NA, seconds=86_400, at=NOON), for_=LI_NA, at=NOON + LIVES)
        is None
    )


def test_it_stays_the_same_for_a_while_so_that_the_browser_keeps_the_picture() -> None:
    start = NOON - NOON % 150
    assert len({token(PHOTO, "thumb", for_=LI_NA, at=start + at) for at in range(150)}) == 1


def test_forging_any_part_closes_it() -> None:
    text = token(PHOTO, "thumb", for_=LI_NA, at=NOON)
    for other in (
        text.replace("thumb", "original"),
        text[:-1] + ("A" if text[-1] != "A" else "B"),
        text + "x",
        "",
        "~",
        "a.b.c~d",
    ):
        assert opened(other, for_=LI_NA, at=NOON) is None


def test_there_is_no_other_size() -> None:
    with pytest.raises(ValueError, match="no size"):
        token(PHOTO, "huge", for_=LI_NA)  # type: ignore[arg-type]
