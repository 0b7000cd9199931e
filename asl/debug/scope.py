"""What an expression sees at a stop. Looking changes nothing: the execution's own randomness is not drawn from."""

from __future__ import annotations

from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from asl.states.recovery import error_output
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.debug.stop import Stop

SPECIAL: Final = ("states", "error")
"""Names of variables, without `$`, that have a value although nothing assigns them; of `error` only after an error."""


class Host:
    """What expressions at a stop get from outside: the time there, and the same random numbers each time."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def millis(self) -> int:
        return self._stop.at

    def random(self) -> float:
        return self._random.random()

    def uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    @cached_property
    def _random(self) -> Random:
        return Random(0)


def variable(stop: Stop, name: str) -> JSON | Absent:
    """The value of the variable `$name`, `$states` and `$error` among them; ABSENT for one that is not assigned."""
    variables = stop.scope.variables
    if name in variables:
        return variables[name]
    if name == "states":
        return states(stop)
    return caught(stop) if name == "error" else ABSENT


def names(stop: Stop) -> list[str]:
    """The names of all variables that have a value at a stop, without `$`; those that were assigned come first."""
    return [*stop.scope.variables, *(name for name in SPECIAL if variable(stop, name) is not ABSENT)]


def states(stop: Stop) -> dict[str, Any]:
    """What `$states` is at a stop, in either query language."""
    found = {
        "input": stop.scope.value,
        "result": result(stop),
        "errorOutput": caught(stop),
        "context": stop.scope.context(),
    }
    return {name: value for name, value in found.items() if value is not ABSENT}


def result(stop: Stop) -> JSON | Absent:
    """The result of the state's work, after it; ABSENT before it."""
    frame = stop.scope
    if stop.kind == "answer":
        return stop.value
    if frame.state is stop.state and frame.phase == "exit":
        return frame.results if stop.state.type in ("Map", "Parallel") else frame.effective
    if stop.kind == "error" and stop.state.type == "Task" and frame.effective is not None:
        return frame.effective  # the task has answered, and an expression of its answer has failed
    return stop.value if stop.kind == "exit" else ABSENT


def caught(stop: Stop) -> JSON | Absent:
    """The error that the state has, or that one of its catchers works on, as `{"Error": ..., "Cause": ...}`."""
    error = stop.error or stop.scope.error
    return ABSENT if error is None else error_output(error)
