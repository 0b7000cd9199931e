"""Reads the fields that make a state's input and output, in the query language of the state."""

from collections.abc import Mapping
from typing import Final

from asl.findings import did_you_mean
from asl.limits import NAME_LENGTH
from asl.model import IO, JSONataIO, JSONPathIO
from asl.parse import expressions, paths
from asl.parse.report import Node, member, report
from asl.source_text import below
from asl.values import ABSENT, JSON, Absent

_WITH_RESULT: Final = ("a Task state", "a Parallel state", "a Map state")


def state_io(node: Node) -> IO:
    """What a state does with its input and output. Fields that its type cannot have are reported elsewhere."""
    if node.language == "JSONata":
        sees = ("result",) if node.kind in _WITH_RESULT else ()
        return JSONataIO(
            expressions.template(node, "Arguments"),
            expressions.template(node, "Output", sees),
            _assign(node, sees),
        )
    return JSONPathIO(
        _path_or_root(paths.nullable_path(node, "InputPath")),
        paths.template(node, "Parameters") if node.kind != "a Map state" else ABSENT,
        paths.template(node, "ResultSelector"),
        _path_or_root(paths.result_path(node, "ResultPath")),
        _path_or_root(paths.nullable_path(node, "OutputPath")),
        _assign(node),
    )


def catcher_io(node: Node) -> IO:
    """What a catcher does with the error."""
    if node.language == "JSONata":
        sees = ("errorOutput",)
        return JSONataIO(output=expressions.template(node, "Output", sees), assign=_assign(node, sees))
    return JSONPathIO(result_path=_path_or_root(paths.result_path(node, "ResultPath")), assign=_assign(node))


def rule_io(node: Node, state: IO) -> IO:
    """What goes out when a choice rule holds; a JSONPath rule shares the paths of its state."""
    if isinstance(state, JSONPathIO):
        return JSONPathIO(state.input_path, output_path=state.output_path, assign=_assign(node))
    return JSONataIO(output=expressions.template(node, "Output"), assign=_assign(node))


def template(node: Node, name: str) -> JSON | Absent:
    """A payload of the state's query language that is not part of its input and output."""
    return expressions.template(node, name) if node.language == "JSONata" else paths.template(node, name)


def optional_path(node: Node, name: str) -> str | None:
    """A path that only JSONPath states have; None when it is absent."""
    if node.language == "JSONata":
        return None  # reported as a field that the state cannot have
    value = paths.path(node, name)
    return None if value is ABSENT else value


def _path_or_root(value: str | Absent | None) -> str | None:
    return "$" if value is ABSENT else value


def _assign(node: Node, sees: tuple[str, ...] = ()) -> Mapping[str, JSON] | Absent:
    """The variables that are assigned, by their names as written (in JSONPath `name.$` for a path)."""
    found = member(node, "Assign", "an Assign")
    if found is None:
        return ABSENT
    if node.language == "JSONata":
        expressions.template(node, "Assign", sees)
    else:
        paths.template(node, "Assign")
    for written in found.value:
        _check_name(node, written)
    return found.value


def _check_name(node: Node, written: str) -> None:
    """Names are Unicode identifiers (Developer Guide, "Passing data between states with variables")."""
    name = written.removesuffix(".$") if node.language == "JSONPath" else written
    pointer = below(below(node.pointer, "Assign"), written)
    if name == "states":
        message = "the name 'states' is reserved: it holds the state's input and result"
        report(node.report, "bad-variable", pointer, message, "choose another name", key=True)
    elif len(name) > NAME_LENGTH:
        message = f"the variable name has {len(name)} characters; at most {NAME_LENGTH} are allowed"
        report(node.report, "bad-variable", pointer, message, key=True)
    elif not name.isidentifier() or name.startswith("_"):
        plain = "".join(char if char.isidentifier() or char.isdecimal() else "_" for char in name).lstrip("_0123456789")
        near = did_you_mean(name, [plain]) if plain else None
        hint = near or "names are letters, digits and _, and begin with a letter"
        if "." in name or "[" in name:
            hint = "a variable is assigned as a whole: give it an object or an array"
        message = f"'{name}' is not a valid variable name"
        report(node.report, "bad-variable", pointer, message, hint, key=True)
