"""docs/words.md and the code say the same, both ways."""

import re

import pytest

from tests.shape import words

pytestmark = pytest.mark.shape
HAN = re.compile("[\u4e00-\u9fff]")


def test_every_verb_has_its_row_and_every_row_its_verb() -> None:
    told = {name: label for label, name, *_rest in words.told()["动作"]}
    assert told == words.verbs()


def test_the_rows_of_moves_say_where_they_start_and_end() -> None:
    told = {name: (start, end) for _label, name, start, end in words.told()["动作"] if start or end}
    assert told == words.moves()


def test_every_state_role_and_other_choice_has_its_row_and_every_row_its_choice() -> None:
    assert {name: label for label, name in words.told()["选项"]} == words.choices()


def test_every_model_has_its_row_and_every_row_its_model() -> None:
    assert {name: label for label, name, _meaning in words.told()["事物"]} == words.things()


def test_every_model_is_explained() -> None:
    assert [name for _label, name, meaning in words.told()["事物"] if not HAN.search(meaning)] == []


def test_every_label_is_chinese() -> None:
    named = words.verbs() | words.things() | words.choices()
    plain = [name for name, label in named.items() if not HAN.search(label)]
    assert plain == []


def test_no_two_verbs_of_an_app_are_called_the_same() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name, label in words.verbs().items():
        key = (name.split(".")[0], label)
        assert key not in seen, f"{name} and {seen[key]} are both called {label}"
        seen[key] = name
