"""`arn:aws:states:::events:putEvents`: events to the embedded bus, or through boto3 to EventBridge.

Source: Developer Guide, "Add EventBridge events with Step Functions"; recordings of 2025-11. The request that goes out
is a decorated copy, made for each attempt: to the Resources of each entry the ARNs of the state machine and of the
execution are appended, in this order, and a Detail that is no text becomes JSON text.
"""

import re
from typing import Any, Final

from asl_eventbridge import EventBus, PutEventsError

from asl.integration import Answer, Call, Description, Failure, Integration, Output, Settings
from asl.json_text import dumps
from asl.values import JSON
from asl_aws import job_shapes, parameters
from asl_aws.clients import IN_THIS_PROCESS, Clients, Local, Response
from asl_aws.sdk_model import moment
from asl_aws.service_errors import SdkClientError, Service, ServiceError, failure, request_id

# unrecorded: the error's name for a refused request follows that of DynamoDB and SQS, where it is recorded
EVENT_BRIDGE: Final = Service(
    prefix="EventBridge",
    name="AmazonEventBridge",
    unmodeled="AmazonEventBridgeException",
    modeled=frozenset({"InternalException"}),
)
SERVICE: Final = "events"
OPERATION: Final = "PutEvents"
"""The one that the embedded bus answers too. It has no rules: those of moto's would get none of its events."""
FAILED_ENTRY: Final = "EventBridge.FailedEntry"

_resource: Final = re.compile(r"arn:[^:]+:states:[^:]*:[^:]*:events:putEvents(\.waitForTaskToken)?")
_parameters: Final = parameters.structure(
    {
        "Entries": parameters.list_of(
            parameters.structure(
                {
                    "Detail": parameters.anything,
                    "DetailType": parameters.text,
                    "EventBusName": parameters.text,
                    "Resources": parameters.list_of(parameters.text),
                    "Source": parameters.text,
                    "Time": parameters.time,
                    "TraceHeader": parameters.text,
                }
            )
        )
    },
    required=("Entries",),
)
_RESULT_FIELDS: Final = ("EventId", "ErrorCode", "ErrorMessage")


class PutEvents:
    """The integration. `bus` is the embedded event bus that answers when nothing else is set."""

    def __init__(self, clients: Clients, bus: EventBus) -> None:
        self.bus = bus
        self._clients = clients

    def describe(self, resource: str) -> Description | None:
        if not _resource.fullmatch(resource):
            return None
        return Description(
            resource=resource.removesuffix(".waitForTaskToken"),
            patterns=("request_response", "wait_for_task_token"),
            parameters=("Entries",),
            answered_by=self._clients.way(SERVICE, OPERATION),
            answer="Entries (an EventId each) and FailedEntryCount; EventBridge.FailedEntry if an entry failed",
            errors=(FAILED_ENTRY, *EVENT_BRIDGE.errors),
            ways=self._clients.ways(SERVICE, OPERATION),
        )

    def check(self, resource: str, arguments: JSON) -> list[str]:
        return _parameters("Parameters", arguments)

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        return job_shapes.operation(SERVICE, OPERATION).result_problem(result, complete)

    def perform(self, call: Call) -> Answer:
        try:
            response = self._clients.call(SERVICE, OPERATION, {"Entries": decorated(call)}, call)
        except (ServiceError, SdkClientError) as error:
            return failure(EVENT_BRIDGE, error)
        answer = _answer(response.data)
        if answer["FailedEntryCount"]:
            # unrecorded: whether the cause has spaces; its fields and their order are recorded
            return Failure(FAILED_ENTRY, dumps(answer))
        return Output(answer)

    def cancel(self, call: Call) -> None:
        """Nothing to give up: events are put at once."""

    def close(self) -> None:
        self._clients.close()


def embedded_bus(settings: Settings) -> EventBus:
    """The bus of the world: `options["event_bus"]` if there is one, else a new one."""
    bus: EventBus | None = settings.options.get("event_bus")
    if bus is None:
        buses = ("default", *settings.options.get("event_buses", ()))
        bus = EventBus(settings.account, settings.region, warn=settings.warn, buses=buses)
    return bus


def local(bus: EventBus) -> Local:
    """PutEvents of EventBridge on a bus in this process."""

    def respond(operation: str, arguments: dict[str, Any], call: Call) -> Response:
        try:
            data = bus.put_events(arguments["Entries"], call.at, call.seed)
        except PutEventsError as error:
            raise ServiceError(error.code, error.message, error.status, request_id(call.seed)) from error
        return Response(data, request_id=request_id(call.seed))

    return Local(respond, {OPERATION: IN_THIS_PROCESS})


def integration(clients: Clients, bus: EventBus) -> Integration:
    return PutEvents(clients, bus)


def decorated(call: Call) -> list[dict[str, Any]]:
    """The entries as they go out: new values, the call's arguments stay as they are."""
    arns = [call.state_machine_arn, call.execution_arn]
    return [_decorated(entry, arns) for entry in call.arguments["Entries"]]


def _decorated(entry: dict[str, JSON], arns: list[str]) -> dict[str, Any]:
    copy = {field: value for field, value in entry.items() if value is not None}
    # unrecorded: a list, number or boolean goes out as text like an object, and is then refused as malformed
    if "Detail" in copy and not isinstance(copy["Detail"], str):
        copy["Detail"] = dumps(copy["Detail"])
    if "Time" in copy:
        copy["Time"] = moment(copy["Time"])
    copy["Resources"] = [*copy.get("Resources", ()), *arns]
    return copy


def _answer(response: dict[str, Any]) -> dict[str, JSON]:
    """The response with its fields in the order that Step Functions writes them in."""
    results = [
        {field: result[field] for field in _RESULT_FIELDS if result.get(field) is not None}
        for result in response.get("Entries", ())
    ]
    return {"Entries": results, "FailedEntryCount": response.get("FailedEntryCount", 0)}
