"""Faults: what can go wrong with a task, and plans of faults, which are plain JSON.

{"state": "Charge", "fails": "CardDeclined"}                 every call of that state
{"state": "Charge", "call": 1, "fails": "CardDeclined"}      its second call only
{"state": "Charge", "timesOut": true}
{"state": "Charge", "returns": null}                         an answer that nobody expects
{"state": "Charge", "after": 3600}                           its answer comes so many seconds late
{"state": "Approve", "waits": true}                          nobody ever answers
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from asl.errors import InputError
from asl.model import Catcher, Map, Parallel, Retrier, Task
from asl.testing.exploration.reads import Reads
from asl.testing.exploration.services import CUSTOM_ERROR, WILDCARDS, Service, states_of
from asl.values import ABSENT, JSON, Absent
from asl.wording import HEARTBEAT_TIMEOUT, TIMEOUT

if TYPE_CHECKING:
    from asl.machine import Machine

Kind: TypeAlias = Literal["errors", "timeouts", "late", "silence", "answers"]
"""Errors of services, time-outs, late answers, answers that never come, answers that nobody expects."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
USUAL: Final[tuple[Kind, ...]] = ("errors", "timeouts", "late", "silence")
"""What can happen although everybody keeps to what the definition expects of them."""

LATE: Final = 3600
"""How many seconds a late answer is late."""

_UNEXPECTED: Final[tuple[JSON, ...]] = (None, {}, [], "x")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the calls of one state: all of them, or the one of that number, counted from 0.

    Exactly one thing goes wrong: `error` is the name of what it fails with, `returns` what it answers instead, `after`
    how many seconds late it answers; `times_out`, `waits`.
    """

    state: str
    error: str | None = None
    cause: str | None = None
    times_out: bool = False
    returns: JSON | Absent = ABSENT
    after: int | None = None
    waits: bool = False
    call: int | None = None

    def as_json(self) -> dict[str, JSON]:
        """The fault as it stands in a plan."""
        plain: dict[str, JSON] = {"state": self.state}
        if self.call is not None:
            plain["call"] = self.call
        if self.error is not None:
            plain["fails"] = self.error
            if self.cause is not None:
                plain["cause"] = self.cause
        if self.times_out:
            plain["timesOut"] = True
        if self.returns is not ABSENT:
            plain["returns"] = self.returns
        if self.after is not None:
            plain["after"] = self.after
        if self.waits:
            plain["waits"] = True
        return plain

    def __str__(self) -> str:
        which = f"call {self.call} of {self.state}" if self.call is not None else self.state
        if self.error is not None:
            return f"{which} fails with {self.error}"
        if self.times_out:
            return f"{which} times out"
        if self.after is not None:
            return f"{which} answers {self.after} s late"
        return f"{which} is never answered" if self.waits else f"{which} answers {self.returns!r}"


def from_json(plan: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The faults of a plan. Raises InputError for what is none."""
    names = {"state": "state", "call": "call", "fails": "error", "cause": "cause", "timesOut": "times_out"}
    names |= {"returns": "returns", "after": "after", "waits": "waits"}
    found = []
    for each in plan:
        if "state" not in each or not each.keys() <= names.keys():
            raise InputError(f"a fault has a state and {', '.join(list(names)[1:])}, not {dict(each)!r}")
        found.append(Fault(**{names[key]: value for key, value in each.items()}))
    return found


# -- what can go wrong -----------------------------------------------------------------------------------------------


def faults_of(service: Service, kinds: Iterable[Kind], named: Iterable[str] = ()) -> list[Fault]:
    """What can go wrong with a task, the likeliest first. `named` are errors that definition handles by their names."""
    return [fault for kind in KINDS if kind in kinds for fault in _of_kind(kind, service, named)]


def _of_kind(kind: Kind, service: Service, named: Iterable[str]) -> Iterator[Fault]:
    state = service.task.name
    match kind:
        case "errors":
            made_up = [CUSTOM_ERROR] if service.makes_up_errors else []
            handled = (name for name in named if name not in _HANDLED_ELSEWHERE and service.can_fail_with(name))
            for name in dict.fromkeys(chain(made_up, handled, service.errors)):
                yield Fault(state, error=name)
        case "timeouts":
            if service.times:
                yield Fault(state, times_out=True)
        case "silence":
            if service.is_answered_outside and not service.times:
                yield Fault(state, waits=True)
        case "late":
            yield Fault(state, after=LATE)
        case "answers":
            for value in _UNEXPECTED:
                yield Fault(state, returns=value)


_HANDLED_ELSEWHERE: Final = WILDCARDS | {TIMEOUT, HEARTBEAT_TIMEOUT}


def distinct(faults: Iterable[Fault], handlers: Iterable[tuple[str, ...]]) -> list[Fault]:
    """The faults without those errors that retriers and catchers treat as they treat another one before.

    Errors of services, whose names have a dot, are never like those that are made up: their causes differ. `handlers`
    are the names of each retrier and catcher that may see them.
    """
    handlers = list(handlers)
    seen = set()
    found = []
    for fault in faults:
        error = fault.error
        how = ("." in error, *(error in names for names in handlers)) if error is not None else str(fault)
        if how not in seen:
            seen.add(how)
            found.append(fault)
    return found


def handlers_of(machine: Machine) -> dict[str, list[tuple[str, ...]]]:
    """For each task's pointer, the errors of each retrier and catcher of its own and of the states around it."""
    states = states_of(machine)
    found = {}
    for pointer, state in states.items():
        if isinstance(state, Task):
            around = [
                each for outer, each in states.items()
                if isinstance(each, Task | Parallel | Map) and (outer == pointer or pointer.startswith(f"{outer}/"))
            ]  # fmt: skip
            found[pointer] = [rule.error_equals for each in around for rule in _rules(each)]
    return found


def _rules(state: Task | Parallel | Map) -> tuple[Retrier | Catcher, ...]:
    return (*state.retry, *state.catch)


def names_read(reads: Reads, pointer: str) -> list[str]:
    """The names of errors with which the definition compares that of a task."""
    error = reads.errors.get(pointer)
    compared = error.fields["Error"].constants if error is not None and "Error" in error.fields else []
    return [name for name in compared if isinstance(name, str)]
