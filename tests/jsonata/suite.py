"""The cases of the language's own test suite, with what the reference implementation answers to each."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from asl import jsonata
from asl.jsonata import AWS, STANDALONE, UNDEFINED, Function, JsonataError, Level, Limits, dumps
from tests.conformance.recordings import corpus

ANSWERS: dict[Level, str] = {"2.0.6": "js206", "2.2": "js222"}
LEVELS: tuple[Level, ...] = ("2.0.6", "2.2")
LEFT_OUT = "function-eval/"
"""`$eval` is no part of either level here."""

LARGE = ("flattening/large", "range-operator/case021", "range-operator/case024")
"""Cases with arrays of hundreds of thousands of elements and more."""

DEEP_OR_LONG = frozenset({"U1001", "U1002"})
"""The suite stops by time what is stopped by work here."""


def cases() -> list[dict[str, Any]]:
    """The cases, each with its `data`; none where the suite is not on this machine."""
    folder = corpus("jsonata")
    if folder is None:
        return []
    datasets = json.loads((folder / "datasets.json").read_text("utf-8"))
    found = json.loads((folder / "suite.json").read_text("utf-8"))
    for case in found:
        case["data"] = datasets[case["dataset"]] if case.get("dataset") else case.get("data", UNDEFINED)
    return [case for case in found if not case["id"].startswith(LEFT_OUT)]


def levels(case: dict[str, Any]) -> tuple[Level, ...]:
    """The levels that a case is about: those with the largest arrays are about the wide bounds only."""
    return ("2.2",) if case["id"].startswith(LARGE) else LEVELS


@functools.cache
def known_differences(level: Level) -> dict[str, str]:
    """The cases that are known to differ, by id, with the reason."""
    known: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("known_differences.json").read_text("utf-8"))
    return known[level]


def wanted(case: dict[str, Any], level: Level) -> dict[str, Any]:
    """What the reference implementation answers, or where it was not asked, what the suite demands."""
    answer: dict[str, Any] = case[ANSWERS[level]]
    if "skipped" not in answer:
        return answer
    expected: dict[str, Any] = case["expect"]
    return {"text": dumps(expected["result"])} if "result" in expected else expected


def answered(case: dict[str, Any], level: Level) -> dict[str, Any]:
    """What this engine answers, in the same form."""
    limits = STANDALONE
    if "code" in case["expect"] and "timelimit" in case:
        limits = Limits(depth=max(case["depth"], AWS.depth), memory=STANDALONE.memory, steps=200_000)
    try:
        result = jsonata.compile(case["expr"], level).evaluate(case["data"], case.get("bindings"), limits=limits)
    except JsonataError as error:
        return {"code": error.code, "message": error.message}
    if result is UNDEFINED or isinstance(result, Function):
        return {"undefined": True}
    return {"text": dumps(result)}


def same(case: dict[str, Any], want: dict[str, Any], got: dict[str, Any]) -> bool:
    if "undefined" in want:
        return "undefined" in got
    if "text" in want:
        if case.get("unordered") and "text" in got:
            return sorted(map(str, json.loads(want["text"]))) == sorted(map(str, json.loads(got["text"])))
        return got.get("text") == want["text"]
    if want.get("code") in DEEP_OR_LONG and got.get("code") in DEEP_OR_LONG:
        return True
    return got.get("code") == want.get("code") and want.get("message", got.get("message")) == got.get("message")
