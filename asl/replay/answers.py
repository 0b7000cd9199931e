"""What a recorded event brings from outside to the thread of control that it belongs to."""

from __future__ import annotations

from typing import Final, Literal

from asl import events as ev
from asl.engine import Execution
from asl.frame import Frame
from asl.limits import EXPRESS_SECONDS, STANDARD_SECONDS
from asl.replay.differences import lacks, parsed
from asl.replay.divergence import Gap
from asl.replay.recorded_answers import phase
from asl.replay.recording import RecordedEvent, Recording

_EARLY_MS: Final = 500  # how much before its time-out, by the recorded times, a task may time out

_OF_TASKS: Final = ("Task", "LambdaFunction", "Activity")
_ATTEMPTS: Final = (
    "TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled", "MapStateStarted", "ParallelStateStarted",
    "EvaluationFailed",
)  # fmt: skip
"""What a state that is tried again begins with."""


def answer(event: RecordedEvent, frame: Frame, execution: Execution, recording: Recording) -> ev.Event | Gap | None:
    """What the event brings to a frame that awaits something; None when it is not what the frame awaits.

    A Gap when the event's data would be needed, and the recording does not have it.
    """
    at = max(execution.now, event.at or 0)
    match frame.phase:
        case "waiting" if event.type in ("WaitStateExited", "EvaluationFailed"):
            return _timer(frame, at, "wait")
        case "backoff" if event.type in _ATTEMPTS:
            return _timer(frame, at, "retry")
        case "calling" if event.type.startswith(_OF_TASKS) and "State" not in event.type:
            return _of_task(event, frame, at, recording)
    return None


def is_end(event: RecordedEvent) -> bool:
    """Whether the event tells that the whole execution was ended from outside."""
    return event.type in ("ExecutionAborted", "ExecutionTimedOut")


def end(event: RecordedEvent, execution: Execution) -> ev.Event | None:
    """What ends the whole execution from outside as the event tells; None where nothing times it out."""
    at = max(execution.now, event.at or 0)
    if event.type == "ExecutionAborted":
        return ev.Stopped(at, event.details.get("error"), event.details.get("cause"))
    if execution.program.timeout_seconds is not None:
        return ev.TimerFired(at, "0", "execution")
    longest = EXPRESS_SECONDS if execution.info.type == "EXPRESS" else STANDARD_SECONDS
    return ev.TimerFired(at, "0", "lifetime") if at - execution.started_at >= longest * 1000 else None


def _timer(frame: Frame, at: int, purpose: Literal["wait", "retry"]) -> ev.Event:
    assert frame.ref is not None, "it waits for a timer"
    assert frame.due is not None, "of a known time"
    return ev.TimerFired(max(at, frame.due), frame.ref, purpose)


def _of_task(event: RecordedEvent, frame: Frame, at: int, recording: Recording) -> ev.Event | Gap | None:
    ref, details = frame.ref, event.details
    assert ref is not None, "it awaits an answer"
    if event.type.endswith("Scheduled"):
        return None
    if event.type.endswith("TimedOut"):
        return _time_out(event, frame, at)
    if event.type.endswith("Failed"):
        return ev.TaskFailed(at, ref, details.get("error"), details.get("cause"), phase(event.type))
    if event.type.endswith("Started"):
        return ev.TaskStarted(at, ref, details.get("workerName"))
    if event.type == "TaskSubmitted":
        return ev.TaskSubmitted(at, ref, parsed(details.get("output")))
    if event.type.endswith("Succeeded"):
        if lacks(event, recording, "output"):
            return _unknown(event, frame, recording)
        return ev.TaskSucceeded(at, ref, parsed(details.get("output")))
    return None


def _time_out(event: RecordedEvent, frame: Frame, at: int) -> ev.Event:
    """A time-out of the task: of the timer that the state has. Of two, it is the one that the recorded times tell."""
    assert frame.ref is not None, "it awaits an answer"
    timeout, heartbeat = frame.effective["timeout_due"], frame.effective["heartbeat_due"]
    if timeout is None and heartbeat is None:
        return ev.TaskFailed(at, frame.ref, event.details.get("error"), event.details.get("cause"), "timeout")
    if heartbeat is None or (timeout is not None and at >= timeout - _EARLY_MS):
        return ev.TimerFired(max(at, timeout), frame.ref, "timeout")
    return ev.TimerFired(max(at, heartbeat), frame.ref, "heartbeat")


def _unknown(event: RecordedEvent, frame: Frame, recording: Recording) -> Gap:
    if recording.has_data:
        what = "its output was cut off (truncated)"
        advice = (
            "give it by a mock (--mock FILE), or put it into the recording: the log has it where it is small enough"
        )
    else:
        what = "its output is not in the recording"
        advice = "fetch the history again without --no-include-execution-data"
    return Gap(event, frame.state.name, what, advice)
