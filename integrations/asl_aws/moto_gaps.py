"""Where moto answers otherwise than services do, by what AWS documents or recordings show."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any, Final

from asl_aws.service_errors import request_id

_NAMING_PARAMETERS: Final = ("sqs", "sns")
_CAPACITY: Final = "ReturnConsumedCapacity"
_OBJECT_OPERATIONS: Final = ("PutObject", "GetObject", "HeadObject", "CopyObject", "CreateMultipartUpload")
_SECRET_NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@!-]+")
_INVALID_SECRET_NAME: Final = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
)

Seed = Callable[[], str]


def register(events: Any, seed: Seed, unchecked: bool) -> None:
    """Mends what a client gets from moto. `seed` gives the seed of the call, for the ids of answers that are made here.

    `unchecked` says that the client's parameters were not checked by botocore, which moto relies on.
    """
    events.register("before-parameter-build.dynamodb", _note_capacity)
    events.register("after-call.dynamodb", _without_capacity)
    events.register("before-parameter-build.secretsmanager.CreateSecret", partial(_secret_name, seed))
    for operation in _OBJECT_OPERATIONS:
        events.register(f"after-call.s3.{operation}", _encrypted)
    if unchecked:
        events.register("before-parameter-build", partial(_all_that_is_required, seed))


def ids_of_s3(headers: Mapping[str, str], seed: Seed) -> dict[str, str]:
    """The ids that S3 gives with every answer, also to HEAD requests."""
    request = headers.get("x-amzn-requestid") or request_id(seed())
    return {"x-amz-request-id": request, "x-amz-id-2": b64encode(sha256(request.encode()).digest()).decode()}


def _note_capacity(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context[_CAPACITY] = params.get(_CAPACITY, "NONE") != "NONE"


def _without_capacity(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """moto says what was consumed also where it was not asked to."""
    if not context.get(_CAPACITY):
        parsed.pop("ConsumedCapacity", None)


def _encrypted(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """S3 encrypts every object, unless told otherwise with its own keys, and says how far a checksum reaches."""
    if "Error" in parsed:
        return
    parsed.setdefault("ServerSideEncryption", "AES256")
    if model.name == "PutObject" and any(name.startswith("Checksum") for name in parsed):
        parsed.setdefault("ChecksumType", "FULL_OBJECT")


def _secret_name(seed: Seed, params: dict[str, Any], model: Any, **_: Any) -> None:
    name = params.get("Name")
    if isinstance(name, str) and not _SECRET_NAME.fullmatch(name):
        raise _refusal(model, "ValidationException", _INVALID_SECRET_NAME, seed)


def _all_that_is_required(seed: Seed, params: dict[str, Any], model: Any, **_: Any) -> None:
    """moto breaks without them; this is how services refuse a request that lacks a member."""
    shape = model.input_shape
    missing = [name for name in shape.required_members if name not in params] if shape else []
    if not missing:
        return
    if model.service_model.service_name in _NAMING_PARAMETERS:
        text = f"The request must contain the parameter {missing[0]}."
        raise _refusal(model, "MissingParameter", text, seed)
    count = "1 validation error" if len(missing) == 1 else f"{len(missing)} validation errors"
    found = "; ".join(
        f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
        for name in missing
    )
    raise _refusal(model, "ValidationException", f"{count} detected: {found}", seed)


def _refusal(model: Any, code: str, message: str, seed: Seed) -> Exception:
    from botocore.exceptions import ClientError

    metadata = {"HTTPStatusCode": 400, "RequestId": request_id(seed()), "HTTPHeaders": {}}
    refusal: Exception = ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, model.name
    )
    return refusal
