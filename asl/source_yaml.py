"""Reads YAML as JSON: PyYAML finds the nodes, the rules for what a plain scalar means are our own.

Plain scalars are JSON's: numbers written as JSON writes them, true and false, null; all else is text, so that `no`,
`on`, dates, `012345678901` and `1_000` stay what they look like. Anchors, aliases and merge keys work.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from asl.errors import DefinitionError
from asl.findings import Finding
from asl.limits import NESTING
from asl.source_text import PLACEHOLDER, Locator, Place, location, pointer_tokens, substitute
from asl.source_yaml_scalars import offsets
from asl.values import JSON

_PARSER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_CORE: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+|(?<=[0-9])\.)?(?:(?<=[0-9.])[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_TAGS: Final = {"str", "int", "float", "bool", "null", "seq", "map"}
_VALUES_ALLOWED: Final = 1_000_000
"""How many values a document may have after aliases are followed; a definition of 1 MB has far fewer."""

_SKIPPED: Final = re.compile(r"(?:[&!]\S*\s+)*")
_TEMPLATE: Final = re.compile(r"^(?:AWSTemplateFormatVersion|Transform)\s*:", re.MULTILINE)


class _TooDeepError(Exception):
    def __init__(self, index: int) -> None:
        self.index = index


class _Loader(_PARSER):  # type: ignore[misc]
    """Composes nodes, but not ever deeper: PyYAML recurses in C, where a stack that overflows ends the process.

    PyYAML tells the resolver of each node that it enters and leaves.
    """

    _depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        self._depth += 1
        if self._depth > NESTING + 1:
            raise _TooDeepError(parent.start_mark.index)

    def ascend_resolver(self) -> None:
        self._depth -= 1


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is needed to turn nodes into values; `values`, `sizes` and `members` remember what was worked out."""

    text: str
    name: str
    shift: int
    defines: Mapping[str, str]
    findings: list[Finding]
    values: dict[int, JSON]
    sizes: dict[int, int]
    members: dict[int, dict[str, tuple[Any, Any]]]
    open: set[int]

    def add(self, rule: str, message: str, node: Any, hint: str | None = None) -> None:
        start, end = node.start_mark.index + self.shift, node.end_mark.index + self.shift
        self.findings.append(Finding(rule, message, hint=hint, location=location(self.name, self.text, start, end)))


def read(text: str, name: str, defines: Mapping[str, str]) -> tuple[JSON, Locator]:
    """The value of a YAML text with its placeholders filled, and the locator of its parts. Raises DefinitionError."""
    shift = 1 if text.startswith("\ufeff") else 0
    try:
        root: Any = yaml.compose(text[shift:], Loader=_Loader)
    except yaml.YAMLError as error:
        raise DefinitionError([_malformed(text, name, shift, error)]) from None
    except _TooDeepError as error:
        raise DefinitionError([_too_deep(text, name, error.index + shift)]) from None
    except UnicodeEncodeError:
        surrogate = next(index for index, char in enumerate(text) if "\ud800" <= char <= "\udfff")
        place = location(name, text, surrogate, surrogate + 1)
        raise DefinitionError([Finding("encoding", "half a surrogate pair is no character", location=place)]) from None
    except RecursionError:
        raise DefinitionError([_too_deep(text, name)]) from None
    if root is None:
        nothing = Finding("empty-file", "the file holds no definition", location=location(name, text, 0, 0))
        raise DefinitionError([nothing])
    reader = _Reader(text, name, shift, defines, [], {}, {}, {}, set())
    try:
        value = _value(reader, root)
    except RecursionError:
        raise DefinitionError([_too_deep(text, name)]) from None
    if not reader.findings and reader.sizes[id(root)] > _VALUES_ALLOWED:
        reader.add("yaml-syntax", "the aliases of this document expand to more than a definition can hold", root)
    if reader.findings:
        raise DefinitionError(reader.findings)
    return value, lambda pointer: _place(reader, root, pointer)


def _too_deep(text: str, name: str, start: int = 0) -> Finding:
    message = f"the definition is nested more than {NESTING} levels deep"
    return Finding("too-deep", message, location=location(name, text, start, start + 1))


