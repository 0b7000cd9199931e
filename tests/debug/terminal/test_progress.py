"""A sign of progress on a terminal, none for a script."""

import io
from threading import Event

from asl.debug.terminal.progress import Progress
from asl.debug.terminal.screen import Screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, screen: Screen) -> str:
    """What is on the stream after a command that takes until progress is shown, and then says something."""
    is_told = Event()

    def told() -> str:
        is_told.set()
        return "stop 7"

    with screen.progress(told, every=0.001):
        is_told.wait(0.2)
        screen.line("done")
    return stream.getvalue()


def test_a_line_that_is_taken_away_before_something_else_is_written() -> None:
    stream = Terminal()
    text = shown(stream, Screen(stream))
    assert text.startswith("\r\x1b[K")
    assert "stop 7" in text
    assert text.endswith("\r\x1b[Kdone\n")


def test_a_script_has_none() -> None:
    for stream in (io.StringIO(), Terminal()):
        assert shown(stream, Screen(stream, script=True)) == "done\n"


def test_what_is_over_soon_shows_nothing() -> None:
    stream = io.StringIO()
    with Progress(stream, lambda: "x", every=60):
        pass
    assert stream.getvalue() == ""
