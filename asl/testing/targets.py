"""Which calls a mock is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from json import loads
from typing import Any, Final

from asl.findings import did_you_mean
from asl.integration import Call
from asl.json_text import dumps
from asl.machine import Machine
from asl.parse.transitions import task_states
from asl.payload.jsonata_io import is_expression
from asl.testing.matching import differences
from asl.values import JSON

OPTIMIZED: Final = "arn:aws:states:::"
INVOKE: Final = "arn:aws:states:::lambda:invoke"


@dataclass(frozen=True, slots=True)
class Target:
    """The calls that a mock is for: those that are as every field says which is not None.

    `state` is a state's name, `resource` an ARN or a glob of one ("arn:aws:states:::" may be left out), `function` the
    name or the ARN of a Lambda function, or a glob of either, `item` the index of a Map's iteration, `call` the number
    of the call of its state in its execution; both count from 0. `input` is what the arguments must have, in part (see
    `partial`), or a function of them that says whether they are meant.
    """

    state: str | None = None
    resource: str | None = None
    function: str | None = None
    item: int | None = None
    call: int | None = None
    input: Any = None

    def matches(self, call: Call, number: int) -> bool:
        """Whether a call is meant, which has that number among those of its state."""
        return (
            self.is_of(call.state_name, call.resource, call.arguments)
            and (self.item is None or self.item == (call.item or {}).get("Index"))
            and (self.call is None or self.call == number)
            and (self.input is None or self._takes(call.arguments))
        )

    def is_of(self, state: str, resource: str, arguments: JSON) -> bool:
        """Whether tasks of that state, or of that resource with such arguments, may be meant."""
        if self.state is not None and self.state != state:
            return False
        if self.resource is not None and not _any_is((resource,), self.resource, OPTIMIZED + self.resource):
            return False
        return self.function is None or _any_is(functions(resource, arguments), self.function)

    def misfits(self, call: Call, number: int) -> Iterator[str]:
        """Why a call is not meant although its state, its resource or its function is."""
        if not self.is_of(call.state_name, call.resource, call.arguments):
            return
        if self.item is not None and call.item is None:
            yield f"it is for item {self.item}, and this state is in no Map"
        elif self.item is not None and call.item["Index"] != self.item:
            yield f"it is for item {self.item}, and this is item {call.item['Index']}"
        if self.call is not None and self.call != number:
            yield f"it is for call {self.call}, and this is call {number} (they are counted from 0)"
        if self.input is not None and not self._takes(call.arguments):
            found = None if callable(self.input) else next(differences(self.input, call.arguments), None)
            yield f"it is for other arguments{f': {found}' if found else ''}"

    def problem(self, machine: Machine) -> tuple[str, str | None] | None:
        """What is wrong when no task of the machine can be meant, and a hint; None when there is one."""
        tasks = [
            (name, str(state["Resource"]), state.get("Parameters", state.get("Arguments")))
            for _, name, state in task_states(machine.document.value)
        ]
        if self.item is not None and self.state is not None and not _is_in_map(machine, self.state):
            return f"item {self.item} of state '{self.state}': the state is in no Map", None
        if any(self.is_of(*task) or self._may_be_of(*task[1:]) for task in tasks):
            return None
        if self.state is not None:
            types = {state.name: state.type for state in machine.program.states.values()}
            if self.state in types:
                kind = types[self.state]
                return f"state '{self.state}' is a {kind} state: it calls nothing that could be mocked", None
            names = [name for name, _, _ in tasks]
            hint = did_you_mean(self.state, names) or f"its tasks are {', '.join(names) or 'none'}"
            return f"'{machine.name}' has no state '{self.state}'", hint
        if self.function is not None:
            invoked = [name for task in tasks for name in functions(*task[1:])[:1]]
            return f"no task of '{machine.name}' invokes a function {self.function}", _listed(invoked)
        resources = [resource for _, resource, _ in tasks]
        return f"no task of '{machine.name}' has a resource {self.resource}", _listed(resources)

    def _may_be_of(self, resource: str, arguments: JSON) -> bool:
        """Whether a task may invoke the function, which its input says."""
        if self.function is None or not resource.startswith(INVOKE):
            return False
        name = arguments.get("FunctionName") if isinstance(arguments, dict) else None
        return name is None or is_expression(name)

    def _takes(self, arguments: JSON) -> bool:
        if callable(self.input):
            return bool(self.input(loads(dumps(arguments))))
        return next(differences(self.input, arguments), None) is None

    def __str__(self) -> str:
        named = (("state", self.state), ("resource", self.resource), ("function", self.function))
        parts = [f"{name} '{value}'" for name, value in named if value is not None]
        parts += [f"{name} {value}" for name, value in (("item", self.item), ("call", self.call)) if value is not None]
        return ", ".join(parts + (["some input"] if self.input is not None else []))


def _is_in_map(machine: Machine, name: str) -> bool:
    """Whether a state is in a Map; so is one that there is not."""
    pointers = [pointer for pointer, state in machine.program.states.items() if state.name == name]
    return any("/ItemProcessor/" in pointer or "/Iterator/" in pointer for pointer in pointers) or not pointers


def _listed(names: Iterable[str]) -> str:
    return f"they have {', '.join(dict.fromkeys(names)) or 'none'}"


def functions(resource: str, arguments: JSON) -> tuple[str, ...]:
    """The names of the Lambda function that a task invokes, its ARN and its bare name; none if it invokes none."""
    if resource.startswith("arn:aws:lambda:"):
        given = resource
    elif resource.startswith(INVOKE) and isinstance(arguments, dict):
        given = arguments.get("FunctionName", "")
    else:
        return ()
    if not isinstance(given, str) or not given:
        return ()
    return given, given.partition(":function:")[2].partition(":")[0] or given.partition(":")[0]


@lru_cache(maxsize=4096)
def _any_is(names: tuple[str, ...], *patterns: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
