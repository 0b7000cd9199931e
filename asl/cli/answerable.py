"""What a task's resource is, and who could answer it: what `asl integrations` tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from asl.findings import did_you_mean
from asl.parse.resources import ACTIONS
from asl.parse.transitions import task_states

if TYPE_CHECKING:
    from asl.hosts.world import World
    from asl.integration import Description, Pattern
    from asl.source import Document
    from asl.values import JSON

Kind: TypeAlias = Literal["optimized", "aws-sdk", "function", "activity", "placeholder", "unknown"]

_MORE: Final = {
    "bedrock": "invokeModel createModelCustomizationJob",
    "bedrockagentcore": "invokeHarness",
    "databrew": "startJobRun",
    "eks": "call runJob createCluster deleteCluster createNodegroup deleteNodegroup createFargateProfile"
    " deleteFargateProfile",
    "elasticmapreduce": "createCluster terminateCluster addStep cancelStep setClusterTerminationProtection"
    " modifyInstanceFleetByName modifyInstanceGroupByName",
    "emr-containers": "createVirtualCluster deleteVirtualCluster startJobRun",
    # unrecorded: that these six are all
    "emr-serverless": "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun",
    "http": "invoke",
    "mediaconvert": "createJob",
    "sagemaker": "createEndpoint createEndpointConfig createHyperParameterTuningJob createLabelingJob createModel"
    " createProcessingJob createTrainingJob createTransformJob updateEndpoint",
}
OPTIMIZED: Final[Mapping[str, Sequence[str]]] = dict(
    sorted({**ACTIONS, **{service: actions.split() for service, actions in _MORE.items()}}.items())
)
"""The optimized integrations of Step Functions with their actions (Developer Guide, "Integrating optimized services").

