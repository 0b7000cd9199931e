"""The intrinsic functions of JSONPath states: `States.Format('order {}', $.id)`, compiled once to a closure."""

from collections.abc import Callable
from typing import Any, TypeAlias

from asl.intrinsics.functions import FUNCTIONS, IntrinsicFailure, Scope, fill
from asl.intrinsics.parser import Argument, Call, Constant, IntrinsicError, PathArgument, parse, unescaped
from asl.intrinsics.text import format_template
from asl.values import JSON

__all__ = ["FUNCTIONS", "Evaluate", "IntrinsicError", "IntrinsicFailure", "Scope", "compile", "is_intrinsic"]

Evaluate: TypeAlias = Callable[[JSON, Any], JSON]
PathCompiler: TypeAlias = Callable[[str], Evaluate]


def is_intrinsic(text: str) -> bool:
    """Whether the text is meant as a call of an intrinsic function, rather than a path."""
    return text.lstrip().startswith("States.")


def compile(text: str, path: PathCompiler) -> Evaluate:
    """The call as a function of the data (`$`) and a `Scope`.

    `path` compiles a path argument. Raises IntrinsicError, and what `path` raises; the closure raises IntrinsicFailure.
    """
    return _call(text, parse(text), path)


def _call(text: str, call: Call, path: PathCompiler) -> Evaluate:
    if call.name == "States.Format":
        template, *others = call.arguments
        if isinstance(template, Constant) and isinstance(template.value, str):
            parts = format_template(template.value)
            if len(parts) - 1 != len(others):
                message = f"the template has {len(parts) - 1} places '{{}}' for {len(others)} arguments"
                raise IntrinsicError(text, call.position, message)
            values = [_argument(text, each, path) for each in others]
            return lambda data, scope: fill(parts, [value(data, scope) for value in values])
    return _applied(FUNCTIONS[call.name].evaluate, [_argument(text, each, path) for each in call.arguments])


def _applied(function: Callable[..., JSON], arguments: list[Evaluate]) -> Evaluate:
    if len(arguments) == 1:
        (only,) = arguments
        return lambda data, scope: function(scope, only(data, scope))
    if len(arguments) == 2:
        first, second = arguments
        return lambda data, scope: function(scope, first(data, scope), second(data, scope))
    return lambda data, scope: function(scope, *[argument(data, scope) for argument in arguments])


def _argument(text: str, argument: Argument, path: PathCompiler) -> Evaluate:
    match argument:
        case Constant(value):
            return _constant(unescaped(value) if isinstance(value, str) else value)
        case PathArgument():
            return path(argument.text)
        case Call():
            return _call(text, argument, path)


def _constant(value: JSON) -> Evaluate:
    return lambda data, scope: value
