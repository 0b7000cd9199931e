"""Kept threads that run calls which may hang.

A job is handed to an idle thread and waited for. A thread that does not come back in time is left behind: it is a
daemon, and ends when its job does. Two locks are the hand-off; nothing in the standard library is faster.
"""

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Complete: TypeAlias = Callable[[Any], Any]
"""Gives back what an awaitable comes to."""


class _Worker(Generic[T]):
    """One thread, with an event loop of its own once it needs one."""

    __slots__ = ("_begin", "_done", "_given_up", "_loop", "_result", "_work")

    def __init__(self) -> None:
        self._begin, self._done = Lock(), Lock()
        self._begin.acquire()
        self._done.acquire()
        self._work: Callable[[Complete], T] | None = None
        self._result: T | None = None
        self._given_up = False
        self._loop: asyncio.AbstractEventLoop | None = None
        Thread(target=self._live, name="asl-lambda", daemon=True).start()

    def run(self, work: Callable[[Complete], T], seconds: float) -> T | None:
        """What `work` gives back; None when it took longer, or was given up."""
        self._work = work
        begin, wait = self._begin.release, self._done.acquire
        begin()
        in_time = wait(True, seconds)
        return self._result if in_time and not self._given_up else None

    def give_up(self) -> None:
        """Ends the wait in `run`, and the thread when its job is done; a coroutine is cancelled at its next await."""
        self._given_up = True
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # closed in the meantime
                loop.call_soon_threadsafe(_cancel_all, loop)
        self.end()
        with suppress(RuntimeError):  # the job is done at this moment
            self._done.release()

    def end(self) -> None:
        """Ends the thread, when its job is done."""
        self._work = None
        with suppress(RuntimeError):  # told before
            self._begin.release()

    def _live(self) -> None:
        # Between waking the other thread and waiting again stands as little as can be: what is done there, it must
        # wait for, because only one thread runs Python at a time.
        await_work, wake, complete = self._begin.acquire, self._done.release, self._complete
        while True:
            await_work()
            work = self._work
            if work is None:
                break
            self._result = work(complete)
            work = None
            try:
                wake()
            except RuntimeError:  # given up at this moment
                break
        if self._loop is not None:
            self._loop.close()

    def _complete(self, awaitable: Any) -> Any:
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(awaitable)


class Workers(Generic[T]):
    """As many threads as calls run at once. Safe to use from several threads."""

    def __init__(self) -> None:
        self._idle: list[_Worker[T]] = []
        self._busy: dict[Hashable, _Worker[T]] = {}

    def run(self, key: Hashable, work: Callable[[Complete], T], seconds: float) -> T | None:
        """What `work` gives back, which must not be None and must not raise.

        None when it took longer than `seconds` of wall-clock time, or when it was given up by its key.
        """
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
        self._busy[key] = worker
        result = None
        try:
            result = worker.run(work, seconds)
        finally:
            self._busy.pop(key, None)
            if result is None:  # also on Ctrl-C
                worker.give_up()
            else:
                self._idle.append(worker)
        return result

    def give_up(self, key: Hashable) -> None:
        """Ends the wait for the job of this key, if there is one."""
        worker = self._busy.pop(key, None)
        if worker is not None:
            worker.give_up()

    def close(self) -> None:
        """Ends the idle threads."""
        while self._idle:
            self._idle.pop().end()


def _cancel_all(loop: "asyncio.AbstractEventLoop") -> None:
    import asyncio

    for task in asyncio.all_tasks(loop):
        task.cancel()
