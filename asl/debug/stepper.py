"""Moves a world one move at a time: a phase of an execution, a call, a moment of the clock; and shows each as stops.

A world that is stepped is paced (`World.moving`): events are applied, and nothing runs until the stepper has it run.
The order is that of `asl.hosts.virtual`, so that an execution that is stepped comes to the same as one that is run.

What tasks answered is remembered by their attempts: where the world was put back (`asl.hosts.checkpoint`) and comes to
a call again, with the same arguments, nobody is called again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from asl import events as ev
from asl.debug import moves
from asl.debug.moves import Deliver, Move, MoveFrame, Script
from asl.debug.stop import Stop
from asl.debug.stop_making import StopMaker
from asl.errors import HostError, InputError
from asl.frame import Frame
from asl.hosts import checkpoint, virtual
from asl.hosts.attempts import Attempt
from asl.hosts.run import Run
from asl.hosts.timers import first_due
from asl.hosts.world import ENDLESS, World
from asl.integration import Answer, Call, Failure, Output
from asl.values import ABSENT

Asked: TypeAlias = tuple[str, str, int]
"""A call: the ARN of its execution, its attempt's ref, and how often that was asked for before (a job is polled)."""

_TIME_OUTS: Final = frozenset(("timeout", "heartbeat", "execution"))
"""Timers that end a task which nobody answers."""

_NAP: Final = 0.2  # seconds: Ctrl-C is seen within this time on every platform


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call got as its answer. `final`: of a callback task it is the outcome already."""

    call: Call
    answer: Answer
    final: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the way of a stepper, to be put back to."""

    moves: int
    world: checkpoint.Checkpoint
    answered: int
    script: object


