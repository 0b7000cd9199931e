"""The test cases of a MockConfigFile.json as cases to run: they say what tasks answer, and expect a good end."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asl.errors import AslError, InputError
from asl.findings import Location, did_you_mean
from asl.hosts.run import Run
from asl.hosts.unanswered import UnansweredError
from asl.json_text import dumps
from asl.machine import Machine
from asl.source_text import below
from asl.testing import mock_config
from asl.testing.asltest.outcome import Case, Failure, Performed, Suite
from asl.testing.asltest.project import Project
from asl.testing.mock_config import MockConfig
from asl.testing.workflow import Workflow
from asl.wording import RUNTIME


def read(
    path: Path, machines: Mapping[str, Machine], others: Sequence[Machine] = (), input_text: str | None = None
) -> Suite:
    """The test cases of a mock file, each as an execution that is to succeed.

    `machines` are the state machines by their names in the file, `others` those that are known by their own names; the
    only one is meant whatever it is called where the file has one too. `input_text` is the input of all executions, as
    JSON. Raises InputError for a file that is malformed, and for a machine that is not among them.
    """
    document = mock_config.read(path)
    names = list(document.value["StateMachines"])
    project = Project(path, {})
    known = _machines(path, names, machines, others, project)
    cases = []
    for name in names:
        for test_case in document.value["StateMachines"][name]["TestCases"]:
            place = document.locate(below(below("/StateMachines", name) + "/TestCases", test_case), key=True)
            assert place is not None, "mock files are text"
            plan = _Plan(path, name, test_case, known[name], project, place, input_text)
            plan.mocks()
            cases.append(Case(test_case if len(names) == 1 else f"{name}/{test_case}", place, plan.perform))
    return Suite(path, tuple(cases), tuple(dict.fromkeys(known[name] for name in names)))


def _machines(
    path: Path, names: Sequence[str], given: Mapping[str, Machine], others: Sequence[Machine], project: Project
) -> dict[str, Machine]:
    """The machine of each name in the mock file: as given, by its own name, as the settings say, or the only one."""
    for name in given:
        if name not in names:
            hint = did_you_mean(name, names) or f"it has {', '.join(names) or 'none'}"
            raise InputError(f"{path}: there is no state machine '{name}'; {hint}")
    if len(names) == 1 and len(others) == 1 and not given:
        return {names[0]: others[0]}
    known = {machine.name: machine for machine in others} | dict(given)
    known |= {name: project.child(name, project.named[name]) for name in names if name in project.named.keys() - known}
    missing = [name for name in names if name not in known]
    if missing:
        quoted = (f"'{name}=FILE'" if " " in name else f"{name}=FILE" for name in missing)
        ways = "".join(f"\n  --machine {each}" for each in quoted)
        raise InputError(f"{path}: which definitions its state machines have is not said; add{ways}")
    return known


@dataclass(frozen=True, slots=True)
class _Plan:
    path: Path
    machine_name: str
    test_case: str
    machine: Machine
    project: Project
    place: Location
    input_text: str | None

    def mocks(self) -> MockConfig:
        """The answers of the case, with counters at their start. Raises InputError for states that there are not."""
        return mock_config.load(self.path, self.test_case, self.machine_name, machine=self.machine)

    def perform(self) -> Performed:
        """Runs the case in a world of its own, and says whether it succeeded."""
        notes: list[str] = []
        options: dict[str, Any] = {**self.project.world_options(), "mocks": self.mocks(), "warn": notes.append}
        with Workflow(self.machine, type=self.machine.type, **options) as workflow:
            run = workflow.start(input_text=self.input_text)
            try:
                run.advance()
            except UnansweredError as error:
                return self._failed(run, notes, error.problem, self._how_to_answer(error.state_name))
            except AslError as error:
                return self._failed(run, notes, str(error))
        if run.succeeded:
            return Performed(run, (), tuple(notes))
        hint = [] if run.error == RUNTIME else [self._how_to_expect(run)]
        return self._failed(run, notes, f"status: expected SUCCEEDED, got {run.status}", *hint)

    def _failed(self, run: Run, notes: list[str], *texts: str) -> Performed:
        lines = [line for text in texts for line in text.splitlines()]
        return Performed(run, (Failure(tuple(lines), self.place),), tuple(notes))

    def _how_to_answer(self, state: str) -> str:
        return (
            f"Add a response for the state '{state}' to the test case, or let a Lambda function or an embedded service"
            ' answer: settings `lambda` and `aws = "embedded"` in asl.toml'
        )

    def _how_to_expect(self, run: Run) -> str:
        """A test file that expects of the case what now comes of it: a mock file cannot say that."""
        file = run.machine.document.name
        expected = f"error: {dumps(run.error)}" if run.error else f"status: {run.status}"
        return "\n".join(
            (
                "A mock file cannot say what is expected; a test file can, NAME.asltest.yaml:",
                f"  machine: {Path(os.path.relpath(file, self.path.parent or '.')).as_posix()}",
                "  cases:",
                f"    {self.test_case}:",
                f"      mock_config: {self.path.name}#{self.test_case}",
                f"      expect: {{{expected}}}",
            )
        )
