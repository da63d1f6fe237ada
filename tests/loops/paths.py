"""Whole paths of a case as lists of verbs, and the people of 云泽市 who walk them."""

from collections.abc import Sequence
from typing import Any

from civicloop.cases import operations
from civicloop.cases.models import Case
from tests.cast import Cast

_TO_UNIT = ["report", "file", "dispatch", "sign"]
_FIX = ["report_fixed", "verify"]
HAPPY = [*_TO_UNIT, *_FIX, "close", "look_back", "settle"]
DECLINED = ["report", "decline"]
MERGED = ["report", "merge"]
MERGED_LATER = ["report", "file", "merge"]
HAND_BACK = [
    "report",
    "file",
    "dispatch",
    "hand_back",
    "dispatch",
    "sign",
    *_FIX,
    "close",
    "look_back",
    "settle",
]
HANDED_BACK_AND_MERGED = ["report", "file", "dispatch", "hand_back", "merge"]
REWORK = [*_TO_UNIT, "report_fixed", "send_back", *_FIX, "close", "look_back", "settle"]
REWORK_AFTER_VISIT = [*_TO_UNIT, *_FIX, "send_back", *_FIX, "close", "look_back", "settle"]
RELAPSE = [*_TO_UNIT, *_FIX, "close", "relapse", "sign", *_FIX, "close", "look_back", "settle"]
RELAPSED_AND_HANDED_BACK = [*_TO_UNIT, *_FIX, "close", "relapse", "hand_back", *HAPPY[2:]]
EVERYTHING_GOES_WRONG = [
    "report", "file", "dispatch", "hand_back", *_TO_UNIT[2:], "report_fixed", "send_back", *_FIX, "send_back",
    *_FIX, "close", "relapse", "sign", "report_fixed", "send_back", *_FIX, "close", "look_back", "settle",
]  # fmt: skip
ELSEWHERE = ["report", "note_elsewhere"]
PATHS = {
    name: path
    for name, path in list(globals().items())
    if isinstance(path, list) and name.isupper() and name[0] != "_"
}

WHO = {
    "file": "chen_jing", "decline": "chen_jing", "merge": "chen_jing", "dispatch": "chen_jing",
    "sign": "wang_lei", "hand_back": "wang_lei", "report_fixed": "wang_lei",
    "verify": "li_na", "send_back": "li_na", "close": "chen_jing",
    "look_back": "third", "relapse": "third", "settle": "chen_jing",
}  # fmt: skip


def said(cast: Cast, verb: str) -> dict[str, Any]:
    """What each verb is told when nothing special is meant."""
    given: dict[str, dict[str, Any]] = {
        "decline": {"reason": "不是问题"},
        "dispatch": {"unit": cast.city_management},
        "hand_back": {"reason": "不属本单位"},
        "report_fixed": {"no_photo_because": "夜间无法拍摄"},
        "send_back": {"reason": "没有清干净"},
        "relapse": {"reason": "又出现了"},
    }
    return given.get(verb, {})


def walk(cast: Cast, verbs: Sequence[str]) -> Case:
    """A case that its people carry along a path."""
    case = cast.case()
    for verb in verbs[1:]:
        more = said(cast, verb) | ({"into": cast.case()} if verb == "merge" else {})
        case = getattr(operations, verb)(case, by=getattr(cast, WHO[verb]), **more)
    return case
