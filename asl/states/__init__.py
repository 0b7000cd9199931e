"""The states, a file for each type; `compile_machine` turns a parsed definition into a program that the engine runs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asl.json_text import dumps
from asl.model import Choice, Fail, Map, Parallel, Pass, State, StateMachine, Succeed, Task, Wait
from asl.states.choice import CompiledChoice
from asl.states.compiled import CompiledState
from asl.states.fail import CompiledFail
from asl.states.map import CompiledMap
from asl.states.parallel import CompiledParallel
from asl.states.pass_ import CompiledPass
from asl.states.succeed import CompiledSucceed
from asl.states.task import CompiledTask
from asl.states.wait import CompiledWait

_COMPILERS: dict[type, Any] = {
    Pass: CompiledPass,
    Task: CompiledTask,
    Choice: CompiledChoice,
    Wait: CompiledWait,
    Succeed: CompiledSucceed,
    Fail: CompiledFail,
    Parallel: CompiledParallel,
    Map: CompiledMap,
}


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled state machine: immutable, shared by any number of executions.

    `states` maps JSON pointers to states, those of branches and item processors included; `hash` identifies the
    definition, so that a snapshot is not restored into another one.
    """

    start: CompiledState
    states: Mapping[str, CompiledState]
    timeout_seconds: int | None
    hash: str


def compile_machine(machine: StateMachine) -> Program:
    """The program of a valid definition (one that `asl.parse` gave)."""
    by_pointer: dict[str, CompiledState] = {}
    start = _compile_scope(machine.start_at, machine.states, by_pointer)
    digest = hashlib.sha256(dumps(machine.definition).encode("utf-8", "surrogatepass")).hexdigest()
    return Program(start, by_pointer, machine.timeout_seconds, digest)


def _compile_scope(start_at: str, states: Mapping[str, State], by_pointer: dict[str, CompiledState]) -> CompiledState:
    """Compiles the states of one scope, links them, and gives the first."""
    compiled: dict[str, Any] = {name: _COMPILERS[type(state)](state) for name, state in states.items()}
    for name, state in states.items():
        target = compiled[name]
        by_pointer[state.pointer] = target
        following = getattr(state, "next", None)
        if following is not None:
            target.next = compiled[following]
        if isinstance(state, Task | Parallel | Map):
            for catcher, linked in zip(state.catch, target.recovery.catchers, strict=True):
                linked.next = compiled[catcher.next]
        match state:
            case Choice():
                target.targets = tuple(compiled[rule.next] for rule in state.choices)
                target.default = compiled[state.default] if state.default is not None else None
            case Parallel():
                target.branches = tuple(
                    _compile_scope(branch.start_at, branch.states, by_pointer) for branch in state.branches
                )
            case Map():
                processor = state.item_processor
                target.first = _compile_scope(processor.start_at, processor.states, by_pointer)
    first: CompiledState = compiled[start_at]
    return first
