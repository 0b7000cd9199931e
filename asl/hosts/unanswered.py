"""What to tell of a task that nothing answers: where it stands, and the ways to answer it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from asl.errors import HostError
from asl.hosts.answers import Answers
from asl.hosts.attempts import Attempt
from asl.integration import Answer, NotAnswered

_ARGUMENTS = {
    "activity": ("activities", "function"),
    "lambda": ("lambdas", "handler"),
    "machine": ("machines", '"FILE"'),
}
"""The arguments of a world for options of the command line, and what answers in them."""


def place(attempt: Attempt) -> str:
    """Where the task's resource stands, as the beginning of a message."""
    found = attempt.run.machine.locate(f"{attempt.effect.pointer}/Resource")
    return f"{found}: " if found else ""


_IN_PYTHON: Final = "in Python: "

MockAdvice: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""Why mocks of a task are not for a call, and mocks that would be."""


class UnansweredError(HostError):
    """A task that nothing answers. `problem` says which and why, `ways` are those in which it could be answered.

    `of_mocks` is what a table of mocks knows of it: then it is a test that is told.
    """

    def __init__(
        self, attempt: Attempt, reason: str = "", options: Sequence[str] = (), of_mocks: MockAdvice | None = None
    ) -> None:
        effect = attempt.effect
        self.state_name = effect.state_name
        self.resource = effect.resource
        what = f"nothing answers the task of state '{effect.state_name}', resource {effect.resource}"
        misfits, mocks = of_mocks or ((), ())
        self.problem = f"{place(attempt)}{what}{reason and ': '}{reason}"
        self.problem += "".join(f"\nThere is a mock for it, but not for this call: {misfit}" for misfit in misfits)
        ways = _ways(attempt, options)
        self.ways = (*mocks, *(way for way in ways if way.startswith(_IN_PYTHON))) if mocks else tuple(ways)
        super().__init__(self._told(self.ways))

    @property
    def on_command_line(self) -> str:
        """The same for somebody who has a command line alone."""
        return self._told([way for way in self.ways if not way.startswith(_IN_PYTHON)])

    def _told(self, ways: Sequence[str]) -> str:
        return f"{self.problem}\nAnswer it with one of" + "".join(f"\n  - {way}" for way in ways)


def _ways(attempt: Attempt, options: Sequence[str]) -> list[str]:
    """The ways to answer a task; `options` are those that its integration knows."""
    effect = attempt.effect
    ways = [f"a mock: --mock FILE with a response for the state '{effect.state_name}'"]
    if attempt.is_activity:
        name = effect.resource.rpartition(":activity:")[2]
        ways.append(f"a worker: --activity {name}=package.module:function")
    ways += options
    ways.append(f"{_IN_PYTHON}run(..., tasks={{" + json.dumps(effect.state_name) + ": function})")
    return ways + [f"{_IN_PYTHON}run(..., {argument})" for argument in _python_ways(ways)]


def _python_ways(ways: Sequence[str]) -> list[str]:
    """The arguments of `run` for the options that name what answers a function, a machine or an activity."""
    arguments = []
    for option, name in re.findall(r"--(lambda|machine|activity) ('[^']*'|[^\s=]+)=", "\n".join(ways)):
        argument, answer = _ARGUMENTS[option]
        arguments.append(f"{argument}={{{json.dumps(name.strip(chr(39)), ensure_ascii=False)}: {answer}}}")
    return arguments


def answer_of(attempt: Attempt, answers: Answers) -> tuple[Answer, bool]:
    """The answer of a call, and whether it is final. Raises HostError, with the task's place, if there is none."""
    try:
        answer, final = answers.find(attempt.call)
    except NotAnswered as failure:
        advice = answers.advice_of_mocks(attempt.call)
        raise UnansweredError(attempt, str(failure), failure.ways, advice) from failure
    except HostError as failure:
        raise HostError(f"{place(attempt)}{failure}") from failure
    if answer is None:
        raise UnansweredError(attempt, of_mocks=answers.advice_of_mocks(attempt.call))
    return answer, final
