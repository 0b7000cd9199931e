"""The API's answer, from what came of the run and from the stages of its state's input and output processing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from asl.hosts.run import Run
from asl.json_text import dumps
from asl.payload import Stage
from asl.testing.teststate.definition import Tested
from asl.testing.teststate.errors import invalid
from asl.testing.teststate.request import Request
from asl.values import ABSENT, JSON
from asl.wording import TIMEOUT

Answer: TypeAlias = dict[str, Any]

_OF_MAP: Final = "maxConcurrency toleratedFailureCount toleratedFailurePercentage afterItemSelector afterItemBatcher"
_SHOWN: Final = {
    ("JSONPath", "Task"): "afterInputPath afterParameters result afterResultSelector afterResultPath",
    ("JSONPath", "Pass"): "afterInputPath afterParameters afterResultSelector afterResultPath",
    ("JSONPath", "Parallel"): "afterResultSelector afterResultPath",
    ("JSONPath", "Map"): f"afterInputPath afterItemsPath afterResultSelector afterResultPath {_OF_MAP}",
    ("JSONata", "Task"): "afterArguments result",
    ("JSONata", "Map"): _OF_MAP,
}
"""The stages that the API shows of each type, by query language; of the other JSONPath states `afterInputPath`.

Recorded: what a Parallel makes of its input is not shown.
"""
_WITH_RESULT: Final = "result afterResultSelector afterResultPath"
"""Those of a JSONPath Pass that has a Result: recorded, whatever its InputPath and Parameters."""
_NUMBERS: Final = frozenset({"maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"})


@dataclass(frozen=True, slots=True)
class Trace:
    """The last value of each stage, and how an error was handled."""

    values: dict[str, JSON]
    error: dict[str, int]

    @classmethod
    def of(cls, stages: Iterable[Stage]) -> "Trace":
        values: dict[str, JSON] = {}
        error: dict[str, int] = {}
        for stage in stages:
            if stage.name == "errorDetails":
                error.update(stage.value)
            else:
                values[stage.name] = stage.value
        return cls(values, error)


def check_iterations(request: Request, trace: Trace) -> None:
    """Raises ApiError when more iterations are said to fail than there are."""
    iterations = trace.values.get("iterations")
    if iterations is not None and request.configuration.failed_iterations > iterations:
        raise invalid("Map iteration failure count must be less than or equal to the number of Map iterations")


def answer(request: Request, tested: Tested, run: Run, trace: Trace) -> Answer:
    """What the API answers, as boto3 gives it: JSON values are texts, what has no value is left out."""
    found: Answer = {}
    caught = "catchIndex" in trace.error
    if run.status == "RUNNING":
        found["error"] = TIMEOUT
    elif run.succeeded:
        found["output"] = _text(run.output, request)
        if caught:
            output = trace.values["errorOutput"]
            found |= {"error": output["Error"], "cause": output["Cause"]}
    else:
        found |= {"error": run.error, "cause": run.cause}
    if request.level != "INFO":
        found["inspectionData"] = _inspection(request, tested, run, trace)
    if run.next_state is not None:
        found["nextState"] = run.next_state
    found["status"] = _status(run, trace)
    return {name: value for name, value in found.items() if value is not None}


def _status(run: Run, trace: Trace) -> str:
    if run.succeeded:
        return "CAUGHT_ERROR" if "catchIndex" in trace.error else "SUCCEEDED"
    return "RETRIABLE" if "retryBackoffIntervalSeconds" in trace.error else "FAILED"


def _inspection(request: Request, tested: Tested, run: Run, trace: Trace) -> Answer:
    data: Answer = {"input": _text(request.input, request)}
    values = trace.values
    for name in _shown(tested, trace):
        value = values.get(name, ABSENT)
        if name == "afterInputPath" and tested.type == "Fail":
            value = request.input  # recorded, though a Fail has no InputPath
        if value is not ABSENT:
            data[name] = value if name in _NUMBERS else _text(value, request)
    if trace.error:
        data["errorDetails"] = trace.error
    variables = {**request.variables, **_assigned(run)}
    if variables:
        data["variables"] = dumps(variables)  # without blanks, as users report
    return data


def _shown(tested: Tested, trace: Trace) -> list[str]:
    """The stages that are shown of the state."""
    default = "afterInputPath" if tested.language == "JSONPath" else ""
    names = _SHOWN.get((tested.language, tested.type), default)
    if tested.type == "Pass" and "result" in trace.values:
        names = _WITH_RESULT
    if tested.type == "Map" and "afterItemsPointer" in trace.values:
        names += " afterItemsPointer"
    found = names.split()
    if "catchIndex" in trace.error:  # the stages of the output are the catcher's. unrecorded: that they are not shown
        found = [name for name in found if not name.startswith("afterResult")]
    return found


def _assigned(run: Run) -> dict[str, JSON]:
    """The variables that the state assigned."""
    for event in reversed(run.recorded):
        if event.details is not None and event.type.endswith("StateExited"):
            assigned: dict[str, JSON] = event.details.get("assignedVariables", {})
            return assigned
    return {}


def _text(value: JSON, request: Request) -> str:
    """A value as the API writes it: as it was written where it is the input or the mock's result.

    Recorded: what a path finds in these has blanks as they have. unrecorded: whether all else has.
    """
    return request.written.get(dumps(value)) or json.dumps(value, ensure_ascii=False)
