"""Places of the characters of YAML scalars, in every way of writing them."""

import json
import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from asl.check import check
from asl.source import read_text

LINES = st.lists(st.text("ab {%}:#'\"\\é😀-[", max_size=6), min_size=1, max_size=6)
INDENTS = st.integers(1, 4)


def offset(text: str, index: int) -> int:
    """Where the character of the value of "Output" stands in the text, from 0."""
    place = read_text(text, "f", "yaml").locate("/Output", offset=index)
    assert place is not None
    return sum(len(line) + 1 for line in text.split("\n")[: place.line - 1]) + place.column - 1


def value_of(text: str) -> str:
    value = read_text(text, "f", "yaml").value["Output"]
    assert isinstance(value, str)
    return value


@given(LINES, INDENTS, st.sampled_from(["", "-", "+"]), st.sampled_from(["", "&a ", "!!str ", "&b !!str "]))
@example(["  a", "b"], 2, "", "")
@example(["", "", "a"], 3, "-", "&a ")
def test_a_character_of_a_literal_block_is_that_very_character(
    lines: list[str], indent: int, chomping: str, before: str
) -> None:
    written = "".join(" " * indent + line + "\n" for line in lines)
    text = f"Comment: x\nOutput: {before}|{indent}{chomping} # a block\n{written}End: true\n"
    value = value_of(text)
    assert value.rstrip("\n") == "\n".join(lines).rstrip("\n")
    first = text.index(written)
    expected = [
        first + sum(len(line) + indent + 1 for line in lines[:number]) + indent + column
        for number, line in enumerate(lines)
        for column in range(len(line) + 1)
    ]
    assert [offset(text, index) for index in range(len(value))] == expected[: len(value)]


@given(LINES, INDENTS, st.sampled_from(["", "-", "+"]))
@example(["a", "b", "", "", "c", "  d", "e"], 2, "-")
def test_a_character_of_a_folded_block_is_that_character_or_a_line_break(
    lines: list[str], indent: int, chomping: str
) -> None:
    written = "".join(" " * indent + line + "\n" for line in lines)
    text = f"Output: >{indent}{chomping}\n{written}End: true\n"
    check_each(text, text.index(written))


WORDS = st.text("abé😀", min_size=1, max_size=4)


@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(st.sampled_from([" ", "\n ", " \n  \n\n   "]), min_size=5))
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_character_of_a_scalar_on_several_lines(quote: str, words: list[str], gaps: list[str]) -> None:
    written = "".join(word + gap for word, gap in zip(words, gaps, strict=False)) + "end"
    check_each(f"Output: {quote}{written}{quote}\n", len("Output: ") + len(quote))


def check_each(text: str, first: int) -> None:
    """Each character stands where it is said to, each later than the one before; breaks may be folded to a space."""
    value = value_of(text)
    found = [offset(text, index) for index in range(len(value))]
    assert found == sorted(set(found))
    assert not found or found[0] >= first
    for char, place in zip(value, found, strict=True):
        assert text[place] == char or (char == " " and text[place] == "\n")


@given(st.text(max_size=20).filter(lambda text: not re.search("[\ud800-\udfff\x00]", text)))
def test_escapes_stand_where_they_begin(value: str) -> None:
    written = yaml.dump({"Output": value}, default_style='"', width=10**6).removeprefix('"Output": ')
    text = f"Output: {written}"
    assert value_of(text) == value
    pieces = re.findall(r"\\x..|\\u.{4}|\\U.{8}|\\.|.", written[1:].rstrip("\n")[:-1], re.DOTALL)
    assert len(pieces) == len(value)
    expected = [len("Output: ") + 1 + sum(map(len, pieces[:index])) for index in range(len(pieces))]
    assert [offset(text, index) for index in range(len(value))] == expected


def test_quotes_that_stand_twice_and_lines_that_are_joined() -> None:
    assert [offset("Output: 'it''s'", index) for index in range(4)] == [9, 10, 11, 13]
    text = 'Output: "a \\\n   b"'
    assert value_of(text) == "a b"
    assert [offset(text, index) for index in range(3)] == [9, 10, 16]


def test_filled_placeholders_in_a_block() -> None:
    document = read_text("Output: |-\n  x ${Name} y\n  z\n", "f", "yaml", {"Name": "a long value"})
    places = [str(document.locate("/Output", offset=index)) for index in (0, 2, 13, 15, 17)]
    assert places == ["f:2:3", "f:2:5", "f:2:5", "f:2:13", "f:3:3"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["|-", ">-", "|2-", "&x |-"])
def test_a_syntax_error_in_a_block_is_at_its_line(mark: str, end: str) -> None:
    lines = f"""\
QueryLanguage: JSONata
StartAt: A
States:
  A:
    Type: Pass
    Output: {mark}
      {{% (
        $a := 1;
        $b := ];
        $a
      ) %}}
    End: true
"""
    findings = check(read_text(lines.replace("\n", end), "f", "yaml"))
    assert [(each.rule, str(each.location)) for each in findings] == [("bad-jsonata", "f:9:15")]


def test_a_break_that_the_format_turns_into_another_is_at_the_start() -> None:
    text = 'Output: "a\u2028 b"\n'
    assert json.dumps(value_of(text)) in ('"a\\u2028b"', '"a b"', '"a\\u2028 b"')
    assert offset(text, 0) in (8, 9)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("|\n      {% 1 %}", "this one ends with a line break: write |- or >-"),
        (">+\n      {% 1\n      %}\n", "this one ends with a line break: write |- or >-"),
        ("'{% 1 %} '", "this one ends with a blank"),
        ("'{% 1 '", None),
    ],
)
def test_an_expression_in_a_block_that_keeps_its_last_line_break(written: str, said: str | None) -> None:
    text = f"""\
QueryLanguage: JSONata
StartAt: A
States:
  A:
    Type: Pass
    Output: {written}
    End: true
"""
    (finding,) = check(read_text(text, "f", "yaml"))
    assert finding.message == "an expression in Output does not end with %}"
    assert finding.hint == "an expression is a whole string: {% ... %}" + (f"; {said}" if said else "")


def test_the_line_break_after_an_expression_in_json() -> None:
    state = {"Type": "Pass", "Output": "{% 1 %}\n", "End": True}
    (finding,) = check(read_text(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}})))
    assert str(finding.hint).endswith("; this one ends with a line break")
