"""The line that names a stop: what happens there, in which state, at which place in the file, and when."""

from __future__ import annotations

from collections.abc import Iterable

from asl.debug.stop import Level, Stop
from asl.debug.terminal import trail
from asl.debug.terminal.fitting import PLAIN, columns, with_names, without_beginning, without_middle
from asl.effects import Status
from asl.states.compiled import CompiledState
from asl.story_text import Style, duration, plain


def clock(ms: int) -> str:
    """Milliseconds as `00:00:02.500`, with days before that where there are any: `3d 00:00:02.500`."""
    seconds, rest = divmod(max(0, ms), 1000)
    days, seconds = divmod(seconds, 86_400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
    return f"{days}d {text}" if days else text


def shortened(name: str, longest: int | None = None) -> str:
    """A name of a definition, fit to be shown, and cut in its middle where it is longer."""
    return without_middle(plain(name), longest)


def level_name(level: Level, longest: int | None = None) -> str:
    """`Items[3]` or `Checks branch 1`, whose name is cut in its middle where it is longer."""
    name, whole = level.state.name, str(level)
    return shortened(name, longest) + plain(whole.removeprefix(name))


def inside(levels: Iterable[Level], longest: int | None = None) -> str:
    """The iterations and branches around a stop, the outermost first: `Checks branch 1 › Items[3]`."""
    return " › ".join(level_name(each, longest) for each in levels)


def what(stop: Stop, style: Style, longest: int | None = None) -> str:
    """What happens at a stop, in words: `enter Charge (Task)`. Names take `longest` columns at most."""
    name = style.bold(shortened(stop.state.name, longest))
    match stop.kind:
        case "enter":
            return f"enter {name} ({stop.state.type})"
        case "stage":
            if trail.is_of_iteration(stop):
                name = style.bold(level_name(stop.levels[-1], longest))
            return f"{stop.field} of {name}"
        case "call":
            return f"call by {name}" + (f", attempt {stop.scope.attempt + 1}" if stop.scope.attempt else "")
        case "answer":
            return f"{'answer to' if stop.state.type == 'Task' else 'result of'} {name}"
        case "error":
            return f"{style.red('error')} in {name}"
        case "retry":
            return f"attempt {stop.scope.attempt + 1} of {name}"
        case "wait":
            return _waiting(stop, name)
        case "exit":
            return f"exit {name}" + (f" → {shortened(stop.next, longest)}" if stop.next is not None else ", end")
        case "outside":
            return f"{name} awaits an answer" + (f", for {duration(stop.due - stop.at)} at most" if stop.due else "")
        case "end":
            return _ending(stop, style)


def _waiting(stop: Stop, name: str) -> str:
    left = duration(stop.due - stop.at) if stop.due is not None else "some time"
    match stop.scope.phase:
        case "backoff":
            return f"{left} before attempt {stop.scope.attempt + 1} of {name}"
        case "calling":
            return f"{name} is at work, for {left}"
        case _:
            return f"wait in {name} for {left}"


def awaits_token(state: CompiledState) -> bool:
    """Whether somebody outside answers the task of a state, by its token."""
    return getattr(state, "pattern", "") == "wait_for_task_token" or getattr(state, "kind", "") == "Activity"


def _ending(stop: Stop, style: Style) -> str:
    took = duration(stop.at - stop.run.execution.started_at)
    status = ending(stop)
    paint = style.green if status == "SUCCEEDED" else style.red
    return f"{paint('execution ' + status.lower().replace('_', ' '))} after {took}"


def ending(stop: Stop) -> Status:
    """How the execution has come to its end at a stop; the execution itself may be on another line of time by now."""
    execution = stop.run.execution
    if execution.status not in (None, "RUNNING") and execution.error == stop.error:
        return execution.status
    return "SUCCEEDED" if stop.error is None else "FAILED"


def place(stop: Stop) -> str:
    """`order.asl.json:31`, "" for a machine that was not read from a file."""
    machine = stop.run.machine
    found = machine.document.locate(stop.pointer, key=True) or machine.document.locate(stop.state.pointer, key=True)
    return "" if found is None else f"{plain(found.file)}:{found.line}"


def headline(stop: Stop, time: str, width: int, style: Style) -> list[str]:
    """`stop 12  enter Charge (Task)  order.asl.json:31  00:00:02.500 virtual`, on one line or two.

    The path of the file is cut at its beginning, and long names in their middles; where that is not enough, the place
    stands on a second line, and the time too if it has to.
    """
    where = place(stop) if stop.kind != "end" else ""
    file = where.rpartition("/")[2]

    def line(style: Style, where: str, longest: int | None, time: str = time) -> str:
        execution = f"[{shortened(stop.run.machine.name, longest)}]" if stop.run.parent_arn is not None else ""
        parts = (style.blue(style.bold(f"stop {stop.number}")), execution, what(stop, style, longest), where,
                 style.dim(time))  # fmt: skip
        return "  ".join(part for part in parts if part)

    for longest in (None, 32):
        room = width - columns(line(PLAIN, "", longest)) - 2
        if not where or room >= columns(file) + 1:
            return [line(style, without_beginning(where, room), longest)]
    first = with_names(lambda longest: line(style, "", longest), width)
    if columns(first) <= width:
        return [first, f"  at {without_beginning(where, width - 5)}"]
    first = with_names(lambda longest: line(style, "", longest, ""), width)
    place_and_time = f"  at {without_beginning(where, width - columns(time) - 7)}  {style.dim(time)}"
    return [first, place_and_time]
