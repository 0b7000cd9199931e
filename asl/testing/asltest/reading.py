"""Reads a test file: its cases, ready to run, or all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from asl import source
from asl.errors import DefinitionError, InputError
from asl.findings import Finding, did_you_mean, render
from asl.hosts.start import start_time
from asl.machine import Machine
from asl.source import Document
from asl.source_text import below
from asl.testing.asltest.expectations import regex
from asl.testing.asltest.mocking import wrong_keys
from asl.testing.asltest.outcome import Case, Suite
from asl.testing.asltest.project import Project
from asl.testing.asltest.running import Plan, merged
from asl.testing.asltest.validation import validate

_T = TypeVar("_T")

ENDINGS: Final = (".asltest.yaml", ".asltest.yml", ".asltest.json")


def is_test_file(path: str | Path) -> bool:
    """Whether a file is a test file, by its name."""
    return Path(path).name.endswith(ENDINGS)


def read(path: str | Path) -> Suite:
    """The cases of a test file.

    Raises InputError with all that is wrong with it, and DefinitionError for a machine that is not valid.
    """
    document = _document(path)
    if findings := validate(document):
        raise _refused(findings)
    project = Project(Path(path), document.value)
    reader = _Reader(document, project)
    machine = reader.machine()
    cases = [reader.case(name, machine) for name in document.value["cases"]]
    reader.check("", document.value, machine)
    if reader.findings:
        raise _refused(sorted(reader.findings, key=_position))
    return Suite(Path(path), tuple(cases), tuple(dict.fromkeys([machine, *project.children])))


def _document(path: str | Path) -> Document:
    try:
        document = source.read(path)
    except DefinitionError as error:
        message = {each: each.message.replace("the definition", "the test file") for each in error.findings}
        raise _refused([replace(each, message=message[each]) for each in error.findings]) from None
    return document


def _refused(findings: list[Finding]) -> InputError:
    return InputError("\n".join(render(each) for each in findings))


def _position(finding: Finding) -> tuple[int, int]:
    return (finding.location.line, finding.location.column) if finding.location else (0, 0)


class _Reader:
    """Reads the parts of one document; `findings` has what is wrong with them, apart from their form."""

    def __init__(self, document: Document, project: Project) -> None:
        self.document = document
        self.body: Mapping[str, Any] = document.value
        self.project = project
        self.findings: list[Finding] = []

    def add(self, pointer: str, message: str, hint: str | None = None, key: bool = False) -> None:
        place = self.document.locate(pointer, key=key) or self.document.locate(pointer)
        finding = Finding("test-file", message, pointer, hint, place)
        if finding not in self.findings:
            self.findings.append(finding)

    def machine(self) -> Machine:
        """The machine under test. Raises InputError at its place in the file, since nothing else can be looked at."""
        try:
            return self.project.machine
        except InputError as error:
            raise _refused([self._at("/machine", error)]) from None

    def _at(self, pointer: str, error: Exception) -> Finding:
        return Finding("test-file", str(error), pointer, None, self.document.locate(pointer))

    def case(self, name: str, machine: Machine) -> Case:
        """A case; what is wrong with it is added to the findings."""
        pointer = below("/cases", name)
        body = self.body["cases"][name]
        self.check(pointer, body, machine)
        if "start_at" in body:
            self._try(f"{pointer}/start_at", partial(machine.pointer, body["start_at"]))
        for index, answer in enumerate(body.get("answers", ())):
            at = f"{pointer}/answers/{index}"
            self._task(f"{at}/state", answer["state"], machine)
        if isinstance(body.get("until"), str):
            self._time(f"{pointer}/until", body["until"])
        self._expect(f"{pointer}/expect", body.get("expect", {}), body, machine)
        plan = Plan(self.document, pointer, machine, self.project)
        place = self.document.locate(pointer, key=True)
        assert place is not None, "test files are text"
        return Case(name, place, plan.perform, body.get("skip"))

    def check(self, pointer: str, body: Mapping[str, Any], machine: Machine) -> None:
        """Looks at what may stand in a case, and at the top of the file for all of them."""
        self._mocks(f"{pointer}/mocks", body.get("mocks", {}), machine)
        if "start" in body:
            self._time(f"{pointer}/start", body["start"])
        for table in ("lambdas", "activities"):
            for name, target in body.get(table, {}).items():
                self._try(below(f"{pointer}/{table}", name), partial(self.project.function, target))
        whole = merged(self.body, body)["machines"]
        for name, entry in body.get("machines", {}).items():
            at = below(f"{pointer}/machines", name)
            child = self._try(at, partial(self.project.child, name, whole[name]))
            if child is not None and isinstance(entry, dict):
                self._mocks(f"{at}/mocks", entry.get("mocks", {}), child)
        if "input_file" in body:
            self._try(f"{pointer}/input_file", lambda: self.project.input(body["input_file"]))
        if "mock_config" in body:
            self._try(f"{pointer}/mock_config", lambda: self.project.mock_config(body["mock_config"], machine))
        if isinstance(body.get("resources"), str):
            self._try(f"{pointer}/resources", lambda: source.read(self.project.path(body["resources"])))

    def _try(self, pointer: str, work: Callable[[], _T]) -> _T | None:
        try:
            return work()
        except InputError as error:
            self.findings.append(self._at(pointer, error))
        return None

    def _time(self, pointer: str, text: str) -> None:
        self._try(pointer, lambda: start_time(text))

    def _mocks(self, pointer: str, mocks: Mapping[str, Any], machine: Machine) -> None:
        for key, message, hint in wrong_keys(mocks, machine):
            self.add(below(pointer, key), message, hint, key=True)

    def _state(self, pointer: str, name: str, machine: Machine, key: bool = False) -> None:
        names = dict.fromkeys(state.name for state in machine.program.states.values())
        if name not in names:
            hint = did_you_mean(name, names) or f"its states are {', '.join(names)}"
            self.add(pointer, f"'{machine.name}' has no state '{name}'", hint, key)

    def _task(self, pointer: str, name: str, machine: Machine, key: bool = False) -> None:
        types = {state.name: state.type for state in machine.program.states.values()}
        self._state(pointer, name, machine, key)
        if name in types and types[name] != "Task":
            self.add(pointer, f"state '{name}' is a {types[name]} state: it calls nothing", None, key)

    def _expect(self, pointer: str, expect: Mapping[str, Any], case: Mapping[str, Any], machine: Machine) -> None:
        for index, name in enumerate(expect.get("path", ())):
            self._state(f"{pointer}/path/{index}", name, machine)
        for name in expect.get("calls", {}):
            self._task(below(f"{pointer}/calls", name), name, machine, key=True)
        for name in expect.get("attempts", {}):
            self._state(below(f"{pointer}/attempts", name), name, machine, key=True)
        if "next" in expect:
            if not case.get("single"):
                self.add(f"{pointer}/next", "'next' is for cases with 'single'", None, True)
            if expect["next"] is not None:
                self._state(f"{pointer}/next", expect["next"], machine)
        for name in ("error", "cause"):
            if isinstance(text := expect.get(name), str) and (expression := regex(text)) is not None:
                self._regex(f"{pointer}/{name}", expression)

    def _regex(self, pointer: str, expression: str) -> None:
        try:
            re.compile(expression)
        except re.error as error:
            self.add(pointer, f"not a regular expression: {error}")
