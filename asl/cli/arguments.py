"""What the options of a command hold: each function gives the value meant, or raises InputError that says what is."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl.errors import DefinitionError, InputError
from asl.findings import render

if TYPE_CHECKING:
    import click

    from asl.config import Config
    from asl.integration import Handler
    from asl.machine import Machine
    from asl.source import Document
    from asl.testing.mock_config import MockConfig


def read_input(given: str | None, option: str = "--input") -> str | None:
    """The JSON text that an option holds, such as the execution's input, as it was written; None when none was given.

    `given` is JSON text, `@file`, or `-` for standard input.
    """
    if given is None:
        return None
    if given in ("-", "@-"):
        return _checked_json(_read_stdin(), "<stdin>")
    if given.startswith("@"):
        return _checked_json(_read_file(given[1:], option), given[1:])
    try:
        return _checked_json(given, option)
    except InputError as error:
        if hint := _file_hint(given, option):
            raise InputError(f"{option} '{given}' is not JSON; {hint}") from None
        eaten = (
            f"\nWrite the JSON in single quotes, so that the shell keeps its double quotes: {option} '{{\"key\": 1}}'"
        )
        raise InputError(f"{error}{eaten if given.strip() and chr(34) not in given else ''}") from None


class Given:
    """What holds of an option: what the command line says, else what the project's settings say, else its default."""

    def __init__(self, ctx: click.Context, settings: Config) -> None:
        self._ctx = ctx
        self._settings = settings

    def value(self, option: str, given: Any) -> Any:
        """An option with one value, or a list."""
        source = self._ctx.get_parameter_source(_parameter(option))
        if source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT"):
            return given
        return self._settings.values.get(option, given)

    def table(self, option: str, given: Mapping[str, str]) -> dict[str, str]:
        """An option NAME=VALUE: those of the settings, with those of the command line over them."""
        return {**self._settings.table(option), **given}


def _parameter(option: str) -> str:
    return {"type": "type_", "event-bus": "event_buses"}.get(option, option.replace("-", "_"))


def read_context(path: str | None) -> dict[str, Any] | None:
    """The object in a JSON file."""
    if path is None:
        return None
    value = json.loads(_checked_json(_read_file(path, "--context"), path))
    if not isinstance(value, dict):
        raise InputError(f'{path}: the context object must be a JSON object, such as {{"Execution": {{...}}}}')
    return value


def pairs(option: str, values: Iterable[str], example: str) -> dict[str, str]:
    """`NAME=VALUE` options as a dict; values may hold `=`, names may not."""
    found: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals or not name:
            raise InputError(f"{option} '{value}' is not NAME=VALUE; write {option} {example}")
        if name in found and found[name] != rest:
            raise InputError(f"{option} gives '{name}' twice, as '{found[name]}' and as '{rest}'")
        found[name] = rest
    return found


def variables(values: Iterable[str]) -> dict[str, Any]:
    """`NAME=JSON` options as a dict of values."""
    found = {}
    for name, text in pairs("--var", values, "limit=10").items():
        try:
            found[name.removeprefix("$")] = json.loads(_checked_json(text, f"--var {name}"))
        except InputError as error:
            quoted = f"\nA text needs quotes of its own: --var '{name}=\"{text}\"'" if '"' not in text else ""
            raise InputError(f"{error}{quoted}") from None
    return found


