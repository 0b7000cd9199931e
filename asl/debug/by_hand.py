"""What somebody did to an execution on a line, in words; answers to tasks aside, which are told of as answers."""

from __future__ import annotations

from collections.abc import Iterator

from asl.debug.moves import Edit, EndWait, Jump, Skip
from asl.debug.timeline import Timeline


def changes_of_data(line: Timeline) -> list[str]:
    """What made the execution go on with other data, or another way, than it would have by itself."""
    return [text for text, move in _actions(line) if isinstance(move, Edit | Skip)]


def changes(line: Timeline) -> list[str]:
    """All that was done."""
    return [text for text, _ in _actions(line)]


def _actions(line: Timeline) -> Iterator[tuple[str, object]]:
    for number, move in enumerate(line.moves):
        if not isinstance(move, Edit | Skip | EndWait | Jump):
            continue
        stop = next((each for each in line.stops if each.moves >= number), line.stops[-1])
        state = f"state '{stop.state.name}'"
        match move:
            case Edit(place=place):
                kind, _, variable = place.partition(":")
                yield f"{f'${variable}' if kind == 'variable' else 'the data'} changed at {state}", move
            case Skip():
                yield f"{state} skipped", move
            case EndWait():
                yield f"the wait ended at {state}", move
            case Jump():
                yield f"the clock moved on at {state}", move
