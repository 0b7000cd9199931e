"""A debugger's session in a file: the definition, the input, every answer and every change, and where it stood.

A session that is resumed (`asl.debug.resuming`) comes to the same stops, and nobody is called for that. What answers
tasks beyond it (functions, mock files, services elsewhere) is not in the file, and has to be named again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asl
from asl.debug.breakpoints import Breakpoint, Watch
from asl.debug.by_hand import changes
from asl.debug.saved_session import SavedBreakpoint, SavedLine, SavedMachine, SavedSession
from asl.debug.session_json import of_answered, of_moves, to_answered, to_moves
from asl.debug.timeline import Timeline
from asl.errors import InputError
from asl.machine import Machine, load
from asl.source import Document
from asl.testing.written_definition import is_whole
from asl.values import JSON

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger

FORMAT: Final = 1
_KIND: Final = "aslDebugSession"
_FUNCTIONS: Final = {"lambdas": "--lambda", "activities": "--activity", "tasks": "tasks"}


# -- saving ----------------------------------------------------------------------------------------------------------


def save(debugger: Debugger, path: str | Path, displays: Mapping[int, str] | None = None) -> None:
    """Writes the session to a file, over an earlier session if one is there.

    `displays` are the expressions that are shown at each stop, by number.

    Raises InputError for a file that holds something else or cannot be written, and for a recording that is replayed.
    """
    if debugger.stepper.script is not None:
        raise InputError("what is replayed is in the file of its history already; other sessions can be saved")
    path = Path(path)
    if path.is_file() and not _is_session(path):
        raise InputError(f"'{path}' exists and is no session: choose another name")
    session = _session(debugger, path.parent) | {"displays": dict(displays or {})}
    text = json.dumps(session, indent=1)
    try:
        path.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror or error}") from None


def _session(debugger: Debugger, folder: Path) -> dict[str, JSON]:
    info = debugger.run.execution.info
    machines = debugger.of_world.get("machines") or {}
    return {
        _KIND: FORMAT,
        "aslkit": asl.__version__,
        "machine": _machine(debugger.run.machine, folder),
        "machines": {name: _machine(each, folder) for name, each in machines.items()},
        "execution": {
            "name": info.name,
            "input": info.input,
            "inputText": info.input_text,
            "roleArn": info.role_arn,
            "context": info.context,
            "startAt": info.start_at,
            "variables": info.variables,
            "single": info.single,
        },
        "world": _world(debugger, folder),
        "namedAgain": _named_again(debugger.of_world),
        "answers": [of_answered(asked, each) for asked, each in debugger.stepper.remembered.items()],
        "lines": [_line(line) for line in debugger.lines.values()],
        "line": debugger.line.name,
        "breakpoints": [_breakpoint(each) for each in debugger.breakpoints],
    }


def _machine(given: Any, folder: Path) -> JSON:
    """A state machine as `asl.World` takes them: a machine, its document, file or definition."""
    machine = given if isinstance(given, Machine) else None
    document = given if isinstance(given, Document) else (machine or load(given)).document
    is_text = is_whole(document)
    has_file = is_text and Path(document.name).is_file()
    return {
        "name": None if machine is None else machine.name,
        "type": None if machine is None else machine.type,
        "file": Path(os.path.relpath(document.name, folder)).as_posix() if has_file else None,
        "text": document.text if is_text else None,
        "definition": document.value,
        "define": dict(document.filled),
    }


def _world(debugger: Debugger, folder: Path) -> JSON:
    """The options of the world that are JSON, and need nobody's consent: services elsewhere do."""
    world, options = debugger.world, debugger.of_world
    resources = options.get("resources")
    return {
        "start": debugger.lines["main"].stops[0].at,
        "seed": world.seed,
        "region": world.region,
        "account": world.account,
        "live": debugger.is_live,
        "aws": "embedded" if options.get("aws") == "embedded" else "off",
        "resources": os.path.relpath(resources, folder) if isinstance(resources, str | Path) else resources,
        "eventBuses": list(options.get("event_buses") or ()),
    }


