"""Commands that tell of the whole: the history, the stops so far, the execution."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Final

from asl.debug.terminal import data_view, headline, timeline_view
from asl.debug.terminal.commands import Group, number
from asl.debug.terminal.session import Session
from asl.debug.ways import failure
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.history import HistoryEvent
from asl.story_text import counted, plain

GROUP: Final = Group("The whole")
_HISTORY_SHOWN: Final = 40
_TOLD: Final = 5  # events that a line of the history tells, at most
_PLACE: Final = ("name", "index", "length", "error", "cause")
"""What the events say of where they are in the history, and of what has failed."""
_AROUND: Final = 8  # lines of the timeline before and after the present one


@GROUP.command(
    "history [-json] [N]",
    "The history up to here, or AWS's events as JSON.",
    "history 20",
    more="It shows the last N lines; history -json gives all events as get-execution-history does.",
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
    title = stop.run.machine.name
    story = Story(text, width=screen.width, colour=screen.style.on, title=title, branch_name="branch {}".format)
    for event in events[: -_TOLD * most]:
        story.feed(render(_without_data(event)))
    for event in events[-_TOLD * most :]:
        story.feed(render(event))
    story.close()
    lines = text.getvalue().splitlines()
    if len(lines) > most:
        screen.line(screen.style.dim(f"… {len(lines) - most:,} more lines before; history {len(lines)} shows them"))
    screen.lines(lines[-most:])
    if not lines:
        screen.line("nothing has happened yet")


def _without_data(event: HistoryEvent) -> HistoryEvent:
    """An event of which only the place in the history matters: writing out large data of all takes long."""
    return event._replace(details={k: v for k, v in (event.details or {}).items() if k in _PLACE})


# -- the timeline ----------------------------------------------------------------------------------------------------


@GROUP.command(
    "timeline [all]",
    "The stops so far, a line for each visit of a state.",
    "timeline",
    more="Each stop has its number there, for goto; the present one is in brackets.",
)
def timeline(session: Session, argument: str) -> None:
    if argument not in ("", "all"):
        raise InputError(f"timeline shows those around here, timeline all shows all; not {argument!r}")
    screen, present = session.screen, session.debugger.stop
    visits = timeline_view.visits(session.debugger.stops)
    here = next(at for at, visit in enumerate(visits) if visit[0].number <= present.number <= visit[-1].number)
    start, end = (0, len(visits)) if argument else (max(0, here - _AROUND), min(len(visits), here + _AROUND + 1))
    if start:
        screen.line(screen.style.dim(f"    … {counted(start, 'line')} before; timeline all shows them"))
    for visit in visits[start:end]:
        screen.lines(timeline_view.lines(visit, present, session.started_at, screen.width, screen.style))
    if end < len(visits):
        screen.line(screen.style.dim(f"    … {counted(len(visits) - end, 'line')} after"))


# -- info ------------------------------------------------------------------------------------------------------------


def _info_execution(session: Session) -> Iterator[str]:
    stop = session.stop
    run = stop.run
    stops = session.debugger.stops
    yield f"machine     {plain(run.machine.name)}, {counted(len(run.machine.program.states), 'state')}"
    script = session.debugger.script
    is_made_up = script is not None and run is session.debugger.run and not script.tells_name
    yield "execution   not in the recording" if is_made_up else f"execution   {plain(run.arn)}"
    if run.parent_arn is not None:
        yield f"started by  {plain(run.parent_arn)}"
    yield f"status      {headline.ending(stop) if stop.kind == 'end' else 'RUNNING'}"
    yield f"stop        {stop.number} of 0 to {len(stops) - 1}, {counted(stop.events, 'event')} in the history"
    yield f"time        {headline.clock(stop.at - session.started_at)} since the start"
    yield f"input       {data_view.brief(run.execution.info.input, 200)}"


def _info_state(session: Session) -> Iterator[str]:
    stop = failure(session.debugger.stops, session.stop) or session.stop
    yield f"state       {plain(stop.state.name)} ({stop.state.type})"
    yield f"pointer     {plain(stop.state.pointer)}"
    yield f"place       {headline.place(stop) or 'defined in Python'}"
    if stop.scope.attempt:
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
    found = [plain(each.description) for each in session.debugger.breakpoints]
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
    "Tell of the execution, or of another topic.",
    "info breakpoints",
    aliases=("i",),
    more="Topics: execution, state, variables, breakpoints, display.",
    completions=lambda session, typed: _TOPICS,
)
def info(session: Session, argument: str) -> None:
    found = [topic for topic in _TOPICS if topic.startswith(argument or "execution")]
    if len(found) != 1:
        hint = did_you_mean(argument, _TOPICS) or f"there are {', '.join(_TOPICS)}"
        raise InputError(f"info knows nothing of '{argument}'; {hint}")
    session.screen.write("\n".join(_TOPICS[found[0]](session)))
