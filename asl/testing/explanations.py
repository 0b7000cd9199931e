"""Why a comparison with what a run did does not hold: where its path went elsewhere, what of the data differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from asl.hosts.run import Run
from asl.testing.matching import Partial, differences, shown
from asl.testing.run_report import outcome, parting, path_difference


def comparison(runs: Sequence[Run], operator: str, left: Any, right: Any) -> list[str] | None:
    """Lines that explain why `left operator right` does not hold; None where there is nothing to say.

    The value of a run is to be on the left: `run.path`, `run.output`; a partial match on either side.
    """
    if operator == "in" and isinstance(left, Partial) and isinstance(right, list):
        return ["no element is as expected", *_nearest(left, right)]
    if operator != "==":
        return None
    if left is None and runs and not runs[-1].succeeded and isinstance(right, Partial | dict | list):
        return [f"{runs[-1].machine.name} gave no output", *outcome(runs[-1])]
    for run in reversed(runs):
        if isinstance(left, list) and isinstance(right, list) and left == run.path and _are_texts(right):
            head = f"the path of {run.machine.name} is not as expected: {parting(left, right)}"
            return [head, *path_difference(run, right), *outcome(run)]
        if left is run.output and left is not None:
            whole = not isinstance(right, Partial)
            return [f"the output of {run.machine.name} is not as expected", *differences(right, left, whole=whole)]
    if isinstance(right, Partial):
        return [f"{shown(left)} is not as expected", *differences(right, left)]
    if isinstance(left, Partial):
        return [f"{shown(right)} is not as expected", *differences(left, right)]
    if isinstance(right, list) and isinstance(left, list) and any(isinstance(each, Partial) for each in right):
        return ["the array is not as expected", *differences(right, left, whole=True)]
    return None


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(each, str) for each in values)


def _nearest(expected: Partial, elements: Sequence[Any]) -> Iterator[str]:
    """The differences of the element that has the fewest."""
    if not elements:
        yield "there are none"
        return
    found = [list(differences(expected, each)) for each in elements]
    index, lines = min(enumerate(found), key=lambda each: len(each[1]))
    yield f"the nearest, number {index} of {len(elements)} counted from 0, differs:"
    yield from lines
