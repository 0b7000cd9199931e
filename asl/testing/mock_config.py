"""Answers of tasks from a MockConfigFile.json, the format of Step Functions Local.

    {"StateMachines": {"Order": {"TestCases": {"Declined": {"Charge": "CardDeclined"}}}},
     "MockedResponses": {"CardDeclined": {"0":   {"Throw": {"Error": "Timeout", "Cause": "slow"}},
                                          "1-2": {"Return": {"StatusCode": 402}}}}}

A test case names a response for each state that it mocks; the response says what the first call of that state answers
("0"), the second and the third ("1-2"), and so on. Retries and Map iterations are calls like others and share the
count; every execution has its own. States that the case does not name are answered by whoever else answers them.

A Throw of `States.Timeout` takes the state's TimeoutSeconds of virtual time; an empty Error or Cause is none at all.

Two keys beside `Return` or `Throw` are ours. `"Submit": <answer of the start call>` makes the TaskSubmitted event of a
`.sync` or callback task; `"DurationSeconds": <number>` is how long the call takes, in virtual time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from asl import source
from asl.errors import DefinitionError, HostError, InputError
from asl.findings import Finding, Location, did_you_mean, render
from asl.integration import Answer, Call, Failure, FailurePhase, Output
from asl.source_text import below
from asl.testing import mock_findings
from asl.values import ABSENT, JSON, Absent

if TYPE_CHECKING:
    from asl.machine import Machine
    from asl.source import Document

_COMMENT: Final = re.compile(r"^[ \t]*//.*", re.MULTILINE)
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

    Only for the execution that is started from outside: those that its tasks start have mocks of their own, or none.
    The same attempt (its execution's ARN and `ref`) gets the same answer again, however often it is asked for.
    """

    def __init__(self, test_case: str, machine_name: str, responses: Mapping[str, MockedResponse]) -> None:
        self.test_case = test_case
        self.machine_name = machine_name
        self.responses = dict(responses)
        """The response of each state that the case mocks."""
        self._calls: dict[tuple[str, str], dict[str, int]] = {}
        self._lock = Lock()

    def anew(self) -> MockConfig:
        """The same answers for another world, where none of them is given yet."""
        return MockConfig(self.test_case, self.machine_name, self.responses)

    def answer(self, call: Call) -> Answer | None:
        """The answer of this call; None when the case does not mock its state. Raises HostError when it ran out."""
        response = self.responses.get(call.state_name)
        if response is None or call.parent_arn is not None:
            return None
        with self._lock:
            numbers = self._calls.setdefault((call.execution_arn, call.state_name), {})
            number = numbers.setdefault(call.ref, len(numbers))
        for mocked in response.answers:
            if mocked.first <= number <= mocked.last:
                return _answer(mocked, call)
        raise HostError(self._ran_out(response, call.state_name, number + 1))

    def rewind(self, calls: Sequence[Call]) -> None:
        """Counts as if only these calls had been asked for, in this order: for those who go back in time."""
        with self._lock:
            self._calls.clear()
            for call in calls:
                numbers = self._calls.setdefault((call.execution_arn, call.state_name), {})
                numbers.setdefault(call.ref, len(numbers))

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
        phase: FailurePhase = "run"
        duration = mocked.duration_ms
        if mocked.error in ("States.Timeout", "States.HeartbeatTimeout"):
            phase = "timeout"
            duration = duration or (call.timeout_seconds or 0) * 1000
        return Failure(mocked.error or None, mocked.cause or None, phase, duration, mocked.submit)
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
    document = read(path)
    name, case = _choose(document, test_case, machine_name or (machine.name if machine else None))
    at = below(below("/StateMachines", name) + "/TestCases", case)
    named: dict[str, str] = document.value["StateMachines"][name]["TestCases"][case]
    responses = {state: _response(document, response) for state, response in named.items()}
    if machine is not None:
        submitting = {
            state: any(answer.submit is not ABSENT for answer in response.answers)
            for state, response in responses.items()
        }
        findings = list(mock_findings.check_states(document, at, submitting, machine))
        if findings:
            raise _refused(findings)
    return MockConfig(case, name, responses)


def read(path: str | Path) -> Document:
    """A mock file. Lines that are comments (`//`) are passed over. Raises InputError that lists all that is wrong."""
    if Path(path).is_dir():
        raise InputError(f"{path}: is a directory, not a mock file")
    try:
        document = _without_comments(path) or source.read(path)
    except DefinitionError as error:
        raise _refused(replace(each, message=_of_mock_file(each.message)) for each in error.findings) from None
    findings = list(mock_findings.check(document))
    if findings:
        raise _refused(findings)
    return document


def _without_comments(path: str | Path) -> Document | None:
    """The document in a JSON file with lines that are comments, None for a file without them."""
    if not str(path).endswith(".json"):
        return None
    with suppress(OSError, UnicodeDecodeError):
        text = Path(path).read_text("utf-8")
        if _COMMENT.search(text):
            return source.read_text(_COMMENT.sub(lambda found: " " * len(found[0]), text), str(path), "json")
    return None


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
        calls = mock_findings.call_range(key)
        assert calls is not None, "checked"
        thrown = entry.get("Throw", {})
        answers.append(
            MockedAnswer(
                *calls,
                entry.get("Return", ABSENT),
                thrown.get("Error"),
                thrown.get("Cause"),
                entry.get("Submit", ABSENT),
                round(entry.get("DurationSeconds", 0) * 1000),
            )
        )
    answers.sort(key=lambda answer: answer.first)
    return MockedResponse(name, tuple(answers), document.locate(below("/MockedResponses", name), key=True))
