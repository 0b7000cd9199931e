"""What a test file names beside itself: machines, functions, inputs, mock files; and the settings of its project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from asl import config, source
from asl.errors import DefinitionError, InputError
from asl.hosts.executions import machine_name
from asl.hosts.spelling import GLOB_SIGNS
from asl.integration import Handler
from asl.json_text import dumps
from asl.limits import WorkflowType
from asl.machine import Machine, default_name, from_document
from asl.source_text import pseudo_parameters, unused_defines
from asl.testing import mock_config, sam
from asl.testing.handler_files import find_function
from asl.testing.mock_config import MockConfig
from asl.values import JSON


class Project:
    """The files around a test file. Paths are relative to it; what is read is remembered.

    `asl.toml` in its folder or above says what holds where the file does not; `defines` go before its own.
    """

    def __init__(self, file: Path, body: Mapping[str, Any], defines: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._body = body
        self._machines: dict[tuple[str, ...], Machine] = {}
        self._settings = config.read(file.parent)
        self._defines = {**self._settings.table("define"), **(defines or {})}
        root = self._settings.path.parent if self._settings.path else Path.cwd()
        self._folders = tuple(dict.fromkeys((file.parent.resolve(), root, Path.cwd())))
        self._lambdas: dict[str, Handler] = {}
        """Functions of templates, by name."""
        self._siblings: dict[str, Machine] = {}
        """Other state machines of templates, by name."""

    @property
    def children(self) -> list[Machine]:
        """The machines that were read so far."""
        return list(self._machines.values())

    @property
    def named(self) -> dict[str, str]:
        """The files of the state machines that the settings name."""
        return self._settings.table("machine")

    def path(self, name: str) -> Path:
        """The path of a file that is named relative to the test file."""
        return Path(os.path.normpath(self._file.parent / name))

    @cached_property
    def machine(self) -> Machine:
        """The machine under test. Raises InputError and DefinitionError."""
        return self._machine(self._body, self._body.get("name"))

    def child(self, key: str, entry: str | Mapping[str, Any]) -> Machine:
        """A machine that tasks start, which they know as `key`. Raises as `machine`."""
        body = {"machine": entry} if isinstance(entry, str) else entry
        if "machine" not in body:
            raise InputError(f"the machine '{key}' needs 'machine', the file of its definition")
        name = None if GLOB_SIGNS & set(key) else machine_name(key)
        return self._machine(body, name)

    def _machine(self, body: Mapping[str, Any], name: str | None) -> Machine:
        known = (str(name), *(str(body.get(key)) for key in ("machine", "resource", "define", "type")))
        if known not in self._machines:
            self._machines[known] = self._loaded(body, name)
        return self._machines[known]

    def _loaded(self, body: Mapping[str, Any], name: str | None) -> Machine:
        path = self.path(body["machine"])
        own = {key: value if isinstance(value, str) else dumps(value) for key, value in body.get("define", {}).items()}
        kind: WorkflowType | None = body.get("type")
        if sam.is_template(path):
            template = sam.load(
                path, body.get("resource"), own, name=name, type=kind, defaults=self._defines, **self._region()
            )
            self._lambdas.update(template.lambdas)
            self._siblings.update(template.machines)
            return template.machine
        if "resource" in body:
            raise InputError(f"'{body['machine']}' is no template, so it has no resource '{body['resource']}'")
        values = {**pseudo_parameters(**self._region()), **self._defines, **own}
        document = source.read(path, values)
        if problem := unused_defines(own, document.placeholders):
            raise InputError(problem)
        return from_document(
            document, name or default_name(path), kind or self._settings.values.get("type", "STANDARD")
        )

    def _region(self) -> dict[str, str]:
        values = {**self._settings.values, **self._body}
        return {name: values[name] for name in ("region", "account") if name in values}

    def function(self, target: str) -> Handler:
        """The function that `module:function` names. Raises InputError."""
        return find_function(target, self._folders)

    def input(self, name: str) -> JSON:
        """The value in a JSON or YAML file. Raises InputError."""
        try:
            return source.read(self.path(name)).value
        except DefinitionError as error:
            raise InputError(str(error).replace("the definition", "the input")) from None

    def mock_config(self, reference: str, machine: Machine) -> MockConfig:
        """A test case of a MockConfigFile.json, with counters at their start. Raises InputError."""
        file, test_case = mock_config.split_reference(str(self.path(reference)))
        return mock_config.load(file, test_case, machine=machine)

    @property
    def role_arn(self) -> str | None:
        role: str | None = self._settings.values.get("role-arn")
        return role

    def world_options(self) -> dict[str, Any]:
        """The options of a world that the settings and the template give. Tests never call AWS: `real` is `off`."""
        settings = self._settings
        options = {name: settings.values[key] for key, name in _OPTIONS.items() if key in settings.values}
        if options.get("aws") == "real":
            del options["aws"]
        if "endpoint-url" in settings.values:
            options["endpoint_url"] = settings.table("endpoint-url")
        for table, name in (("lambda", "lambdas"), ("activity", "activities")):
            options[name] = {key: self.function(target) for key, target in settings.table(table).items()}
        options["lambdas"] = {**self._lambdas, **options["lambdas"]}
        options["machines"] = {**self._siblings, **{name: self.child(name, file) for name, file in self.named.items()}}
        return options


_OPTIONS: Final = {
    "region": "region",
    "account": "account",
    "seed": "seed",
    "aws": "aws",
    "resources": "resources",
    "start-time": "start",
    "event-bus": "event_buses",
}
"""Settings with the options of a world that they are."""
