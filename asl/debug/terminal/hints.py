"""What comes next, and what can be typed, where the execution does not go on by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from asl.debug.stop import Stop
from asl.debug.terminal import recovery_view
from asl.debug.terminal.fitting import flowed, wrapped
from asl.story_text import Style, plain

_IN_PYTHON = "in Python:"


def hints(stop: Stop, stops: Sequence[Stop], width: int, style: Style, *, is_known: bool = False) -> Iterator[str]:
    """The lines of it at one of the stops. `is_known`: how this task can be answered was told before, and is told in
    short."""
    if stop.problem is not None:
        yield from _unanswered(stop, stop.problem, width, style, is_known)
    elif stop.kind == "error":
        yield from _recovery(stop, stops, width, style)
    elif stop.kind == "outside":
        yield from _awaited(stop)
    elif stop.field == "Assign":
        yield style.dim("  the next state sees these values; print $name shows here what was before")
    elif stop.kind == "end" and stop.run.parent_arn is None:
        yield style.dim("  back, goto N or restart go on from here; export test writes a test")


def _unanswered(stop: Stop, problem: str, width: int, style: Style, is_known: bool) -> Iterator[str]:
    """Why a task cannot be asked, and how it can be answered: here, and with options when the debugger is started."""
    located = stop.run.machine.locate(stop.pointer)
    first, *others = problem.removeprefix(f"{located}: ").splitlines()
    ways = [line for line in others if line.startswith("  - ") and _IN_PYTHON not in line]
    told = style.yellow("nothing answers this task" if ways else "this task cannot be asked")
    answers = f"succeed JSON, fail ERROR CAUSE{', submit JSON' if is_callback(stop) else ''}, skip"
    if ways:
        parts = f"  {told}: {answers}{'' if is_known else '; or start with'}".split(", ")
        yield from flowed([f"{part}," for part in parts[:-1]] + parts[-1:], width, "    ", " ")
        yield from (line for way in ways if not is_known for line in wrapped(plain(way), width, "  ", "      "))
        return
    yield f"  {told}:"
    for line in (first, *others):
        yield from wrapped(plain(line), width, "    ")
    yield f"  here: {answers}"


def is_callback(stop: Stop) -> bool:
    """Whether the task of a stop goes on after its call is answered: for its token, or until its job is done."""
    return getattr(stop.state, "pattern", "") in ("wait_for_task_token", "sync")


def _recovery(stop: Stop, stops: Sequence[Stop], width: int, style: Style) -> Iterator[str]:
    over = recovery_view.time_out(stops, stop)
    if over:
        yield f"  {over}"
    for line in wrapped(f"next: {recovery_view.following(stop)}", width, "  ", "        "):
        yield line.replace("next:", style.dim("next:"), 1)


def _awaited(stop: Stop) -> Iterator[str]:
    """How the tasks that await an answer from outside are answered: that of the stop, and others."""
    after = "; step goes on to its time-out" if stop.due is not None else ""
    yield f"  here: succeed JSON, or fail ERROR CAUSE{after}"
    waiting = [*stop.run.waiting_for.values()]
    if stop.state.name in waiting:
        waiting.remove(stop.state.name)
    for state in dict.fromkeys(waiting):
        is_one = waiting.count(state) == 1 and state != stop.state.name
        option = json.dumps(state, ensure_ascii=False) if " " in state else state
        yield f"  also: {plain(f'succeed --token {option} JSON' if is_one else f'{state}, by its token: effects')}"
