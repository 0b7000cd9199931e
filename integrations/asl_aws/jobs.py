"""Tasks that start a job and, with `.sync`, wait until it has ended: the services of `asl_aws.job_table`.

A start call is answered with what the service says; a `.sync` task then asks how the job goes, in the time of its
world, and ends with the job's description: as its output, or as the cause of `States.TaskFailed`. A task that is given
up, because its execution was stopped or its time has run out, stops its job.

To add a service, or an action, write its row in `asl_aws.job_table` and its statuses; nothing is to be done here. The
API's own names of operations and members, the required parameters and the errors come from botocore's model.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from asl.errors import HostError
from asl.integration import Answer, Call, Description, Failure, Integration, Output, Pattern, Pending, Settings, Warn
from asl.json_text import dumps
from asl.values import ABSENT, JSON, Absent
from asl_aws import job_shapes
from asl_aws.clients import Clients, Response
from asl_aws.job_table import SERVICES, Action, Job, JobService, Request, Template
from asl_aws.sdk_metadata import metadata, request_id, shown_headers
from asl_aws.service_errors import SdkClientError, Service, ServiceError, failure, not_started

TASK_FAILED: Final = "States.TaskFailed"

# unrecorded: when Step Functions looks after a job; here each wait is twice as long as the one before
FIRST_POLL_MS: Final = 1_000
LONGEST_POLL_MS: Final = 60_000
MOST_POLLS: Final = 10_000
"""How often a job is asked for, about a week of its time. In virtual time a job elsewhere would not go on meanwhile."""
MOST_MISSES: Final = 10
"""How often in a row a service may not know a job that it has started."""

_RESOURCE: Final = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:([\w-]+):(\w+)(\.sync|\.waitForTaskToken)?")
# unrecorded: that Step Functions goes on asking when the service is busy
_BUSY: Final = frozenset({"RequestLimitExceeded", "SlowDown", "TooManyRequestsException"})
_HEADERS: Final = {
    "connection": "Connection",
    "x-amzn-requestid": "x-amzn-RequestId",
    "content-length": "Content-Length",
    "date": "Date",
    "content-type": "Content-Type",
}


class Jobs:
    """The integration of all services of the table."""

    def __init__(self, clients: Clients, warn: Warn) -> None:
        self._clients = clients
        self._warn = warn

    def describe(self, resource: str) -> Description | None:
        row = _row(resource)
        if row is None:
            return None
        service, action = row
        operation = job_shapes.operation(service.client, action.operation)
        others = [name for name in (action.failures_error, TASK_FAILED if action.job is not None else "") if name]
        return Description(
            resource=re.sub(r"\.(sync|waitForTaskToken)$", "", resource),
            patterns=_patterns(service, action),
            parameters=operation.parameters,
            answered_by=self._clients.way(service.client),
            answer=_answer_in_words(service, action),
            errors=(*_errors(service, action.operation).errors, *others),
            ways=self._clients.ways(service.client),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        service, action = _known(resource)
        return job_shapes.operation(service.client, action.operation).problems(arguments)

    def arranged(self, resource: str, arguments: JSON) -> JSON:
        """The arguments with what Step Functions adds to them for a job that it waits for."""
        _, action = _known(resource)
        waits = resource.endswith(".sync") and isinstance(arguments, dict)
        return action.job.added(arguments) if action.job is not None and waits else arguments

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        """Of a job that is waited for, the shape is that of the API that says how it goes."""
        service, action = _known(resource)
        waits = action.job is not None and resource.endswith(".sync")
        name = action.job.describe.operation if waits and action.job is not None else action.operation
        return job_shapes.operation(service.client, name).result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        service, action = _known(call.resource)
        if call.pending is ABSENT:
            return self._start(service, action, call)
        assert action.job is not None, "only jobs are pending"
        return self._poll(service, action.job, call.pending, call)

    def cancel(self, call: Call) -> None:
        """Stops the job that the task waits for; what keeps it from being stopped is told, and no more."""
        row = _row(call.resource)
        state = call.pending
        if row is None or row[1].job is None or not isinstance(state, dict) or "stop" not in state:
            return
        service, job = row[0], row[1].job
        try:
            self._call(service, job.stop.operation, state["stop"], call)
        except (ServiceError, SdkClientError, HostError) as error:
            what = f"{service.client}:{job.stop.operation} {dumps(state['stop'])}"
            self._warn(f"the job of state '{call.state_name}' could not be stopped ({what}): {error}")

    def close(self) -> None:
        """The clients belong to the package."""

    # -- starting --------------------------------------------------------------------------------------------------

    def _start(self, service: JobService, action: Action, call: Call) -> Answer:
        parameters = self.arranged(call.resource, call.arguments)
        try:
            response = self._call(service, action.operation, parameters, call)
        except (ServiceError, SdkClientError) as error:
            return not_started(call, failure(_errors(service, action.operation), error))
        started = _start_answer(service, action, parameters, response, call)
        if call.pattern == "request_response":
            return Output(started)
        if action.failures and (failures := _found(action.failures, started)):
            # unrecorded: the cause
            return not_started(call, Failure(action.failures_error, dumps(failures)))
        if call.pattern == "wait_for_task_token":
            return Output(started)
        assert action.job is not None, "other actions have no .sync"
        known = {"Started": started, "Parameters": parameters, "Reason": abort_reason(call.execution_arn)}
        state = {"describe": _filled(action.job.describe, known), "stop": _filled(action.job.stop, known)}
        return Pending({**state, "polls": 0, "misses": 0}, FIRST_POLL_MS, started)

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _poll(self, service: JobService, job: Job, state: dict[str, Any], call: Call) -> Answer:
        try:
            response = self._call(service, job.describe.operation, state["describe"], call)
        except ServiceError as error:
            if _is_passing(error):
                return _again(state, job, call)
            return failure(_errors(service, job.describe.operation), error)
        except SdkClientError as error:
            return failure(_errors(service, job.describe.operation), error)
        operation = job_shapes.operation(service.client, job.describe.operation)
        described = operation.answer(response.data, service.with_empty_lists)
        output = _resolved(job.output, described)
        if output is ABSENT:
            return _again(state, job, call, missed=True)
        return _outcome(job, output, state, call)

    def _call(self, service: JobService, operation: str, parameters: Mapping[str, JSON], call: Call) -> Response:
        request = job_shapes.operation(service.client, operation).request(parameters)
        return self._clients.call(service.client, operation, request, call)


def integration(settings: Settings, clients: Clients) -> Integration:
    return Jobs(clients, settings.warn)


def abort_reason(execution_arn: str) -> str:
    """Recorded by users, of jobs of Batch and tasks of ECS whose task state was given up."""
    return (
        f"The Task state in AWS Step Functions execution [{execution_arn}] which was managing this resource was aborted"
    )


# -- rows ------------------------------------------------------------------------------------------------------------


def _row(resource: str) -> tuple[JobService, Action] | None:
    """The row of a resource; None for another integration's, or for a pattern that the action does not have."""
    found = _RESOURCE.fullmatch(resource)
    if found is None:
        return None
    name, verb, suffix = found.groups()
    service = SERVICES.get(name)
    action = service.actions.get(verb) if service is not None else None
    if service is None or action is None:
        return None
    possible = {None: True, ".sync": action.job is not None, ".waitForTaskToken": service.takes_token}
    return (service, action) if possible[suffix] else None


