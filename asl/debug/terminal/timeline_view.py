"""The stops so far, a line for each visit of a state: its stops with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from asl.debug.stop import Stop
from asl.debug.terminal import headline, trail
from asl.debug.terminal.fitting import flowed, with_names
from asl.story_text import Style, plain

_WORDS = {"outside": "awaits an answer"}


def visits(stops: Sequence[Stop]) -> list[list[Stop]]:
    """The stops by visits of states."""
    return [list(group) for _, group in groupby(stops, key=_visit())]


def _visit() -> Callable[[Stop], int]:
    """A key that tells visits of states apart: a new one begins with "enter", or in another thread of control."""
    count = 0
    last: Stop | None = None

    def key(stop: Stop) -> int:
        nonlocal count, last
        is_same = last is not None and (stop.run, stop.frame, stop.state) == (last.run, last.frame, last.state)
        if not is_same or (stop.kind == "enter" and not (last and trail.is_of_iteration(last))):
            count += 1
        last = stop
        return count

    return key


def lines(visit: Sequence[Stop], present: Stop, started_at: int, width: int, style: Style) -> Iterator[str]:
    """`→ 00:00:02.500  Items[3] › Charge  12 enter  [13 Parameters]  14 call`: the present stop is in brackets."""
    first = visit[0]
    arrow, time = style.yellow("→"), style.dim(headline.clock(first.at - started_at))
    is_here = first.number <= present.number <= visit[-1].number

    def head(longest: int | None) -> str:
        inside = "".join(f"{headline.level_name(each, longest)} › " for each in first.levels)
        name = headline.shortened(first.state.name, longest)
        execution = f"[{headline.shortened(first.run.machine.name, longest)}] " if first.run.parent_arn else ""
        return f"{arrow if is_here else ' '} {time}  {execution}{inside}{style.bold(name) if is_here else name}"

    told = (f"{stop.number} {happening(stop)}" for stop in visit)
    parts = (
        style.bold(f"[{text}]") if stop.number == present.number else style.dim(text)
        for stop, text in zip(visit, told, strict=True)
    )
    yield from flowed([with_names(head, width * 3 // 4), *parts], width, " " * 16)


def happening(stop: Stop) -> str:
    """What happens at a stop in a word."""
    if stop.problem is not None:
        return "unanswered"
    if stop.kind == "stage":
        return stop.field or "stage"
    if stop.kind == "error" and stop.error is not None:
        return f"error {plain(stop.error.error or '?')}"
    return _WORDS.get(stop.kind, stop.kind)
