"""What JSONPath fields read of abstract values: paths, intrinsic calls, payload templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from asl import intrinsics
from asl.intrinsics.parser import Argument, Call, PathArgument
from asl.intrinsics.parser import Constant as Written
from asl.intrinsics.parser import parse as parse_call
from asl.jsonpath import segments as seg
from asl.jsonpath.parser import parse
from asl.payload.jsonpath_io import split_variable
from asl.testing.exploration.objects import merged, placed
from asl.testing.exploration.shapes import (
    OPAQUE,
    Constant,
    Elements,
    Kind,
    Known,
    Listed,
    Value,
    either,
    element,
    member,
)
from asl.testing.exploration.wanted import compare, may_be_missing, parsed, want
from asl.values import JSON

_ARGUMENTS: Final[dict[str, tuple[Kind | None, ...]]] = {
    "States.ArrayContains": ("array", None),
    "States.ArrayGetItem": ("array", "integer"),
    "States.ArrayLength": ("array",),
    "States.ArrayPartition": ("array", "positive"),
    "States.ArrayRange": ("integer", "integer", "positive"),
    "States.ArrayUnique": ("array",),
    "States.Base64Decode": ("base64",),
    "States.Base64Encode": ("string",),
    "States.Hash": (None, "string"),
    "States.JsonMerge": ("object", "object", "boolean"),
    "States.MathAdd": ("integer", "integer"),
    "States.MathRandom": ("integer", "integer"),
    "States.StringSplit": ("string", "string"),
}
"""The types that intrinsic functions take (the specification's chapter on them)."""


@dataclass(slots=True)
class Scope:
    """What paths see beside the data: the execution's input, the item of the Map around, and the variables."""

    input: Value
    item: Value = OPAQUE
    variables: dict[str, Value] = field(default_factory=dict)

    @property
    def context(self) -> Value:
        """The context object."""
        execution = Known({"Input": self.input}, OPAQUE)
        item = Known({"Item": Known({"Value": self.item}, OPAQUE)})
        return Known({"Execution": execution, "Map": item}, OPAQUE)


def at_path(text: str, data: Value, scope: Scope) -> Value:
    """The value at a path of the data, of the context object or of a variable."""
    if text.startswith("$$"):
        return follow(parse(text[1:]), scope.context, scope.context)
    variable, rest = split_variable(text)
    if variable is not None:
        data = scope.variables.get(variable, OPAQUE)
    return follow(parse(rest), data, data)


def follow(segments: tuple[seg.Segment, ...], value: Value, root: Value) -> Value:
    """The value that the segments of a path lead to; behind one that may lead to several, an array of them."""
    for number, segment in enumerate(segments):
        rest = segments[number + 1 :]
        match segment:
            case seg.Name(name):
                value = member(value, name)
            case seg.Index(index):
                value = element(value, index)
            case seg.Names(names):
                value = Known({name: member(value, name) for name in names})
            case seg.Wildcard() | seg.Slice() | seg.Indexes():
                return Elements(follow(rest, element(value), root))
            case seg.Filter(test):
                tested = element(value)
                _filter(test, tested, root)
                return Elements(follow(rest, tested, root))
            case seg.Function():
                want(value, "array")
                return OPAQUE
            case _:
                return OPAQUE
    return value


def _filter(test: seg.Test, value: Value, root: Value) -> None:
    """Notes what a filter reads of the element that it tests."""
    match test:
        case seg.Both(tests) | seg.Either(tests):
            for each in tests:
                _filter(each, value, root)
        case seg.Negated(inner):
            _filter(inner, value, root)
        case seg.Exists(query):
            may_be_missing(_operand(query, value, root))
        case seg.Compare(operator, left, right):
            one, other = _operand(left, value, root), _operand(right, value, root)
            for read, written in ((one, other), (other, one)):
                if isinstance(written, Constant):
                    compare(read, written.value, is_open=True, ordered=operator in ("<", "<=", ">", ">="))


def _operand(operand: seg.Operand, value: Value, root: Value) -> Value:
    match operand:
        case seg.Literal(literal):
            return Constant(literal)
        case seg.Query(from_root, segments):
            start = root if from_root else value
            return follow(segments, start, root)
        case _:
            return OPAQUE


def expression(text: str, data: Value, scope: Scope) -> Value:
    """The value of a path or of an intrinsic call."""
    if not intrinsics.is_intrinsic(text):
        return at_path(text, data, scope)
    return _call(parse_call(text), data, scope)


def _call(call: Call, data: Value, scope: Scope) -> Value:
    arguments = [_argument(each, data, scope) for each in call.arguments]
    for argument, kind in zip(arguments, _ARGUMENTS.get(call.name, ()), strict=False):
        if kind == "array":
            element(argument)
        elif kind is not None:
            want(argument, kind)
    match call.name, arguments:
        case "States.Format", [text, *values]:
            want(text, "string")
            compare(text, "{}" * len(values), is_open=False)
            return OPAQUE
        case "States.StringToJson", [text]:
            return parsed(text)
        case "States.JsonMerge", [below, above, *_]:
            return merged(below, above)
        case "States.ArrayContains", [array, Constant(value)]:
            compare(element(array), value, is_open=True)
            return OPAQUE
        case "States.Array", _:
            return Listed(tuple(arguments))
        case "States.ArrayGetItem", [array, Constant(int(index))]:
            return element(array, index)
        case "States.ArrayGetItem", [array, *_]:
            return element(array, 0)
        case "States.ArrayUnique", [array]:
            return Elements(element(array))
        case "States.ArrayPartition", [array, *_]:
            return Elements(Elements(element(array)))
        case _:
            return OPAQUE


def _argument(argument: Argument, data: Value, scope: Scope) -> Value:
    match argument:
        case PathArgument():
            return at_path(argument.text, data, scope)
        case Written(value):
            return Constant(value)
        case Call():
            return _call(argument, data, scope)


def template(value: JSON, data: Value, scope: Scope) -> Value:
    """The value of a payload template."""
    if isinstance(value, dict):
        return Known(
            {
                name.removesuffix(".$"): expression(inner, data, scope)
                if name.endswith(".$")
                else template(inner, data, scope)
                for name, inner in value.items()
            }
        )
    if isinstance(value, list):
        return Listed(tuple(template(each, data, scope) for each in value))
    return Constant(value)


def place(path: str | None, raw: Value, result: Value) -> Value:
    """The raw input with a result at a ResultPath."""
    if path is None:
        return raw
    names = [segment.name for segment in parse(path) if isinstance(segment, seg.Name)]
    return placed(raw, names, result)


def assigned(names: Mapping[str, JSON], value: Value, scope: Scope) -> None:
    """Notes the variables that an Assign gives values to."""
    made = template(dict(names), value, scope)
    assert isinstance(made, Known), "the template of an object"
    for name, each in made.fields.items():
        scope.variables[name] = either((scope.variables[name], each)) if name in scope.variables else each
