"""How values become text in States.Format, and how its templates are read."""

from asl.json_text import dumps
from asl.values import JSON


def java_text(value: JSON) -> str:
    """The value as States.Format shows it: strings as they are, objects and arrays as Java's maps and lists.

    Recorded for an object: `{Id=arn:..., Name=...}`.
    """
    # unrecorded: large and small floats, which Java writes as 1.0E10, and what stands in an array
    match value:
        case str():
            return value
        case bool() | None:
            return dumps(value)
        case int():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{key}={java_text(member)}" for key, member in value.items()) + "}"
        case list():
            return "[" + ", ".join(java_text(element) for element in value) + "]"
        case _:
            return dumps(value)


def format_template(template: str) -> list[str]:
    """The parts of a template between its places `{}`, without their escapes (`\\{`, `\\}`, `\\'`, `\\\\`)."""
    parts = [""]
    position = 0
    while position < len(template):
        char = template[position]
        if char == "\\" and position + 1 < len(template):
            parts[-1] += template[position + 1]
            position += 2
        elif template.startswith("{}", position):
            parts.append("")
            position += 2
        else:
            parts[-1] += char
            position += 1
    return parts
