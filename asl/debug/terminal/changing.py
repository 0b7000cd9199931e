"""Commands that change what happens: data, answers, time."""

from __future__ import annotations

import json
import re
import shlex
from typing import Final

from asl.debug.terminal import json_input, names
from asl.debug.terminal.commands import Group, nothing, split_word
from asl.debug.terminal.json_input import FORMS, is_open
from asl.debug.terminal.session import Session
from asl.errors import InputError
from asl.hosts.start import moment

GROUP: Final = Group("Changing")
_SET: Final = re.compile(r"(?P<place>\$(?:[^=\"']|\"[^\"]*\"|'[^']*')*?)\s*=\s*(?P<value>.*)", re.DOTALL)
_TOKEN: Final = re.compile(r"--?token(?:=|\s+)")
_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)\s*")
_AMOUNTS: Final = re.compile(rf"(?:{_AMOUNT.pattern})+")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_READS_ON: Final = "JSON whose brackets are not closed goes on in the next line."


@GROUP.command(
    "set PLACE = JSON",
    "Change the data or a variable here.",
    "set $.order.total = 12",
    more=f"PLACE is $, $.a.b[0], $name or $name.a. {FORMS}. {_READS_ON}",
    completions=names.expressions,
    is_open=lambda argument: is_open(argument.partition("=")[2].strip()),
)
def set_(session: Session, argument: str) -> None:
    found = _SET.fullmatch(argument)
    if found is None:
        raise InputError('set takes a place and a value: set $.order.total = 12, set $name = "Ann"')
    before = session.debugger.stop
    if session.stop is not before:
        raise InputError(
            f"set changes what is at the present stop, {before.number}; goto {session.stop.number} comes first"
        )
    session.debugger.set(found["place"], json_input.value(found["value"], "the value"))
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
        f"or is the token itself. {FORMS}. {_READS_ON}"
    ),
    completions=lambda session, typed: ["--token "],
    is_open=lambda argument: is_open(_token(argument)[1]),
)
def succeed(session: Session, argument: str) -> None:
    token, text = _token(argument)
    value = json_input.value(text, "the answer")
    session.debugger.succeed(value, token=token, stop=session.thread)
    session.arrived()


@GROUP.command(
    "submit [JSON]",
    "Answer a callback task's call; it then waits.",
    'submit {"MessageId": "m-1"}',
    more=(
        "The task then waits for its token: succeed --token STATE JSON ends it. Without JSON the answer is {}.\n"
        f"{FORMS}. {_READS_ON}"
    ),
    is_open=is_open,
)
def submit(session: Session, argument: str) -> None:
    value = json_input.value(argument, "the answer") if argument else {}
    session.debugger.submit(value, stop=session.thread)
    session.arrived()


@GROUP.command(
    "fail [--token STATE] ERROR [CAUSE]",
    "Fail a task by hand.",
    'fail CardDeclined "no funds"',
    more="A cause of several words may stand in quotes, but need not.",
    completions=lambda session, typed: ["--token ", "States.TaskFailed", "States.Timeout", "Lambda.Unknown"],
    is_open=lambda argument: is_open(split_word(_token(argument)[1])[1]),
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
    session.debugger.fail(error, cause or None, token=token, stop=session.thread)
    session.arrived()


@GROUP.command(
    "heartbeat [STATE]",
    "Say that the worker of a task is alive.",
    "heartbeat Approve",
    completions=names.places,
)
def heartbeat(session: Session, argument: str) -> None:
    session.debugger.heartbeat(argument or session.thread.scope.token)
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
    session.debugger.skip(stop=session.stop)
    session.arrived()


_TIMES: Final = "write how long (30s, 5min, 1h, 1h30m, 2d), or a moment such as 2026-01-01T12:00:00Z"


def _seconds(text: str) -> float | None:
    """How many seconds an amount of time is, such as `1h30m`, or `30` of seconds; None for another text."""
    if _NUMBER.fullmatch(text):
        return float(text)
    if _AMOUNTS.fullmatch(text) is None:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _AMOUNT.findall(text))


@GROUP.command(
    "jump TIME",
    "Let time pass.",
    "jump 1h",
    more="TIME is how long (30s, 5min, 1h, 1h30m, 2d), or a moment as ISO 8601 text (2026-01-01T12:00:00Z).",
)
def jump(session: Session, argument: str) -> None:
    if not argument:
        raise InputError(f"how far is missing: {_TIMES}")
    seconds = _seconds(argument)
    if seconds is None and argument.startswith("-") and _seconds(argument[1:].strip()) is not None:
        raise InputError("the clock only goes forwards: back and goto go to an earlier stop")
    if seconds is not None:
        session.debugger.jump(seconds=seconds)
    else:
        session.debugger.jump(until=_moment(argument))
    session.arrived()


def _moment(text: str) -> str:
    """The text, if it is a moment. Raises InputError."""
    try:
        moment(text)
    except InputError:
        raise InputError(f"jump does not understand '{text}': {_TIMES}") from None
    return text