def _value(reader: _Reader, node: Any) -> JSON:
    known = id(node)
    if known in reader.values:
        return reader.values[known]
    if known in reader.open:
        reader.add("yaml-syntax", "an alias stands within its own anchor", node)
        reader.sizes[known] = 1
        return None
    if node.tag.removeprefix(_CORE) not in _TAGS:
        _refuse_tag(reader, node)
    value: JSON
    reader.open.add(known)
    if isinstance(node, yaml.MappingNode):
        members = _members(reader, node)
        value = {key: _value(reader, member) for key, (_, member) in members.items()}
        children = [member for _, member in members.values()]
    elif isinstance(node, yaml.SequenceNode):
        value = [_value(reader, member) for member in node.value]
        children = node.value
    else:
        value = _scalar(reader, node)
        children = []
    reader.open.discard(known)
    reader.sizes[known] = 1 + sum(reader.sizes[id(child)] for child in children)
    reader.values[known] = value
    return value


def _scalar(reader: _Reader, node: Any) -> JSON:
    text = substitute(node.value, reader.defines)
    tag = node.tag.removeprefix(_CORE)
    if node.style or (tag == "str" and reader.text.startswith("!", node.start_mark.index + reader.shift)):
        return text
    if tag not in ("str", "int", "float", "bool", "null"):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) < 4000:
        return int(text)
    if text[-1].isdigit() and _FLOAT.fullmatch(text):
        number = float(text)
        if number not in (float("inf"), float("-inf")):
            return number
        reader.add("yaml-syntax", "the number is too big", node)
    if _NOT_FINITE.fullmatch(text):
        reader.add("yaml-syntax", f"{text} is no number that JSON can hold", node, "put it in quotes to make it text")
    return text


def _members(reader: _Reader, node: Any) -> dict[str, tuple[Any, Any]]:
    """Key and value nodes by key, those of merge keys first, as a mapping's own keys win over them."""
    if (known := reader.members.get(id(node))) is not None:
        return known
    own: dict[str, tuple[Any, Any]] = {}
    merged: dict[str, tuple[Any, Any]] = {}
    for key_node, value_node in node.value:
        if key_node.value == "<<" and not key_node.style:
            for mapping in _merged_mappings(reader, value_node):
                merged = {**_members(reader, mapping), **merged}
            continue
        key = _key(reader, key_node)
        if key in own:
            first = location(reader.name, reader.text, own[key][0].start_mark.index + reader.shift, 0)
            reader.add(
                "duplicate-key",
                f'the key "{key}" stands twice in this mapping: first at line {first.line}, column {first.column}',
                key_node,
                "keys must be unique: remove or rename one of the two",
            )
            continue
        own[key] = (key_node, value_node)
    members = {**merged, **own}
    reader.members[id(node)] = members
    return members


def _merged_mappings(reader: _Reader, node: Any) -> Iterator[Any]:
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for mapping in nodes:
        if not isinstance(mapping, yaml.MappingNode):
            reader.add("yaml-syntax", "a merge key (<<) takes a mapping, or a list of mappings", mapping)
        elif id(mapping) in reader.open:
            reader.add("yaml-syntax", "a mapping is merged into itself", mapping)
        else:
            yield mapping


def _key(reader: _Reader, node: Any) -> str:
    if not isinstance(node, yaml.ScalarNode):
        reader.add("yaml-syntax", "a key must be text", node)
        return f"\0{id(node)}"
    key = _scalar(reader, node)
    if isinstance(key, str):
        return key
    kind = "null" if key is None else "a boolean" if isinstance(key, bool) else "a number"
    shown = node.value or "null"
    reader.add("yaml-syntax", f"the key {shown} is {kind}; keys must be text", node, f'put it in quotes: "{shown}"')
    return str(node.value)


def _refuse_tag(reader: _Reader, node: Any) -> None:
    if _TEMPLATE.search(reader.text):
        if not reader.findings:
            reader.add(
                "not-a-definition",
                "this is a CloudFormation or SAM template, not a state machine definition",
                node,
                "take the definition out into a file of its own (DefinitionUri)",
            )
        return
    tag = node.tag.replace(_CORE, "!!")
    is_cloudformation = re.fullmatch(r"!(?:Ref|Sub|GetAtt|If|Join|Select|Split|ImportValue|FindInMap|Transform)", tag)
    reader.add(
        "yaml-syntax",
        f"the tag {tag} means nothing in a state machine definition",
        node,
        "it is CloudFormation's: write a placeholder such as ${Name}, and give it a value with --define Name=value"
        if is_cloudformation
        else "remove the tag",
    )