To those that the check of definitions judges come the others. Which of them are answered here, and with which patterns,
the integrations themselves say.
"""

SUFFIXES: Final[Mapping[str, Pattern]] = {
    ".sync": "sync",
    ".sync:2": "sync:2",
    ".waitForTaskToken": "wait_for_task_token",
}
"""What stands at the end of a resource for each pattern but request_response."""

_STATES: Final = "arn:aws:states:::"
_SERVICE: Final = re.compile(r"(arn:[^:]+:states:[^:]*:[^:]*:(aws-sdk:[\w-]+|(?!aws-sdk:)[\w-]+):([^.:]+))(\..*)?")
_ACTIVITY: Final = re.compile(r"arn:[^:]+:states:[^:]+:[^:]+:activity:(.+)")
_FUNCTION: Final = re.compile(r"arn:[^:]+:lambda:.*:function:.+")

_PLACEHOLDER: Final = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_TARGETS: Final = {
    "lambda:invoke": "FunctionName",
    "states:startExecution": "StateMachineArn",
    "aws-sdk:sfn:startExecution": "StateMachineArn",
    "aws-sdk:sfn:startSyncExecution": "StateMachineArn",
}
"""The parameter that says what is called, where who answers depends on it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, and who could answer it. `problem` says why nothing could, "" when something can.

    `answered_by` says who does with the settings that there are, "" when nobody does; then `ways` are the options with
    which it would be. `target` is the function or state machine that the tasks name, `states` are theirs.
    """

    resource: str
    kind: Kind
    description: Description | None = None
    answered_by: str = ""
    ways: tuple[str, ...] = ()
    problem: str = ""
    target: str = ""
    states: tuple[str, ...] = ()

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return self.description.patterns if self.description is not None else ()


@dataclass(frozen=True, slots=True)
class Tasks:
    """The states of a definition that have the same resource, and name the same `target`."""

    resource: str
    target: str
    states: tuple[str, ...]


def tasks_of(document: Document) -> list[Tasks]:
    """The tasks of a definition, by resource and target in the order of the text."""
    found: dict[tuple[str, str], list[str]] = {}
    for _, name, state in task_states(document.value):
        resource = state["Resource"]
        found.setdefault((resource, _target(resource, state)), []).append(name)
    return [Tasks(resource, target, tuple(names)) for (resource, target), names in found.items()]


def _target(resource: str, state: Mapping[str, JSON]) -> str:
    """The function or machine that a task names; "" where it is only known when the task runs."""
    parts = _SERVICE.fullmatch(resource)
    field = _TARGETS.get(f"{parts[2]}:{parts[3]}") if parts else None
    parameters = state.get("Parameters", state.get("Arguments"))
    value = parameters.get(field) if field is not None and isinstance(parameters, dict) else None
    return value if isinstance(value, str) and not value.startswith("{%") else ""


def whole(text: str, region: str, account: str) -> str:
    """The resource that a text means: an ARN as it is, or short, such as sqs:sendMessage, activity:X or function:X."""
    if text.startswith(("arn:", "${")):
        return text
    if text.startswith("activity:"):
        return f"arn:aws:states:{region}:{account}:{text}"
    if text.startswith("function:"):
        return f"arn:aws:lambda:{region}:{account}:{text}"
    return _STATES + text


def examined(world: World, tasks: Tasks, with_machines: bool = False) -> Resource:
    """What is known of a resource, and who answers it in a world. `with_machines`: whether that was given any."""
    resource, states = tasks.resource, tasks.states
    kind = _kind(resource)
    if kind == "activity":
        return _activity(world, resource, states)
    if kind == "placeholder":
        return _unfilled(world, resource, states)
    description = _description(world, resource)
    problem = _problem(resource, description)
    if description is None or problem:
        return Resource(resource, kind, problem=problem, states=states)
    answered_by, ways = description.answered_by, description.ways
    if tasks.target:
        answered_by, ways = _for_target(world, tasks, description)
    elif not with_machines and "--machine" in answered_by:
        answered_by = ""
    return Resource(resource, kind, description, answered_by, ways, "", tasks.target, states)


def _unfilled(world: World, resource: str, states: tuple[str, ...]) -> Resource:
    """A resource with placeholders: one alone is taken for a function, in an ARN they are its partition or region."""
    names = dict.fromkeys(_PLACEHOLDER.findall(resource))
    if _PLACEHOLDER.fullmatch(resource):
        ways = (*(f"--define {name}=ARN" for name in names), f"--lambda '{resource}=package.module:function'")
        description = _description(world, resource)
        answered_by = description.answered_by if description is not None else ""
        return Resource(resource, "placeholder", description, answered_by, ways, states=states)
    ways = tuple(f"--define {name}={'aws' if 'artition' in name else 'VALUE'}" for name in names)
    filled = _PLACEHOLDER.sub("aws", resource)
    description = _description(world, filled)
    problem = _problem(filled, description) if _SERVICE.fullmatch(filled) else ""
    return Resource(resource, "placeholder", description, "", ways, problem, states=states)


def _kind(resource: str) -> Kind:
    if _ACTIVITY.fullmatch(resource):
        return "activity"
    if _FUNCTION.fullmatch(resource):
        return "function"
    if _PLACEHOLDER.search(resource):
        return "placeholder"
    if found := _SERVICE.fullmatch(resource):
        return "aws-sdk" if found[2].startswith("aws-sdk:") else "optimized"
    return "unknown"


def _description(world: World, resource: str) -> Description | None:
    """What the integration of a resource says of it, whatever its pattern; None where no integration has it."""
    parts = _SERVICE.fullmatch(resource)
    plain = parts[1] if parts else resource
    integration = world.answers.integration(plain)
    return None if integration is None else integration.describe(plain)


def _for_target(world: World, tasks: Tasks, description: Description) -> tuple[str, tuple[str, ...]]:
    """Who answers the function or the machine that the tasks name, and the ways to have it answered."""
    target = tasks.target
    defines = tuple(f"--define {name}=NAME" for name in _PLACEHOLDER.findall(target))
    if "FunctionName" not in description.parameters:
        given = f"--machine {target.rpartition(':')[2]}=FILE"
        ways = (*(defines or (given,)), *(way for way in description.ways if not way.startswith("--machine")))
        if world.executions.knows(target):
            return "a machine given with --machine", ways
        return ("" if "--machine" in description.answered_by else description.answered_by), ways
    arn = target if target.startswith("arn:") else f"arn:aws:lambda:{world.region}:{world.account}:function:{target}"
    function = _description(world, arn)
    name = target.rpartition(":function:")[2]
    given = f"--lambda {name}=package.module:function"
    ways = (*(defines or (given,)), *(way for way in description.ways if not way.startswith("--lambda")))
    return (function.answered_by if function is not None else description.answered_by), ways


def _activity(world: World, resource: str, states: tuple[str, ...]) -> Resource:
    """An activity: its workers are functions of the user's, no integration's."""
    from asl.integration import Description

    worker = world.answers.worker(resource)
    name = f"{worker.__module__}:{worker.__qualname__}" if worker is not None else ""
    ways = (f"--activity {resource.rpartition(':activity:')[2]}=package.module:function",)
    description = Description(resource, ("request_response",), answered_by=name, answer="what the worker answers")
    return Resource(resource, "activity", description, name, ways, "", "", states)


# -- what is wrong with a resource -----------------------------------------------------------------------------------


def _problem(resource: str, description: Description | None) -> str:
    """Why nothing answers a resource, and what was perhaps meant; "" when something could."""
    parts = _SERVICE.fullmatch(resource)
    if parts is None:
        return "" if description is not None else _no_integration(resource)
    _, service, action, suffix = parts.groups()
    if description is not None:
        return _pattern_problem(f"{service}:{action}", suffix or "", description.patterns)
    if service.startswith("aws-sdk:"):
        problem = _sdk_problem(service, action)
    else:
        problem = _service_problem(service, action)
    return problem or f"Step Functions has {service}:{action}, but nothing here does; a mock can"


def _pattern_problem(name: str, suffix: str, patterns: Sequence[Pattern]) -> str:
    """Why a resource cannot have that suffix; "" when it can."""
    if not suffix or SUFFIXES.get(suffix) in patterns:
        return ""
    possible = [each for each, pattern in SUFFIXES.items() if pattern in patterns]
    has = f"it has {', '.join(possible)}" if possible else "leave it out"
    return f"{name} has no {suffix}; {did_you_mean(suffix, possible) or has}"


def _no_integration(resource: str) -> str:
    """What a text is not that names neither a service's action, nor a function or an activity."""
    name = resource.removeprefix(_STATES).removeprefix("aws-sdk:")
    if resource.startswith(f"{_STATES}aws-sdk:"):
        problem = _sdk_problem(f"aws-sdk:{name}", "")
        return problem or f"aws-sdk:{name} is a service; write an action behind it, such as aws-sdk:s3:getObject"
    if name in OPTIMIZED:
        actions = ", ".join(f"{name}:{action}" for action in OPTIMIZED[name])
        return f"{name} is a service; its actions are {actions}"
    hint = did_you_mean(name, OPTIMIZED) if resource.startswith(_STATES) and ":" not in name else None
    return f"this is no resource; {hint or 'one is written like sqs:sendMessage, aws-sdk:s3:getObject, or as an ARN'}"


def _service_problem(service: str, action: str) -> str:
    """What is wrong with the name of an optimized integration; "" when Step Functions has it."""
    if service not in OPTIMIZED:
        sdk = f"aws-sdk:{service}:{action}"
        hint = f"did you mean '{sdk}'?" if not _sdk_problem(f"aws-sdk:{service}", action) else None
        hint = hint or did_you_mean(service, OPTIMIZED)
        return f"there is no optimized integration with '{service}'" + (f"; {hint}" if hint else "")
    actions = OPTIMIZED[service]
    if action in actions:
        return ""
    hint = did_you_mean(action, actions)
    if hint is None and not _sdk_problem(f"aws-sdk:{service}", action):
        hint = f"did you mean 'aws-sdk:{service}:{action}'?"
    return f"{service} has no action '{action}'; {hint or 'its actions are ' + ', '.join(actions)}"


def _sdk_problem(service: str, action: str) -> str:
    """What is wrong with the name of a service or an operation of the AWS SDK; "" when there is none."""
    catalog: Any = import_module("asl_aws.catalog")
    problem: str = catalog.problem(service.removeprefix("aws-sdk:"), action)
    return problem
