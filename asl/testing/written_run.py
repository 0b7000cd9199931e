"""Writes a run down as a test that goes the same way: for pytest, or as a case of a `.asltest.yaml` file.

Mocks answer its tasks as they were answered, whoever did it; the test expects how the execution ended, or that it
waits, and by way of which states. What cannot be said in a test is told in notes, which stand in it as comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from asl.errors import AslError, InputError
from asl.frame import iso_time
from asl.hosts.run import Run
from asl.hosts.start import DEFAULT_START
from asl.integration import Failure
from asl.json_text import dumps
from asl.testing.asltest.expectations import regex
from asl.testing.asltest.mocking import add_mocks
from asl.testing.recorded_answers import answered, series, without_metadata
from asl.testing.skipped_tasks import skipped_tasks
from asl.testing.workflow import Workflow
from asl.testing.written_definition import WrittenDefinition, written_definition
from asl.testing.written_mocks import Series, as_python, as_table, seconds
from asl.testing.written_values import identifier, python, python_text, yaml
from asl.values import JSON

_GENERATED: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FAILING_WITH_OTHERS: Final = ("Fail", "Map", "Parallel")
_DEFAULTS: Final = {"seed": "0", "region": "us-east-1", "account": "123456789012"}


class WrittenRun:
    """A run as a test in a file of `folder`; None: a test that is only shown, as it would be in the working folder.

    `name` is that of the test; without it, it is named for how the execution ended. `notes` are the caller's own.
    Raises InputError for a run that is in the middle of something: it has not ended, and does not wait either.
    """

    def __init__(
        self, run: Run, folder: str | Path | None = ".", name: str | None = None, notes: Iterable[str] = ()
    ) -> None:
        _check_rest(run)
        self.run = run
        self.folder = Path(folder or ".")
        self._is_shown = folder is None
        self.title = name or _title(run)
        self._notes = tuple(notes)
        self._series, self._problem = self._found_series()

    def _found_series(self) -> tuple[list[Series], str | None]:
        """The answers with which the test goes as the run went: short ones if they do, too. Else why it does not."""
        found = []
        for attempts in answered(self.run):
            for each in (without_metadata(attempts), attempts):
                tried = series(each)
                problem = self._difference(tried, of_pytest=True)
                if problem is None:
                    return tried, None
                found.append((tried, problem))
        return found[1]

    def problem(self, *, of_pytest: bool) -> str | None:
        """Why the test does not pass: what is otherwise when it runs, here and now. None where it does."""
        is_same = of_pytest or not self._own_name()
        return self._problem if is_same else self._difference(self._series, of_pytest=False)

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
        options = _arguments({**self._of_machine(definition), **self._of_world()})
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
        """The test as the only case of a test file."""
        lines = [f"{key}: {yaml(value)}" for key, value in self.head().items()]
        return "\n".join([*lines, "cases:", *self.case_lines(self.title)]) + "\n"

    def head(self) -> dict[str, JSON]:
        """What stands at the top of a test file."""
        definition = self.definition(of_pytest=False)
        return {"machine": definition.file, **self._of_machine(definition)}

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

    def _of_machine(self, definition: WrittenDefinition) -> dict[str, JSON]:
        machine = self.run.machine
        return {
            **({"define": definition.define} if definition.define else {}),
            **({"name": machine.name} if machine.name != definition.name else {}),
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
        if self._cause is not None:
            expected["cause"] = _exactly(self._cause)
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
        if self._cause is not None:
            lines.append(_assertion("run.cause", self._cause))
        if run.execution.info.single:
            lines.append(_assertion("run.next_state", run.next_state))
        return [*lines, _assertion("run.path", run.path)]

    @property
    def _cause(self) -> str | None:
        """The cause of the error, if somebody has said it: an answer, or a Fail state. Others may be worded anew."""
        return self.run.cause or None if self._is_said(self._series) else None

    def _is_said(self, answers: Iterable[Series]) -> bool:
        run = self.run
        said = {each.cause for one in answers for each in one.answers if isinstance(each, Failure)}
        if run.cause is None or run.cause in said:
            return True
        failed = run.machine.program.states.get(run.execution.failed_at or "")
        own = {visit.cause for visit in run.visits if visit.cause and visit.type not in _FAILING_WITH_OTHERS} - said
        return failed is not None and failed.type == "Fail" and not any(each in run.cause for each in own)

    # -- whether it passes -----------------------------------------------------------------------------------------

    def _difference(self, answers: list[Series], *, of_pytest: bool) -> str | None:
        """What the test, with these answers, shows to be otherwise than in the run."""
        played = self._played(answers, of_pytest)
        if isinstance(played, str):
            return played
        compared = ("status", "error", *(["cause"] if self._is_said(answers) else []), "output", "path")
        for what in compared:
            was, is_now = getattr(self.run, what), getattr(played, what)
            if dumps(was) != dumps(is_now):
                return f"the {what} was {_short(was)}, and of the test it is {_short(is_now)}"
        return None

    def _played(self, answers: list[Series], of_pytest: bool) -> Run | str:
        """The run that the test makes, here and now; what is in its way, as text, where it comes to no end."""
        options: dict[str, Any] = {**self._of_world(), "warn": lambda text: None}
        with Workflow(self.run.machine, type=self.run.machine.type, **options) as workflow:
            try:
                add_mocks(workflow, as_table(answers))
                own_name = self._own_name() if of_pytest else {}
                return workflow.run(self.run.input, **self._until(), **self._of_start(), **own_name)
            except AslError as error:
                return str(error).partition("\n")[0]


def _check_rest(run: Run) -> None:
    """Raises InputError for a run in which something can happen now."""
    if run.status != "RUNNING":
        return
    unanswered = next((each.call for each in run.world.calls if not each.cancelled), None)
    if unanswered is not None:
        raise InputError(
            f"the task of state '{unanswered.state_name}' is not answered yet, so that no test can say how the"
            " execution ends: answer it first"
        )
    if any(each.execution.ready for each in run.world.runs):
        raise InputError("the execution has not ended, so that no test can say how it ends: let it run first")


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
