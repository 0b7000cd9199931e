"""A run: one execution as its user sees it."""

from __future__ import annotations

from functools import cached_property
from json import loads
from typing import TYPE_CHECKING, Any

from asl.effects import Status
from asl.engine import Execution
from asl.findings import Location
from asl.history import HistoryEvent, render_all, states_entered
from asl.json_text import dumps
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.world import World
    from asl.machine import Machine


_CAUSE_SHOWN = 200


class Run:
    """One execution of a machine, while it runs and after."""

    def __init__(self, machine: Machine, execution: Execution, world: World, parent_arn: str | None = None) -> None:
        self.machine = machine
        self.execution = execution
        self.world = world
        self.parent_arn = parent_arn
        """The ARN of the execution that started this one, None for those that were started from outside."""
        self.recorded: list[HistoryEvent] = []
        """The history as the engine stores it."""
        self.waiting_for: dict[str, str] = {}
        """Task tokens that somebody outside must answer, each with the name of its state."""

    def __repr__(self) -> str:
        told = {"error": self.error, "cause": self.cause and self.cause[:_CAUSE_SHOWN]}
        outcome = "".join(f", {name}={value!r}" for name, value in told.items() if value is not None)
        return f"<asl.Run {self.name!r} of {self.machine.name!r}: {self.status}{outcome}>"

    @property
    def arn(self) -> str:
        return self.execution.info.arn

    @property
    def name(self) -> str:
        return self.execution.info.name

    @property
    def status(self) -> Status:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        return self.execution.status or "RUNNING"

    @property
    def succeeded(self) -> bool:
        return self.execution.status == "SUCCEEDED"

    @cached_property
    def input(self) -> JSON:
        """The input, as a copy: the execution's own data are shared, and never changed."""
        return loads(dumps(self.execution.info.input))

    @property
    def output(self) -> JSON:
        """The output of a run that succeeded, else None; a copy, like `input`."""
        return self._output if self.succeeded else None

    @cached_property
    def _output(self) -> JSON:
        return loads(dumps(self.execution.output))

    @property
    def error(self) -> str | None:
        """The error's name, of a run that failed."""
        return self.execution.error.error if self.execution.error else None

    @property
    def cause(self) -> str | None:
        return self.execution.error.cause if self.execution.error else None

    @property
    def failed_at(self) -> Location | str | None:
        """Where the state stands whose error ended the run: a place in its file, or else its JSON pointer."""
        pointer = self.execution.failed_at
        return None if pointer is None else self.machine.locate(pointer) or pointer

    @property
    def duration_ms(self) -> int:
        """How long the run took, in its own time."""
        return self.execution.now - self.execution.started_at

    @property
    def path(self) -> list[str]:
        """The names of the states entered, in order, once per visit: a retry does not enter again."""
        return states_entered(self.recorded)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that this run put on the embedded event bus, as they are delivered: EventBridge's envelopes."""
        return [envelope for envelope in self.world.events if self.arn in envelope["resources"]]

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as `GetExecutionHistory` gives them, timestamps as ISO 8601 text."""
        return self._rendered if self.execution.status not in (None, "RUNNING") else render_all(self.recorded)

    @cached_property
    def _rendered(self) -> list[dict[str, Any]]:
        return render_all(self.recorded)
