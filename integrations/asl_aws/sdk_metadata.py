"""The SDK's metadata in an answer: `SdkHttpMetadata` and `SdkResponseMetadata`, as the older integrations carry them.

Fields, headers and their order are recorded (2023-2025).
"""

import hashlib
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from asl.values import JSON

JSON_1_0: Final = "application/x-amz-json-1.0"

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def metadata(headers: Mapping[str, str], status: int, request_id: str) -> dict[str, JSON]:
    """Both fields, from the headers of a response in the casing in which they are to be shown."""
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
            "HttpStatusCode": status,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }


def request_id(seed: str, service: str) -> str:
    """The id of a request that is answered in this process: a version 4 UUID from the call's seed."""
    digits = hashlib.sha256(f"{seed}/{service}".encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


@lru_cache(maxsize=16)
def http_date(seconds: int) -> str:
    """A time as HTTP writes it."""
    day = time.gmtime(seconds)
    clock = f"{day.tm_hour:02}:{day.tm_min:02}:{day.tm_sec:02}"
    return f"{_DAYS[day.tm_wday]}, {day.tm_mday:02} {_MONTHS[day.tm_mon - 1]} {day.tm_year} {clock} GMT"


def shown_headers(received: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The received headers that `names` has by their name in lower case, in its order and its casing."""
    lowered: dict[str, Any] = {name.lower(): value for name, value in received.items()}
    return {shown: lowered[name] for name, shown in names.items() if name in lowered}
