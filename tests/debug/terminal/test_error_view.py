"""What is shown of an error and its cause."""

import json

from asl.debug.terminal import error_view
from asl.errors import StateError
from asl.story_text import Style


def shown(error: str | None, cause: str | None = None) -> str:
    return "\n".join(error_view.lines(StateError(error, cause), 80, Style(False)))


def test_an_error_alone() -> None:
    assert shown("Busy") == "  Busy"
    assert shown(None) == "  an error without a name"


def test_a_cause_goes_on_in_further_lines() -> None:
    assert shown("Busy", "come back later") == "  Busy: come back later"
    lines = shown("Busy", "come back later, " * 10).splitlines()
    assert len(lines) == 3
    assert max(map(len, lines)) <= 80


def test_a_cause_that_is_an_object_is_shown_as_data() -> None:
    assert shown("E", '{"errorMessage":"no","errorType":"E"}') == '  E: {"errorMessage": "no", "errorType": "E"}'
    cause = json.dumps({"errorMessage": "no", "stackTrace": [f"line {number}" for number in range(90)]})
    assert shown("E", cause).splitlines() == [
        "  E:",
        "      {",
        '        "errorMessage": "no",',
        '        "stackTrace": [',
        *(f'          "line {number}",' for number in range(6)),
        "          … 84 more",
        "        ]",
        "      }",
    ]


def test_a_cause_that_only_begins_as_an_object_is_a_text() -> None:
    assert shown("E", "{no}") == "  E: {no}"
    assert shown("E", "{" * 3).endswith("E: {{{")
    assert shown("E", "{}") == "  E: {}"


def test_an_error_cannot_drive_the_terminal() -> None:
    assert "\x1b" not in shown("\x1b[2J", "\x1b[2J") + shown("E", '{"a": "\\u001b[2J"}')
