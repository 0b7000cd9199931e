"""`aws-sdk:sfn:getActivityTask` on the activities of the world: a long poll, in the world's time.

Source: API reference, "GetActivityTask": the service answers as soon as there is a task, or after 60 seconds without
one.
"""

import re
from functools import cached_property
from typing import Final

from asl.integration import Answer, Call, Description, Executions, Integration, Output, Pending
from asl.json_text import dumps
from asl.values import ABSENT, JSON
from asl_aws import sdk_model
from asl_aws.clients import IN_THIS_PROCESS, Clients

_resource: Final = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:aws-sdk:sfn:getActivityTask")
_LONGEST_MS: Final = 60_000
_POLL_MS: Final = 1_000
"""How often the world is asked; a task that comes in between waits so long for its worker."""


class ActivityPolls:
    """The integration, where the world itself answers for Step Functions."""

    def __init__(self, clients: Clients, executions: Executions) -> None:
        self._clients = clients
        self._executions = executions

    @cached_property
    def _operation(self) -> sdk_model.Operation:
        operation = sdk_model.operation("sfn", "getActivityTask")
        assert operation is not None, "botocore knows it"
        return operation

    def describe(self, resource: str) -> Description | None:
        if not _resource.fullmatch(resource) or self._clients.way(self._operation.service) != IN_THIS_PROCESS:
            return None
        return Description(
            resource=resource,
            patterns=("request_response",),
            parameters=self._operation.parameters,
            answered_by="activities given with --activity",
            answer="Input, TaskToken; without a task an empty object",
            errors=self._operation.errors,
            ways=("--activity NAME=package.module:function", *self._clients.ways(self._operation.service)),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        return sdk_model.problems(self._operation, arguments)

    def perform(self, call: Call) -> Answer:
        activity, worker = call.arguments["ActivityArn"], call.arguments.get("WorkerName")
        task = self._executions.get_activity_task(activity, worker)
        if task is not None:
            token, value = task
            return Output({"Input": dumps(value), "TaskToken": token})
        since = call.at if call.pending is ABSENT else call.pending
        return Pending(since, _POLL_MS) if call.at - since < _LONGEST_MS else Output({})

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        return self._operation.result_problem(result, complete)

    def cancel(self, call: Call) -> None:
        """Nothing to give up: nobody waits between two questions."""

    def close(self) -> None:
        """The clients belong to the package."""


def integrations(clients: Clients, executions: Executions | None) -> list[Integration]:
    """The integration, if there is a world to ask."""
    return [] if executions is None else [ActivityPolls(clients, executions)]
