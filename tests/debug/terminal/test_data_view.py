"""Data on the screen: how they are folded, and what is marked as changed."""

import json
from typing import Any

import pytest

from asl.debug.terminal.change_view import Line, changes
from asl.debug.terminal.data_view import Fold, brief, inline, shown
from asl.story_text import Style

FOLD = Fold(lines=12, width=60)
PLAIN = Style(False)


def marked(before: Any, after: Any, fold: Fold = FOLD) -> list[str]:
    lines = changes(before, after, fold)
    assert lines is not None
    return [line.painted(PLAIN) for line in lines]


# -- folding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, True, 12, 1.5, "tea", [], {}, [1, 2], {"a": [1, {"b": "c"}]}])
def test_a_small_value_stands_on_one_line_as_json(value: Any) -> None:
    assert inline(value, 60) == json.dumps(value)
    assert shown(value, FOLD).lines == [json.dumps(value)]
    assert shown(value, FOLD).whole


def test_a_value_that_does_not_fit_on_a_line_has_none() -> None:
    assert inline({"name": "x" * 50}, 40) is None
    assert inline([1] * 30, 40) is None


def test_headers_of_services_are_kept_aside() -> None:
    headers = {"AllHttpHeaders": {"Content-Type": ["application/json"], "Content-Length": ["15"]}}
    value = {"Payload": {"shelf": "A3"}, "SdkHttpMetadata": headers, "SdkResponseMetadata": {"RequestId": "r-1"}}
    assert shown(value, FOLD).lines == [
        "{",
        '  "Payload": {"shelf": "A3"},',
        '  "SdkHttpMetadata": {…1},',
        '  "SdkResponseMetadata": {"RequestId": "r-1"}',
        "}",
    ]
    assert not shown(value, FOLD).whole
    assert '"Content-Length"' in "".join(shown(headers, FOLD).lines)


def test_a_large_value_is_unfolded_as_far_as_there_is_room() -> None:
    value = {"id": "o-1", "items": [{"sku": "tea", "price": 4, "text": "x" * 80}] * 120, "note": "y" * 500}
    assert not shown(value, FOLD).whole
    assert shown(value, Fold(14, 60)).lines == [
        "{",
        '  "id": "o-1",',
        '  "items": [',
        *['    {"sku": "tea", "price": 4, …1},'] * 6,
        "    … 114 more",
        "  ],",
        '  "note": "' + "y" * 30 + '…" (500 characters)',
        "}",
    ]


def test_with_less_room_it_is_folded_further_up() -> None:
    value = {"id": "o-1", "items": [{"sku": "tea", "text": "x" * 80}] * 120}
    assert shown(value, Fold(4, 60)).lines == ["{", '  "id": "o-1",', '  "items": […120]', "}"]
    assert shown(value, Fold(2, 60)).lines == ['{"id": "o-1", "items": […120]}']


def test_a_value_that_fits_is_shown_whole() -> None:
    value = {"order": {"name": "a" * 30, "street": "b" * 30}}
    told = shown(value, FOLD)
    assert told.whole
    assert json.loads("\n".join(told.lines)) == value


def test_what_is_folded_away_is_not_looked_at() -> None:
    class Untouched(list[Any]):
        def __iter__(self) -> Any:
            raise AssertionError("looked at")

    value = {"id": 1, "deep": {"a": {"b": {"c": Untouched([1] * 100)}}}, "list": ["x" * 70] * 100_000}
    assert shown(value, Fold(6, 60)).lines[0] == "{"


def test_a_long_text_is_cut_with_its_length() -> None:
    assert brief("x" * 5000, 60) == '"' + "x" * 38 + '…" (5,000 characters)'


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x07", "‮", "\x9b31m"])
def test_control_characters_cannot_drive_the_terminal(sign: str) -> None:
    for text in (inline({"a": sign}, 60), brief(sign * 100, 60), "".join(shown({sign: sign}, FOLD).lines)):
        assert text is not None
        assert sign[0] not in text


# -- changes -----------------------------------------------------------------------------------------------------------


def test_new_changed_and_removed_members_are_marked() -> None:
    before = {"id": "o-1", "total": 12, "old": True, "same": {"a": 1}}
    after = {"id": "o-1", "total": 15, "same": {"a": 1}, "payment": {"receipt": "r-1"}}
    assert marked(before, after) == [
        "  {",
        '    "id": "o-1"',
        '~   "total": 12 → 15',
        '    "same": {"a": 1}',
        '+   "payment": {"receipt": "r-1"}',
        '-   "old": true',
        "  }",
    ]


def test_a_change_deep_down_is_shown_where_it_is() -> None:
    before = {"order": {"lines": [{"sku": "tea"}, {"sku": "cup"}, {"sku": "jug"}]}}
    after = {"order": {"lines": [{"sku": "tea"}, {"sku": "mug"}, {"sku": "jug"}]}}
    assert marked(before, after) == [
        "  {",
        '    "order": {',
        '      "lines": [',
        "        … 1 as before",
        "        [1] {",
        '~         "sku": "cup" → "mug"',
        "        }",
        "        … 1 as before",
        "      ]",
        "    }",
        "  }",
    ]


def test_items_that_come_and_go() -> None:
    assert marked([1, 2], [1, 2, 3]) == ["  [", "    … 2 as before", "+   [2] 3", "  ]"]
    assert marked([1, 2, 3], [1, 3]) == ["  [", "    … 1 as before", "-   [1] 2", "    … 1 as before", "  ]"]


def test_true_is_not_one() -> None:
    assert marked({"a": 1, "b": 0}, {"a": True, "b": 0}) == ["  {", '~   "a": 1 → true', '    "b": 0', "  }"]


def test_what_is_the_same_is_left_out_where_there_is_no_room() -> None:
    before = {f"k{n}": n for n in range(40)}
    assert marked(before, {**before, "k7": 0}) == ["  {", '~   "k7": 7 → 0', "    … 39 as before", "  }"]


def test_more_changes_than_lines_are_cut() -> None:
    before = {f"k{n}": n for n in range(40)}
    lines = marked(before, dict.fromkeys(before, -1) | {"k0": 0})
    assert (len(lines), lines[-1]) == (FOLD.lines, "  …")


def test_values_that_have_nothing_in_common_are_not_compared() -> None:
    assert changes({"a": 1}, {"b": 1}, FOLD) is None
    assert changes({"a": 1}, [1], FOLD) is None
    assert changes(1, 2, FOLD) is None


def test_marks_have_colours() -> None:
    assert Line("+", "x").painted(Style(True)) == "\x1b[32m+ x\x1b[0m"
    assert Line("~", "x").painted(Style(True)) == "\x1b[33m~ x\x1b[0m"
    assert Line("-", "x").painted(Style(True)) == "\x1b[31m- x\x1b[0m"
