"""What an execution is started with, as far as a recording tells: names, ARNs, the time, the input.

What it does not tell has a stand-in, until the true value turns up in a recorded text: then the replay starts again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from asl.engine import ExecutionInfo
from asl.errors import InputError
from asl.hosts.start import DEFAULT_START, execution_input, execution_name, moment
from asl.limits import WorkflowType
from asl.machine import Machine
from asl.replay.adopted import Learnt
from asl.replay.recording import Recording
from asl.values import JSON

EXECUTION_ARN: Final = re.compile(
    r"arn:[\w-]+:states:([\w-]+):(\d+):(execution|express):([^\s:\"\\]+):([^\s:\"\\]+)(?::[^\s:\"\\]+)?"
)
MACHINE_ARN: Final = re.compile(r"arn:[\w-]+:states:([\w-]+):(\d+):stateMachine:([^\s:\"\\]+)")
_NAME_STAND_IN: Final = "00000000-0000-4000-8000-00000000a51a"
_MACHINE_STAND_IN: Final = "Machine-00000000a51a"
"""Names that no definition has in it: where they occur, the true name belongs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds of the whole execution. `unknown` are the names of the facts that are stand-ins."""

    name: str
    machine_name: str
    role_arn: str
    start: int
    region: str
    account: str
    type: WorkflowType
    arn: str | None = None
    """Only of an EXPRESS execution, whose ARN has a part that no name tells."""
    unknown: frozenset[str] = field(default_factory=frozenset)
    learnt_from: tuple[Learnt, ...] = ()
    """What recorded texts have told of them."""

    def of_world(self) -> dict[str, Any]:
        """The options of a World in which such an execution can be started."""
        return {"start": self.start, "region": self.region, "account": self.account}

    def of_start(self) -> dict[str, Any]:
        """The options of `World.start`, the input aside."""
        options: dict[str, Any] = {"name": self.name, "role_arn": self.role_arn}
        if self.arn is not None:
            options["context"] = {"Execution": {"Id": self.arn}}
        return options

    def info(self, input_text: str) -> ExecutionInfo:
        """What the engine starts such an execution with; its seed is that of the first one in a World."""
        prefix = f"arn:aws:states:{self.region}:{self.account}"
        kind = "express" if self.type == "EXPRESS" else "execution"
        behind = f":{_NAME_STAND_IN}" if self.type == "EXPRESS" else ""
        return ExecutionInfo(
            arn=self.arn or f"{prefix}:{kind}:{self.machine_name}:{self.name}{behind}",
            name=execution_name(self.name),
            state_machine_arn=f"{prefix}:stateMachine:{self.machine_name}",
            state_machine_name=self.machine_name,
            role_arn=self.role_arn,
            input=execution_input(None, input_text),
            input_text=input_text,
            type=self.type,
            region=self.region,
            account=self.account,
            seed="0/0",
        )

    def shown(self, machine_name: str) -> Facts:
        """The facts with a name that can be shown where the machine's is not known."""
        return replace(self, machine_name=machine_name) if "machine_name" in self.unknown else self

    def learnt(self, fact: str, value: str, source: Learnt | None = None) -> Facts:
        """The facts with the true value of one that was unknown: "name", "machine_name", "arn" or "machine_arn"."""
        known = self if source is None else replace(self, learnt_from=(*self.learnt_from, source))
        match fact:
            case "arn":
                return known._of_arn(value)
            case "machine_arn":
                return known._of_machine_arn(value)
            case "name":
                return replace(known, name=value)._known("name")
            case _:
                return replace(known, machine_name=value)._known("machine_name")

    def _known(self, *facts: str) -> Facts:
        """The facts where these are no stand-ins any more, nor the ARN that they make."""
        unknown = self.unknown.difference(facts)
        if self.type == "STANDARD" and unknown.isdisjoint(("name", "machine_arn")):
            unknown -= {"arn"}
        return replace(self, unknown=unknown)

    def _of_arn(self, arn: str) -> Facts:
        found = EXECUTION_ARN.fullmatch(arn)
        if found is None:
            raise InputError(f"'{arn}' is no ARN of an execution, which is arn:aws:states:REGION:ACCOUNT:execution:...")
        region, account, kind, machine, name = found.groups()
        return replace(
            self,
            name=name,
            machine_name=machine,
            region=region,
            account=account,
            arn=arn if kind == "express" else None,
            unknown=frozenset(),
        )

    def _of_machine_arn(self, arn: str) -> Facts:
        """Of the machine's ARN, or that of one of its versions or aliases."""
        found = MACHINE_ARN.match(arn)
        assert found is not None, "such an ARN was found"
        region, account, machine = found.groups()
        found_out = replace(self, machine_name=machine, region=region, account=account)
        return found_out._known("machine_name", "machine_arn")


def facts_of(
    recording: Recording, machine: Machine, *, execution_arn: str | None = None, name: str | None = None
) -> Facts:
    """What the recording tells of its execution; the caller's ARN and name go first. Raises InputError."""
    started = recording.events[0]
    described = recording.described
    role_arn = started.details.get("roleArn", described.get("roleArn"))
    role = role_arn if isinstance(role_arn, str) else None
    region, account = _place(recording, role)
    facts = Facts(
        name=_NAME_STAND_IN,
        machine_name=_MACHINE_STAND_IN,
        role_arn=role or f"arn:aws:iam::{account}:role/{machine.name}",
        start=_start(recording),
        region=region,
        account=account,
        type="EXPRESS" if recording.type == "EXPRESS" else machine.type,
        unknown=frozenset(("name", "machine_name", "arn", "machine_arn")),
    )
    if execution_arn is not None:
        return facts.learnt("arn", execution_arn)
    described_arn = described.get("executionArn")
    if isinstance(described_arn, str) and EXECUTION_ARN.fullmatch(described_arn):
        return facts.learnt("arn", described_arn)
    if name is not None:
        facts = facts.learnt("name", name)
    machine_arn = _described_machine(recording)
    return facts if machine_arn is None else facts.learnt("machine_arn", machine_arn)


def recorded_input(recording: Recording) -> str | None:
    """The JSON text of the execution's input; None when the recording does not have it."""
    started = recording.events[0]
    text: JSON = None if started.is_truncated else started.details.get("input")
    text = recording.described.get("input") if text is None else text
    return text if isinstance(text, str) else None


def _start(recording: Recording) -> int:
    described = recording.described.get("startDate")
    if isinstance(described, str):
        try:
            return moment(described)
        except InputError:
            pass
    return next((event.at for event in recording.events if event.at is not None), DEFAULT_START)


def _described_machine(recording: Recording) -> str | None:
    """The ARN of the machine, or of a version or alias of it, where the recording names it."""
    details = recording.events[0].details
    texts = [recording.described.get("stateMachineArn")]
    texts += [details.get("stateMachineVersionArn"), details.get("stateMachineAliasArn")]
    return next((text for text in texts if isinstance(text, str) and MACHINE_ARN.match(text)), None)


def _place(recording: Recording, role_arn: str | None) -> tuple[str, str]:
    """The region and the account: those that tasks were scheduled in, and that the role belongs to."""
    region, account = "us-east-1", "123456789012"
    parts = (role_arn or "").split(":")
    if len(parts) > 4 and parts[4].isdigit():
        account = parts[4]
    for event in recording.events:
        if isinstance(event.details.get("region"), str):
            region = event.details["region"]
            break
        resource = str(event.details.get("resource", "")).split(":")
        if len(resource) > 4 and resource[0] == "arn" and resource[3]:
            region = resource[3]
            break
    return region, account
