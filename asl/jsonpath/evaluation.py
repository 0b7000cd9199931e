"""Segments to closures.

A definite path (names and single indexes) is a closure that gives the value or raises `PathNotFound`. An indefinite one
is a chain of closures, each of which takes a list of values and gives the list of what its segment selects in them.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from asl.json_text import dumps
from asl.jsonpath.errors import FunctionFailed, PathNotFound
from asl.jsonpath.functions import apply_function
from asl.jsonpath.segments import (
    Both,
    Compare,
    Descendants,
    Either,
    Exists,
    Filter,
    Function,
    Index,
    Indexes,
    Literal,
    Name,
    Names,
    Negated,
    Operand,
    Query,
    Regex,
    Segment,
    Slice,
    Test,
    Wildcard,
)
from asl.values import JSON

Get: TypeAlias = Callable[[JSON], JSON]
Select: TypeAlias = Callable[[Sequence[JSON], JSON], list[JSON]]
Predicate: TypeAlias = Callable[[JSON, JSON], bool]


def is_definite(segments: Sequence[Segment]) -> bool:
    return all(isinstance(segment, Name | Index | Function) for segment in segments)


def compile_path(segments: tuple[Segment, ...]) -> Get:
    """The closure of a whole path."""
    if segments and isinstance(segments[-1], Function):
        return _function(segments[:-1], segments[-1])
    if is_definite(segments):
        return _definite(segments)
    if isinstance(segments[-1], Names) and is_definite(segments[:-1]):
        return _members(segments)
    select = _chain(segments)
    return lambda root: select((root,), root)


def _definite(segments: tuple[Segment, ...]) -> Get:
    keys = [segment.name if isinstance(segment, Name) else segment.index for segment in segments]  # type: ignore[union-attr]
    if not keys:
        return lambda root: root
    if len(keys) == 1 and isinstance(keys[0], str):
        only = keys[0]

        def member(root: JSON) -> JSON:
            try:
                return root[only]
            except (KeyError, TypeError, IndexError):
                raise PathNotFound(segments, root) from None

        return member
    steps = tuple(keys)
    if all(isinstance(key, str) for key in steps):

        def members(root: JSON) -> JSON:
            value = root
            try:
                for key in steps:
                    value = value[key]
            except (KeyError, TypeError, IndexError):
                raise PathNotFound(segments, root) from None
            return value

        return members

    def at_steps(root: JSON) -> JSON:
        value = root
        try:
            for key in steps:
                if type(key) is int and type(value) is not list:
                    raise TypeError
                value = value[key]
        except (KeyError, TypeError, IndexError):
            raise PathNotFound(segments, root) from None
        return value

    return at_steps


def _element(value: JSON, index: int) -> tuple[JSON] | tuple[()]:
    return (value[index],) if type(value) is list and -len(value) <= index < len(value) else ()


def _members(segments: tuple[Segment, ...]) -> Get:
    """`$.a['b','c']`: one object of the members that there are."""
    holder = _definite(segments[:-1])
    names = segments[-1].names  # type: ignore[union-attr]

    def members(root: JSON) -> JSON:
        value = holder(root)
        return {name: value[name] for name in names if name in value} if isinstance(value, dict) else {}

    return members


def _function(segments: tuple[Segment, ...], function: Function) -> Get:
    get = compile_path(segments)
    arguments = [_operand(argument) for argument in function.arguments]

    def result(root: JSON) -> JSON:
        return apply_function(function.name, get(root), _values(arguments, root, root))

    return result


def _values(arguments: Sequence["_Operand"], element: JSON, root: JSON) -> list[JSON]:
    found = [value for argument in arguments for value in argument(element, root)]
    if len(found) < len(arguments):
        raise FunctionFailed("an argument of the function is a path that leads nowhere")
    return found


# -- indefinite paths ------------------------------------------------------------------------------------------------


def _chain(segments: Sequence[Segment]) -> Select:
    selects: list[Select] = []
    position = 0
    while position < len(segments):
        segment = segments[position]
        if isinstance(segment, Descendants):
            position += 1
            selects.append(_below(_select_below(segments[position])))
        else:
            selects.append(_select(segment))
        position += 1

    def run(values: Sequence[JSON], root: JSON) -> list[JSON]:
        for select in selects:
            values = select(values, root)
        return list(values)

    return run


def _select(segment: Segment) -> Select:
    match segment:
        case Name(name):
            return lambda values, root: [value[name] for value in values if type(value) is dict and name in value]
        case Index(index):
            return lambda values, root: [found for value in values for found in _element(value, index)]
        case Indexes(indexes):
            return lambda values, root: [
                found for value in values for index in indexes for found in _element(value, index)
            ]
        case Slice(start, stop, step):
            part = slice(start, stop, step)
            return lambda values, root: [found for value in values if type(value) is list for found in value[part]]
        case Wildcard():
            return lambda values, root: [found for value in values for found in _elements(value)]
        case Names(names):
            return lambda values, root: [
                {name: value[name] for name in names if name in value} for value in values if type(value) is dict
            ]
        case Filter(test):
            holds = compile_test(test)
            return lambda values, root: [
                element for value in values for element in _tested(value) if holds(element, root)
            ]
        case Function(name, arguments):
            operands = [_operand(argument) for argument in arguments]
            return lambda values, root: [
                apply_function(name, value, _values(operands, value, root)) for value in values
            ]
        case Descendants():
            raise AssertionError("handled by the chain")


def _select_below(segment: Segment) -> Select:
    """As `_select`, after `..`, which visits each object itself: a filter must not find it in its list once more."""
    if not isinstance(segment, Filter):
        return _select(segment)
    holds = compile_test(segment.test)
    return lambda values, root: [
        element
        for value in values
        for element in _tested(value)
        if (element is value or type(element) is not dict) and holds(element, root)
    ]


def _elements(value: JSON) -> Sequence[JSON]:
    if type(value) is list:
        return value
    return list(value.values()) if type(value) is dict else ()


def _tested(value: JSON) -> Sequence[JSON]:
    """What a filter looks at: the elements of a list, or an object itself."""
    if type(value) is list:
        return value
    return (value,) if type(value) is dict else ()


def _below(select: Select) -> Select:
    """What `select` finds in the values and in everything below them, parents first."""

    def found(values: Sequence[JSON], root: JSON) -> list[JSON]:
        results: list[JSON] = []
        waiting = list(reversed(values))
        while waiting:  # no recursion: data may be deep
            value = waiting.pop()
            if type(value) is list or type(value) is dict:
                results += select((value,), root)
                waiting.extend(reversed(_elements(value)))
        return results

    return found


# -- filters ---------------------------------------------------------------------------------------------------------

_Operand: TypeAlias = Callable[[JSON, JSON], "tuple[Any, ...]"]


def compile_test(test: Test) -> Predicate:
    """The test of a filter as a predicate of the element and the root."""
    match test:
        case Both(tests):
            parts = [compile_test(part) for part in tests]
            return lambda element, root: all(part(element, root) for part in parts)
        case Either(tests):
            parts = [compile_test(part) for part in tests]
            return lambda element, root: any(part(element, root) for part in parts)
        case Negated(part):
            negated = compile_test(part)
            return lambda element, root: not negated(element, root)
        case Exists(query):
            operand = _operand(query)
            return lambda element, root: bool(operand(element, root))
        case Compare(operator, left, right):
            compare = _OPERATORS[operator]
            of_left, of_right = _operand(left), _operand(right)

            def holds(element: JSON, root: JSON) -> bool:
                lefts, rights = of_left(element, root), of_right(element, root)
                if not lefts or not rights:  # a path that leads nowhere equals nothing
                    return operator == "!=" and bool(lefts) != bool(rights)
                return compare(lefts[0], rights[0])

            return holds


def _operand(operand: Operand) -> _Operand:
    """A function of element and root that gives the operand's value in a tuple, empty when its path leads nowhere."""
    match operand:
        case Literal(value):
            return lambda element, root: (value,)
        case Regex(pattern):
            return lambda element, root: (pattern,)
        case Query(from_root, segments):
            get = compile_path(segments)

            def value(element: JSON, root: JSON) -> tuple[Any, ...]:
                try:
                    return (get(root if from_root else element),)
                except PathNotFound:
                    return ()

            return value


