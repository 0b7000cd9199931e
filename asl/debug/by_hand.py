"""What somebody did to an execution on a line, in words; answers to tasks aside, which are told of as answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from asl.debug.moves import Edit, EndWait, Jump, Skip
from asl.debug.timeline import Timeline


def changes_of_data(line: Timeline, besides: Collection[str] = ()) -> list[str]:
    """What made the execution go on with other data, or another way, than it would have by itself.

    Skips of the states named in `besides` are left out.
    """
    return [
        text
        for text, move, state in _actions(line)
        if isinstance(move, Edit) or (isinstance(move, Skip) and state not in besides)
    ]


def changes(line: Timeline) -> list[str]:
    """All that was done."""
    return [text for text, _, _ in _actions(line)]


def _actions(line: Timeline) -> Iterator[tuple[str, object, str]]:
    for number, move in enumerate(line.moves):
        if not isinstance(move, Edit | Skip | EndWait | Jump):
            continue
        stop = next((each for each in line.stops if each.moves >= number), line.stops[-1])
        name = stop.state.name
        state = f"state '{name}'"
        match move:
            case Edit(place=place):
                kind, _, variable = place.partition(":")
                yield f"{f'${variable}' if kind == 'variable' else 'the data'} changed at {state}", move, name
            case Skip():
                yield f"{state} skipped", move, name
            case EndWait():
                yield f"the wait ended at {state}", move, name
            case Jump():
                yield f"the clock moved on at {state}", move, name