# -- places ----------------------------------------------------------------------------------------------------------


def _place(reader: _Reader, root: Any, pointer: str) -> Place | None:
    key: Any = None
    node = root
    for token in pointer_tokens(pointer):
        if isinstance(node, yaml.MappingNode):
            member = _members(reader, node).get(token)
            if member is None:
                return None
            key, node = member
        elif isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
            key, node = None, node.value[int(token)]
        else:
            return None
    start, end = _span(reader, node)
    key_start, key_end = (None, None) if key is None else _span(reader, key)
    return Place(start, end, key_start, key_end, lambda index: _character(reader, node, start, end, index))


def _span(reader: _Reader, node: Any) -> tuple[int, int]:
    """Where the node stands, without its anchor and tag, and without the space that ends a block."""
    start, end = node.start_mark.index + reader.shift, node.end_mark.index + reader.shift
    skipped = _SKIPPED.match(reader.text, start, end)
    if skipped and skipped.end() < end:
        start = skipped.end()
    while end > start + 1 and reader.text[end - 1] in " \t\r\n":
        end -= 1
    return start, end


def _character(reader: _Reader, node: Any, start: int, end: int, index: int) -> int:
    """The offset of a character of a scalar's value, or the scalar's start where its writing hides which it is."""
    if not isinstance(node, yaml.ScalarNode):
        return start
    is_block = node.style in ("|", ">")
    written_end = node.end_mark.index + reader.shift if is_block else end
    known = offsets(reader.text, start, written_end, node.style, node.value)
    if known is None:
        return start
    index = _unfilled(node.value, reader.defines, index)
    return known[index] if index < len(known) else end - 1


def _unfilled(text: str, defines: Mapping[str, str], index: int) -> int:
    """The index in a text of what is at `index` once its placeholders are filled."""
    for found in PLACEHOLDER.finditer(text):
        value = defines.get(found[1])
        if value is None:
            continue
        if index < found.start():
            break
        if index < found.start() + len(value):
            return found.start()
        index += len(found[0]) - len(value)
    return index


# -- what is wrong ---------------------------------------------------------------------------------------------------

_PROBLEMS: Final = (
    ("did not find expected <document start>", "there is text after the end of the definition", None),
    ("found undefined alias", "the alias has no anchor", "an anchor (&name) must stand before its alias (*name)"),
    (
        "but found another document",
        "the file holds more than one document",
        "a definition is one document: remove the ---",
    ),
    ("mapping values are not allowed", "a ':' cannot stand here", "is the line before it indented as it should be?"),
    ("found unexpected end of stream", "the quoted text is never closed", None),
    ("did not find expected '-' indicator", "expected the next '-' of the list", "check how the line is indented"),
    ("did not find expected key", "expected a key", "check how the line is indented, and whether a text needs quotes"),
    ("did not find expected ',' or ']'", "expected ',' or ']'", None),
    ("did not find expected ',' or '}'", "expected ',' or '}'", None),
)


def _malformed(text: str, name: str, shift: int, error: yaml.YAMLError) -> Finding:
    """The finding for an error of PyYAML, in words that say what to do."""
    if isinstance(error, yaml.reader.ReaderError):
        place = location(name, text, error.position + shift, error.position + shift + 1)
        return Finding("yaml-syntax", "a control character stands in the text", location=place)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Finding("yaml-syntax", str(error), location=location(name, text, 0, 0))
    problem = error.problem or "the text is not YAML"
    at_context = problem.startswith("found unexpected end") and error.context_mark is not None
    mark: Any = error.context_mark if at_context else error.problem_mark
    index = mark.index + shift
    line_start = text.rfind("\n", 0, index) + 1
    message, hint = problem, None
    for start, words, advice in _PROBLEMS:
        if problem.startswith(start):
            message, hint = words, advice
    if "cannot start any token" in problem:
        char = text[index : index + 1]
        message = "a tab cannot indent YAML" if char == "\t" else f"a value cannot begin with '{char}'"
        hint = "indent with spaces" if char == "\t" else "put the value in quotes"
    if (found := PLACEHOLDER.search(text, line_start)) and found.start() < index <= found.end() + 1:
        hint = f'inside {{ }} and [ ] a placeholder must stand in quotes: "{found[0]}"'
        index = found.start()
    return Finding("yaml-syntax", message, hint=hint, location=location(name, text, index, index + 1))
