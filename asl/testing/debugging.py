"""The debugger within a session of pytest (`--asl-debug`): on an execution of a test that has failed, or stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from asl.errors import AslError

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger
    from asl.hosts.run import Run


def debug_failed(config: pytest.Config, runs: Sequence[Run]) -> None:
    """Opens the debugger on the first of the runs that did not succeed, else on the last one."""
    failed = (run for run in runs if run.status not in ("SUCCEEDED", "RUNNING"))
    run = next(failed, runs[-1] if runs else None)
    if run is not None:
        _debug(config, run)


def breakpoint_hook(config: pytest.Config, runs: Sequence[Run], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """What `breakpoint()` does in a test: opens the debugger on its last execution, or what it does without one."""

    def hook(*arguments: Any, **options: Any) -> Any:
        return _debug(config, runs[-1]) if runs else otherwise(*arguments, **options)

    return hook


def _debug(config: pytest.Config, run: Run) -> None:
    from asl.debug.terminal import shell
    from asl.replay.debugging import debugger_of_run

    with _without_capture(config):
        try:
            debugger = debugger_of_run(run)
        except AslError as error:
            print(f"\nthe debugger cannot show {run!r}: {error}")
            return
        with debugger:
            print(f"\n{run.machine.name}: {run.status}; quit goes on with the tests")
            _go_to_first_error(debugger)
            shell.run(debugger)


def _go_to_first_error(debugger: Debugger) -> None:
    """Goes to the first state that has failed, else to where the execution has come."""
    debugger.continue_()
    found = next((stop for stop in debugger.stops if stop.kind == "error"), None)
    if found is not None:
        debugger.goto(found.number)


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
