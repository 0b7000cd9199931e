"""Input and output processing of JSONPath states: `InputPath` ... `OutputPath`, each compiled once to a closure.

A compiled field is a function of the data (`$`) and a scope (`$$`, the variables, and the execution's randomness). The
order is AWS's:

    raw input -> InputPath -> Parameters -> the state's work -> ResultSelector -> ResultPath -> OutputPath

`Assign` is evaluated on what the state's work gave, beside all that comes after it.
"""

import re
from collections.abc import Callable, Iterable

from asl import intrinsics, jsonpath
from asl.jsonpath import PathNotAssignable, PathNotFound
from asl.model import JSONPathIO
from asl.payload.scope import Evaluator, Scope, Trace
from asl.values import ABSENT, JSON
from asl.wording import (
    intrinsic_failed,
    path_not_found,
    result_path_not_applicable,
    template_path_not_found,
)

_VARIABLE = re.compile(r"\$([^\W\d]\w*)")


# -- single fields ---------------------------------------------------------------------------------------------------


class VariableNotAssigned(PathNotFound):
    """A path begins with a variable that is not assigned."""

    def __init__(self, name: str) -> None:
        super().__init__((), None)
        self._name = name

    @property
    def detail(self) -> str:
        # unrecorded: what AWS says of it
        return f"The variable '${self._name}' is not assigned"


def _identity(data: JSON, scope: Scope) -> JSON:
    return data


def path(text: str) -> Evaluator:
    """The value at a path of the data (`$...`), of the context object (`$$...`) or of a variable (`$name...`).

    The closure raises PathNotFound.
    """
    if text == "$":
        return _identity
    if text.startswith("$$"):
        from_context = jsonpath.compile(text[1:]).get
        return lambda data, scope: from_context(scope.context())
    variable, rest = split_variable(text)
    get = jsonpath.compile(rest).get
    if variable is None:
        return lambda data, scope: get(data)

    def of_variable(data: JSON, scope: Scope) -> JSON:
        if variable not in scope.variables:
            raise VariableNotAssigned(variable)
        return get(scope.variables[variable])

    return of_variable


def split_variable(text: str) -> tuple[str | None, str]:
    """The name of the variable that a path begins with, and the path below it: `$a.b` is ("a", "$.b").

    None and the path itself where it begins with the data.
    """
    begin = _VARIABLE.match(text)
    if begin is None:
        return None, text
    end = begin.end()
    while end < len(text) and text[1 : end + 1].isidentifier():  # marks that combine with a letter are no \w
        end += 1
    return text[1:end], f"${text[end:]}"


def field_path(text: str) -> Evaluator:
    """A path in a field such as InputPath. The closure raises EvaluationError in AWS's words."""
    evaluate = path(text)
    if evaluate is _identity:
        return evaluate

    def value(data: JSON, scope: Scope) -> JSON:
        try:
            return evaluate(data, scope)
        except PathNotFound as missing:
            raise path_not_found(text, missing.detail) from None

    return value


def expression(text: str, field: str) -> Evaluator:
    """A path or intrinsic call, as in the field `field` of a payload template, or in ErrorPath."""
    if not intrinsics.is_intrinsic(text):
        evaluate = path(text)
        if evaluate is _identity:
            return evaluate

        def at_path(data: JSON, scope: Scope) -> JSON:
            try:
                return evaluate(data, scope)
            except PathNotFound:
                raise template_path_not_found(text, field, data) from None

        return at_path

    def argument(argument_text: str) -> Evaluator:
        evaluate = path(argument_text)

        def at_path(data: JSON, scope: Scope) -> JSON:
            try:
                return evaluate(data, scope)
            except PathNotFound:
                raise template_path_not_found(argument_text, field, data) from None

        return at_path

    call = intrinsics.compile(text, argument)

    def result(data: JSON, scope: Scope) -> JSON:
        try:
            return call(data, scope)
        except intrinsics.IntrinsicFailure as failure:
            raise intrinsic_failed(text, str(failure)) from None

    return result


# -- payload templates -----------------------------------------------------------------------------------------------


def template(value: JSON) -> Evaluator:
    """The payload template `value` (Parameters, ResultSelector, ItemSelector) as a function of the data."""
    built = _template(value)
    if callable(built):
        return built
    return lambda data, scope: built


def _template(value: JSON) -> Evaluator | JSON:
    """A closure where something in `value` depends on the data, else `value` itself: constants are shared."""
    if isinstance(value, dict):
        return _object_template(value)
    if isinstance(value, list):
        elements = [_template(element) for element in value]
        if not any(callable(element) for element in elements):
            return value
        return lambda data, scope: [element(data, scope) if callable(element) else element for element in elements]
    return value


