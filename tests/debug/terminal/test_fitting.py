"""Text that fits: cut where it says least, put on several lines; wide characters take two columns."""

import pytest

from asl.debug.terminal.fitting import (
    columns,
    fitted,
    flowed,
    with_names,
    without_beginning,
    without_middle,
    wrapped,
)


@pytest.mark.parametrize(("text", "count"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\x1b[1mab\x1b[0m", 2)])
def test_columns(text: str, count: int) -> None:
    assert columns(text) == count


def test_a_name_is_cut_in_its_middle() -> None:
    assert without_middle("Get task token requirements", 12) == "Get ta…ments"
    assert without_middle("short", 12) == without_middle("short", None) == "short"
    assert without_middle("日本語の状態の名前", 9) == "日本…名前"


def test_a_path_is_cut_at_its_beginning() -> None:
    assert without_beginning("/a/very/long/path.json:3", 12) == "…path.json:3"
    assert without_beginning("日本語の状態", 6) == "…状態"
    assert without_beginning("abc", 3) == "abc"


def test_names_are_cut_no_more_than_they_have_to() -> None:
    def made(longest: int | None) -> str:
        return "in " + without_middle("x" * 50, longest)

    assert with_names(made, 60) == made(None)
    assert with_names(made, 43) == made(40)
    assert with_names(made, 5) == made(14)
    assert fitted(made, 5) == "…xxxx"


def test_parts_flow_to_the_next_line() -> None:
    assert flowed(["one", "two", "three"], 8, "  ") == ["one  two", "  three"]
    assert flowed(["one"], 2) == ["one"]
    assert flowed([], 10) == []


def test_text_is_broken_between_words() -> None:
    assert wrapped("one two-three four", 13, "  ", "    ") == ["  one", "    two-three", "    four"]
    assert wrapped("fits", 10) == ["fits"]
