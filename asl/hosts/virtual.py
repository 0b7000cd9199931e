"""Virtual time: no call pending, the clock jumps to the next timer; a call takes the time its answer says, or none.

Calls that were asked for together all start before the first is answered, and are answered in the order they were
asked for. Timers of the same moment all fire before anything goes on: so it is recorded for tasks that time out
together.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING

from asl import events as ev
from asl.hosts.garbage import rare_collections
from asl.hosts.timers import Due, pop_due

if TYPE_CHECKING:
    from asl.hosts.attempts import Attempt
    from asl.hosts.world import World
    from asl.integration import Answer


def drive(world: World, until: int | None = None) -> None:
    """Runs the world until it has ended, or only an answer from outside can help, or its clock is at `until`."""
    with rare_collections():
        _drive(world, until)


def _drive(world: World, until: int | None) -> None:
    while True:
        if world.calls:
            perform_next(world)
        elif not move_clock(world, until):
            break
    if until is not None:
        while (ended := pop_due(world.timers.lifetimes, before=until)) is not None:
            world.now = max(world.now, ended.at)
            world.fire(ended)
        world.now = max(world.now, until)


def perform_next(world: World, perform: Callable[[Attempt], tuple[Answer, bool]] | None = None, place: int = 0) -> None:
    """Performs the first call that was asked for, or the one at another place. Should it raise, it stays there.

    `perform` gives the answer of an attempt, and whether it is final: that of the world unless it is said.
    """
    if not world.batch:
        begin_batch(world)
    attempt = world.calls[place]
    answer = None if attempt.cancelled else (perform or world.perform)(attempt)
    del world.calls[place]
    world.batch = max(0, world.batch - 1)
    if answer is not None:
        world.answered(attempt, *answer)


def begin_batch(world: World) -> None:
    """Has the calls that were asked for by now be answered one after the other; if they are several, all start now."""
    world.batch = len(world.calls)
    if world.batch > 1:
        start_all(world)


def start_all(world: World) -> None:
    """Has all calls that were asked for start now: their time-outs count from here."""
    for attempt in [*world.calls]:
        if not attempt.cancelled and not attempt.is_activity:
            world.deliver(attempt.run, ev.TaskStarted(world.now, attempt.ref))


def move_clock(world: World, until: int | None = None) -> bool:
    """Moves the clock on to the next moment at which anything is due, and does it; False when there is none."""
    due = _next_moment(world, until)
    if not due:
        return False
    world.now = due[0].at
    _fire(world, due)
    return True


def _next_moment(world: World, until: int | None) -> list[Due]:
    """All that is due at the next moment at which anything is."""
    timers = world.timers.due
    due: list[Due] = []
    while timers:
        first = timers[0]
        if first.cancelled:
            heapq.heappop(timers)
            continue
        if (due and first.at != due[0].at) or (until is not None and first.at > until):
            break
        if not due and (ended := pop_due(world.timers.lifetimes, before=first.at)) is not None:
            return [ended]
        due.append(heapq.heappop(timers))
    return due


def _fire(world: World, due: list[Due]) -> None:
    touched = {}
    for entry in due:
        if entry.cancelled:
            continue
        if entry.attempt is not None:
            world.poll(entry.attempt)
        elif entry.event is not None and entry.run.execution.apply(entry.event):
            touched[entry.run.arn] = entry.run
    for run in touched.values():
        world.go_on(run)
