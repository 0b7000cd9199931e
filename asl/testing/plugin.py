"""The pytest plugin: the fixture `asl`, test files without Python, coverage of state machines, reports of failures.

Everything beside pytest is imported when it is first used, so that a session without state machines pays nothing.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

import pytest

from asl.hosts.watchers import watchers

if TYPE_CHECKING:
    from asl.hosts.run import Run
    from asl.testing.debugging import BreakpointHook
    from asl.testing.fixture import AslFixture

_PACKAGE: Final = Path(__file__).parents[1]
_SHOWN_RUNS: Final = 3
_KEPT_RUNS: Final = 20
_OF_PROJECT: Final = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", ".git")
_TEST_FILES: Final = (".asltest.yaml", ".asltest.yml", ".asltest.json")
_watch: Final[pytest.StashKey[Watch]] = pytest.StashKey()


class Watch:
    """Keeps the last executions that the present test started, by whatever means, for the report of its failure."""

    def __init__(self) -> None:
        self.runs: deque[Run] = deque(maxlen=_KEPT_RUNS)
        self.breakpoint: BreakpointHook | None = None
        """Set where `breakpoint()` is to open the debugger."""

    def __call__(self, run: Run) -> None:
        if run.parent_arn is None:
            self.runs.append(run)
            if self.breakpoint is not None:
                self.breakpoint.install()

    def forget(self) -> None:
        """Forgets the executions of the test before."""
        self.runs.clear()
        if self.breakpoint is not None:
            self.breakpoint.remove()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("asl", "state machines (aslkit)")
    group.addoption(
        "--asl-coverage",
        action="store_true",
        help="report which states, transitions, choice rules, catchers and retriers the tests cover",
    )
    group.addoption(
        "--asl-fail-under", type=_percent, metavar="PERCENT", help="fail when less of the state machines is covered"
    )

    group.addoption(
        "--asl-debug",
        action="store_true",
        help="open the debugger where a test fails, at the state that failed; breakpoint() in a test does so too",
    )


def _percent(text: str) -> float:
    percent = float(text)
    if not 0 <= percent <= 100:
        raise ValueError
    return percent


def pytest_configure(config: pytest.Config) -> None:
    watchers.append(config.stash.setdefault(_watch, Watch()))
    if config.getoption("--asl-debug"):
        _prepare_debugger(config)
    coverage = sys.modules.get("coverage")
    is_measured = coverage is not None and coverage.Coverage.current() is not None
    if is_measured or config.getoption("--asl-coverage") or config.getoption("--asl-fail-under") is not None:
        from asl.testing.session_coverage import SessionCoverage

        config.pluginmanager.register(SessionCoverage(config), "asl_coverage")


def _prepare_debugger(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("--asl-debug needs the terminal: leave out -n of pytest-xdist")
    from asl.testing.debugging import BreakpointHook

    watch = config.stash[_watch]
    watch.breakpoint = BreakpointHook(config, watch.runs)


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Opens the debugger where a test has failed, if that is wanted."""
    if node.config.getoption("--asl-debug") and getattr(report, "when", None) == "call":
        from asl.testing.debugging import debug_failed

        debug_failed(node, call, [*node.config.stash[_watch].runs])


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_watch].forget()
    watchers.remove(config.stash[_watch])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[_watch].forget()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The cases of a test file without Python."""
    if not file_path.name.endswith(_TEST_FILES):
        return None
    from asl.testing.collection import AslTestFile

    return AslTestFile.from_parent(parent, path=file_path)


@pytest.fixture
def asl(request: pytest.FixtureRequest) -> Iterator[AslFixture]:
    """Makes state machines to test: asl("machine.asl.json") is one with mocks of its tasks; see asl.testing.Workflow.

    Files are looked for beside the test, then in the folders above it up to that of the project, then in the folder
    that pytest was started in.
    """
    from asl.testing.fixture import AslFixture

    config = request.config
    fixture = AslFixture([*_project_folders(request.path.parent), config.invocation_params.dir, config.rootpath])
    try:
        yield fixture
    finally:
        fixture.close()


def _project_folders(folder: Path) -> list[Path]:
    """A folder, and those around it up to that of its project; the folder alone where there is no sign of one."""
    found = [folder, *folder.parents]
    root = next((index for index, each in enumerate(found) if any((each / sign).exists() for sign in _OF_PROJECT)), 0)
    return found[: root + 1]


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Why a comparison with what a run did does not hold."""
    runs = config.stash[_watch].runs
    if not runs and "asl.testing.matching" not in sys.modules:
        return None
    from asl.testing.explanations import comparison

    return comparison(runs, op, left, right)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failed test what happened in its runs; leaves out where in aslkit an error was raised."""
    if call.excinfo is not None and not item.config.getoption("fulltrace"):
        call.excinfo = _as_user_sees_it(call.excinfo)
    report = yield
    runs = list(item.config.stash[_watch].runs)[-_SHOWN_RUNS:]
    if report.when == "call" and report.failed and runs:
        from asl.testing.run_report import story

        whole = item.config.get_verbosity() >= 2
        for number, run in enumerate(runs, 1):
            which = f", run {number} of {len(runs)}" if len(runs) > 1 else ""
            report.sections.append((f"what happened in {run.machine.name}{which}", story(run, whole)))
    return report


def _as_user_sees_it(excinfo: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """The exception without the frames inside aslkit, if it is not a bug of aslkit.

    It is none when aslkit raised it on purpose, or when it comes from a function of the user's that aslkit called.
    """
    errors = sys.modules.get("asl.errors")
    if errors is None:
        return excinfo
    frames = _frames(excinfo.tb)
    shown = [frame for frame in frames if not _is_ours(frame)]
    on_purpose = isinstance(excinfo.value, errors.AslError)
    if on_purpose and isinstance(excinfo.value.__cause__, errors.AslError):
        excinfo.value.__cause__ = None  # says the same, in other words
    if not shown or not (on_purpose or shown[-1] is frames[-1]):
        return excinfo
    chain: TracebackType | None = None
    for frame in reversed(shown):
        chain = TracebackType(chain, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    assert chain is not None
    return pytest.ExceptionInfo.from_exc_info((excinfo.type, excinfo.value, chain))


def _frames(entry: TracebackType | None) -> list[TracebackType]:
    frames = []
    while entry is not None:
        frames.append(entry)
        entry = entry.tb_next
    return frames


def _is_ours(frame: TracebackType) -> bool:
    return Path(frame.tb_frame.f_code.co_filename).is_relative_to(_PACKAGE)
