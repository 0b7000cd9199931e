"""The definition around a place: of files in JSON and YAML, of one long line, and where there is no file."""

import json
from pathlib import Path

import pytest

import asl
from asl.debug.terminal.highlight import json as json_coloured
from asl.debug.terminal.highlight import yaml as yaml_coloured
from asl.debug.terminal.source_view import excerpt, painted, window
from asl.machine import Machine
from asl.story_text import Style
from tests.debug.terminal.talking import SHOP, shop

PLAIN = Style(False)


def lines(machine: Machine, state: str, field: str = "", height: int = 7, width: int = 80) -> list[str]:
    pointer = machine.pointer(state)
    shown = excerpt(machine, pointer, f"{pointer}/{field}" if field else pointer)
    return painted(shown, *window(shown, height), width, PLAIN)


def test_the_state_is_marked_and_its_line_has_an_arrow(tmp_path: Path) -> None:
    assert lines(shop(tmp_path), "IsOpen") == [
        '    3 │   "States": {',
        '  → 4 ┃     "IsOpen": {',
        '    5 ┃       "Type": "Choice",',
        '    6 ┃       "Choices": [{"Variable": "$.items[0]", "IsPresent": true, "Next":…',
        '    7 ┃       "Default": "Closed"',
        "    8 ┃     },",
        '    9 │     "Closed": {"Type": "Fail", "Error": "Closed", "Cause": "There is no…',
    ]


def test_the_line_of_a_field_of_a_long_state_is_among_those_shown(tmp_path: Path) -> None:
    assert lines(shop(tmp_path), "Approve", "ResultPath", height=3) == [
        '    39 ┃       "HeartbeatSeconds": 600,',
        '  → 40 ┃       "ResultPath": "$.approval",',
        '    41 ┃       "Next": "Done"',
    ]


def test_the_marked_place_of_a_long_line_is_visible(tmp_path: Path) -> None:
    assert lines(shop(tmp_path), "Price", "Next", height=1, width=60) == [
        '  → 26 ┃ …": 3}, "Assign": {"seen": true}, "Next": "Pack"},',
        "       ┃                                   ^^^^^^",
    ]


def test_a_state_of_one_line_stands_between_its_neighbours(tmp_path: Path) -> None:
    assert [line[:24] for line in lines(shop(tmp_path), "Pack")] == [
        '    26 │           "Pric',
        '  → 27 ┃           "Pack',
        "    28 │         }",
    ]


def test_yaml(tmp_path: Path) -> None:
    file = tmp_path / "m.asl.yaml"
    file.write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Result: 1  # one\n    End: true\n")
    assert lines(asl.load(file), "A", "Result") == [
        "    2 │ States:",
        "    3 ┃   A:",
        "    4 ┃     Type: Pass",
        "  → 5 ┃     Result: 1  # one",
        "    6 ┃     End: true",
    ]


def test_a_definition_on_one_line_is_laid_out(tmp_path: Path) -> None:
    file = tmp_path / "small.json"
    file.write_text(json.dumps(json.loads(SHOP), separators=(",", ":")))
    assert lines(asl.load(file), "Approve", "ResultPath", height=3) == [
        f"    {file} has it all on line 1; laid out:",
        '    ┃   "HeartbeatSeconds": 600,',
        '  → ┃   "ResultPath": "$.approval",',
        '    ┃   "Next": "Done"',
    ]


def test_a_definition_without_a_file_is_shown_as_json() -> None:
    assert lines(asl.load(json.loads(SHOP)), "Pause") == [
        "    defined in Python; as JSON:",
        '  → ┃ "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Approve"}',
    ]


def test_control_characters_of_a_definition_are_written_out() -> None:
    machine = asl.load({"StartAt": "A", "States": {"A": {"Type": "Pass", "Comment": "‮\x9b2J", "End": True}}})
    assert "\x9b" not in "".join(lines(machine, "A"))


@pytest.mark.parametrize(
    ("text", "coloured"),
    [
        ('"a": "b",', '\x1b[36m"a"\x1b[0m: \x1b[32m"b"\x1b[0m,'),
        ('"a": -1.5e3', '\x1b[36m"a"\x1b[0m: \x1b[33m-1.5e3\x1b[0m'),
        ("[true, null]", "[\x1b[33mtrue\x1b[0m, \x1b[33mnull\x1b[0m]"),
        ('"cut of', '\x1b[32m"cut of\x1b[0m'),
        ('{"a": 1, …3}', '{\x1b[36m"a"\x1b[0m: \x1b[33m1\x1b[0m, \x1b[2m…3\x1b[0m}'),
    ],
)
def test_colours_of_json(text: str, coloured: str) -> None:
    assert json_coloured(text, Style(True)) == coloured
    assert json_coloured(text, PLAIN) == text


@pytest.mark.parametrize(
    ("text", "coloured"),
    [
        ("  Type: Pass", "  \x1b[36mType\x1b[0m: Pass"),
        ("- Seconds: 60", "- \x1b[36mSeconds\x1b[0m:\x1b[33m 60\x1b[0m"),
        (
            "a: 'b'  # why",
            "\x1b[36ma\x1b[0m:\x1b[32m 'b'\x1b[0m\x1b[2m # why\x1b[0m".replace("'\x1b[0m\x1b", "' \x1b[0m\x1b"),
        ),
        ("# all of it", "\x1b[2m# all of it\x1b[0m"),
        ('  "a b": "c"', '  \x1b[36m"a b"\x1b[0m: \x1b[32m"c"\x1b[0m'),
    ],
)
def test_colours_of_yaml(text: str, coloured: str) -> None:
    assert yaml_coloured(text, Style(True)) == coloured
    assert yaml_coloured(text, PLAIN) == text
