"""Values of options as the AWS CLI takes them: text, `file://FILE`, JSON, or its shorthand for structures.

Source: AWS CLI User Guide, "Loading a parameter from a file", "Using shorthand syntax with the AWS CLI".
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from asl.errors import InputError

_KEY = re.compile(r"\s*([\w.-]+)\s*=\s*")
_FILE_NAME = re.compile(r"(?!file://)[^\s{}\[\]\"']+\.(json|ya?ml|txt)")
_PLAIN = re.compile(r"[^,{}]*")
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def text(option: str, given: str | None) -> str | None:
    """The text meant: that of a file where `file://` stands before its name. Raises InputError for no such file."""
    if given is None or not given.startswith("file://"):
        return given
    return _file(option, given.removeprefix("file://"))


def json_text(option: str, given: str | None) -> str | None:
    """The same for JSON text, where the name of a file alone is a slip. Raises InputError for that too."""
    if given is not None and _FILE_NAME.fullmatch(given):
        there = "for the file, write" if Path(given).is_file() else "there is no such file either; a file is given as"
        raise InputError(f"{option} '{given}' is not JSON; {there} {option} file://{given}")
    return text(option, given)


def request(given: str | None) -> dict[str, Any]:
    """What `--cli-input-json` holds: JSON text, a file, or `file://FILE`; {} where it is not given."""
    option = "--cli-input-json"
    if given is None:
        return {}
    written = given if given.lstrip().startswith(("{", "[")) else _file(option, given.removeprefix("file://"))
    return _object(option, written)


def structure(option: str, given: str | None, example: str) -> dict[str, Any] | None:
    """The structure meant by JSON, a file of it, or shorthand: `retrierRetryCount=1`, `errorOutput={error=E,cause=C}`.

    All values of shorthand are texts. Raises InputError, which shows the example, for what is neither.
    """
    written = text(option, given)
    if written is None or written.lstrip().startswith("{"):
        return None if written is None else _object(option, written)
    found, end = _pairs(written, 0)
    if end < len(written) or not found:
        raise InputError(f"{option} '{written}' is neither JSON nor shorthand; write {option} {example}")
    return found


def _pairs(written: str, start: int) -> tuple[dict[str, Any], int]:
    """The pairs of shorthand from a place on, and the place behind them."""
    found: dict[str, Any] = {}
    while (key := _KEY.match(written, start)) is not None:
        found[key[1]], start = _value(written, key.end())
        if not written.startswith(",", start):
            break
        start += 1
    return found, start


def _value(written: str, start: int) -> tuple[Any, int]:
    if written.startswith("{", start):
        found, end = _pairs(written, start + 1)
        return found, end + 1 if written.startswith("}", end) else start
    if (quoted := _QUOTED.match(written, start)) is not None:
        return re.sub(r"\\(.)", r"\1", quoted[0][1:-1]), quoted.end()
    plain = _PLAIN.match(written, start)
    assert plain is not None, "matches nothing at least"
    return plain[0].strip(), plain.end()


def _object(option: str, written: str) -> dict[str, Any]:
    try:
        value = json.loads(written)
    except (ValueError, RecursionError) as problem:
        raise InputError(f"{option}: not JSON: {problem}") from None
    if not isinstance(value, dict):
        raise InputError(f'{option}: must be a JSON object, such as {{"definition": "..."}}')
    return value


def _file(option: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{option}: there is no file '{path}'") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{option}: '{path}' cannot be read: {getattr(error, 'strerror', None) or error}") from None
