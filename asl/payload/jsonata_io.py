"""Input and output processing of JSONata states: `Arguments`, `Output`, `Assign` and the fields that take expressions.

A text `{% ... %}` anywhere in a field is an expression; everything else stands for itself. Expressions see `$states`
(the raw input, the context object, and after the work its result or error) and the variables; there is no context item.
The order is AWS's:

    raw input -> Arguments -> the state's work -> Output, and Assign beside it
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from asl.limits import NESTING
from asl.model import JSONataIO
from asl.payload.scope import Evaluator, Scope, Trace
from asl.values import ABSENT, JSON
from asl.wording import (
    EvaluationError,
    query_failed,
    query_gave_nothing,
    query_gave_unexpected_type,
    query_gave_unsupported_type,
)

if TYPE_CHECKING:  # the engine is loaded when the first expression is met: many machines have none
    from asl.jsonata import Expression

Bindings: TypeAlias = dict[str, Any]
"""What an expression sees: `states` and the variables."""

_Value: TypeAlias = Callable[[Bindings, Scope], JSON]


# -- expressions -----------------------------------------------------------------------------------------------------


def is_expression(value: JSON) -> bool:
    """Whether a value is the text of an expression. White space around the marks makes it a text like any other."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


@lru_cache(maxsize=4096)
def compiled(text: str) -> "Expression":
    """The expression between the marks of a text. Raises JsonataError."""
    from asl import jsonata

    return jsonata.compile(text[2:-2].strip())


def reads(expression: "Expression", name: str) -> bool:
    """Whether an expression may read `$states.<name>`."""
    return any(
        reference.name == "states" and (not reference.fields or reference.fields[0] == name)
        for reference in expression.references
    )


class _Field:
    """A compiled field that may hold expressions at any depth."""

    __slots__ = ("_built", "_needs_context")

    def __init__(self, value: JSON, place: str) -> None:
        self._needs_context = False
        self._built = self._compile(value, place)

    def evaluate(self, scope: Scope, states: Bindings) -> JSON:
        """The field's value, where expressions see `states` as `$states`, with the context object if they read it."""
        built = self._built
        if not callable(built):
            return built
        if self._needs_context:
            states["context"] = scope.context()
        return built({**scope.variables, "states": states}, scope)

    def _compile(self, value: JSON, place: str) -> _Value | JSON:
        """A closure where something in `value` is an expression, else `value` itself: constants are shared."""
        if is_expression(value):
            return self._expression(value, place)
        if isinstance(value, dict):
            members = {key: self._compile(member, f"{place}/{key}") for key, member in value.items()}
            if not any(callable(member) for member in members.values()):
                return value
            return lambda bindings, scope: {
                key: member(bindings, scope) if callable(member) else member for key, member in members.items()
            }
        if isinstance(value, list):
            elements = [self._compile(element, f"{place}[{index}]") for index, element in enumerate(value)]
            if not any(callable(element) for element in elements):
                return value
            return lambda bindings, scope: [
                element(bindings, scope) if callable(element) else element for element in elements
            ]
        return value

    def _expression(self, text: str, place: str) -> _Value:
        from asl.jsonata import FUNCTION_NAMES, UNDEFINED, JsonataError

        expression = compiled(text)
        evaluate = expression.evaluate
        source = expression.text
        only_reads = expression.is_path and expression.references[0].name not in FUNCTION_NAMES
        self._needs_context = self._needs_context or reads(expression, "context")

        def value(bindings: Bindings, scope: Scope) -> JSON:
            try:
                result = evaluate(UNDEFINED, bindings, scope)
                if result is not UNDEFINED:
                    return result if only_reads else as_json(result, source, place)
            except JsonataError as error:
                raise query_failed(source, place, error.code, error.message) from None
            except RecursionError:
                too_deep = JsonataError("U1001")
                raise query_failed(source, place, too_deep.code, too_deep.message) from None
            raise query_gave_nothing(source, place)

        return value


