"""Test files without Python as pytest collects them: a file is a node, each of its cases an item."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import pytest

from asl.errors import AslError
from asl.testing.asltest import Case, Outcome, read


class CaseFailed(Exception):
    """A case is not as expected."""


class AslTestFile(pytest.File):
    """A file `*.asltest.yaml`, `*.asltest.yml` or `*.asltest.json`."""

    def collect(self) -> Iterator[AslTestItem]:
        try:
            suite = read(self.path.relative_to(Path.cwd()) if self.path.is_relative_to(Path.cwd()) else self.path)
        except AslError as error:
            raise self.CollectError(str(error)) from None
        covered = self.config.pluginmanager.get_plugin("asl_coverage")
        if covered is not None:
            for machine in suite.machines:
                covered.collector.add(machine)
        for case in suite.cases:
            yield AslTestItem.from_parent(self, name=case.name, case=case)


class AslTestItem(pytest.Item):
    """A case of a test file."""

    def __init__(self, *, case: Case, **options: Any) -> None:
        super().__init__(**options)
        self.case = case
        self._outcome: Outcome | None = None

    def runtest(self) -> None:
        if self.case.skip is not None:
            raise pytest.skip.Exception(self.case.skip, _use_item_location=True)
        self._outcome = self.case.run()
        if not self._outcome.passed:
            raise CaseFailed

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and what happened instead; a traceback for what is no failure of the case."""
        if isinstance(excinfo.value, CaseFailed) and self._outcome is not None:
            return self._outcome.text
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        return self.path, self.case.location.line - 1, self.case.name
