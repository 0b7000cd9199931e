"""Commands that tell what is to come: calls and timers that are pending, and the retries of a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal import headline
from asl.debug.terminal.commands import Group, nothing
from asl.debug.terminal.fitting import flowed
from asl.debug.terminal.recovery_view import retries_used, wait_before
from asl.debug.terminal.session import Session
from asl.debug.threads import alive_anywhere
from asl.debug.ways import same_thread
from asl.frame import Frame
from asl.states.recovery import matches
from asl.story_text import duration, plain

GROUP: Final = Group("To come")
_AWAITING: Final = ("call", "wait", "outside")
"""The kinds of stops at which a thread awaits something."""


@GROUP.command(
    "effects",
    "Calls, timers and tokens that are pending.",
    "effects",
    aliases=("pending",),
)
def effects(session: Session, argument: str) -> None:
    nothing(argument, "effects")
    alive = alive_anywhere(session.debugger.stops, session.debugger.stop)
    lines = [line for stop in alive for line in _pending(session, stop)]
    session.screen.write("\n".join(lines or ["nothing is pending"]))  # a token is to be copied whole


def _pending(session: Session, stop: Stop) -> Iterator[str]:
    """What a thread of control awaits, `stop` the latest one of it."""
    frame = _frame(session, stop)
    if frame is None:
        return
    inside = "".join(f"{headline.level_name(level, 30)} › " for level in stop.levels)
    name = inside + headline.shortened(stop.state.name, 30)
    match frame.phase:
        case "waiting":
            yield f"  wait       {name}  {_due(session, frame.due)}"
        case "backoff":
            yield f"  retry      {name}, attempt {frame.attempt + 1}  {_due(session, frame.due)}"
        case "calling":
            yield f"  call       {name}  {plain(getattr(stop.state, 'resource', ''))}"
            for purpose in ("timeout", "heartbeat"):
                if (due := frame.effective.get(f"{purpose}_due")) is not None:
                    yield f"  {purpose:9}  {name}  {_due(session, due)}"
            if frame.token in _answerable(session, stop):
                yield f"  token      {name}  {frame.token}"


def is_asked(session: Session, stop: Stop) -> bool:
    """Whether a task is asked already at the present stop and has not answered; `stop` is the latest one of its thread.

    Tasks are asked when no thread can go on, and all at once; an activity has no stop of its own for that.
    """
    present, stops = session.debugger.stop, session.debugger.stops
    if stop.state.type != "Task" or stop.kind not in ("enter", "retry", "stage", "call") or stop is present:
        return False
    is_last = present.number == len(stops) - 1
    between = stops[stop.number + 1 : present.number + 1]
    if not is_last and stop.kind != "call" and not any(each.kind in _AWAITING for each in between):
        return False
    following = _following(session, stop)
    if following is None or is_last:
        return _is_open(session, stop)
    return following.at > stop.at or following.kind in ("wait", "outside")


def _is_open(session: Session, stop: Stop) -> bool:
    """Whether a thread's task is asked and has not answered where the execution has come to."""
    debugger, frame = session.debugger, stop.run.execution.frames.get(stop.frame)
    if frame is None or frame.phase != "calling" or frame.ref is None:
        return False
    is_to_be_asked = debugger.stepper.place_of(stop.run.arn, frame.ref) is not None
    return not is_to_be_asked and debugger.world.attempt(stop.run, frame.ref) is not None


def _answerable(session: Session, stop: Stop) -> set[str | None]:
    """The tokens that can be answered now: of tasks whose calls are made, where nothing has come after.

    None are those of tasks that an execution which goes on will answer.
    """
    debugger = session.debugger
    started = [run for run in debugger.world.runs if run.parent_arn == stop.run.arn and run.status == "RUNNING"]
    is_executing = bool(started) and not headline.awaits_token(stop.state)
    if is_executing or debugger.stop.number < len(debugger.stops) - 1:
        return set()
    return {attempt.call.token for attempt in debugger.waiting(stop.run)} - {None}


def _frame(session: Session, stop: Stop) -> Frame | None:
    """The thread of control as it is at the present stop, None where it awaits nothing.

    What a thread awaits is seen at the stop that comes after the latest one of it, or in the execution where none does.
    """
    debugger = session.debugger
    if stop.kind in _AWAITING:
        return stop.scope
    if stop is debugger.stop:
        return None
    following = _following(session, stop)
    if following is not None:
        return following.scope if following.kind in _AWAITING else None
    return stop.run.execution.frames.get(stop.frame)


def _following(session: Session, stop: Stop) -> Stop | None:
    """The next stop of the thread of control."""
    later = session.debugger.stops[stop.number + 1 :]
    return next((each for each in later if same_thread(each, stop)), None)


def _due(session: Session, due: int | None) -> str:
    """When something is due: `at 00:01:00.000, in 1 min`."""
    if due is None:
        return ""
    return f"at {headline.clock(due - session.started_at)}, in {duration(max(0, due - session.debugger.stop.at))}"


@GROUP.command(
    "retries",
    "The retriers of this state, and the next attempt.",
    "retries",
)
def retries(session: Session, argument: str) -> None:
    nothing(argument, "retries")
    stop, style = session.stop, session.screen.style
    recovery = getattr(stop.state, "recovery", None)
    if recovery is None or not recovery.retriers:
        session.screen.line(f"{plain(stop.state.name)} has no Retry")
        return
    used = retries_used(stop)
    for index, retrier in enumerate(recovery.retriers):
        is_left = used[index] < retrier.max_attempts
        following = f"next after {wait_before(retrier, used[index])}" if is_left else "none left"
        fits = stop.error is not None and matches(retrier.error_equals, stop.error)
        mark = style.yellow("→") if fits else " "
        head = f"{mark} {index}  used {used[index]} of {retrier.max_attempts}, {following}: "
        *names, last = map(plain, retrier.error_equals)
        parts = [*(f"{name}," for name in names), last]
        session.screen.lines(flowed([head + parts[0], *parts[1:]], session.screen.width, "     ", " "))
    if stop.scope.phase == "backoff" and stop.scope.due is not None:
        session.screen.line(f"  attempt {stop.scope.attempt + 1} is due {_due(session, stop.scope.due)}")
