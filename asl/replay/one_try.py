"""One try of a replay: see `asl.replay.driver` for the theory of operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from asl import events as ev
from asl.debug.moves import Deliver, MoveFrame
from asl.effects import CallTask
from asl.engine import Execution
from asl.frame import Frame
from asl.history import HistoryEvent
from asl.hosts.answers import Answers, Mocks
from asl.machine import Machine
from asl.replay import adoption, answers, chance, fields
from asl.replay.adopted import Adopted
from asl.replay.adoption import Verdict
from asl.replay.chance import Before
from asl.replay.differences import Difference, Redaction
from asl.replay.divergence import Divergence, Gap
from asl.replay.facts import Facts
from asl.replay.filling import filled
from asl.replay.generated import Generated, volatile_states
from asl.replay.live_threads import LiveThreads, Mover
from asl.replay.pairing import Pair, Pairing, Wrong
from asl.replay.recording import RecordedEvent, Recording
from asl.replay.replayed import Replayed, Step
from asl.replay.threads import Thread
from asl.replay.timing import Timing
from asl.replay.words import Words
from asl.snapshot import restore, snapshot
from asl.values import ABSENT, JSON

_TRANSITIONS: Final = ("/Next", "/End", "/Default")
_CHOICES: Final = 50  # trials of a Choice whose conditions draw random numbers


def started_machine(machine: Machine, facts: Facts) -> Machine:
    """The machine with the recorded name and type."""
    return machine.of_type(facts.type).named(facts.machine_name)


class Try:
    """A replay until its end, the first divergence, a gap, or a fact that was not known."""

    def __init__(
        self,
        recording: Recording,
        machine: Machine,
        facts: Facts,
        text: str,
        redaction: Redaction,
        checks: Answers,
        mocks: Mocks | None,
    ) -> None:
        self.recording = recording
        self.machine = machine
        self.facts = facts
        self.input_text = text
        info = facts.info(text)
        self.execution = Execution(machine.program, info)
        self.execution.check, self.execution.arrange = checks.check, checks.arranged
        self.execution.taken = set()
        self.generated = Generated(facts, info)
        self.pairing = Pairing(recording, redaction)
        self.words = Words(machine, recording)
        self.steps: list[Step] = []
        self.faithful = 0
        """How many of the steps came as recorded."""
        self.adopted: list[Adopted] = []
        self.timing = Timing()
        self.divergence: Divergence | None = None
        self.gap: Gap | None = None
        self._volatile = volatile_states(machine)
        self._mocks = mocks
        self._filled: list[str] = []
        """Notes about the outputs that mocks have given."""
        self._asked: dict[str, CallTask] = {}
        """The attempts at tasks, by their references."""
        self.threads = LiveThreads(recording.threads)
        self._entered: dict[str, JSON] = {}
        """By frame, a snapshot of before it entered a state whose work is done at once, and shown when it is left."""
        self._ways: dict[str, str] = {}
        """By frame, the pointer of the transition that it took last."""

    def outcome(self, machine: Machine) -> Replayed:
        facts = self.facts.shown(machine.name)
        return Replayed(
            self.recording, started_machine(machine, facts), facts, self.input_text, self.pairing.count,
            tuple(self.adopted), tuple(self.steps), self.execution, self.divergence, self.gap, self.pairing.met,
            self.faithful, (*fields.unknown(self.recording), *self._filled, *self.timing.notes),
        )  # fmt: skip

    def go(self) -> Facts | None:
        """Replays as far as it goes. Gives better facts when the recording has told them: then it is to start again."""
        self.execution.apply(ev.Started(self.facts.start))
        machine = self.threads.mover(self.execution.frames["0"])
        pairs, _ = self.pairing.pair(machine, self.execution.take().history)
        self.generated.times.happened(self.execution.now, (recorded for _, recorded in pairs))
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
        frame = self.threads.ready(event, execution)
        if frame is not None:
            return self._move(frame, event)
        own = self.threads.frame(self.recording.threads.of[event.id], execution)
        if own is None:
            self.divergence = self.words.no_thread(event, self.threads.mover(self.threads.around(event, execution)))
            return None
        answer = answers.answer(event, own, execution, self.recording)
        if isinstance(answer, Gap):
            given = self._given(own, event)
            if given is not None:
                return self._deliver(given, own, event)
            self.gap = answer
        elif answer is None:
            self.divergence = self.words.awaits(event, self.threads.mover(own), own, execution)
        else:
            return self._deliver(answer, own, event)
        return None

    def _given(self, frame: Frame, event: RecordedEvent) -> ev.Event | None:
        """The answer of a task whose output the recording has not, by mocks; None where they have none."""
        effect = self._asked.get(frame.ref or "")
        output = ABSENT if self._mocks is None or effect is None else filled(effect, self.execution, self._mocks)
        if output is ABSENT or effect is None:
            return None
        self._filled.append(
            f"the output of '{effect.state_name}' (event {event.id}) is not recorded; it is that of a mock"
        )
        return ev.TaskSucceeded(max(self.execution.now, event.at or 0), effect.ref, output)

    # -- moving --------------------------------------------------------------------------------------------------------

    def _deliver(self, event: ev.Event, frame: Frame, awaited: RecordedEvent) -> Facts | None:
        """Brings an event from outside to a frame; a second answer of the same kind is not what it awaits."""
        mover = self.threads.mover(frame)
        self.timing.ends(frame, awaited)
        if not self.execution.apply(event):
            self.divergence = self.words.awaits(awaited, mover, frame, self.execution)
            return None
        outcome = isinstance(event, ev.TaskSucceeded | ev.TaskFailed | ev.TimerFired)
        self.steps.append(Step(Deliver(event), answered=awaited.id if outcome else None))
        return self._check(mover, awaited, None)

    def _move(self, frame: Frame, awaited: RecordedEvent) -> Facts | None:
        mover = self.threads.mover(frame)
        before = self._before(frame)
        self._microstep(frame.id)
        if before is not None and frame.state.type == "Choice":
            self._choose_as_recorded(mover, before, awaited)
        return self._check(mover, awaited, before)

    def _choose_as_recorded(self, mover: Mover, before: Before, awaited: RecordedEvent) -> None:
        """Has a Choice whose conditions are a matter of chance or time go where it went, where it may go there."""
        wanted = self.recording.next_state(awaited)
        if wanted is None or awaited.type != "ChoiceStateEntered":
            return
        now = chance.chosen(self.execution, mover.frame)
        if now == wanted:
            return
        found = chance.recorded_choice(self.machine, before.phase, mover.frame, wanted, awaited.at, _CHOICES)
        if found is None:
            chances = "its conditions are a matter of chance or time"
            self.words.unlikely = f"{chances}, but in {_CHOICES} trials it never goes to '{wanted}'"
            return
        draws, at = found
        self._again(before.phase, [ev.Edited(at, mover.frame, "draws", draws)], mover)
        self.adopted.append(Adopted(awaited, Difference(("next",), wanted, now)))

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

    def _take(self) -> list[HistoryEvent]:
        step = self.execution.take()
        calls = [each for each in step.effects if isinstance(each, CallTask)]
        self.generated.tokens |= {each.token for each in calls if each.token}
        self._asked |= {each.ref: each for each in calls}
        self.steps[-1] = replace(self.steps[-1], events=tuple(event.type for event in step.history))
        return step.history

    def _check(self, mover: Mover, awaited: RecordedEvent, before: Before | None) -> Facts | None:
        """Compares what came of a move with the recording; adopts what AWS made up, and then compares again."""
        pairs, surplus = self.pairing.pair(mover, self._take())
        self.generated.times.happened(self.execution.now, (recorded for _, recorded in pairs))
        way = next((each for each in self.execution.taken or () if each.endswith(_TRANSITIONS)), None)
        led_by = way or self._ways.get(mover.frame)
        if wrong := self.pairing.wrong(pairs):
            verdict = self._judge(mover, wrong, before)
            if verdict.better is not None:
                return verdict.better
            self.adopted += verdict.adopted
            if verdict.edits and before is not None:
                self._again(before.phase, verdict.edits, mover)
                pairs, surplus = self.pairing.pair(mover, self._take())
                verdict = self._judge(mover, self.pairing.wrong(pairs), None)
            if verdict.real is not None:
                self.divergence = self.words.differs(mover, *verdict.real, led_by)
                return None
        if surplus is not None:
            self.divergence = self.words.surplus(mover, surplus, awaited, led_by)
            return None
        if way is not None:
            self._ways[mover.frame] = way
        self.pairing.settle(pairs)
        self._note_threads(mover, pairs)
        self.faithful = len(self.steps)
        self.timing.begins(self.execution.frames.get(mover.frame), self.execution.now, pairs)
        return None

    def _judge(self, mover: Mover, wrong: Sequence[Wrong], before: Before | None) -> Verdict:
        return adoption.judge(self.machine, self.generated, self.execution, self.pairing.ids, mover, wrong, before)

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
                for index, first in enumerate(getattr(mover.state, "branches", ())):
                    self._note_thread(Thread(recorded.id, first.name), f"{mover.frame}.{index}")
            elif now.type == "MapIterationStarted":
                index = (now.details or {})["index"]
                thread = self.recording.threads.of[recorded.id]
                self._note_thread(thread, f"{self.pairing.container(mover, now)}.{index}")

    def _note_thread(self, thread: Thread, frame: str) -> None:
        self.threads.note(thread, frame)
        self._ways.pop(frame, None)
