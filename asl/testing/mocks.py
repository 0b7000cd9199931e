"""Mocks of tasks, in Python: what a state, or the tasks of a resource, answer, and what they were asked.

    mock("Charge").fails("CardDeclined", times=2).then.returns({"ok": True})

A mock has a series of answers, one `then` the next. Each is for one call where another follows, and for all calls from
there on where it is the last; `times` says otherwise. Of several mocks for one call, the one made last answers. Calls
are counted anew in each execution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import signature
from json import loads
from threading import Lock
from typing import Any, TypeAlias

from asl.errors import HostError, InputError
from asl.hosts.answers import FunctionOf, TaskFunction
from asl.hosts.start import milliseconds
from asl.hosts.visits import Visit
from asl.integration import Answer, Call, Failure, Output, Pending
from asl.json_text import dumps
from asl.testing.matching import differences
from asl.testing.targets import INVOKE, Target, functions
from asl.values import ABSENT, JSON, Absent

Reply: TypeAlias = "Answer | FunctionOf"


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer, and for how many calls; None: for all that come."""

    make: Callable[[Call], Reply]
    times: int | None


class Mock:
    """What the tasks of a target answer; also a spy: `calls` is what they were asked."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.replies: list[_Reply] = []
        self.asked: list[JSON] = []
        self._appends = False

    def __repr__(self) -> str:
        return f"<asl.Mock of {self.target}: calls={len(self.asked)}>"

    @property
    def calls(self) -> list[JSON]:
        """The arguments of each call that this mock answered, in the order of time, of all executions; copies."""
        return [loads(dumps(arguments)) for arguments in self.asked]

    @property
    def then(self) -> Mock:
        """This mock, to which another answer is added."""
        self._appends = True
        return self

    def returns(self, value: JSON | TaskFunction = None, *, times: int | None = None, after: float = 0) -> Mock:
        """Answers a value, or what a function of the task's arguments gives, `after` so many seconds of virtual time.

        The function may take the `asl.Call` too, raise `asl.TaskError`, return an `asl.Output` or `asl.Failure`.
        """
        duration = milliseconds("after", after)
        if callable(value):
            _check_function(value, 2, "the task's arguments, and the asl.Call if it takes two")
            function = FunctionOf(value, duration)
            return self._add(times, lambda call: function)
        answer = Output(_json_copy(value), duration)
        return self._add(times, lambda call: answer)

    def returns_payload(
        self, value: JSON | Callable[[Any], JSON] = None, *, times: int | None = None, after: float = 0
    ) -> Mock:
        """Answers as when the Lambda function of the task returns `value`, or what a function of the payload gives.

        For `lambda:invoke` that is an object with it as its `Payload`. Such a function fails the task by raising
        `asl.TaskError`. A task that invokes no Lambda function ends the run with `HostError`.
        """
        if callable(value):
            _check_function(value, 1, "the payload; a handler of event and context is given with `lambdas`")
        duration = milliseconds("after", after)
        returned = None if callable(value) else _json_copy(value)

        def make(call: Call) -> Reply:
            if not functions(call.resource, call.arguments):
                raise HostError(
                    f"returns_payload is for tasks that invoke a Lambda function, and state '{call.state_name}' does"
                    " not: use returns"
                )
            wrapped = _invoked if call.resource.startswith(INVOKE) else _as_it_is
            if not callable(value):
                return Output(wrapped(returned), duration)
            payload = call.arguments.get("Payload") if wrapped is _invoked else call.arguments
            return FunctionOf(lambda _: wrapped(value(loads(dumps(payload)))), duration)

        return self._add(times, make)

    def fails(self, error: str, cause: str | None = None, *, times: int | None = None, after: float = 0) -> Mock:
        """Fails with an error's name and cause, `after` so many seconds of virtual time."""
        if not isinstance(error, str):
            raise InputError(f"fails takes the name of an error, such as 'States.TaskFailed', not {error!r}")
        failure = Failure(error, cause, "run", milliseconds("after", after))
        return self._add(times, lambda call: failure)

    def times_out(self, *, times: int | None = None) -> Mock:
        """Fails with States.Timeout when the state's TimeoutSeconds are over; at once where it has none."""
        return self._add(
            times, lambda call: Failure("States.Timeout", None, "timeout", (call.timeout_seconds or 0) * 1000)
        )

    def waits(self, submitted: JSON | Absent = ABSENT, *, times: int | None = None) -> Mock:
        """Does not answer: until the test does (`run.send_task_success("State", output)`), or its time is over.

        It is for tasks that have a token, or a TimeoutSeconds: for others the run raises `HostError`.
        `submitted` is what the start call of a callback or `.sync` task answers, `{}` unless it is said.
        """

        def pending(call: Call) -> Answer:
            if call.token is None and call.timeout_seconds is None and call.heartbeat_seconds is None:
                raise HostError(
                    f"nobody can answer the task of state '{call.state_name}', so it would wait for ever: only"
                    " activities and .waitForTaskToken tasks have a token\n"
                    "Its answer can come late, `after` so many seconds."
                )
            answer = {} if submitted is ABSENT and call.pattern != "request_response" else submitted
            return Pending(None, submitted=answer)

        return self._add(times, pending)

    def _add(self, times: int | None, make: Callable[[Call], Reply]) -> Mock:
        if times is not None and (type(times) is not int or times < 1):
            raise InputError(f"times is how many calls an answer is for, a whole number from 1, not {times!r}")
        if self.replies and not self._appends:
            raise InputError(
                f"the mock of {self.target} has an answer: add another with `.then`, or make a new mock, which goes"
                " before this one"
            )
        if self.replies and self.replies[-1].times is None:
            self.replies[-1] = replace(self.replies[-1], times=1)
        self._appends = False
        self.replies.append(_Reply(make, times))
        return self

    def reply(self, number: int) -> _Reply | None:
        """The answer of the call with that number, from 0; None when the series is at its end."""
        for each in self.replies:
            if each.times is None or number < each.times:
                return each
            number -= each.times
        return None


