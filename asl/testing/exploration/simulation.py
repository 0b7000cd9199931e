"""Answers the tasks of one execution: at times with a fault, else by a mock, else as the definition expects it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Final

from asl.hosts.answers import FunctionOf
from asl.integration import Answer, Call, Failure, Output, Pending
from asl.json_text import dumps
from asl.testing.exploration.faults import USUAL, Fault, Kind, distinct, faults_of, handlers_of, names_read
from asl.testing.exploration.reads import Reads, reads_of
from asl.testing.exploration.services import CUSTOM_ERROR, Service, consistent, services_of
from asl.testing.exploration.shapes import Shape
from asl.testing.exploration.values import Choose, is_read, make
from asl.values import ABSENT, JSON

if TYPE_CHECKING:
    from asl.machine import Machine
    from asl.testing.mocks import MockTable

_CHOSEN: Final = 3
"""For how many calls of a state it is chosen what comes of them. Later ones get one answer after the other, so that a
loop that any answer ends is left."""

_MOST: Final = 60
"""For how many calls of an execution."""

_PERSISTS: Final = 20
"""For how many calls a fault of every call lasts: longer than retriers go on, shorter than for ever."""

_NOTHING_WRONG: Final = (10, 8, 8, 5)
"""How many calls of ten nothing goes wrong with, in an execution: in some all is well, in some much goes wrong."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One call of a state, and what was answered; `by_mock` when the caller's own mock did."""

    state: str
    resource: str
    call: int
    answer: Answer | None
    fault: Fault | None = None
    by_mock: bool = False


class Subject:
    """A machine that is explored: what its definition reads, and what can go wrong with each of its tasks."""

    def __init__(
        self, machine: Machine, kinds: tuple[Kind, ...] = USUAL, states: frozenset[str] | None = None,
        unexpected: bool = False,
    ) -> None:  # fmt: skip
        self.machine = machine
        self.kinds = kinds
        self.unexpected = unexpected
        self.reads: Reads = reads_of(machine)
        self.services = services_of(machine)
        self.tasks: dict[str, Task] = {}
        handlers = handlers_of(machine)
        for pointer, service in self.services.items():
            names = [*names_read(self.reads, pointer), *(name for rule in handlers[pointer] for name in rule)]
            faults: list[Fault] = []
            if states is None or service.task.name in states:
                compared = [(name,) for name in names_read(self.reads, pointer)]
                faults = distinct(faults_of(service, kinds, names), [*handlers[pointer], *compared])
            result = service.loosened(self.reads.results.get(pointer, Shape()))
            error = self.reads.errors.get(pointer, Shape())
            self.tasks[service.task.name] = Task(service, result, error, tuple(faults))

    def input(self, choose: Choose) -> JSON:
        """An input as the definition expects it."""
        shape = self.reads.input
        return make(shape, choose, unexpected=self.unexpected) if is_read(shape) else {}


@dataclass(frozen=True)
class Task:
    """A task of the subject: what it answers and fails with."""

    service: Service
    result: Shape
    error: Shape
    faults: tuple[Fault, ...]

    def answer(self, choose: Choose, unexpected: bool) -> JSON:
        """An answer as the definition expects it."""
        if self.service.action != "lambda:invoke" or self.service.is_answered_outside:
            answer = make(self.result, choose, unexpected=unexpected) if is_read(self.result) else {}
            return answer if self.service.makes_up_errors else consistent(answer)
        payload = self.result.fields.get("Payload", Shape())
        value = make(payload, choose, unexpected=unexpected) if is_read(payload) else {}
        return {"ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": 200}

    @cached_property
    def reads_cause(self) -> bool:
        cause = self.error.fields.get("Cause", Shape())
        return bool(cause.parsed or cause.kinds or cause.constants)

    def cause(self, error: str, choose: Choose) -> str | None:
        """The cause of an error, where the definition reads it: JSON text from functions and jobs, else plain text."""
        if not self.reads_cause:
            return None
        parsed = self.error.fields["Cause"].parsed
        if parsed is None:
            return "because"
        is_json = error == CUSTOM_ERROR or not error.startswith(("Lambda.", "States."))
        if not (self.service.makes_up_errors and is_json) and not self.service.pattern.startswith("sync"):
            return "because"
        read = make(parsed, choose) if is_read(parsed) else {}
        described: JSON = {"errorMessage": "because", "errorType": error} if self.service.is_function else {}
        return dumps({**described, **read} if isinstance(read, dict) else read)


