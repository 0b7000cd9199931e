"""Writes a run down as a test that goes the same way: for pytest, or as a case of a `.asltest.yaml` file.

Mocks answer its tasks as they were answered, whoever did it; the test expects how the execution ended, or that it
waits, and by way of which states. What cannot be said in a test is told in notes, which stand in it as comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from asl.hosts.run import Run
from asl.testing.asltest.expectations import regex
from asl.testing.repetition import Repetition
from asl.testing.skipped_tasks import skipped_tasks
from asl.testing.written_definition import WrittenDefinition, written_definition
from asl.testing.written_mocks import as_python, as_table
from asl.testing.written_values import identifier, python, python_text, yaml
from asl.values import JSON


class WrittenRun:
    """A run as a test in a file of `folder`; None: a test that is only shown, as it would be in the working folder.

    `name` is that of the test; without it, it is named for how the execution ended. `notes` are the caller's own.
    Raises InputError for a run that is in the middle of something: it has not ended, and does not wait either.
    """

    def __init__(
        self, run: Run, folder: str | Path | None = ".", name: str | None = None, notes: Iterable[str] = ()
    ) -> None:
        self.run = run
        self._again = Repetition(run)
        self.folder = Path(folder or ".")
        self._is_shown = folder is None
        self.title = name or _title(run)
        self._notes = tuple(notes)

    def problem(self, *, of_pytest: bool) -> str | None:
        """Why the test does not pass: what is otherwise when it runs, here and now. None where it does.

        No test file says what an execution is called.
        """
        return self._again.problem(named=of_pytest)

    def notes(self, *, of_pytest: bool) -> list[str]:
        """What is to be said of the test: that it does not pass, if so; then the remarks."""
        problem = self.problem(of_pytest=of_pytest)
        return [
            *([] if problem is None else [f"this test does not pass: {problem}"]),
            *self.remarks(of_pytest=of_pytest),
        ]

    def remarks(self, *, of_pytest: bool) -> list[str]:
        """What of the run the test cannot say, or says in another way; where the definition is, if not in its file."""
        passes = self.problem(of_pytest=of_pytest) is None
        notes = [*self._notes, *(_skip_note(name, passes) for name in self._skipped())]
        definition = self.definition(of_pytest=of_pytest)
        if definition.copy is not None:
            is_where = "goes where this test is written" if self._is_shown else "is beside this test"
            notes.append(f"the definition as it ran {is_where}, in {definition.file}")
        return notes

    def _skipped(self) -> list[str]:
        """The names of the states whose tasks were skipped."""
        return list(dict.fromkeys(visit.name for visit in skipped_tasks(self.run).values()))

    def definition(self, *, of_pytest: bool) -> WrittenDefinition:
        """How the test has the definition."""
        return written_definition(self.run.machine, self.folder, of_pytest=of_pytest)

    def as_pytest(self) -> str:
        """The test as a function for pytest that uses its fixture `asl`."""
        return "\n".join(self.function(self.title)) + "\n"

    def function(self, title: str) -> list[str]:
        """The lines of the function."""
        run = self.run
        definition = self.definition(of_pytest=True)
        file = definition.file
        options = _arguments({**self._of_machine(definition), **self._again.of_world()})
        until = _arguments(self._again.until())
        of_start = _arguments({**self._again.of_start(), **self._again.own_name()})
        return [
            f"def {self.function_name(title)}(asl):",
            *(f"    # {line}" for note in self.notes(of_pytest=True) for line in note.splitlines()),
            f"    workflow = asl({python(run.machine.document.value) if file is None else python_text(file)}{options})",
            *(f"    {line}" for line in as_python(self._again.answers)),
            f"    run = workflow.run({python(run.input)}{until}{of_start})",
            *(f"    {line}" for line in self._assertions()),
        ]

    def function_name(self, title: str) -> str:
        return f"test_{identifier(self.run.machine.name)}_{identifier(title)}"

    def as_asltest(self) -> str:
        """The test as the only case of a test file."""
        lines = [f"{key}: {yaml(value)}" for key, value in self.head().items()]
        return "\n".join([*lines, "cases:", *self.case_lines(self.title)]) + "\n"

    def head(self) -> dict[str, JSON]:
        """What stands at the top of a test file."""
        definition = self.definition(of_pytest=False)
        return {"machine": definition.file, **self._of_machine(definition)}

    def case(self) -> dict[str, JSON]:
        """The case of a test file."""
        table = as_table(self._again.answers)
        return {
            "input": self.run.input,
            **self._again.of_world(),
            **self._again.of_start(),
            **self._again.until(),
            **({"mocks": table} if table else {}),
            "expect": self._expected(),
        }

    def case_lines(self, title: str) -> list[str]:
        """The lines of the case."""
        notes = self.notes(of_pytest=False)
        lines = [*(f"  # {line}" for note in notes for line in note.splitlines()), f"  {yaml(title)}:"]
        for key, value in self.case().items():
            if key in ("mocks", "expect"):
                lines += [f"    {key}:", *(f"      {yaml(name)}: {yaml(each)}" for name, each in value.items())]
            else:
                lines.append(f"    {key}: {yaml(value)}")
        return lines

    # -- what it is run with ---------------------------------------------------------------------------------------

    def _of_machine(self, definition: WrittenDefinition) -> dict[str, JSON]:
        machine = self.run.machine
        return {
            **({"define": definition.define} if definition.define else {}),
            **({"name": machine.name} if machine.name != definition.name else {}),
            **({"type": machine.type} if machine.type != "STANDARD" else {}),
        }

    # -- what it expects -------------------------------------------------------------------------------------------

    def _expected(self) -> dict[str, JSON]:
        run = self.run
        expected: dict[str, JSON] = {"status": run.status}
        if run.succeeded:
            expected["exact_output"] = run.output
        if run.error is not None:
            expected["error"] = _exactly(run.error)
        if self._again.cause is not None:
            expected["cause"] = _exactly(self._again.cause)
        if run.execution.info.single:
            expected["next"] = run.next_state
        return {**expected, "path": run.path}

    def _assertions(self) -> list[str]:
        run = self.run
        lines = [f"assert run.status == {python_text(run.status)}, run"]
        if run.succeeded:
            lines.append(_assertion("run.output", run.output))
        if run.error is not None:
            lines.append(_assertion("run.error", run.error))
        if self._again.cause is not None:
            lines.append(_assertion("run.cause", self._again.cause))
        if run.execution.info.single:
            lines.append(_assertion("run.next_state", run.next_state))
        return [*lines, _assertion("run.path", run.path)]


def _skip_note(name: str, passes: bool) -> str:
    if passes:
        return f"the task of state '{name}' was skipped by hand; here it answers what comes to the same"
    return f"state '{name}' skipped by hand; not so in this test"


def _assertion(what: str, value: JSON) -> str:
    return f"assert {what} is None" if value is None else f"assert {what} == {python(value)}"


def _arguments(options: Mapping[str, JSON]) -> str:
    return "".join(f", {name}={python(value)}" for name, value in options.items())


def _exactly(text: str) -> str:
    """A text as `expect` takes it: one between slashes would be a regular expression."""
    return text if regex(text) is None else rf"/\A{re.escape(text)}\Z/"


def _title(run: Run) -> str:
    """What came of the execution."""
    match run.status:
        case "SUCCEEDED":
            return "succeeds"
        case "RUNNING" if run.waiting_for:
            return f"awaits an answer of {next(iter(run.waiting_for.values()))}"
        case "FAILED" if run.error is not None:
            return f"fails with {run.error}"
    return run.status.replace("_", " ").lower()
