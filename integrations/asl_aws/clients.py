"""Clients of boto3, made when first needed, and their exceptions as those of `asl_aws.service_errors`."""

import os
from threading import Lock
from typing import Any

from asl.errors import HostError
from asl.integration import Settings
from asl_aws.service_errors import SdkClientError, ServiceError

_CONNECT_SECONDS = 5.0


class Clients:
    """One client for each service, shared by threads. They go to AWS, or to one of `settings.endpoint_urls`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    @property
    def allowed(self) -> bool:
        """Whether the user wants calls to leave this process."""
        return self._settings.aws == "real" or bool(self._settings.endpoint_urls)

    def call(self, service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """The response of an operation ("put_events") of a service ("events"), without its ResponseMetadata.

        Raises ServiceError and SdkClientError, HostError when the client cannot be made.
        """
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            ParamValidationError,
            PartialCredentialsError,
        )

        try:
            response: dict[str, Any] = getattr(self._client(service), operation)(**parameters)
        except ClientError as error:
            details, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
            raise ServiceError(
                str(details.get("Code", "Unknown")),
                str(details.get("Message", "")),
                int(metadata.get("HTTPStatusCode", 400)),
                str(metadata.get("RequestId", "null")),
            ) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise SdkClientError(f"Unable to load AWS credentials: {error}") from error
        except ParamValidationError as error:
            raise SdkClientError(str(error)) from error
        except BotoCoreError as error:
            raise SdkClientError(f"Unable to execute HTTP request: {error}") from error
        return {key: value for key, value in response.items() if key != "ResponseMetadata"}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        from boto3.session import Session
        from botocore.config import Config

        settings = self._settings
        local = settings.aws != "real"
        config = Config(
            connect_timeout=min(_CONNECT_SECONDS, settings.call_timeout_seconds),
            read_timeout=settings.call_timeout_seconds,
            retries={"total_max_attempts": 1},  # retrying is the state machine's business
        )
        keys = {}
        if local and not any(name in os.environ for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")):
            # A stand-in for AWS needs a signature, not a true one; looking for credentials could ask the network.
            keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        endpoint_url = settings.endpoint_urls.get(service, settings.endpoint_urls.get("*"))
        session = Session(region_name=settings.region, **keys)
        try:
            return session.client(service, endpoint_url=endpoint_url, config=config)
        except ValueError as error:
            raise HostError(f"the endpoint '{endpoint_url}' cannot be used: {error}") from error
