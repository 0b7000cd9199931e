"""How two lines of time differ: the states that each visited, where they part, where each has come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from asl.debug.comparison import same
from asl.debug.stop import Stop
from asl.debug.terminal import data_view, headline
from asl.debug.terminal.fitting import flowed, wrapped
from asl.debug.terminal.headline import shortened
from asl.story_text import Style, plain

_LONGEST = 40  # columns of a name
_SHOWN = 30  # states at the beginning of a way, and at its end


def way(name: str, stops: Sequence[Stop], width: int, style: Style) -> list[str]:
    """The states that a line visited, those of branches and iterations too, in the order of their stops."""
    entered = [stop for stop in stops if stop.kind == "enter"]
    words: list[str] = []
    for levels, group in groupby(entered, key=lambda stop: stop.levels):
        inside = f"{headline.inside(levels, _LONGEST)} › " if levels else ""
        for number, stop in enumerate(group):
            state = shortened(stop.state.name, _LONGEST)
            words.append(f"{'→ ' if words else ''}{'' if number else inside}{state}")
    if len(words) > 2 * _SHOWN:
        words[_SHOWN:-_SHOWN] = [f"→ … {len(words) - 2 * _SHOWN:,} …"]
    head = style.bold(shortened(name, _LONGEST))
    return flowed([f"{head}  {words[0]}", *words[1:]], width, "    ", " ")


def parting(names: tuple[str, str], lines: tuple[Sequence[Stop], Sequence[Stop]], width: int) -> Iterator[str]:
    """Where two lines part, and what happened in each there."""
    first, second = lines
    at = next((number for number, (a, b) in enumerate(zip(first, second, strict=False)) if not _is_alike(a, b)), None)
    if at is None:
        shorter = min(lines, key=len)
        same_until = "all their stops are the same"
        if len(first) != len(second):
            same_until = f"they are the same up to stop {len(shorter) - 1}, where {names[lines.index(shorter)]} stands"
        yield from wrapped(f"{same_until}: {happening(shorter[-1], width)}", width, "", "  ")
        return
    yield f"they differ from stop {at} on:"
    for name, stops in zip(names, lines, strict=True):
        yield from wrapped(f"{shortened(name, _LONGEST)}: {happening(stops[at], width)}", width, "  ", "    ")


def _is_alike(one: Stop, other: Stop) -> bool:
    """Whether the same happens at two stops, with the same data."""
    if one is other:
        return True
    keys = [(stop.kind, stop.frame, stop.pointer, stop.error, stop.next) for stop in (one, other)]
    return keys[0] == keys[1] and same(one.value, other.value) and same(one.scope.variables, other.scope.variables)


def happening(stop: Stop, width: int) -> str:
    """What happens at a stop, with its data in short: `Charge was answered {"receipt": "r-1"}`."""
    name = shortened(stop.state.name, _LONGEST)
    data = data_view.brief(stop.value, max(data_view.SHORTEST, width - len(name) - 30))
    match stop.kind:
        case "answer" if stop.state.type == "Task":
            return f"{name} was answered {data}"
        case "error" if stop.error is not None:
            cause = f": {plain(stop.error.cause)[:width]}" if stop.error.cause else ""
            return f"{name} failed with {plain(stop.error.error or 'an error without a name')}{cause}"
        case "call" if stop.problem is not None:
            return f"{name} is not answered"
        case "enter" | "exit" | "stage":
            return f"{headline.what(stop, Style(False), _LONGEST)} with {data}"
        case _:
            return headline.what(stop, Style(False), _LONGEST)
