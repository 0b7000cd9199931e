"""An event bus of Amazon EventBridge inside one's own process: PutEvents as the service answers it.

`EventBus` takes entries, validates them, and delivers those that are good as event envelopes to `delivered` and to
subscribers. It has no clock and draws no random numbers: times and ids come from the caller. Usable without `asl`.
"""

from asl_eventbridge.bus import EventBus, Subscriber, event_bus_name
from asl_eventbridge.put_events import MAX_ENTRIES, PutEventsError, entry_size

__all__ = ["MAX_ENTRIES", "EventBus", "PutEventsError", "Subscriber", "entry_size", "event_bus_name"]
