"""Made-up results of tasks against the shapes of botocore's models, in the words of Step Functions' TestState.

Source: recordings of 2025-11 and 2025-12. Fields that a shape does not have are taken as they are, a field is named
without the way to it, and what is found first is all that is said.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from asl.values import JSON

Shape: TypeAlias = Any  # botocore's, which has no types
Naming: TypeAlias = Callable[[str], str]
"""How Step Functions spells the name of a member."""

_KINDS: Final[dict[str, tuple[str, tuple[type, ...]]]] = {
    "structure": ("an object", (dict,)),
    "map": ("an object", (dict,)),  # unrecorded, as all objects within results
    "list": ("an array", (list,)),
    "string": ("a string", (str,)),
    "timestamp": ("a string", (str,)),
    "blob": ("a string", (str,)),
    "boolean": ("a boolean", (bool,)),  # unrecorded
    **dict.fromkeys(("integer", "long", "float", "double"), ("a number", (int, float))),
}
"""What a value of each kind must be, in words and in Python's types. Recorded: times are texts, not numbers."""


def problem(operation: Any, named: Naming, result: JSON, complete: bool) -> str | None:
    """What is wrong with the result of an operation (botocore's model of it), None for one that could be.

    With `complete`, the fields that the model requires must be there.
    """
    shape = operation.output_shape
    if not isinstance(result, dict):
        return "Mock result must be an object"  # unrecorded: the text
    return None if shape is None else next(_members(shape, named, result, complete), None)


def _members(shape: Shape, named: Naming, value: dict[str, JSON], complete: bool) -> Iterator[str]:
    names = {named(member): member for member in shape.members}
    if complete:
        for member in shape.required_members:
            if value.get(named(member)) is None:  # unrecorded: that null counts as missing
                yield f"Required field '{named(member)}' is missing"
    for name, below in value.items():
        if name in names and below is not None:
            yield from _value(shape.members[names[name]], named, name, below, complete)


def _value(shape: Shape, named: Naming, field: str, value: JSON, complete: bool) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    wanted, types = _KINDS[shape.type_name]
    if not _is_one_of(value, types):
        yield f"Field '{field}' must be {wanted}"
        return
    yield from _constraints(shape, field, value)
    match shape.type_name:
        case "structure":
            yield from _members(shape, named, value, complete)
        case "list":
            for element in value:
                yield from _value(shape.member, named, field, element, complete)
        case "map":
            for key, member in value.items():
                yield from _value(shape.value, named, key, member, complete)


def _is_one_of(value: JSON, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and (not isinstance(value, bool) or bool in types)


def _constraints(shape: Shape, field: str, value: JSON) -> Iterator[str]:
    """What the model says of a value beside its kind."""
    # unrecorded: that a length is too great, and that of arrays; patterns, of which no recording tells, are not checked
    limits = shape.metadata
    if limits.get("enum") and value not in limits["enum"]:
        yield f"Field '{field}' is not an expected value"
    least, most = limits.get("min"), limits.get("max")
    if isinstance(value, int | float):
        if least is not None and value < least:
            yield f"Field '{field}' is less than the minimum value"
        if most is not None and value > most:
            yield f"Field '{field}' exceeds the maximum value"
    else:
        if least is not None and len(value) < least:
            yield f"Field '{field}' is smaller than the minimum length"
        if most is not None and len(value) > most:
            yield f"Field '{field}' exceeds the maximum length"
