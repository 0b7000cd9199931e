"""The optimized integrations of Step Functions with AWS services, apart from Lambda.

A service is one file with a function `integration(settings, clients)`, and one line here.
"""

from asl.integration import Integration, Settings
from asl_aws import activity_polls, apigateway, dynamodb, events, jobs, sdk, sns, sqs, states, stepfunctions_backend
from asl_aws.clients import Clients


def integrations(settings: Settings) -> list[Integration]:
    """The integrations of this package. Nothing of boto3 is imported before a call needs it."""
    bus = events.embedded_bus(settings)
    step_functions = stepfunctions_backend.local(settings.executions)
    clients = Clients(settings, {"events": events.local(bus), "stepfunctions": step_functions})
    return [
        apigateway.integration(settings),
        dynamodb.integration(clients),
        events.integration(clients, bus),
        jobs.integration(settings, clients),
        sns.integration(clients),
        sqs.integration(settings, clients),
        states.integration(settings, clients, step_functions.respond),
        *activity_polls.integrations(clients, settings.executions),
        sdk.integration(clients),
    ]
