"""Coverage of state machines over a pytest session, in one process or, with pytest-xdist, in several."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

import pytest

from asl.testing.coverage import Collector

_DATA: Final = "asl_coverage"


class SessionCoverage:
    """The hooks of a session whose coverage is wanted; registered as a plugin of its own.

    It is wanted for a report by name, or because coverage.py measures the session.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._fail_under: float | None = config.getoption("--asl-fail-under")
        self._is_worker = hasattr(config, "workeroutput")
        self.collector = Collector()
        self.collector.start()

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside pytest-cov's, which saves its data behind it
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        result = yield
        self.collector.write_to_coverage_py(self._config)
        if self._is_low and not self._is_worker:
            session.testsfailed += 1
        return result

    @property
    def _is_low(self) -> bool:
        """Whether less is covered than is asked for; never when tests are collected only, as editors do."""
        if self._fail_under is None or self._config.option.collectonly:
            return False
        return self.collector.percent < self._fail_under

    def pytest_sessionfinish(self) -> None:
        if self._is_worker:
            self._config.workeroutput[_DATA] = self.collector.to_json()  # type: ignore[attr-defined]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes in what a worker collected."""
        if data := getattr(node, "workeroutput", {}).get(_DATA):
            self.collector.merge(data)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.getoption("--asl-coverage") or self._fail_under is not None:
            terminalreporter.section("coverage of state machines")
            terminalreporter.write_line(self.collector.report(terminalreporter._tw.fullwidth).rstrip("\n"))
        if self._is_low:
            text = f"{self.collector.percent:.2f} % of the state machines is covered, less than {self._fail_under:g} %"
            terminalreporter.write_line(f"FAIL {text}", red=True)

    def pytest_unconfigure(self) -> None:
        self.collector.stop()
