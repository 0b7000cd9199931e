"""Where lines come from: a file or a pipe, or a person, with completion and a history of what was typed.

`prompt_toolkit` reads for a person where it is installed (the extra `debug`); it is imported only then, because that
takes longer than all the rest. Otherwise `input` does, with `readline` where there is that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO

from asl.debug.terminal import headline
from asl.debug.terminal.completion import completions
from asl.debug.terminal.fitting import fitted
from asl.debug.terminal.session import Session
from asl.streams import is_terminal

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History

PROMPT: Final = "(asl) "
CONTINUED: Final = "  ... "
"""The prompt for a line that goes on."""
_KEPT: Final = 2_000  # lines of the history file


class Reader(Protocol):
    """Gives the lines that commands are on."""

    is_script: bool
    """Whether no person types the lines: then they are echoed, and nothing is repeated."""

    def read(self, session: Session, prompt: str = PROMPT) -> str | None:
        """The next line, None when there are no more. Raises KeyboardInterrupt for Ctrl-C."""


class LineReader:
    """Reads lines of a stream, without a prompt."""

    is_script = True

    def __init__(self, stream: TextIO) -> None:
        self._lines = stream

    def read(self, session: Session, prompt: str = PROMPT) -> str | None:
        line = self._lines.readline()
        return line.rstrip("\r\n") if line else None


class InputReader:
    """Asks with `input`; the Tab key completes where there is `readline`."""

    is_script = False

    def __init__(self) -> None:
        self._readline: Any = None
        self._found: list[str] = []
        with suppress(ImportError):
            import readline

            self._readline = readline
            readline.set_completer_delims("")
            readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
            with suppress(OSError):
                readline.read_history_file(history_file())

    def read(self, session: Session, prompt: str = PROMPT) -> str | None:
        if self._readline is not None:
            self._readline.set_completer(lambda text, state: self._complete(session, text, state))
        try:
            return input(prompt)
        except EOFError:
            print()
            return None
        except KeyboardInterrupt:
            print()
            raise
        finally:
            self._keep()

    def _complete(self, session: Session, text: str, state: int) -> str | None:
        if state == 0:
            self._found = [text[: each.start] + each.text for each in completions(session, text)]
        return self._found[state] if state < len(self._found) else None

    def _keep(self) -> None:
        with suppress(OSError, AttributeError):
            self._readline.set_history_length(_KEPT)
            self._readline.write_history_file(history_file(make=True))


class PromptReader:
    """Asks with `prompt_toolkit`: a menu of completions, a history, a line at the bottom that says where one is.

    It is imported for the first prompt, when the first stop is on the screen already.
    """

    is_script = False

    def __init__(self) -> None:
        self._prompt: PromptSession[str] | None = None

    def read(self, session: Session, prompt: str = PROMPT) -> str | None:
        if self._prompt is None:
            self._prompt = _prompt_session(session)
        try:
            return self._prompt.prompt(prompt, in_thread=_in_event_loop())
        except EOFError:
            return None


def _prompt_session(session: Session) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.shortcuts import CompleteStyle

    return PromptSession(
        history=_history(),
        completer=_completer(session),
        complete_style=CompleteStyle.COLUMN,
        complete_while_typing=False,
        bottom_toolbar=lambda: toolbar(session),
    )


def _completer(session: Session) -> Completer:
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

    class SessionCompleter(Completer):
        def get_completions(self, document: Document, complete_event: object) -> Iterator[Completion]:
            typed = document.text_before_cursor
            for each in completions(session, typed):
                yield Completion(each.text, each.start - len(typed), display_meta=each.about)

    return SessionCompleter()


def toolbar(session: Session) -> str:
    """Where one is, on a line: `Charge  stop 12  00:00:02.500 virtual  line declined`."""
    debugger = session.debugger
    stop = debugger.stop
    parts = [f"stop {stop.number}", session.time(stop.at)]
    if len(debugger.lines) > 1:
        parts.append(f"line {headline.shortened(debugger.line.name, 20)}")
    rest = "   ".join(parts)
    room = session.screen.width - len(rest) - 5

    def where(longest: int | None) -> str:
        return " › ".join(
            [
                *(headline.level_name(each, longest) for each in stop.levels),
                headline.shortened(stop.state.name, longest),
            ]
        )

    return f" {headline.ending(stop) if stop.kind == 'end' else fitted(where, room)}   {rest}"


def _in_event_loop() -> bool:
    """Whether this thread runs an event loop, in which the prompt cannot have its own."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def history_file(make: bool = False) -> Path:
    """The file of what was typed; with `make`, its folder is there. Raises OSError where that cannot be."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    path = Path(state) / "aslkit" / "debug_history"
    if make:
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _history() -> History:
    """What was typed before, kept in a file where one can be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    try:
        path = history_file(make=True)
        with path.open("a"):
            pass
    except (OSError, RuntimeError):
        return InMemoryHistory()
    return FileHistory(path)


def reader_for(source: TextIO, target: TextIO) -> Reader:
    """Who reads from a stream: a person types where both streams are terminals."""
    if not (is_terminal(source) and is_terminal(target)):
        return LineReader(source)
    if os.environ.get("TERM") != "dumb" and find_spec("prompt_toolkit") is not None:
        return PromptReader()
    return InputReader()