def _named_again(options: Mapping[str, Any]) -> list[str]:
    """The options that a session's file does not hold, as the command line has them."""
    found = [
        f"{option} {name}={getattr(function, '__module__', '')}:{getattr(function, '__qualname__', function)}"
        for key, option in _FUNCTIONS.items()
        if isinstance(options.get(key), Mapping)
        for name, function in options[key].items()
    ]
    mocks = options.get("mocks")
    found += [] if mocks is None else [f"--mock FILE#{getattr(mocks, 'test_case', 'CASE')}"]
    urls = options.get("endpoint_url") or {}
    urls = {"*": urls} if isinstance(urls, str) else urls
    found += [f"--endpoint-url {'' if service == '*' else f'{service}='}{url}" for service, url in urls.items()]
    return [*found, *(["--aws real"] if options.get("aws") == "real" else [])]


def _line(line: Timeline) -> JSON:
    return {
        "name": line.name,
        "moves": of_moves(line.moves),
        "given": [of_answered(asked, each) for asked, each in line.given.items()],
        "position": line.position,
        "changes": changes(line),
    }


def _breakpoint(each: Breakpoint | Watch) -> JSON:
    return {name: getattr(each, name) for name in SavedBreakpoint.__dataclass_fields__}


# -- reading ---------------------------------------------------------------------------------------------------------


def read(path: str | Path) -> SavedSession:
    """The session in a file. Raises InputError for a file that is no session, is damaged, or of another version."""
    path = Path(path)
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise InputError(_no_session(path)) from None
    if not isinstance(value, dict) or _KIND not in value:
        raise InputError(_no_session(path))
    if value[_KIND] != FORMAT:
        raise InputError(
            f"{path}: is a session in version {value[_KIND]} of the format, written by aslkit {value.get('aslkit')};"
            f" this is aslkit {asl.__version__}, which reads version {FORMAT}"
        )
    try:
        return _read(path, value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: is damaged: {type(error).__name__}: {error}") from None


def _no_session(path: Path) -> str:
    return f"{path}: is no session of the debugger; one is written by its command `save FILE`"


def _read(path: Path, value: dict[str, Any]) -> SavedSession:
    world, started = value["world"], value["execution"]
    resources = world["resources"]
    return SavedSession(
        path=path,
        machine=_read_machine(value["machine"], path.parent),
        machines={name: _read_machine(each, path.parent) for name, each in value["machines"].items()},
        of_world={
            "start": int(world["start"]),
            "seed": world["seed"],
            "region": world["region"],
            "account": world["account"],
            "live": bool(world["live"]),
            "aws": "embedded" if world["aws"] == "embedded" else "off",
            "resources": str(path.parent / resources) if isinstance(resources, str) else resources,
            "event_buses": tuple(world["eventBuses"]),
        },
        of_start={
            "name": started["name"],
            "input": started["input"],
            "input_text": started["inputText"],
            "role_arn": started["roleArn"],
            "context": dict(started["context"]),
            "start_at": started["startAt"],
            "variables": dict(started["variables"]),
            "single": bool(started["single"]),
        },
        answers=[to_answered(each) for each in value["answers"]],
        lines=[_read_line(each) for each in value["lines"]],
        line=value["line"],
        breakpoints=[SavedBreakpoint(**each) for each in value["breakpoints"]],
        displays={int(number): str(each) for number, each in value["displays"].items()},
        named_again=[str(each) for each in value["namedAgain"]],
    )


def _read_machine(value: dict[str, Any], folder: Path) -> SavedMachine:
    return SavedMachine(
        name=value["name"] or "StateMachine",
        type=value["type"],
        file=None if value["file"] is None else Path(os.path.normpath(folder / value["file"])),
        text=value["text"],
        value=value["definition"],
        define=dict(value["define"]),
    )


def _read_line(value: dict[str, Any]) -> SavedLine:
    given = dict(to_answered(each) for each in value["given"])
    made = [str(each) for each in value["changes"]]
    return SavedLine(value["name"], to_moves(value["moves"]), given, int(value["position"]), made)


def _is_session(path: Path) -> bool:
    try:
        read(path)
    except InputError as error:
        return "is no session" not in str(error)
    return True
