"""The executions of a world as Step Functions' API shows them: for tasks that start others, or answer them by a token.

Executions belong to the thread that drives the world. What another thread asks for is done by that one: see
`asl.hosts.live`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from asl.errors import InputError
from asl.hosts.start import execution_input, execution_name
from asl.integration import Call, ExecutionRefused
from asl.json_text import dumps
from asl.machine import Definition, Machine, from_document, load
from asl.source import Document
from asl.values import JSON

if TYPE_CHECKING:
    from asl.hosts.run import Run
    from asl.hosts.world import World


class WorldExecutions:
    """See `asl.integration.Executions`. Raises InputError and DefinitionError for machines that cannot be loaded."""

    def __init__(self, world: World, machines: Mapping[str, Machine | Document | Definition]) -> None:
        self._world = world
        self._machines = {key: _loaded(key, machine) for key, machine in machines.items()}
        self._named = {key for key, machine in machines.items() if isinstance(machine, Machine)}

    @property
    def machines(self) -> list[Machine]:
        """The machines that tasks can start."""
        return list(self._machines.values())

    def knows(self, state_machine: str) -> bool:
        return self._key(state_machine) is not None or self._started(state_machine) is not None

    def start(self, state_machine: str, input_text: str, name: str | None, parent: Call, express: bool = False) -> str:
        return self._world.on_driver(lambda: self._start(state_machine, input_text, name, parent, express))

    def _start(self, state_machine: str, input_text: str, name: str | None, parent: Call, express: bool) -> str:
        self._world.requests += 1
        machine = self._machine(state_machine)
        kind = "EXPRESS" if express else machine.type
        given = _checked(name, input_text)
        region, account = _place(state_machine)
        if name is not None and kind == "STANDARD":
            arn = self._world.execution_arn(machine.name, name, region, account)
            if self._is_started(arn, given):
                return arn
        return self._world.start(
            machine,
            name=name,
            type=kind,
            input_text=input_text,
            parent=parent.execution_arn,
            region=region,
            account=account,
        ).arn

    def _is_started(self, arn: str, given: JSON) -> bool:
        """Whether that very execution runs, with the same input. Raises ExecutionRefused if only its name is taken."""
        try:
            run = self._world.run_of(arn)
        except KeyError:
            return False
        # unrecorded: whether two inputs that differ in white space only are the same
        if run.status == "RUNNING" and dumps(run.execution.info.input) == dumps(given):
            return True
        raise ExecutionRefused("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")

    def describe(self, execution_arn: str) -> dict[str, JSON]:
        return _described(self._run(execution_arn))

    def list(self, state_machine: str) -> Sequence[dict[str, JSON]]:
        self._world.requests += 1
        name = machine_name(state_machine)
        return [_described(run) for run in reversed(self._world.runs) if run.machine.name == name]

    def stop(self, execution_arn: str, error: str | None, cause: str | None) -> None:
        run = self._run(execution_arn)
        self._world.on_driver(lambda: self._world.stop(run, error, cause))

    def get_activity_task(self, activity: str, worker_name: str | None = None) -> tuple[str, JSON] | None:
        return self._world.on_driver(lambda: self._world.get_activity_task(activity, worker_name))

    def send_task_success(self, token: str, output_text: str) -> None:
        try:
            output = execution_input(None, output_text)
        except InputError as failure:
            # unrecorded: the service's text
            text = str(failure).replace("the input", "the output")
            raise ExecutionRefused("InvalidOutput", f"Invalid Output: '{text}'") from None
        self._answer(token, lambda: self._world.send_task_success(token, output))

    def send_task_failure(self, token: str, error: str | None, cause: str | None) -> None:
        self._answer(token, lambda: self._world.send_task_failure(token, error, cause))

    def send_task_heartbeat(self, token: str) -> None:
        self._answer(token, lambda: self._world.send_task_heartbeat(token))

    def _answer(self, token: str, work: Callable[[], None]) -> None:
        def checked() -> None:
            if self._world.was_awaited(token):
                # unrecorded: the text is from users' reports
                raise ExecutionRefused("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
            try:
                work()
            except InputError:
                raise ExecutionRefused("InvalidToken", "Invalid Token: 'Invalid token'") from None

        self._world.on_driver(checked)

    # -- machines --------------------------------------------------------------------------------------------------

    def _machine(self, state_machine: str) -> Machine:
        key = self._key(state_machine)
        if key is None:
            started = self._started(state_machine)
            assert started is not None, "asked before"
            return started
        machine = self._machines[key]
        return machine if key in self._named else machine.named(machine_name(state_machine))

    def _key(self, state_machine: str) -> str | None:
        """Under which key the machine was given: its ARN, its name, or a glob of either."""
        names = (state_machine, machine_name(state_machine))
        exact = next((name for name in names if name in self._machines), None)
        return exact or next((key for key in self._machines if any(fnmatchcase(name, key) for name in names)), None)

    def _started(self, state_machine: str) -> Machine | None:
        """A machine of that name that has an execution already: a machine may start itself."""
        name = machine_name(state_machine)
        return next((run.machine for run in self._world.runs if run.machine.name == name), None)

    def _run(self, execution_arn: str) -> Run:
        self._world.requests += 1
        try:
            return self._world.run_of(execution_arn)
        except KeyError:
            raise ExecutionRefused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'") from None


def _loaded(key: str, machine: Machine | Document | Definition) -> Machine:
    """The machine that was given for a key: for what is no Machine, named after the key."""
    if isinstance(machine, Machine):
        return machine
    if isinstance(machine, Document):
        return from_document(machine, machine_name(key))
    try:
        return load(machine, name=machine_name(key))
    except InputError as error:
        raise InputError(f"the machine '{key}': {error}") from None


def _checked(name: str | None, input_text: str) -> JSON:
    """The input's value. Raises ExecutionRefused for a name or an input that the service would refuse."""
    try:
        if name is not None:
            execution_name(name)
    except InputError:
        raise ExecutionRefused("InvalidName", f"Invalid Name: '{name}'") from None
    try:
        return execution_input(None, input_text)
    except InputError as failure:
        # unrecorded: the part within quotes, which is that of the service's parser
        text = f"Invalid State Machine Execution Input: '{failure}'"
        raise ExecutionRefused("InvalidExecutionInput", text) from None


def machine_name(state_machine: str) -> str:
    """The name in a machine's ARN, without a version or an alias; any other text as it is."""
    before, found, rest = state_machine.partition(":stateMachine:")
    return rest.split(":")[0] if found and before.startswith("arn:") else state_machine


def _place(state_machine: str) -> tuple[str | None, str | None]:
    """The region and the account in a machine's ARN; None where there are none."""
    parts = state_machine.split(":")
    return (parts[3] or None, parts[4] or None) if parts[0] == "arn" and len(parts) > 5 else (None, None)


def _described(run: Run) -> dict[str, JSON]:
    info, execution = run.execution.info, run.execution
    ended = run.status != "RUNNING"
    failed = run.status in ("FAILED", "ABORTED")  # of one that timed out, only the history has the error
    described: dict[str, JSON] = {
        "executionArn": run.arn,
        "stateMachineArn": info.state_machine_arn,
        "name": run.name,
        "status": run.status,
        "startDate": execution.started_at,
        "stopDate": execution.now if ended else None,
        "input": info.input_text if info.input_text is not None else dumps(info.input),
        "output": dumps(execution.output) if run.succeeded else None,
        "error": run.error if failed else None,
        "cause": run.cause if failed else None,
    }
    return {name: value for name, value in described.items() if value is not None}
