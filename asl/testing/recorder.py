"""Writes what services answered as a mock file, so that the next run needs no service.

The file is a MockConfigFile.json with the two keys that `asl.testing.mock_config` adds: `Submit` and `DurationSeconds`.
It has a test case for each execution that was started from outside. Mocks are not for the executions that tasks start:
where a service answered one of those, the answers that the tasks themselves got are written instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from asl.integration import Answer, Call, Failure, Output, Pending
from asl.json_text import dumps
from asl.values import ABSENT, JSON

if TYPE_CHECKING:
    from asl.hosts.run import Run

TEST_CASE: Final = "Recorded"
_OF_SERVICES: Final = ("moto", "AWS", "http")
_OF_STEP_FUNCTIONS: Final = (":aws-sdk:sfn:", ":states:startExecution")
_FOREVER_SECONDS: Final = 99_999_999
"""How long a call takes that nobody answered before it was given up: longer than any time-out."""


class _Noted:
    """What is known of one attempt: its entry of the mock file."""

    def __init__(self, call: Call) -> None:
        self.state_name = call.state_name
        self.began = call.at
        self.order = int(call.ref.rpartition("#")[2] or 0)
        self.token_sent = call.arguments.get("TaskToken") if isinstance(call.arguments, dict) else None
        self.of_service = False
        self.entry: dict[str, JSON] = {}

    @property
    def is_over(self) -> bool:
        return "Return" in self.entry or "Throw" in self.entry


class Recorder:
    """Notes what was answered, by services here and elsewhere; give it to a World as `on_answer`."""

    def __init__(self) -> None:
        self._noted: dict[str, dict[str, _Noted]] = {}
        """By execution and attempt."""
        self._tokens: set[str] = set()
        """Those of attempts at calls of services: in the next run, nobody awaits answers for them."""
        self._with_children: set[str] = set()
        """Executions, started from outside, below which a service answered another one."""

    def __call__(self, run: Run, call: Call, answer: Answer | None) -> None:
        of_service = _is_of_service(run, call)
        if not of_service and not any(part in call.resource for part in _OF_STEP_FUNCTIONS):
            return
        noted = self._noted.setdefault(call.execution_arn, {}).setdefault(call.ref, _Noted(call))
        noted.of_service = of_service
        if of_service and call.token is not None:
            self._tokens.add(call.token)
        if run.parent_arn is not None and (of_service or noted.token_sent in self._tokens):
            self._with_children.add(_origin(run).arn)
        if answer is not None or run.status != "ABORTED":  # what somebody interrupted says nothing of the service
            _note(noted, call, answer, run.world.now)

    def document(self, runs: Iterable[Run]) -> JSON:
        """The mock file for those of the runs that were started from outside. Attempts that go on are not in it."""
        machines: dict[str, JSON] = {}
        responses: dict[str, JSON] = {}
        for run in runs:
            if run.parent_arn is not None:
                continue
            cases = machines.setdefault(run.machine.name, {"TestCases": {}})["TestCases"]
            case = f"{TEST_CASE}{len(cases) + 1}" if cases else TEST_CASE
            cases[case] = {}
            for state, entries in self._states(run).items():
                name = "/".join((run.machine.name, *([case] if case != TEST_CASE else []), state))
                cases[case][state], responses[name] = name, _numbered(entries)
        return {"StateMachines": machines, "MockedResponses": responses}

    def _states(self, run: Run) -> dict[str, list[dict[str, JSON]]]:
        """The entries for each state, in the order in which the calls were asked for."""
        states: dict[str, list[dict[str, JSON]]] = {}
        for noted in sorted(self._noted.get(run.arn, {}).values(), key=lambda noted: noted.order):
            needed = noted.of_service or noted.token_sent in self._tokens or run.arn in self._with_children
            if needed and noted.is_over:
                states.setdefault(noted.state_name, []).append(noted.entry)
        return states


def _note(noted: _Noted, call: Call, answer: Answer | None, now: int) -> None:
    entry = noted.entry
    if answer is None:
        entry["Return"] = None
        entry["DurationSeconds"] = _FOREVER_SECONDS
        return
    if answer.submitted is not ABSENT:
        entry["Submit"] = answer.submitted
    match answer:
        case Pending():
            return
        case Output(value) if call.pattern == "wait_for_task_token" and "Submit" not in entry:
            entry["Submit"] = value
            return
        case Output(value):
            entry["Return"] = value
        case Failure(error, cause):
            entry["Throw"] = {"Error": error or "", "Cause": cause or ""}
    milliseconds = now - noted.began + answer.duration_ms
    kept_alive = call.heartbeat_seconds is not None and milliseconds >= call.heartbeat_seconds * 1000
    if milliseconds and not kept_alive:  # a mock sends no heartbeats
        entry["DurationSeconds"] = milliseconds / 1000


def _is_of_service(run: Run, call: Call) -> bool:
    """Whether a service answers a call, rather than something that every run has: a local function, the event bus."""
    integration = run.world.answers.integration(call.resource)
    description = None if integration is None else integration.describe(call.resource)
    return description is not None and any(who.startswith(_OF_SERVICES) for who in description.answered_by.split(", "))


def _origin(run: Run) -> Run:
    """The execution, started from outside, that this one comes from."""
    while run.parent_arn is not None:
        run = run.world.run_of(run.parent_arn)
    return run


def _numbered(entries: list[dict[str, Any]]) -> dict[str, JSON]:
    """The entries by their numbers, those that repeat as a range: "0", "1-3"."""
    numbered: dict[str, JSON] = {}
    first = 0
    for index, entry in enumerate(entries):
        if index + 1 == len(entries) or dumps(entries[index + 1]) != dumps(entry):
            numbered[str(first) if first == index else f"{first}-{index}"] = entry
            first = index + 1
    return numbered
