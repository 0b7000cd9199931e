"""moto in this process, for our own clients only: those of others, and calls to endpoints, stay as they are."""

from collections.abc import Mapping
from typing import Any, Final

from asl.errors import HostError
from asl.integration import Settings

SERVICES: Final = frozenset(
    {
        "athena",
        "batch",
        "cloudwatch",
        "dynamodb",
        "glue",
        "kms",
        "logs",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "sts",
    }
)


class Embedded:
    """The stand-ins of one world."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def attach(self, client: Any) -> None:
        """Has every request of the client answered by moto; none of them goes anywhere else."""
        client.meta.events.register_first("before-send", self._answer)

    def close(self) -> None:
        """Ends the world of these stand-ins."""

    def _answer(self, request: Any, **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse
        from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

        answer = BotocoreStubber().process_request(request)
        if answer is None:
            raise HostError(f"moto does not know '{request.url}'")
        status, headers, body = answer
        assert isinstance(headers, Mapping)
        return AWSResponse(request.url, status, headers, MockRawResponse(body))
