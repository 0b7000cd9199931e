"""Commands that tell of the whole: the history, the stops so far, what is pending."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from asl.debug.stop import Stop
from asl.debug.terminal import data_view, stop_view, stopping
from asl.debug.terminal.commands import nothing, number
from asl.debug.terminal.looking import GROUP
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.states.recovery import backoff_seconds, matches
from asl.story_text import counted, duration, plain

_HISTORY_SHOWN: Final = 40
_AROUND: Final = 8  # lines of the timeline before and after the present one


@GROUP.command(
    "history [-json] [N]",
    "The history of the execution up to here, as AWS keeps it: the last N lines, or all as JSON.",
    "history 20",
)
def history(session: Session, argument: str) -> None:
    stop = session.stop
    events = stop.run.recorded[: stop.events]
    if argument in ("-json", "--json", "json"):
        from asl.history import render_all

        session.screen.write(json.dumps({"events": render_all(events)}, ensure_ascii=False, indent=2))
        return
    most = number(argument, "the number of lines", _HISTORY_SHOWN)
    from asl.history import render
    from asl.story import Story

    screen = session.screen
    text = io.StringIO()
    story = Story(text, width=screen.width, colour=screen.style.on, title=stop.run.machine.name)
    for event in events:
        story.feed(render(event))
    story.close()
    lines = text.getvalue().splitlines()
    if len(lines) > most:
        screen.line(screen.style.dim(f"… {len(lines) - most:,} more lines before; history {len(lines)} shows them"))
    screen.lines(lines[-most:])
    if not lines:
        screen.line("nothing has happened yet")


# -- the timeline ----------------------------------------------------------------------------------------------------


@GROUP.command(
    "timeline [all]",
    "The stops so far, a line for each visit of a state; the present one is marked.",
    "timeline",
)
def timeline(session: Session, argument: str) -> None:
    if argument not in ("", "all"):
        raise InputError(f"timeline shows those around here, timeline all shows all; not {argument!r}")
    screen, present = session.screen, session.debugger.stop
    visits = [list(group) for _, group in groupby(session.debugger.stops, key=_visit())]
    here = next(at for at, visit in enumerate(visits) if visit[0].number <= present.number <= visit[-1].number)
    start, end = (0, len(visits)) if argument else (max(0, here - _AROUND), min(len(visits), here + _AROUND + 1))
    if start:
        screen.line(screen.style.dim(f"    … {counted(start, 'line')} before; timeline all shows them"))
    for visit in visits[start:end]:
        screen.line(_visit_line(session, visit, present))
    if end < len(visits):
        screen.line(screen.style.dim(f"    … {counted(len(visits) - end, 'line')} after"))


def _visit() -> Callable[[Stop], int]:
    """A key that tells visits of states apart: a new one begins with "enter", or in another thread of control."""
    count = 0
    last: Stop | None = None

    def key(stop: Stop) -> int:
        nonlocal count, last
        if (
            last is None
            or stop.kind == "enter"
            or (stop.run, stop.frame, stop.state) != (last.run, last.frame, last.state)
        ):
            count += 1
        last = stop
        return count

    return key


def _visit_line(session: Session, visit: list[Stop], present: Stop) -> str:
    style = session.screen.style
    first, last = visit[0], visit[-1]
    is_here = first.number <= present.number <= last.number
    numbers = f"{first.number}" if first is last else f"{first.number}-{last.number}"
    places = "".join(f"{plain(str(level))} › " for level in first.levels)
    steps = " ".join(
        style.bold(f"[{_short(stop)}]") if stop.number == present.number else style.dim(_short(stop)) for stop in visit
    )
    name = style.bold(plain(first.state.name)) if is_here else plain(first.state.name)
    time = style.dim(stop_view.clock(first.at - session.started_at))
    return f"{style.yellow('→') if is_here else ' '} {numbers:>9}  {time}  {places}{name}  {steps}"


def _short(stop: Stop) -> str:
    """What happens at a stop in a word."""
    if stop.kind == "stage":
        return stop.field or "stage"
    if stop.kind == "error" and stop.error is not None:
        return f"error {plain(stop.error.error or '?')}"
    return stop.kind


# -- what is pending -------------------------------------------------------------------------------------------------


@GROUP.command(
    "effects",
    "What is pending here: calls, timers and when they are due, tokens that wait for an answer.",
    "effects",
    aliases=("pending",),
)
def effects(session: Session, argument: str) -> None:
    nothing(argument, "effects")
    lines = [line for stop in session.debugger.branches() for line in _pending(session, stop)]
    session.screen.lines(lines or ["nothing is pending"])


def _pending(session: Session, stop: Stop) -> Iterator[str]:
    frame, name = stop.scope, plain("".join(f"{level} › " for level in stop.levels) + stop.state.name)
    if stop.call is not None:
        yield f"  call   {name}  {plain(stop.call.resource)}"
    elif stop.kind == "wait" and frame.phase == "waiting":
        yield f"  wait   {name}  {_due(session, stop, frame.due)}"
    elif stop.kind == "wait" and frame.phase == "backoff":
        yield f"  retry  {name}, attempt {frame.attempt + 1}  {_due(session, stop, frame.due)}"
    if frame.phase == "calling" and isinstance(frame.effective, dict):
        for purpose in ("timeout", "heartbeat"):
            if frame.effective.get(f"{purpose}_due") is not None:
                yield f"  {purpose}  {name}  {_due(session, stop, frame.effective[f'{purpose}_due'])}"
        if frame.token is not None and stop.call is None:
            yield f"  token  {name}  {frame.token}"


def _due(session: Session, stop: Stop, due: int | None) -> str:
    if due is None:
        return ""
    return f"due at {stop_view.clock(due - session.started_at)}, in {duration(max(0, due - stop.at))}"


@GROUP.command(
    "retries",
    "The retriers of this state: how often each was used, when the next attempt would be due.",
    "retries",
)
def retries(session: Session, argument: str) -> None:
    nothing(argument, "retries")
    stop, style = session.stop, session.screen.style
    recovery = getattr(stop.state, "recovery", None)
    if recovery is None or not recovery.retriers:
        session.screen.line(f"{plain(stop.state.name)} has no Retry")
        return
    used = stop.scope.retries or [0] * len(recovery.retriers)
    for index, retrier in enumerate(recovery.retriers):
        names = plain(", ".join(retrier.error_equals))
        left = retrier.max_attempts - used[index]
        delay = duration(int(backoff_seconds(retrier, used[index], lambda: 1.0) * 1000))
        most = "at most " if retrier.jitter_strategy == "FULL" else ""
        following = f"next after {most}{delay}" if left > 0 else "none left"
        fits = stop.error is not None and matches(retrier.error_equals, stop.error)
        mark = style.yellow("→") if fits else " "
        session.screen.line(f"{mark} {index}  {names}  used {used[index]} of {retrier.max_attempts}  {following}")
    if stop.scope.phase == "backoff" and stop.scope.due is not None:
        session.screen.line(f"  attempt {stop.scope.attempt + 1} is {_due(session, stop, stop.scope.due)}")


# -- info ------------------------------------------------------------------------------------------------------------


def _info_execution(session: Session) -> Iterator[str]:
    stop = session.stop
    run = stop.run
    stops = session.debugger.stops
    yield f"machine     {plain(run.machine.name)}, {counted(len(run.machine.program.states), 'state')}"
    yield f"execution   {plain(run.arn)}"
    if run.parent_arn is not None:
        yield f"started by  {plain(run.parent_arn)}"
    yield f"status      {run.status if stop.kind == 'end' else 'RUNNING'}"
    yield f"stop        {stop.number} of 0 to {len(stops) - 1}, {counted(stop.events, 'event')} in the history"
    yield f"time        {stop_view.clock(stop.at - session.started_at)} since the start"
    yield f"input       {data_view.brief(run.execution.info.input, 200)}"


def _info_state(session: Session) -> Iterator[str]:
    stop = session.stop
    yield f"state       {plain(stop.state.name)} ({stop.state.type})"
    yield f"pointer     {plain(stop.state.pointer)}"
    yield f"place       {stop_view.place(stop) or 'defined in Python'}"
    yield f"attempt     {stop.scope.attempt + 1}"
    if stop.levels:
        yield f"inside      {plain(' › '.join(map(str, stop.levels)))}"


def _info_variables(session: Session) -> Iterator[str]:
    variables = session.stop.scope.variables
    if not variables:
        yield "no variables are assigned"
    for name, value in variables.items():
        yield f"${plain(name)} = {data_view.brief(value, session.screen.width - len(name) - 5)}"


def _info_breakpoints(session: Session) -> Iterator[str]:
    found = [stopping.described(each) for each in session.debugger.breakpoints]
    return iter(found or ["there are no breakpoints and no watches"])


def _info_display(session: Session) -> Iterator[str]:
    found = [f"{each}: {plain(text)}" for each, text in session.displays.items()]
    return iter(found or ["nothing is displayed"])


_TOPICS: Final = {
    "execution": _info_execution,
    "state": _info_state,
    "variables": _info_variables,
    "breakpoints": _info_breakpoints,
    "display": _info_display,
}


@GROUP.command(
    "info [TOPIC]",
    "Tell of the execution, or of: breakpoints, display, execution, state, variables.",
    "info breakpoints",
    aliases=("i",),
    completions=lambda session, typed: _TOPICS,
)
def info(session: Session, argument: str) -> None:
    found = [topic for topic in _TOPICS if topic.startswith(argument or "execution")]
    if len(found) != 1:
        hint = did_you_mean(argument, _TOPICS) or f"there are {', '.join(_TOPICS)}"
        raise InputError(f"info knows nothing of '{argument}'; {hint}")
    session.screen.lines(_TOPICS[found[0]](session))
