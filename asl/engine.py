"""The transition: events in, effects and history out. No clock, no I/O, no threads, no randomness.

Theory of operation
-------------------
An `Execution` is a tree of frames (`asl.frame`), one for each thread of control: the machine, the branches of a
Parallel, the iterations of a Map. A frame is ready, and then stands in the queue `ready`, or it awaits something: a
timer, the answer of a call, its children.

* `apply(event)` takes in one event from outside and runs nothing: it records what the event says and makes the frame
  that awaited it ready. An event that nobody awaits changes nothing, so late answers are harmless.
* `microstep()` moves the first ready frame by one phase: it enters its state, tries again, leaves it, or handles an
  error. A frame stays first until it leaves its state, then goes to the end of the queue: frames that are ready
  together take turns, a state at a time.
* `advance(event)` is `apply`, then microsteps until nothing is ready.

Legal moves of a frame's phase: enter -> exit; enter -> waiting -> exit (Wait); enter -> calling -> exit (Task);
enter -> branching -> exit (Parallel, Map); any of these -> error; error -> backoff -> attempt (Retry), error -> the
next state (Catch), or the error becomes that of the parent's frame.

An execution is mutable, so that an event costs the same however many frames there are. `asl.snapshot` gives it as a
JSON value and makes an execution of that; `asl.transition` has the same operations as pure functions of snapshots.

Language errors are values (`StateError`): fields raise `EvaluationError`, which `microstep` turns into the frame's
error. Any other exception from here is a bug of ours.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from asl import editing
from asl import events as ev
from asl.effects import Cancel, Effect, Finish, StartTimer, Status
from asl.errors import StateError
from asl.frame import Frame, iso_time
from asl.history import HistoryEvent
from asl.limits import EXPRESS_SECONDS, HISTORY_EVENTS, STANDARD_SECONDS, WorkflowType
from asl.payload import Stage, Trace
from asl.states import Program
from asl.states.compiled import CompiledState
from asl.values import JSON
from asl.wording import (
    QUERY_EVALUATION_ERROR,
    EvaluationError,
    history_full,
    in_state,
    limited,
    timed_out,
    too_deep,
    variables_too_large,
)

_EXECUTION_REF = "0"  # of the timer of the machine's own TimeoutSeconds


@dataclass(frozen=True, slots=True)
class ExecutionInfo:
    """What an execution is started with. `input_text` is the input as the caller wrote it, shown so in the history.

    `context` is laid over the context object; `seed` is where all its randomness comes from. An execution that starts
    in the middle has the JSON pointer of its first state in `start_at`, and in `variables` those that are assigned
    there; with `single`, leaving that state ends it.
    """

    arn: str
    name: str
    state_machine_arn: str
    state_machine_name: str
    role_arn: str
    input: JSON
    input_text: str | None = None
    type: WorkflowType = "STANDARD"
    region: str = "us-east-1"
    account: str = "123456789012"
    seed: str = "0"
    context: dict[str, Any] = field(default_factory=dict)
    start_at: str | None = None
    variables: dict[str, JSON] = field(default_factory=dict)
    single: bool = False


@dataclass(frozen=True, slots=True)
class StateTest:
    """Has an execution of a single state test it, as TestState does: what stands for all that is around the state.

    It ends where an error of the state would be retried, too. `context` is the context object, but for what a Map adds
    for its items; each retrier was used `retries` times before. A Parallel or Map runs none of its states: it comes to
    `error`, else to `result`. Of a Map, `failed` iterations failed, and `read` is the text that its ItemReader reads
    (None: nothing is known of the items).
    """

    context: Mapping[str, Any]
    retries: int = 0
    result: JSON = None
    error: StateError | None = None
    failed: int = 0
    read: str | None = None


class Step(NamedTuple):
    """What came of an event or a microstep. `more` is set when a budget ran out before everything was quiet."""

    history: list[HistoryEvent]
    effects: list[Effect]
    trace: list[Stage]
    more: bool = False


ArgumentCheck: TypeAlias = Callable[[str, JSON], Sequence[str]]
"""A pure function of resource and arguments that gives what is wrong with them, in the service's words."""


Arrangement: TypeAlias = Callable[[str, JSON], JSON]
"""A pure function of resource and arguments that gives the arguments as they are scheduled."""


class HistoryFullError(Exception):
    """The history has no room for another event. Never leaves the engine."""