class MockTable:
    """The mocks of one world: for each machine's name those that answer its tasks, in the order they were made.

    Those that are added to the lists while executions run answer too. `fallback` is asked where none of them does.
    """

    def __init__(self, mocks: Mapping[str, Sequence[Mock]], fallback: Any = None) -> None:
        self._mocks = mocks
        self._used: Counter[tuple[str, Mock]] = Counter()
        self._numbers: dict[tuple[str, str], dict[str, int]] = {}
        self._fallback = fallback
        self._lock = Lock()

    def answer(self, call: Call) -> Reply | None:
        """The answer of a call, None where no mock is meant for it. Raises HostError when those that are ran out."""
        with self._lock:
            reply, number, spent = self._take(call)
        if reply is not None:
            return reply.make(call)
        found: Reply | None = self._fallback.answer(call) if self._fallback is not None else None
        if found is None and spent is not None:
            raise HostError(_ran_out(spent, call, number))
        return found

    def _take(self, call: Call) -> tuple[_Reply | None, int, Mock | None]:
        """The answer of a call, which is used then; its number among those of its state; a mock that ran out, if any.

        All that is kept of calls is kept here.
        """
        spent: Mock | None = None
        numbers = self._numbers.setdefault((call.execution_arn, call.state_name), {})
        number = numbers.setdefault(call.ref, len(numbers))
        for mock in self._of(call):
            if not mock.target.matches(call, number):
                continue
            used = self._used[call.execution_arn, mock]
            reply = mock.reply(used)
            if reply is not None:
                self._used[call.execution_arn, mock] = used + 1
                mock.asked.append(call.arguments)
                return reply, number, None
            spent = spent or mock
        return None, number, spent

    def rewind(self, calls: Sequence[Call]) -> None:
        """Counts as if only these calls had been answered, in this order: for those who go back in time."""
        with self._lock:
            self._used.clear()
            self._numbers.clear()
            self.forget_calls()
            unanswered = [call for call in calls if self._take(call)[0] is None]
        rewind = getattr(self._fallback, "rewind", None)
        if rewind is not None:
            rewind(unanswered)

    def _of(self, call: Call) -> list[Mock]:
        """The mocks of the call's machine, the last made first."""
        return [*reversed(self._mocks.get(_machine_name(call), ()))]

    def forget_calls(self) -> None:
        """Has every mock forget what it was asked."""
        for mocks in self._mocks.values():
            for mock in mocks:
                mock.asked.clear()

    def idle(self, visits: Sequence[Visit]) -> Iterator[str]:
        """What to tell of mocks for some calls of a state, which had calls, but none that they answered."""
        for mock in (mock for mocks in self._mocks.values() for mock in mocks):
            target = mock.target
            asked = [arguments for visit in visits if visit.name == target.state for arguments in visit.calls]
            if mock.asked or not asked or (target.item, target.call, target.input) == (None, None, None):
                continue
            found = None if target.input is None or callable(target.input) else differences(target.input, asked[-1])
            difference = None if found is None else next(found, None)
            yield f"the mock of {target} answered nothing{f': {difference}' if difference else ''}"

    def unanswered(self, call: Call) -> tuple[list[str], list[str]]:
        """What to tell of a call that nothing answers: why mocks of its task are not for it, and mocks to write."""
        name = _machine_name(call)
        number = self._numbers[call.execution_arn, call.state_name][call.ref]
        misfits = [misfit for mock in self._of(call) for misfit in mock.target.misfits(call, number)]
        mock = f".mock({dumps(call.state_name)})"
        if name not in self._mocks:
            mock = f"a Workflow for it: machines={{{dumps(name)}: child}}, and child{mock}"
        ways = [f"{mock}.returns({{...}})", f'{mock}.fails("Error", "cause")']
        if functions(call.resource, call.arguments):
            ways[0] = f"{mock}.returns_payload({{...}})   # what the function returns"
        if call.resource.endswith(".waitForTaskToken"):
            ways.append(f"{mock}.waits()   # then run.send_task_success({dumps(call.state_name)}, {{...}})")
        return misfits, ways


