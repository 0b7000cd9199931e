"""The pytest plugin: the fixture `asl`, test files without Python, coverage of state machines, reports of failures.

Everything beside pytest is imported when it is first used, so that a session without state machines pays nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from asl.testing.fixture import AslFixture

_PACKAGE: Final = Path(__file__).parents[1]
_SHOWN_RUNS: Final = 3
_current: Final = pytest.StashKey["AslFixture"]()


@pytest.fixture
def asl(request: pytest.FixtureRequest) -> Iterator[AslFixture]:
    """Makes state machines to test: asl("machine.asl.json") is one with mocks of its tasks; see asl.testing.Workflow.

    Files are looked for beside the test, then in the folder that pytest was started in, then in its root.
    """
    from asl.testing.fixture import AslFixture

    config = request.config
    fixture = AslFixture([request.path.parent, config.invocation_params.dir, config.rootpath])
    request.node.stash[_current] = config.stash[_current] = fixture
    try:
        yield fixture
    finally:
        del config.stash[_current]
        fixture.close()


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Why a comparison with what a run did does not hold."""
    fixture = config.stash.get(_current, None)
    if fixture is None:
        return None
    from asl.testing.explanations import comparison

    return comparison(fixture.runs, op, left, right)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failed test what happened in its runs; leaves out where in aslkit an error was raised."""
    if call.excinfo is not None and not item.config.getoption("fulltrace"):
        call.excinfo = _as_user_sees_it(call.excinfo)
    report = yield
    fixture = item.stash.get(_current, None)
    if fixture is not None and report.when == "call" and report.failed:
        from asl.testing.explanations import story

        for run in fixture.runs[-_SHOWN_RUNS:]:
            report.sections.append((f"what happened in {run.machine.name}", story(run)))
    return report


def _as_user_sees_it(excinfo: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """The exception; one that aslkit raised on purpose without the frames inside aslkit."""
    errors = sys.modules.get("asl.errors")
    if errors is None or not isinstance(excinfo.value, errors.AslError):
        return excinfo
    frames = []
    entry: TracebackType | None = excinfo.tb
    while entry is not None:
        if not Path(entry.tb_frame.f_code.co_filename).is_relative_to(_PACKAGE):
            frames.append(entry)
        entry = entry.tb_next
    shown: TracebackType | None = None
    for frame in reversed(frames):
        shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return excinfo if shown is None else pytest.ExceptionInfo.from_exc_info((excinfo.type, excinfo.value, shown))
