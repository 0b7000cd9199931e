"""Has a recorded execution happen again in the engine, and checks each event that it makes against the recorded one.

Theory of operation
-------------------
The recording decides what comes next, the definition what comes of it. The first recorded event that nothing stands
for yet (in the order of the recording) belongs to a thread of control, whose frame is either ready, and is moved by a
phase; or awaits something from outside, which the event then tells: an answer, the end of a wait, a time-out. The
events that come of it are paired with the recorded events of the same threads, in the order of each thread, and their
data compared. So AWS may interleave concurrent threads as it does, also in the midst of what is one phase here.

Whatever AWS makes up (ids, tokens, times, random numbers) is adopted: the phase is done again with the recorded value
in the place of ours (the event `Edited`), so that all that comes after it works on recorded data. Names that hold of
the whole execution are learnt from the first place that tells them, and the replay starts again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from asl import events as ev
from asl.debug.moves import Deliver, MoveFrame
from asl.effects import CallTask
from asl.engine import Execution
from asl.errors import InputError
from asl.frame import Frame
from asl.hosts.world import World
from asl.machine import Machine
from asl.replay import adoption, answers
from asl.replay.differences import Redaction
from asl.replay.divergence import Divergence, Gap
from asl.replay.facts import Facts, facts_of, recorded_input
from asl.replay.generated import Before, Generated, volatile_states
from asl.replay.pairing import Mover, Pair, Pairing
from asl.replay.recording import RecordedEvent, Recording
from asl.replay.replayed import Replayed, Step
from asl.replay.threads import MACHINE, Thread
from asl.replay.words import Words
from asl.snapshot import restore, snapshot
from asl.values import JSON

_TRANSITIONS: Final = ("/Next", "/End", "/Default")


def replay(
    recording: Recording,
    machine: Machine,
    *,
    input_text: str | None = None,
    execution_arn: str | None = None,
    name: str | None = None,
    redacted: Sequence[str | re.Pattern[str]] = (),
) -> Replayed:
    """What comes of a recorded execution when it happens again with this machine.

    `input_text` is the JSON text of the execution's input, where the recording does not have it. A recorded text that
    holds a match of a pattern of `redacted` equals anything. `execution_arn` and `name` are the execution's, where they
    are known; else they are learnt from the recording. Raises InputError for a recording that cannot be replayed.
    """
    facts = facts_of(recording, machine, execution_arn=execution_arn, name=name)
    text = recorded_input(recording) if input_text is None else input_text
    if text is None:
        raise InputError(f"{recording.name}: the execution's input is not in the recording; say it with --input JSON")
    redaction = Redaction([re.compile(pattern) for pattern in redacted])
    with World() as world:
        while True:
            attempt = _Replay(recording, started_machine(machine, facts), facts, text, redaction, world)
            learnt = attempt.go()
            if learnt is None:
                return attempt.outcome(machine)
            facts = learnt


def started_machine(machine: Machine, facts: Facts) -> Machine:
    """The machine with the recorded name and type."""
    return machine.of_type(facts.type).named(facts.machine_name)


class _Replay:
    """One try: until its end, the first divergence, a gap, or a fact that was not known."""

    def __init__(
        self, recording: Recording, machine: Machine, facts: Facts, text: str, redaction: Redaction, world: World
    ) -> None:
        self.recording = recording
        self.machine = machine
        self.facts = facts
        self.input_text = text
        info = facts.info(text)
        self.execution = Execution(machine.program, info)
        self.execution.check, self.execution.arrange = world.answers.check, world.answers.arranged
        self.execution.taken = set()
        self.generated = Generated(facts, info)
        self.pairing = Pairing(recording, redaction)
        self.words = Words(machine, recording)
        self.steps: list[Step] = []
        self.adopted = 0
        self.divergence: Divergence | None = None
        self.gap: Gap | None = None
        self._volatile = volatile_states(machine)
        self._frames: dict[Thread, str] = {MACHINE: "0"}
        self._threads: dict[str, Thread] = {"0": MACHINE}
        self._entered: dict[str, JSON] = {}
        """By frame, a snapshot of before it entered a state whose work is done at once, and shown when it is left."""
        self._ways: dict[str, str] = {}
        """By frame, the pointer of the transition that it took last."""

    def outcome(self, machine: Machine) -> Replayed:
        facts = self.facts.shown(machine.name)
        return Replayed(
            self.recording, started_machine(machine, facts), facts, self.input_text, self.pairing.count, self.adopted,
            tuple(self.steps), self.execution, self.divergence, self.gap,
        )  # fmt: skip

    def go(self) -> Facts | None:
        """Replays as far as it goes. Gives better facts when the recording has told them: then it is to start again."""
        self.execution.apply(ev.Started(self.facts.start))
        machine = self._mover(self.execution.frames["0"])
        pairs, _ = self.pairing.pair(machine, self.execution.take().history)
        self.pairing.settle(pairs)
        if found := self.pairing.differences(pairs[0]):
            self.divergence = self.words.differs(machine, pairs[0], found, None)
        while self.divergence is None and self.gap is None:
            event = self.pairing.next()
            if event is None:
                return None
            learnt = self._bring_about(event)
            if learnt is not None:
                return learnt
        return None

    # -- what comes next -----------------------------------------------------------------------------------------------

    def _bring_about(self, event: RecordedEvent) -> Facts | None:
        """Makes the move that a recorded event tells of."""
        execution = self.execution
        if execution.status != "RUNNING":
            self.divergence = self.words.ended(event, execution)
            return None
        if answers.is_end(event):
            end = answers.end(event, execution)
            if end is None:
                self.divergence = self.words.goes_on(event)
                return None
            return self._deliver(end, execution.frames["0"], event)
        frame = self._ready(event)
        if frame is not None:
            return self._move(frame, event)
        own = self._frame(self.recording.threads.of[event.id])
        if own is None:
            self.divergence = self.words.no_thread(event, self._mover(self._around(event)))
            return None
        answer = answers.answer(event, own, execution, self.recording)
        if isinstance(answer, Gap):
            self.gap = answer
        elif answer is None:
            self.divergence = self.words.awaits(event, self._mover(own), own, execution)
        else:
            return self._deliver(answer, own, event)
        return None

    def _ready(self, event: RecordedEvent) -> Frame | None:
        """The frame to be moved: that of the event's thread, or the one whose error comes to what the event tells."""
        threads = self.recording.threads
        own, before = threads.of[event.id], threads.of[event.previous_id]
        around = [before]
        while around[-1] != MACHINE:
            around.append(threads.around[around[-1]])
        for thread in (own, *around):
            frame = self._frame(thread)
            if frame is not None and frame in self.execution.ready:
                return frame
        return None

    def _around(self, event: RecordedEvent) -> Frame:
        """The frame nearest around the thread of an event, which is not there."""
        threads = self.recording.threads
        thread = threads.of[event.id]
        while (frame := self._frame(thread)) is None:
            thread = threads.around[thread]
        return frame

    def _frame(self, thread: Thread) -> Frame | None:
        """The frame of a thread, while it lives. A retry makes new threads, whose frames have the same ids."""
        id = self._frames.get(thread)
        return self.execution.frames.get(id) if id is not None and self._threads[id] == thread else None

    def _mover(self, frame: Frame) -> Mover:
        parent = frame.parent
        return Mover(
            frame.id, self._threads[frame.id], frame.state, frame.state if parent is None else parent.state,
            frame.id if parent is None else parent.id,
        )  # fmt: skip

    # -- moving --------------------------------------------------------------------------------------------------------

    def _deliver(self, event: ev.Event, frame: Frame, awaited: RecordedEvent) -> Facts | None:
        """Brings an event from outside to a frame; a second answer of the same kind is not what it awaits."""
        mover = self._mover(frame)
        if not self.execution.apply(event):
            self.divergence = self.words.awaits(awaited, mover, frame, self.execution)
            return None
        outcome = isinstance(event, ev.TaskSucceeded | ev.TaskFailed | ev.TimerFired)
        self.steps.append(Step(Deliver(event), answered=awaited.id if outcome else None))
        return self._check(mover, awaited, None)

    def _move(self, frame: Frame, awaited: RecordedEvent) -> Facts | None:
        mover = self._mover(frame)
        before = self._before(frame)
        self._microstep(frame.id)
        return self._check(mover, awaited, before)

    def _microstep(self, frame: str) -> None:
        assert self.execution.taken is not None, "set at the start"
        self.execution.taken.clear()
        self.steps.append(Step(MoveFrame(frame)))
        self.execution.microstep(frame)

    def _before(self, frame: Frame) -> Before | None:
        """Snapshots of before the frame's next phase, where its data may be something that AWS makes up."""
        parent = frame.parent
        from_around = parent is not None and frame.phase == "enter" and parent.state.pointer in self._volatile
        if frame.phase != "error" and frame.state.pointer not in self._volatile and not from_around:
            return None
        now = snapshot(self.execution)
        entered = self._entered.pop(frame.id, None)
        if frame.state.type == "Pass" and frame.phase == "enter":
            self._entered[frame.id] = now
        return Before(now, now) if entered is None or frame.phase != "exit" else Before(now, entered, 2)

    def _take(self) -> list[Any]:
        step = self.execution.take()
        self.generated.times.add(self.execution.now)
        self.generated.tokens |= {each.token for each in step.effects if isinstance(each, CallTask) and each.token}
        self.steps[-1] = replace(self.steps[-1], events=tuple(event.type for event in step.history))
        return step.history

    def _check(self, mover: Mover, awaited: RecordedEvent, before: Before | None) -> Facts | None:
        """Compares what came of a move with the recording; adopts what AWS made up, and then compares again."""
        pairs, surplus = self.pairing.pair(mover, self._take())
        way = next((each for each in self.execution.taken or () if each.endswith(_TRANSITIONS)), None)
        wrong = [(pair, found) for pair in pairs if (found := self.pairing.differences(pair))]
        if wrong and surplus is None:
            learnt, edits, real = adoption.adopt(
                self.machine, self.generated, self.execution, self.pairing.ids, mover, pairs, wrong, before
            )
            if learnt is not None:
                return learnt
            if real:
                self.divergence = self.words.differs(mover, *real, way or self._ways.get(mover.frame))
                return None
            self.adopted += sum(len(found) for _, found in wrong)
            if edits and before is not None:
                self._again(before.phase, edits, mover)
                pairs, surplus = self.pairing.pair(mover, self._take())
        if surplus is not None:
            self.divergence = self.words.surplus(mover, surplus, awaited, way or self._ways.get(mover.frame))
            return None
        if way is not None:
            self._ways[mover.frame] = way
        self.pairing.settle(pairs)
        self._note_threads(mover, pairs)
        return None

    def _again(self, before: JSON, edits: Sequence[ev.Edited], mover: Mover) -> None:
        """Does the phase again that was done last, with edits."""
        execution = restore(self.machine.program, before)
        execution.check, execution.arrange = self.execution.check, self.execution.arrange
        execution.taken = set()
        self.execution = execution
        self.steps.pop()
        for edit in edits:
            self.steps.append(Step(Deliver(edit)))
            execution.apply(edit)
        self._microstep(mover.frame)

    def _note_threads(self, mover: Mover, pairs: Sequence[Pair]) -> None:
        """Notes which frames stand for the threads that were started."""
        for now, recorded in pairs:
            if recorded is None:
                continue
            if now.type == "ParallelStateStarted":
                branches = getattr(mover.state, "branches", ())
                for index, first in enumerate(branches):
                    self._note(Thread(recorded.id, first.name), f"{mover.frame}.{index}")
            elif now.type == "MapIterationStarted":
                container = self.pairing.container(mover, now)
                self._note(self.recording.threads.of[recorded.id], f"{container}.{(now.details or {})['index']}")

    def _note(self, thread: Thread, frame: str) -> None:
        self._frames[thread] = frame
        self._threads[frame] = thread
