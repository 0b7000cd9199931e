"""Makes the moves of a replay again, in a world: in a debugger, or to go on where the recording ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from asl import events as ev
from asl.debug.moves import Deliver, MoveFrame
from asl.history import HistoryEvent
from asl.hosts.answers import Mocks
from asl.hosts.run import Run
from asl.hosts.world import World
from asl.replay.recorded_answers import RecordedAnswers
from asl.replay.replayed import Replayed


class RecordedScript:
    """The moves of a replay, one after the other: a `Script` (`asl.debug.moves`).

    It has nothing more to say where the replay ended, or once something else came of a move than in the replay, because
    somebody has changed the data: `is_left`.
    """

    def __init__(self, replayed: Replayed) -> None:
        self.replayed = replayed
        self.is_left = False
        self._position = 0

    @property
    def is_done(self) -> bool:
        """Whether all moves were made."""
        return self._position == len(self.replayed.steps)

    @property
    def answered(self) -> set[int]:
        """The ids of the recorded events that were the outcomes of tasks so far."""
        done = self.replayed.steps[: self._position]
        return {step.answered for step in done if step.answered is not None}

    def next(self) -> MoveFrame | Deliver | None:
        """The next move; None when there is none left."""
        return None if self.is_left or self.is_done else self.replayed.steps[self._position].move

    def moved(self, events: Sequence[HistoryEvent]) -> None:
        """Told what came of the move."""
        step = self.replayed.steps[self._position]
        self._position += 1
        if step.events != tuple(event.type for event in events):
            self.is_left = True

    def leave(self) -> None:
        """Told that somebody does something else than was recorded."""
        self.is_left = True

    def leaves(self) -> str | None:
        """Why the next move is not as in the recording any more; None as long as it is."""
        done = self.replayed
        if self.is_left:
            return "here the recording is left"
        if self._position < done.faithful:
            return None
        if done.divergence is not None:
            event = done.divergence.event
            return "here it differs from the recording" + ("" if event is None else f", at event {event.id}")
        return "here the recording ends"

    def recorded_id(self, id: int) -> int | None:
        """The recorded id of an event of the history, given by its id; None where it is not recorded."""
        return self.replayed.ids.get(id)

    def own_id(self, recorded_id: int) -> int | None:
        """The id in the history of a recorded event; None where it did not come again."""
        return next((own for own, recorded in self.replayed.ids.items() if recorded == recorded_id), None)

    @property
    def tells_name(self) -> bool:
        """Whether it is recorded which execution it is, so that its ARN is the true one."""
        return "arn" not in self.replayed.facts.unknown

    def mark(self) -> tuple[int, bool]:
        """Where it is."""
        return self._position, self.is_left

    def reset(self, mark: Any) -> None:
        """Has it be where it was."""
        self._position, self.is_left = mark


def go_on(
    replayed: Replayed, *, mocks: Mocks | None = None, started: Callable[[Run], None] | None = None, **options: Any
) -> Run:
    """The execution, after it went on by itself where the replay ended: with other options of World. One that somebody
    stopped goes on as if nobody had.

    Tasks are answered by `mocks`, else with the recorded answers that were not used yet, in their order by state; else
    as the options say. `started` gets the run before it moves. Raises HostError when a task is answered by nothing.
    """
    script = RecordedScript(replayed)
    answers = RecordedAnswers(replayed.recording, script, mocks)
    with World(**{"warn": lambda text: None, **options, **replayed.facts.of_world(), "mocks": answers}) as world:
        world.moving = deque()
        run = world.start(replayed.machine, input_text=replayed.input_text, **replayed.facts.of_start())
        if started is not None:
            started(run)
        while (move := script.next()) is not None:
            before = len(run.recorded)
            if isinstance(move, Deliver) and isinstance(move.event, ev.Stopped):
                break
            if isinstance(move, Deliver):
                world.deliver_recorded(run, move.event)
            else:
                run.execution.microstep(move.frame)
                world.take(run)
            script.moved(run.recorded[before:])
        world.moving = None
        world.go_on(run)
        world.run()
    return run
