"""The debugger within a session of pytest (`--asl-debug`): on an execution of a test that failed, or stands still."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from asl.errors import AslError
from asl.hosts.watchers import watchers

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger
    from asl.hosts.run import Run


def debug_failed(item: pytest.Item, call: pytest.CallInfo[Any], runs: Sequence[Run]) -> None:
    """Opens the debugger on the first of the runs that did not succeed, else on the last one."""
    failed = (run for run in runs if run.status not in ("SUCCEEDED", "RUNNING"))
    run = next(failed, runs[-1] if runs else None)
    if run is None:
        return
    why = "" if call.excinfo is None else call.excinfo.exconly()
    _debug(item.config, f"{item.nodeid} failed: {why}", run, runs)


class BreakpointHook:
    """Has `breakpoint()` open the debugger in a test that has begun an execution, as long as it is `installed`."""

    def __init__(self, config: pytest.Config, runs: Sequence[Run]) -> None:
        self._config = config
        self._runs = runs
        self._before: Any = None

    def install(self) -> None:
        if self._before is None:
            self._before, sys.breakpointhook = sys.breakpointhook, self._stop

    def remove(self) -> None:
        if self._before is not None:
            sys.breakpointhook, self._before = self._before, None

    def _stop(self, *_: Any, **__: Any) -> None:
        _debug(self._config, "breakpoint()", self._runs[-1], self._runs)


def _debug(config: pytest.Config, why: str, run: Run, runs: Sequence[Run]) -> None:
    from asl.debug.terminal import shell
    from asl.replay.debugging import debugger_of_run

    with _without_capture(config), _unwatched():
        try:
            debugger = debugger_of_run(run)
        except AslError as error:
            print(f"\nthe debugger cannot show {run!r}: {error}")
            return
        with debugger:
            which = f", execution {list(runs).index(run) + 1} of {len(runs)} of this test" if len(runs) > 1 else ""
            print(f"\n{why}\n{run.machine.name}: {run.status}{which}; quit goes on with the tests")
            _go_to_the_error(debugger)
            shell.run(debugger)


def _go_to_the_error(debugger: Debugger) -> None:
    """Goes to the error that ended the execution, else to where it has come."""
    from asl.debug.ways import failure

    failed = failure(debugger.stops, debugger.continue_())
    if failed is not None:
        debugger.goto(failed.number)


@contextmanager
def _unwatched() -> Iterator[None]:
    """Has nobody watch executions for a while: those of the debugger are none of the test's."""
    before = [*watchers]
    watchers.clear()
    try:
        yield
    finally:
        watchers[:] = before


@contextmanager
def _without_capture(config: pytest.Config) -> Iterator[None]:
    """Gives standard input and output back, which pytest has taken, for a while."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend(in_=True)
    try:
        yield
    finally:
        if capture is not None:
            capture.resume()
