"""What the service behind a task can answer and fail with, as far as the integrations and AWS's documents tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from asl.hosts.world import World
from asl.integration import Description, Pattern
from asl.model import Map, Parallel, State, Task
from asl.states.task import describe_resource
from asl.testing.exploration.shapes import Shape
from asl.values import JSON
from asl.wording import ALL, DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, TASK_FAILED, TIMEOUT

if TYPE_CHECKING:
    from asl.machine import Machine

CUSTOM_ERROR: Final = "CustomError"
"""The name of an error that a function, a worker or whoever has a token makes up."""

_PAGES: Final = frozenset(("NextToken", "LastEvaluatedKey", "NextMarker", "NextContinuationToken", "Marker"))
"""Fields that the last page of an answer does not have."""

_MAY_BE_EMPTY: Final = re.compile(r"(query|scan|list(?!Roots$)|search)[A-Za-z0-9]*$")
"""Actions whose answer lists what was found, which may be nothing; every organization has a root."""

_LAMBDA: Final = re.compile(r"arn:[^:]+:lambda:|arn:[^:]+:states:[^:]*:[^:]*:lambda:invoke|\$\{[^}]*\}$")
WILDCARDS: Final = frozenset((ALL, TASK_FAILED))
_LANGUAGE: Final = frozenset((ALL, TASK_FAILED, DATA_LIMIT_EXCEEDED, "States.Permissions"))
OF_ANY_STATE: Final = frozenset(
    ("States.QueryEvaluationError", "States.ResultPathMatchFailure", "States.ParameterPathFailure",
     "States.IntrinsicFailure", "States.NoChoiceMatched")
)  # fmt: skip
OF_CONTAINERS: Final = frozenset(
    ("States.BranchFailed", "States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed",
     "States.ResultWriterFailed")
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """What answers a task. `described` is None for one that no integration knows."""

    task: Task
    described: Description | None

    @property
    def pattern(self) -> Pattern:
        return describe_resource(self.task.resource)[3]

    @property
    def action(self) -> str:
        """The service and its action: "dynamodb:getItem", "aws-sdk:s3:getObject"; "" for functions and activities."""
        _, service, action, _ = describe_resource(self.task.resource)
        return f"{service}:{action.partition('.')[0]}" if service else ""

    @property
    def is_function(self) -> bool:
        """Whether it is a Lambda function, or what a placeholder stands for, which mostly is one."""
        return _LAMBDA.match(self.task.resource) is not None or "arn:" not in self.task.resource

    @property
    def is_answered_outside(self) -> bool:
        """Whether a worker or whoever has a token answers, and may not."""
        return self.pattern == "wait_for_task_token" or ":activity:" in self.task.resource

    @property
    def makes_up_errors(self) -> bool:
        """Whether it can fail with errors of any name."""
        return self.is_function or self.is_answered_outside or self.described is None

    @property
    def times(self) -> bool:
        """Whether the task can run out of time."""
        task = self.task
        return any(
            each is not None
            for each in (
                task.timeout_seconds, task.timeout_seconds_path, task.heartbeat_seconds, task.heartbeat_seconds_path
            )
        )  # fmt: skip

    @cached_property
    def errors(self) -> tuple[str, ...]:
        """The names of the errors that the service has, those that are made up aside."""
        names = self.described.errors if self.described is not None else ()
        return tuple(name for name in names if "<" not in name and not name.startswith("States."))

    def can_fail_with(self, name: str) -> bool:
        """Whether a retrier or catcher that names this error can ever match."""
        if name in (TIMEOUT, HEARTBEAT_TIMEOUT):
            # A function and a job can run out of their own time, too.
            return self.times or self.is_function or self.pattern != "request_response"
        if name in _LANGUAGE | OF_ANY_STATE:
            return True
        if name.startswith("States."):
            return name.startswith("States.Http.") and self.action == "http:invoke"
        if self.makes_up_errors or name in self.errors:
            return True
        assert self.described is not None
        has_patterns = any("<" in each for each in self.described.errors)
        return has_patterns or self.pattern not in ("request_response",) or not self.errors

    def may_be_missing(self, name: str) -> bool:
        """Whether the service leaves a field out of its answer at times, as its API's documents say."""
        return name in _PAGES or (name == "Item" and self.action in ("dynamodb:getItem", "aws-sdk:dynamodb:getItem"))

    @property
    def may_find_nothing(self) -> bool:
        """Whether the arrays of the answer may be empty."""
        return not self.makes_up_errors and _MAY_BE_EMPTY.search(self.action.rpartition(":")[2]) is not None

    def loosened(self, shape: Shape) -> Shape:
        """The shape of the answer, where the service's own habits are noted."""
        if self.is_function or self.is_answered_outside:
            return shape
        for name, field in shape.fields.items():
            field.optional = field.optional or self.may_be_missing(name)
            if self.may_find_nothing and field.element is not None:
                field.least = 0
            if name == "IsTruncated":
                field.kinds.add("boolean")
            if field.constants:
                field.is_open = True  # states of jobs that the definition does not name
        if "dynamodb" in self.action:
            _with_numbers(shape)
        return shape


def consistent(answer: JSON) -> JSON:
    """The answer with what services always keep together: a count and what it counts, a next page and its token."""
    if not isinstance(answer, dict):
        return answer
    if isinstance(answer.get("Items"), list) and "Count" in answer:
        answer = {**answer, "Count": len(answer["Items"])}
    if answer.get("IsTruncated") is True and not any(name in answer for name in _PAGES):
        answer = {**answer, "IsTruncated": False}
    return answer


def _with_numbers(shape: Shape) -> None:
    """Notes that the numbers of DynamoDB's items are texts: {"N": "12"}."""
    for name, field in shape.fields.items():
        if name == "N" and not field.constants:
            field.parsed = None
            field.kinds.add("digits")
        _with_numbers(field)
    if shape.element is not None:
        _with_numbers(shape.element)


def services_of(machine: Machine, world: World | None = None) -> dict[str, Service]:
    """What answers each task, by the pointer of its state."""
    answers = (world or World()).answers
    found = {}
    for state in tasks_of(machine):
        resource = state.resource
        if ".sync" in resource or resource.endswith(".waitForTaskToken"):
            resource = re.sub(r"\.(sync(:2)?|waitForTaskToken)$", "", resource)
        integration = answers.integration(resource)
        found[state.pointer] = Service(state, integration.describe(resource) if integration is not None else None)
    return found


def states_of(machine: Machine) -> dict[str, State]:
    """All states, at any depth, by their pointers, in the order of the definition."""
    found: dict[str, State] = {}

    def add(states: Mapping[str, State]) -> None:
        for state in states.values():
            found[state.pointer] = state
            match state:
                case Parallel():
                    for branch in state.branches:
                        add(branch.states)
                case Map():
                    add(state.item_processor.states)

    add(machine.model.states)
    return found


def tasks_of(machine: Machine) -> list[Task]:
    """All tasks, at any depth."""
    return [state for state in states_of(machine).values() if isinstance(state, Task)]
