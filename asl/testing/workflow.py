"""A state machine under test: a definition, mocks of its tasks, and the executions that a test runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any, Final

import asl
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.hosts.executions import machine_name
from asl.hosts.garbage import rare_collections
from asl.hosts.run import Run
from asl.hosts.spelling import GLOB_SIGNS
from asl.hosts.start import START_OPTIONS, split_options
from asl.hosts.world import World
from asl.limits import WorkflowType
from asl.machine import Definition, Machine
from asl.testing import mock_config, sam
from asl.testing.handler_files import find_function
from asl.testing.mock_config import MockConfig
from asl.testing.mocks import Mock, MockTable
from asl.testing.targets import Target
from asl.values import JSON

_KEPT: Final = 10
_OPTIONS: Final = {*signature(World.__init__).parameters, *START_OPTIONS} - {"self"}


class Workflow:
    """A state machine with mocks of its tasks. Each run is in a world of its own, in virtual time.

    `definition` is what `asl.load` takes, a `Machine`, or the file of a SAM or CloudFormation template: then `resource`
    is the logical id of the state machine where it has several, and the Python functions and the other state machines
    in it answer tasks. `define`, `name` and `type` are those of `asl.load`.

    `options` are those of `asl.World`, for every run: `lambdas`, `tasks`, `machines`, `activities`, `aws`, `resources`,
    `start`, `seed` ... A value of `machines` may be another Workflow: its mocks answer the tasks of its executions, and
    its name is that of its key. `mocks` may be the reference of a test case in a MockConfigFile.json,
    "mocks.json#Declined", which answers where no mock does. Functions in `lambdas` and `activities` may be texts
    "module:function", of Python files beside the test. All files are looked for in `folders`, one after the other;
    without them, in the working folder.

    Use it as a context manager, or call `close()`; the pytest fixture `asl` does. Raises what `asl.load` does.
    """

    def __init__(
        self,
        definition: Definition | Machine,
        *,
        define: Mapping[str, str] | None = None,
        name: str | None = None,
        type: WorkflowType | None = None,
        resource: str | None = None,
        folders: Sequence[Path] = (),
        **options: Any,
    ) -> None:
        _check_options("Workflow", options)
        self.options = options
        self._folders = folders
        if isinstance(definition, str | Path):
            definition = self._find(definition)
        if isinstance(definition, str | Path) and sam.is_template(definition):
            template = sam.load(definition, resource, define, name=name, type=type)
            self.machine = template.machine
            for option, found in (("lambdas", template.lambdas), ("machines", template.machines)):
                self.options[option] = {**found, **options.get(option, {})}
        elif resource is not None:
            raise InputError("resource is the logical id of a state machine in a template, and the definition is none")
        elif isinstance(definition, Machine):
            self.machine = definition.of_type(type or definition.type)
        else:
            self.machine = asl.load(definition, define=define, name=name, type=type or "STANDARD")
        self.mocks: list[Mock] = []
        self.runs: deque[Run] = deque()
        """The executions that were started, the first one first; of those that have ended, the last ten."""
        self._mock_files: dict[str, MockConfig] = {}

    def __repr__(self) -> str:
        return f"<asl.Workflow {self.machine.name!r}: mocks={len(self.mocks)}, runs={len(self.runs)}>"

    def __enter__(self) -> Workflow:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the worlds of its runs; what is in their embedded services is forgotten."""
        for run in self.runs:
            run.world.close()

    def mock(
        self,
        state: str | None = None,
        *,
        resource: str | None = None,
        function: str | None = None,
        item: int | None = None,
        call: int | None = None,
        input: Mapping[str, JSON] | list[JSON] | Callable[[JSON], object] | None = None,
    ) -> Mock:
        """A mock of a state's task, or of the tasks of a resource or a function; say what it answers: `returns` ...

        `resource` is an ARN, or a glob of one ("dynamodb:*"); `function` the name or the ARN of a Lambda function, or a
        glob, for states that invoke it in whatever way. `item` is for the iteration of a Map with that index, `call`
        for the state's call of that number, both counted from 0. `input` is for calls with such arguments: what they
        have at least, or a function of them. Where more than one mock is meant, the one made last answers. Raises
        `InputError` for what the machine does not have.
        """
        if [state, resource, function].count(None) != 2:
            raise InputError("mock takes one of: the name of a state, resource=..., function=...")
        for what, number in (("item", item), ("call", call)):
            if number is not None and (type(number) is not int or number < 0):
                raise InputError(f"{what} is counted from 0: a whole number, not {number!r}")
        target = Target(state, resource, function, item, call, input)
        if (problem := target.problem(self.machine)) is not None:
            message, hint = problem
            raise InputError(f"{message}; {hint}" if hint else message)
        mock = Mock(target)
        self.mocks.append(mock)
        return mock

    def run(
        self, input: JSON = None, *, until: float | str | None = None, start_at: str | None = None, **options: Any
    ) -> Run:
        """Runs one execution in virtual time, and gives it when it has ended, or nothing more can happen by itself.

        `input` is its input (None: `{}`); `until` stops the clock, at a time as ISO 8601 text or so many seconds after
        the start (go on with `run.advance`). `start_at` is the name of a state to start with, at any depth, `variables`
        are assigned there, and with `single=True` the execution ends when that state is left. The options are those of
        `World.start` (`name`, `context`, `variables` ...), and of `asl.World`, over those of this Workflow. Raises
        `HostError` when a task is answered by nothing, `InputError` for an input that is not JSON or is too large.
        """
        with rare_collections():
            return self.start(input, start_at=start_at, **options).advance(until=until)

    def start(self, input: JSON = None, **options: Any) -> Run:
        """Starts one execution, and does nothing of its work yet: go on with `run.advance`. Else as `run`."""
        _check_options("run", options)
        of_world, of_start = self.prepare(options)
        world = World(**of_world)
        try:
            run = world.start(self.machine, input, **of_start)
        except BaseException:
            world.close()
            raise
        self.runs.append(run)
        if len(self.runs) > _KEPT and self.runs[0].status != "RUNNING":
            self.runs.popleft().world.close()
        return run

    def prepare(self, options: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What to make the world of a new run with, its `mocks` a `MockTable`, and what to start the execution with.

        `options` are over those of this Workflow.
        """
        of_world, of_start = split_options({**self.options, **(options or {})})
        given = of_world.get("machines") or {}
        machines = {key: self._other(key, each) for key, each in given.items()}
        tables = {machines[key].name: each.mocks for key, each in given.items() if isinstance(each, Workflow)}
        if self.machine.name in tables:
            raise InputError(
                f"'{self.machine.name}' is the name of one of `machines` and of the machine under test: give the latter"
                " another one with `name`"
            )
        tables[self.machine.name] = self.mocks
        fallback = of_world.get("mocks")
        if isinstance(fallback, str | Path):
            fallback = self._mock_file(str(fallback))
        of_world["machines"] = machines
        of_world["mocks"] = MockTable(tables, fallback)
        if isinstance(of_world.get("resources"), str | Path):
            of_world["resources"] = self._find(of_world["resources"])
        for option in ("lambdas", "activities"):
            if option in of_world:
                of_world[option] = {name: self._function(each) for name, each in of_world[option].items()}
        return of_world, of_start

    def _mock_file(self, reference: str) -> MockConfig:
        """The answers of a test case, of which none is given yet; the file is read once."""
        if reference not in self._mock_files:
            file, test_case = mock_config.split_reference(reference)
            self._mock_files[reference] = mock_config.load(self._find(file), test_case, machine=self.machine)
        return self._mock_files[reference].anew()

    def _other(self, key: str, given: Any) -> Any:
        """A machine that tasks start, under the name by which they know it; where it is to be loaded: its definition.

        The name is that of the key, but for a glob.
        """
        if isinstance(given, str | Path):
            return self._find(given)
        machine = given.machine if isinstance(given, Workflow) else given
        is_named = isinstance(machine, Machine) and not GLOB_SIGNS & set(key)
        return machine.named(machine_name(key)) if is_named else machine

    def _function(self, given: Any) -> Any:
        return find_function(given, self._folders or [Path.cwd()]) if isinstance(given, str) else given

    def _find(self, file: str | Path) -> Path:
        return find_definition(file, self._folders) if self._folders else Path(file)


def _check_options(call: str, options: Mapping[str, Any]) -> None:
    """Raises InputError for an option that neither a world nor an execution has."""
    if options.keys() <= _OPTIONS:
        return
    own = ("define", "folders", "name", "resource", "type") if call == "Workflow" else ("input", "until")
    for name in options.keys() - _OPTIONS:
        hint = did_you_mean(name, [*_OPTIONS, *own])
        raise InputError(f"{call} has no option '{name}'" + (f"; {hint}" if hint else ""))


def find_definition(file: str | Path, folders: Iterable[Path]) -> Path:
    """The first file of that name below the folders, as seen from the current folder if it is in there.

    Raises InputError that names all places looked at.
    """
    path = Path(file)
    places = [path] if path.is_absolute() else _distinct_paths(folder / path for folder in folders)
    for place in places:
        if place.exists():
            return place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    raise InputError(f"there is no file '{path}'; looked for{''.join(f'{chr(10)}  {place}' for place in places)}")


def _distinct_paths(paths: Iterable[Path]) -> list[Path]:
    return list({path.resolve(): path for path in paths}.values())
