"""Jobs of `.sync` tasks: how they are waited for and given up, what goes wrong, what their table says."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from asl_aws import jobs
from asl_aws.clients import Clients
from asl_aws.job_shapes import operation
from asl_aws.job_table import SERVICES, Job
from asl_aws.service_errors import SdkClientError, ServiceError

import asl
from asl.errors import DefinitionError, HostError
from asl.integration import Failure, Output, Pending, Settings
from asl.values import JSON
from tests.integrations.calls import EXECUTION, call, output
from tests.integrations.job_service import (
    ATHENA,
    BATCH,
    BUILD,
    ECS,
    ENDED,
    GLUE,
    METADATA,
    MILLISECONDS,
    MOMENT,
    REASON,
    REQUEST_ID,
    RUN_TASK,
    STARTS,
    SUBMIT,
    SUBMITTED,
    WAITED,
    batch_jobs,
    build,
    builds,
    details,
    history,
    job_run,
    machine,
    model,
    query,
    run,
    seconds,
)

# -- ecs -------------------------------------------------------------------------------------------------------------

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/c"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/c/1"


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
