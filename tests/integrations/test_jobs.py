"""Jobs of `.sync` tasks: as users see them, against a service that is told what to answer, and against moto."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from asl_aws import jobs
from asl_aws.clients import Clients, Response
from asl_aws.job_shapes import operation
from asl_aws.job_table import SERVICES, Job
from asl_aws.service_errors import SdkClientError, ServiceError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

import asl
from asl.errors import DefinitionError, HostError
from asl.hosts.run import Run
from asl.integration import Call, Failure, Output, Pending, Settings
from asl.values import JSON
from tests.integrations.calls import EXECUTION, call, failure, output

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


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def start(**answers: list[Any]) -> Service:
        service = Service(answers)
        monkeypatch.setattr(Clients, "call", lambda self, *arguments: service.call(*arguments))
        return service

    return start


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


# -- ecs -------------------------------------------------------------------------------------------------------------

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/c"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/c/1"
RUN_TASK = {"Cluster": "c", "TaskDefinition": "t", "LaunchType": "FARGATE"}


def task(status: str, **fields: Any) -> dict[str, Any]:
    return {"taskArn": TASK, "clusterArn": CLUSTER, "lastStatus": status, "createdAt": MOMENT, **fields}


def tasks(status: str, **fields: Any) -> dict[str, Any]:
    return {"tasks": [task(status, **fields)], "failures": []}


def stopped(code: int | None, stop_code: str = "EssentialContainerExited") -> dict[str, Any]:
    container = {"name": "main", "lastStatus": "STOPPED"} | ({} if code is None else {"exitCode": code})
    return tasks("STOPPED", stopCode=stop_code, containers=[container])


CONTAINER: dict[str, JSON] = {
    "ExitCode": 0,
    "GpuIds": [],
    "LastStatus": "STOPPED",
    "ManagedAgents": [],
    "Name": "main",
    "NetworkBindings": [],
    "NetworkInterfaces": [],
}
SHOWN: dict[str, JSON] = {
    "Attachments": [],
    "Attributes": [],
    "ClusterArn": CLUSTER,
    "CreatedAt": MILLISECONDS,
    "InferenceAccelerators": [],
    "LastStatus": "STOPPED",
    "StopCode": "EssentialContainerExited",
    "Tags": [],
    "TaskArn": TASK,
}
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


def test_a_task_is_polled_until_it_has_stopped(serve: Any) -> None:
    polls = [tasks("PENDING"), tasks("RUNNING"), tasks("DEPROVISIONING"), stopped(0)]
    service = serve(RunTask=[tasks("PROVISIONING")], DescribeTasks=polls)
    done = run(f"{ECS}.sync", RUN_TASK)
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    assert list(done.output) == sorted([*SHOWN, "Containers"])
    (container,) = done.output["Containers"]
    assert container.items() >= CONTAINER.items()  # newer versions of the API have more lists
    assert done.output.items() >= SHOWN.items()
    assert service.parameters("RunTask") == {
        "cluster": "c",
        "taskDefinition": "t",
        "launchType": "FARGATE",
        "startedBy": "AWS Step Functions",
    }
    assert service.parameters("DescribeTasks") == {"cluster": CLUSTER, "tasks": [TASK]}
    assert service.times("DescribeTasks") == [1, 3, 7, 15]
    assert seconds(done) == 15


def test_a_submitted_task_is_shown_with_what_the_sdk_adds(serve: Any) -> None:
    serve(RunTask=[tasks("PROVISIONING")], DescribeTasks=[stopped(0)])
    done = run(f"{ECS}.sync", RUN_TASK)
    submitted = details(done, "TaskSubmitted")
    assert (submitted["resourceType"], submitted["resource"]) == ("ecs", "runTask.sync")
    answer = json.loads(submitted["output"])
    assert list(answer) == ["Failures", "SdkHttpMetadata", "SdkResponseMetadata", "Tasks"]
    assert {name: answer[name] for name in METADATA} == METADATA
    assert answer["Tasks"][0]["LastStatus"] == "PROVISIONING"
    assert answer["Tasks"][0]["Containers"] == []


def test_without_sync_the_answer_of_the_start_is_the_output(serve: Any) -> None:
    service = serve(RunTask=[tasks("PROVISIONING")])
    done = run(ECS, RUN_TASK)
    assert history(done) == [*WAITED[:4], "TaskSucceeded", *ENDED]
    assert done.output["Tasks"][0]["LastStatus"] == "PROVISIONING"
    assert service.questions() == ["RunTask"]
    assert "startedBy" not in service.parameters("RunTask")


@pytest.mark.parametrize("end", [stopped(1), stopped(137), stopped(None, "TaskFailedToStart")])
def test_a_task_that_failed(serve: Any, end: dict[str, Any]) -> None:
    serve(RunTask=[tasks("PROVISIONING")], DescribeTasks=[tasks("RUNNING"), end])
    done = run(f"{ECS}.sync", RUN_TASK)
    assert history(done) == [*WAITED, "TaskFailed", "ExecutionFailed"]
    assert done.error == "States.TaskFailed"
    assert json.loads(done.cause or "")["StopCode"] == end["tasks"][0]["stopCode"]


def test_a_failed_task_is_caught_and_tried_again(serve: Any) -> None:
    service = serve(RunTask=[tasks("PENDING")], DescribeTasks=[stopped(1), stopped(2)])
    retry = [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "After", "ResultPath": "$.problem"}]
    done = run(f"{ECS}.sync", RUN_TASK, Retry=retry, Catch=catch)
    assert done.status == "SUCCEEDED"
    assert json.loads(done.output["problem"]["Cause"])["Containers"][0]["ExitCode"] == 2
    assert service.questions() == ["RunTask", "DescribeTasks"] * 2  # what has ended is not stopped


PLACES = {"tasks": [], "failures": [{"arn": CLUSTER, "reason": "RESOURCE:MEMORY"}]}


@pytest.mark.parametrize(("pattern", "event"), [(".sync", "TaskSubmitFailed"), (".waitForTaskToken", "TaskFailed")])
def test_a_task_that_is_not_placed(serve: Any, pattern: str, event: str) -> None:
    serve(RunTask=[PLACES])
    done = run(ECS + pattern, RUN_TASK)
    assert history(done) == [*WAITED[:4], event, "ExecutionFailed"]
    assert done.error == "AmazonECS.Unknown"
    assert "RESOURCE:MEMORY" in (done.cause or "")


def test_a_task_that_is_not_placed_is_an_answer_without_sync(serve: Any) -> None:
    serve(RunTask=[PLACES])
    assert run(ECS, RUN_TASK).output["Failures"] == [{"Arn": CLUSTER, "Reason": "RESOURCE:MEMORY"}]


def test_a_task_with_a_token(serve: Any) -> None:
    service = serve(RunTask=[tasks("PROVISIONING")])
    environment = [{"Name": "TOKEN", "Value.$": "$$.Task.Token"}]
    overrides = {"ContainerOverrides": [{"Name": "main", "Environment": environment}]}
    with asl.World() as world:
        waiting = world.start(machine(f"{ECS}.waitForTaskToken", {**RUN_TASK, "Overrides": overrides}))
        world.run()
        (sent,) = service.parameters("RunTask")["overrides"]["containerOverrides"]
        assert sent["name"] == "main"
        world.send_task_success(sent["environment"][0]["value"], {"done": True})
        world.run()
    assert waiting.output == {"done": True}
    assert history(waiting) == [*WAITED, "TaskSucceeded", *ENDED]
    assert service.questions() == ["RunTask"]


# -- giving up -------------------------------------------------------------------------------------------------------


def test_stopping_an_execution_stops_its_task(serve: Any) -> None:
    service = serve(RunTask=[tasks("PENDING")], DescribeTasks=[tasks("RUNNING")], StopTask=[{"task": task("RUNNING")}])
    with asl.World() as world:
        stopped = world.start(machine(f"{ECS}.sync", RUN_TASK))
        world.run(until=world.now + 5_000)
        world.stop(stopped, "Mine", "enough")
        asked = len(service.asked)
        world.run()
    assert history(stopped) == [*WAITED, "ExecutionAborted"]
    reason = REASON.format(stopped.arn)
    assert service.parameters("StopTask") == {"cluster": CLUSTER, "task": TASK, "reason": reason}
    assert service.questions()[-1] == "StopTask"
    assert len(service.asked) == asked  # nobody asks any more


def test_a_state_that_runs_out_of_time_stops_its_job(serve: Any) -> None:
    service = serve(SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNING")], TerminateJob=[{}])
    late = run(f"{BATCH}.sync", SUBMIT, TimeoutSeconds=10)
    assert history(late) == [*WAITED, "TaskTimedOut", "ExecutionFailed"]
    assert late.error == "States.Timeout"
    assert seconds(late) == 10
    assert service.questions() == ["SubmitJob", *["DescribeJobs"] * 3, "TerminateJob"]
    assert service.parameters("TerminateJob") == {"jobId": "job-1", "reason": REASON.format(late.arn)}


def test_an_execution_that_runs_out_of_time_stops_its_jobs(serve: Any) -> None:
    service = serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run("RUNNING")], BatchStopJobRun=[{}])
    job = {"Type": "Task", "Resource": f"{GLUE}.sync", "Parameters": {"JobName": "etl"}, "End": True}
    late = asl.load({"StartAt": "Job", "States": {"Job": job}, "TimeoutSeconds": 5}).run()
    assert late.status == "TIMED_OUT"
    assert service.parameters("BatchStopJobRun") == {"JobName": "etl", "JobRunIds": ["jr_1"]}


def test_a_branch_that_fails_stops_the_jobs_of_the_others(serve: Any) -> None:
    service = serve(
        StartQueryExecution=[{"QueryExecutionId": "q"}], GetQueryExecution=[query("RUNNING")], StopQueryExecution=[{}]
    )
    job = {"Type": "Task", "Resource": f"{ATHENA}.sync", "Parameters": {"QueryString": "SELECT 1"}, "End": True}
    pause = {"Type": "Wait", "Seconds": 2, "Next": "Fail"}
    branches = [
        {"StartAt": "Query", "States": {"Query": job}},
        {"StartAt": "Pause", "States": {"Pause": pause, "Fail": {"Type": "Fail", "Error": "Boom"}}},
    ]
    parallel = {"Type": "Parallel", "Branches": branches, "End": True}
    assert asl.load({"StartAt": "Both", "States": {"Both": parallel}}).run().error == "Boom"
    assert service.parameters("StopQueryExecution") == {"QueryExecutionId": "q"}


@pytest.mark.parametrize("problem", [ServiceError("ClientException", "no", 400, "r"), SdkClientError("gone")])
def test_a_job_that_cannot_be_stopped_is_told(serve: Any, problem: Exception) -> None:
    serve(StartBuild=[build("IN_PROGRESS")], BatchGetBuilds=[builds("IN_PROGRESS")], StopBuild=[problem])
    told: list[str] = []
    with asl.World(warn=told.append) as world:
        late = world.start(machine(f"{BUILD}.sync", {"ProjectName": "p"}, TimeoutSeconds=3))
        world.run()
    assert late.error == "States.Timeout"
    (text,) = told
    assert "state 'Job'" in text
    assert 'codebuild:StopBuild {"Id":"p:1"}' in text
    assert str(problem) in text


def test_only_what_was_begun_here_is_stopped(serve: Any) -> None:
    service = serve(TerminateJob=[{}])
    integration = jobs.integration(Settings(), Clients(Settings()))
    integration.cancel(call(f"{BATCH}.sync", SUBMIT, pattern="sync"))
    integration.cancel(call(f"{BATCH}.sync", SUBMIT, pattern="sync", pending={"of": "a mock"}))
    assert service.asked == []
    integration.close()


# -- batch -----------------------------------------------------------------------------------------------------------

SUBMIT = {"JobName": "load", "JobQueue": "queue", "JobDefinition": "load:1"}
SUBMITTED = {"jobName": "load", "jobId": "job-1", "jobArn": "arn:aws:batch:us-east-1:123456789012:job/job-1"}
MANAGED = {"name": "MANAGED_BY_AWS", "value": "STARTED_BY_STEP_FUNCTIONS"}


def batch_jobs(status: str, **fields: Any) -> dict[str, Any]:
    of_every_job = {"jobName": "load", "jobId": "job-1", "jobQueue": "queue", "jobDefinition": "load:1", "startedAt": 7}
    return {"jobs": [{**of_every_job, "status": status, "parameters": {"z": "1", "a": "2"}, **fields}]}


def test_a_batch_job(serve: Any) -> None:
    service = serve(
        SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNABLE"), batch_jobs("STARTING"), batch_jobs("SUCCEEDED")]
    )
    parameters = {
        **SUBMIT,
        "ContainerOverrides": {"Environment": [{"Name": "A", "Value": "1"}]},
        "Parameters": {"a": "b"},
    }
    done = run(f"{BATCH}.sync", parameters)
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    assert service.parameters("SubmitJob") == {
        "jobName": "load",
        "jobQueue": "queue",
        "jobDefinition": "load:1",
        "containerOverrides": {"environment": [{"name": "A", "value": "1"}, MANAGED]},
        "parameters": {"a": "b"},
    }
    assert service.parameters("DescribeJobs") == {"jobs": ["job-1"]}
    assert list(json.loads(details(done, "TaskSubmitted")["output"])) == ["JobArn", "JobId", "JobName", *METADATA]
    assert (done.output["JobId"], done.output["Status"]) == ("job-1", "SUCCEEDED")


def test_a_batch_job_that_failed_is_told_as_it_is_recorded(serve: Any) -> None:
    attempt = {"container": {"exitCode": 1, "networkInterfaces": []}, "startedAt": 7, "stoppedAt": 8}
    failed = batch_jobs("FAILED", statusReason="Essential container in task exited", attempts=[attempt], dependsOn=[])
    serve(SubmitJob=[SUBMITTED], DescribeJobs=[failed])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert done.error == "States.TaskFailed"
    assert done.cause == (
        '{"Attempts":[{"Container":{"ExitCode":1,"NetworkInterfaces":[]},"StartedAt":7,"StoppedAt":8}],"DependsOn":[],'
        '"JobDefinition":"load:1","JobId":"job-1","JobName":"load","JobQueue":"queue","Parameters":{"z":"1","a":"2"},'
        '"StartedAt":7,"Status":"FAILED","StatusReason":"Essential container in task exited"}'
    )


def test_who_manages_a_batch_job_is_said_once() -> None:
    integration = jobs.Jobs(Clients(Settings()), print)
    once = integration.arranged(f"{BATCH}.sync", SUBMIT)
    assert once["ContainerOverrides"]["Environment"] == [{"Name": MANAGED["name"], "Value": MANAGED["value"]}]
    assert integration.arranged(f"{BATCH}.sync", once) == once
    assert integration.arranged(BATCH, SUBMIT) == SUBMIT
    of_nodes = {**SUBMIT, "NodeOverrides": {"NumNodes": 2}}
    assert integration.arranged(f"{BATCH}.sync", of_nodes) == of_nodes
    assert "ContainerOverrides" not in SUBMIT


SHARE = ServiceError("ServerException", "Failed to create shareIdentifier default", 500, "2bbaad70")
SHARE_CAUSE = (
    "Failed to create shareIdentifier default "
    "(Service: AWSBatch; Status Code: 500; Error Code: ServerException; Request ID: 2bbaad70; Proxy: null)"
)


def test_a_job_that_is_not_started(serve: Any) -> None:
    serve(SubmitJob=[SHARE])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert history(done) == [*WAITED[:4], "TaskSubmitFailed", "ExecutionFailed"]
    assert details(done, "TaskSubmitFailed") == {
        "resourceType": "batch",
        "resource": "submitJob.sync",
        "error": "Batch.ServerException",
        "cause": SHARE_CAUSE,
    }
    done = run(BATCH, SUBMIT)
    assert history(done) == [*WAITED[:4], "TaskFailed", "ExecutionFailed"]
    assert (done.error, done.cause) == ("Batch.ServerException", SHARE_CAUSE)


@pytest.mark.parametrize(
    ("resource", "start", "code", "name"),
    [
        (BATCH, "SubmitJob", "AuthorizerConfigurationException", "Batch.AWSBatchException"),
        (ECS, "RunTask", "ClusterNotFoundException", "ECS.ClusterNotFoundException"),
        (ECS, "RunTask", "ThrottlingException", "ECS.AmazonECSException"),
        (GLUE, "StartJobRun", "ConcurrentRunsExceededException", "Glue.ConcurrentRunsExceededException"),
        (GLUE, "StartJobRun", "ThrottlingException", "Glue.AWSGlueException"),
        (BUILD, "StartBuild", "ResourceNotFoundException", "CodeBuild.ResourceNotFoundException"),
        (BUILD, "StartBuild", "AccessDeniedException", "CodeBuild.AWSCodeBuildException"),
        (ATHENA, "StartQueryExecution", "InvalidRequestException", "Athena.InvalidRequestException"),
        (ATHENA, "StartQueryExecution", "AccessDeniedException", "Athena.AmazonAthenaException"),
    ],
)
def test_names_of_errors(serve: Any, resource: str, start: str, code: str, name: str) -> None:
    serve(**{start: [ServiceError(code, "?", 400, "r")]})
    answer = jobs.Jobs(Clients(Settings()), print).perform(call(resource, STARTS[resource]))
    assert failure(answer)[0] == name


def test_a_service_that_is_not_reached(serve: Any) -> None:
    serve(SubmitJob=[SdkClientError("Unable to execute HTTP request: refused")])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert (done.error, done.cause) == ("Batch.SdkClientException", "Unable to execute HTTP request: refused")


# -- glue ------------------------------------------------------------------------------------------------------------


def job_run(state: str, **fields: Any) -> dict[str, Any]:
    return {"JobRun": {"Id": "jr_1", "JobName": "etl", "JobRunState": state, "StartedOn": MOMENT, **fields}}


def test_a_glue_job(serve: Any) -> None:
    end = job_run("SUCCEEDED", MaxCapacity=0.0625, PredecessorRuns=[], Arguments={"--b": "1", "--a": "2"})
    service = serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run("STARTING"), end])
    done = run(f"{GLUE}.sync", {"JobName": "etl", "Arguments": {"--b": "1"}})
    assert json.dumps(done.output) == json.dumps(
        {
            "Arguments": {"--b": "1", "--a": "2"},
            "Id": "jr_1",
            "JobName": "etl",
            "JobRunState": "SUCCEEDED",
            "MaxCapacity": 0.0625,
            "PredecessorRuns": [],
            "StartedOn": MILLISECONDS,
        }
    )
    submitted = json.loads(details(done, "TaskSubmitted")["output"])
    assert list(submitted.items()) == [("JobRunId", "jr_1"), *METADATA.items(), ("JobName", "etl")]
    assert service.parameters("GetJobRun") == {"JobName": "etl", "RunId": "jr_1"}
    assert json.loads(details(done, "TaskScheduled")["parameters"]) == {"JobName": "etl", "Arguments": {"--b": "1"}}


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "ERROR", "EXPIRED"])
def test_a_glue_job_that_failed(serve: Any, state: str) -> None:
    serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run(state, ErrorMessage="out of memory")])
    done = run(f"{GLUE}.sync", {"JobName": "etl"})
    assert done.error == "States.TaskFailed"
    cause = json.loads(done.cause or "")
    assert (cause["JobRunState"], cause["ErrorMessage"]) == (state, "out of memory")


# -- codebuild -------------------------------------------------------------------------------------------------------


def build(status: str) -> dict[str, Any]:
    return {"build": {"id": "p:1", "buildStatus": status, "startTime": MOMENT}}


def builds(status: str) -> dict[str, Any]:
    return {"builds": [build(status)["build"]]}


def build_batch(status: str) -> dict[str, Any]:
    return {"id": "p:2", "buildBatchStatus": status}


def test_a_build(serve: Any) -> None:
    polls = [builds("IN_PROGRESS"), builds("SUCCEEDED")]
    service = serve(StartBuild=[build("IN_PROGRESS")], BatchGetBuilds=polls)
    variables = [{"Name": "A", "Value": "1", "Type": "PLAINTEXT"}]
    done = run(f"{BUILD}.sync", {"ProjectName": "p", "EnvironmentVariablesOverride": variables})
    assert done.output == {"Build": {"BuildStatus": "SUCCEEDED", "Id": "p:1", "StartTime": MILLISECONDS}}
    assert json.loads(details(done, "TaskSubmitted")["output"])["Build"]["BuildStatus"] == "IN_PROGRESS"
    assert service.parameters("StartBuild") == {
        "projectName": "p",
        "environmentVariablesOverride": [{"name": "A", "value": "1", "type": "PLAINTEXT"}],
    }
    assert service.parameters("BatchGetBuilds") == {"ids": ["p:1"]}


@pytest.mark.parametrize("status", ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"])
def test_a_build_that_failed(serve: Any, status: str) -> None:
    serve(StartBuild=[build("IN_PROGRESS")], BatchGetBuilds=[builds(status)])
    done = run(f"{BUILD}.sync", {"ProjectName": "p"})
    assert done.error == "States.TaskFailed"
    assert json.loads(done.cause or "")["Build"]["BuildStatus"] == status


@pytest.mark.parametrize(
    ("action", "parameters"), [("startBuildBatch", {"ProjectName": "p"}), ("retryBuildBatch", {"Id": "p:1"})]
)
def test_a_batch_of_builds(serve: Any, action: str, parameters: JSON) -> None:
    start = action[0].upper() + action[1:]
    describe = [{"buildBatches": [build_batch("SUCCEEDED")]}]
    service = serve(**{start: [{"buildBatch": build_batch("IN_PROGRESS")}]}, BatchGetBuildBatches=describe)
    done = run(f"arn:aws:states:::codebuild:{action}.sync", parameters)
    assert done.output == {"BuildBatch": {"BuildBatchStatus": "SUCCEEDED", "Id": "p:2"}}
    assert service.parameters("BatchGetBuildBatches") == {"ids": ["p:2"]}


def test_a_build_is_stopped_by_an_action(serve: Any) -> None:
    service = serve(StopBuild=[build("STOPPED")])
    done = run("arn:aws:states:::codebuild:stopBuild", {"Id": "p:1"})
    assert done.output["Build"]["BuildStatus"] == "STOPPED"
    assert service.parameters("StopBuild") == {"id": "p:1"}


# -- athena ----------------------------------------------------------------------------------------------------------


def query(state: str, **fields: Any) -> dict[str, Any]:
    status = {"State": state, "SubmissionDateTime": MOMENT, **fields}
    return {"QueryExecution": {"QueryExecutionId": "q", "Query": "SELECT 1", "Status": status, "WorkGroup": "primary"}}


def test_a_query(serve: Any) -> None:
    service = serve(
        StartQueryExecution=[{"QueryExecutionId": "q"}],
        GetQueryExecution=[query("QUEUED"), query("RUNNING"), query("SUCCEEDED", CompletionDateTime=MOMENT)],
    )
    done = run(f"{ATHENA}.sync", {"QueryString": "SELECT 1", "WorkGroup": "primary", "ResultConfiguration": {}})
    assert details(done, "TaskSucceeded")["output"] == (
        '{"QueryExecution":{"Query":"SELECT 1","QueryExecutionId":"q","Status":{"CompletionDateTime":1710119488250,'
        '"State":"SUCCEEDED","SubmissionDateTime":1710119488250},"WorkGroup":"primary"}}'
    )
    assert json.loads(details(done, "TaskSubmitted")["output"]) == {"QueryExecutionId": "q"}
    assert service.parameters("GetQueryExecution") == {"QueryExecutionId": "q"}


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_query_that_failed(serve: Any, state: str) -> None:
    serve(
        StartQueryExecution=[{"QueryExecutionId": "q"}],
        GetQueryExecution=[query(state, StateChangeReason="TABLE_NOT_FOUND")],
    )
    done = run(f"{ATHENA}.sync", {"QueryString": "SELECT 1"})
    assert done.error == "States.TaskFailed"
    assert json.loads(done.cause or "")["QueryExecution"]["Status"]["StateChangeReason"] == "TABLE_NOT_FOUND"


def test_results_of_a_query(serve: Any) -> None:
    rows = [{"Data": [{"VarCharValue": "uri"}]}]
    serve(GetQueryResults=[{"UpdateCount": 0, "ResultSet": {"Rows": rows}}])
    done = run("arn:aws:states:::athena:getQueryResults", {"QueryExecutionId": "q", "MaxResults": 10})
    assert json.dumps(done.output) == json.dumps({"ResultSet": {"Rows": rows}, "UpdateCount": 0})


def test_a_query_of_moto() -> None:
    done = machine(f"{ATHENA}.sync", {"QueryString": "SELECT 1"}).run(aws="embedded")
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    execution = done.output["QueryExecution"]
    assert (execution["Query"], execution["Status"]["State"]) == ("SELECT 1", "SUCCEEDED")
    assert isinstance(execution["Status"]["CompletionDateTime"], int)


# -- over the wire and in real time ----------------------------------------------------------------------------------


class Endpoint(BaseHTTPRequestHandler):
    """ECS as HTTP has it: a task that has stopped when it is asked for."""

    requests: ClassVar[list[tuple[str, JSON]]] = []

    def do_POST(self) -> None:
        target = self.headers["X-Amz-Target"]
        self.requests.append((target, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        status = "PENDING" if target.endswith("RunTask") else "STOPPED"
        times = {"createdAt": 1_710_119_488.25}
        answer = json.dumps(
            {"tasks": [{"taskArn": TASK, "clusterArn": CLUSTER, "lastStatus": status, **times}]}
        ).encode()
        self.send_response_only(200)
        for name, value in (("x-amzn-RequestId", REQUEST_ID), ("Content-Length", str(len(answer)))):
            self.send_header(name, value)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    Endpoint.requests.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("live", [False, True])
def test_a_task_over_the_wire(endpoint: str, live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_POLL_MS", 20)
    done = machine(f"{ECS}.sync", RUN_TASK).run(endpoint_url={"ecs": endpoint}, live=live)
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    assert (done.output["CreatedAt"], done.output["LastStatus"]) == (MILLISECONDS, "STOPPED")
    prefix = "AmazonEC2ContainerServiceV20141113"
    sent = {"cluster": "c", "taskDefinition": "t", "launchType": "FARGATE", "startedBy": "AWS Step Functions"}
    (first, parameters), second = Endpoint.requests
    parameters.pop("clientToken", None)  # botocore's own, so that a request may be sent again
    assert (first, parameters) == (f"{prefix}.RunTask", sent)
    assert second == (f"{prefix}.DescribeTasks", {"cluster": CLUSTER, "tasks": [TASK]})
    headers = json.loads(details(done, "TaskSubmitted")["output"])["SdkHttpMetadata"]["AllHttpHeaders"]
    assert headers["x-amzn-RequestId"] == [REQUEST_ID]
    assert headers["Content-Type"] == ["application/x-amz-json-1.1"]


def test_a_live_execution_that_is_stopped(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_POLL_MS", 20)
    service = serve(SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNING")], TerminateJob=[{}])
    with asl.World(live=True) as world:
        stopped = world.start(machine(f"{BATCH}.sync", SUBMIT))
        world.run(until=world.now + 200)
        world.stop(stopped)
    assert history(stopped) == [*WAITED, "ExecutionAborted"]
    assert service.times("DescribeJobs")
    assert service.parameters("TerminateJob")["jobId"] == "job-1"


# -- what goes wrong -------------------------------------------------------------------------------------------------

STARTS: dict[str, JSON] = {
    ECS: RUN_TASK,
    BATCH: SUBMIT,
    GLUE: {"JobName": "etl"},
    BUILD: {"ProjectName": "p"},
    ATHENA: {"QueryString": "SELECT 1"},
}


def test_a_status_that_nobody_knows(serve: Any) -> None:
    serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[job_run("RUNNING"), job_run("DREAMING")])
    with pytest.raises(HostError, match=r"the job of state 'Job' has a status that means nothing here, 'DREAMING'"):
        run(f"{GLUE}.sync", {"JobName": "etl"})


def test_a_status_that_is_not_there(serve: Any) -> None:
    serve(StartJobRun=[{"JobRunId": "jr_1"}], GetJobRun=[{"JobRun": {"Id": "jr_1"}}])
    with pytest.raises(HostError, match="means nothing here"):
        run(f"{GLUE}.sync", {"JobName": "etl"})


def test_a_job_that_is_known_a_little_later(serve: Any) -> None:
    missing = {"tasks": [], "failures": [{"arn": TASK, "reason": "MISSING"}]}
    service = serve(RunTask=[tasks("PROVISIONING")], DescribeTasks=[missing, missing, tasks("RUNNING"), stopped(0)])
    assert run(f"{ECS}.sync", RUN_TASK).status == "SUCCEEDED"
    assert len(service.times("DescribeTasks")) == 4


def test_a_job_that_the_service_never_knows(serve: Any) -> None:
    service = serve(SubmitJob=[SUBMITTED], DescribeJobs=[{"jobs": []}])
    with pytest.raises(
        HostError, match=r"DescribeJobs \{.*job-1.*\} does not know the job that state 'Job' has started"
    ):
        run(f"{BATCH}.sync", SUBMIT)
    assert len(service.times("DescribeJobs")) == jobs.MOST_MISSES + 1


def test_a_job_that_never_ends(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_POLLS", 12)
    service = serve(SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNING")])
    with pytest.raises(HostError, match="the job of state 'Job' has not ended after 12 times DescribeJobs"):
        run(f"{BATCH}.sync", SUBMIT)
    assert service.times("DescribeJobs") == [1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423]


def test_a_start_that_does_not_say_what_it_started(serve: Any) -> None:
    serve(RunTask=[{}])
    with pytest.raises(HostError, match="the service does not say which job it has started"):
        run(f"{ECS}.sync", RUN_TASK)


@pytest.mark.parametrize(
    "passing",
    [
        ServiceError("ThrottlingException", "Rate exceeded", 400, "r"),
        ServiceError("TooManyRequestsException", "Too many", 400, "r"),
        ServiceError("InternalFailure", "?", 500, "r"),
    ],
)
def test_a_service_that_is_busy_is_asked_again(serve: Any, passing: ServiceError) -> None:
    serve(SubmitJob=[SUBMITTED], DescribeJobs=[passing, batch_jobs("RUNNING"), passing, batch_jobs("SUCCEEDED")])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert history(done) == [*WAITED, "TaskSucceeded", *ENDED]
    assert seconds(done) == 15


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (ServiceError("ClientException", "no such job", 400, "r"), "Batch.ClientException"),
        (SdkClientError("Unable to execute HTTP request: refused"), "Batch.SdkClientException"),
    ],
)
def test_a_job_that_cannot_be_looked_after(serve: Any, refusal: Exception, error: str) -> None:
    serve(SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("RUNNING"), refusal])
    done = run(f"{BATCH}.sync", SUBMIT)
    assert history(done) == [*WAITED, "TaskFailed", "ExecutionFailed"]
    assert done.error == error


@pytest.mark.parametrize("resource", STARTS)
def test_nobody_answers_without_a_way(resource: str) -> None:
    with pytest.raises(HostError, match="nothing answers the service"):
        run(f"{resource}.sync", STARTS[resource])


@pytest.mark.parametrize("resource", STARTS)
def test_express_machines_do_not_wait_for_jobs(resource: str) -> None:
    states = {"Job": {"Type": "Task", "Resource": f"{resource}.sync", "Parameters": STARTS[resource], "End": True}}
    with pytest.raises(DefinitionError, match=r"Express state machine does not support '\.sync' service integration"):
        asl.load({"StartAt": "Job", "States": states}, type="EXPRESS")


def test_express_machines_start_jobs(serve: Any) -> None:
    serve(SubmitJob=[SUBMITTED])
    states = {"Job": {"Type": "Task", "Resource": BATCH, "Parameters": SUBMIT, "End": True}}
    done = asl.load({"StartAt": "Job", "States": states}, type="EXPRESS").run()
    assert done.output["JobId"] == "job-1"


QUEUING = "The value for the field 'JobRunQueuingEnabled' must be a BOOLEAN"

# -- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "parameters", "problems"),
    [
        (ECS, RUN_TASK, []),
        (ECS, {}, ["The field 'TaskDefinition' is required but was missing"]),
        (ECS, {**RUN_TASK, "Cluster": None}, []),
        (ECS, {**RUN_TASK, "cluster": "c"}, ['The field "cluster" is not supported by Step Functions']),
        (ECS, {**RUN_TASK, "Cluster": 1}, ["The value for the field 'Cluster' must be a STRING"]),
        (
            ECS,
            {**RUN_TASK, "NetworkConfiguration": {"AwsvpcConfiguration": {}}},
            ["The field 'Subnets' is required but was missing"],
        ),
        (
            ECS,
            {**RUN_TASK, "PlacementStrategy": [{"type": "random"}]},
            ['The field "type" is not supported by Step Functions'],
        ),
        (ECS, {**RUN_TASK, "Overrides": []}, ["The value for the field 'Overrides' must be an OBJECT"]),
        (ECS, {**RUN_TASK, "Tags": {}}, ["The value for the field 'Tags' must be an ARRAY"]),
        (BATCH, {**SUBMIT, "Parameters": {"frame_id": 7}}, ["The value for the field 'frame_id' must be a STRING"]),
        (BATCH, {**SUBMIT, "ArrayProperties": {"Size": "4"}}, ["The value for the field 'Size' must be an INTEGER"]),
        (BATCH, {**SUBMIT, "ArrayProperties": {"Size": True}}, ["The value for the field 'Size' must be an INTEGER"]),
        (GLUE, {"JobName": "etl", "MaxCapacity": 2}, []),
        (GLUE, {"JobName": "etl", "MaxCapacity": "2"}, ["The value for the field 'MaxCapacity' must be a NUMBER"]),
        (GLUE, {"JobName": "etl", "JobRunQueuingEnabled": 1}, [QUEUING]),
        (GLUE, {"JobName": "etl", "Arguments": "x"}, ["The value for the field 'Arguments' must be an OBJECT"]),
        (GLUE, "etl", ["The value for the field 'Parameters' must be an OBJECT"]),
    ],
)
def test_checks_of_parameters(resource: str, parameters: JSON, problems: list[str]) -> None:
    integration = jobs.Jobs(Clients(Settings()), print)
    assert integration.check(resource, parameters) == problems
    assert integration.check(f"{resource}.sync", parameters) == problems


def test_a_task_with_wrong_parameters_is_not_scheduled() -> None:
    done = run(f"{BATCH}.sync", {**SUBMIT, "Parameters": {"frame_id": 7}})
    assert history(done) == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
    assert done.error == "States.Runtime"
    assert (done.cause or "").endswith(
        "could not be used to start the Task: [The value for the field 'frame_id' must be a STRING]"
    )


# -- the table -------------------------------------------------------------------------------------------------------

JOBS = [
    pytest.param(name, verb, action.job, id=f"{name}:{verb}")
    for name, service in SERVICES.items()
    for verb, action in service.actions.items()
    if action.job is not None
]
STATUSES = {"glue": "JobRunState", "batch": "JobStatus", "codebuild": "StatusType", "athena": "QueryExecutionState"}


@pytest.mark.parametrize(("name", "verb", "job"), JOBS)
def test_every_status_of_the_api_is_known(name: str, verb: str, job: Job) -> None:
    if name in STATUSES:  # the model of ECS does not say
        assert job.statuses == set(model(SERVICES[name].client).shape_for(STATUSES[name]).enum)
    assert len(job.statuses) == len(job.running) + len(job.succeeded) + len(job.failed)


@pytest.mark.parametrize(("name", "verb", "job"), JOBS)
def test_requests_are_those_of_the_api(name: str, verb: str, job: Job) -> None:
    for request in (job.describe, job.stop):
        assert set(request.parameters) <= set(operation(SERVICES[name].client, request.operation).parameters)


@pytest.mark.parametrize(
    ("resource", "patterns"),
    [
        (ECS, ("request_response", "sync", "wait_for_task_token")),
        (BATCH, ("request_response", "sync")),
        (GLUE, ("request_response", "sync")),
        (BUILD, ("request_response", "sync")),
        (ATHENA, ("request_response", "sync")),
        ("arn:aws:states:::athena:getQueryResults", ("request_response",)),
        ("arn:aws-cn:states:::codebuild:batchDeleteBuilds", ("request_response",)),
    ],
)
def test_descriptions(resource: str, patterns: tuple[str, ...]) -> None:
    description = jobs.Jobs(Clients(Settings()), print).describe(resource)
    assert description is not None
    assert description.patterns == patterns
    assert description.answered_by == ""
    assert "--aws real" in description.ways
    assert ("States.TaskFailed" in description.errors) == ("sync" in patterns)
    assert all(name[0].isupper() for name in description.parameters)


def test_the_description_of_a_job() -> None:
    clients = Clients(Settings(endpoint_urls={"ecs": "http://localhost:4566"}))
    description = jobs.Jobs(clients, print).describe(f"{ECS}.sync")
    assert description is not None
    assert description.resource == ECS
    assert description.answered_by == "http://localhost:4566"
    assert {"Cluster", "TaskDefinition", "Overrides", "StartedBy"} <= set(description.parameters)
    assert {"ECS.ClusterNotFoundException", "ECS.AmazonECSException", "AmazonECS.Unknown"} <= set(description.errors)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::ecs:stopTask",
        "arn:aws:states:::ecs:runTask.sync:2",
        "arn:aws:states:::athena:getQueryResults.sync",
        "arn:aws:states:::batch:submitJob.waitForTaskToken",
        "arn:aws:states:::sqs:sendMessage",
        "arn:aws:states:::aws-sdk:ecs:runTask",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
    ],
)
def test_what_is_not_here(resource: str) -> None:
    assert jobs.Jobs(Clients(Settings()), print).describe(resource) is None


def test_a_job_step_by_step(serve: Any) -> None:
    serve(SubmitJob=[SUBMITTED], DescribeJobs=[batch_jobs("SUCCEEDED")])
    integration = jobs.Jobs(Clients(Settings()), print)
    first = call(f"{BATCH}.sync", SUBMIT, pattern="sync")
    begun = integration.perform(first)
    assert isinstance(begun, Pending)
    assert begun.poll_after_ms == jobs.FIRST_POLL_MS
    assert begun.state["stop"] == {"JobId": "job-1", "Reason": REASON.format(EXECUTION)}
    assert json.loads(json.dumps(begun.state)) == begun.state  # it may be kept
    ended = integration.perform(call(f"{BATCH}.sync", SUBMIT, pattern="sync", pending=begun.state))
    assert isinstance(ended, Output)
    assert output(ended)["Status"] == "SUCCEEDED"
    assert not isinstance(ended, Failure)
