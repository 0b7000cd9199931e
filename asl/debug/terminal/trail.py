"""The way to a stop: the states that were entered, through the iterations and branches it is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asl.debug.stop import Stop
from asl.story_text import Style, plain

_SHOWN: Final = 6  # states of a level: the first two and the last four
_LOOKED_BACK: Final = 5_000  # stops


def entered(stops: Sequence[Stop], stop: Stop, frame: str) -> Stop | None:
    """The stop where a thread of control, of the same execution, last entered a state before a stop."""
    for number in range(min(stop.number, len(stops) - 1), -1, -1):
        each = stops[number]
        if each.frame == frame and each.kind == "enter" and each.run.arn == stop.run.arn:
            return each
    return None


def around(stops: Sequence[Stop], stop: Stop) -> list[Stop]:
    """The stop, and those where the states around it were entered: the innermost first.

    Around the threads of an execution that a task started are those of the task.
    """
    found = [stop]
    while True:
        inner = found[-1]
        frame = inner.frame.rpartition(".")[0]
        outer = entered(stops, inner, frame) if frame else _caller(stops, inner)
        if outer is None:
            return found
        found.append(outer)


def _caller(stops: Sequence[Stop], stop: Stop) -> Stop | None:
    """The stop at the call that started the execution of a stop."""
    parent = stop.run.parent_arn
    number = stop.number
    while parent is not None and number > 0:
        number -= 1
        if stops[number].run.arn == parent and stops[number].kind == "call":
            return stops[number]
    return None


def states(stops: Sequence[Stop], stop: Stop) -> list[list[str]]:
    """The names of the states entered in each thread of control around a stop, the outermost first, in their order."""
    levels = []
    for each in around(stops, stop):
        names = []
        outer = each.frame.rpartition(".")[0]
        for number in range(each.number, -1, -1):
            before = stops[number]
            if before.run.arn != each.run.arn:
                continue
            if before.frame == each.frame and before.kind == "enter":
                names.append(before.state.name)
            elif before.frame == outer and outer:
                break
        levels.append(names[::-1])
    return levels[::-1]


def crumbs(stops: Sequence[Stop], stop: Stop, style: Style) -> str:
    """The way on one line: `Load → Items[3] › Check → Price`, cut in the middle where it is long."""
    levels = states(stops, stop)
    inner = around(stops, stop)[::-1]
    parts = []
    for depth, names in enumerate(levels):
        if depth + 1 < len(levels):
            names = [*names[:-1], _entered(inner[depth + 1], inner[depth].state.name)]
        if len(names) > _SHOWN:
            names = [*names[:2], f"… {len(names) - _SHOWN} …", *names[2 - _SHOWN :]]
        if names:
            parts.append(" → ".join(style.bold(plain(name)) if name is names[-1] else plain(name) for name in names))
    return " › ".join(parts)


def _entered(stop: Stop, name: str) -> str:
    """What is entered from a state: an iteration or a branch of it, or the execution that its task started."""
    return str(stop.levels[-1]) if stop.levels else f"{name} ({stop.run.machine.name})"


def is_of_iteration(stop: Stop) -> bool:
    """Whether a stop is at the item selector of the Map around, before the iteration has entered a state."""
    return not stop.pointer.startswith(stop.state.pointer)


def is_flow(stop: Stop) -> bool:
    """Whether the value at a stop is what goes from state to state, not what a state makes of it for its own work."""
    if stop.kind == "stage":
        return stop.field in ("ResultPath", "OutputPath", "Output")
    return stop.kind not in ("call", "answer")


def before(stops: Sequence[Stop], stop: Stop, seen: Stop | None) -> Stop | None:
    """What to compare the data of a stop with; None where there is nothing.

    That is the last stop of the same thread of control, of those with data that go from state to state the last one
    that was `seen`, if that is on this way.
    """
    outer = stop.frame.rpartition(".")[0]
    flows = is_flow(stop)
    nearest: Stop | None = None
    for number in range(stop.number - 1, max(-1, stop.number - _LOOKED_BACK), -1):
        each = stops[number]
        if each.run.arn != stop.run.arn:
            continue
        if outer and each.frame == outer and each.kind in ("enter", "retry"):
            break
        if each.frame == stop.frame and (not flows or is_flow(each)):
            nearest = nearest or each
            if not flows or seen is None or seen.number >= number:
                return each if each is seen else nearest
    return nearest
