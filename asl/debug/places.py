"""The places that stop an execution: states, fields, transitions, errors, resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias

from asl.debug.stop import Kind
from asl.debug.threads import Threads
from asl.machine import Machine
from asl.states.recovery import matches
from asl.wording import ALL

if TYPE_CHECKING:
    from asl.debug.stop import Stop

Key: TypeAlias = tuple[Kind, str | None]
"""A kind of stops, and the JSON pointer of the state that they are at (of the field, for stages); None for any."""


class Place(Protocol):
    """Where to stop.

    `keys` say at which stops it may be: a stop with another key is not asked about. `machine` and `pointer` are where
    it stands in a definition; None for what may be anywhere.
    """

    @property
    def machine(self) -> Machine | None: ...

    @property
    def pointer(self) -> str | None: ...

    @property
    def keys(self) -> tuple[Key, ...]: ...

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        """Whether `stops[index]`, which has one of the keys, is at this place."""


def key_of(stop: Stop) -> Key:
    """The key of a stop with a pointer."""
    return stop.kind, stop.pointer if stop.kind == "stage" else stop.state.pointer


@dataclass(frozen=True, slots=True)
class State:
    """Where a state is entered, or left."""

    machine: Machine
    pointer: str
    kind: Kind = "enter"

    @property
    def keys(self) -> tuple[Key, ...]:
        return ((self.kind, self.pointer),)

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        return _is_of(stops[index], self.machine)


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field was evaluated."""

    machine: Machine
    pointer: str

    @property
    def keys(self) -> tuple[Key, ...]:
        return (("stage", self.pointer),)

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        return _is_of(stops[index], self.machine)


@dataclass(frozen=True, slots=True)
class Transitions:
    """Where a state is entered by one of some transitions: JSON pointers of their fields, each with the state's."""

    machine: Machine
    targets: Mapping[str, str]

    @property
    def pointer(self) -> str:
        """Of the first of them."""
        return next(iter(self.targets))

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(("enter", pointer) for pointer in dict.fromkeys(self.targets.values()))

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        if not _is_of(stops[index], self.machine):
            return False
        before = threads.before(stops, index)
        return before is not None and stops[before].kind == "exit" and stops[before].pointer in self.targets


@dataclass(frozen=True, slots=True)
class Errors:
    """Where a state has an error of a name, before Retry and Catch: as a catcher matches it, or by a glob."""

    name: str

    machine: ClassVar[None] = None
    pointer: ClassVar[None] = None

    @property
    def keys(self) -> tuple[Key, ...]:
        return (("error", None),)

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        error = stops[index].error
        if error is None:
            return False
        if self.name == ALL or matches((self.name,), error):
            return True
        return any(each is not None and fnmatchcase(each, self.name) for each in (error.error, error.alias))


@dataclass(frozen=True, slots=True)
class Resources:
    """Where a task is about to be asked whose resource, or the end of it after a colon, is as a glob says."""

    glob: str

    machine: ClassVar[None] = None
    pointer: ClassVar[None] = None

    @property
    def keys(self) -> tuple[Key, ...]:
        return (("call", None),)

    def matches(self, resource: str) -> bool:
        return fnmatchcase(resource, self.glob) or fnmatchcase(resource, f"*:{self.glob}")

    def holds(self, stops: Sequence[Stop], index: int, threads: Threads) -> bool:
        call = stops[index].call
        if call is None or not self.matches(call.resource):
            return False
        return index == 0 or stops[index - 1].call is not call  # else it is the same stop, which has a problem now


def _is_of(stop: Stop, machine: Machine) -> bool:
    return stop.run.machine.document is machine.document
