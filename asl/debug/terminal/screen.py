"""The screen: lines of text on a stream, cut to its width, in colour where that is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, TextIO

from asl.debug.terminal.progress import Progress
from asl.story_text import Style, cut
from asl.streams import can_show, colour_wanted, is_terminal, width, write_text

SCRIPT_WIDTH: Final = 120
SCRIPT_HEIGHT: Final = 40
_DRAWN: Final = "→…│┃›·—"
_ASCII: Final = str.maketrans({"→": "->", "…": "...", "│": ":", "┃": "|", "›": ">", "·": "-", "—": "-"})


class Screen:
    """Where the debugger writes.

    A script's screen is the same everywhere: 120 columns unless COLUMNS says otherwise, no colours unless FORCE_COLOR
    wants them.
    """

    def __init__(self, stream: TextIO, *, script: bool = False) -> None:
        self._stream = stream
        self._script = script
        self._progress: Progress | None = None
        if script:
            forced = os.environ.get("FORCE_COLOR", "0") not in ("", "0") and not os.environ.get("NO_COLOR")
            self.style = Style(forced)
        else:
            self.style = Style(colour_wanted(stream))
        self._translation = {} if can_show(stream, _DRAWN) else _ASCII

    @property
    def width(self) -> int:
        """How many columns a line has now: a terminal may be resized."""
        if self._script and not os.environ.get("COLUMNS", "").isdigit():
            return SCRIPT_WIDTH
        return width(self._stream)

    @property
    def height(self) -> int:
        """How many lines there are."""
        if not self._script and is_terminal(self._stream):
            try:
                return max(16, os.get_terminal_size(self._stream.fileno()).lines)
            except (OSError, ValueError):
                pass
        return SCRIPT_HEIGHT

    def progress(self, told: Callable[[], str], every: float = 1.0) -> AbstractContextManager[object]:
        """Shows on a terminal what `told` gives while a `with` block takes long, until something else is written: anew
        after so many seconds each."""
        if self._script or not is_terminal(self._stream):
            return nullcontext()
        self._progress = Progress(self._stream, lambda: self.style.dim(cut(told(), self.width)), every)
        return self._progress

    def line(self, text: str = "") -> None:
        """Writes a line, cut to the width."""
        self.write(cut(text, self.width))

    def lines(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.line(text)

    def write(self, text: str) -> None:
        """Writes a line, or several, as they are."""
        if self._progress is not None:
            self._progress.stop()
        write_text(self._stream, text.translate(self._translation) + "\n")
