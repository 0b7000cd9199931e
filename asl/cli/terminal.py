"""Where a command writes to: a commentary that never fails, the options of a story, and JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from threading import current_thread, main_thread
from typing import Any, TextIO, cast

from asl.errors import InputError
from asl.streams import can_show
from asl.streams import colour_wanted as colour_wanted
from asl.streams import is_terminal as is_terminal
from asl.streams import width as width
from asl.streams import write_text as write_text
from asl.values import JSON


class Commentary:
    """Standard error as a stream that never fails: what cannot be said there is not worth losing a result for."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.encoding = getattr(stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            if self._stream is not None:
                self._stream.flush()

    def isatty(self) -> bool:
        return self._stream is not None and is_terminal(self._stream)

    def fileno(self) -> int:
        if self._stream is None:
            raise OSError("closed")
        return self._stream.fileno()


def commentary() -> TextIO:
    """Standard error, for all that is said beside the result."""
    return cast(TextIO, Commentary(sys.stderr))


@contextmanager
def guarded() -> Iterator[None]:
    """What a local function prints goes to standard error, and SIGTERM is an interrupt like Ctrl-C."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt) if current_thread() is main_thread() else None
    try:
        with redirect_stdout(commentary()):
            yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def story_options(stream: TextIO) -> dict[str, Any]:
    """The options of `asl.story.Story` for a stream."""
    terminal = is_terminal(stream)
    return {
        "width": width(stream) if terminal else _PIPED_WIDTH,
        "colour": colour_wanted(stream),
        "progress": terminal and os.environ.get("TERM") != "dumb",
        "ascii": not can_show(stream, "●✓✗↻→·…"),
    }


_PIPED_WIDTH = 200


def write_result(value: JSON) -> None:
    """Writes a value to standard output. Raises InputError when that cannot be written."""
    if sys.stdout is None:
        raise InputError("cannot write the output: standard output is closed")
    try:
        write_json(sys.stdout, value)
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  what is left in the buffer must not be tried again
        raise InputError(f"cannot write the output: {error.strerror or error}") from None


def write_json(stream: TextIO, value: JSON) -> None:
    """Writes a value and a line break: indented on a terminal, else on one line."""
    text = json_text(value, indent=2 if is_terminal(stream) else None)
    stream.write((text if can_show(stream, text) else json_text(value, None, ascii=True)) + "\n")
    stream.flush()


def json_text(value: JSON, indent: int | None, ascii: bool = False) -> str:
    """The value as JSON text; half surrogate pairs, which no file can hold, make it all ASCII."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=ascii, indent=indent, separators=separators)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, indent=indent, separators=separators)
    return text
