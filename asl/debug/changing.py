"""What somebody does to an execution at a stop: other data, other answers, states skipped, waits ended.

Each goes back to the stop's place if the execution has come further, forgets what came after on this line, and goes on
from there in the changed way, up to the stop where the change shows.
"""

from __future__ import annotations

from copy import copy
from functools import partial
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
    from asl.frame import Frame

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
    if stop.kind == "wait" and stop.scope.phase == "branching":
        raise InputError("branches or iterations run here; go into one of them to set what it reads")
    if not copy(stop.scope).assign({variable: changed}):
        raise InputError(f"${variable} cannot be changed here to a value so large")
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
    if stop.kind == "exit" and isinstance(debugger.line.moves[stop.moves], moves.Skip):
        raise InputError("the state was skipped; step on, and set the input of the next one")
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


def answer(
    debugger: Debugger, given: Output | Failure, token: str | None = None, stop: Stop | None = None, final: bool = True
) -> None:
    """Answers a task by hand: that of a stop (the present one, or that of another branch), or the one with a token.

    Where the answer is not `final`, it is that of the start call of a callback task, which then waits.
    """
    stop = stop or debugger.stop
    if token is not None or (stop.kind == "outside" and stop.scope.token is not None):
        _answer_token(debugger, token or stop.scope.token or "", given)
        return
    if stop is not debugger.stop or stop.number == len(debugger.stops) - 1:
        if _answer_at_the_tip(debugger, given, stop, final):
            return
        if stop is not debugger.stop:
            raise InputError(
                f"the task of state '{stop.state.name}' is not asked now; go there with goto {stop.number}"
            )
    call = _call_of(debugger, stop)
    _check_pattern(call, final)
    ref = None if call.call is None else call.call.ref
    debugger.redo(call.moves, call.number + 1, moves.AnswerCall(given, final, call.run.arn, ref), call.number + 1)


def _answer_at_the_tip(debugger: Debugger, given: Output | Failure, stop: Stop, final: bool) -> bool:
    """Answers the task of a stop if it is asked where the line has come to; False if it is not."""
    frame = _frame(debugger, stop)
    attempt = None if frame is None or frame.ref is None else debugger.world.attempt(stop.run, frame.ref)
    if attempt is None or debugger.line.moves_to(debugger.stop) < len(debugger.line.moves):
        return False
    debugger.show_the_tip()
    number = len(debugger.stops)
    action: moves.Action
    if debugger.stepper.place_of(stop.run.arn, attempt.ref) is not None:
        _check_pattern(stop, final)
        action = moves.AnswerCall(given, final, stop.run.arn, attempt.ref)
    elif attempt.awaits_token and attempt.call.token is not None:
        action = moves.AnswerToken(attempt.call.token, given)
    else:
        return False
    debugger.redo(len(debugger.line.moves), number, action, number)
    return True


def _frame(debugger: Debugger, stop: Stop) -> Frame | None:
    """The frame of a stop's thread of control at the tip of the line, if it lives."""
    return debugger.world.run_of(stop.run.arn).execution.frames.get(stop.frame)


def _check_pattern(stop: Stop, final: bool) -> None:
    if final or stop.run.machine.document.at(f"{stop.state.pointer}/Resource").endswith(".waitForTaskToken"):
        return
    raise InputError(
        f"the task of state '{stop.state.name}' does not wait for a token after its call: answer it with succeed, fail"
    )


def heartbeat(debugger: Debugger, token: str | None = None) -> None:
    """Says that the worker of a task that waits is alive."""
    token = token or debugger.stop.scope.token
    if token is None:
        raise InputError("no task waits for an answer here; a heartbeat is for one with a task token")
    _answer_token(debugger, token, None)


def _answer_token(debugger: Debugger, token: str, given: Output | Failure | None) -> None:
    debugger.come_to_the_tip()
    awaited = {each.call.token: each for run in debugger.world.runs for each in debugger.waiting(run)}
    token = next((key for key, each in awaited.items() if each.call.state_name == token and key is not None), token)
    if token not in awaited:
        names = ", ".join(f"'{each.call.state_name}'" for each in awaited.values()) or "none"
        raise InputError(f"no task waits for an answer to this token; tasks that do: {names}")
    attempt = awaited[token]
    number = len(debugger.stops)
    debugger.redo(len(debugger.line.moves), number, moves.AnswerToken(token, given), number)
    if given is not None:
        thread = attempt.run.arn, attempt.ref.partition("#")[0]
        answered = partial(_is_answer, thread)
        if not answered(debugger.stop):
            debugger.come_to(answered)


def _is_answer(thread: tuple[str, str], stop: Stop) -> bool:
    """Whether a stop is where the task of a thread of control has its answer."""
    return (stop.run.arn, stop.frame) == thread and stop.kind in ("answer", "error")


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


def skip(debugger: Debugger, stop: Stop | None = None) -> None:
    """Leaves the state of a stop without its work, for the next one; its raw input goes out."""
    stop = stop or debugger.stop
    if stop.kind in ("exit", "end"):
        raise InputError("the state is left already")
    if (reason := _NOT_SKIPPED.get(stop.state.type)) is not None:
        raise InputError(f"state '{stop.state.name}' cannot be skipped: {reason}")
    if stop is not debugger.stop:
        debugger.come_to_the_tip()
        number = len(debugger.stops)
        debugger.redo(len(debugger.line.moves), number, moves.Skip(stop.run.arn, stop.frame), number)
        return
    kept = debugger.line.before_move(stop.moves)
    debugger.redo(stop.moves, kept, moves.Skip(stop.run.arn, stop.frame), kept)


def end_wait(debugger: Debugger) -> None:
    """Ends the Wait, or the back-off before a retry, of the present stop or else the first that there is, now."""
    debugger.come_to_the_tip()
    stop = debugger.stop
    waiting = [
        (each.run.arn, each.frame)
        for each in [stop, *debugger.branches()]
        if (frame := _frame(debugger, each)) is not None and frame.phase in ("waiting", "backoff")
    ]
    if not waiting:
        raise InputError("nothing waits for the clock here: no Wait, and no back-off before a retry")
    number = len(debugger.stops)
    debugger.redo(len(debugger.line.moves), number, moves.EndWait(*waiting[0]), number)


def jump(debugger: Debugger, at: int) -> None:
    """Moves the clock on to a time in milliseconds since the epoch, to the first stop then; all that is due before
    happens on the way.

    Breakpoints stop it. Tasks that nothing answers run out of their time.
    """
    debugger.come_to_the_tip()
    world, stepper = debugger.world, debugger.stepper
    if at < world.now:
        raise InputError("the clock only goes forwards; back and goto go to an earlier stop")
    debugger.show_the_tip()
    known = -1
    with debugger.interruption:
        while world.now < at and not debugger.interruption.has_come:
            known = len(debugger.stops)
            if stepper.is_moving or _is_asking(debugger):
                if debugger.come_by():
                    return
            elif debugger.act(moves.Jump(at)):
                return
        if len(debugger.stops) == known and stepper.is_moving:
            debugger.come_by()


def _is_asking(debugger: Debugger) -> bool:
    """Whether a call is about to be made of which it is not known that nothing answers it."""
    attempt = next((each for each in debugger.world.calls if not each.cancelled), None)
    stop = debugger.stop
    known = None if stop.problem is None or stop.call is None else (stop.run.arn, stop.call.ref)
    return attempt is not None and (attempt.run.arn, attempt.ref) != known
