"""The language's own test suite: the answers are those of the reference implementation, text by text."""

from __future__ import annotations

from typing import Any

import pytest

from asl.jsonata import Level
from tests.jsonata.suite import LEVELS, answered, cases, known_differences, levels, same, wanted

CASES = cases()


@pytest.mark.skipif(not CASES, reason="the suite is not on this machine")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_answer_is_that_of_the_reference(case: dict[str, Any]) -> None:
    for level in levels(case):
        want, got = wanted(case, level), answered(case, level)
        reason = known_differences(level).get(case["id"])
        if reason is None:
            assert same(case, want, got), f"{case['expr']} ({level})\nwanted {want}\n   got {got}"
        else:
            assert not same(case, want, got), f"listed as a difference ({reason}), but is as the reference has it"


@pytest.mark.skipif(not CASES, reason="the suite is not on this machine")
@pytest.mark.parametrize("level", LEVELS)
def test_every_known_difference_is_a_case(level: Level) -> None:
    assert known_differences(level).keys() <= {case["id"] for case in CASES}
