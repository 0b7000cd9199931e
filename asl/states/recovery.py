"""Retry and Catch: what a state does about an error of its own work.

A frame in the phase "error" is handled here for every state type: an error that is terminal ends the execution; else
the first retrier that matches and has attempts left starts a timer; else the first catcher that matches leaves the
state; else the error passes to the Parallel or Map around it, or ends the execution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from asl.errors import StateError
from asl.model import Catcher, Retrier
from asl.payload import Dataflow, dataflow
from asl.states.compiled import CompiledState, leave
from asl.values import JSON
from asl.wording import ALL, RUNTIME, TASK_FAILED, TIMEOUT, EvaluationError

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledCatcher:
    __slots__ = ("dataflow", "error_equals", "next")

    def __init__(self, catcher: Catcher, index: int) -> None:
        self.error_equals = catcher.error_equals
        self.dataflow: Dataflow = dataflow(catcher.io, f"Catch[{index}]", "errorOutput")
        self.next: CompiledState | None = None


class Recovery:
    """The compiled `Retry` and `Catch` of one state.

    `failed_event` is recorded when the state fails for good ("MapStateFailed"), `exited_event` when a catcher leaves
    it. A retry puts the frame into the phase "attempt".
    """

    __slots__ = ("catchers", "exited_event", "failed_event", "retriers")

    def __init__(
        self, retry: tuple[Retrier, ...], catch: tuple[Catcher, ...], exited_event: str, failed_event: str | None = None
    ) -> None:
        self.retriers = retry
        self.catchers = tuple(CompiledCatcher(catcher, index) for index, catcher in enumerate(catch))
        self.exited_event = exited_event
        self.failed_event = failed_event

    def handle(self, execution: Execution, frame: Frame) -> None:
        """The phase "error" of a frame."""
        error = frame.error
        assert error is not None, "a frame in the phase error has one"
        if error.terminal:
            execution.propagate(frame)
            return
        for index, retrier in enumerate(self.retriers):
            if matches(retrier.error_equals, error):
                if execution.taken is not None:
                    execution.taken.add(f"{frame.state.pointer}/Retry/{index}")
                if self._retry(execution, frame, index, retrier):
                    return
                _note(execution, {"retryIndex": index})
                break
        if self.failed_event is not None:
            execution.record(frame, self.failed_event)
        for index, catcher in enumerate(self.catchers):
            if matches(catcher.error_equals, error):
                self._catch(execution, frame, index, catcher, error)
                return
        execution.propagate(frame)

    def _retry(self, execution: Execution, frame: Frame, index: int, retrier: Retrier) -> bool:
        test = execution.test
        if frame.retries is None:
            frame.retries = [0 if test is None else test.retries] * len(self.retriers)
        used = frame.retries[index]
        if used >= retrier.max_attempts:
            return False
        if execution.trace is not None:
            # unrecorded: what is shown where there is a JitterStrategy; here the longest time
            longest = int(backoff_seconds(retrier, used, lambda: 1.0))
            _note(execution, {"retryIndex": index, "retryBackoffIntervalSeconds": longest})
        if test is not None:
            execution.propagate(frame)
            return True
        frame.retries[index] = used + 1
        frame.attempt += 1
        frame.error = execution.failed_at = None
        frame.phase = "backoff"
        execution.block(frame)
        delay = int(backoff_seconds(retrier, used, frame.random) * 1000)
        execution.start_timer(frame, execution.new_ref(frame), "retry", execution.now + delay)
        return True

    def _catch(
        self, execution: Execution, frame: Frame, index: int, catcher: CompiledCatcher, error: StateError
    ) -> None:
        frame.error = execution.failed_at = None
        output, by = error_output(error), f"/Catch/{index}/Next"
        _note(execution, {"catchIndex": index})
        if execution.trace is not None:
            output = execution.trace.after("errorOutput", output)
        try:
            leave(execution, frame, catcher.dataflow, output, self.exited_event, catcher.next, by)
        except EvaluationError as failure:
            # unrecorded: that no catcher of this state sees it; the states around may
            execution.fail_evaluation(frame, failure)
            execution.propagate(frame)


def _note(execution: Execution, details: dict[str, JSON]) -> None:
    """Notes for a trace how an error is handled: a part of what TestState calls the error's details."""
    if execution.trace is not None:
        execution.trace.after("errorDetails", details)


def matches(error_equals: tuple[str, ...], error: StateError) -> bool:
    """Whether a retrier or catcher of these names is meant for the error (Developer Guide, "Handling errors")."""
    if error.error in error_equals or (error.alias is not None and error.alias in error_equals):
        return True
    if error.error == RUNTIME:  # when a task itself fails with that name, wildcards do not match it either
        return False
    return ALL in error_equals or (TASK_FAILED in error_equals and error.error != TIMEOUT)


def backoff_seconds(retrier: Retrier, used: int, random: Callable[[], float]) -> float:
    """How long to wait before the next attempt, when this retrier was used `used` times before."""
    try:
        delay = retrier.interval_seconds * retrier.backoff_rate**used
    except OverflowError:
        delay = float("inf")
    delay = min(delay, retrier.max_delay_seconds or 99_999_999)
    return delay * random() if retrier.jitter_strategy == "FULL" else delay


def error_output(error: StateError) -> JSON:
    """The error as a catcher hands it on."""
    cause = error.cause
    if cause is None and error.error == TIMEOUT:
        cause = ""  # recorded so, although the history event has no cause
    return {"Error": error.error, "Cause": cause}
