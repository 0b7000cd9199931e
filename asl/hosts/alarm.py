"""Calls on the calling thread, ended by the operating system's alarm when they take too long.

Several times cheaper than a hand-off to another thread, but only possible on the main thread, where signals are
handled, and where nobody else uses the alarm.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_armed = False


class CallTimedOut(BaseException):
    """Raised in a call that takes too long; no `except Exception` of a handler holds it up."""


def _ring(number: int, frame: FrameType | None) -> None:
    if _armed:
        raise CallTimedOut


def install() -> bool:
    """Takes the alarm, when this is the main thread and nobody else has it; tells whether it is taken."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    current = signal.getsignal(signal.SIGALRM)
    if current is _ring:
        return True
    if current != signal.SIG_DFL or signal.getitimer(signal.ITIMER_REAL)[0]:
        return False
    signal.signal(signal.SIGALRM, _ring)
    return True


def uninstall() -> None:
    """Gives the alarm back, if this is the main thread and it was taken."""
    on_main_thread = threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGALRM")
    if on_main_thread and signal.getsignal(signal.SIGALRM) is _ring:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def run(work: Callable[[], T], seconds: float) -> T | None:
    """What `work` gives back; None when it took longer than `seconds` of wall-clock time. The alarm must be taken."""
    global _armed
    _armed = True
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again each second, should the call swallow it
            return work()
        finally:
            _armed = False
    except CallTimedOut:
        _armed = False  # it may have come between the end of the call and the line above
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
