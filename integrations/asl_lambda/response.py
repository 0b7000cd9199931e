"""The answer of `lambda:invoke`: Lambda's response with the SDK's metadata, as Step Functions shows it.

Fields, headers and their order are recorded (2024-2025) for synchronous calls.
"""

from base64 import b64encode
from typing import Any, Final

from asl_aws import sdk_metadata

from asl.values import JSON
from asl_lambda.runtime import MEMORY_MB

STATUS_CODES: Final = {"RequestResponse": 200, "Event": 202, "DryRun": 204}
"""The HTTP status for each InvocationType (API reference, "Invoke")."""


def request_id(seed: str) -> str:
    """The id of the request, from the call's seed."""
    return sdk_metadata.request_id(seed, "lambda")


def synchronous(payload: JSON, length: int, version: str, request: str, at: int, with_log: bool) -> dict[str, Any]:
    """The answer to a call that was waited for; `length` is the payload's in bytes."""
    log = _log_result(request, version) if with_log else None
    known = _known_headers(request, at)
    headers: dict[str, str] = {} if log is None else {"X-Amz-Log-Result": log}
    headers |= {
        "X-Amz-Executed-Version": version,
        "x-amzn-Remapped-Content-Length": "0",
        "Connection": "keep-alive",
        "x-amzn-RequestId": request,
        "Content-Length": str(length),
        "Date": known["Date"],
        "X-Amzn-Trace-Id": known["X-Amzn-Trace-Id"],
        "Content-Type": "application/json",
    }
    answer: dict[str, Any] = {"ExecutedVersion": version}
    if log is not None:
        answer["LogResult"] = log
    return answer | {"Payload": payload} | _metadata(headers, 200, request)


def asynchronous(status: int, request: str, at: int) -> dict[str, Any]:
    """The answer to a call that was queued, or only checked: it has no Payload."""
    # unrecorded: which headers come with the statuses 202 and 204
    headers = {"x-amzn-Remapped-Content-Length": "0", "Connection": "keep-alive", "Content-Length": "0"}
    return _metadata(headers | _known_headers(request, at), status, request)


def _metadata(headers: dict[str, str], status: int, request: str) -> dict[str, Any]:
    return {**sdk_metadata.metadata(headers, status, request), "StatusCode": status}


def _known_headers(request: str, at: int) -> dict[str, str]:
    digits = request.replace("-", "")
    return {
        "x-amzn-RequestId": request,
        "Date": sdk_metadata.http_date(at // 1000),
        "X-Amzn-Trace-Id": f"Root=1-{at // 1000:08x}-{digits[:24]};Parent={digits[16:]};Sampled=0",
    }


def _log_result(request: str, version: str) -> str:
    # differs-from-aws: LogResult has Lambda's own lines only; what a local function prints goes to the terminal
    log = (
        f"START RequestId: {request} Version: {version}\nEND RequestId: {request}\n"
        f"REPORT RequestId: {request}\tDuration: 0.00 ms\tBilled Duration: 1 ms\t"
        f"Memory Size: {MEMORY_MB} MB\tMax Memory Used: {MEMORY_MB} MB\t\n"
    )
    return b64encode(log.encode()).decode()
