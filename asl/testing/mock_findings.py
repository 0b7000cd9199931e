"""What is wrong with a mock file, as findings with their places; for `asl.testing.mock_config`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from asl.findings import Finding, did_you_mean
from asl.parse.report import kind_of
from asl.source_text import below
from asl.values import JSON

if TYPE_CHECKING:
    from asl.machine import Machine
    from asl.source import Document

_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,8})(?:-(0|[1-9][0-9]{0,8}))?", re.ASCII)


def call_range(key: str) -> tuple[int, int] | None:
    """The first and the last call that a key of a response is for, from 0: "1-2" gives (1, 2); None for other keys."""
    found = _INDEX.fullmatch(key)
    if found is None or int(found[2] or found[1]) < int(found[1]):
        return None
    return int(found[1]), int(found[2] or found[1])


class _Maker(Protocol):
    def __call__(self, pointer: str, message: str, hint: str | None = None, key: bool = False) -> Finding: ...


def check(document: Document) -> Iterator[Finding]:
    """All that is wrong with a mock file, in its order."""

    def finding(pointer: str, message: str, hint: str | None = None, key: bool = False) -> Finding:
        return Finding("mock-file", message, pointer, hint, document.locate(pointer, key=key))

    root = document.value
    if not isinstance(root, dict):
        yield finding("", f"a mock file holds an object, not {kind_of(root)}")
        return
    for name in root:
        if name not in ("StateMachines", "MockedResponses", "Comment", "$schema"):
            hint = did_you_mean(name, ("StateMachines", "MockedResponses"))
            yield finding(f"{below('', name)}", f"a mock file has no field '{name}'", hint, key=True)
    responses = root.get("MockedResponses", {})
    machines = root.get("StateMachines")
    if machines is None:
        yield finding(
            "", "the field 'StateMachines' is missing", 'write {"StateMachines": {"Name": {"TestCases": ...}}}'
        )
    elif not isinstance(machines, dict):
        yield finding("/StateMachines", f"'StateMachines' must be an object, not {kind_of(machines)}")
    else:
        known = responses if isinstance(responses, dict) else {}
        for name, machine in machines.items():
            yield from _check_machine(finding, below("/StateMachines", name), machine, known)
    if not isinstance(responses, dict):
        yield finding("/MockedResponses", f"'MockedResponses' must be an object, not {kind_of(responses)}")
        return
    for name, body in responses.items():
        yield from _check_response(finding, below("/MockedResponses", name), name, body)


def _check_machine(finding: _Maker, pointer: str, machine: JSON, responses: Mapping[str, JSON]) -> Iterator[Finding]:
    if not isinstance(machine, dict) or not isinstance(machine.get("TestCases"), dict):
        yield finding(pointer, 'a state machine must be an object with an object "TestCases"', None, True)
        return
    for name in machine:
        if name != "TestCases":
            hint = did_you_mean(name, ("TestCases",))
            yield finding(below(pointer, name), f"a state machine in a mock file has no field '{name}'", hint, True)
    for case, states in machine["TestCases"].items():
        at = below(pointer + "/TestCases", case)
        if not isinstance(states, dict):
            yield finding(at, f"a test case must be an object of state and response names, not {kind_of(states)}")
            continue
        for state, response in states.items():
            if not isinstance(response, str):
                text = f"state '{state}' must have the name of a response, not {kind_of(response)}"
                yield finding(below(at, state), text)
            elif response not in responses:
                hint = did_you_mean(response, responses) or "add it to 'MockedResponses'"
                yield finding(below(at, state), f"there is no response named '{response}'", hint)


def _check_response(finding: _Maker, pointer: str, name: str, body: JSON) -> Iterator[Finding]:
    if not isinstance(body, dict) or not body:
        yield finding(pointer, f'response \'{name}\' must be an object with the keys "0", "1" or "1-2"', None, True)
        return
    ranges: list[tuple[int, int, str]] = []
    wrong = False
    for key, entry in body.items():
        at = below(pointer, key)
        calls = call_range(key)
        if calls is None:
            wrong = True
            hint = 'write the number of a call, "0", or a range of them, "1-2"'
            yield finding(at, f"'{key}' is not the number of a call", hint, True)
        else:
            ranges.append((*calls, at))
        yield from _check_answer(finding, at, entry)
    if wrong:
        return
    awaited = 0
    for first, last, at in sorted(ranges):
        if first > awaited:
            missing = str(awaited) if first == awaited + 1 else f"{awaited}-{first - 1}"
            yield finding(at, f"response '{name}' has no answer \"{missing}\"", "calls are counted from 0", True)
        elif first < awaited:
            yield finding(at, f"response '{name}' has two answers for call {first}", "ranges are inclusive", True)
        awaited = max(awaited, last + 1)


def _check_answer(finding: _Maker, pointer: str, entry: JSON) -> Iterator[Finding]:
    if not isinstance(entry, dict):
        yield finding(pointer, f'an answer must be an object with "Return" or "Throw", not {kind_of(entry)}')
        return
    for name in entry:
        if name not in ("Return", "Throw", "Submit", "DurationSeconds"):
            hint = did_you_mean(name, ("Return", "Throw", "Submit", "DurationSeconds"))
            yield finding(below(pointer, name), f"an answer has no field '{name}'", hint, True)
    if ("Return" in entry) == ("Throw" in entry):
        what = "both" if "Return" in entry else "neither"
        yield finding(pointer, f'an answer must have one of "Return" and "Throw"; this has {what}', None, True)
    thrown = entry.get("Throw", {})
    if not isinstance(thrown, dict):
        yield finding(pointer + "/Throw", f'"Throw" must be an object with "Error" and "Cause", not {kind_of(thrown)}')
    elif "Throw" in entry:
        if "Error" not in thrown:
            near = next((name for name in thrown if name != "Cause" and did_you_mean(name, ("Error",))), None)
            hint = None if near is None else f"did you mean 'Error' for '{near}'?"
            yield finding(pointer + "/Throw", '"Throw" must have an "Error"', hint)
        for name, value in thrown.items():
            if name not in ("Error", "Cause"):
                hint = did_you_mean(name, ("Error", "Cause"))
                yield finding(below(pointer + "/Throw", name), f"'Throw' has no field '{name}'", hint, True)
            elif not isinstance(value, str):
                yield finding(below(pointer + "/Throw", name), f"'{name}' must be a string, not {kind_of(value)}")
    seconds = entry.get("DurationSeconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 99_999_999:
        text = "'DurationSeconds' must be a number of seconds from 0 to 99999999"
        yield finding(pointer + "/DurationSeconds", text)


def check_states(
    document: Document, pointer: str, submitting: Mapping[str, bool], machine: Machine
) -> Iterator[Finding]:
    """What is wrong with the test case at `pointer` as one for `machine`.

    `submitting` has the states that the case names, and whether their responses have answers of a start call.
    """
    types = {state.name: state for state in machine.program.states.values()}
    tasks = [name for name, state in types.items() if state.type == "Task"]
    for name, submits in submitting.items():
        at = below(pointer, name)
        place = document.locate(at, key=True)
        state = types.get(name)
        if state is None:
            hint = did_you_mean(name, tasks) or (f"its Task states are {', '.join(tasks[:10])}" if tasks else None)
            yield Finding("mock-file", f"the state machine has no state '{name}'", at, hint, place)
        elif state.type != "Task":
            text = f"state '{name}' is a {state.type} state: it calls nothing that could be mocked"
            yield Finding("mock-file", text, at, None, place)
        elif submits:
            pattern = getattr(state, "pattern", "request_response")
            if pattern == "request_response":
                text = f"state '{name}' has no start call: 'Submit' is for .sync and .waitForTaskToken tasks"
                yield Finding("mock-file", text, at, None, place)
