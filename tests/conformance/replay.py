"""Repeats a recorded execution: the same machine, name and input, its tasks answered with what they answered on AWS.

A task whose time-out was recorded is not answered at all when its state has a time of its own to run out: then the
engine must end it by itself.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from asl.errors import AslError, HostError
from asl.hosts.answers import Mocks
from asl.hosts.world import World
from asl.integration import Answer, Call, Failure, Output
from asl.limits import WorkflowType
from asl.machine import load
from asl.replay.recorded_answers import phase
from asl.values import ABSENT, JSON
from tests.conformance.performed import Stage
from tests.conformance.recordings import ACCOUNT, REGION, Execution

START: Final = "2026-11-21T00:00:00Z"
NEVER_MS: Final = 200 * 366 * 86_400_000
"""Longer than anything that a state machine waits for."""
RUNS_UNTIL_MS: Final = 100 * 366 * 86_400_000
"""How long an execution is watched, in its own time."""
STILL_RUNNING_MS: Final = 60_000
"""The same for one that was recorded before it had ended."""

TaskFunction = Callable[[Call], Answer | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a repeated execution. `problem` is why it could not go on, None when nothing stopped it."""

    status: str
    output: JSON = None
    error: str | None = None
    cause: str | None = None
    arn: str = ""
    history: list[JSON] = field(default_factory=list)
    delivered: list[JSON] = field(default_factory=list)
    problem: str | None = None


def repeat(
    execution: Execution,
    *,
    tasks: TaskFunction | None = None,
    mocks: Mocks | None = None,
    stage: Stage | None = None,
) -> Outcome:
    """Runs a recorded execution again, in a world of its own: its tasks answered, or performed on a stage."""
    kind: WorkflowType = "EXPRESS" if execution.type == "EXPRESS" else "STANDARD"
    try:
        machine = load(execution.definition, name=execution.machine_name, type=kind)
    except AslError as error:
        return Outcome("none", problem=f"the definition is refused: {error}")
    options = {"account": ACCOUNT} if stage is None else stage.world_options
    with World(start=START, region=REGION, tasks=tasks, mocks=mocks, warn=lambda text: None, **options) as world:
        text, name, role_arn = execution.input_text, execution.name, execution.role_arn
        problem = None
        try:
            run = world.start(machine, input_text=text, name=name, role_arn=role_arn)
            for each in stage.beside if stage else ():
                world.start(load(each.definition, name=each.name), each.input)
            ended = execution.expected.get("status") != "RUNNING"
            world.run(until=world.now + (RUNS_UNTIL_MS if ended else STILL_RUNNING_MS))
        except HostError as error:
            problem = f"the run stopped: {error}"
        except Exception as error:
            # a bug of the engine must not end the comparison of the other cases
            return Outcome("none", problem=f"the engine broke: {_trace(error)}")
        delivered = [] if tasks or mocks else world.events
    return Outcome(run.status, run.output, run.error, run.cause, run.arn, run.history, delivered, problem)


def _trace(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} at {Path(last.filename).name}:{last.lineno}"


# -- answers ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Attempt:
    """One recorded attempt at a task: `outcome` is None when none was recorded, `parameters` ABSENT when not known."""

    state: str | None
    submitted: JSON
    outcome: JSON
    parameters: JSON = ABSENT
    worker_name: str | None = None
    used: bool = False