def _known(resource: str) -> tuple[JobService, Action]:
    row = _row(resource)
    assert row is not None, "hosts ask for what was described"
    return row


def _patterns(service: JobService, action: Action) -> tuple[Pattern, ...]:
    patterns: list[Pattern] = ["request_response"]
    if action.job is not None:
        patterns.append("sync")
    if service.takes_token:
        patterns.append("wait_for_task_token")
    return tuple(patterns)


def _answer_in_words(service: JobService, action: Action) -> str:
    answer = f"the fields of {action.operation}'s response" + (" and SdkHttpMetadata" if service.with_metadata else "")
    if action.job is not None:
        answer += f"; with .sync what {action.job.describe.operation} says of the job"
    return answer


def _errors(service: JobService, operation: str) -> Service:
    """How errors of one of the service's operations are named."""
    return replace(service.errors, modeled=job_shapes.operation(service.client, operation).errors)


# -- answers ---------------------------------------------------------------------------------------------------------


def _start_answer(
    service: JobService, action: Action, parameters: Mapping[str, JSON], response: Response, call: Call
) -> dict[str, JSON]:
    operation = job_shapes.operation(service.client, action.operation)
    answer = operation.answer(response.data, service.with_empty_lists)
    if service.with_metadata:
        request = response.request_id or request_id(call.seed, service.client)
        answer |= metadata(shown_headers(response.headers, _HEADERS), response.status, request)
    echoed = {name: parameters[name] for name in action.echoed if name in parameters}
    return {**dict(sorted(answer.items())), **echoed}


