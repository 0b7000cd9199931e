"""Writes what services answered as a mock file, so that the next run needs no service.

The file is a MockConfigFile.json with the two keys that `asl.testing.mocks` adds: `Submit` and `DurationSeconds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from asl.integration import Answer, Call, Failure, Output, Pending
from asl.values import ABSENT, JSON

if TYPE_CHECKING:
    from asl.hosts.run import Run

TEST_CASE: Final = "Recorded"


class Recorder:
    """Notes what services answered, in this process or elsewhere; give it to a World as `on_answer`."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, dict[tuple[str, str], dict[str, Any]]]] = {}
        """By machine, state and attempt: the entry of the mock file as far as it is known."""
        self._began: dict[tuple[str, str], int] = {}

    def __call__(self, run: Run, call: Call, answer: Answer) -> None:
        if not _of_a_service(run, call):
            return
        attempt = (call.execution_arn, call.ref)
        entry = self._entries.setdefault(run.machine.name, {}).setdefault(call.state_name, {}).setdefault(attempt, {})
        began = self._began.setdefault(attempt, call.at)
        if answer.submitted is not ABSENT:
            entry["Submit"] = answer.submitted
        match answer:
            case Output(value) if call.pattern == "wait_for_task_token" and "Submit" not in entry:
                entry["Submit"] = value
                return
            case Output(value):
                entry["Return"] = value
            case Failure(error, cause):
                entry["Throw"] = {"Error": error or "", "Cause": cause or ""}
            case Pending():
                return
        if seconds := (run.execution.now - began) / 1000:
            entry["DurationSeconds"] = seconds

    def document(self) -> JSON:
        """The mock file, with one test case for each machine. Attempts that are not over have no answer in it."""
        machines: dict[str, JSON] = {}
        responses: dict[str, JSON] = {}
        for machine, states in self._entries.items():
            case = machines.setdefault(machine, {"TestCases": {TEST_CASE: {}}})["TestCases"][TEST_CASE]
            for state, attempts in states.items():
                entries = [entry for entry in attempts.values() if "Return" in entry or "Throw" in entry]
                if entries:
                    case[state] = name = f"{machine}/{state}"
                    responses[name] = _numbered(entries)
        return {"StateMachines": machines, "MockedResponses": responses}


def _of_a_service(run: Run, call: Call) -> bool:
    """Whether a service answers a call, rather than something that every run has: a local function, the event bus."""
    integration = run.world.answers.integration(call.resource)
    description = None if integration is None else integration.describe(call.resource)
    return description is not None and description.answered_by.startswith(("moto", "AWS", "http"))


def _numbered(entries: list[dict[str, Any]]) -> dict[str, JSON]:
    """The entries by their numbers, those that repeat as a range: "0", "1-3"."""
    numbered: dict[str, JSON] = {}
    first = 0
    for index, entry in enumerate(entries):
        if index + 1 == len(entries) or entries[index + 1] != entry:
            numbered[str(first) if first == index else f"{first}-{index}"] = entry
            first = index + 1
    return numbered