class RecordedAnswers:
    """Answers the calls of one execution with its recorded answers.

    The n-th call of a state gets the n-th recorded outcome of that state; where the history tells with which parameters
    each attempt was made, calls find theirs by parameters, so that concurrent iterations may come in another order.
    """

    def __init__(self, execution: Execution, normalised: Callable[[JSON], JSON]) -> None:
        self._timed = frozenset(_timed_states(execution.definition))
        self._texts = _texts_by_value(execution.events)
        self._normalised = normalised
        self._attempts = list(_attempts(execution.answers))
        self._always = None if execution.answers or execution.events is not None else _thrown(execution.expected)
        _link(self._attempts, execution.events)

    def __call__(self, call: Call) -> Answer | None:
        mine = [each for each in self._attempts if each.state in (call.state_name, None) and not each.used]
        if not mine:
            return self._always or Output(None, NEVER_MS)
        arguments = self._normalised({"parameters": call.arguments})["parameters"]
        attempt = next((each for each in mine if each.parameters == arguments), mine[0])
        attempt.used = True
        return self._answer(call, attempt)

    def left_over(self) -> list[str]:
        """The states that were called less often than it was recorded."""
        return [str(each.state) for each in self._attempts if not each.used]

    def _answer(self, call: Call, attempt: Attempt) -> Answer:
        submitted, outcome = attempt.submitted, attempt.outcome
        if outcome is None:
            return Output(None, NEVER_MS, submitted, attempt.worker_name)
        event = outcome["event"]
        if event.endswith("Succeeded"):
            return Output(outcome.get("output"), 0, submitted, attempt.worker_name)
        if event.endswith("TimedOut") and call.state_name in self._timed:
            return Output(None, NEVER_MS, submitted, attempt.worker_name)
        cause = self._cause(outcome.get("cause"))
        return Failure(outcome.get("error"), cause, phase(event), 0, submitted, attempt.worker_name)

    def _cause(self, cause: JSON) -> str | None:
        """A cause as text: as it stands elsewhere in the history, where the recording has opened it."""
        if cause is None or isinstance(cause, str):
            return cause
        key = json.dumps(cause, sort_keys=True)
        return self._texts.get(key) or json.dumps(cause, separators=(",", ":"), ensure_ascii=False)


def _thrown(expected: JSON) -> Failure | None:
    """The error that every call of an execution ended with, where its result is that error and nothing else is known.

    The answers of an EXPRESS execution are in no history.
    """
    output = expected.get("output")
    if isinstance(output, dict) and output.keys() == {"Error", "Cause"}:
        return Failure(output["Error"], output["Cause"])
    return None


def _attempts(answers: tuple[JSON, ...]) -> Iterator[Attempt]:
    open_attempts: dict[str | None, Attempt] = {}
    for answer in answers:
        state = answer["state"]
        if answer["event"] == "TaskSubmitted":
            open_attempts[state] = Attempt(state, answer.get("output"), None)
        elif state in open_attempts:
            attempt = open_attempts.pop(state)
            attempt.outcome = answer
            yield attempt
        else:
            yield Attempt(state, ABSENT, answer)
    yield from open_attempts.values()


def _link(attempts: list[Attempt], events: tuple[JSON, ...] | None) -> None:
    """Notes the parameters of each attempt, where the history tells them.

    The attempts and the outcomes in the history stand in the same order.
    """
    by_id = {event["id"]: event for event in events or () if isinstance(event["id"], int)}
    outcomes = [
        event
        for event in by_id.values()
        if event["type"].startswith(("Task", "LambdaFunction", "Activity"))
        and event["type"].endswith(("Succeeded", "Failed", "TimedOut"))
    ]
    if len(outcomes) != len(attempts):
        return
    for attempt, event in zip(attempts, outcomes, strict=True):
        while not event["type"].endswith("Scheduled"):
            if event["previousEventId"] not in by_id:
                return
            event = by_id[event["previousEventId"]]
            if event["type"] == "ActivityStarted":
                attempt.worker_name = event["activityStartedEventDetails"].get("workerName")
        details = next(value for key, value in event.items() if key.endswith("EventDetails"))
        attempt.parameters = details.get("parameters", details.get("input"))


def _timed_states(definition: JSON) -> Iterator[str]:
    """The names of the states that have a time-out or a heartbeat."""
    if isinstance(definition, dict):
        for name, state in definition.get("States", {}).items():
            if isinstance(state, dict) and any(key.startswith(("Timeout", "Heartbeat")) for key in state):
                yield name
        for value in definition.values():
            yield from _timed_states(value)
    elif isinstance(definition, list):
        for value in definition:
            yield from _timed_states(value)


def _texts_by_value(value: Any) -> dict[str, str]:
    """Every text in a history that is a JSON object's, by the object it means."""
    texts: dict[str, str] = {}

    def gather(part: Any) -> None:
        if isinstance(part, dict):
            for below in part.values():
                gather(below)
        elif isinstance(part, list | tuple):
            for below in part:
                gather(below)
        elif isinstance(part, str) and part.startswith("{"):
            try:
                texts.setdefault(json.dumps(json.loads(part), sort_keys=True), part)
            except json.JSONDecodeError:
                return

    gather(value)
    return texts
