"""Writes a run down as a test that goes the same way: for pytest, or as a case of a `.asltest.yaml` file.

Mocks answer its tasks as they were answered, whoever did it; the test expects how the execution ended, and by way of
which states. What cannot be said in a test is told in notes, which stand in it as comments.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from asl.errors import AslError, InputError
from asl.frame import iso_time
from asl.hosts.run import Run
from asl.hosts.start import DEFAULT_START
from asl.json_text import dumps
from asl.machine import default_name
from asl.source_text import pseudo_parameters
from asl.testing.asltest.expectations import regex
from asl.testing.asltest.mocking import add_mocks
from asl.testing.recorded_answers import answered, series, without_metadata
from asl.testing.workflow import Workflow
from asl.testing.written_mocks import Series, as_python, as_table, seconds
from asl.testing.written_values import identifier, python, python_text, yaml
from asl.values import JSON

_GENERATED: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DEFAULTS: Final = {"seed": "0", "region": "us-east-1", "account": "123456789012"}


class WrittenRun:
    """A run as a test in a file of `folder`.

    `name` is that of the test; without it, it is named for how the execution ended. Raises InputError for a run that
    is in the middle of something: it has not ended, and does not wait either.
    """

    def __init__(self, run: Run, folder: str | Path = ".", name: str | None = None, notes: Iterable[str] = ()) -> None:
        self.run = run
        self.folder = Path(folder)
        self.title = name or _title(run)
        self._notes = tuple(notes)
        self._series = self._found_series()
        if run.status == "RUNNING" and not run.waiting_for and self._differences(of_pytest=True):
            raise InputError("the execution has not ended, so that no test can say how it ends: let it run first")

    def _found_series(self) -> list[Series]:
        """The answers with which the test goes as the run went: short ones if they do, too."""
        found = []
        for attempts in answered(self.run):
            for each in (without_metadata(attempts), attempts):
                self._series = series(each)
                if not self._differences(of_pytest=True):
                    return self._series
                found.append(self._series)
        return found[1]

    def notes(self, *, of_pytest: bool) -> list[str]:
        """What of the run the test cannot say: the caller's notes, and what is otherwise when it runs, here and now."""
        return [*self._notes, *self._differences(of_pytest)]

    def as_pytest(self) -> str:
        """The test as a function for pytest that uses its fixture `asl`."""
        return "\n".join(self.function(self.title)) + "\n"

    def function(self, title: str) -> list[str]:
        """The lines of the function."""
        run = self.run
        file = self.file
        options = _arguments({**self._of_machine(), **self._of_world()})
        until = _arguments(self._until())
        of_start = _arguments({**self._of_start(), **self._own_name()})
        return [
            f"def {self.function_name(title)}(asl):",
            *(f"    # {line}" for note in self.notes(of_pytest=True) for line in note.splitlines()),
            f"    workflow = asl({python(run.machine.document.value) if file is None else python_text(file)}{options})",
            *(f"    {line}" for line in as_python(self._series)),
            f"    run = workflow.run({python(run.input)}{until}{of_start})",
            *(f"    {line}" for line in self._assertions()),
        ]

    def function_name(self, title: str) -> str:
        return f"test_{identifier(self.run.machine.name)}_{identifier(title)}"

    def as_asltest(self) -> str:
        """The test as the only case of a test file. Raises InputError for a definition that is in no file."""
        lines = [f"{key}: {yaml(value)}" for key, value in self.head().items()]
        return "\n".join([*lines, "cases:", *self.case_lines(self.title)]) + "\n"

    def head(self) -> dict[str, JSON]:
        """What stands at the top of a test file."""
        file = self.file
        if file is None:
            raise InputError("the definition is in no file that a test file could name: write the test for pytest")
        return {"machine": file, **self._of_machine()}

    def case(self) -> dict[str, JSON]:
        """The case of a test file."""
        table = as_table(self._series)
        return {
            "input": self.run.input,
            **self._of_world(),
            **self._of_start(),
            **self._until(),
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

    @property
    def file(self) -> str | None:
        """The definition's file as the test names it, None when it was read from none."""
        document = self.run.machine.document
        if document.format == "value" or not Path(document.name).is_file():
            return None
        return Path(os.path.relpath(document.name, self.folder)).as_posix()

    def _of_machine(self) -> dict[str, JSON]:
        machine = self.run.machine
        usual = pseudo_parameters()
        define = {key: value for key, value in machine.document.filled.items() if usual.get(key) != value}
        name = default_name(machine.document.value if self.file is None else machine.document.name)
        return {
            **({"define": define} if define else {}),
            **({"name": machine.name} if machine.name != name else {}),
            **({"type": machine.type} if machine.type != "STANDARD" else {}),
        }

    def _of_world(self) -> dict[str, JSON]:
        world, started_at = self.run.world, self.run.execution.started_at
        options: dict[str, JSON] = {"seed": world.seed, "region": world.region, "account": world.account}
        options = {key: value for key, value in options.items() if value != _DEFAULTS[key]}
        return options | ({"start": iso_time(started_at)} if started_at != DEFAULT_START else {})

    def _of_start(self) -> dict[str, JSON]:
        info = self.run.execution.info
        usual_role = f"arn:aws:iam::{info.account}:role/{info.state_machine_name}"
        options: dict[str, JSON] = {"role_arn": info.role_arn} if info.role_arn != usual_role else {}
        if info.context:
            options["context"] = info.context
        if info.start_at is not None:
            options["start_at"] = self.run.machine.program.states[info.start_at].name
            options |= {"variables": info.variables} if info.variables else {}
            options |= {"single": True} if info.single else {}
        return options

    def _until(self) -> dict[str, JSON]:
        """For a run that goes on: how many seconds after its start it is now."""
        milliseconds = self.run.world.now - self.run.execution.started_at
        return {"until": seconds(milliseconds)} if self.run.status == "RUNNING" else {}

    def _own_name(self) -> dict[str, JSON]:
        """The execution's name where it was given."""
        return {} if _GENERATED.fullmatch(self.run.name) else {"name": self.run.name}

    # -- what it expects -------------------------------------------------------------------------------------------

    def _expected(self) -> dict[str, JSON]:
        run = self.run
        expected: dict[str, JSON] = {"status": run.status}
        if run.succeeded:
            expected["exact_output"] = run.output
        if run.error is not None:
            expected["error"] = _exactly(run.error)
        if run.cause:
            expected["cause"] = _exactly(run.cause)
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
        if run.cause:
            lines.append(_assertion("run.cause", run.cause))
        if run.execution.info.single:
            lines.append(_assertion("run.next_state", run.next_state))
        return [*lines, _assertion("run.path", run.path)]

    def _differences(self, of_pytest: bool) -> list[str]:
        return _differences(self.run, self._played(of_pytest))

    def _played(self, of_pytest: bool) -> Run | str:
        """The run that the test makes, here and now; what is in its way, as text, where it comes to no end."""
        options: dict[str, Any] = {**self._of_world(), "warn": lambda text: None}
        with Workflow(self.run.machine, type=self.run.machine.type, **options) as workflow:
            try:
                add_mocks(workflow, as_table(self._series))
                own_name = self._own_name() if of_pytest else {}
                return workflow.run(self.run.input, **self._until(), **self._of_start(), **own_name)
            except AslError as error:
                return str(error).partition("\n")[0]


def _assertion(what: str, value: JSON) -> str:
    return f"assert {what} is None" if value is None else f"assert {what} == {python(value)}"


def _arguments(options: Mapping[str, JSON]) -> str:
    return "".join(f", {name}={python(value)}" for name, value in options.items())


def _exactly(text: str) -> str:
    """A text as `expect` takes it: one between slashes would be a regular expression."""
    return text if regex(text) is None else rf"/\A{re.escape(text)}\Z/"


def _differences(run: Run, played: Run | str) -> list[str]:
    """What the test shows to be otherwise than in the run."""
    if isinstance(played, str):
        return [f"this test does not pass: {played}"]
    for what in ("status", "error", "cause", "output", "path"):
        was, is_now = getattr(run, what), getattr(played, what)
        if dumps(was) != dumps(is_now):
            return [f"this test does not pass: the {what} was {_short(was)}, and of the test it is {_short(is_now)}"]
    return []


def _short(value: JSON) -> str:
    text = dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


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
