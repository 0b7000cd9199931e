"""How many items of a Map may fail before the Map does: ToleratedFailureCount and ToleratedFailurePercentage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from asl.errors import StateError
from asl.model import Map
from asl.payload import Evaluator, Scope, jsonata_io, jsonpath_io
from asl.values import JSON
from asl.wording import EvaluationError, not_a_float, not_an_integer, threshold_exceeded


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a Map tolerates; None where its definition does not say."""

    count: int | None
    percentage: float | None

    def exceeded(self, failed: int, total: int) -> StateError | None:
        """The error of a Map of which so many items failed; None where that is tolerated."""
        if self.count is not None and failed > self.count:
            return threshold_exceeded()
        if self.percentage is not None and failed * 100 > self.percentage * total:
            return threshold_exceeded()
        return None


ToleranceOf: TypeAlias = Callable[[JSON, Scope], Tolerance]


def tolerance(state: Map) -> ToleranceOf:
    """A function of the effective input and the scope that gives what the Map tolerates."""
    count = _count(state.tolerated_failure_count, state.tolerated_failure_count_path)
    percentage = _percentage(state.tolerated_failure_percentage, state.tolerated_failure_percentage_path)
    return lambda data, scope: Tolerance(
        None if count is None else count(data, scope), None if percentage is None else percentage(data, scope)
    )


def _count(value: int | str | None, path: str | None) -> Callable[[JSON, Scope], int] | None:
    evaluate = _number("ToleratedFailureCount", value, path)
    if evaluate is None:
        return None

    def count(data: JSON, scope: Scope) -> int:
        found = evaluate(data, scope)
        if type(found) is not int:
            raise not_an_integer("ToleratedFailureCountPath", found, path or "")
        if found < 0:
            raise EvaluationError("ToleratedFailureCount cannot be negative.")
        return found

    return count


def _percentage(value: float | str | None, path: str | None) -> Callable[[JSON, Scope], float] | None:
    evaluate = _number("ToleratedFailurePercentage", value, path)
    if evaluate is None:
        return None

    def percentage(data: JSON, scope: Scope) -> float:
        found = evaluate(data, scope)
        if type(found) not in (int, float):
            raise not_a_float("ToleratedFailurePercentagePath", found, path or "")
        if not 0 <= found <= 100:
            raise EvaluationError("ToleratedFailurePercentage must be between 0 and 100.")
        return float(found)

    return percentage


def _number(field: str, value: float | str | None, path: str | None) -> Evaluator | None:
    """What a field holds, or what its expression or its path gives; None where there is no such field."""
    if path is not None:
        return jsonpath_io.field_path(path)
    if isinstance(value, str):
        return jsonata_io.of_type(value, field, "number")
    return None if value is None else lambda data, scope: value
