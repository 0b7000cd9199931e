"""Live: the wall clock stamps events, calls run on worker threads, answers come back through a queue.

Only this thread touches executions; workers do nothing but perform calls. A run that waits for an answer from outside
(`World.send_task_...`) ends the drive, like in virtual time: give the answer, then run the world again.
"""

from __future__ import annotations

import heapq
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from asl import events as ev
from asl.errors import HostError
from asl.hosts.start import wall_clock

if TYPE_CHECKING:
    from asl.hosts.world import Attempt, World
    from asl.integration import Answer

_WORKERS = 64  # calls that run at once; an inline Map alone may have 40
_LONGEST_SLEEP = 1.0  # seconds: Ctrl-C is seen within this time on every platform


def drive(world: World, until: int | None = None) -> None:
    """Runs the world in real time until it has ended, or only an answer from outside can help.

    An interrupt (Ctrl-C) stops every execution, as StopExecution does, and returns.
    """
    answers: SimpleQueue[tuple[Attempt, Answer, bool] | BaseException] = SimpleQueue()
    pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="asl-call")
    running = 0

    def perform(attempt: Attempt) -> None:
        try:
            answers.put((attempt, *world.perform(attempt)))
        except BaseException as failure:  # raised again on the driver's thread
            answers.put(failure)

    try:
        while True:
            world.now = wall_clock()
            while world.calls:
                attempt = world.calls.popleft()
                if not attempt.cancelled:
                    if not attempt.is_activity:
                        world.deliver(attempt.run, ev.TaskStarted(world.now, attempt.ref))
                    pool.submit(perform, attempt)
                    running += 1
            pause = _fire_due(world)
            if world.calls:
                continue
            if world.finished or (pause is None and not running) or (until is not None and world.now >= until):
                return
            try:
                answer = answers.get(timeout=min(pause if pause is not None else _LONGEST_SLEEP, _LONGEST_SLEEP))
            except Empty:
                continue
            running -= 1
            if isinstance(answer, BaseException):
                raise (
                    answer
                    if isinstance(answer, HostError)
                    else HostError(f"an integration broke: {type(answer).__name__}: {answer}")
                ) from answer
            world.now = wall_clock()
            attempt, value, final = answer
            if not attempt.cancelled:
                world.answered(attempt, value, final)
    except KeyboardInterrupt:
        world.now = wall_clock()
        for run in world.runs:
            world.stop(run, cause="Interrupted")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fire_due(world: World) -> float | None:
    """Fires what is due and gives the seconds until the next timer; None when there is none."""
    timers = world.timers
    while timers:
        first = timers[0]
        if first.cancelled:
            heapq.heappop(timers)
            continue
        if first.at > world.now:
            return (first.at - world.now) / 1000
        heapq.heappop(timers)
        world.fire(first)
    return None