def equal(left: JSON, right: JSON) -> bool:
    """Whether two values are the same JSON: true is not 1, but 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[JSON, JSON], bool]:
    def holds(left: JSON, right: JSON) -> bool:
        numbers = _is_number(left) and _is_number(right)
        return (numbers or (isinstance(left, str) and isinstance(right, str))) and compare(left, right)

    return holds


def _is_number(value: JSON) -> bool:
    return type(value) is int or type(value) is float


def _matches(left: JSON, right: Any) -> bool:
    if isinstance(left, re.Pattern):
        left, right = right, left
    if not isinstance(right, re.Pattern):
        return False
    texts = map(_text, left) if isinstance(left, list) else (_text(left),)  # of a list, one element is enough
    return any(right.fullmatch(text) is not None for text in texts)


def _text(value: JSON) -> str:
    """What a regular expression is matched against."""
    if isinstance(value, str):
        return value
    return dumps(value) if isinstance(value, bool | int | float) else ""


def _lists(left: JSON, right: JSON) -> bool:
    return isinstance(left, list) and isinstance(right, list)


def _within(element: JSON, holder: JSON) -> bool:
    return isinstance(holder, list) and any(equal(element, each) for each in holder)


def _size(left: JSON, right: JSON) -> bool:
    return isinstance(left, list | str) and _is_number(right) and bool(len(left) == right)


def _contains(left: JSON, right: JSON) -> bool:
    return right in left if isinstance(left, str) and isinstance(right, str) else _within(right, left)


_OPERATORS: dict[str, Callable[[JSON, JSON], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "=~": _matches,
    "in": _within,
    "nin": lambda left, right: not _within(left, right),
    "subsetof": lambda left, right: _lists(left, right) and all(_within(each, right) for each in left),
    "anyof": lambda left, right: _lists(left, right) and any(_within(each, right) for each in left),
    "noneof": lambda left, right: _lists(left, right) and not any(_within(each, right) for each in left),
    "size": _size,
    "empty": lambda left, right: isinstance(left, list | str | dict) and (not left) is right,
    "contains": _contains,
}
