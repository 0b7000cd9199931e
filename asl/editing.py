"""What somebody who debugs does to an execution: other data, states that are left without their work.

Both come as events, like all else from outside, so that the same events give the same execution again. False is given
for what cannot be done: then nothing has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl import events as ev
from asl.effects import Cancel

if TYPE_CHECKING:
    from asl.engine import Execution


def edit(execution: Execution, event: ev.Edited) -> bool:
    """Puts a value where the event says; those of stages wait for the frame's next phase."""
    frame = execution.frames.get(event.frame)
    if frame is None or execution.status != "RUNNING":
        return False
    kind, _, name = event.place.partition(":")
    match kind:
        case "input":
            frame.value = event.value
        case "variable":
            if not frame.assign({name: event.value}):
                return False
        case "due":
            if frame.due is None:
                return False
            frame.due = event.value
        case "draws":
            execution.draws = event.value
        case _:
            execution.edits.setdefault(frame.id, {})[event.place] = event.value
    execution.now = event.at
    return True


def skip(execution: Execution, event: ev.Skipped) -> bool:
    """Has the frame leave its state for the next one; what the state has begun is given up."""
    frame = execution.frames.get(event.frame)
    if frame is None or execution.status != "RUNNING" or frame.state.type in ("Choice", "Fail"):
        return False
    execution.now = event.at
    execution.edits.pop(frame.id, None)
    if frame.phase == "enter":
        execution.enter(frame, f"{frame.state.type}StateEntered")
    if frame.children is not None:
        execution.abort_children(frame)
    if frame.ref is not None:
        execution.effects.append(Cancel(frame.ref))
        frame.ref = frame.due = frame.call_state = None
        frame.timers = False
    if frame in execution.ready:
        execution.ready.remove(frame)
    execution.ready.appendleft(frame)
    frame.error = None
    execution.record(frame, f"{frame.state.type}StateExited", {"name": frame.state.name, "output": frame.value})
    execution.move(frame, frame.state.next, frame.value)
    return True
