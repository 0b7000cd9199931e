"""Writes what tasks answered down as mocks: in Python, and as the entries of a `.asltest.yaml` file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from asl.integration import Answer, Failure, Output, Pending
from asl.json_text import dumps
from asl.testing.written_values import python, python_text
from asl.values import JSON


@dataclass(frozen=True, slots=True)
class Series:
    """What the tasks of a state answer, one call after the other; with `item`, those in that iteration of a Map."""

    state: str
    answers: tuple[Answer, ...]
    item: int | None = None


def as_python(series: Iterable[Series]) -> Iterator[str]:
    """A statement for each series: `workflow.mock("Charge").fails("Declined").then.returns({})`."""
    for each in series:
        entries = _entries(each)
        for entry in entries:
            entry.pop("item", None)
        item = "" if each.item is None else f", item={each.item}"
        yield f"workflow.mock({python_text(each.state)}{item}).{'.then.'.join(_method(entry) for entry in entries)}"


def as_table(series: Iterable[Series]) -> dict[str, JSON]:
    """The value of `mocks` in a test file: by state an entry, or a list of them."""
    table: dict[str, list[JSON]] = {}
    for each in series:
        table.setdefault(each.state, []).extend(_entries(each))
    return {state: entries[0] if len(entries) == 1 else entries for state, entries in table.items()}


def _entries(series: Series) -> list[dict[str, Any]]:
    """The answers as test files have them: those that follow each other and are the same as one."""
    runs = [list(group) for _, group in groupby(map(_entry, series.answers), dumps)]
    item = {} if series.item is None else {"item": series.item}
    entries = [{**run[0], **({"times": len(run)} if len(run) > 1 else {}), **item} for run in runs]
    entries[-1].pop("times", None)  # the last answers all calls that come
    return entries


def _entry(answer: Answer) -> dict[str, Any]:
    """An answer as test files have it."""
    match answer:
        case Failure(phase="timeout"):
            return {"timeout": True}
        case Failure(error, cause, duration_ms=duration):
            name = error or ""
            return {"fail": name if cause is None else {"error": name, "cause": cause}, **_after(duration)}
        case Pending():
            return {"wait": True}
        case Output(value, duration):
            is_invoke = isinstance(value, dict) and set(value) == {"ExecutedVersion", "Payload", "StatusCode"}
            return {**({"payload": value["Payload"]} if is_invoke else {"return": value}), **_after(duration)}


def _after(milliseconds: int) -> dict[str, float]:
    return {"after": seconds(milliseconds)} if milliseconds else {}


def seconds(milliseconds: int) -> float:
    """Milliseconds as seconds, a whole number where they are one."""
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def _method(entry: dict[str, Any]) -> str:
    """The method of a mock that gives the answer of an entry."""
    arguments: list[str]
    match entry:
        case {"timeout": _}:
            method, arguments = "times_out", []
        case {"wait": _}:
            method, arguments = "waits", []
        case {"fail": {"error": error, "cause": cause}}:
            method, arguments = "fails", [python_text(error), python_text(cause)]
        case {"fail": error}:
            method, arguments = "fails", [python_text(error)]
        case {"payload": value}:
            method, arguments = "returns_payload", [python(value)]
        case _:
            method, arguments = "returns", [python(entry["return"])]
    arguments += [f"{name}={entry[name]}" for name in ("times", "after") if name in entry]
    return f"{method}({', '.join(arguments)})"
