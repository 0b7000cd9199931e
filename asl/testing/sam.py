"""State machines of SAM and CloudFormation templates, with the functions and machines beside them that tasks use.

template = sam.load("template.yaml")
template.machine.run({}, lambdas=template.lambdas, machines=template.machines)
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Final

from asl import source
from asl.errors import DefinitionError, InputError
from asl.findings import did_you_mean
from asl.integration import Handler
from asl.limits import WorkflowType
from asl.machine import Machine, from_document
from asl.source import Document
from asl.source_text import Place, below, unused_defines
from asl.testing import cloudformation
from asl.testing.handler_files import function_of

_MACHINES: Final = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")
_FUNCTIONS: Final = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_TOP_LEVEL_KEY: Final = re.compile(r"""^(?:["']?)(\w+)["']?\s*:""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Template:
    """A state machine of a template. `lambdas` and `machines` are the others in it by name, as `asl.World` takes them.

    `lambdas` has the functions with Python code beside the template; their code is imported when they are called.
    """

    machine: Machine
    lambdas: Mapping[str, Handler]
    machines: Mapping[str, Machine]


def is_template(path: str | Path) -> bool:
    """Whether a file is a template rather than a definition, by what it looks like; False if it cannot be read."""
    try:
        text = Path(path).read_text("utf-8-sig")
        keys = json.loads(text) if text.lstrip()[:1] == "{" else _TOP_LEVEL_KEY.findall(text)
    except (OSError, ValueError, RecursionError):
        return False
    return "Resources" in keys and "StartAt" not in keys


def load(
    path: str | Path,
    resource: str | None = None,
    define: Mapping[str, str] | None = None,
    *,
    name: str | None = None,
    type: WorkflowType | None = None,
    defaults: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    account: str = "123456789012",
) -> Template:
    """The state machine of a template with that logical id, or the only one, and what is beside it.

    `define` has values of the template's parameters, and of placeholders in the definition. `name` and `type` go before
    what the template says; `defaults` fill placeholders that nothing else does. Raises InputError for a template that
    cannot be read, or without such a machine, DefinitionError for a definition that is not valid.
    """
    file, define = Path(path), define or {}
    template = cloudformation.Template(
        cloudformation.read(file, region, account), define, defaults or {}, region, account
    )
    machines = [each for each in template.section("Resources") if template.type(each) in _MACHINES]
    chosen = _chosen(file, machines, resource)
    document = _definition(template, chosen, file)
    known = [*document.placeholders, *template.section("Parameters")]
    if problem := unused_defines(define, known):
        raise InputError(f"{file}: {problem}")
    machine = from_document(document, name or template.name(chosen), type or _workflow_type(template, chosen))
    others = {template.name(each): _other(template, each, file) for each in machines if each != chosen}
    return Template(
        machine, _functions(template, file), {key: each for key, each in others.items() if each is not None}
    )


def _chosen(file: Path, machines: list[str], resource: str | None) -> str:
    listed = ", ".join(machines)
    if not machines:
        raise InputError(f"{file}: the template has no state machine; {' and '.join(_MACHINES)} are looked for")
    if resource is not None:
        if resource not in machines:
            hint = did_you_mean(resource, machines) or f"its state machines are {listed}"
            raise InputError(f"{file}: the template has no state machine '{resource}'; {hint}")
        return resource
    if len(machines) > 1:
        raise InputError(
            f"{file}: the template has {len(machines)} state machines; say which with `resource`: {listed}"
        )
    return machines[0]


def _workflow_type(template: cloudformation.Template, logical_id: str) -> WorkflowType:
    properties = template.properties(logical_id)
    given = template.resolve(properties.get("Type") or properties.get("StateMachineType"))
    return "EXPRESS" if given == "EXPRESS" else "STANDARD"


def _other(template: cloudformation.Template, logical_id: str, file: Path) -> Machine | None:
    """Another machine of the template; None if it cannot be had, which matters only if a task starts it."""
    with suppress(InputError, DefinitionError):
        document = _definition(template, logical_id, file)
        return from_document(document, template.name(logical_id), _workflow_type(template, logical_id))
    return None


# -- definitions -----------------------------------------------------------------------------------------------------


def _definition(template: cloudformation.Template, logical_id: str, file: Path) -> Document:
    """The definition of a state machine, wherever it is; places are those in the file that it stands in."""
    properties = template.properties(logical_id)
    pointer = below("/Resources", logical_id) + "/Properties"
    substitutions = template.texts(properties.get("DefinitionSubstitutions", {}))
    values = {**template.defaults, **template.pseudo, **substitutions, **template.parameters}
    for key in ("DefinitionUri", "DefinitionS3Location"):
        if key in properties:
            uri = template.resolve(properties[key])
            if not isinstance(uri, str) or uri.startswith("s3:"):
                place = template.document.locate(f"{pointer}/{key}")
                raise InputError(f"{place or file}: the definition of '{logical_id}' is in S3, not in a file here")
            return source.read(file.parent / uri, values)
    if "Definition" in properties:
        return _inline(template, f"{pointer}/Definition", properties["Definition"], values)
    if "DefinitionString" in properties:
        return _of_text(template, f"{pointer}/DefinitionString", properties["DefinitionString"], values)
    raise InputError(f"{file}: the state machine '{logical_id}' has no definition: no DefinitionUri, Definition ...")


def _inline(template: cloudformation.Template, pointer: str, value: Any, values: Mapping[str, str]) -> Document:
    plain = source.from_value(template.resolve(value), template.document.name, values)
    return _placed(plain, template.document, lambda inner: template.document._locator(pointer + inner))


def _of_text(template: cloudformation.Template, pointer: str, value: Any, values: Mapping[str, str]) -> Document:
    """A definition as text in the template, most often in Fn::Sub."""
    outer = template.document
    match value:
        case {"Fn::Sub": str(text)}:
            values = {**_named(template, text), **values}
        case {"Fn::Sub": [str(text), dict(own)]}:
            values = {**_named(template, text), **template.texts(own), **values}
        case _:
            text = template.resolve(value)
    if not isinstance(text, str):
        return _inline(template, pointer, value, values)
    inner = source.read_text(text, outer.name, None, values)
    places = (f"{pointer}/Fn::Sub/0", f"{pointer}/Fn::Sub", f"{pointer}/0", pointer)
    holder = next((place for each in places if (place := outer._locator(each)) is not None), None)

    def locate(inner_pointer: str) -> Place | None:
        found = inner._locator(inner_pointer)
        if found is None or holder is None or text != _written(outer, holder, text):
            return holder
        start, end = holder.at(found.start), holder.at(max(found.start, found.end - 1)) + 1
        keys = [None if each is None else holder.at(each) for each in (found.key_start, found.key_end)]
        return Place(start, end, keys[0], keys[1], lambda index: holder.at(found.at(index)))

    return _placed(inner, outer, locate)


def _written(outer: Document, holder: Place, text: str) -> str:
    """The text, if the template has each character of it at its place."""
    shown = "".join(outer.text[holder.at(index)] for index in range(min(len(text), 40)))
    return text if shown == text[:40] else ""


def _named(template: cloudformation.Template, text: str) -> dict[str, str]:
    """What the names in a text of Fn::Sub stand for."""
    names = {found[2] for found in cloudformation.SUBSTITUTED.finditer(text) if not found[1]}
    return {name: cloudformation.as_text(template.named(name)) for name in names}


def _placed(document: Document, outer: Document, locator: Any) -> Document:
    """A document whose places are in another."""
    return Document(document.value, outer.name, outer.text, outer.format, document.placeholders, locator)


# -- functions -------------------------------------------------------------------------------------------------------


def _functions(template: cloudformation.Template, file: Path) -> dict[str, Handler]:
    """The functions of a template whose Python code is beside it, by name."""
    common = template.common("Function")
    found: dict[str, Handler] = {}
    for logical_id in template.section("Resources"):
        if template.type(logical_id) not in _FUNCTIONS:
            continue
        properties = {**common, **template.properties(logical_id)}
        code = template.resolve(properties.get("CodeUri", properties.get("Code", ".")))
        handler = template.resolve(properties.get("Handler", ""))
        if isinstance(code, str) and isinstance(handler, str) and "." in handler:
            module, _, name = handler.rpartition(".")
            place = (file.parent / code).joinpath(*re.split(r"[./]", module)).with_suffix(".py")
            if place.is_file():
                variables = {**_variables(template, common), **_variables(template, properties)}
                found[template.name(logical_id)] = _handler(place, name, variables)
    return found


def _variables(template: cloudformation.Template, properties: Mapping[str, Any]) -> dict[str, str]:
    environment = properties.get("Environment", {})
    return template.texts(environment.get("Variables", {})) if isinstance(environment, dict) else {}


_ImportModuleError: Final = type("Runtime.ImportModuleError", (Exception,), {})
"""What Lambda's runtime calls a handler that cannot be had (Lambda Developer Guide, errors of Python functions)."""


def _handler(file: Path, name: str, variables: Mapping[str, str]) -> Handler:
    def handler(event: Any, context: Any) -> Any:
        with _environment(variables):
            try:
                function = function_of(file, name)
            except InputError as error:
                raise _ImportModuleError(str(error)) from None
            return function(event, context)

    handler.__name__ = handler.__qualname__ = name
    return handler


_environment_taken: Final = RLock()


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables for a while. A process has one environment, so one function runs at a time."""
    with _environment_taken:
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
