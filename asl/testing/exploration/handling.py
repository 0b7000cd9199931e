"""Which errors a definition's author meant to handle, judged by what the definition handles.

A task that fails and that nothing catches ends the execution, and that is what most authors want of most tasks. It is
taken for an oversight where the definition itself shows that another thing was meant:

* the state that failed stands among others of which two thirds, and at least two, catch all errors;
* the state has a catcher of States.TaskFailed, which means all errors, and States.Timeout, which it does not mean,
  went past it.

States that only catchers lead to are left out: what handles errors can hardly be handled itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from asl.model import Choice, Map, Parallel, State, Task
from asl.testing.exploration.services import states_of
from asl.wording import ALL, TASK_FAILED, TIMEOUT

if TYPE_CHECKING:
    from asl.machine import Machine

Guarded = Task | Parallel | Map


class Handling:
    """What a machine's author handles."""

    def __init__(self, machine: Machine) -> None:
        self._states = states_of(machine)
        self._beside: dict[str, list[Guarded]] = {}
        for start, states in _scopes(machine):
            ordinary = _without_handlers(start, states)
            failing = [state for state in ordinary if isinstance(state, Guarded) and _can_fail(state)]
            self._beside.update({state.pointer: failing for state in failing})

    def oversight(self, pointer: str, error: str | None) -> tuple[str, str] | None:
        """The state that should have caught an error which began at a state and ended the execution, and why.

        None where nothing says that anybody meant to.
        """
        around = [self._states[each] for each in self._states if pointer == each or pointer.startswith(f"{each}/")]
        for state in reversed(around):
            if not isinstance(state, Guarded) or state.pointer not in self._beside:
                continue
            if error == TIMEOUT and any(TASK_FAILED in catcher.error_equals for catcher in state.catch):
                return state.pointer, "it catches States.TaskFailed, which does not stand for States.Timeout"
            beside = self._beside[state.pointer]
            catching = [each for each in beside if _catches_all(each)]
            if state not in catching and len(catching) >= 2 and 3 * len(catching) >= 2 * len(beside):
                return state.pointer, f"{len(catching)} of the {len(beside)} states beside it catch all errors"
        return None


def _catches_all(state: Guarded) -> bool:
    return any(name in catcher.error_equals for catcher in state.catch for name in (ALL, TASK_FAILED))


def _can_fail(state: Guarded) -> bool:
    """Whether anything in the state can fail but by a fault of the definition: that some task is in it."""
    match state:
        case Task():
            return True
        case Parallel():
            inside = [each for branch in state.branches for each in branch.states.values()]
        case Map():
            inside = list(state.item_processor.states.values())
    return any(isinstance(each, Guarded) and _can_fail(each) for each in inside)


def _scopes(machine: Machine) -> list[tuple[str, Mapping[str, State]]]:
    """The first state and all states of the machine, and of every branch in it."""
    found = [(machine.model.start_at, machine.model.states)]
    for state in states_of(machine).values():
        match state:
            case Parallel():
                found += [(branch.start_at, branch.states) for branch in state.branches]
            case Map():
                found.append((state.item_processor.start_at, state.item_processor.states))
    return found


def _without_handlers(start: str, states: Mapping[str, State]) -> list[State]:
    """The states that transitions other than those of catchers lead to."""
    found: dict[str, State] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        state = found[name] = states[name]
        match state:
            case Choice():
                waiting += [rule.next for rule in state.choices]
                waiting += [state.default] if state.default is not None else []
            case _ if (following := getattr(state, "next", None)) is not None:
                waiting.append(following)
    return list(found.values())