class Execution:
    """One execution of a program. See the theory of operation above."""

    def __init__(self, program: Program, info: ExecutionInfo) -> None:
        self.program = program
        self.info = info
        self.seed = info.seed
        self.status: Status | None = None
        """None until Started."""
        self.output: JSON = None
        self.error: StateError | None = None
        self.failed_at: str | None = None
        """The JSON pointer of the state whose error ended the execution."""
        self.now = 0
        self.started_at = 0
        self.draws = 0
        """How many random numbers were drawn."""
        self.refs = 0
        self.last_id = 0
        """The id of the last history event, which is how many there are."""
        self.context: dict[str, Any] = {}
        self.frames: dict[str, Frame] = {}
        self.ready: deque[Frame] = deque()
        self.history: list[HistoryEvent] = []
        self.effects: list[Effect] = []
        self.next_state: str | None = None
        """The name of the state that would come next, where the execution is of a single state."""
        self.taken: set[str] | None = None
        """A set when it is wanted which states, transitions and retriers are taken: their JSON pointers.

        A retrier is when an error matches it, also with `MaxAttempts` 0."""
        self.trace: Trace | None = None
        """Set while the value after each stage of input and output processing is wanted: see `start_trace`."""
        self.edits: dict[str, dict[str, JSON]] = {}
        """Values that frames go on with after a stage of their next phase, by frame and stage."""
        self.check: ArgumentCheck | None = None
        """What the host knows of the arguments that services refuse; asked before a task is scheduled."""
        self.arrange: Arrangement | None = None
        """What the host knows of what Step Functions adds to the arguments of a task, which the history then shows."""
        self._single = info.single
        self.test: StateTest | None = None
        """Set when the execution tests its single state."""
        self._history_limit = HISTORY_EVENTS if info.type == "STANDARD" else sys.maxsize

    # -- events in -------------------------------------------------------------------------------------------------

    def apply(self, event: ev.Event) -> bool:
        """Takes in one event and runs nothing. False when nobody awaits it: then nothing has changed."""
        try:
            return self._take_in(event)
        except HistoryFullError:
            self._end("FAILED", history_full(), "ExecutionFailed")
        except RecursionError:
            self._end("FAILED", too_deep(), "ExecutionFailed")
        return True

    def _take_in(self, event: ev.Event) -> bool:
        match event:
            case ev.TaskSucceeded():
                frame = self._calling(event.ref)
                if frame is None:
                    return False
                self.now = event.at
                state: Any = frame.state
                if frame.call_state == "scheduled":
                    state.started(self, frame)
                state.succeeded(self, frame, event.output)
                self.ready.append(frame)
            case ev.TaskStarted():
                frame = self._calling(event.ref)
                if frame is None or frame.call_state != "scheduled":
                    return False
                self.now = event.at
                state = frame.state
                state.started(self, frame, event.worker_name)
            case ev.TimerFired():
                return self._timer_fired(event)
            case ev.TaskFailed():
                frame = self._calling(event.ref)
                if frame is None:
                    return False
                self.now = event.at
                state = frame.state
                if frame.call_state == "scheduled" and event.phase not in ("schedule", "start"):
                    state.started(self, frame)
                state.failed(self, frame, event)
                self.ready.append(frame)
            case ev.TaskSubmitted():
                frame = self._calling(event.ref)
                if frame is None or frame.call_state == "submitted":
                    return False
                self.now = event.at
                state = frame.state
                if frame.call_state == "scheduled":
                    state.started(self, frame)
                state.submitted(self, frame, event.output)
            case ev.Heartbeat():
                frame = self._calling(event.ref)
                if frame is None:
                    return False
                self.now = event.at
                state = frame.state
                state.heard(self, frame)
            case ev.Edited():
                return editing.edit(self, event)
            case ev.Skipped():
                return editing.skip(self, event)
            case ev.Stopped():
                if self.status != "RUNNING":
                    return False
                self.now = event.at
                self._end("ABORTED", StateError(event.error, event.cause), "ExecutionAborted")
            case ev.Started():
                if self.status is not None:
                    return False
                self._start(event.at)
            case _:
                return False
        return True

    def _calling(self, ref: str) -> Frame | None:
        frame = self.frames.get(ref.partition("#")[0])
        if frame is None or frame.ref != ref or frame.phase != "calling" or self.status != "RUNNING":
            return None
        return frame

    def _start(self, at: int) -> None:
        info = self.info
        self.now = self.started_at = at
        self.status = "RUNNING"
        self.set_context()
        self._append(0, "ExecutionStarted", self._with_text({"input": info.input, "roleArn": info.role_arn}))
        first = self.program.start if info.start_at is None else self.program.states[info.start_at]
        frame = Frame(self, "0", None, 0, first, info.input, 0)
        if info.variables and not frame.assign(info.variables):
            self._end("FAILED", variables_too_large(first.name), "ExecutionFailed")
            return
        self.frames["0"] = frame
        self.ready.append(frame)
        longest = EXPRESS_SECONDS if info.type == "EXPRESS" else STANDARD_SECONDS
        own = self.program.timeout_seconds
        purpose: ev.TimerPurpose = "execution" if own is not None and own <= longest else "lifetime"
        seconds = own if own is not None and own <= longest else longest
        self.effects.append(StartTimer(_EXECUTION_REF, purpose, at + seconds * 1000))

    def set_context(self) -> None:
        """The part of the context object that stays the same, its keys in the order that is recorded for each type."""
        info = self.info
        shown = {
            "Id": info.arn,
            "Input": info.input,
            "StartTime": iso_time(self.started_at),
            "Name": info.name,
            "RoleArn": info.role_arn,
            "RedriveCount": 0,
        }
        if info.type == "EXPRESS":
            shown["StartTime"] = shown.pop("StartTime")
            shown["RedriveCount"] = shown.pop("RedriveCount")
        self.context = {
            "Execution": shown,
            "StateMachine": {"Id": info.state_machine_arn, "Name": info.state_machine_name},
        }

    def _timer_fired(self, event: ev.TimerFired) -> bool:
        if event.purpose in ("execution", "lifetime"):
            if self.status != "RUNNING":
                return False
            self.now = event.at
            self._end("TIMED_OUT", timed_out(), "ExecutionTimedOut")
            return True
        if event.purpose in ("timeout", "heartbeat"):
            calling = self._calling(event.ref)
            if calling is None or event.at < (calling.effective[f"{event.purpose}_due"] or event.at + 1):
                return False  # the call is over, or a heartbeat has put its timer off
            self.now = event.at
            state: Any = calling.state
            state.expired(self, calling, event.purpose == "heartbeat")
            self.ready.append(calling)
            return True
        frame = self.frames.get(event.ref.partition("#")[0])
        awaited = "waiting" if event.purpose == "wait" else "backoff"
        if frame is None or frame.ref != event.ref or frame.phase != awaited or self.status != "RUNNING":
            return False
        if frame.due is None or event.at < frame.due:
            return False
        self.now = event.at
        frame.ref = frame.due = None
        frame.timers = False
        frame.phase = "exit" if awaited == "waiting" else "attempt"
        self.ready.append(frame)
        return True

    # -- running ---------------------------------------------------------------------------------------------------

    def microstep(self, frame_id: str | None = None) -> bool:
        """Moves the first ready frame, or the one named, by one phase; False when there is none to move."""
        ready = self.ready
        if not ready:
            return False
        if frame_id is not None and ready[0].id != frame_id:
            named = self.frames.get(frame_id)
            if named is None or named not in ready:
                return False
            ready.remove(named)
            ready.appendleft(named)
        frame = ready[0]
        if self.trace is not None:
            self.trace.frame = frame.id
        elif self.edits:
            return self._edited_microstep()
        try:
            frame.state.phases[frame.phase](self, frame)
        except EvaluationError as failure:
            self.fail_evaluation(frame, failure)
        except HistoryFullError:
            self.failed_at = frame.state.pointer
            self._end("FAILED", history_full(), "ExecutionFailed", frame.previous_id)
        except RecursionError:
            self.failed_at = frame.state.pointer
            self._end("FAILED", too_deep(), "ExecutionFailed", frame.previous_id)
        if self.edits:
            self.edits.pop(frame.id, None)
        return True

    def _edited_microstep(self) -> bool:
        """A microstep in which a value may be edited, which takes a trace."""
        self.start_trace()
        moved = self.microstep()
        self.trace = None
        return moved

    def run(self, budget: int | None = None) -> bool:
        """Microsteps until nothing is ready, at most `budget` of them; True when the budget ended it."""
        if budget is None:
            while self.ready:
                self.microstep()
            return False
        while self.ready and budget > 0:
            self.microstep()
            budget -= 1
        return bool(self.ready)

    def advance(self, event: ev.Event, budget: int | None = None) -> Step:
        """`apply`, then `run`; gives what came of it."""
        self.apply(event)
        return self.take(self.run(budget))

    def take(self, more: bool = False) -> Step:
        """What was recorded and asked for since the last `take`."""
        step = Step(self.history, self.effects, self.stages, more)
        self.history, self.effects = [], []
        if self.trace is not None:
            self.trace.stages = []
        return step

    def start_trace(self) -> None:
        """From here on, steps have the value after each stage of input and output processing."""
        self.trace = Trace(self.edits)

    @property
    def stages(self) -> list[Stage]:
        """What was traced since the last `take`."""
        return [] if self.trace is None else self.trace.stages

    # -- what states do --------------------------------------------------------------------------------------------

    def _append(self, previous_id: int, type: str, details: dict[str, Any] | None) -> int:
        id = self.last_id + 1
        self.last_id = id
        self.history.append(HistoryEvent(id, previous_id, self.now, type, details))
        return id

    def record(self, frame: Frame, type: str, details: dict[str, Any] | None = None) -> int:
        """Appends an event to the history, as the last of the frame's thread of control; gives its id."""
        id = self.last_id + 1
        if id >= self._history_limit:
            raise HistoryFullError
        self.last_id = id
        self.history.append(HistoryEvent(id, frame.previous_id, self.now, type, details))
        frame.previous_id = id
        return id

    def record_aside(self, previous_id: int, type: str, details: dict[str, Any] | None = None) -> int:
        """Appends an event that follows another one, without being the last of a thread of control; gives its id."""
        if self.last_id + 1 >= self._history_limit:
            raise HistoryFullError
        return self._append(previous_id, type, details)

    def enter(self, frame: Frame, type: str) -> None:
        """Records that the frame enters its state."""
        details: dict[str, Any] = {"name": frame.state.name, "input": frame.value}
        if frame.previous_id == 0:
            details = self._with_text(details)
        frame.came_from_id = frame.previous_id
        if self.taken is not None:
            self.taken.add(frame.state.pointer)
        frame.entered_id = self.record(frame, type, details)
        frame.entered_at = self.now

    def _with_text(self, details: dict[str, Any]) -> dict[str, Any]:
        """The input of the execution is shown as the caller wrote it, also where the first state is entered."""
        text = self.info.input_text
        return details if text is None else {**details, "text": text}

    def move(self, frame: Frame, state: CompiledState | None, value: JSON) -> None:
        """Moves a frame that left its state to another one, or to its end."""
        ready = self.ready
        frame.effective = None
        if self._single and state is not None and frame.parent is None:
            self.next_state = state.name
            state = None
        if state is None:
            ready.popleft()
            self._complete(frame, value)
            return
        frame.state = state
        frame.value = value
        frame.phase = "enter"
        frame.attempt = 0
        frame.retries = None
        frame.token = None
        if len(ready) > 1:
            ready.rotate(-1)

    def _complete(self, frame: Frame, output: JSON) -> None:
        parent = frame.parent
        if parent is not None:
            del self.frames[frame.id]
            assert parent.children is not None, "a parent has children"
            del parent.children[frame.id]
            container: Any = parent.state
            container.child_done(self, parent, frame, output)
            return
        self.status = "SUCCEEDED"
        self.output = output
        self._append(frame.previous_id, "ExecutionSucceeded", {"output": output})
        self.ready.clear()
        self.frames.clear()
        self.effects.append(Finish("SUCCEEDED", output))

    def block(self, frame: Frame) -> None:
        """Takes the frame that is being moved off the ready queue: it awaits something."""
        self.ready.popleft()

    def new_ref(self, frame: Frame) -> str:
        """A new ref for what the frame asks for."""
        self.refs += 1
        frame.ref = ref = f"{frame.id}#{self.refs}"
        return ref

    def start_timer(self, frame: Frame, ref: str, purpose: ev.TimerPurpose, due: int) -> None:
        frame.timers = True
        if purpose in ("wait", "retry"):
            frame.due = due
        self.effects.append(StartTimer(ref, purpose, due))

    def answered(self, frame: Frame) -> None:
        """The frame's call is over: its timers, if any, are off."""
        if frame.timers:
            assert frame.ref is not None, "timers have a ref"
            self.effects.append(Cancel(frame.ref))
            frame.timers = False
        frame.ref = None
        frame.call_state = None

    def spawn(self, parent: Frame, index: int, state: CompiledState, value: JSON, previous_id: int) -> Frame:
        """A new ready frame below `parent`."""
        child = Frame(self, f"{parent.id}.{index}", parent, index, state, value, previous_id)
        self.frames[child.id] = child
        assert parent.children is not None, "a parent has children"
        parent.children[child.id] = child
        self.ready.append(child)
        return child

    def join(self, frame: Frame) -> None:
        """All children of the frame are done: it goes on."""
        frame.children = None
        frame.phase = "exit"
        self.ready.append(frame)

    # -- failing ---------------------------------------------------------------------------------------------------

    def fail(self, frame: Frame, error: StateError) -> None:
        """The frame has an error, to be handled next."""
        frame.error = error
        frame.phase = "error"
        if frame not in self.ready:
            self.ready.appendleft(frame)

    def fail_evaluation(self, frame: Frame, failure: EvaluationError) -> None:
        """A field of the state cannot be evaluated; the history shows so where the query language is JSONata."""
        error = in_state(frame.state.name, frame.entered_id, failure)
        if self.test is not None:
            error = limited(failure.error, failure.message, failure.terminal)  # recorded: the opening is missing
        if failure.error == QUERY_EVALUATION_ERROR:
            if frame.previous_id == frame.entered_id and frame.state.type != "Wait":
                frame.previous_id = frame.came_from_id  # recorded so: the event follows what came before the state
            details = {"error": error.error, "cause": error.cause}
            if failure.location is not None:
                details["location"] = failure.location
            details["state"] = frame.state.name
            try:
                self.record(frame, "EvaluationFailed", details)
            except HistoryFullError:
                error = history_full()
        self.fail(frame, error)

    def propagate(self, frame: Frame) -> None:
        """Nothing in the frame handles its error: it becomes its parent's, or ends the execution."""
        error, parent = frame.error, frame.parent
        assert error is not None, "only errors propagate"
        if parent is None or error.terminal:
            # unrecorded: that an error which nothing can catch ends the execution without failing the states around it
            self.failed_at = self.failed_at or frame.state.pointer
            self._end("FAILED", error, "ExecutionFailed", frame.previous_id)
            return
        self.failed_at = self.failed_at or frame.state.pointer
        container: Any = parent.state
        container.child_failed(self, parent, frame)
        parent.error = error
        parent.phase = "error"
        self.ready.append(parent)

    def abort_children(self, parent: Frame, failed: Frame | None = None) -> None:
        """Ends all children of `parent`, because `failed` among them failed, and records so.

        Recorded: every event follows the one that failed; the failed iteration's end comes first, then that of each
        other in order; a task that was not left is aborted, the failed one too.
        """
        children, parent.children = parent.children or {}, None
        followed = parent.previous_id
        if failed is not None:
            del children[failed.id]
            self._record_child_end(parent, failed, followed, "Failed")
        for child in children.values():
            self._record_child_end(parent, child, followed, "Aborted")

    def _record_child_end(self, parent: Frame, child: Frame, followed: int, how: str) -> None:
        if parent.state.type == "Map":
            details = {"name": parent.state.name, "index": child.index}
            self.record_aside(followed, f"MapIteration{how}", details)
        for grandchild in (child.children or {}).values():
            # unrecorded: that what runs inside is recorded as aborted before the state around it
            self._record_child_end(child, grandchild, followed, "Aborted")
        kind = child.state.type
        left_open = kind == "Task" or (how == "Aborted" and kind in ("Wait", "Parallel", "Map"))
        if left_open and child.phase != "enter":
            self.record_aside(followed, f"{kind}StateAborted")
        self._discard(child)

    def _discard(self, frame: Frame) -> None:
        del self.frames[frame.id]
        self.edits.pop(frame.id, None)
        if frame.ref is not None:
            self.effects.append(Cancel(frame.ref))
        if frame in self.ready:
            self.ready.remove(frame)

    def _end(self, status: Status, error: StateError, event: str, previous_id: int | None = None) -> None:
        """Ends the execution without success. The frames stay, so that it could go on from them."""
        details = {key: value for key, value in (("error", error.error), ("cause", error.cause)) if value is not None}
        self.status = status
        self.error = error
        self._append(self.last_id if previous_id is None else previous_id, event, details)
        for frame in self.frames.values():
            if frame.ref is not None:
                self.effects.append(Cancel(frame.ref))
        self.ready.clear()
        self.effects.append(Finish(status, None, error.error, error.cause))
