"""Comparing a recorded history with one that was run, event for event.

Ids are exact. Only where threads of control run side by side is AWS's interleaving chance: then events must follow one
another in the same way (`previousEventId`), whatever their numbers, and the numbers are exact outside such sections.
Some recordings have lost even that: the events of their Parallel states were sorted, their ids cleared, and the event
that ends the Parallel state dropped. There the events must be the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from asl.values import JSON
from tests.conformance.normalisation import Normalised

_STARTS: Final = {"MapStateStarted", "ParallelStateStarted"}
_JOINS: Final = {
    "MapStateSucceeded": "MapStateStarted",
    "MapStateFailed": "MapStateStarted",
    "ParallelStateSucceeded": "ParallelStateStarted",
    "ParallelStateFailed": "ParallelStateStarted",
}


def difference(
    normalised: Normalised, expected: Sequence[JSON], actual: Sequence[JSON], side_by_side: bool
) -> str | None:
    """How the history that was run is not the recorded one, None when it is. Both are normalised.

    `side_by_side`: the machine runs threads of control side by side.
    """
    if any(not isinstance(event["id"], int) for event in expected):
        return _sorted_difference(normalised, expected, actual)
    known = dict(normalised.stands_for)
    found = _exact_difference(normalised, expected, actual)
    if found is None or not side_by_side:
        return found
    normalised.stands_for = dict(known)
    return None if _same_trees(normalised, expected, actual) else found


def runs_side_by_side(definition: JSON) -> bool:
    """Whether a machine has states that run several threads of control at once."""
    if isinstance(definition, dict):
        if definition.get("Type") == "Parallel" and len(definition.get("Branches", ())) > 1:
            return True
        if definition.get("Type") == "Map" and definition.get("MaxConcurrency") != 1:
            return True
        return any(runs_side_by_side(value) for value in definition.values())
    return isinstance(definition, list) and any(runs_side_by_side(value) for value in definition)


def _exact_difference(normalised: Normalised, expected: Sequence[JSON], actual: Sequence[JSON]) -> str | None:
    for index, (recorded, got) in enumerate(zip(expected, actual, strict=False)):
        if found := normalised.difference(recorded, got, f"event {index + 1} ({recorded['type']})"):
            return found
    if len(expected) == len(actual):
        return None
    longer, whose = (expected, "recorded") if len(expected) > len(actual) else (actual, "got")
    more = [event["type"] for event in longer[min(len(expected), len(actual)) :]]
    return f"recorded {len(expected)} events, got {len(actual)}: {whose} also {', '.join(more)}"


# -- side by side ----------------------------------------------------------------------------------------------------


class _Tree:
    """The events of a history by what they follow; what joins threads of control follows what started them."""

    def __init__(self, events: Sequence[JSON]) -> None:
        self._types = {event["id"]: event["type"] for event in events}
        self._follows = {event["id"]: event["previousEventId"] for event in events}
        self.below: dict[int, list[JSON]] = {}
        for event in events:
            start = _JOINS.get(event["type"])
            if start is not None:
                self._follows[event["id"]] = self._nearest(event["previousEventId"], start)
            self.below.setdefault(self._follows[event["id"]], []).append(event)

    def _nearest(self, id: int, type: str) -> int:
        """The nearest event of a type that `id` follows. Sections that were joined before are stepped over."""
        while id and self._types[id] != type:
            id = self._follows[self._follows[id]] if self._types[id] in _JOINS else self._follows[id]
        return id


def _same_trees(normalised: Normalised, expected: Sequence[JSON], actual: Sequence[JSON]) -> bool:
    if len(expected) != len(actual) or [event["id"] for event in actual] != [event["id"] for event in expected]:
        return False
    if any(event["previousEventId"] >= event["id"] for event in actual):
        return False
    left, right = _Tree(expected), _Tree(actual)

    def same(recorded: JSON, got: JSON, alone: bool) -> bool:
        joins = recorded["type"] in _JOINS
        ignored = () if alone and not joins else ("previousEventId",) if alone else ("id", "previousEventId")
        if normalised.difference(_without(recorded, ignored), _without(got, ignored)) is not None:
            return False
        starts = recorded["type"] in _STARTS
        return all_same(recorded["id"], got["id"], alone, starts)

    def all_same(recorded_id: int, got_id: int, alone: bool, starts: bool) -> bool:
        wanted, there = left.below.get(recorded_id, []), list(right.below.get(got_id, []))
        if len(wanted) != len(there):
            return False
        for recorded in wanted:
            still_alone = alone and (not starts or recorded["type"] in _JOINS)
            for index, got in enumerate(there):
                known = dict(normalised.stands_for)
                if same(recorded, got, still_alone):
                    del there[index]
                    break
                normalised.stands_for = known
            else:
                return False
        return True

    return all_same(0, 0, True, False)


def _without(event: JSON, names: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in names}


# -- sorted sections -------------------------------------------------------------------------------------------------


def _sorted_difference(normalised: Normalised, expected: Sequence[JSON], actual: Sequence[JSON]) -> str | None:
    """Compares with a recording whose Parallel sections were sorted. What stands outside of them is exact."""
    if found := _exact_difference(normalised, list(_outside(expected)), list(_outside(actual))):
        return f"outside the Parallel states: {found}"
    if [event["id"] for event in actual] != list(range(1, len(actual) + 1)):
        return "the ids are not 1, 2, 3 ..."
    if late := [event for event in actual if event["previousEventId"] >= event["id"]]:
        return f"an event follows a later one: {late[0]}"
    types = {event["id"]: event["type"] for event in actual}
    started = sum(
        event["type"] in _STARTS and types[event["previousEventId"]].endswith("StateEntered") for event in actual
    )
    ended = sum(event["type"] in _JOINS for event in actual)
    if started != ended:  # a retry starts again what was not ended
        return f"{started} events start threads of control, {ended} end them"
    there = list(_inside(actual))
    for recorded in _inside(expected):
        for index, got in enumerate(there):
            known = dict(normalised.stands_for)
            if normalised.difference(recorded, got) is None:
                del there[index]
                break
            normalised.stands_for = known
        else:
            return f"inside the Parallel states: recorded {recorded}, got no such event"
    return f"inside the Parallel states: also got {there[0]}" if there else None


def _outside(events: Sequence[JSON]) -> Iterable[JSON]:
    inside = False
    for event in events:
        if event["type"] == "ParallelStateExited":
            inside = False
        if not inside:
            yield event
        if event["type"] == "ParallelStateStarted":
            inside = True


def _inside(events: Sequence[JSON]) -> Iterable[JSON]:
    outside = {id(event) for event in _outside(events)}
    for event in events:
        if id(event) not in outside and not event["type"].startswith("ParallelState"):
            yield _without(event, ("id", "previousEventId"))