class Stepper:
    """Moves a world that has started its first execution, with `World.moving` set before.

    `script` says what comes next in that execution, as long as it has something to say. `real_time` waits by the wall
    clock before the clock moves.
    """

    def __init__(self, world: World, script: Script | None = None, real_time: bool = False) -> None:
        self.world = world
        self.run = world.runs[0]
        self.script = script
        self.moves = 0
        """How many moves were made."""
        self.answered: list[Answered] = []
        """All answers on the way here, in order."""
        self.remembered: dict[Asked, Answered] = {}
        """What calls were answered."""
        self.given: dict[Asked, Answered] = {}
        """The same for answers by hand, which hold on the present line alone."""
        self.is_performing = False
        """Whether something is going on that Ctrl-C may end: a call, or waiting by the wall clock."""
        self._real_time = real_time
        self._waited_until = 0
        self._mocks_are_ahead = False

    # -- where it is ---------------------------------------------------------------------------------------------------

    @property
    def is_done(self) -> bool:
        """Whether nothing more can happen by itself."""
        return not (self._moving or self.world.calls or first_due(self.world.timers) or self._planned())

    @property
    def is_moving(self) -> bool:
        """Whether an execution has something ready."""
        return bool(self._moving)

    def place_of(self, arn: str | None, ref: str | None) -> int | None:
        """The place of an attempt among the calls that are about to be made."""
        calls = enumerate(self.world.calls)
        return next((place for place, each in calls if (each.run.arn, each.ref) == (arn, ref)), None)

    def ahead(self, number: int) -> list[Stop]:
        """The stops before the next move, numbered from `number`; none where there is nothing to show."""
        make = StopMaker(number, self.moves)
        return [each for each in self._ahead(make) if each is not None]

    def _ahead(self, make: StopMaker) -> Iterator[Stop | None]:
        planned = self._planned()
        if isinstance(planned, Deliver):
            yield self._before_delivery(make, planned.event)
            return
        world = self.world
        moving = self._moving
        if moving:
            run = moving[0]
            frame = self._frame(run, planned)
            yield make.selected_item(run, frame, world.now)
            yield make.before_phase(run, frame, world.now)
        elif world.calls and not world.batch:
            return
        elif world.calls:
            attempt = world.calls[0]
            asking = _frame_of(attempt.run, attempt.ref)
            if not attempt.cancelled and attempt.call.pending is ABSENT and asking is not None:
                yield make.call(attempt.run, asking, attempt.call, world.now)
        elif (due := first_due(world.timers)) is not None:
            waiting = None if due.event is None else _frame_of(due.run, getattr(due.event, "ref", "0"))
            awaiting = self._awaiting(due.run) if getattr(due.event, "purpose", "") in _TIME_OUTS else None
            if awaiting is not None:
                yield make.outside(due.run, awaiting, world.now, due.at)
            elif waiting is not None:
                yield make.wait(due.run, waiting, world.now, due.at)
        elif self.run.status == "RUNNING":
            yield make.outside(self.run, self._awaiting(self.run) or self.run.execution.frames["0"], world.now)

    def _awaiting(self, run: Run) -> Frame | None:
        """The first frame whose task awaits an answer from outside."""
        return next((_frame_of(run, each.ref) for each in self.world.awaiting(run)), None)

    def _before_delivery(self, make: StopMaker, event: ev.Event) -> Stop | None:
        ref: str = getattr(event, "ref", "0")
        frame = _frame_of(self.run, ref)
        if frame is None:
            return None
        match event:
            case ev.TaskSucceeded() | ev.TaskFailed():
                attempt = self.world.attempt(self.run, ref)
                return None if attempt is None else make.call(self.run, frame, attempt.call, self.world.now)
            case ev.TimerFired():
                return make.wait(self.run, frame, self.world.now, event.at)
        return None

    @property
    def _moving(self) -> deque[Run]:
        """The executions that have something ready."""
        moving = self.world.moving
        assert moving is not None, "a paced world"
        while moving and not moving[0].execution.ready:
            moving.popleft()
        return moving

    def _planned(self) -> MoveFrame | Deliver | None:
        return None if self.script is None else self.script.next()

    def _frame(self, run: Run, planned: MoveFrame | Deliver | None) -> Frame:
        if isinstance(planned, MoveFrame) and run is self.run:
            return run.execution.frames[planned.frame]
        return run.execution.ready[0]

    # -- moving --------------------------------------------------------------------------------------------------------

    def move(self, number: int, move: Move = None) -> list[Stop]:
        """Makes a move. The stops that it comes by, numbered from `number`.

        Raises HostError where a call is answered by nothing, or cannot be made, KeyboardInterrupt where one is ended by
        Ctrl-C: then nothing has moved. Raises InputError for an action that cannot be done.
        """
        make = StopMaker(number, self.moves)
        events = len(self.run.recorded)
        self.world.ended.clear()
        planned = self._planned() if move is None else None
        moving = self._moving
        stops: list[Stop] = []
        if isinstance(planned, Deliver):
            self.world.deliver_recorded(self.run, planned.event)
        elif move is not None:
            stops += self._act(make, move)
            if self.script is not None and not isinstance(move, moves.Edit):
                self.script.leave()
        elif moving:
            run = moving[0]
            stops += self._phase(make, run, self._frame(run, planned))
        elif self.world.calls and not self.world.batch:
            virtual.begin_batch(self.world)  # a move of its own: the first call may be answered by nothing
        elif self.world.calls:
            virtual.perform_next(self.world, self._answer)
        else:
            self._move_clock()
        self.moves += 1
        if self.script is not None and planned is not None:
            self.script.moved(self.run.recorded[events:])
        stops += [make.end(run, self.world.now, stops[-1] if stops else None) for run in self.world.ended]
        return stops

    def _phase(self, make: StopMaker, run: Run, frame: Frame) -> Iterator[Stop]:
        """Moves a frame by a phase."""
        execution = run.execution
        if execution.last_id > ENDLESS:
            raise HostError(
                f"the execution '{run.name}' has made {execution.last_id:,} history events: an endless loop?"
            )
        if execution.trace is None:
            execution.start_trace()
        before, events = make.copied(frame), len(run.recorded)
        execution.microstep(frame.id)
        stages = execution.stages
        self.world.take(run)
        goes_on = execution.status == "RUNNING" and execution.frames.get(frame.id) is frame
        yield from make.after_phase(run, before, frame if goes_on else None, frame.variables, stages, events)

    def _act(self, make: StopMaker, action: moves.Action) -> Iterator[Stop]:
        world = self.world
        match action:
            case moves.Edit(arn, frame_id, place, value):
                edited = ev.Edited(world.now, frame_id, place, value)
                if not world.run_of(arn).execution.apply(edited):
                    raise InputError(f"{place.partition(':')[2] or place} cannot be changed here to a value so large")
            case moves.Skip(arn, frame_id):
                run = world.run_of(arn)
                frame = run.execution.frames[frame_id]
                before, events = make.copied(frame), len(run.recorded)
                world.deliver(run, ev.Skipped(world.now, frame_id))
                goes_on = run.status == "RUNNING" and run.execution.frames.get(frame_id) is frame
                yield from make.after_phase(run, before, frame if goes_on else None, frame.variables, [], events)
            case moves.AnswerCall():
                called = 0 if action.ref is None else self.place_of(action.arn, action.ref)
                if called is None or not world.calls:
                    raise InputError("the task that was answered by hand is not asked here")
                virtual.perform_next(world, partial(self._by_hand, action), called)
            case moves.AnswerToken(token, answer):
                self._answer_token(token, answer)
            case moves.EndWait(arn, frame_id):
                run = world.run_of(arn)
                ref = run.execution.frames[frame_id].ref
                purpose: ev.TimerPurpose = "wait" if run.execution.frames[frame_id].phase == "waiting" else "retry"
                if ref is None:
                    raise InputError("what was ended by hand does not wait here")
                world.timers.cancel(run, ref)
                world.deliver(run, ev.Edited(world.now, frame_id, "due", world.now))
                world.deliver(run, ev.TimerFired(world.now, ref, purpose))
            case moves.Jump(at):
                virtual.start_all(world)  # nobody answers those that are left, so that their time may be over
                if not virtual.move_clock(world, at):
                    world.now = max(world.now, at)

    def _answer_token(self, token: str, answer: Output | Failure | None) -> None:
        world = self.world
        if answer is None:
            world.send_task_heartbeat(token)
            return
        waiting = next(each for run in world.runs for each in world.awaiting(run) if each.call.token == token)
        if isinstance(answer, Output):
            world.send_task_success(token, answer.value)
        else:
            world.send_task_failure(token, answer.error, answer.cause)
        self.answered.append(Answered(waiting.call, answer, final=True, by_hand=True))

    def _move_clock(self) -> None:
        due = first_due(self.world.timers)
        if self._real_time and due is not None:
            self._wait(due.at)
        virtual.move_clock(self.world)

    def _wait(self, at: int) -> None:
        """Waits as long as the clock has to go to a time, but for what was waited for before going back."""
        ends = time.monotonic() + (at - max(self.world.now, self._waited_until)) / 1000
        self.is_performing = True
        try:
            while (left := ends - time.monotonic()) > 0:
                time.sleep(min(left, _NAP))
        finally:
            self.is_performing = False
        self._waited_until = max(self._waited_until, at)

    # -- answers -------------------------------------------------------------------------------------------------------

    def _answer(self, attempt: Attempt) -> tuple[Answer, bool]:
        """The answer of a call: the one that is remembered, or what answers it now."""
        key = (attempt.run.arn, attempt.ref, attempt.polls)
        known = self.given.get(key) or self.remembered.get(key)
        if known is not None and _is_same(known.call, attempt.call):
            self._mocks_are_ahead = True
        else:
            known = self._perform(attempt)
        attempt.polls += 1
        self.answered.append(known)
        return known.answer, known.final

    def _perform(self, attempt: Attempt) -> Answered:
        world = self.world
        if self._mocks_are_ahead:
            world.answers.rewind([each.call for each in self.answered if not each.by_hand])
            self._mocks_are_ahead = False
        requests = world.requests
        self.is_performing = True
        try:
            answered = Answered(attempt.call, *world.perform(attempt))
        except BaseException:
            self._mocks_are_ahead = True  # they may have counted the call
            raise
        finally:
            self.is_performing = False
        if world.requests == requests:  # what starts, answers or looks at executions of this world does so each time
            self.remembered[attempt.run.arn, attempt.ref, attempt.polls] = answered
        return answered

    def _by_hand(self, given: moves.AnswerCall, attempt: Attempt) -> tuple[Answer, bool]:
        answered = Answered(attempt.call, given.answer, given.final, by_hand=True)
        self.given[attempt.run.arn, attempt.ref, attempt.polls] = answered
        attempt.polls += 1
        self.answered.append(answered)
        return given.answer, given.final

    # -- going back ----------------------------------------------------------------------------------------------------

    def weight(self) -> int:
        """How much a mark copies: executions, threads of control, the results that these gather."""
        runs = self.world.runs
        frames = (frame for run in runs for frame in run.execution.frames.values())
        return len(runs) + sum(1 + len(frame.results or ()) // 64 for frame in frames)

    def mark(self) -> Mark:
        """The present place."""
        script = None if self.script is None else self.script.mark()
        return Mark(self.moves, checkpoint.take(self.world), len(self.answered), script)

    def put_back(self, mark: Mark) -> None:
        """Has the world be as it was at a place. What tasks answered since is remembered."""
        checkpoint.put_back(self.world, mark.world)
        self.moves = mark.moves
        del self.answered[mark.answered :]
        self._mocks_are_ahead = True
        if self.script is not None:
            self.script.reset(mark.script)


def _frame_of(run: Run, ref: str) -> Frame | None:
    return run.execution.frames.get(ref.partition("#")[0])


def _is_same(known: Call, call: Call) -> bool:
    """Whether two calls ask for the same."""
    return (known.resource, known.state_name, known.arguments) == (call.resource, call.state_name, call.arguments)
