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
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
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
from asl.replay.generated import Generated, volatile_states
from asl.replay.pairing import Mover, Pair, Pairing
from asl.replay.recording import RecordedEvent, Recording
from asl.replay.threads import MACHINE, Thread
from asl.replay.words import Words
from asl.snapshot import restore, snapshot
from asl.values import JSON

_TRANSITIONS: Final = ("/Next", "/End", "/Default")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay.

    `verified` is how many recorded events came again as recorded, `adopted` how many values were taken from the
    recording because AWS had made them up. `moves` are all moves that were made after the start, so that a `Script` can
    make them again; `facts` and `input_text` are what the execution is to be started with. `divergence` is where the
    definition first does something else, `gap` where the recording does not tell how it goes on.
    """

    recording: Recording
    machine: Machine
    facts: Facts
    input_text: str
    verified: int
    adopted: int
    moves: tuple[MoveFrame | Deliver, ...]
    execution: Execution
    divergence: Divergence | None
    gap: Gap | None

    @property
    def is_faithful(self) -> bool:
        """Whether the whole recording came again as recorded."""
        return self.divergence is None and self.gap is None


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
    while True:
        with world_of(facts) as world:
            run = _Replay(recording, started_machine(machine, facts), facts, text, redaction, world)
            learnt = run.go()
            if learnt is None:
                return run.outcome()
        facts = learnt


def world_of(facts: Facts, **options: Any) -> World:
    """A paced world in which the execution can be started; other options are those of World."""
    world = World(**{**options, **facts.of_world(), "warn": options.get("warn", lambda text: None)})
    world.moving = deque()
    return world


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
        run = world.start(machine, input_text=text, **facts.of_start())
        self.execution = run.execution
        self.execution.taken = set()
        self.generated = Generated(facts, run.execution.info)
        self.pairing = Pairing(recording, redaction)
        self.words = Words(machine, recording)
        self.moves: list[MoveFrame | Deliver] = []
        self.adopted = 0
        self.divergence: Divergence | None = None
        self.gap: Gap | None = None
        self._volatile = volatile_states(machine)
        self._frames: dict[Thread, str] = {MACHINE: "0"}
        self._threads: dict[str, Thread] = {"0": MACHINE}
        self._started = run.recorded[0]
        self._ways: dict[str, str] = {}
        """By frame, the pointer of the transition that it took last."""

    def outcome(self) -> Replayed:
        return Replayed(
            self.recording, self.machine, self.facts, self.input_text, self.pairing.count, self.adopted,
            tuple(self.moves), self.execution, self.divergence, self.gap,
        )  # fmt: skip

    def go(self) -> Facts | None:
        """Replays as far as it goes. Gives better facts when the recording has told them: then it is to start again."""
        machine = self._mover(self.execution.frames["0"])
        pairs, _ = self.pairing.pair(machine, [self._started])
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
        from_outside = answers.end(event, execution)
        if from_outside is not None:
            if self.words.cannot_end(event, from_outside, execution):
                self.divergence = self.words.goes_on(event)
                return None
            return self._deliver(from_outside, execution.frames["0"], event)
        frame = self._ready(event)
        if frame is not None:
            return self._move(frame, event)
        own = self._frame(self.recording.threads.of[event.id])
        if own is None:
            self.divergence = self.words.no_thread(event)
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
        mover = self._mover(frame)
        self.moves.append(Deliver(event))
        assert self.execution.apply(event), "the frame awaits it"
        return self._check(mover, awaited, None)

    def _move(self, frame: Frame, awaited: RecordedEvent) -> Facts | None:
        mover = self._mover(frame)
        before = snapshot(self.execution) if self._may_be_generated(frame) else None
        self._microstep(frame.id)
        return self._check(mover, awaited, before)

    def _microstep(self, frame: str) -> None:
        assert self.execution.taken is not None, "set at the start"
        self.execution.taken.clear()
        self.moves.append(MoveFrame(frame))
        assert self.execution.microstep(frame), "the frame is ready"

    def _may_be_generated(self, frame: Frame) -> bool:
        """Whether data of the frame's next phase may be something that AWS makes up."""
        if frame.phase == "error" or frame.state.pointer in self._volatile:
            return True
        parent = frame.parent
        return parent is not None and frame.phase == "enter" and parent.state.pointer in self._volatile

    def _take(self) -> list[Any]:
        step = self.execution.take()
        self.generated.times.add(self.execution.now)
        self.generated.tokens |= {each.token for each in step.effects if isinstance(each, CallTask) and each.token}
        return step.history

    def _check(self, mover: Mover, awaited: RecordedEvent, before: JSON) -> Facts | None:
        """Compares what came of a move with the recording; adopts what AWS made up, and then compares again."""
        pairs, surplus = self.pairing.pair(mover, self._take())
        wrong = [(pair, found) for pair in pairs if (found := self.pairing.differences(pair))]
        if wrong and surplus is None:
            learnt, edits, real = adoption.adopt(
                self.machine, self.generated, self.execution, self.pairing.ids, mover, pairs, wrong, before
            )
            if learnt is not None:
                return learnt
            if real:
                self.divergence = self.words.differs(mover, *real, self._ways.get(mover.frame))
                return None
            self.adopted += sum(len(found) for _, found in wrong)
            if edits:
                self._again(before, edits, mover)
                pairs, surplus = self.pairing.pair(mover, self._take())
        way = next((each for each in self.execution.taken or () if each.endswith(_TRANSITIONS)), None)
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
        self.moves.pop()
        for edit in edits:
            self.moves.append(Deliver(edit))
            assert execution.apply(edit), "the frame is there"
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
