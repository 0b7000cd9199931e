"""What the operators do to values. They raise JsonataError without position and token: the expression adds its own."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from asl.jsonata.calls import ODD_LISTS
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.arrays import leaves
from asl.jsonata.runtime import NUMBER_BYTES, Run, Walk
from asl.jsonata.text import ordered
from asl.jsonata.values import EXACT, UNDEFINED, Constructed, Sequence, Value, number

RANGE_LIMIT: Final = 10_000_000
NUMBERS: Final = frozenset({int, float})
TEXTS: Final = frozenset({str})
SHORT: Final = 10**15
"""Below this, the text of a whole number is its digits."""


def is_numeric(value: Value) -> bool:
    """Whether `value` is a number that JSON can hold. Raises D1001 for an infinite one."""
    kind = type(value)
    if kind is int:
        return True
    if kind is not float or math.isnan(value):
        return False
    if math.isinf(value):
        raise JsonataError("D1001", value=value)
    return True


def _divide(left: float, right: float) -> float:
    if right == 0:
        sign = math.copysign(1, right)
        return math.nan if left == 0 else math.copysign(math.inf, left) * sign
    return left / right


def _remainder(left: float, right: float) -> float:
    return math.nan if right == 0 else math.fmod(left, right)


ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
}


def arithmetic(name: str, left: Value, right: Value) -> Value:
    """`left` and `right` joined by + - * / or %: undefined when either is. Raises T2001, T2002, D1001."""
    if left is not UNDEFINED and not is_numeric(left):
        raise JsonataError("T2001", value=left)
    if right is not UNDEFINED and not is_numeric(right):
        raise JsonataError("T2002", value=right)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    return number(ARITHMETIC[name](_double(left), _double(right)))


def _double(value: float) -> float:
    """An integer of the data may be larger than a double can tell, or than any double. Raises D1001."""
    if type(value) is float or -EXACT <= value <= EXACT:
        return value
    try:
        return float(value)
    except OverflowError:
        raise JsonataError("D1001", value=value) from None


def negated(value: Value) -> Value:
    """Raises D1002."""
    if value is UNDEFINED:
        return UNDEFINED
    if not is_numeric(value):
        raise JsonataError("D1002", value=value)
    return -value


COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compared(name: str, left: Value, right: Value) -> Value:
    """`left` < `right` and the like: undefined when either is. Raises T2009, T2010."""
    for value in (left, right):
        if value is not UNDEFINED and type(value) not in (str, int, float):
            raise JsonataError("T2010", value=right if type(left) in (str, int, float) else left)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if (type(left) is str) is not (type(right) is str):
        raise JsonataError("T2009", value=left, value2=right)
    if type(left) is str:
        return COMPARISONS[name](text_order(left), text_order(right))
    return COMPARISONS[name](left, right)


EQUALITIES: Final[dict[str, Callable[[Any, Any], bool]]] = {"=": operator.eq, "!=": operator.ne}
"""For numbers and texts."""


class FieldTest(NamedTuple):
    """A field of an object compared with a constant."""

    variable: str | None
    """The object: a variable of the nearest scope, or the context."""
    name: str
    operate: Callable[[Any, Any], bool]
    constant: Any
    kinds: frozenset[type]
    """The types of values that `operate` may be given."""


def text_order(text: str) -> Any:
    """A key that sorts texts as JavaScript does, by UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def equal(left: Value, right: Value, run: Run) -> bool:
    """Whether two values are the same, down to their parts; false when either is undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    waiting = [(left, right)]
    compared: set[tuple[int, int]] = set()
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, list) and isinstance(right, list):
            if left is right or (id(left), id(right)) in compared:
                continue
            if len(left) != len(right):
                return False
            compared.add((id(left), id(right)))
            run.spend(len(left))
            waiting.extend(zip(left, right, strict=True))
        elif isinstance(left, dict) and isinstance(right, dict):
            if left is right or (id(left), id(right)) in compared:
                continue
            if left.keys() != right.keys():
                return False
            compared.add((id(left), id(right)))
            run.spend(len(left))
            waiting.extend((value, right[key]) for key, value in left.items())
        elif not same(left, right):
            return False
    return True


def same(left: Value, right: Value) -> bool:
    """Whether two values are the same scalar, or the very same array or object."""
    kind = type(left)
    if kind is str:
        return type(right) is str and bool(left == right)
    if kind is int or kind is float:
        return type(right) in (int, float) and bool(left == right)
    return left is right


def included(left: Value, right: Value) -> bool:
    """`left in right`."""
    if left is UNDEFINED or right is UNDEFINED:
        return False
    if not isinstance(right, list):
        return same(left, right)
    if type(left) is str:
        return left in right
    return any(same(item, left) for item in right)


def text_of(value: Value, to_text: Callable[[Run, Value], str], run: Run) -> str:
    """The text of a value for `&`; undefined has none."""
    if type(value) is int and -SHORT < value < SHORT:
        return str(value)
    return "" if value is UNDEFINED else to_text(run, value)


def range_of(first: Value, last: Value, run: Run) -> Value:
    """The whole numbers from `first` to `last`: undefined when there are none. Raises T2003, T2004, D2014, U1003."""
    if first is not UNDEFINED and not _is_integer(first):
        raise JsonataError("T2003", value=first)
    if last is not UNDEFINED and not _is_integer(last):
        raise JsonataError("T2004", value=last)
    if first is UNDEFINED or last is UNDEFINED or first > last:
        return UNDEFINED
    size = int(last) - int(first) + 1
    if size > RANGE_LIMIT:
        raise JsonataError("D2014", value=number(_double(size)))
    run.allocate(size, NUMBER_BYTES)
    run.spend(size)
    return Sequence(range(int(first), int(last) + 1))


def _is_integer(value: Value) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


def appended(first: Value, second: Value) -> Value:
    """Both values in one array; undefined adds nothing."""
    if first is UNDEFINED:
        return second
    if second is UNDEFINED:
        return first
    result = list(first) if isinstance(first, list) else [first]
    if isinstance(second, list):
        result.extend(second)
    else:
        result.append(second)
    return result


def looked_up(value: Value, name: str) -> Value:
    """The field `name` of an object, or of the objects in an array: then a sequence."""
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if not isinstance(value, list):
        return UNDEFINED
    found: list[Value] = []
    walk = Walk()
    stack = [iter(value)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, dict):
                field = item.get(name, UNDEFINED)
                if isinstance(field, list):
                    walk.enter(field)
                    found.extend(field)
                elif field is not UNDEFINED:
                    found.append(field)
            elif isinstance(item, list):
                walk.enter(item)
                stack.append(iter(item))
                break
        else:
            stack.pop()
    return Sequence(found)


def members(value: Value) -> list[Value]:
    """`*`: the values of an object's fields, or an array's items; arrays among them are flattened, and then the result
    is no sequence."""
    items = ordered(value).values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    result: list[Value] = []
    for item in items:
        if isinstance(item, list):
            result.extend(leaves(item))
        else:
            result.append(item)
    return result if any(isinstance(item, list) for item in items) else Sequence(result)


def objects_in(value: Value) -> Iterator[dict[str, Value]]:
    """All objects in a value, itself among them, each once."""
    stack = [value]
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if not isinstance(item, list | dict) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        else:
            stack.extend(item)


def descendants(value: Value, run: Run) -> Value:
    """`**`: a value and all that is in it, arrays apart."""
    result = Sequence()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            run.spend(len(item))
            stack.extend(reversed(item))
            continue
        result.append(item)
        if not len(result) % 1000:
            run.allocate(len(result), NUMBER_BYTES)
        if isinstance(item, dict):
            run.spend(len(item))
            stack.extend(reversed(ordered(item).values()))
    return result[0] if len(result) == 1 else result


def plain(value: Value) -> Value:
    """`value` with plain lists only, for those outside."""
    copies: dict[int, Value] = {}
    waiting: list[Value] = []

    def copied(item: Value) -> Value:
        if not isinstance(item, list | dict):
            return item
        if id(item) not in copies:
            copies[id(item)] = copy = list(item) if isinstance(item, list) else dict(item)
            waiting.append(copy)
        return copies[id(item)]

    root = copied(value)
    while waiting:
        container = waiting.pop()
        if isinstance(container, list):
            container[:] = [copied(item) for item in container]
        else:
            container.update({key: copied(item) for key, item in container.items()})
    return root


def plain_list(value: list[Value]) -> list[Value]:
    """As `plain`, where no array in the elements of `value` is of another kind."""
    if ODD_LISTS.isdisjoint(map(type, value)):
        return list(value)
    copy: list[Value] = plain(value)
    return copy


def is_flat(value: Value) -> bool:
    """An array that the step after it flattens."""
    return isinstance(value, list) and not isinstance(value, Constructed)
