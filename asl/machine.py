"""A state machine that is ready to run: a parsed definition, its program, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy, deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from asl import parse, source
from asl.errors import InputError
from asl.findings import Location, did_you_mean
from asl.limits import WorkflowType
from asl.model import StateMachine
from asl.parse.variables import variable_references
from asl.source_text import unused_defines
from asl.states import Program, compile_machine
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.run import Run
    from asl.source import Document

Definition: TypeAlias = "str | Path | Mapping[str, JSON]"


class Machine:
    """A valid definition, compiled. Made by `asl.load`; immutable, usable from several threads at once."""

    def __init__(self, document: Document, model: StateMachine, name: str, type: WorkflowType) -> None:
        if type not in get_args(WorkflowType):
            raise InputError(f"the type of a state machine is STANDARD or EXPRESS, not {type!r}")
        self.document = document
        self.model: StateMachine = model
        self.program: Program = compile_machine(model)
        self.name = name
        self.type: WorkflowType = type
        self._other_type: Machine | None = None

    def __repr__(self) -> str:
        return f"<asl.Machine {self.name!r}, {len(self.program.states)} states>"

    def locate(self, pointer: str) -> Location | None:
        """The place of a JSON pointer in the definition's file, None when it was not read from text."""
        return self.document.locate(pointer)

    def pointer(self, state: str) -> str:
        """The JSON pointer of a state, at any depth, given by its name or by its pointer.

        Raises `InputError` for a name that no state has.
        """
        states = self.program.states
        if state in states:
            return state
        self.check_state(state)
        return next(pointer for pointer, each in states.items() if each.name == state)

    def check_state(self, name: str) -> None:
        """Raises `InputError` when no state, at any depth, has that name."""
        names = dict.fromkeys(each.name for each in self.program.states.values())
        if name not in names:
            hint = did_you_mean(name, names) or f"its states are {', '.join(names)}"
            raise InputError(f"'{self.name}' has no state '{name}'; {hint}")

    @property
    def variable_references(self) -> dict[str, list[str]]:
        """The variables that each state reads, by the state's name: `variableReferences` of DescribeStateMachine."""
        return variable_references(self.document.value)

    def named(self, name: str) -> Machine:
        """This machine under another name."""
        if name == self.name:
            return self
        other = copy(self)
        other.name = name
        other._other_type = None
        return other

    def of_type(self, type: WorkflowType) -> Machine:
        """This machine as one of another type. Raises `DefinitionError` for what an EXPRESS machine may not have."""
        if type == self.type:
            return self
        if self._other_type is None:
            self._other_type = Machine(self.document, parse.parse(self.document, type=type), self.name, type)
        return self._other_type

    def run(self, input: JSON = None, **options: Any) -> Run:
        """Runs one execution in virtual time and gives the finished run.

        `input` is the execution's input (None: `{}`). The options are those of `asl.World` (`tasks`, `lambdas`,
        `mocks`, `seed`, `start` ...) and of `World.start` (`name`, `type`, `input_text`, `context` ...). Raises
        `HostError` when a task is answered by nothing, `InputError` for an input that is not JSON or is too large.
        """
        from asl.hosts.start import split_options
        from asl.hosts.world import World

        of_world, of_start = split_options(options)
        with World(**of_world) as world:
            run = world.start(self, input, **of_start)
            world.run()
        return run

    async def run_async(self, input: JSON = None, **options: Any) -> Run:
        """`run` on a worker thread, for use in an event loop."""
        import asyncio

        return await asyncio.to_thread(self.run, input, **options)


def load(
    definition: Definition,
    *,
    define: Mapping[str, str] | None = None,
    name: str | None = None,
    type: WorkflowType = "STANDARD",
) -> Machine:
    """The machine that a file, or a dict, defines.

    `definition` is the path of a JSON or YAML file, or the definition itself as a dict. `define` fills `${Name}`
    placeholders. `name` is the state machine's name (default: the file's). Raises `DefinitionError` with every finding
    for a definition that is not valid, `InputError` for a file that cannot be read or a `define` that fills nothing.
    """
    if isinstance(definition, Mapping):
        document = source.from_value(deepcopy(dict(definition)), defines=define)
    else:
        document = source.read(Path(definition), define)
    if problem := unused_defines(define or (), document.placeholders):
        raise InputError(problem)
    return from_document(document, name or default_name(definition), type)


def from_document(document: Document, name: str, type: WorkflowType = "STANDARD") -> Machine:
    """The machine that a document defines. Raises `DefinitionError` with every finding when it is not valid."""
    return Machine(document, parse.parse(document, type=type), name, type)


def default_name(definition: Definition) -> str:
    """A machine's name from its file's: `order/machine.asl.json` and `order.asl.yaml` are both "order"."""
    if isinstance(definition, Mapping):
        return "StateMachine"
    path = Path(definition)
    stem = path.name.split(".")[0]
    if stem in ("machine", "statemachine", "state-machine", "definition", "workflow") and path.resolve().parent.name:
        stem = path.resolve().parent.name
    return "".join(char if char.isalnum() or char in "-_" else "-" for char in stem)[:80] or "StateMachine"
