"""Answers of tasks from a MockConfigFile.json, the format of Step Functions Local.

    {"StateMachines": {"Order": {"TestCases": {"Declined": {"Charge": "CardDeclined"}}}},
     "MockedResponses": {"CardDeclined": {"0":   {"Throw": {"Error": "Timeout", "Cause": "slow"}},
                                          "1-2": {"Return": {"StatusCode": 402}}}}}

A test case names a response for each state that it mocks; the response says what the first call of that state answers
("0"), the second and the third ("1-2"), and so on. Retries and Map iterations are calls like others and share the
count; every execution has its own. States that the case does not name are answered by whoever else answers them.

Two keys beside `Return` or `Throw` are ours. `"Submit": <answer of the start call>` makes the TaskSubmitted event of a
`.sync` or callback task; `"DurationSeconds": <number>` is how long the call takes, in virtual time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from asl import source
from asl.errors import DefinitionError, HostError, InputError
from asl.findings import Finding, Location, did_you_mean, render
from asl.integration import Answer, Call, Failure, FailurePhase, Output
from asl.source_text import below
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.machine import Machine
    from asl.source import Document

_INDEX: Final = re.compile(r"(0|[1-9][0-9]{0,8})(?:-(0|[1-9][0-9]{0,8}))?", re.ASCII)
_INVOKE_ANSWER: Final = frozenset(
    ("StatusCode", "Payload", "ExecutedVersion", "LogResult", "SdkHttpMetadata", "SdkResponseMetadata")
)


@dataclass(frozen=True, slots=True)
class MockedAnswer:
    """What the calls number `first` to `last` of a state answer, both counted from 0."""

    first: int
    last: int
    returned: JSON | Absent
    error: str | None
    cause: str | None
    submit: JSON | Absent
    duration_ms: int


@dataclass(frozen=True, slots=True)
class MockedResponse:
    """A named series of answers, without gaps from call 0 on."""

    name: str
    answers: tuple[MockedAnswer, ...]
    location: Location | None


class MockConfig:
    """One test case of a mock file, ready to answer; usable from several threads.

    The same attempt (its execution's ARN and `ref`) gets the same answer again, however often it is asked for.
    """

    def __init__(self, test_case: str, machine_name: str, responses: Mapping[str, MockedResponse]) -> None:
        self.test_case = test_case
        self.machine_name = machine_name
        self.responses = dict(responses)
        """The response of each state that the case mocks."""
        self._calls: dict[tuple[str, str], dict[str, int]] = {}
        self._lock = Lock()

    def answer(self, call: Call) -> Answer | None:
        """The answer of this call; None when the case does not mock its state. Raises HostError when it ran out."""
        response = self.responses.get(call.state_name)
        if response is None:
            return None
        with self._lock:
            numbers = self._calls.setdefault((call.execution_arn, call.state_name), {})
            number = numbers.setdefault(call.ref, len(numbers))
        for mocked in response.answers:
            if mocked.first <= number <= mocked.last:
                return _answer(mocked, call)
        raise HostError(self._ran_out(response, call.state_name, number + 1))

    def _ran_out(self, response: MockedResponse, state_name: str, calls: int) -> str:
        known = response.answers[-1].last + 1
        where = f"{response.location}: " if response.location else ""
        return (
            f"{where}the mock of state '{state_name}' ran out: response '{response.name}' of test case"
            f" '{self.test_case}' has {known} {'answer' if known == 1 else 'answers'}, and this is call {calls}\n"
            f'Retries and Map iterations are calls too; add an answer under the key "{calls - 1}".'
        )


def _answer(mocked: MockedAnswer, call: Call) -> Answer:
    if mocked.returned is ABSENT:
        phase: FailurePhase = "timeout" if mocked.error in ("States.Timeout", "States.HeartbeatTimeout") else "run"
        return Failure(mocked.error, mocked.cause or None, phase, mocked.duration_ms, mocked.submit)
    value = mocked.returned
    if call.resource.split(":", 3)[2:3] == ["lambda"] and _is_invoke_answer(value):
        value = value["Payload"]  # a task on a function's own ARN gets what the function returned
    return Output(value, mocked.duration_ms, mocked.submit)


def _is_invoke_answer(value: JSON) -> bool:
    return isinstance(value, dict) and "StatusCode" in value and "Payload" in value and value.keys() <= _INVOKE_ANSWER


# -- reading ---------------------------------------------------------------------------------------------------------


def split_reference(reference: str) -> tuple[str, str | None]:
    """`FILE#TestCase` as file and test case, None for the latter when there is no `#`."""
    path, mark, test_case = reference.rpartition("#")
    if not mark or Path(reference).exists():
        return reference, None
    return path, test_case


def load(
    path: str | Path,
    test_case: str | None = None,
    machine_name: str | None = None,
    *,
    machine: Machine | None = None,
) -> MockConfig:
    """The answers of one test case of a mock file.

    Without `test_case`, the only one in the file. The machine's name in the file matters only where two machines have
    that case: then it must be `machine_name` (default: the name of `machine`), or the case is given as `Machine/Case`.
    With `machine`, the states that the case names are looked up in it. Raises InputError that lists all that is wrong.
    """
    if Path(path).is_dir():
        raise InputError(f"{path}: is a directory, not a mock file")
    try:
        document = source.read(path)
    except DefinitionError as error:
        raise _refused(replace(each, message=_of_mock_file(each.message)) for each in error.findings) from None
    findings = list(_check(document))
    if findings:
        raise _refused(findings)
    name, case = _choose(document, test_case, machine_name or (machine.name if machine else None))
    at = below(below("/StateMachines", name) + "/TestCases", case)
    named: dict[str, str] = document.value["StateMachines"][name]["TestCases"][case]
    responses = {state: _response(document, response) for state, response in named.items()}
    if machine is not None and (findings := list(_unknown_states(document, at, responses, machine))):
        raise _refused(findings)
    return MockConfig(case, name, responses)


def _of_mock_file(message: str) -> str:
    return message.replace("the definition", "the mock file")


def _refused(findings: Iterator[Finding] | list[Finding]) -> InputError:
    return InputError("\n".join(render(finding) for finding in findings))


def _choose(document: Document, test_case: str | None, machine_name: str | None) -> tuple[str, str]:
    """The names of the machine and of the test case that are meant."""
    machines = document.value["StateMachines"]
    pairs = [(machine, case) for machine, body in machines.items() for case in body["TestCases"]]
    where = document.name
    if not pairs:
        raise InputError(f"{where}: has no test case")
    if test_case is None:
        if len(pairs) == 1:
            return pairs[0]
        raise InputError(f"{where}: has {len(pairs)} test cases; choose one:{_listed(where, pairs)}")
    matching = [pair for pair in pairs if pair[1] == test_case]
    matching = matching or [pair for pair in pairs if "/".join(pair) == test_case]
    if not matching:
        hint = did_you_mean(test_case, (case for _, case in pairs))
        raise InputError(
            f"{where}: has no test case '{test_case}'{f': {hint}' if hint else ''}\nThere are:{_listed(where, pairs)}"
        )
    if len(matching) == 1:
        return matching[0]
    chosen = [pair for pair in matching if pair[0] == machine_name]
    if chosen:
        return chosen[0]
    called = f" and none of them is called '{machine_name}'" if machine_name else ""
    listed = "".join(f"\n  {where}#{machine}/{case}" for machine, case in matching)
    raise InputError(
        f"{where}: {len(matching)} machines have a test case '{test_case}'{called}; name the machine too:{listed}"
    )


def _listed(where: str, pairs: list[tuple[str, str]]) -> str:
    shown = "".join(f"\n  {where}#{case}" for case in dict.fromkeys(case for _, case in pairs[:20]))
    return shown + (f"\n  and {len(pairs) - 20} more" if len(pairs) > 20 else "")


def _response(document: Document, name: str) -> MockedResponse:
    body = document.value["MockedResponses"][name]
    answers = []
    for key, entry in body.items():
        first, last = _range(key)
        thrown = entry.get("Throw", {})
        answers.append(
            MockedAnswer(
                first,
                last,
                entry.get("Return", ABSENT),
                thrown.get("Error"),
                thrown.get("Cause"),
                entry.get("Submit", ABSENT),
                round(entry.get("DurationSeconds", 0) * 1000),
            )
        )
    answers.sort(key=lambda answer: answer.first)
    return MockedResponse(name, tuple(answers), document.locate(below("/MockedResponses", name), key=True))


def _range(key: str) -> tuple[int, int]:
    found = _INDEX.fullmatch(key)
    assert found is not None, "checked"
    return int(found[1]), int(found[2] or found[1])


# -- what is wrong ---------------------------------------------------------------------------------------------------


class _Maker(Protocol):
    def __call__(self, pointer: str, message: str, hint: str | None = None, key: bool = False) -> Finding: ...


def _check(document: Document) -> Iterator[Finding]:
    """All that is wrong with a mock file, in its order."""

    def finding(pointer: str, message: str, hint: str | None = None, key: bool = False) -> Finding:
        return Finding("mock-file", message, pointer, hint, document.locate(pointer, key=key))

    root = document.value
    if not isinstance(root, dict):
        yield finding("", f"a mock file holds an object, not {_kind(root)}")
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
        yield finding("/StateMachines", f"'StateMachines' must be an object, not {_kind(machines)}")
    else:
        known = responses if isinstance(responses, dict) else {}
        for name, machine in machines.items():
            yield from _check_machine(finding, below("/StateMachines", name), machine, known)
    if not isinstance(responses, dict):
        yield finding("/MockedResponses", f"'MockedResponses' must be an object, not {_kind(responses)}")
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
            yield finding(at, f"a test case must be an object of state and response names, not {_kind(states)}")
            continue
        for state, response in states.items():
            if not isinstance(response, str):
                text = f"state '{state}' must have the name of a response, not {_kind(response)}"
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
        found = _INDEX.fullmatch(key)
        if found is None or (found[2] is not None and int(found[2]) < int(found[1])):
            wrong = True
            hint = 'write the number of a call, "0", or a range of them, "1-2"'
            yield finding(at, f"'{key}' is not the number of a call", hint, True)
        else:
            ranges.append((*_range(key), at))
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
        yield finding(pointer, f'an answer must be an object with "Return" or "Throw", not {_kind(entry)}')
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
        yield finding(pointer + "/Throw", f'"Throw" must be an object with "Error" and "Cause", not {_kind(thrown)}')
    elif "Throw" in entry:
        if "Error" not in thrown:
            yield finding(pointer + "/Throw", '"Throw" must have an "Error"', did_you_mean("Error", thrown))
        for name, value in thrown.items():
            if name not in ("Error", "Cause"):
                hint = did_you_mean(name, ("Error", "Cause"))
                yield finding(below(pointer + "/Throw", name), f"'Throw' has no field '{name}'", hint, True)
            elif not isinstance(value, str):
                yield finding(below(pointer + "/Throw", name), f"'{name}' must be a string, not {_kind(value)}")
    seconds = entry.get("DurationSeconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 99_999_999:
        text = "'DurationSeconds' must be a number of seconds from 0 to 99999999"
        yield finding(pointer + "/DurationSeconds", text)


def _unknown_states(
    document: Document, pointer: str, responses: Mapping[str, MockedResponse], machine: Machine
) -> Iterator[Finding]:
    """States of the test case that the machine cannot ask answers for."""
    types = {state.name: state for state in machine.program.states.values()}
    tasks = [name for name, state in types.items() if state.type == "Task"]
    for name, response in responses.items():
        at = below(pointer, name)
        place = document.locate(at, key=True)
        state = types.get(name)
        if state is None:
            hint = did_you_mean(name, tasks) or (f"its Task states are {', '.join(tasks[:10])}" if tasks else None)
            yield Finding("mock-file", f"the state machine has no state '{name}'", at, hint, place)
        elif state.type != "Task":
            text = f"state '{name}' is a {state.type} state: it calls nothing that could be mocked"
            yield Finding("mock-file", text, at, None, place)
        elif any(answer.submit is not ABSENT for answer in response.answers):
            pattern = getattr(state, "pattern", "request_response")
            if pattern == "request_response":
                text = f"state '{name}' has no start call: 'Submit' is for .sync and .waitForTaskToken tasks"
                yield Finding("mock-file", text, at, None, place)


def _kind(value: JSON) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"
    return "a number"