def as_json(value: Any, source: str, field: str, room: int = NESTING) -> JSON:
    """The value, with numbers that are none as texts, which is what AWS makes of `[1/0]`. Shares what is JSON.

    Raises RecursionError for one that is nested deeper than `room`.
    """
    kind = type(value)
    if room < 0:
        raise RecursionError
    if kind is float:
        return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    if kind is dict or kind is list:
        copy = None
        for key, member in value.items() if kind is dict else enumerate(value):
            if (made := as_json(member, source, field, room - 1)) is not member:
                copy = value.copy() if copy is None else copy
                copy[key] = made
        return value if copy is None else copy
    if value is None or kind is str or kind is int or kind is bool:
        return value
    raise query_gave_unsupported_type(source, field)


_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


# -- single fields ---------------------------------------------------------------------------------------------------


def template(value: JSON, place: str) -> Evaluator:
    """The field at `place`, which may hold expressions at any depth, as a function of the raw input."""
    field = _Field(value, place)
    return lambda data, scope: field.evaluate(scope, {"input": data})


def of_type(value: JSON, place: str, *expected: str) -> Evaluator:
    """A field that is a constant, or an expression that must give one of the types `expected`, as TYPES names them."""
    evaluate = template(value, place)
    if not is_expression(value):
        return evaluate  # the parser has checked its type
    source = compiled(value).text

    def checked(data: JSON, scope: Scope) -> JSON:
        result = evaluate(data, scope)
        if type_name(result) not in expected:
            raise query_gave_unexpected_type(source, place, expected[0], type_name(result), result)
        return result

    return checked


def whole_number(text: str, place: str, low: int, high: float = math.inf) -> Evaluator:
    """An expression that must give a whole number from `low` to `high`."""
    evaluate = of_type(text, place, "number")

    def checked(data: JSON, scope: Scope) -> JSON:
        number = evaluate(data, scope)
        if not low <= number <= high or number != int(number):
            # unrecorded: the guide names the ranges; the text is ours
            wanted = f"from {low} to {high}" if math.isfinite(high) else f"of at least {low}"
            message = f"The {place} field must be a whole number {wanted}, but was: {number}"
            raise EvaluationError.of_query(message, place)
        return int(number)

    return checked


def type_name(value: JSON) -> str:
    """What AWS calls the type of a value."""
    return TYPES[type(value)]


TYPES: Final = {
    dict: "object",
    list: "array",
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


# -- the whole way ---------------------------------------------------------------------------------------------------


class JSONataDataflow:
    """The compiled input and output fields of a JSONata state, of a catcher or of a choice rule."""

    __slots__ = ("_arguments", "_assign", "_output", "_result_name", "plain_in", "plain_out")

    def __init__(self, io: JSONataIO, place: str, result_name: str | None) -> None:
        inside = f"{place}/" if place else ""
        self._arguments = None if io.arguments is ABSENT else _Field(io.arguments, f"{inside}Arguments")
        self._output = None if io.output is ABSENT else _Field(io.output, f"{inside}Output")
        self._assign = _Field(io.assign, f"{inside}Assign") if io.assign else None
        self._result_name = result_name
        self.plain_in = self._arguments is None
        self.plain_out = self._output is None

    def effective_input(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The raw input."""
        return raw

    def arguments(self, effective: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """Arguments; the raw input where there are none."""
        value = effective if self._arguments is None else self._arguments.evaluate(scope, {"input": effective})
        if trace is not None:
            value = trace.after("afterArguments", value)
        return value

    def take_in(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        return self.arguments(raw, scope, trace)

    def give_out(self, raw: JSON, result: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """Output; the result of the state's work where there is none."""
        return result if self._output is None else self._output.evaluate(scope, self._states(raw, result))

    def assigned(self, raw: JSON, result: JSON, scope: Scope) -> dict[str, JSON] | None:
        if self._assign is None:
            return None
        values: dict[str, JSON] = self._assign.evaluate(scope, self._states(raw, result))
        return values

    def _states(self, raw: JSON, result: JSON) -> Bindings:
        return {"input": raw} if self._result_name is None else {"input": raw, self._result_name: result}
