"""What there is under which name: services and operations of the AWS SDK, stand-ins, what a world answers itself."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

from asl.findings import did_you_mean
from asl_aws import embedded, events, sdk_model, stepfunctions_backend

STAND_INS: Final[Collection[str]] = embedded.SERVICES
"""The services with stand-ins in this process, by botocore's names."""

LOCAL: Final = {"events": [events.OPERATION], "stepfunctions": sorted(stepfunctions_backend.OPERATIONS)}
"""The operations that the world itself answers, by botocore's names of services."""

_RENAMED: Final = {"events": "eventbridge", "logs": "cloudwatchlogs", "stepfunctions": "sfn"}


def segment(service: str) -> str:
    """What a service of STAND_INS or LOCAL is called in a resource."""
    return _RENAMED.get(service, service.replace("-", ""))


def problem(segment: str, action: str) -> str:
    """What is wrong with `aws-sdk:<segment>:<action>`, and what was perhaps meant; "" when nothing is.

    Without an action, of the service's name alone.
    """
    service = sdk_model.service_name(segment)
    if service is None:
        near = _near_segment(segment)
        return f"the AWS SDK has no service '{segment}'" + (f"; did you mean '{near}'?" if near else "")
    if not action or sdk_model.operation(segment, action) is not None:
        return ""
    actions = sdk_model.actions(service)
    if action in actions:
        return f"Step Functions does not offer '{action}' of {segment}"
    hint = did_you_mean(action, actions)
    return f"{segment} has no operation '{action}'" + (f"; {hint}" if hint else "")


def _near_segment(segment: str) -> str | None:
    """What the service is called in resources whose name in botocore is nearest."""
    names = {name.replace("-", ""): name for name in sdk_model.services()}
    near = get_close_matches(segment.lower().replace("-", ""), names, n=1, cutoff=0.6)
    return sdk_model.segment(names[near[0]]) if near else None
