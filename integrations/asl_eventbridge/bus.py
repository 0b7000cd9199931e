"""The bus itself: entries in, answers out, envelopes to whoever listens."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from threading import RLock
from typing import Any, TypeAlias

from asl_eventbridge.put_events import LIMIT_BYTES, check_entry, check_request, seconds_since_epoch

Subscriber: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Called with the name of the bus and the envelope of each event that it takes."""


class EventBus:
    """The event buses of one account in one region. Safe to use from several threads.

    `delivered` holds the envelopes of all buses in the order of their delivery. `limit_bytes` is the largest request
    that is taken (262,144 for the service as it was before 2026). `warn` takes texts for the user, `buses` the names
    of the buses that exist.
    """

    def __init__(
        self,
        account: str = "123456789012",
        region: str = "us-east-1",
        limit_bytes: int = LIMIT_BYTES,
        warn: Callable[[str], None] = print,
        buses: Iterable[str] = ("default",),
    ) -> None:
        self.account = account
        self.region = region
        self.limit_bytes = limit_bytes
        self.delivered: list[dict[str, Any]] = []
        self._warn = warn
        self._buses = set(buses)
        self._warned: set[str] = set()
        self._subscribers: list[Subscriber] = []
        self._lock = RLock()

    @property
    def buses(self) -> frozenset[str]:
        """The names of the buses that exist."""
        return frozenset(self._buses)

    def create_event_bus(self, name: str) -> None:
        """Makes events for the bus of this name arrive from now on."""
        self._buses.add(name)

    def on_event(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber` for each event from now on, in the thread of the caller of `put_events`.

        Gives back a function that ends this. An exception out of a subscriber goes through to that caller.
        """
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def put_events(self, entries: Sequence[Mapping[str, Any]], at: int, seed: str) -> dict[str, Any]:
        """The response of PutEvents: `Entries`, a result for each entry in its order, and `FailedEntryCount`.

        Entries are as on the wire: Detail is JSON text, Time seconds since the epoch (ISO text and aware datetimes are
        taken too); a field that is None counts as not given. `at` is the time of the call in milliseconds since the
        epoch. Event ids are made from `seed`: the same seed, the same ids. An event for a bus that does not exist is
        dropped and has an id nevertheless, as in the service; `warn` is told, once for each bus.
        Raises PutEventsError when the whole request is refused; nothing is delivered then.
        """
        check_request(entries, self.limit_bytes)
        results: list[dict[str, Any]] = []
        failed = 0
        with self._lock:
            for index, entry in enumerate(entries):
                detail, refusal = check_entry(entry)
                if refusal is not None:
                    failed += 1
                    results.append({"ErrorCode": refusal.code, "ErrorMessage": refusal.message})
                    continue
                event_id = _event_id(seed, index)
                results.append({"EventId": event_id})
                self._take(entry, self._envelope(entry, event_id, at, detail))
        return {"Entries": results, "FailedEntryCount": failed}

    def _take(self, entry: Mapping[str, Any], envelope: dict[str, Any]) -> None:
        given = entry.get("EventBusName") or "default"
        name = event_bus_name(given, self.account, self.region)
        if name in self._buses:
            self.delivered.append(envelope)
            for subscriber in tuple(self._subscribers):
                subscriber(name, envelope)
        elif given not in self._warned:
            self._warned.add(given)
            self._warn(
                f"there is no event bus '{given}': EventBridge accepts events for it, gives them ids, and drops them "
                f"(buses here: {', '.join(sorted(self._buses)) or 'none'}; names are case-sensitive;"
                " a run declares more with --event-bus NAME, or World(event_buses=[...]))"
            )

    def _envelope(self, entry: Mapping[str, Any], event_id: str, at: int, detail: Any) -> dict[str, Any]:
        time = entry.get("Time")
        seconds = at // 1000 if time is None else seconds_since_epoch(time)
        return {
            "version": "0",
            "id": event_id,
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self.account,
            "time": datetime.fromtimestamp(seconds, UTC).isoformat()[:19] + "Z",
            "region": self.region,
            "resources": list(entry.get("Resources") or ()),
            "detail": detail,
        }


def event_bus_name(name_or_arn: str, account: str, region: str) -> str | None:
    """The name of the bus that a name or an ARN means; None for the ARN of another account's or region's bus."""
    if not name_or_arn.startswith("arn:"):
        return name_or_arn
    parts = name_or_arn.split(":", 5)
    if len(parts) != 6 or parts[3] != region or parts[4] != account:
        return None
    return parts[5].removeprefix("event-bus/")


def _event_id(seed: str, index: int) -> str:
    digest = hashlib.sha256(f"{seed}/event/{index}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
