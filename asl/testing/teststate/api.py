"""The function that is TestState's API."""

# ruff: noqa: PT028 - the name is the API's; it is no test

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import closing
from random import Random
from typing import Any, Final

from asl.errors import HostError, InputError
from asl.findings import did_you_mean
from asl.hosts.unanswered import UnansweredError
from asl.testing.teststate import context as contexts
from asl.testing.teststate import definition as definitions
from asl.testing.teststate import inspection, mock_checks, parameters, request
from asl.testing.teststate.bench import Bench
from asl.values import JSON

_OF_WORLD: Final = (
    "tasks", "lambdas", "aws", "endpoint_url", "event_buses", "machines", "resources", "region", "account", "start",
    "seed", "call_timeout_seconds", "options", "warn",
)  # fmt: skip
"""Options that say who answers a Task without a mock, and when and where: those of `asl.World`."""


def test_state(
    definition: str | Mapping[str, JSON],
    *,
    stateName: str | None = None,
    input: JSON = None,
    inspectionLevel: str | None = None,
    mock: Mapping[str, Any] | None = None,
    context: JSON = None,
    variables: JSON = None,
    roleArn: str | None = None,
    stateConfiguration: Mapping[str, Any] | None = None,
    revealSecrets: bool | None = None,
    define: Mapping[str, str] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The answer of TestState: `status`, `output`, `error`, `cause`, `nextState` and `inspectionData`, as boto3 has it.

    The parameters are those of boto3's `client.test_state`. Where the API takes JSON text (`definition`, `input`,
    `variables`, `context`, the mock's `result`, `mapItemReaderData`), anything that is no text is taken as the value
    itself. `define` fills `${Name}` placeholders of the definition. Nothing reaches AWS: a Task without a mock is
    answered by what the `options` name, which are those of `asl.World` (`lambdas`, `tasks`, `aws` ...); a state that
    comes alone is called "StateName" there, as on AWS.

    Raises `ApiError`, with `code` and `message`, for what the API refuses; `HostError` for a Task that nothing answers.
    """
    given = {
        "definition": definition,
        "roleArn": roleArn,
        "input": input,
        "inspectionLevel": inspectionLevel,
        "revealSecrets": revealSecrets,
        "variables": variables,
        "stateName": stateName,
        "mock": mock,
        "context": context,
        "stateConfiguration": stateConfiguration,
    }
    for name in options:
        if name not in _OF_WORLD:
            known = (*parameters.REQUEST.members, *_OF_WORLD)
            raise InputError(f"test_state() has no parameter '{name}'; {did_you_mean(name, known) or known}")
    return answer(given, options, define)


test_state.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test


def answer(
    given: Mapping[str, Any], options: Mapping[str, Any], define: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The same for a request that is a mapping of the API's parameters. Raises the same."""
    asked = request.read(given)
    tested = definitions.tested(asked.definition, asked.state_name, define or {})
    with closing(Bench(asked.mock, options)) as bench:
        mock_checks.check(asked, tested, bench.answers)
        context = asked.context
        if context is None:
            names = _name(bench.seed, "machine"), _name(bench.seed, "execution")
            context = contexts.made(asked, tested, names, bench.account, bench.region, bench.now)
        try:
            run = bench.run_alone(asked, tested, context)
        except UnansweredError as unanswered:
            raise HostError(_without_mock(unanswered)) from unanswered
    trace = inspection.Trace.of(bench.stages)
    inspection.check_iterations(asked, trace)
    return inspection.answer(asked, tested, run, trace)


def _name(seed: str, what: str) -> str:
    return str(uuid.UUID(int=Random(f"{seed}/{what}").getrandbits(128), version=4))


def _without_mock(unanswered: UnansweredError) -> str:
    ways = ['a mock: mock={"result": {...}}, or --mock \'{"result": "{...}"}\'', *unanswered.ways[1:]]
    listed = "".join(f"\n  - {way.replace('run(..., ', 'test_state(..., ')}" for way in ways)
    return f"{unanswered.problem}\nAnswer it with one of{listed}"
