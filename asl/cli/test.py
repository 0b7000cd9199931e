"""`asl test`: runs test files, or the test cases of a mock file, and reports what failed and why."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from asl.cli.case_report import Printer
    from asl.machine import Machine
    from asl.testing.asltest import Case, Outcome, Suite
    from asl.testing.coverage import Collector
    from asl.testing.junit import SuiteReport

FILE = click.Path(allow_dash=False)

_DEFINITION = re.compile(r"\.asl(\.json|\.ya?ml)?$")

EPILOG = """\b
Examples:
  asl test
  asl test statemachines/order -k "declined or refused" -x
  asl test --coverage --fail-under 90 --junit report.xml
  asl test order.asltest.yaml::"a declined card"
  asl test --mock-config mocks.json --machine Order=order.asl.json

Exit codes: 0 all passed; 1 a case failed, or less is covered than --fail-under says; 2 a wrong call, a malformed
file, or no cases.

What may stand in a test file is told by `asl schema test`. The cases of a mock file (that of Step Functions Local)
pass when their execution succeeds; to expect something else of one, name it in a test file: mock_config: FILE#CASE.
"""


@click.command("test", epilog=EPILOG)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@click.option("-k", "expression", metavar="EXPR", help="Only cases whose file and name have the words: a and not b.")
@click.option("--exitfirst", "-x", is_flag=True, help="Stop at the first case that fails.")
@click.option("--story", is_flag=True, help="Tell of each failed case all that happened.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write a report as JUnit XML.")
@click.option("--coverage", "covering", is_flag=True, help="Report which states and transitions are covered.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Fail if less is covered (--coverage)."
)
@click.option("--mock-config", type=FILE, metavar="FILE", help="Run the cases of a mock file; PATHs are definitions.")
@click.option(
    "--machine", "machines", multiple=True, metavar="NAME=FILE",
    help="The definition of a state machine of the mock file.",
)  # fmt: skip
@click.option(
    "--input", "-i", "input_", metavar="JSON|@FILE|-", help="The input of all executions of the mock file's cases."
)
@click.option(
    "--define", "-d", "defines", multiple=True, metavar="NAME=VALUE",
    help="Fill the placeholder ${NAME} in definitions of the mock file's machines.",
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[str, ...],
    expression: str | None,
    exitfirst: bool,
    story: bool,
    junit: str | None,
    covering: bool,
    fail_under: float | None,
    mock_config: str | None,
    machines: tuple[str, ...],
    input_: str | None,
    defines: tuple[str, ...],
) -> None:
    """Run the test files (*.asltest.yaml, .yml, .json) named or below the folders named; without PATH, below this one.

    FILE::CASE is one case of a file.

    Nothing takes time and nothing reaches AWS. What a file does not say is taken from asl.toml, or [tool.asl] in
    pyproject.toml.
    """
    if mock_config is None and (machines or input_ is not None or defines):
        raise click.UsageError("--machine, --input and --define are for --mock-config; test files say them themselves")
    from asl import config
    from asl.cli import arguments, results
    from asl.cli.case_report import Printer
    from asl.errors import InputError
    from asl.findings import did_you_mean
    from asl.testing.selection import selection

    arguments.look_for_modules(config.read())
    paths, named = _named_cases(paths)
    has_words = selection(expression) if expression else lambda name: True

    def is_meant(name: str) -> bool:
        return has_words(name) and (not named or name in named)

    outlets = results.open_outlets({"--junit": junit})
    session = Session(Printer(sys.stdout, story), exitfirst)
    try:
        with ExitStack() as stack:
            is_reported = covering or fail_under is not None
            collector = stack.enter_context(_collector()) if is_reported or _is_measured() else None
            if mock_config is None:
                session.run(_suites(paths or (".",)), is_meant, collector)
            else:
                suite = _mock_suite(mock_config, paths, machines, input_, defines)
                session.run([(Path(mock_config), suite)], is_meant, collector)
            if collector is not None:
                collector.write_to_coverage_py()
        for name in sorted(named - session.names) if not session.has_errors else ():
            raise InputError(
                f"there is no case {name}" + (f"; {hint}" if (hint := did_you_mean(name, session.names)) else "")
            )
        if not session.outcomes and not session.has_errors:
            raise InputError(_nothing(paths, expression, len(session.reports)))
    except BaseException:
        results.discard(outlets.values())
        raise
    session.conclude()
    enough = collector is None or not is_reported or session.printer.coverage(collector, fail_under)
    problems = [outlet.write(session.junit()) for outlet in outlets.values()]
    for problem in filter(None, problems):
        click.echo(f"error: {problem}", err=True)
    ctx.exit(2 if session.has_errors or any(problems) else 0 if session.passed and enough else 1)


class Session:
    """All suites of one call: runs their cases, prints what becomes of them, remembers it for the report."""

    def __init__(self, printer: Printer, exitfirst: bool) -> None:
        self.printer = printer
        self.reports: list[SuiteReport] = []
        self.names: set[str] = set()
        """Of all cases that were read, with their files: FILE::CASE."""
        self._exitfirst = exitfirst
        self._started = time.perf_counter()

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for report in self.reports for outcome in report.outcomes]

    @property
    def passed(self) -> bool:
        return not any(outcome.failures for outcome in self.outcomes)

    @property
    def has_errors(self) -> bool:
        return any(report.error is not None for report in self.reports)

    def run(
        self,
        suites: Iterable[tuple[Path, Suite | str]],
        is_meant: Callable[[str], bool],
        collector: Collector | None,
    ) -> None:
        """Runs the cases that are meant; a suite that could not be read is the text that says why."""
        from asl.testing.junit import SuiteReport

        for path, suite in suites:
            if isinstance(suite, str):
                report = SuiteReport(path, (), suite)
            else:
                if collector is not None:
                    for machine in suite.machines:
                        collector.add(machine)
                names = {f"{path.as_posix()}::{case.name}": case for case in suite.cases}
                self.names |= names.keys()
                cases = [case for name, case in names.items() if is_meant(name)]
                report = SuiteReport(path, list(self._outcomes(cases)))
            self.reports.append(report)
            self.printer.suite(report)
            if self._exitfirst and (report.error is not None or not self.passed):
                return

    def _outcomes(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        for case in cases:
            printed = StringIO()
            with redirect_stdout(printed):
                outcome = case.run()
            yield replace(outcome, printed=printed.getvalue())
            if outcome.failures and self._exitfirst:
                return

    def conclude(self) -> None:
        self.printer.summary(self.reports, time.perf_counter() - self._started)

    def junit(self) -> str:
        from asl.testing.junit import junit_xml

        return junit_xml(self.reports, time.perf_counter() - self._started)


def _collector() -> Collector:
    from asl.testing.coverage import Collector

    return Collector()


def _named_cases(paths: Iterable[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The paths without cases, and the cases that they name, `FILE::case`; nothing where all are meant."""
    split = [path.partition("::") for path in paths]
    named = frozenset(f"{Path(file).as_posix()}::{case}" for file, mark, case in split if mark)
    whole = [file for file, mark, _ in split if not mark]
    if named and whole:
        raise click.UsageError(f"name cases of every file, or of none: '{whole[0]}' comes without one")
    return tuple(file for file, _, _ in split), named


