"""JSON that somebody types: over several lines, and with mistakes."""

from pathlib import Path

import pytest

from asl.debug import Debugger
from asl.debug.terminal.json_input import is_open, value
from asl.errors import InputError
from tests.debug.machines import FUNCTION, machine
from tests.debug.terminal.talking import debugger, talk

TASK = machine({"A": {"Type": "Task", "Resource": FUNCTION, "End": True}})


@pytest.mark.parametrize("text", ["{", "[1,", '{"a": [1, {"b": "}"', '{"a":', "[\n1", '{"a": "\\""'])
def test_what_is_not_closed_goes_on(text: str) -> None:
    assert is_open(text)


@pytest.mark.parametrize("text", ["", "12", "{}", '{"a": "b', "[1, tea", "[1}", "{'a'", "@file", "[" * 100_000])
def test_what_is_closed_or_cannot_be_mended_does_not(text: str) -> None:
    assert not is_open(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the answer is missing: JSON is a value such as 12"),
        (
            '{"a": 1,}',
            "the answer is not JSON: a comma stands before the closing '}'\n  1 | {\"a\": 1,}\n    |        ^\n",
        ),
        ('{"日本": 1 "b"}', '\n  1 | {"日本": 1 "b"}\n    |            ^^^\n'),
        ("no funds", '\n  hint: a text has quotes: "no funds"'),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice'),
        (
            "{} extra",
            "the answer is not JSON: there is text after the end of the JSON\n  1 | {} extra\n    |    ^^^^^",
        ),
    ],
)
def test_what_is_wrong_is_shown(text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        value(text, "the answer")
    assert told in str(raised.value)
    assert "char" not in str(raised.value)


def test_a_file_with_a_mistake_is_named(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text('{\n  "a" 1\n}')
    with pytest.raises(InputError, match=rf"{file}:2:7: the answer is not JSON: "):
        value(f"@{file}", "the answer")
    file.write_text("[12]")
    assert value(f"@{file}", "the answer") == [12]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["n", "succeed {", '  "receipt":', '    "r-9"}', "p $.receipt"], '"r-9"\n'),
        (['set $.card = {"a": [1,', "2]}", "p $.card.a[1]"], "2\n"),
        (['fail Declined {"why":', '"none"}', "p $"], '{"card": "4111", "items": ["tea", "cup"]}\n'),
        (["step ;; set $.n = [", "1] ;; p $.n"], "[1]\n"),
    ],
)
def test_a_command_goes_on_in_the_next_line_until_it_closes(lines: list[str], expected: str, tmp_path: Path) -> None:
    text, code = talk(debugger(tmp_path), *(["n", *lines] if lines[0].startswith("fail") else lines))
    assert text.endswith(expected)
    assert "  ... " in text
    assert code == 0


def test_lines_of_a_file_go_on_in_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("open.txt").write_text('set $.card = {\n"a": 1\n')
    text, code = talk(debugger(tmp_path), "source open.txt", "}")
    assert "the object that begins here is never closed" in text
    assert "error: '}' is no command; help lists the commands\n" in text
    assert code == 2


def test_a_mistake_ends_it_at_once() -> None:
    text, code = talk(Debugger(TASK), "set $.a = [1,", "tea", "print 7")
    assert (
        "  ... tea\nerror: the value is not JSON: unrecognized word tea where a value should stand\n  2 | tea\n" in text
    )
    assert text.endswith("(asl) print 7\n7\n")
    assert code == 2
