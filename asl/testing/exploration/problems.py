"""What is wrong with a run: its problem, the same for all runs that go wrong in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from asl.findings import Finding, Location
from asl.json_text import dumps
from asl.model import Fail, Task
from asl.testing.exploration.handling import Handling
from asl.testing.exploration.invariants import LANGUAGE_ERRORS, Invariant, ends, is_endless
from asl.testing.exploration.services import Service, states_of

if TYPE_CHECKING:
    from asl.hosts.run import Run
    from asl.machine import Machine

_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that goes wrong. `rule` is its kind: "runtime-error", "endless", "waits-for-ever", "unhandled-error",
    "invariant"; `pointer` the JSON pointer of the state where, "" for none; `key` tells it from others of its kind.

    `asserts` is how a test says in Python that a run does not have it; `error` is the one that the run ended with.
    """

    rule: str
    key: str
    pointer: str
    message: str
    hint: str | None = None
    asserts: str = "assert run.succeeded"
    error: str | None = None

    def finding(self, machine: Machine) -> Finding:
        """The problem as a finding at its place in the definition's file."""
        location: Location | None = machine.document.locate(self.pointer, key=True) if self.pointer else None
        return Finding(self.rule, self.message, self.pointer, self.hint, location)


class Judge:
    """Tells what is wrong with a run.

    `allowed` are the errors that an execution may end with; None: all that the definition does not seem to want handled
    (see `handling`). Errors of Fail states are wanted. `invariants` are asked after that.
    """

    def __init__(
        self, machine: Machine, allowed: Sequence[str] | None = None, invariants: Iterable[Invariant] = ()
    ) -> None:
        self._machine = machine
        self._allowed = allowed
        self._invariants = tuple(invariants)
        self._states = states_of(machine)
        self._handling = Handling(machine)

    def problem(self, run: Run) -> Problem | None:
        """What is wrong with a run that has gone as far as it goes."""
        if run.status == "RUNNING" or is_endless(run):
            return self._waiting(run) if run.waiting_for else self._endless(run)
        found = self._error(run) if run.status == "FAILED" else None
        if found is not None:
            return found
        for invariant in self._invariants:
            try:
                holds = invariant(run)
            except AssertionError as failure:
                return _violated(invariant, run, str(failure))
            if holds is False:
                return _violated(invariant, run, "")
        return None

    def _error(self, run: Run) -> Problem | None:
        pointer = run.execution.failed_at or ""
        error = run.error or ""
        state = self._states.get(pointer)
        if (isinstance(state, Fail) and not _cannot_fail(state, run)) or error in (self._allowed or ()):
            return None
        name = state.name if state is not None else "?"
        if error in LANGUAGE_ERRORS:
            what = "|".join(re.findall(r"'(\$[^']*|[^']*\$[^']*)'", run.cause or "")[:1])
            asserts = f"assert run.error != {dumps(error)}, run.cause"
            if what:  # a loop that goes on once this is mended may end with the same error, for another reason
                asserts = f'assert {dumps(what)} not in (run.cause or ""), run.cause'
            hint = "give the placeholder a value: --define NAME=VALUE" if "${" in (run.cause or "") else None
            key, message = f"{pointer}|{error}|{what}", _language(run, name)
            return Problem("runtime-error", key, pointer, message, hint, asserts, error)
        asserts = f"assert run.error != {dumps(error)}"
        if self._allowed is not None:
            hint = f"catch it, or allow it: --allow {error}"
            message = f"{name} fails with {error}, and the execution with it"
            return Problem("unhandled-error", f"{pointer}|{error}", pointer, message, hint, asserts, error)
        oversight = self._handling.oversight(pointer, error)
        if oversight is None:
            return None
        holder, why = oversight
        inside = "" if holder == pointer else f" in {self._states[holder].name}"
        message = f"when {name}{inside} fails, the execution ends: nothing catches {error}, though {why}"
        hint = f"catch it, or allow it: --allow {error}"
        return Problem("unhandled-error", holder, holder, message, hint, asserts, error)

    def _waiting(self, run: Run) -> Problem:
        """Which state waits; the hint names the others that could, so that one run of the search tells of all."""
        name = min(run.waiting_for.values())
        hint = "give the state TimeoutSeconds or HeartbeatSeconds, and catch States.Timeout"
        if others := [each for each in self._without_timeout if each != name]:
            hint += f"; the same goes for {', '.join(others)}"
        return Problem("waits-for-ever", "", self._pointer(name), _unended(run), hint, 'assert run.status != "RUNNING"')

    def _endless(self, run: Run) -> Problem:
        pointer = run.execution.failed_at or (self._pointer(run.path[-1]) if run.path else "")
        return Problem("endless", "", pointer, _unended(run), None, "assert run.succeeded, run.cause")

    @cached_property
    def _without_timeout(self) -> list[str]:
        """The names of the tasks that can wait for ever."""
        services = [Service(state, None) for state in self._states.values() if isinstance(state, Task)]
        return [each.task.name for each in services if each.is_answered_outside and not each.times]

    def _pointer(self, name: str) -> str:
        return next((pointer for pointer, state in self._states.items() if state.name == name), "")


def _cannot_fail(state: Fail, run: Run) -> bool:
    """Whether a Fail state ended the run with another error than it wanted to, because a field of it has no value."""
    return (
        run.error in LANGUAGE_ERRORS and run.error != state.error and f"the state '{state.name}'" in (run.cause or "")
    )


def _unended(run: Run) -> str:
    try:
        ends(run)
    except AssertionError as failure:
        return str(failure)
    return ""


def _language(run: Run, name: str) -> str:
    cause = run.cause or ""
    said = re.sub(r"^An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ", "", cause)
    return f"{name} fails with {run.error}: {said[:_SHOWN]}{'…' if len(said) > _SHOWN else ''}"


def _violated(invariant: Invariant, run: Run, message: str) -> Problem:
    name = getattr(invariant, "__name__", repr(invariant))
    said = message.split("\n")[0] or f"the invariant {name} does not hold"
    return Problem("invariant", name, run.execution.failed_at or "", said, None, f"{name}(run)")
