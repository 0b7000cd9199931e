"""Runs one case of a test file: the world that it describes, the execution, the answers to tasks that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from asl.errors import AslError, InputError
from asl.hosts.run import Run
from asl.hosts.unanswered import UnansweredError
from asl.machine import Machine
from asl.source import Document
from asl.source_text import pointer_tokens
from asl.testing.asltest.expectations import unmet
from asl.testing.asltest.mocking import add_mocks, error_and_cause
from asl.testing.asltest.outcome import Failure, Performed
from asl.testing.asltest.project import Project
from asl.testing.workflow import Workflow

_TABLES: Final = ("lambdas", "activities", "machines")
_OF_START: Final = ("context", "variables", "start_at", "single", "role_arn")
_OF_WORLD: Final = ("start", "seed", "region", "account", "aws", "event_buses")


def merged(file: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for a case: what stands at the top of the file, and over it what stands in the case.

    `mocks` is a list of both tables, also in `machines`: where that of the case does not answer, the other does.
    """
    result = {**file, **case}
    if "input" in case:
        result.pop("input_file", None)
    elif "input_file" in case:
        result.pop("input", None)
    for table in _TABLES:
        result[table] = {**file.get(table, {}), **case.get(table, {})}
    for name in result["machines"]:
        entries = [body["machines"][name] for body in (file, case) if name in body.get("machines", {})]
        if isinstance(entries[-1], str):
            entries = [{"machine": entries[-1]}]
        objects = [{"machine": entry} if isinstance(entry, str) else entry for entry in entries]
        result["machines"][name] = {**objects[0], **objects[-1], "mocks": _mocks(*objects)}
    result["mocks"] = _mocks(file, case)
    return result


def _mocks(*bodies: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tables of mocks in objects that may have one."""
    return [body["mocks"] for body in bodies if "mocks" in body]


@dataclass(frozen=True, slots=True)
class Plan:
    """A case of a test file, at `pointer`, with the machine under test."""

    document: Document
    pointer: str
    machine: Machine
    project: Project

    def perform(self) -> Performed:
        """Runs the case in a world of its own, and says what of it was not as expected."""
        name = pointer_tokens(self.pointer)[-1]
        body: dict[str, Any] = self.document.value
        case = merged(body, body["cases"][name])
        notes: list[str] = []
        with Workflow(self.machine, type=self.machine.type, **self._world(case), warn=notes.append) as workflow:
            for table in case["mocks"]:
                add_mocks(workflow, table)
            of_start = {"role_arn": self.project.role_arn, **{key: case[key] for key in _OF_START if key in case}}
            run = workflow.start(self._input(case), **of_start)
            try:
                self._advance(run, case)
            except UnansweredError as error:
                return Performed(run, (self._failure(_with_answers(error)),), tuple(notes))
            except _AnswerRefused as error:
                return Performed(run, (self._failure(str(error), f"/answers/{error.index}"),), tuple(notes))
            except AslError as error:
                return Performed(run, (self._failure(str(error)),), tuple(notes))
            failures = unmet(case.get("expect", {}), run, self.document, f"{self.pointer}/expect")
            return Performed(run, tuple(failures), tuple(notes))

    def _failure(self, text: str, below: str = "") -> Failure:
        pointer = self.pointer + below
        place = self.document.locate(pointer, key=True) or self.document.locate(pointer)
        return Failure(tuple(text.splitlines()), place)

    def _advance(self, run: Run, case: Mapping[str, Any]) -> None:
        """Lets the time pass, and answers tasks at their times."""
        until = case.get("until")
        end = None if until is None else run.moment(until)
        answers = enumerate(case.get("answers", ()))
        for index, answer in sorted(answers, key=lambda each: float(each[1]["at"])):
            if end is not None and run.moment(answer["at"]) > end:
                break
            run.advance(until=answer["at"])
            try:
                _send(run, answer)
            except InputError as error:
                raise _AnswerRefused(f"at {answer['at']:g} s {error}", index) from None
        run.advance(until=until)

    def _input(self, case: Mapping[str, Any]) -> Any:
        return self.project.input(case["input_file"]) if "input_file" in case else case.get("input", {})

    def _world(self, case: Mapping[str, Any]) -> dict[str, Any]:
        options = self.project.world_options()
        options |= {name: case[name] for name in _OF_WORLD if name in case}
        for table in ("lambdas", "activities"):
            options[table] |= {name: self.project.function(target) for name, target in case[table].items()}
        options["machines"] |= {name: self._child(name, entry) for name, entry in case["machines"].items()}
        if "resources" in case:
            given = case["resources"]
            options["resources"] = self.project.path(given) if isinstance(given, str) else given
            options.setdefault("aws", "embedded")
        if options.get("aws") != "embedded":
            options.pop("resources", None)
        if "mock_config" in case:
            options["mocks"] = self.project.mock_config(case["mock_config"], self.machine)
        return options

    def _child(self, name: str, entry: Any) -> Workflow:
        machine = self.project.child(name, entry)
        child = Workflow(machine, type=machine.type)
        for table in entry["mocks"]:
            add_mocks(child, table)
        return child


class _AnswerRefused(AslError):
    """An answer to a task that does not wait for one; `index` is that of the answer in the case."""

    def __init__(self, text: str, index: int) -> None:
        super().__init__(text)
        self.index = index


def _send(run: Run, answer: Mapping[str, Any]) -> None:
    item = None if "item" not in answer else int(answer["item"])
    match answer:
        case {"state": state, "success": output}:
            run.send_task_success(state, output, item=item)
        case {"state": state, "failure": failure}:
            error, cause = error_and_cause(failure)
            run.send_task_failure(state, error, cause, item=item)
        case {"state": state}:
            run.send_task_heartbeat(state, item=item)


def _with_answers(error: UnansweredError) -> str:
    """What to tell of a task that nothing answers: what to write into the test file."""
    state = error.state_name if error.state_name.replace(" ", "").isalnum() else f'"{error.state_name}"'
    answers = ["return: {}                 # or fail: ErrorName"]
    if error.resource.startswith("arn:aws:states:::lambda:invoke"):
        answers = ["payload: {}                # what the function returns; or fail: ErrorName"]
    if error.resource.endswith(".waitForTaskToken"):
        answers = ["wait: true                 # and `answers`; or return: {}"]
    lines = [error.problem, "Answer it in the case, or for all cases at the top of the file, with", "  mocks:"]
    return "\n".join([*lines, f"    {state}:", *(f"      {answer}" for answer in answers)])
