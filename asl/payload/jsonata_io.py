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


class _Fields:
    """Compiles a value that may hold expressions, and notes what those need."""

    def __init__(self) -> None:
        self.needs_context = False

    def compile(self, value: JSON, field: str) -> _Value | JSON:
        """A closure where something in `value` is an expression, else `value` itself: constants are shared."""
        if is_expression(value):
            return self._expression(value, field)
        if isinstance(value, dict):
            members = {key: self.compile(member, f"{field}/{key}") for key, member in value.items()}
            if not any(callable(member) for member in members.values()):
                return value
            return lambda bindings, scope: {
                key: member(bindings, scope) if callable(member) else member for key, member in members.items()
            }
        if isinstance(value, list):
            elements = [self.compile(element, f"{field}[{index}]") for index, element in enumerate(value)]
            if not any(callable(element) for element in elements):
                return value
            return lambda bindings, scope: [
                element(bindings, scope) if callable(element) else element for element in elements
            ]
        return value

    def _expression(self, text: str, field: str) -> _Value:
        from asl.jsonata import FUNCTION_NAMES, UNDEFINED, JsonataError

        expression = compiled(text)
        evaluate = expression.evaluate
        source = expression.text
        only_reads = expression.is_path and expression.references[0].name not in FUNCTION_NAMES
        self.needs_context = self.needs_context or reads(expression, "context")

        def value(bindings: Bindings, scope: Scope) -> JSON:
            try:
                result = evaluate(UNDEFINED, bindings, scope)
            except JsonataError as error:
                raise query_failed(source, field, error.code, error.message) from None
            if result is UNDEFINED:
                raise query_gave_nothing(source, field)
            return result if only_reads else _as_json(result, source, field)

        return value


def _as_json(value: Any, source: str, field: str) -> JSON:
    """The value, with numbers that are none as texts, which is what AWS makes of `[1/0]`. Shares what is JSON."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    if kind is dict:
        for key, member in value.items():
            if (made := _as_json(member, source, field)) is not member:
                value = {**value, key: made}
        return value
    if kind is list:
        for index, element in enumerate(value):
            if (made := _as_json(element, source, field)) is not element:
                value = [*value[:index], made, *value[index + 1 :]]
        return value
    if value is None or kind is str or kind is int or kind is bool:
        return value
    raise query_gave_unsupported_type(source, field)


_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def _bindings(scope: Scope, needs_context: bool, states: Bindings) -> Bindings:
    if needs_context:
        states["context"] = scope.context()
    return {**scope.variables, "states": states}


# -- single fields ---------------------------------------------------------------------------------------------------


def template(value: JSON, field: str) -> Evaluator:
    """The field `field`, which may hold expressions at any depth, as a function of the raw input."""
    fields = _Fields()
    built = fields.compile(value, field)
    if not callable(built):
        return lambda data, scope: built
    needs_context = fields.needs_context
    return lambda data, scope: built(_bindings(scope, needs_context, {"input": data}), scope)


def of_type(value: JSON, field: str, *expected: str) -> Evaluator:
    """A field that is a constant, or an expression that must give one of the types `expected`, as TYPES names them."""
    evaluate = template(value, field)
    if not is_expression(value):
        return evaluate  # the parser has checked its type
    source = compiled(value).text

    def checked(data: JSON, scope: Scope) -> JSON:
        result = evaluate(data, scope)
        if type_name(result) not in expected:
            raise query_gave_unexpected_type(source, field, expected[0], type_name(result), result)
        return result

    return checked


def whole_number(value: JSON, field: str, low: int, high: float = math.inf) -> Evaluator:
    """A field that is a whole number from `low` to `high`, or an expression that must give one."""
    evaluate = of_type(value, field, "number")
    if not is_expression(value):
        return evaluate

    def checked(data: JSON, scope: Scope) -> JSON:
        number = evaluate(data, scope)
        if not low <= number <= high or number != int(number):
            # unrecorded: the guide names the ranges; the text is ours
            wanted = f"from {low} to {high}" if math.isfinite(high) else f"of at least {low}"
            message = f"The {field} field must be a whole number {wanted}, but was: {number}"
            raise EvaluationError.of_query(message, field)
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

    __slots__ = (
        "_arguments",
        "_assign",
        "_assign_needs_context",
        "_output",
        "_output_needs_context",
        "_result_name",
        "plain_in",
        "plain_out",
    )

    def __init__(self, io: JSONataIO, place: str, result_name: str) -> None:
        inside = f"{place}/" if place else ""
        self._arguments = None if io.arguments is ABSENT else template(io.arguments, f"{inside}Arguments")
        output, assign = _Fields(), _Fields()
        self._output = None if io.output is ABSENT else output.compile(io.output, f"{inside}Output")
        self._output_needs_context = output.needs_context
        self._assign = assign.compile(io.assign, f"{inside}Assign") if io.assign else None
        self._assign_needs_context = assign.needs_context
        self._result_name = result_name
        self.plain_in = self._arguments is None
        self.plain_out = io.output is ABSENT

    def effective_input(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The raw input."""
        return raw

    def arguments(self, effective: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """Arguments; the raw input where there are none."""
        value = effective if self._arguments is None else self._arguments(effective, scope)
        if trace is not None:
            trace.append(("afterArguments", value))
        return value

    def take_in(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        return self.arguments(raw, scope, trace)

    def give_out(self, raw: JSON, result: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """Output; the result of the state's work where there is none."""
        if self.plain_out:
            return result
        return self._evaluated(self._output, self._output_needs_context, raw, result, scope)

    def assigned(self, raw: JSON, result: JSON, scope: Scope) -> dict[str, JSON] | None:
        if self._assign is None:
            return None
        values: dict[str, JSON] = self._evaluated(self._assign, self._assign_needs_context, raw, result, scope)
        return values

    def _evaluated(self, value: _Value | JSON, needs_context: bool, raw: JSON, result: JSON, scope: Scope) -> JSON:
        if not callable(value):
            return value
        return value(_bindings(scope, needs_context, {"input": raw, self._result_name: result}), scope)
