"""An execution as a JSON value, and back: all that it needs to go on, history aside.

The value shares the execution's data, which is never changed in place. It has a version and the definition's hash;
frames name their states by JSON pointer. Of a run that failed it still holds the frames, so that it could go on.
"""

from dataclasses import fields
from typing import Any, Final

from asl.engine import Execution, ExecutionInfo
from asl.errors import StateError
from asl.frame import Frame
from asl.states import Program
from asl.values import JSON

SNAPSHOT_VERSION: Final = 4

_FRAME_FIELDS = (
    "index", "value", "previous_id", "phase", "effective", "came_from_id", "entered_id", "entered_at", "attempt",
    "retries", "ref", "timers", "due", "token", "variable_bytes", "item", "results", "next_index",
    "call_state",
)  # fmt: skip
_FILLED = ("retries", "results")  # lists that the execution fills in place
_EXECUTION_FIELDS = ("status", "output", "now", "started_at", "draws", "refs", "last_id", "failed_at", "next_state")


def _fields(value: Any) -> dict[str, Any]:
    """A dataclass as a dict that shares its values."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _own(value: Any) -> Any:
    """A copy of a list that its execution goes on filling."""
    return list(value) if isinstance(value, list) else value


def _own_variables(frame: Frame) -> dict[str, JSON]:
    """The variables that the frame does not share with the one around."""
    around = {} if frame.parent is None else frame.parent.variables
    if frame.variables is around:
        return {}
    return {name: value for name, value in frame.variables.items() if around.get(name, around) is not value}


def snapshot(execution: Execution) -> JSON:
    """The whole execution, history aside, as a JSON value that shares the execution's data."""
    return {
        "version": SNAPSHOT_VERSION,
        "definition": execution.program.hash,
        "info": _fields(execution.info),
        **{name: getattr(execution, name) for name in _EXECUTION_FIELDS},
        "error": execution.error and _fields(execution.error),
        "edits": {frame: dict(edited) for frame, edited in execution.edits.items()},
        "ready": [frame.id for frame in execution.ready],
        "frames": {
            frame.id: {
                "parent": frame.parent and frame.parent.id,
                "state": frame.state.pointer,
                "error": frame.error and _fields(frame.error),
                "variables": _own_variables(frame),
                "children": None if frame.children is None else list(frame.children),
                **{name: getattr(frame, name) for name in _FRAME_FIELDS if name not in _FILLED},
                **{name: _own(getattr(frame, name)) for name in _FILLED},
            }
            for frame in execution.frames.values()
        },
    }


def restore(program: Program, value: JSON) -> Execution:
    """The execution that a snapshot describes. Raises ValueError for a snapshot of another version or definition."""
    if value["version"] != SNAPSHOT_VERSION:
        raise ValueError(f"a snapshot of version {value['version']}, not {SNAPSHOT_VERSION}")
    if value["definition"] != program.hash:
        raise ValueError("a snapshot of another definition")
    execution = Execution(program, ExecutionInfo(**value["info"]))
    for name in _EXECUTION_FIELDS:
        setattr(execution, name, value[name])
    execution.error = StateError(**value["error"]) if value["error"] else None
    execution.edits = {frame: dict(edited) for frame, edited in value["edits"].items()}
    if execution.status is not None:
        execution.set_context()
    frames = execution.frames
    for id, saved in value["frames"].items():  # parents come before their children
        parent = frames[saved["parent"]] if saved["parent"] is not None else None
        frame = Frame(execution, id, parent, 0, program.states[saved["state"]], None, 0)
        if saved["variables"]:
            frame.variables = {**frame.variables, **saved["variables"]}
        for name in _FRAME_FIELDS:
            setattr(frame, name, _own(saved[name]) if name in _FILLED else saved[name])
        frame.error = StateError(**saved["error"]) if saved["error"] else None
        frames[id] = frame
    for id, saved in value["frames"].items():
        if saved["children"] is not None:
            frames[id].children = {child: frames[child] for child in saved["children"]}
    execution.ready.extend(frames[id] for id in value["ready"])
    return execution
