"""The events of the history by their ids: those of a recording that is followed, as everybody else counts them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from asl.debug.stop import Stop
from asl.errors import InputError

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger


_AHEAD: Final = 100  # stops


def of_stop(debugger: Debugger, stop: Stop) -> int | None:
    """The recorded id of the last event at a stop; None without a recording, and where it is not as recorded."""
    script, left = debugger.script, debugger.line.left
    if script is None or stop.run is not debugger.run or (left is not None and stop.number > left[0]):
        return None
    events = stop.run.recorded
    return script.recorded_id(events[stop.events - 1].id) if 0 < stop.events <= len(events) else None


def goto(debugger: Debugger, id: int) -> Stop:
    """Goes to the first stop at which an event of the first execution has happened: one of the recording, if there is
    one. Raises InputError where it did not happen."""
    script = debugger.script
    own = id if script is None else script.own_id(id)
    if own is None:
        left = debugger.line.left
        since = ""
        if left is not None and left[0] < len(debugger.stops):
            since = f"; from stop {left[0]} on it is not as recorded"
        raise InputError(f"event {id} did not come again{since}")
    number = 0
    while True:
        if number == len(debugger.stops) and not _goes_on(debugger):
            raise InputError(f"event {id} has not happened; the last one is {debugger.run.recorded[-1].id}")
        stop = debugger.stops[number]
        events = stop.run.recorded
        if stop.run is debugger.run and 0 < stop.events <= len(events) and events[stop.events - 1].id >= own:
            return debugger.goto(number)
        number += 1


def _goes_on(debugger: Debugger) -> bool:
    """Whether there are more stops than were known; some of them are known then."""
    known, here = len(debugger.stops), debugger.stop.number
    with suppress(InputError):
        debugger.goto(known + _AHEAD)
    debugger.goto(here)
    return len(debugger.stops) > known
