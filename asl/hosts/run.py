"""A run: one execution as its user sees it."""

from __future__ import annotations

from functools import cached_property
from json import loads
from typing import TYPE_CHECKING, Any

from asl.effects import Status
from asl.engine import Execution
from asl.errors import InputError
from asl.findings import Location
from asl.history import HistoryEvent, render_all, states_entered
from asl.hosts.start import milliseconds, moment
from asl.hosts.visits import Visit, Visits, visits
from asl.json_text import dumps
from asl.values import JSON
from asl.wording import TIMEOUT

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
        self.awaited: dict[str, str] = {}
        self._visits: tuple[int, list[Visit]] = (0, [])

    def put_back(self, execution: Execution, recorded: list[HistoryEvent], awaited: dict[str, str]) -> None:
        """Has the run be as it was: with that execution, the history until then, and the tokens that were awaited."""
        self.execution = execution
        self.recorded = recorded
        self.awaited = awaited
        self._visits = (0, [])
        for name in ("input", "_output", "_rendered"):
            self.__dict__.pop(name, None)

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
    def next_state(self) -> str | None:
        """The name of the state that would come next, where the run is of a single state that does not end there."""
        return self.execution.next_state

    @property
    def duration_ms(self) -> int:
        """How long the run took, in its own time."""
        return self.execution.now - self.execution.started_at

    @property
    def path(self) -> list[str]:
        """The names of the states entered, in order, once per visit: a retry does not enter again."""
        return states_entered(self.recorded)

    @property
    def waiting_for(self) -> dict[str, str]:
        """Task tokens that somebody outside must answer now, each with the name of its state."""
        return dict(self.awaited)

    @property
    def visits(self) -> list[Visit]:
        """The visits of states, in the order of `path`."""
        events, known = self._visits
        if events != len(self.recorded):
            known = visits(self.recorded)
            self._visits = len(self.recorded), known
        return [*known]

    def state(self, name: str) -> Visits:
        """All visits of the states of that name: what they were given, sent and answered; how often, how long.

        Raises `InputError` for a name that no state of the machine has.
        """
        found = [visit for visit in self.visits if visit.name == name]
        if not found:
            self.machine.check_state(name)
        return Visits(name, found)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that this run put on the embedded event bus, as they are delivered: EventBridge's envelopes."""
        return [envelope for envelope in self.world.events if self.arn in envelope["resources"]]

    def advance(self, seconds: float | None = None, *, until: float | str | None = None) -> Run:
        """This run, after its world went on: for that many seconds, until that moment, or as far as it goes.

        `until` is so many seconds after the start of this run, or a time as ISO 8601 text. Raises what `World.run`
        does.
        """
        if seconds is None:
            self.world.run(None if until is None else self.moment(until))
        elif until is None:
            self.world.run(self.world.now + milliseconds("advance", seconds))
        else:
            raise InputError("advance takes a number of seconds, or until=..., not both")
        return self

    def moment(self, until: float | str) -> int:
        """When that is, in milliseconds since the epoch; `until` as in `advance`. Raises `InputError`."""
        if not isinstance(until, str):
            return self.execution.started_at + milliseconds("until", until)
        try:
            return moment(until)
        except InputError as error:
            raise InputError(f"until is a number of seconds after the start, or a time: {error}") from None

    def send_task_success(self, state: str, output: JSON, *, item: int | None = None) -> Run:
        """This run, after its task that awaits an answer was given one: `output` is JSON-able.

        `state` is the name of the task's state, or its token; `item` the index of the iteration of the Map that it is
        in, where several wait. Nothing later than now happens: see `advance`. Raises `InputError` when no such task
        waits, or more than one.
        """
        self.world.send_task_success(self._token(state, item), output)
        return self.advance(0)

    def send_task_failure(
        self, state: str, error: str | None = None, cause: str | None = None, *, item: int | None = None
    ) -> Run:
        """This run, after its task that awaits an answer was failed; `state` and `item` as in `send_task_success`."""
        self.world.send_task_failure(self._token(state, item), error, cause)
        return self.advance(0)

    def send_task_heartbeat(self, state: str, *, item: int | None = None) -> Run:
        """This run, after its task that awaits one was kept alive; `state` and `item` as in `send_task_success`."""
        self.world.send_task_heartbeat(self._token(state, item))
        return self.advance(0)

    def _token(self, state: str, item: int | None) -> str:
        if state in self.awaited:
            return state
        items = {token: self.world.item_of(token) for token, waiting in self.awaited.items() if waiting == state}
        found = [token for token, index in items.items() if item is None or index == item]
        if len(found) == 1:
            return found[0]
        if found:
            indexes = ", ".join(str(index) for index in items.values())
            raise InputError(f"{len(found)} tasks of state '{state}' await an answer; say which by its item: {indexes}")
        waiting = ", ".join(f"'{each}'" for each in dict.fromkeys(self.awaited.values())) or "none"
        which = f"state '{state}'" + ("" if item is None else f", item {item},")
        raise InputError(f"no task of {which} awaits an answer; those that do: {waiting}{self._why_not(state)}")

    def _why_not(self, state: str) -> str:
        """Why a task no longer awaits an answer, if its time is over."""
        visits = [visit for visit in self.visits if visit.name == state and visit.error == TIMEOUT]
        if not visits:
            return ""
        after = (visits[-1].entered_at - self.execution.started_at) / 1000
        return f" (it has timed out; it was entered after {after:g} s: to answer in time, run with `until`)"

    def as_dict(self) -> dict[str, JSON]:
        """The run as a JSON object that is the same for the same run: for snapshots, and for `asl run --json`.

        `duration` is in seconds of the run's own time.
        """
        result: dict[str, JSON] = {
            "status": self.status,
            "output": self.output,
            "error": self.error,
            "cause": self.cause,
            "path": self.path,
            "events": self.events,
            "duration": self.duration_ms / 1000,
        }
        if self.execution.info.single:
            result["nextState"] = self.next_state
        if self.status == "RUNNING":
            waiting = self.waiting_for.items()
            result["waitingFor"] = [{"state": state, "taskToken": token} for token, state in waiting]
        return result

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as `GetExecutionHistory` gives them, timestamps as ISO 8601 text."""
        return self._rendered if self.execution.status not in (None, "RUNNING") else render_all(self.recorded)

    @cached_property
    def _rendered(self) -> list[dict[str, Any]]:
        return render_all(self.recorded)
