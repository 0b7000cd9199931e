"""A sign of progress: a line on a terminal that is written over itself while a command takes long."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Final, TextIO

_CLEARED: Final = "\r\x1b[K"


class Progress:
    """Shows what `told` gives, anew after `every` so many seconds, until `stop` or the end of a `with` block."""

    def __init__(self, stream: TextIO, told: Callable[[], str], every: float) -> None:
        self._stream = stream
        self._told = told
        self._every = every
        self._is_over = Event()
        self._is_shown = False
        self._thread = Thread(target=self._show, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Takes the line away, and shows it no more."""
        if self._is_over.is_set():
            return
        self._is_over.set()
        self._thread.join()
        if self._is_shown:
            self._write(_CLEARED)

    def _show(self) -> None:
        while not self._is_over.wait(self._every):
            self._is_shown = True
            self._write(f"{_CLEARED}{self._told()}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
