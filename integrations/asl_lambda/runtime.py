"""Running one handler as the Lambda Python runtime does: JSON text in, JSON text out, errors as JSON text.

The texts of errors are those that the runtime and the service give (recorded for exceptions, 2024-2025; from users'
measurements for results that are no JSON, for exits and for time-outs).
"""

import json
import linecache
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Final

from asl.hosts.alarm import CallTimedOut
from asl.integration import Handler

MEMORY_MB: Final = 128

# unrecorded: that NaN and Infinity are refused; the runtime's own encoder lets them pass, and they are no JSON
_dumps: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_HERE: Final = str(Path(__file__).parent)
_NO_IDENTITY: Final = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)


@dataclass(frozen=True, slots=True)
class Returned:
    """A handler that came to its end: its result as JSON text."""

    payload: str


@dataclass(frozen=True, slots=True)
class Raised:
    """A handler that did not: the error's name, and the JSON text that Lambda answers with."""

    error: str
    cause: str


class Context:
    """The second argument of a handler. Attributes are named as in the Lambda Developer Guide ("Context object")."""

    def __init__(
        self, name: str, version: str, arn: str, request_id: str, at: int, client_context: Any, seconds: float
    ) -> None:
        self.function_name = name
        self.function_version = version
        self.invoked_function_arn = arn
        self.memory_limit_in_mb = str(MEMORY_MB)
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{name}"
        self._at = at
        self.identity = _NO_IDENTITY
        self.client_context = client_context
        self._deadline = time.monotonic() + seconds

    @property
    def log_stream_name(self) -> str:
        day = time.gmtime(self._at // 1000)
        request = self.aws_request_id.replace("-", "")
        return f"{day.tm_year}/{day.tm_mon:02}/{day.tm_mday:02}/[{self.function_version}]{request}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds of wall-clock time until the call is ended."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def run_handler(handler: Handler, payload: str, context: Context, complete: Callable[[Any], Any]) -> Returned | Raised:
    """The result of a handler, called with the parsed payload; `complete` awaits an async one's.

    Raises nothing but, on the main thread, KeyboardInterrupt and CallTimedOut.
    """
    request_id = context.aws_request_id
    try:
        result = handler(json.loads(payload), context)
        if hasattr(result, "__await__"):
            result = complete(result)
    except Exception as error:
        return _raised(error, request_id)
    except (KeyboardInterrupt, CallTimedOut):
        if threading.current_thread() is threading.main_thread():
            raise  # the user's Ctrl-C, or the alarm
        return _exited(KeyboardInterrupt(), request_id)
    except BaseException as error:
        return _exited(error, request_id)
    try:
        return Returned(_dumps(result))
    except Exception as error:
        return _unhandled("Runtime.MarshalError", f"Unable to marshal response: {error}", request_id, [])


def timed_out(seconds: float, request_id: str) -> Raised:
    """What Lambda answers when a function takes longer than it may."""
    return _ended("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", request_id)


def _raised(error: Exception, request_id: str) -> Raised:
    try:
        message = str(error)
    except Exception:
        message = f"<no text: str() of {type(error).__name__} failed>"
    return _unhandled(type(error).__name__, message, request_id, _stack_trace(error.__traceback__))


def _exited(error: BaseException, request_id: str) -> Raised:
    code = error.code if isinstance(error, SystemExit) else 1
    if code is None or code == 0:
        # unrecorded: text from users' reports of functions that call sys.exit(0)
        reason = "Runtime exited without providing a reason"
    else:
        reason = f"Runtime exited with error: exit status {code if isinstance(code, int) else 1}"
    return _ended("Runtime.ExitError", reason, request_id)


def _unhandled(error_type: str, message: str, request_id: str, stack_trace: list[str]) -> Raised:
    """An error as the runtime reports it."""
    report = {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": stack_trace}
    return Raised(error_type, json.dumps(report, ensure_ascii=False))


def _ended(error_type: str, reason: str, request_id: str) -> Raised:
    """An error as the service reports it, the runtime being gone."""
    report = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {reason}"}
    return Raised(error_type, _compact(report))


def _stack_trace(trace: TracebackType | None) -> list[str]:
    """The frames of the handler and of what it called, as the runtime formats them."""
    frames = [(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in traceback.walk_tb(trace)]
    while frames and _is_runtime(frames[0][0]):
        frames.pop(0)
    lines = []
    for file, number, name in frames:
        text = f'  File "{file}", line {number}, in {name}\n'
        source = linecache.getline(file, number).strip()
        lines.append(f"{text}    {source}\n" if source else text)
    return lines


def _is_runtime(file: str) -> bool:
    if file.startswith(_HERE):
        return True
    parts = Path(file).parts
    return "asyncio" in parts[-2:-1]
