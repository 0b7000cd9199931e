"""Live: the wall clock stamps events, each call runs on a thread of its own, answers come back through a queue.

Only the thread that drives touches executions; the others do nothing but perform calls. They are daemons, so that a
call that hangs does not keep the process. A run that waits for an answer from outside (`World.send_task_...`) ends the
drive, like in virtual time: give the answer, then run the world again. What is in flight then stays in the world.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty
from threading import Thread, current_thread
from typing import TYPE_CHECKING, TypeVar

from asl import events as ev
from asl.hosts.attempts import Attempt, Request
from asl.hosts.start import wall_clock
from asl.hosts.timers import pop_due

if TYPE_CHECKING:
    from asl.hosts.world import World

T = TypeVar("T")

_LONGEST_SLEEP = 1.0  # seconds: Ctrl-C is seen within this time on every platform


def drive(world: World, until: int | None = None) -> None:
    """Runs the world in real time until it has ended, or only an answer from outside can help, or it is `until`.

    An interrupt (Ctrl-C) stops every execution, as StopExecution does, and returns.
    """
    world.driver = current_thread()
    try:
        while True:
            catch_up(world, until)
            _begin_calls(world)
            if world.calls:
                continue
            ahead = [due.at for due in world.timers.due[:1]]
            goes_on = ahead or world.calls_in_flight or world.stays
            if world.finished or not goes_on or (until is not None and world.now >= until):
                return
            if until is not None:
                ahead.append(until)
            pause = min(ahead) - world.now if ahead else _LONGEST_SLEEP * 1000
            _take_answer(world, min(max(pause, 0) / 1000, _LONGEST_SLEEP))
    except KeyboardInterrupt:
        world.now = wall_clock()
        for run in world.runs:
            world.deliver(run, ev.Stopped(world.now, cause="Interrupted"))
    finally:
        _let_go(world)


def on_driver(world: World, work: Callable[[], T]) -> T:
    """What `work` gives, done by the thread that drives the world; by this one where none does."""
    with world.handover:
        request = None if world.driver in (None, current_thread()) else Request(work)
        if request is not None:
            world.in_flight.put(request)
    if request is None:
        return work()
    result: T = request.result()
    return result


def _let_go(world: World) -> None:
    """Ends the drive; threads that asked for something get it, and later ones see to it themselves."""
    with world.handover:
        world.driver = None
    arrived = [world.in_flight.get() for _ in range(world.in_flight.qsize())]
    for each in arrived:
        if isinstance(each, Request):
            each.perform()
        else:
            world.in_flight.put(each)


def catch_up(world: World, until: int | None = None) -> None:
    """Sets the clock, and fires what has become due (not after `until`)."""
    world.now = max(world.now, wall_clock())
    last = world.now if until is None else min(world.now, until)
    for heap in (world.timers.due, world.timers.lifetimes):
        while (due := pop_due(heap, before=last + 1)) is not None:
            world.fire(due)


def _begin_calls(world: World) -> None:
    while world.calls:
        attempt = world.calls.popleft()
        if attempt.cancelled:
            continue
        worker = world.answers.worker_name(attempt.call.resource)
        world.deliver(attempt.run, ev.TaskStarted(world.now, attempt.ref, worker))
        world.calls_in_flight += 1
        Thread(target=_perform, args=(world, attempt), name=f"asl-call {attempt.ref}", daemon=True).start()


def _perform(world: World, attempt: Attempt) -> None:
    """On a thread of its own."""
    try:
        world.in_flight.put((attempt, world.perform(attempt)))
    except BaseException as failure:  # raised again on the driver's thread
        world.in_flight.put((attempt, failure))


def _take_answer(world: World, seconds: float) -> None:
    """Waits for the next answer of a call, at most so long, and brings it to its run; or does what a thread asks."""
    try:
        arrived = world.in_flight.get(timeout=seconds)
    except Empty:
        return
    if isinstance(arrived, Request):
        catch_up(world)
        arrived.perform()
        return
    attempt, answer = arrived
    world.calls_in_flight -= 1
    if isinstance(answer, BaseException):
        raise answer
    world.now = max(world.now, wall_clock())
    world.answered(attempt, *answer)