def answering(given: Given, said: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What --lambda, --activity and --machine say, by those names, over the project's settings.

    `said` has them by their parameters.
    """
    return {
        option: given.table(option, pairs(f"--{option}", said[parameter], example))
        for option, parameter, example in (
            ("lambda", "lambdas", "charge=package.module:function"),
            ("activity", "activities", "work=package.module:function"),
            ("machine", "machines", "Child=child.asl.json"),
        )
    }


def mocks(reference: str | None, machine: Machine) -> MockConfig | None:
    """The answers that `FILE[#TestCase]` names, for a machine; None where nothing is named."""
    if reference is None:
        return None
    from asl.testing import mock_config

    path, test_case = mock_config.split_reference(reference)
    return mock_config.load(path, test_case, machine=machine)


def look_for_modules(settings: Config) -> None:
    """Has modules of functions found in the folder of the settings, and before that in the current one."""
    for folder in ([settings.path.parent] if settings.path else []) + [Path.cwd()]:
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


def machines(files: Mapping[str, str], values: Mapping[str, str]) -> dict[str, Document]:
    """The documents of state machines by ARN, name or glob, with their placeholders filled."""
    from asl import source

    documents = {}
    for name, file in files.items():
        try:
            documents[name] = source.read(file, values)
        except InputError as error:
            raise InputError(f"the machine '{name}': {error}") from None
    return documents


def functions(option: str, targets: Mapping[str, str]) -> dict[str, Handler]:
    """Texts `package.module:function` by ARN, name or glob, as functions; `option` is where they were given."""
    for name, target in targets.items():
        if not re.fullmatch(r"[^\s:]+:[^\s:]+", target):
            raise InputError(
                f"{option} '{name}={target}': '{target}' is not package.module:function;"
                f" write {option} {name}=handlers:{re.sub(r'[^A-Za-z0-9_]', '_', name) or 'handler'}"
            )
    if not targets:
        return {}
    resolve = import_module("asl_lambda").resolve_handler
    return {name: resolve(target) for name, target in targets.items()}


def endpoint_urls(values: Iterable[str]) -> dict[str, str]:
    """`[service=]URL` options as URLs by service, "*" for those without one."""
    found: dict[str, str] = {}
    for value in values:
        service, equals, url = value.partition("=")
        if not equals or "://" in service:
            service, url = "*", value
        found[service] = url
    return found


def checked(account: str, region: str, role_arn: str | None, urls: Mapping[str, str]) -> None:
    """Raises InputError for an account, region, role or URL that cannot be one."""
    if not re.fullmatch(r"[0-9]{12}", account):
        raise InputError(f"--account '{account}' is not an account id of 12 digits, such as 123456789012")
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", region):
        raise InputError(f"--region '{region}' is not a region, such as us-east-1")
    if role_arn is not None and not role_arn.strip():
        raise InputError(f"--role-arn is empty; a role's ARN is such as arn:aws:iam::{account}:role/Name")
    for url in urls.values():
        if not re.match(r"https?://[^/]", url):
            raise InputError(f"--endpoint-url '{url}' is not a URL, such as http://localhost:4566")


# -- JSON from outside -----------------------------------------------------------------------------------------------


def _read_stdin() -> str:
    if sys.stdin.isatty():
        print("Type the input as JSON and end it with Ctrl-D:", file=sys.stderr)
    return _decoded(sys.stdin.buffer.read(), "<stdin>")


def _read_file(path: str, option: str) -> str:
    try:
        return _decoded(Path(path).read_bytes(), path)
    except FileNotFoundError:
        raise InputError(f"{option}: there is no file '{path}'") from None
    except IsADirectoryError:
        raise InputError(f"{option}: '{path}' is a directory") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{option}: '{path}' cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _decoded(octets: bytes, name: str) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8: byte 0x{octets[error.start]:02x} at offset {error.start}") from None


def _checked_json(text: str, name: str) -> str:
    """The text itself, when it is JSON; an InputError that shows the place where it is not."""
    try:
        json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise InputError(_what_is_wrong(text, name, str(error))) from None
    return text


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _what_is_wrong(text: str, name: str, otherwise: str) -> str:
    from asl import source

    if not text.strip():
        return f"{name}: error: the input is empty; an execution without input gets {{}}"
    try:
        source.read_text(text, name, "json")
    except DefinitionError as error:
        findings = [
            replace(each, message=each.message.replace("the definition", "the input"), hint=None)
            if each.rule == "placeholder"
            else replace(each, message=each.message.replace("the definition", "the input"))
            for each in error.findings
        ]
        return "\n".join(render(each) for each in findings)
    return f"{name}: error: not JSON: {otherwise}"


def _file_hint(given: str, option: str) -> str | None:
    try:
        if Path(given).is_file():
            return f"for the file, write {option} @{given}"
    except (OSError, ValueError):
        return None
    if re.fullmatch(r"[^\s{}\[\]\"']+\.(json|ya?ml|txt)", given):
        return f"there is no file '{given}' either; what is in a file is given as {option} @FILE"
    return None