def _machine_name(call: Call) -> str:
    return call.state_machine_arn.rpartition(":")[2]


def _ran_out(mock: Mock, call: Call, number: int) -> str:
    if not mock.replies:
        return f"the mock of {mock.target} has no answer: add .returns(...) or .fails(...)"
    answers = sum(each.times or 0 for each in mock.replies)
    return (
        f"the mock of {mock.target} ran out: it has {answers} answer{'' if answers == 1 else 's'}, and this is call"
        f" {number} of state '{call.state_name}' (they are counted from 0)\n"
        "Retries and Map iterations are calls too; add another answer, or leave out the last `times`."
    )


def _check_function(function: Callable[..., Any], most: int, what: str) -> None:
    """Raises InputError for a function that cannot be called with one argument, or needs more than `most`."""
    try:
        parameters = signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    required = [each for each in positional if each.default is each.empty]
    takes_any = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    if not (positional or takes_any) or len(required) > most:
        takes = f"takes {len(required)} arguments" if required else "takes none"
        raise InputError(f"the function of a mock is called with {what}; this one {takes}: {function!r}")


def _as_it_is(payload: JSON) -> JSON:
    return payload


def _invoked(payload: JSON) -> JSON:
    return {"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}


def _json_copy(value: JSON) -> JSON:
    try:
        return loads(dumps(value))
    except (TypeError, ValueError, RecursionError) as failure:
        raise InputError(f"what a mock returns must be a JSON value or a function: {failure}") from None
