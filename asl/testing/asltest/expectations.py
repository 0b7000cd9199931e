"""Whether an execution went as a test file expects, and what of it did not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from asl.hosts.run import Run
from asl.source import Document
from asl.source_text import below
from asl.testing.asltest.outcome import Failure
from asl.testing.matching import differences, shown
from asl.testing.run_report import path_difference
from asl.values import JSON

_REGEX: Final = re.compile(r"/(.+)/", re.DOTALL)


def regex(expected: str) -> str | None:
    """The regular expression in `/expression/`, None for other text."""
    found = _REGEX.fullmatch(expected)
    return found[1] if found else None


def unmet(expect: Mapping[str, Any], run: Run, document: Document, pointer: str) -> Iterator[Failure]:
    """What of `expect`, which stands at `pointer` in a test file, did not come of a run, in the order of the file.

    Whether it succeeded comes first, when nothing else is said of how it ends.
    """
    if not expect.keys() & {"status", "error", "not_error", "cause"} and not run.succeeded:
        at = pointer if document.locate(pointer) else pointer.rpartition("/")[0]
        yield Failure(_status("SUCCEEDED", run), document.locate(at, key=True))
    for name, expected in expect.items():
        for at, lines in _unmet(name, expected, run, below(pointer, name)):
            yield Failure(tuple(lines), document.locate(at, key=True) or document.locate(at))


def _unmet(name: str, expected: Any, run: Run, at: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The places of what is not met, each with the lines that tell of it."""
    match name:
        case "status":
            if run.status != expected:
                yield at, _status(expected, run)
        case "error":
            if not _matches(expected, run.error):
                yield at, [f"error: expected {expected}, got {run.error or f'none: {run.status}'}"]
        case "not_error":
            if _matches(expected, run.error):
                yield at, [f"error: expected another than {expected}, or none"]
        case "cause":
            yield from _cause(expected, run.cause, at)
        case "output" | "exact_output":
            yield from _output(name, expected, run, at)
        case "path":
            if run.path != expected:
                yield at, ["path: not as expected", *path_difference(run, expected)]
        case "calls":
            for state, calls in expected.items():
                yield from _calls(state, calls, run.state(state).calls, below(at, state))
        case "attempts":
            for state, number in expected.items():
                if (attempts := run.state(state).attempts) != number:
                    yield below(at, state), [f"attempts of {state}: expected {number:g}, got {attempts}"]
        case "events":
            yield from _events(expected, run.events, at)
        case "variables":
            variables = run.execution.info.variables | _assigned(run)
            for variable, value in expected.items():
                if lines := list(differences({variable: value}, variables)):
                    yield below(at, variable), ["variables: not as expected", *lines]
        case "duration":
            if round(expected * 1000) != run.duration_ms:
                yield at, [f"duration: expected {expected:g} s, got {run.duration_ms / 1000:g} s"]
        case "next":
            if (following := run.next_state) != expected:
                yield at, [f"next: expected {shown(expected)}, got {shown(following)}"]


def _assigned(run: Run) -> dict[str, JSON]:
    """The variables that states assigned, each with its last value; those inside of a Map or Parallel too."""
    assigned: dict[str, JSON] = {}
    for event in run.recorded:
        assigned |= (event.details or {}).get("assignedVariables", {})
    return assigned


def _status(expected: str, run: Run) -> tuple[str, ...]:
    line = f"status: expected {expected}, got {run.status}"
    if run.status == "RUNNING" and run.waiting_for:
        state = next(iter(run.waiting_for.values()))
        return line, f"a task waits; answer it with `answers: [{{at: SECONDS, state: {state}, success: {{}}}}]`"
    return (line,)


def _matches(expected: str, actual: str | None) -> bool:
    expression = regex(expected)
    if expression is None:
        return expected == (actual or "")
    return re.search(expression, actual or "") is not None


def _cause(expected: Any, actual: str | None, at: str) -> Iterator[tuple[str, Sequence[str]]]:
    if isinstance(expected, str):
        if not _matches(expected, actual):
            yield at, [f"cause: expected {shown(expected)}, got {shown(actual)}"]
        return
    try:
        value = json.loads(actual or "")
    except ValueError:
        yield at, [f"cause: expected an object as JSON, got {shown(actual)}"]
        return
    if lines := list(differences(expected, value)):
        yield at, ["cause: not as expected", *lines]


def _output(name: str, expected: JSON, run: Run, at: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Differences by the member of the output that they are in, so that each has its own place."""
    if not run.succeeded:
        yield at, [f"{name}: there is none: {run.status}"]
        return
    output, whole = run.output, name == "exact_output"
    if not (isinstance(expected, dict) and isinstance(output, dict)):
        if lines := list(differences(expected, output, whole=whole)):
            yield at, [f"{name}: not as expected", *lines]
        return
    for key, member in expected.items():
        if lines := list(differences({key: member}, output)) if not whole else _member(key, member, output):
            yield below(at, key), [f"{name}: not as expected", *lines]
    if whole and (
        lines := list(differences({}, {key: output[key] for key in output if key not in expected}, whole=True))
    ):
        yield at, [f"{name}: not as expected", *lines]


def _member(key: str, expected: JSON, output: dict[str, JSON]) -> list[str]:
    return list(differences({key: expected}, {key: output[key]} if key in output else {}, whole=True))


def _calls(state: str, expected: list[JSON], calls: list[JSON], at: str) -> Iterator[tuple[str, Sequence[str]]]:
    if len(expected) != len(calls):
        sent = [f"{number}: {shown(arguments)}" for number, arguments in enumerate(calls)]
        yield at, [f"calls of {state}: expected {len(expected)}, got {len(calls)}", *sent]
        return
    for number, (wanted, arguments) in enumerate(zip(expected, calls, strict=True)):
        if lines := list(differences(wanted, arguments)):
            yield below(at, number), [f"call {number} of {state}: not as expected", *lines]


def _events(expected: list[JSON], events: list[dict[str, Any]], at: str) -> Iterator[tuple[str, Sequence[str]]]:
    if len(expected) != len(events):
        names = [f"{each['source']} {each['detail-type']}: {shown(each['detail'])}" for each in events]
        yield at, [f"events: expected {len(expected)}, got {len(events)}", *names]
        return
    for number, (wanted, event) in enumerate(zip(expected, events, strict=True)):
        if lines := list(differences(wanted, event)):
            yield below(at, number), [f"event {number}: not as expected", *lines]
