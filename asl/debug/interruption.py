"""Ctrl-C while an execution goes on: it ends a call that takes long, or else the way, after the present move."""

from __future__ import annotations

import signal
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any

from asl.debug.stepper import Stepper


class Interruption:
    """Holds Ctrl-C off within `with` blocks, which may stand in each other, and knows whether it came in the outermost.

    Elsewhere than on the main thread it does nothing.
    """

    def __init__(self, stepper: Stepper) -> None:
        self.has_come = False
        self._stepper = stepper
        self._before: Any = None
        self._depth = 0

    def __enter__(self) -> Interruption:
        self._depth += 1
        if self._depth == 1:
            self.has_come = False
            if current_thread() is main_thread():
                self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._depth -= 1
        if not self._depth and self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.has_come = True
        if self._stepper.is_performing:
            raise KeyboardInterrupt
