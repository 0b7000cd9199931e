"""How stops lie to each other: whether one is where a step from the other one leads."""

from __future__ import annotations

from collections.abc import Sequence

from asl.debug.stop import Stop


def same_thread(one: Stop, other: Stop) -> bool:
    return one.frame == other.frame and one.run.arn == other.run.arn


def is_outside(here: Stop, stop: Stop) -> bool:
    """Whether a stop is where the branch or iteration of another one is over, or the execution is."""
    if stop.run.arn != here.run.arn:
        return False
    goes_on = stop.kind not in ("wait", "outside") and here.frame.startswith(f"{stop.frame}.")
    return goes_on or stop.kind == "end"


def is_next(here: Stop, stop: Stop) -> bool:
    """Whether a stop is at the state after that of another one, in its thread of control or around it."""
    return is_outside(here, stop) or (stop.kind == "enter" and same_thread(here, stop))


def line_of(stop: Stop) -> int:
    place = stop.run.machine.locate(stop.state.pointer)
    return 0 if place is None else place.line


def failure(stops: Sequence[Stop], end: Stop) -> Stop | None:
    """The stop where an execution that has failed at its end got its error; None where it was not in a state.

    Where that of a Map or Parallel is the error of an iteration or branch, it is the stop in there.
    """
    found: Stop | None = None
    for each in reversed(stops[: end.number]) if end.kind == "end" else ():
        if each.run.arn != end.run.arn:
            continue
        if found is None and (each.kind != "error" or each.error != end.error):
            return None
        if found is not None and each.frame == found.frame and each.kind in ("enter", "retry"):
            break
        is_inside = found is None or each.frame.startswith(f"{found.frame}.")
        if each.kind == "error" and each.error == end.error and is_inside:
            found = each
    return found
