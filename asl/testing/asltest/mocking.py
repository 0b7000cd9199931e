"""Mocks as test files write them, put into a workflow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from asl.json_text import dumps
from asl.machine import Machine
from asl.parse.transitions import task_states
from asl.testing.mocks import Mock
from asl.testing.targets import Target
from asl.testing.workflow import Workflow
from asl.values import ABSENT

_CONDITIONS = ("item", "call", "input")
_FUNCTION: Final = "function:"


def add_mocks(workflow: Workflow, mocks: Mapping[str, Any]) -> None:
    """Adds mocks by states, functions and resources: those of states go before others, whatever stands first."""
    tasks = {name for _, name, _ in task_states(workflow.machine.document.value)}
    for is_state in (False, True):
        for key, answers in mocks.items():
            if (key in tasks) is is_state:
                _add(workflow, _target(key, tasks), answers)


def _add(workflow: Workflow, target: dict[str, Any], answers: Any) -> None:
    """Adds a series of answers for each condition: the first that holds goes before others, and all before none."""
    series: dict[str, tuple[dict[str, Any], list[Any]]] = {}
    for answer in answers if isinstance(answers, list) else [answers]:
        condition = {name: _whole(answer[name]) for name in _CONDITIONS if name in answer}
        series.setdefault(dumps(condition), (condition, []))[1].append(answer)
    conditional = [each for each in series.values() if each[0]]
    for condition, members in [*(each for each in series.values() if not each[0]), *reversed(conditional)]:
        mock = workflow.mock(**target, **condition)
        for answer in members:
            _answer(mock.then, answer)


def _answer(mock: Mock, answer: Mapping[str, Any]) -> None:
    times = None if "times" not in answer else int(answer["times"])
    after = answer.get("after", 0)
    match answer:
        case {"return": value}:
            mock.returns(value, times=times, after=after)
        case {"payload": value}:
            mock.returns_payload(value, times=times, after=after)
        case {"fail": failure}:
            mock.fails(*error_and_cause(failure), times=times, after=after)
        case {"timeout": _}:
            mock.times_out(times=times)
        case {"wait": _}:
            mock.waits(ABSENT, times=times)


def error_and_cause(failure: str | Mapping[str, str]) -> tuple[str, str | None]:
    """A failure as test files write it: the name of the error, or an object with its name and cause."""
    return (failure, None) if isinstance(failure, str) else (failure["error"], failure.get("cause"))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


def wrong_keys(mocks: Mapping[str, Any], machine: Machine) -> Iterator[tuple[str, str, str | None]]:
    """The keys of mocks that no task of the machine is meant by, each with what is wrong with it, and a hint."""
    names = {name for _, name, _ in task_states(machine.document.value)}
    for key in mocks:
        if (problem := Target(**_target(key, names)).problem(machine)) is not None:
            yield key, *problem


def _target(key: str, states: Collection[str]) -> dict[str, Any]:
    """What a key of mocks names: a state, "function:NAME", or a resource."""
    if key in states:
        return {"state": key}
    if key.startswith(_FUNCTION):
        return {"function": key.removeprefix(_FUNCTION)}
    return {"resource": key} if ":" in key or "*" in key else {"state": key}
