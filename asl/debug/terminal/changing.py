"""Commands that change what happens: data, answers, time."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from asl.debug.completions import completions
from asl.debug.terminal import names
from asl.debug.terminal.commands import Group, nothing, split_word
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.hosts.start import moment
from asl.values import JSON

GROUP: Final = Group("Changing")
_SET: Final = re.compile(r"(?P<place>\$(?:[^=\"']|\"[^\"]*\"|'[^']*')*?)\s*=\s*(?P<value>.*)", re.DOTALL)
_TOKEN: Final = re.compile(r"--?token(?:=|\s+)")
_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_TEXTS: Final = 'JSON is a value such as 12, "text" or {"a": [1, 2]}, or @FILE'


def json_value(text: str, what: str) -> JSON:
    """The value that a JSON text is, or that a file has whose name stands behind `@`. Raises InputError."""
    if not text:
        raise InputError(f"{what} is missing: {_TEXTS}")
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise InputError(f"{text[1:]} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        hint = f"; a text has quotes: {json.dumps(text)}" if re.fullmatch(r"[\w .-]+", text) else ""
        raise InputError(f"{what} is not JSON: {error}{hint}") from None


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def _paths(session: Session, typed: str) -> Iterable[str]:
    return completions(session.stop, typed)


@GROUP.command(
    "set PLACE = JSON",
    "Change the data or a variable here.",
    "set $.order.total = 12",
    more=f"PLACE is $, $.a.b[0], $name or $name.a. {_TEXTS}.",
    completions=_paths,
)
def set_(session: Session, argument: str) -> None:
    found = _SET.fullmatch(argument)
    if found is None:
        raise InputError('set takes a place and a value: set $.order.total = 12, set $name = "Ann"')
    before = session.debugger.stop
    session.debugger.set(found["place"], json_value(found["value"], "the value"))
    session.arrived(before)


def _token(argument: str) -> tuple[str | None, str]:
    """The state or the token that `--token` names, and the rest of the argument."""
    found = _TOKEN.match(argument)
    if found is None:
        return None, argument
    rest = argument[found.end() :]
    if rest.startswith('"'):
        return _quoted(rest)
    return split_word(rest)


def _quoted(text: str) -> tuple[str, str]:
    """The text in double quotes that another text begins with, and the rest. Raises InputError."""
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        raise InputError(f"the quotes are not closed: {text}") from None
    return str(found), text[end:].strip()


@GROUP.command(
    "succeed [--token STATE] JSON",
    "Answer a task by hand.",
    'succeed {"receipt": "r-1"}',
    more=(
        "Without --token it is the task here; --token names the state of another one that awaits its token,\n"
        f"or is the token itself. {_TEXTS}."
    ),
    completions=lambda session, typed: ["--token "],
)
def succeed(session: Session, argument: str) -> None:
    token, text = _token(argument)
    value = json_value(text, "the answer")
    session.debugger.succeed(value, token=token)
    session.arrived()


@GROUP.command(
    "fail [--token STATE] ERROR [CAUSE]",
    "Fail a task by hand.",
    'fail CardDeclined "no funds"',
    more="A cause of several words may stand in quotes, but need not.",
    completions=lambda session, typed: ["--token ", "States.TaskFailed", "States.Timeout", "Lambda.Unknown"],
)
def fail(session: Session, argument: str) -> None:
    token, text = _token(argument)
    error, cause = _quoted(text) if text.startswith('"') else split_word(text)
    if not error:
        raise InputError('the name of the error is missing: fail CardDeclined "no funds"')
    if cause.startswith(('"', "'")):
        try:
            cause = " ".join(shlex.split(cause))
        except ValueError:
            cause = cause.strip("\"'")
    session.debugger.fail(error, cause or None, token=token)
    session.arrived()


@GROUP.command(
    "heartbeat [STATE]",
    "Say that the worker of a task is alive.",
    "heartbeat Approve",
    completions=lambda session, typed: names.states(session),
)
def heartbeat(session: Session, argument: str) -> None:
    session.debugger.heartbeat(argument or None)
    session.arrived()


@GROUP.command(
    "retry now",
    "End a back-off or a Wait at once.",
    "retry now",
    completions=lambda session, typed: ["now"],
)
def retry(session: Session, argument: str) -> None:
    if argument != "now":
        raise InputError("retry takes the word now: retry now ends a back-off; retries tells how many are left")
    session.debugger.retry_now()
    session.arrived()


@GROUP.command(
    "skip",
    "Leave this state without its work.",
    "skip",
    more="Its input is its output.",
)
def skip(session: Session, argument: str) -> None:
    nothing(argument, "skip")
    session.debugger.skip()
    session.arrived()


def _moment(text: str) -> str:
    """The text, if it is a moment. Raises InputError."""
    try:
        moment(text)
    except InputError:
        raise InputError(
            f"'{text}' is neither how long (30s, 5min, 1h, 2d) nor a moment such as 2026-01-01T12:00:00Z"
        ) from None
    return text


@GROUP.command(
    "jump TIME",
    "Let time pass.",
    "jump 1h",
    more="TIME is how long (30s, 5min, 1h, 2d), or a moment as ISO 8601 text (2026-01-01T12:00:00Z).",
)
def jump(session: Session, argument: str) -> None:
    if not argument:
        raise InputError("how far is missing: jump 30s, jump 1h, jump 2026-01-01T12:00:00Z")
    amount = _AMOUNT.fullmatch(argument)
    if amount is not None:
        session.debugger.jump(seconds=float(amount[1]) * _SECONDS[amount[2] or "s"])
    else:
        session.debugger.jump(until=_moment(argument))
    session.arrived()
