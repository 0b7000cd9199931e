"""What a case of the corpus comes to: its executions repeated, and how they differ from what AWS recorded."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asl.testing import mock_config
from asl.values import JSON
from tests.conformance import histories, performed
from tests.conformance.normalisation import Normalised
from tests.conformance.recordings import Case, Execution
from tests.conformance.replay import Outcome, RecordedAnswers, TaskFunction, repeat

WAYS: Final = ("replayed", "mocked", "real")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which an execution is not as recorded. `how` its tasks were answered: replayed, mocked or real."""

    execution: int
    how: str
    what: str

    def __str__(self) -> str:
        return f"execution {self.execution}, tasks {self.how}: {self.what}"


def ways(case: Case) -> list[str]:
    """How the tasks of a case can be answered.

    "replayed" from the recording, "mocked" by its mock file; "real": performed by local functions, embedded services
    and machines of the same world.
    """
    found = []
    answers = [answer for execution in case.executions for answer in execution.answers]
    if case.kind != "mocked" or (answers and all(answer["state"] is not None for answer in answers)):
        found.append("replayed")
    if case.kind == "mocked":
        found.append("mocked")
    if performed.can_be_performed(case):
        found.append("real")
    return found


def differences(case: Case, among: Collection[str] = WAYS) -> list[Difference]:
    """All differences of a case: of each of its executions, in each of the ways in which its tasks can be answered."""
    found = []
    for how in [each for each in ways(case) if each in among]:
        normalised = Normalised(case)
        for execution in case.executions:
            found += [Difference(execution.index, how, what) for what in _compare(case, execution, normalised, how)]
    return found


def _compare(case: Case, execution: Execution, normalised: Normalised, how: str) -> Iterator[str]:
    tasks: TaskFunction | None = None
    table: mock_config.MockConfig | None = None
    answers: RecordedAnswers | None = None
    stage: performed.Stage | None = None
    if how == "mocked" and execution.mock_test_case is not None:
        table = _mocks(case, execution)
        normalised.optional = frozenset(_unmocked(execution, case.mock_config))
    elif how == "replayed":
        tasks = answers = RecordedAnswers(execution, normalised.of)
    elif how == "real":
        stage = performed.stage(case, execution)
        normalised.any_length = "states" in case.needs
    outcome = repeat(execution, tasks=tasks, mocks=table, stage=stage)
    if outcome.problem is not None:
        yield outcome.problem
    yield from _history(execution, outcome, normalised)
    yield from _result(execution, outcome, normalised)
    if how == "real" and execution.delivered is not None:
        got = normalised.of({"events": outcome.delivered})["events"]
        if found := normalised.difference(_once(execution.delivered), got, "delivered events"):
            yield found
    if answers is not None and (unused := answers.left_over()):
        yield f"recorded answers nobody asked for: of {', '.join(unused)}"


def _history(execution: Execution, outcome: Outcome, normalised: Normalised) -> Iterator[str]:
    if execution.events is not None:
        got = normalised.of({"events": outcome.history})["events"]
        side_by_side = histories.runs_side_by_side(execution.definition)
        if found := histories.difference(normalised, execution.events, got, side_by_side):
            yield found
    if execution.final_event is not None and outcome.history:
        got = normalised.of(_logged(outcome.history[-1], outcome.arn))
        if found := normalised.difference(execution.final_event, got, "last logged event"):
            yield found


def _result(execution: Execution, outcome: Outcome, normalised: Normalised) -> Iterator[str]:
    expected = execution.expected
    got = normalised.of({"status": outcome.status, "error": outcome.error, "cause": outcome.cause})
    got["output"] = normalised.replaced(outcome.output)
    for name in ("status", "output", "error", "cause"):
        if name in expected and not expected.get(f"{name}_masked"):
            if found := normalised.difference(expected[name], got[name], name, name):
                yield found
        elif name in ("error", "cause") and name not in expected and got[name] is not None:
            yield f"{name}: recorded none, got {got[name]!r}"


def _once(events: list[JSON]) -> list[JSON]:
    """The events without repetitions: the queue that they were read from may hand a message out twice."""
    return [event for index, event in enumerate(events) if event not in events[:index]]


def _logged(event: JSON, arn: str) -> dict[str, Any]:
    """An event of a history as a log group receives it."""
    details: JSON = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    return {
        "details": details,
        "event_timestamp": "timestamp",
        "execution_arn": arn,
        "id": str(event["id"]),
        "previous_event_id": str(event["previousEventId"]),
        "redrive_count": "0",
        "type": event["type"],
    }


# -- mock files ------------------------------------------------------------------------------------------------------


def _mocks(case: Case, execution: Execution) -> mock_config.MockConfig:
    """The case's mock file, with the recorded answers of start calls added, which the format knows nothing of."""
    config = copy.deepcopy(case.mock_config)
    named = config["StateMachines"][execution.machine_name]["TestCases"][execution.mock_test_case]
    for answer in execution.answers:
        if answer["event"] == "TaskSubmitted":
            config["MockedResponses"][named[answer["state"]]]["0"]["Submit"] = answer["output"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mocks.json"
        file.write_text(json.dumps(config), "utf-8")
        return mock_config.load(file, execution.mock_test_case, execution.machine_name)


def _unmocked(execution: Execution, config: JSON) -> Iterator[str]:
    """Fields that the service answered on AWS, and that the mock file leaves out."""
    returned: set[str] = set()
    for response in config["MockedResponses"].values():
        for answer in response.values():
            if isinstance(answer.get("Return"), dict):
                returned |= answer["Return"].keys()
    for answer in execution.answers:
        if isinstance(answer.get("output"), dict):
            yield from answer["output"].keys() - returned