def _is_measured() -> bool:
    """Whether coverage.py measures this process."""
    coverage = sys.modules.get("coverage")
    return coverage is not None and coverage.Coverage.current() is not None


def _suites(paths: Iterable[str]) -> Iterator[tuple[Path, Suite | str]]:
    """The suites of test files, one after the other; what is wrong with a file in its place."""
    from asl.errors import AslError
    from asl.testing import asltest
    from asl.testing.discovery import find_test_files

    for path in find_test_files(paths):
        try:
            yield path, asltest.read(path)
        except AslError as error:
            yield path, str(error)


def _mock_suite(
    file: str, paths: Iterable[str], machines: Iterable[str], input_: str | None, defines: Iterable[str]
) -> Suite:
    """The suite of a mock file with its machines: those named, and those in files known by their names."""
    from asl.cli import arguments
    from asl.errors import InputError
    from asl.source_text import unused_defines
    from asl.testing import mock_file_cases
    from asl.testing.asltest.project import Project

    defined = arguments.pairs("--define", defines, "Name=value")

    def load(path: str, name: str | None = None) -> Machine:
        body = {"machine": path if os.path.isabs(path) else os.path.relpath(path, Path(file).parent)}
        return Project(Path(file), {**body, **({"name": name} if name else {})}, defined).machine

    named = arguments.pairs("--machine", machines, "Order=order.asl.json")
    by_name = {name: load(path, name) for name, path in named.items()}
    others = [load(path) for path in paths]
    placeholders = [name for machine in (*by_name.values(), *others) for name in machine.document.placeholders]
    if problem := unused_defines(defined, placeholders):
        raise InputError(problem)
    return mock_file_cases.read(Path(file), by_name, others, arguments.read_input(input_))


def _nothing(paths: tuple[str, ...], expression: str | None, files: int) -> str:
    if files:
        return f"no case is meant by -k '{expression}'" if expression else "there are no cases"
    where = " and ".join(f"'{path}'" for path in paths) or "this folder"
    return f"there are no test files below {where}; write one, {_first_test(paths or ('.',))}"


def _first_test(paths: Iterable[str]) -> str:
    """The name and the text of a test file to begin with, for a definition that is in one of the folders."""
    found = [each for path in paths for each in sorted(Path(path).iterdir()) if _DEFINITION.search(each.name)]
    name = found[0].name if found else "machine.asl.json"
    lines = [f"{name.partition('.')[0]}.asltest.yaml:", f"  machine: {name}"]
    if mocks := _first_mocks(found[0]) if found else []:
        lines += ["  mocks: # what the tasks answer", *(f"    {mock}" for mock in mocks)]
    return "\n".join([*lines, "  cases:", "    first:", "      input: {}"])


def _first_mocks(definition: Path) -> list[str]:
    """A mock for each task of a definition, none where it cannot be read."""
    from asl import source
    from asl.errors import AslError
    from asl.parse.transitions import task_states
    from asl.testing.targets import INVOKE

    try:
        tasks = list(task_states(source.read(definition).value))
    except AslError:
        return []
    names = {name: str(state["Resource"]).startswith(INVOKE) for _, name, state in tasks}
    return [
        f"{json.dumps(name, ensure_ascii=False)}: {{{'payload' if is_invoke else 'return'}: {{}}}}"
        for name, is_invoke in names.items()
    ]
