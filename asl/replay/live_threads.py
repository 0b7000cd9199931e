"""Which frames of an execution stand for the threads of a recording."""

from __future__ import annotations

from typing import NamedTuple

from asl.engine import Execution
from asl.errors import StateError
from asl.frame import Frame
from asl.replay.recording import RecordedEvent
from asl.replay.threads import MACHINE, Thread, Threads
from asl.states.compiled import CompiledState
from asl.values import JSON


class Mover(NamedTuple):
    """The thread of control that was moved: its frame, in which state it was, and the frame and state around it.

    `error` is the state's error that was about to be retried, caught or handed on, `retries` how often each retrier was
    used before.
    """

    frame: str
    thread: Thread
    state: CompiledState
    state_around: CompiledState
    frame_around: str
    variables: dict[str, JSON]
    error: StateError | None
    retries: list[int]


class LiveThreads:
    """The frames of the threads that were started so far. A retry makes new threads, whose frames have the same ids."""

    def __init__(self, recorded: Threads) -> None:
        self._recorded = recorded
        self._frames: dict[Thread, str] = {MACHINE: "0"}
        self._threads: dict[str, Thread] = {"0": MACHINE}

    def note(self, thread: Thread, frame: str) -> None:
        """Notes the id of the frame of a thread that was started."""
        self._frames[thread] = frame
        self._threads[frame] = thread

    def frame(self, thread: Thread, execution: Execution) -> Frame | None:
        """The frame of a thread, while it lives."""
        id = self._frames.get(thread)
        return execution.frames.get(id) if id is not None and self._threads[id] == thread else None

    def ready(self, event: RecordedEvent, execution: Execution) -> Frame | None:
        """The frame to be moved for an event: that of its thread, or the one whose error comes to what it tells."""
        own, before = self._recorded.of[event.id], self._recorded.of[event.previous_id]
        around = [before]
        while around[-1] != MACHINE:
            around.append(self._recorded.around[around[-1]])
        for thread in (own, *around):
            frame = self.frame(thread, execution)
            if frame is not None and frame in execution.ready:
                return frame
        return None

    def around(self, event: RecordedEvent, execution: Execution) -> Frame:
        """The frame nearest around the thread of an event, which is not there."""
        thread = self._recorded.of[event.id]
        while (frame := self.frame(thread, execution)) is None:
            thread = self._recorded.around[thread]
        return frame

    def mover(self, frame: Frame) -> Mover:
        """What is to be known of a frame that is about to be moved."""
        parent = frame.parent
        around = frame if parent is None else parent
        error = frame.error if frame.phase == "error" else None
        retries = list(frame.retries or ())
        thread = self._threads[frame.id]
        return Mover(frame.id, thread, frame.state, around.state, around.id, frame.variables, error, retries)