class Simulation:
    """The table of mocks of one execution (`asl.hosts.answers.Mocks`); `answered` is what it answered, in order.

    `choosing` gives what makes the choices: one for the whole, then one for each call, so that to choose something else
    for a call leaves the others as they are. `mocks` are the caller's, asked before an answer is made up. With
    `elsewhere`, what no mock answers is left to others. `plan` are the faults that there are, when they are not to be
    chosen; `answers` what some calls of a state, by its name and their number, are answered.
    """

    def __init__(
        self, subject: Subject, choosing: Callable[[], Choose], mocks: MockTable | None = None, *,
        elsewhere: bool = False, plan: Sequence[Fault] | None = None,
        answers: Mapping[tuple[str, int], JSON] | None = None,
    ) -> None:  # fmt: skip
        self._subject = subject
        self._answers = answers or {}
        self._choosing = choosing
        self._choose = choosing()
        self._mocks = mocks
        self._elsewhere = elsewhere
        self._plan = plan
        self._calls: Counter[str] = Counter()
        self._always: dict[str, Fault] = {}
        self._nothing_wrong = _NOTHING_WRONG[self._choose(len(_NOTHING_WRONG))] if plan is None else 10
        self.answered: list[Answered] = []

    @property
    def faults(self) -> list[Fault]:
        """The plan: what went wrong."""
        return list({str(each.fault): each.fault for each in self.answered if each.fault is not None}.values())

    def answer(self, call: Call) -> Answer | FunctionOf | None:
        task = self._subject.tasks.get(call.state_name)
        if task is None or call.state_machine_arn.rpartition(":")[2] != self._subject.machine.name:
            return self._mocks.answer(call) if self._mocks is not None else None
        number = self._calls[call.state_name]
        self._calls[call.state_name] += 1
        self._choose = self._choosing()
        fault = self._fault(task, call.state_name, number)
        if fault is not None:
            answer = self._wrong(task, fault, call)
            if answer is not None:
                self.answered.append(Answered(call.state_name, call.resource, number, answer, fault))
                return answer
        mocked = self._mocks.answer(call) if self._mocks is not None else None
        if mocked is not None or self._elsewhere:
            if fault is not None and isinstance(mocked, Output | Failure):
                mocked = replace(mocked, duration_ms=mocked.duration_ms + (fault.after or 0) * 1000)
            shown = None if isinstance(mocked, FunctionOf) else mocked
            self.answered.append(Answered(call.state_name, call.resource, number, shown, fault, by_mock=True))
            return mocked
        known = self._answers.get((call.state_name, number), ABSENT)
        chooser = self._chooser(call.state_name, number)
        value = known if known is not ABSENT else task.answer(chooser, self._subject.unexpected)
        output = Output(value, (fault.after or 0) * 1000 if fault is not None else 0)
        self.answered.append(Answered(call.state_name, call.resource, number, output, fault))
        return output

    def _fault(self, task: Task, state: str, number: int) -> Fault | None:
        """What goes wrong with a call."""
        if self._plan is not None:
            ours = [each for each in self._plan if each.state == state]
            of_call = next((each for each in ours if each.call == number), None)
            always = next((each for each in ours if each.call is None), None)
            return of_call or (always if number < _PERSISTS else None)
        if state in self._always:
            return self._always[state] if number < _PERSISTS else None
        if not task.faults or number >= _CHOSEN or len(self.answered) >= _MOST:
            return None
        if self._nothing_wrong == 10 or self._choose(10) < self._nothing_wrong:
            return None
        fault = task.faults[self._choose(len(task.faults))]
        if fault.error is not None:
            fault = replace(fault, cause=task.cause(fault.error, self._choose))
        if number == 0 and self._choose(2) == 0:
            self._always[state] = fault
            return fault
        return replace(fault, call=number)

    def _chooser(self, state: str, number: int) -> Choose:
        if number < _CHOSEN and len(self.answered) < _MOST:
            return self._choose
        random = Random(f"{state}/{number}")
        return random.randrange

    def _wrong(self, task: Task, fault: Fault, call: Call) -> Answer | None:
        """The answer of a call that goes wrong; None when it only is late."""
        if fault.error is not None:
            return Failure(fault.error, fault.cause)
        if fault.times_out:
            seconds = call.timeout_seconds or call.heartbeat_seconds or 0
            return Failure("States.Timeout", None, "timeout", seconds * 1000)
        if fault.waits:
            return Pending(None, submitted={} if call.pattern != "request_response" else ABSENT)
        return Output(fault.returns) if fault.returns is not ABSENT else None
