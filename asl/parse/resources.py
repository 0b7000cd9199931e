"""Checks the Resource of Task states.

The optimized integrations are those of the Developer Guide's page "Integrating optimized services"; a service that is
not in the table is not judged.
"""

import re
from typing import Final

from asl.findings import did_you_mean
from asl.parse.report import Node, add, text

_ARN: Final = re.compile(r"arn:[^:\s]+:[^:\s]+:[^:]*:[^:]*:\S.*")
_SERVICE_INTEGRATION: Final = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:([\w-]+):([^.]+)(\..*)?")
_ACTIVITY: Final = re.compile(r"arn:[^:]+:states:[^:]+:[^:]+:activity:.+")
_PATTERNS: Final = (".sync", ".sync:2", ".waitForTaskToken")

# The actions of each service; a trailing "!" means that .sync is supported, the service's own mark that it takes
# task tokens.
_OPTIMIZED: Final[dict[str, str]] = {
    "apigateway": "invoke",
    "athena": "startQueryExecution! stopQueryExecution getQueryExecution getQueryResults",
    "batch": "submitJob!",
    "codebuild": "startBuild! stopBuild batchDeleteBuilds batchGetReports startBuildBatch! stopBuildBatch"
    " retryBuildBatch! deleteBuildBatch",
    "dynamodb": "getItem putItem updateItem deleteItem",
    "ecs": "runTask!",
    "events": "putEvents",
    "glue": "startJobRun!",
    "lambda": "invoke",
    "sns": "publish",
    "sqs": "sendMessage",
    "states": "startExecution!",
}
ACTIONS: Final = {service: actions.replace("!", "").split() for service, actions in _OPTIMIZED.items()}
"""The actions of each service that is judged here."""
_TAKE_TOKENS: Final = {"apigateway", "ecs", "events", "lambda", "sns", "sqs", "states"}


def is_activity(resource: str) -> bool:
    """Whether a Resource is the ARN of an activity."""
    return _ACTIVITY.fullmatch(resource) is not None


def resource(node: Node) -> str | None:
    """The Resource of a Task; None when it is no ARN, or one that cannot stand here."""
    value = text(node, "Resource")
    if value is None:
        return None
    if not _ARN.fullmatch(value):
        add(node, "bad-resource", "Value is not a valid resource ARN", "Resource", _arn_hint(value))
        return None
    found = _SERVICE_INTEGRATION.fullmatch(value)
    service, action, pattern = found.groups() if found and not is_activity(value) else (None, None, None)
    if service is not None and action is not None and (problem := _problem(service, action, pattern)):
        message = (
            f"The resource provided {value} is not recognized. "
            "The value is not a valid resource ARN, or the resource is not available in this region."
        )
        add(node, "bad-resource", message, "Resource", problem)
        return None
    if node.report.type == "EXPRESS":
        _check_express(node, value, pattern)
    return value


def _check_express(node: Node, value: str, pattern: str | None) -> None:
    """AWS's texts; it lets the one about task tokens end in a blank."""
    message = None
    if is_activity(value):
        message = "Express state machine does not support Activity ARN"
    elif pattern is not None and pattern.startswith(".sync"):
        message = "Express state machine does not support '.sync' service integration"
    elif pattern == ".waitForTaskToken":
        message = "Express state machine does not support '.waitForTaskToken' service integration"
    if message:
        add(node, "express", message, "Resource", "only STANDARD workflows can wait for a job, a token or a worker")


def _arn_hint(value: str) -> str | None:
    if value.startswith("arn:"):
        return "an ARN has six parts: arn:partition:service:region:account:resource"
    if re.fullmatch(r"[\w-]+:[\w.:]+", value):
        return f"did you mean 'arn:aws:states:::{value}'?"
    return (
        "a Resource looks like arn:aws:lambda:us-east-1:123456789012:function:name or arn:aws:states:::sqs:sendMessage"
    )


def _problem(service: str, action: str, pattern: str | None) -> str | None:
    """What would be right in the place of an integration that does not exist; None when it may exist."""
    if pattern is not None and pattern not in _PATTERNS:
        near = did_you_mean(pattern, _PATTERNS)
        return near or f"the service integration patterns are {', '.join(_PATTERNS)}"
    if service == "aws-sdk":
        return "AWS SDK integrations do not wait for jobs" if pattern in (".sync", ".sync:2") else None
    if service not in _OPTIMIZED:
        return None
    actions = {name.rstrip("!"): name.endswith("!") for name in _OPTIMIZED[service].split()}
    if action not in actions:
        sdk = f"arn:aws:states:::aws-sdk:{service}:{action}"
        return did_you_mean(action, actions) or f"any action of the API can be called by the AWS SDK integration: {sdk}"
    if pattern == ".waitForTaskToken" and service not in _TAKE_TOKENS:
        return f"{service} has no integration with task tokens"
    if pattern in (".sync", ".sync:2") and not actions[action]:
        return f"{service}:{action} does not wait for a job: remove {pattern}"
    if pattern == ".sync:2" and service != "states":
        return f"only states:startExecution has .sync:2: write arn:aws:states:::{service}:{action}.sync"
    return None
