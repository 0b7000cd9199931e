"""What somebody does to an execution at a stop: other data, other answers, states skipped, waits ended.

Each goes back to the stop's place if the execution has come further, forgets what came after on this line, and goes on
from there in the changed way, up to the stop where the change shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asl.debug import moves, paths
from asl.debug.stages import arguments_stage
from asl.debug.stop import Stop
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.integration import Failure, Output
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger

_NOT_SKIPPED: Final = {
    "Choice": "a Choice has no one state that comes next; `set` its input so that another rule holds",
    "Fail": "a Fail has no state that comes next",
}


def set_value(debugger: Debugger, place: str, value: JSON) -> None:
    """Has `place` of the present stop hold a value: `$`, `$.a.b` of its data, `$name`, `$name.a` of a variable."""
    stop = debugger.stop
    variable, _ = paths.place(place)
    if variable is None:
        changed = paths.assigned(stop.value, place, value)
        _set_data(debugger, stop, changed)
        return
    if stop.kind == "end" or (stop.kind == "exit" and stop.next is None):
        raise InputError("nothing comes after this in which a variable could be read; go back to set it")
    known = stop.scope.variables
    whole = place.strip() == f"${variable}"
    if variable not in known and not whole:
        raise InputError(f"the variable ${variable} is not assigned; {_known(variable, list(known))}")
    changed = value if whole else paths.assigned(known[variable], place, value)
    after = stop.kind == "exit"  # what it has assigned itself is there then
    _edit(debugger, stop, stop.moves + after, f"variable:{variable}", changed)


def _known(variable: str, known: list[str]) -> str:
    if not known:
        return "none is"
    return did_you_mean(variable, known) or f"there are {', '.join('$' + name for name in known)}"


def _set_data(debugger: Debugger, stop: Stop, value: JSON) -> None:
    if stop.kind == "end":
        raise InputError("the execution has ended; go back to change what it works on")
    if stop.kind == "call":
        scheduled = _scheduled_by(debugger, stop)
        _edit(debugger, stop, scheduled.moves, arguments_stage(stop.state), value)
        return
    assert stop.edits is not None, "all others can be changed"
    if stop.edits == "assigned" and not isinstance(value, dict):
        raise InputError("what Assign gives is an object of variables and their values")
    _edit(debugger, stop, stop.moves, stop.edits, value)


def _scheduled_by(debugger: Debugger, stop: Stop) -> Stop:
    """The stop before the phase in which the call of a call stop was made."""
    return next(
        each
        for each in reversed(debugger.stops[: stop.number])
        if each.frame == stop.frame and each.run.arn == stop.run.arn and each.kind in ("enter", "retry")
    )


def _edit(debugger: Debugger, stop: Stop, place: int, what: str, value: JSON) -> None:
    """Makes an edit after so many moves, and goes on to the stop with the number of `stop`."""
    first = next((each.number for each in debugger.stops if each.moves >= place), len(debugger.stops))
    debugger.redo(place, first, moves.Edit(stop.run.arn, stop.frame, what, value), stop.number)


# -- answers ---------------------------------------------------------------------------------------------------------


def answer(debugger: Debugger, given: Output | Failure, token: str | None = None) -> None:
    """Answers the task of the present stop, or the one that waits with a token, by hand."""
    stop = debugger.stop
    if token is not None or (stop.kind == "outside" and stop.scope.token is not None):
        _answer_token(debugger, token or stop.scope.token or "", given)
        return
    call = _call_of(debugger, stop)
    debugger.redo(call.moves, call.number + 1, moves.AnswerCall(given), call.number + 1)


def heartbeat(debugger: Debugger, token: str | None = None) -> None:
    """Says that the worker of a task that waits is alive."""
    token = token or debugger.stop.scope.token
    if token is None:
        raise InputError("no task waits for an answer here; a heartbeat is for one with a task token")
    _answer_token(debugger, token, None)


def _answer_token(debugger: Debugger, token: str, given: Output | Failure | None) -> None:
    debugger.come_to_the_tip()
    awaited = {each.call.token: each.call.state_name for run in debugger.world.runs for each in debugger.waiting(run)}
    token = next((key for key, name in awaited.items() if name == token and key is not None), token)
    if token not in awaited:
        names = ", ".join(f"'{name}'" for name in awaited.values()) or "none"
        raise InputError(f"no task waits for an answer to this token; tasks that do: {names}")
    number = len(debugger.stops)
    debugger.redo(len(debugger.line.moves), number, moves.AnswerToken(token, given), number)


def _call_of(debugger: Debugger, stop: Stop) -> Stop:
    """The stop before the call of the task that a stop is of, which is come to if it is still ahead."""
    if stop.state.type != "Task" or stop.kind == "end":
        what = f"state '{stop.state.name}' is a {stop.state.type}" if stop.kind != "end" else "the execution has ended"
        raise InputError(f"{what}; only a Task has an answer")
    for each in reversed(debugger.stops[: stop.number + 1]):
        if each.frame != stop.frame or each.run.arn != stop.run.arn:
            continue
        if each.kind == "call" and each.problem is None:
            return each
        if each.kind in ("enter", "retry"):
            break
    debugger.come_to(
        lambda each: each.kind in ("call", "error", "exit") and (each.frame, each.run.arn) == (stop.frame, stop.run.arn)
    )
    here = debugger.stop
    if here.kind == "call" and here.frame == stop.frame:
        return here
    raise InputError(f"the task of state '{stop.state.name}' is not asked here: it stands at {here.kind} now")


# -- going on otherwise ----------------------------------------------------------------------------------------------


def skip(debugger: Debugger) -> None:
    """Leaves the state of the present stop without its work, for the next one; its raw input goes out."""
    stop = debugger.stop
    if stop.kind in ("exit", "end"):
        raise InputError("the state is left already")
    if (reason := _NOT_SKIPPED.get(stop.state.type)) is not None:
        raise InputError(f"state '{stop.state.name}' cannot be skipped: {reason}")
    kept = debugger.line.before_move(stop.moves)
    debugger.redo(stop.moves, kept, moves.Skip(stop.run.arn, stop.frame), kept)


def end_wait(debugger: Debugger) -> None:
    """Ends the Wait, or the back-off before a retry, of the present stop or else the first that there is, now."""
    debugger.come_to_the_tip()
    stop = debugger.stop
    waiting = [
        (each.run.arn, each.frame)
        for each in [stop, *debugger.branches()]
        if (frame := each.run.execution.frames.get(each.frame)) is not None and frame.phase in ("waiting", "backoff")
    ]
    if not waiting:
        raise InputError("nothing waits for the clock here: no Wait, and no back-off before a retry")
    number = len(debugger.stops)
    debugger.redo(len(debugger.line.moves), number, moves.EndWait(*waiting[0]), number)


def jump(debugger: Debugger, at: int) -> None:
    """Moves the clock on to a time in milliseconds since the epoch; all that is due until then happens on the way."""
    debugger.come_to_the_tip()
    if at < debugger.world.now:
        raise InputError("the clock only goes forwards; back and goto go to an earlier stop")
    world, stepper = debugger.world, debugger.stepper
    is_held = debugger.stop.problem is not None
    while world.now < at:
        while stepper.is_moving or (world.calls and not is_held):
            debugger.come_to(lambda stop: True)
            is_held = debugger.stop.problem is not None
        number = len(debugger.stops)
        debugger.redo(len(debugger.line.moves), number, moves.Jump(at), number)
