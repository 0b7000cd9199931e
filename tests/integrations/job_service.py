"""A service that is told what to answer of its jobs, and runs of tasks that wait for them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asl_aws.clients import Response
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

import asl
from asl.hosts.run import Run
from asl.integration import Call
from asl.values import JSON

ECS = "arn:aws:states:::ecs:runTask"
BATCH = "arn:aws:states:::batch:submitJob"
GLUE = "arn:aws:states:::glue:startJobRun"
BUILD = "arn:aws:states:::codebuild:startBuild"
ATHENA = "arn:aws:states:::athena:startQueryExecution"

REQUEST_ID = "94d02ffc-a4ee-4d08-906b-dea5ac8df4f2"
HEADERS = {
    "x-amzn-requestid": REQUEST_ID,
    "content-length": "82",
    "date": "Mon, 11 Mar 2024 01:11:28 GMT",
    "content-type": "application/x-amz-json-1.1",
}
MOMENT = datetime(2024, 3, 11, 1, 11, 28, 250_000, UTC)
MILLISECONDS = 1_710_119_488_250
REASON = "The Task state in AWS Step Functions execution [{}] which was managing this resource was aborted"
WAITED = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]
ENDED = ["TaskStateExited", "ExecutionSucceeded"]


@lru_cache
def model(service: str) -> Any:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


class Service:
    """Answers an operation with the next of the answers it was given for it, the last of them again and again.

    What it is asked, and what it answers, is checked against botocore's model of the API.
    """

    def __init__(self, answers: Mapping[str, list[Any]]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[int, str, dict[str, Any]]] = []
        """When (in milliseconds since the first question), what, and with which parameters."""
        self._first: int | None = None

    def call(self, service: str, name: str, parameters: dict[str, Any], call: Call) -> Response:
        shapes = model(service).operation_model(name)
        valid(parameters, shapes.input_shape)
        self._first = call.at if self._first is None else self._first
        self.asked.append((call.at - self._first, name, parameters))
        given = self.answers[name]
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, Exception):
            raise answer
        valid(answer, shapes.output_shape)
        return Response(answer, 200, HEADERS, REQUEST_ID)

    def questions(self) -> list[str]:
        return [name for _, name, _ in self.asked]

    def times(self, name: str) -> list[int]:
        """The seconds at which an operation was asked for."""
        return [at // 1000 for at, asked, _ in self.asked if asked == name]

    def parameters(self, name: str) -> dict[str, Any]:
        return next(parameters for _, asked, parameters in self.asked if asked == name)


def valid(value: dict[str, Any], shape: Any) -> None:
    if shape is not None:
        report = ParamValidator().validate(value, shape)
        assert not report.has_errors(), report.generate_report()


def machine(resource: str, parameters: JSON, **fields: JSON) -> asl.Machine:
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **fields}
    return asl.load({"StartAt": "Job", "States": {"Job": task, "After": {"Type": "Pass", "End": True}}}, name="jobs")


def run(resource: str, parameters: JSON, **fields: JSON) -> Run:
    return machine(resource, parameters, **fields).run(start="2026-01-01T00:00:00Z")


def history(run: Run) -> list[str]:
    return [event["type"] for event in run.history]


def details(run: Run, event_type: str) -> dict[str, Any]:
    (event,) = [event for event in run.history if event["type"] == event_type]
    found: dict[str, Any] = event[event_type[0].lower() + event_type[1:] + "EventDetails"]
    return found


def seconds(run: Run) -> float:
    """How long the execution took in its own time."""
    first, last = (datetime.fromisoformat(run.history[at]["timestamp"]) for at in (0, -1))
    return (last - first).total_seconds()


RUN_TASK = {"Cluster": "c", "TaskDefinition": "t", "LaunchType": "FARGATE"}

METADATA: dict[str, JSON] = {
    "SdkHttpMetadata": {
        "AllHttpHeaders": {
            "x-amzn-RequestId": [REQUEST_ID],
            "Content-Length": ["82"],
            "Date": ["Mon, 11 Mar 2024 01:11:28 GMT"],
            "Content-Type": ["application/x-amz-json-1.1"],
        },
        "HttpHeaders": {
            "Content-Length": "82",
            "Content-Type": "application/x-amz-json-1.1",
            "Date": "Mon, 11 Mar 2024 01:11:28 GMT",
            "x-amzn-RequestId": REQUEST_ID,
        },
        "HttpStatusCode": 200,
    },
    "SdkResponseMetadata": {"RequestId": REQUEST_ID},
}


SUBMIT = {"JobName": "load", "JobQueue": "queue", "JobDefinition": "load:1"}

SUBMITTED = {"jobName": "load", "jobId": "job-1", "jobArn": "arn:aws:batch:us-east-1:123456789012:job/job-1"}


def batch_jobs(status: str, **fields: Any) -> dict[str, Any]:
    of_every_job = {"jobName": "load", "jobId": "job-1", "jobQueue": "queue", "jobDefinition": "load:1", "startedAt": 7}
    return {"jobs": [{**of_every_job, "status": status, "parameters": {"z": "1", "a": "2"}, **fields}]}


def job_run(state: str, **fields: Any) -> dict[str, Any]:
    return {"JobRun": {"Id": "jr_1", "JobName": "etl", "JobRunState": state, "StartedOn": MOMENT, **fields}}


def build(status: str) -> dict[str, Any]:
    return {"build": {"id": "p:1", "buildStatus": status, "startTime": MOMENT}}


def builds(status: str) -> dict[str, Any]:
    return {"builds": [build(status)["build"]]}


def query(state: str, **fields: Any) -> dict[str, Any]:
    status = {"State": state, "SubmissionDateTime": MOMENT, **fields}
    return {"QueryExecution": {"QueryExecutionId": "q", "Query": "SELECT 1", "Status": status, "WorkGroup": "primary"}}


STARTS: dict[str, JSON] = {
    ECS: RUN_TASK,
    BATCH: SUBMIT,
    GLUE: {"JobName": "etl"},
    BUILD: {"ProjectName": "p"},
    ATHENA: {"QueryString": "SELECT 1"},
}
