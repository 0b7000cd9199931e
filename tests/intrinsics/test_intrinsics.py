"""The intrinsic functions: a table of calls, of calls that fail, and of calls that are not well written."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asl import intrinsics, jsonpath

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/cases/intrinsics.json").read_text())
CONFORMANCE = Path(os.environ.get("ASL_CONFORMANCE", ROOT.parent / "shared/conformance"))
RECORDED = CONFORMANCE / "aws/cases/intrinsic_functions"


class Scope:
    def uuid(self) -> str:
        return "00000000-0000-4000-8000-000000000000"

    def random(self) -> float:
        return random.Random(1).random()


def path(text: str) -> Callable[[Any, Any], Any]:
    get = jsonpath.compile(text).get
    return lambda data, scope: get(data)


def call(text: str) -> Any:
    return intrinsics.compile(text, path)(CASES["data"], Scope())


@pytest.mark.parametrize("case", CASES["results"], ids=lambda case: case["call"])
def test_result(case: Any) -> None:
    assert json.dumps(call(case["call"])) == json.dumps(case["expect"])


@pytest.mark.parametrize("case", CASES["failures"], ids=lambda case: case["call"])
def test_failure(case: Any) -> None:
    with pytest.raises(intrinsics.IntrinsicFailure, match=case["message"]):
        call(case["call"])


@pytest.mark.parametrize("case", CASES["invalid"], ids=lambda case: case["call"][:40])
def test_invalid(case: Any) -> None:
    with pytest.raises(intrinsics.IntrinsicError) as wrong:
        call(case["call"])
    assert (wrong.value.position, case["message"] in wrong.value.message) == (case["position"], True), wrong.value


def test_misspelt_function_has_a_hint() -> None:
    with pytest.raises(intrinsics.IntrinsicError) as wrong:
        call("States.Fromat('{}', 1)")
    assert wrong.value.hint == "did you mean 'States.Format'?"


def test_all_eighteen() -> None:
    assert len(intrinsics.FUNCTIONS) == 18


def test_random_numbers() -> None:
    assert call("States.UUID()") == Scope().uuid()
    assert call("States.MathRandom(1, 2)") == 1
    assert call("States.MathRandom(0, 1000, 7)") == call("States.MathRandom(0, 1000, 7)")
    assert -99999 <= call("States.MathRandom(-99999, -9999)") < -9999


@pytest.mark.parametrize(("text", "expected"), [("States.UUID()", True), (" States.X", True), ("$.States.a", False)])
def test_is_intrinsic(text: str, expected: bool) -> None:
    assert intrinsics.is_intrinsic(text) is expected


def test_values_that_are_nested_too_deep_fail() -> None:
    value: Any = {}
    for _ in range(100_000):
        value = {"x": value}
    for text in ("States.JsonToString($)", "States.Format('{}', $)", "States.Hash($, 'MD5')"):
        with pytest.raises(intrinsics.IntrinsicFailure, match="too deep"):
            intrinsics.compile(text, path)(value, Scope())
    while value:
        value = value["x"]


@pytest.mark.skipif(not RECORDED.exists(), reason=f"no conformance data at {CONFORMANCE}")
def test_recorded_on_aws() -> None:
    """Each recorded result; those of the context object and of chance are only compiled."""
    compared = 0
    for file in sorted(RECORDED.glob("*.json")):
        case = json.loads(file.read_text())
        for state in case["definition"]["States"].values():
            text = state.get("Parameters", {}).get("FunctionResult.$")
            if text is None:
                continue  # in JSONata
            evaluate = intrinsics.compile(text, path if "$$" not in text else lambda name: lambda data, scope: None)
            if "$$" in text or "Random" in text or "UUID" in text:
                continue
            for execution in case["executions"]:
                got = evaluate(execution["input"], Scope())
                wanted = execution["expected"]["output"]["FunctionResult"]
                assert json.dumps(got) == json.dumps(wanted), (file.name, execution["input"])
                compared += 1
    assert compared > 50
