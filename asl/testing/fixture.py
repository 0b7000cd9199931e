"""What the pytest fixture `asl` gives to a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asl
from asl.hosts.run import Run
from asl.machine import Definition, Machine
from asl.testing.matching import Partial, partial
from asl.testing.workflow import Workflow


class AslFixture:
    """Makes workflows for one test, and closes them behind it.

    Files are looked for in the folders given: first that of the test's file.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self.workflows: list[Workflow] = []

    def __repr__(self) -> str:
        return f"<asl: {', '.join(each.machine.name for each in self.workflows) or 'no workflow yet'}>"

    def __call__(self, definition: Definition | Machine, **options: Any) -> Workflow:
        """A `Workflow` of a definition: its file (JSON or YAML), the definition as a dict, or an `asl.Machine`.

        The options are those of `Workflow`: `define`, `name`, `type`, `lambdas`, `machines`, `aws`, `resources` ...
        Raises `InputError` for a file that cannot be read, `DefinitionError` for a definition that is not valid.
        """
        workflow = Workflow(definition, folders=self._folders, **options)
        self.workflows.append(workflow)
        return workflow

    def __getattr__(self, name: str) -> Any:
        """What the package has of that name, which the fixture's own name hides in a test: `asl.TaskError`."""
        if name in asl.__all__:
            return getattr(asl, name)
        raise AttributeError(f"neither the fixture 'asl' nor the package has an attribute {name!r}")

    def partial(self, expected: Any) -> Partial:
        """What is equal to every value that has at least what `expected` has: see `asl.testing.partial`."""
        return partial(expected)

    @property
    def runs(self) -> list[Run]:
        """The executions that the test started."""
        return [run for workflow in self.workflows for run in workflow.runs]

    def close(self) -> None:
        for workflow in self.workflows:
            workflow.close()
