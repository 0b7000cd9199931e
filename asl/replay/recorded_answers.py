"""What tasks answered in a recorded execution, as a table of mocks: for where an execution leaves its recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from asl.hosts.answers import FunctionOf, Mocks
from asl.integration import Answer, Call, Failure, FailurePhase, Output
from asl.replay.differences import lacks, parsed
from asl.replay.recording import RecordedEvent, Recording
from asl.values import ABSENT, JSON

_OF_TASKS: Final = ("Task", "LambdaFunction", "Activity")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A recorded attempt at the task of a state; `outcome` is the id of the event that has its outcome."""

    state: str
    arguments: JSON
    outcome: int
    answer: Answer


class Progress(Protocol):
    """How far a recording was followed."""

    @property
    def answered(self) -> set[int]:
        """The ids of the recorded events that were the outcomes of tasks so far."""


class RecordedAnswers:
    """Answers a call with the recorded outcome of an attempt at the same state that was not used yet: one with the same
    arguments, else the first one. `mocks`, where it has an answer, goes first."""

    def __init__(self, recording: Recording, progress: Progress, mocks: Mocks | None = None) -> None:
        self._attempts = attempts(recording)
        self._progress = progress
        self._mocks = mocks
        self._used: set[int] = set()

    def answer(self, call: Call) -> Answer | FunctionOf | None:
        """The answer of this call; None when there is none for its state."""
        mocked = None if self._mocks is None else self._mocks.answer(call)
        return self._recorded(call) if mocked is None else mocked

    def rewind(self, calls: Sequence[Call]) -> None:
        """Counts as if it had answered only these calls, in this order."""
        self._used.clear()
        rewind: Any = getattr(self._mocks, "rewind", None)
        if rewind is not None:
            rewind(calls)
        for call in calls:
            self._recorded(call)

    def _recorded(self, call: Call) -> Answer | None:
        used = self._used | self._progress.answered
        mine = [each for each in self._attempts if each.state == call.state_name and each.outcome not in used]
        if not mine:
            return None
        attempt = next((each for each in mine if each.arguments == call.arguments), mine[0])
        self._used.add(attempt.outcome)
        return attempt.answer


def attempts(recording: Recording) -> list[Attempt]:
    """The attempts at tasks whose outcomes were recorded, in the order of the outcomes."""
    found = []
    for events in recording.threads.events.values():
        found += _of_thread(events, recording)
    return sorted(found, key=lambda attempt: attempt.outcome)


def _of_thread(events: Sequence[RecordedEvent], recording: Recording) -> list[Attempt]:
    found = []
    state, arguments, worker = "", ABSENT, None
    submitted: JSON = ABSENT
    for event in events:
        if event.type.endswith("StateEntered"):
            state = event.details.get("name", "")
        elif not event.type.startswith(_OF_TASKS) or "State" in event.type:
            continue
        elif event.type.endswith("Scheduled"):
            arguments, worker, submitted = _arguments(event), None, ABSENT
        elif event.type.endswith("Started"):
            worker = event.details.get("workerName")
        elif event.type == "TaskSubmitted":
            submitted = parsed(event.details.get("output"))
        elif (outcome := _outcome(event, recording)) is not None:
            answer = replace(outcome, submitted=submitted, worker_name=worker)
            found.append(Attempt(state, arguments, event.id, answer))
    return found


def _arguments(event: RecordedEvent) -> JSON:
    return parsed(event.details.get("parameters", event.details.get("input")))


def _outcome(event: RecordedEvent, recording: Recording) -> Output | Failure | None:
    """The outcome that an event tells; None where the recording does not have it."""
    if event.type.endswith("Succeeded"):
        return None if lacks(event, recording, "output") else Output(parsed(event.details.get("output")))
    return Failure(event.details.get("error"), event.details.get("cause"), phase(event.type))


def phase(event_type: str) -> FailurePhase:
    """In which phase of its call a task failed, by the type of the event that tells so."""
    if event_type.endswith("TimedOut"):
        return "timeout"
    if event_type.endswith("ScheduleFailed"):
        return "schedule"
    if event_type.endswith("StartFailed"):
        return "start"
    return "submit" if event_type.endswith("SubmitFailed") else "run"
