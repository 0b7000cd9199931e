"""The recordings of AWS Step Functions: where they are, which of them are in scope, what each execution recorded.

The corpus is data beside the repository (its README has the format); nothing of it is copied here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from asl.values import JSON

ACCOUNT: Final = "111111111111"
REGION: Final = "us-east-1"


def corpus(part: str) -> Path | None:
    """The folder `part` of the corpus, None when it is not on this machine."""
    given = os.environ.get("ASL_CONFORMANCE")
    root = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "conformance"
    folder = root / part
    return folder if folder.exists() else None


@dataclass(frozen=True, slots=True)
class Execution:
    """One recorded execution, with everything needed to repeat it.

    `input_text` is None when it was started without input. `events` is its recorded history, normalised as it was
    stored; None when none was recorded. `final_event` is the last event as a log group received it.
    """

    index: int
    definition: JSON
    machine_name: str
    type: str
    name: str | None
    role_arn: str | None
    input_text: str | None
    mock_test_case: str | None
    answers: tuple[JSON, ...]
    expected: JSON
    events: tuple[JSON, ...] | None
    final_event: JSON
    delivered: JSON


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the corpus: its executions that have a recorded outcome, and how their recording was normalised."""

    id: str
    area: str
    kind: str
    needs: tuple[str, ...]
    transformers: tuple[JSON, ...]
    mock_config: JSON
    literals: str
    """The case without its transformers and snapshot, as text: what the transformers' patterns may be found in."""
    recorded: str
    """What was recorded, as text."""
    executions: tuple[Execution, ...]
    data: JSON = field(default_factory=dict)
    """The case as it is stored."""


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """A case that is not compared, and why."""

    id: str
    area: str
    reason: str


def load_all(trust: str = "aws") -> Iterator[Case | OutOfScope]:
    """Every execution and mocked case of that trust, in the order of the files. Empty without a corpus.

    `trust` is "aws" for what AWS itself recorded, "aws-unconfirmed" for what looks as if it had.
    """
    folder = corpus("aws")
    if folder is None:
        return
    for file in sorted((folder / "cases").glob("*/*.json")):
        data = json.loads(file.read_text("utf-8"))
        if data["kind"] in ("execution", "mocked") and data["recorded_against"] == trust:
            yield _case(data)


def _case(data: JSON) -> Case | OutOfScope:
    executions = []
    reasons = []
    for index, execution in enumerate(data["executions"]):
        machine = _machine(data, execution)
        if machine.get("role") == "helper" or "expected" not in execution:
            continue
        reason = out_of_scope(machine["definition"])
        if reason is None:
            executions.append(_execution(data, index, execution, machine))
        else:
            reasons.append(reason)
    if not executions:
        return OutOfScope(data["id"], data["area"], reasons[0] if reasons else "no recorded outcome")
    literals = json.dumps({key: value for key, value in data.items() if key not in ("transformers", "snapshot")})
    return Case(
        data["id"],
        data["area"],
        data["kind"],
        tuple(data["needs"]),
        tuple(data["transformers"]),
        data.get("mock_config"),
        literals,
        json.dumps(data["snapshot"], ensure_ascii=False),
        tuple(executions),
        data,
    )


def _machine(data: JSON, execution: JSON) -> JSON:
    machines = data.get("state_machines")
    if machines:
        return machines[execution["state_machine"]]
    return {
        "name": data.get("state_machine_name", "StateMachine"),
        "type": data["type"],
        "definition": data["definition"],
    }


def _execution(data: JSON, index: int, execution: JSON, machine: JSON) -> Execution:
    snapshots = [_snapshot(data["snapshot"], key) for key in execution.get("snapshot_keys", [])]
    events = next((each["events"] for each in snapshots if isinstance(each, dict) and "events" in each), None)
    final = data["snapshot"].get("end_event") if index == data["primary_execution"] else None
    return Execution(
        index,
        machine["definition"],
        machine["name"],
        machine.get("type") or "STANDARD",
        execution["arn"].rpartition(":")[2] if execution.get("arn") else None,
        _role_arn(data["transformers"], events),
        _input_text(execution),
        execution.get("mock_test_case"),
        tuple(execution.get("answers", ())),
        execution["expected"],
        None if events is None else tuple(events),
        final,
        data["snapshot"].get("stepfunctions_events") if index == data["primary_execution"] else None,
    )


def _snapshot(snapshot: JSON, key: str) -> JSON:
    """What was recorded under a key such as `exec_hist_resp_0` or `cases[3]`."""
    name, bracket, index = key.partition("[")
    value = snapshot.get(name)
    return value[int(index.rstrip("]"))] if bracket and value is not None else value


def _role_arn(transformers: list[JSON], events: list[JSON] | None) -> str | None:
    names = ("snf_role_arn", "sfn_role_arn")
    literal = next((each["regex"] for each in transformers if each.get("replacement") in names), None)
    return events[0]["executionStartedEventDetails"]["roleArn"] if literal is None and events else literal


def _input_text(execution: JSON) -> str | None:
    if execution.get("input_omitted"):
        return None
    raw = execution.get("input_raw")
    return raw if raw is not None else json.dumps(execution["input"])


# -- scope -----------------------------------------------------------------------------------------------------------


def out_of_scope(definition: JSON) -> str | None:
    """Why a definition is not compared, None when it is: no Distributed Map."""
    return "Distributed Map" if _has_distributed_map(definition) else None


def _has_distributed_map(value: Any) -> bool:
    if isinstance(value, dict):
        own = value.get("Mode") == "DISTRIBUTED" or "ItemReader" in value
        return own or any(map(_has_distributed_map, value.values()))
    return isinstance(value, list) and any(map(_has_distributed_map, value))