def _object_template(value: dict[str, JSON]) -> Evaluator | JSON:
    constants: dict[str, JSON] = {}
    nested: list[tuple[str, Evaluator]] = []
    selected: dict[str, Evaluator] = {}
    for key, member in value.items():
        if key.endswith(".$"):
            selected[key[:-2]] = expression(member, key)
        else:
            built = _template(member)
            constants[key] = None if callable(built) else built  # None holds the place of the key
            if callable(built):
                nested.append((key, built))
    fields = (*nested, *((key, selected[key]) for key in _in_order_of_service(selected)))
    if not fields:
        return value
    if not constants:
        if len(fields) == 1:
            ((only_key, only),) = fields
            return lambda data, scope: {only_key: only(data, scope)}
        return lambda data, scope: {key: evaluate(data, scope) for key, evaluate in fields}

    def result(data: JSON, scope: Scope) -> JSON:
        filled = constants.copy()
        for key, evaluate in fields:
            filled[key] = evaluate(data, scope)
        return filled

    return result


def _in_order_of_service(keys: Iterable[str]) -> list[str]:
    """The `.$` fields of an object in the order in which AWS puts them behind the fields that are written out.

    All recordings agree with the iteration order of a Java HashMap of the names: by bucket, which the name's
    `String.hashCode` chooses, and as written within a bucket.
    """
    names = list(keys)
    buckets = 16
    while len(names) > buckets * 3 // 4:
        buckets *= 2

    def bucket(name: str) -> int:
        code = 0
        utf16 = name.encode("utf-16-be", "surrogatepass")
        for high, low in zip(utf16[::2], utf16[1::2], strict=True):
            code = (code * 31 + (high << 8 | low)) & 0xFFFFFFFF
        return (code ^ code >> 16) & (buckets - 1)

    return sorted(names, key=bucket)


# -- the whole way ---------------------------------------------------------------------------------------------------


class JSONPathDataflow:
    """The compiled input and output fields of a JSONPath state, of a catcher or of a choice rule."""

    __slots__ = (
        "_assign",
        "_input_path",
        "_output_path",
        "_parameters",
        "_result_path",
        "_result_selector",
        "plain_in",
        "plain_out",
    )

    def __init__(self, io: JSONPathIO) -> None:
        self._input_path = _path_or_nothing(io.input_path)
        self._parameters = None if io.parameters is ABSENT else template(io.parameters)
        self._result_selector = None if io.result_selector is ABSENT else template(io.result_selector)
        self._result_path = result_placement(io.result_path)
        self._output_path = _path_or_nothing(io.output_path)
        self._assign = template(io.assign) if io.assign else None
        self.plain_in = self._input_path is None and self._parameters is None
        self.plain_out = self._result_selector is None and self._result_path is None and self._output_path is None

    def effective_input(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The raw input after InputPath."""
        value = raw if self._input_path is None else self._input_path(raw, scope)
        if trace is not None:
            value = trace.after("afterInputPath", value)
        return value

    def arguments(self, effective: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The effective input after Parameters."""
        value = effective if self._parameters is None else self._parameters(effective, scope)
        if trace is not None:
            value = trace.after("afterParameters", value)
        return value

    def take_in(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        return self.arguments(self.effective_input(raw, scope, trace), scope, trace)

    def give_out(self, raw: JSON, result: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The result after ResultSelector, placed into the raw input by ResultPath, after OutputPath."""
        if self._result_selector is not None:
            result = self._result_selector(result, scope)
        if trace is not None:
            result = trace.after("afterResultSelector", result)
        value = result if self._result_path is None else self._result_path(raw, result)
        if trace is not None:
            value = trace.after("afterResultPath", value)
        return value if self._output_path is None else self._output_path(value, scope)

    def assigned(self, raw: JSON, result: JSON, scope: Scope) -> dict[str, JSON] | None:
        return None if self._assign is None else self._assign(result, scope)


def _path_or_nothing(text: str | None) -> Evaluator | None:
    """The compiled path; None for `$`, which changes nothing; null gives an empty object."""
    if text == "$":
        return None
    return field_path(text) if text is not None else lambda data, scope: {}


def result_placement(text: str | None) -> Callable[[JSON, JSON], JSON] | None:
    """A function of raw input and result that gives the raw input with the result at ResultPath; None for `$`."""
    if text == "$":
        return None
    if text is None:
        return lambda raw, result: raw
    assign = jsonpath.compile(text).assign

    def placed(raw: JSON, result: JSON) -> JSON:
        try:
            return assign(raw, result)
        except PathNotAssignable:
            raise result_path_not_applicable(text, raw) from None

    return placed
