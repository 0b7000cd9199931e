"""What a failing test is told of its runs: where the path left the expected one, what of the data differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from io import StringIO
from typing import Any, Final

from asl.history import render_all
from asl.hosts.run import Run
from asl.hosts.visits import Visit
from asl.story import Story
from asl.testing.matching import Partial, differences, shown

_WIDTH: Final = 120


def comparison(runs: Sequence[Run], operator: str, left: Any, right: Any) -> list[str] | None:
    """Lines that explain why `left operator right` does not hold; None where there is nothing to say.

    The value of a run is to be on the left: `run.path`, `run.output`; a partial match on either side.
    """
    if operator == "in" and isinstance(left, Partial) and isinstance(right, list):
        return ["no element is as expected", *_nearest(left, right)]
    if operator != "==":
        return None
    if left is None and runs and not runs[-1].succeeded and isinstance(right, Partial | dict | list):
        return [f"{runs[-1].machine.name} gave no output", *ending(runs[-1]), *hints(runs[-1])]
    for run in reversed(runs):
        if isinstance(right, list) and left == run.path and all(isinstance(each, str) for each in right):
            return [f"the path of {run.machine.name} is not as expected", *path(run, right)]
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


def _nearest(expected: Partial, elements: Sequence[Any]) -> Iterator[str]:
    """The differences of the element that has the fewest."""
    if not elements:
        yield "there are none"
        return
    found = [list(differences(expected, each)) for each in elements]
    index, lines = min(enumerate(found), key=lambda each: len(each[1]))
    yield f"the nearest, number {index} of {len(elements)} counted from 0, differs:"
    yield from lines


def path(run: Run, expected: Sequence[str]) -> Iterator[str]:
    """The path of a run beside the expected one: `-` before what was expected, `+` before what was taken instead."""
    visits = run.visits
    taken = [visit.name for visit in visits]
    for step, first, last, since, until in SequenceMatcher(None, list(expected), taken, False).get_opcodes():
        if step == "equal":
            yield from (f"  {_told(visit)}" for visit in visits[since:until])
        else:
            yield from (f"- {name}   (expected)" for name in expected[first:last])
            yield from (f"+ {_told(visit)}" for visit in visits[since:until])
    yield from ending(run)


def _told(visit: Visit) -> str:
    notes = [] if visit.item is None else [f"item {visit.item}"]
    if visit.attempts > 1:
        notes.append(f"{visit.attempts} attempts")
    if visit.error is not None:
        notes.append(f"error {visit.error}{': ' if visit.cause else ''}{shown(visit.cause) if visit.cause else ''}")
    return visit.name + (f"   ({', '.join(notes)})" if notes else "")


def ending(run: Run) -> Iterator[str]:
    """How a run ended, where it did not succeed."""
    if run.status == "RUNNING":
        waiting = ", ".join(dict.fromkeys(run.waiting_for.values()))
        yield f"  RUNNING{', awaits an answer for ' if waiting else ''}{waiting}"
    elif not run.succeeded:
        place = f" at {run.failed_at}" if run.failed_at is not None else ""
        yield f"  {run.status}{place}: {run.error}{': ' if run.cause else ''}{run.cause or ''}"


def hints(run: Run) -> Iterator[str]:
    """What is probably wrong with the test, where the error of a run looks so."""
    if run.succeeded or "Payload" not in (run.cause or ""):
        return
    for event in run.recorded:
        if event.type != "TaskSucceeded" or event.details is None:
            continue
        service, action, output = (event.details[name] for name in ("resourceType", "resource", "output"))
        if service == "lambda" and action == "invoke" and not (isinstance(output, dict) and "Payload" in output):
            yield (
                f"lambda:invoke answered {shown(output)}, without Payload; what the function returns is mocked with"
                " .returns_payload(...), in a test file with `payload: ...`"
            )
            return


def story(run: Run) -> str:
    """What happened in a run, a line for each step, with the data."""
    stream = StringIO()
    teller = Story(stream, width=_WIDTH, clock="virtual time", title=run.machine.name, outcome=False)
    for event in render_all(run.recorded):
        teller.feed(event)
    teller.close()
    return stream.getvalue() + "".join(
        f"{line}\n" for line in (*ending(run), *(f"  hint: {hint}" for hint in hints(run)))
    )
