"""Checks of what JSONata states hold: expressions `{% ... %}`, wherever they stand in a field.

AWS reads every expression when a state machine is created. It refuses those that are not JSONata, and those that read
what is not there: names of a context item (there is none), and parts of `$states` that the field does not have.
"""

from collections.abc import Collection
from typing import Final

from asl.parse.jsonata_hints import name_hint, syntax_hint
from asl.parse.report import Node, Report, add, integer, number, report, unfilled, wrong_type
from asl.parse.texts import meant_expression
from asl.payload.jsonata_io import compiled, is_expression
from asl.source_text import below
from asl.values import ABSENT, JSON, Absent

_WHERE: Final = {
    "result": "only Output and Assign of Task, Parallel and Map states have a result",
    "errorOutput": "only Output and Assign of a catcher have an error",
}


def template(node: Node, name: str, sees: Collection[str] = ()) -> JSON | Absent:
    """A field with expressions at any depth; `sees` is what `$states` has there besides input and context."""
    value = node.value.get(name, ABSENT)
    if value is not ABSENT:
        check_value(node.report, below(node.pointer, name), value, name, sees)
    return value


def whole_number(node: Node, name: str, low: int, high: int | None = None) -> int | str | None:
    """A field that holds a whole number or, in JSONata, an expression."""
    return _number_expression(node, name, "a whole number") or integer(node, name, low, high)


def any_number(node: Node, name: str, low: float, high: float | None = None) -> float | str | None:
    """A field that holds a number or, in JSONata, an expression."""
    return _number_expression(node, name, "a number") or number(node, name, low, high)


def condition(node: Node) -> str | bool:
    """The Condition of a choice rule."""
    value = node.value.get("Condition", True)
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        wrong_type(node, "Condition", "an expression (a string), true or false")
        return True
    pointer = below(node.pointer, "Condition")
    if is_marked(value):
        check_value(node.report, pointer, value, "Condition", ())
    elif not unfilled(node.report, pointer, value, "Condition"):
        bare = value.strip().removeprefix("{%").removesuffix("%}").strip()
        hint = f'write it as "{meant_expression(value) or f"{{% {bare} %}}"}"'
        add(node, "bad-jsonata", "Condition must be an expression, which stands between {% and %}", "Condition", hint)
    return value


def items(node: Node) -> JSON | Absent:
    """The Items of a Map."""
    value = template(node, "Items")
    if value is not ABSENT and not isinstance(value, list | dict) and not is_expression(value):
        wrong_type(node, "Items", "an array, an object or an expression", expression_hint(value))
    return value


def is_marked(value: JSON) -> bool:
    """Whether a value is an expression, or a text that has one of its marks in the right place."""
    return isinstance(value, str) and (value.startswith("{%") or value.endswith("%}"))


def expression_hint(value: JSON) -> str | None:
    """How to write the expression that a text seems to be meant as."""
    meant = meant_expression(value) if isinstance(value, str) else None
    return meant and f'for an expression write "{meant}"'


def _number_expression(node: Node, name: str, expected: str) -> str | None:
    """The expression in the place of a number; what seems to be meant as one is reported, and given as it is."""
    value = node.value.get(name)
    if node.language != "JSONata" or not isinstance(value, str):
        return None
    if not is_marked(value):
        hint = expression_hint(value)
        if hint is not None:
            wrong_type(node, name, expected, hint)
        return hint and value
    check_value(node.report, below(node.pointer, name), value, name, ())
    return value


def check_value(to: Report, pointer: str, value: JSON, field: str, sees: Collection[str]) -> None:
    """Reports what is wrong with the expressions in a value, at any depth."""
    if isinstance(value, dict):
        for name, member in value.items():
            check_value(to, below(pointer, name), member, field, sees)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            check_value(to, below(pointer, index), element, field, sees)
    elif is_expression(value):
        _check_expression(to, pointer, value, field, sees)
    elif is_marked(value):
        missing, end = ("%}", "end") if value.startswith("{%") else ("{%", "begin")
        message = f"an expression in {field} does not {end} with {missing}"
        report(to, "bad-jsonata", pointer, message, _whole_string_hint(to, value))


def _whole_string_hint(to: Report, value: JSON) -> str:
    hint = "an expression is a whole string: {% ... %}"
    if not isinstance(value, str) or not value.startswith("{%") or not value.rstrip().endswith("%}"):
        return hint
    if not value.endswith("\n"):
        return f"{hint}; this one ends with a blank"
    return f"{hint}; this one ends with a line break" + (": write |- or >-" if to.document.format == "yaml" else "")


def _check_expression(to: Report, pointer: str, text: str, field: str, sees: Collection[str]) -> None:
    from asl.jsonata import JsonataError

    inside = text[2:-2]
    start = 2 + len(inside) - len(inside.lstrip())
    try:
        expression = compiled(text)
    except JsonataError as error:
        if not unfilled(to, pointer, text, field):
            message = f"the expression in {field} is not valid JSONata: {error.message}"
            hint = syntax_hint(inside.strip(), error)
            report(to, "bad-jsonata", pointer, message, hint, offset=start + (error.start_in(inside.strip()) or 0))
        return
    for name, position in dict(reversed(expression.context_names)).items():
        # AWS's texts, from users' reports of its validation, as are those of $states.
        if name == "$$":
            message = "Reference to '$$' is not supported."
        else:
            message = f"Reference to '{name}' at the top level is not supported."
        hint = name_hint(expression.text, name, position)
        report(to, "bad-jsonata", pointer, message, hint, offset=start + position)
    for reference in expression.references:
        part = reference.fields[0] if reference.name == "states" and reference.fields else None
        if part in _WHERE and part not in sees:
            message = f"Field '$states.{part}' does not exist."
            hint = "a catcher has $states.errorOutput" if "errorOutput" in sees else _WHERE[part]
            report(to, "bad-jsonata", pointer, message, hint, offset=start + reference.position)
