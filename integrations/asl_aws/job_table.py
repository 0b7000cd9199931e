"""The services whose jobs a `.sync` task waits for, as data: a row for each action. `asl_aws.jobs` performs them.

Names are Step Functions' ("Tasks", where the API of ECS says "tasks"). A text that begins with "$." stands for a value
that is found when the row is used: in `Job.describe` and `Job.stop` under `$.Started` (the answer of the start call, as
the task shows it), `$.Parameters` (the task's) and `$.Reason` (why the job is stopped), in `Job.output` and
`Action.failures` in the answer itself. "$" is all of it.

The patterns and actions are those of the Developer Guide's pages of the services. What stands in comments beside a row
says where the rest is from: "recorded" means executions on AWS, in the recordings or as users have published them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from asl.values import JSON
from asl_aws.service_errors import Service

Template: TypeAlias = JSON
"""A value in which texts may stand for others."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call of the service's API."""

    operation: str
    parameters: Mapping[str, Template]


def _never(description: JSON) -> bool:
    return False


def _as_given(parameters: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return parameters


@dataclass(frozen=True, slots=True)
class Job:
    """How a `.sync` task follows what its start call began.

    `describe` is asked until the status, at `status` in `output`, is one of `succeeded` or `failed`; each status that
    the API knows stands in one of the three sets. `output` is then the task's output, or as JSON text the cause of its
    `States.TaskFailed`; `fails` may find that a job which ended well by its status did not. `stop` gives the job up.
    `added` gives the parameters with what Step Functions adds to them.
    """

    describe: Request
    output: Template
    status: str
    running: frozenset[str]
    succeeded: frozenset[str]
    failed: frozenset[str]
    stop: Request
    fails: Callable[[JSON], bool] = _never
    added: Callable[[Mapping[str, JSON]], Mapping[str, JSON]] = _as_given

    @property
    def statuses(self) -> frozenset[str]:
        """All that the row knows."""
        return self.running | self.succeeded | self.failed


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a service: the operation of its API, and the job that it starts, if it can be waited for.

    `echoed` are parameters that Step Functions puts into the answer. An answer that has anything in the list at
    `failures` is the failure `failures_error` of a task that waits for its job or for a token.
    """

    operation: str
    job: Job | None = None
    echoed: tuple[str, ...] = ()
    failures: str = ""
    failures_error: str = ""


@dataclass(frozen=True, slots=True)
class JobService:
    """A service of the table. `client` is botocore's name of it.

    `with_metadata` says whether its answers carry SdkHttpMetadata, `with_empty_lists` whether they show lists that the
    service left out as empty ones, `takes_token` whether its actions can wait for a task token.
    """

    client: str
    errors: Service
    actions: Mapping[str, Action] = field(default_factory=dict)
    with_metadata: bool = False
    with_empty_lists: bool = False
    takes_token: bool = False


def _set(statuses: str) -> frozenset[str]:
    return frozenset(statuses.split())


# -- Amazon ECS ------------------------------------------------------------------------------------------------------

_STARTED_BY: Final = "AWS Step Functions"


def _with_started_by(parameters: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Recorded: Step Functions signs the tasks that it waits for, in the parameters that the history shows too."""
    return {**parameters, "StartedBy": _STARTED_BY}


def _ecs_task_fails(task: JSON) -> bool:
    """Whether a task that has stopped failed.

    Recorded are a task that could not start, and one whose container exited with 0.
    """
    # unrecorded: which containers count when one of several exits with another code, and the other stop codes
    codes = (container.get("ExitCode") for container in task.get("Containers", ()))
    return task.get("StopCode") == "TaskFailedToStart" or any(code not in (0, None) for code in codes)


_ECS: Final = JobService(
    client="ecs",
    # "ECS.AmazonECSException" is recorded, the name in the cause follows the older SDK for Java
    errors=Service(prefix="ECS", name="AmazonECS", unmodeled="AmazonECSException"),
    with_metadata=True,  # recorded
    with_empty_lists=True,  # recorded
    takes_token=True,
    actions={
        # unrecorded: the output of a task state that starts several tasks (Count); here it follows the first
        "runTask": Action(
            operation="RunTask",
            failures="$.Failures",  # Developer Guide, "Run Amazon ECS/Fargate tasks with Step Functions"
            failures_error="AmazonECS.Unknown",
            job=Job(
                added=_with_started_by,
                describe=Request(
                    "DescribeTasks", {"Cluster": "$.Started.Tasks.0.ClusterArn", "Tasks": ["$.Started.Tasks.0.TaskArn"]}
                ),
                output="$.Tasks.0",  # recorded
                status="$.LastStatus",
                running=_set("PROVISIONING PENDING ACTIVATING RUNNING DEACTIVATING STOPPING DEPROVISIONING"),
                succeeded=_set("STOPPED"),
                failed=frozenset(),
                fails=_ecs_task_fails,
                stop=Request(  # recorded by users, with its reason
                    "StopTask",
                    {
                        "Cluster": "$.Started.Tasks.0.ClusterArn",
                        "Task": "$.Started.Tasks.0.TaskArn",
                        "Reason": "$.Reason",
                    },
                ),
            ),
        )
    },
)

# -- AWS Batch -------------------------------------------------------------------------------------------------------

_MANAGED: Final = {"Name": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"}
_OTHER_OVERRIDES: Final = ("NodeOverrides", "EcsPropertiesOverride", "EksPropertiesOverride")


def _with_managed_by(parameters: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Recorded: the containers of a job that a task waits for are told who manages them."""
    if any(parameters.get(other) is not None for other in _OTHER_OVERRIDES):
        return parameters  # unrecorded: what jobs of several nodes are told; the API takes one kind of overrides only
    overrides = parameters.get("ContainerOverrides") or {}
    environment = overrides.get("Environment") or []
    if _MANAGED in environment:
        return parameters
    return {**parameters, "ContainerOverrides": {**overrides, "Environment": [*environment, dict(_MANAGED)]}}


_BATCH: Final = JobService(
    client="batch",
    # recorded: "Batch.ServerException", "Batch.AWSBatchException", and the name in their causes
    errors=Service(prefix="Batch", name="AWSBatch", unmodeled="AWSBatchException"),
    with_metadata=True,  # unrecorded: taken from ecs and glue, integrations of the same age
    actions={
        "submitJob": Action(
            operation="SubmitJob",
            job=Job(
                added=_with_managed_by,
                describe=Request("DescribeJobs", {"Jobs": ["$.Started.JobId"]}),
                output="$.Jobs.0",  # recorded, as output and as cause
                status="$.Status",
                running=_set("SUBMITTED PENDING RUNNABLE STARTING RUNNING"),
                succeeded=_set("SUCCEEDED"),
                failed=_set("FAILED"),
                stop=Request("TerminateJob", {"JobId": "$.Started.JobId", "Reason": "$.Reason"}),  # recorded
            ),
        )
    },
)

# -- AWS Glue --------------------------------------------------------------------------------------------------------

_GLUE: Final = JobService(
    client="glue",
    # unrecorded: the cause's wording; users retry on "Glue.AWSGlueException"
    errors=Service(prefix="Glue", name="AWSGlue", unmodeled="AWSGlueException"),
    with_metadata=True,  # recorded
    actions={
        "startJobRun": Action(
            operation="StartJobRun",
            echoed=("JobName",),  # recorded, and in the Developer Guide
            job=Job(
                describe=Request("GetJobRun", {"JobName": "$.Parameters.JobName", "RunId": "$.Started.JobRunId"}),
                output="$.JobRun",  # recorded
                status="$.JobRunState",
                running=_set("STARTING RUNNING STOPPING WAITING"),
                # unrecorded: STOPPED is not among the statuses of an abnormal end in Glue's guide
                succeeded=_set("SUCCEEDED STOPPED"),
                failed=_set("FAILED TIMEOUT ERROR EXPIRED"),
                stop=Request(
                    "BatchStopJobRun", {"JobName": "$.Parameters.JobName", "JobRunIds": ["$.Started.JobRunId"]}
                ),
            ),
        )
    },
)

# -- AWS CodeBuild ---------------------------------------------------------------------------------------------------


def _build(kind: str, describe: str, described: str, stop: str) -> Job:
    """A build or a batch of builds: `kind` is the field of the answers ("Build")."""
    return Job(
        describe=Request(describe, {"Ids": [f"$.Started.{kind}.Id"]}),
        output={kind: f"$.{described}.0"},  # recorded: definitions take `$.Build.BuildStatus` from the output
        status=f"$.{kind}.{kind}Status",
        running=_set("IN_PROGRESS"),
        succeeded=_set("SUCCEEDED"),
        failed=_set("FAILED FAULT TIMED_OUT STOPPED"),  # unrecorded: the cause, here the output as JSON text
        stop=Request(stop, {"Id": f"$.Started.{kind}.Id"}),
    )


_BUILD: Final = _build("Build", "BatchGetBuilds", "Builds", "StopBuild")
_BUILD_BATCH: Final = _build("BuildBatch", "BatchGetBuildBatches", "BuildBatches", "StopBuildBatch")

_CODEBUILD: Final = JobService(
    client="codebuild",
    errors=Service(prefix="CodeBuild", name="AWSCodeBuild", unmodeled="AWSCodeBuildException"),  # unrecorded
    with_metadata=False,  # unrecorded: taken from athena, an integration of the same age
    actions={
        "startBuild": Action("StartBuild", _BUILD),
        "startBuildBatch": Action("StartBuildBatch", _BUILD_BATCH),
        "retryBuildBatch": Action("RetryBuildBatch", _BUILD_BATCH),
        "stopBuild": Action("StopBuild"),
        "stopBuildBatch": Action("StopBuildBatch"),
        "batchDeleteBuilds": Action("BatchDeleteBuilds"),
        "deleteBuildBatch": Action("DeleteBuildBatch"),
        "batchGetReports": Action("BatchGetReports"),
    },
)

# -- Amazon Athena ---------------------------------------------------------------------------------------------------

_ATHENA: Final = JobService(
    client="athena",
    errors=Service(prefix="Athena", name="AmazonAthena", unmodeled="AmazonAthenaException"),  # unrecorded
    with_metadata=False,  # recorded
    actions={
        "startQueryExecution": Action(
            operation="StartQueryExecution",
            job=Job(
                describe=Request("GetQueryExecution", {"QueryExecutionId": "$.Started.QueryExecutionId"}),
                output="$",  # recorded; unrecorded: as cause
                status="$.QueryExecution.Status.State",
                running=_set("QUEUED RUNNING"),
                succeeded=_set("SUCCEEDED"),
                failed=_set("FAILED CANCELLED"),
                stop=Request("StopQueryExecution", {"QueryExecutionId": "$.Started.QueryExecutionId"}),
            ),
        ),
        "stopQueryExecution": Action("StopQueryExecution"),
        "getQueryExecution": Action("GetQueryExecution"),
        "getQueryResults": Action("GetQueryResults"),
    },
)

SERVICES: Final[Mapping[str, JobService]] = {
    "athena": _ATHENA,
    "batch": _BATCH,
    "codebuild": _CODEBUILD,
    "ecs": _ECS,
    "glue": _GLUE,
}
"""The services by the name that a Resource has for them."""