def _outcome(job: Job, output: JSON, state: dict[str, Any], call: Call) -> Answer:
    """What a job with that description comes to. Raises HostError for a status that the row does not have."""
    status = _found(job.status, output)
    if not isinstance(status, str) or status not in job.statuses:
        raise HostError(
            f"the job of state '{call.state_name}' has a status that means nothing here, {status!r}: {dumps(output)}"
        )
    if status in job.running:
        return _again(state, job, call)
    if status in job.failed or job.fails(output):
        return Failure(TASK_FAILED, dumps(output))
    return Output(output)


def _again(state: dict[str, Any], job: Job, call: Call, missed: bool = False) -> Pending:
    """Asks once more, later. Raises HostError when that has gone on for too long."""
    polls, misses = state["polls"] + 1, state["misses"] + 1 if missed else 0
    asked = f"{job.describe.operation} {dumps(state['describe'])}"
    if misses > MOST_MISSES:
        raise HostError(f"{asked} does not know the job that state '{call.state_name}' has started")
    if polls >= MOST_POLLS:
        raise HostError(
            f"the job of state '{call.state_name}' has not ended after {polls:,} times {asked}; "
            "a service that takes its time needs a live run, or a mock"
        )
    return Pending({**state, "polls": polls, "misses": misses}, min(FIRST_POLL_MS << min(polls, 16), LONGEST_POLL_MS))


def _is_passing(error: ServiceError) -> bool:
    return error.status >= 500 or "Throttl" in error.code or error.code in _BUSY


# -- templates -------------------------------------------------------------------------------------------------------


def _filled(request: Request, known: Mapping[str, JSON]) -> dict[str, JSON]:
    """The parameters of a request. Raises HostError when the start call's answer does not say what they need."""
    parameters: dict[str, JSON] | Absent = _resolved(dict(request.parameters), known)
    if parameters is ABSENT:
        raise HostError(f"the service does not say which job it has started: {dumps(known['Started'])}")
    return parameters


def _resolved(template: Template, data: JSON) -> Any:
    """The template with what its texts stand for; ABSENT if any of that is not there."""
    if isinstance(template, str):
        return _found(template, data) if template.startswith("$") else template
    if isinstance(template, list):
        members = [_resolved(member, data) for member in template]
        return ABSENT if ABSENT in members else members
    if isinstance(template, dict):
        fields = {name: _resolved(member, data) for name, member in template.items()}
        return ABSENT if ABSENT in fields.values() else fields
    return template


def _found(path: str, data: JSON) -> Any:
    """The value at "$.Tasks.0.TaskArn", ABSENT if there is none."""
    value = data
    for step in path.split(".")[1:]:
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ABSENT
    return value
