"""The intrinsic functions: a table of calls, of calls that fail, and of calls that are not well written."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asl import intrinsics, jsonpath

CASES = json.loads((Path(__file__).parents[1] / "cases/intrinsics.json").read_text())


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
