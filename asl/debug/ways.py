"""How stops lie to each other: whether one is where a step from the other one leads."""

from __future__ import annotations

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
