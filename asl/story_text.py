"""Short texts for a terminal: durations, one-line JSON, colours, and cutting to a width."""

import json
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from asl.json_text import dumps

_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_COMPARED: Final = 20_000  # characters of values that are compared or searched
_LONGEST: Final = 2000  # characters of a value that are looked at for one line
_METADATA: Final = ("SdkHttpMetadata", "SdkResponseMetadata")
_LEFT_OUT: Final = "…"


class Style:
    """ANSI colours, or none."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and text else text

    def bold(self, text: str) -> str:
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        return self._paint("2", text)

    def red(self, text: str) -> str:
        return self._paint("31", text)

    def green(self, text: str) -> str:
        return self._paint("32", text)

    def yellow(self, text: str) -> str:
        return self._paint("33", text)

    def blue(self, text: str) -> str:
        return self._paint("34", text)

    def cyan(self, text: str) -> str:
        return self._paint("36", text)


def duration(ms: int) -> str:
    """Milliseconds as the two largest units: `0 s`, `120 ms`, `2.5 s`, `1 h 6 s`, `365 d`."""
    if ms < 1000:
        return f"{ms} ms" if ms else "0 s"
    if ms < 60_000:
        return f"{ms / 1000:.3f}".rstrip("0").rstrip(".") + " s"
    seconds = round(ms / 1000)
    parts = []
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, seconds = divmod(seconds, length)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2])


def milliseconds(timestamp: Any, default: int) -> int:
    """A timestamp of a history event, ISO 8601 text or a number of seconds, in ms; `default` for anything else."""
    if isinstance(timestamp, int | float) and not isinstance(timestamp, bool):
        return round(timestamp if abs(timestamp) > 1e11 else timestamp * 1000)
    if isinstance(timestamp, str):
        try:
            moment = datetime.fromisoformat(timestamp)
        except ValueError:
            return default
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    return default


def plain(text: str) -> str:
    """The text with control characters made visible, so that it cannot drive the terminal."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(value: Any) -> str:
    """A JSON text, or any other text, on one line: JSON compact, line breaks made single spaces.

    What the SDK adds to an answer is left out: `{"MessageId":"5f-1",…}`.
    """
    text = value if isinstance(value, str) else dumps(value)
    if '"SdkHttpMetadata"' in text and len(text) <= _COMPARED:
        with suppress(ValueError):
            text = dumps(_without_metadata(json.loads(text))).replace(f'"{_LEFT_OUT}":null', _LEFT_OUT)
    elif text[:1] in "{[" and len(text) <= _LONGEST and ("\n" in text or ": " in text or ", " in text):
        with suppress(ValueError):
            text = dumps(json.loads(text))
    return plain(" ".join(line.strip() for line in text[:_LONGEST].splitlines()))


def _without_metadata(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_metadata(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_metadata(each) for key, each in value.items() if key not in _METADATA}
    return kept if len(kept) == len(value) else {**kept, _LEFT_OUT: None}


def error_text(details: Mapping[str, Any]) -> str:
    """`Error: cause`, what there is of it."""
    return ": ".join(one_line(details[name]) for name in ("error", "cause") if details.get(name))


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 state`, `2 states`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def changes(before: Any, after: Any, dots: str = "…") -> str:
    """What a state made of its input, on one line; "" for nothing. Both are JSON texts, or values.

    An object that keeps members of the input is shown by the others, at every depth: `{…,"added":{…,"more":1}}`.
    """
    if before == after:
        return ""
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) > _COMPARED:
        return one_line(after)
    try:
        old, new = _value(before), _value(after)
    except ValueError:
        return one_line(after)
    if dumps(old) == dumps(new):
        return ""
    return _abridged(old, new, dots) if isinstance(new, dict) else one_line(after)


def _abridged(old: Any, new: Any, dots: str) -> str:
    """A value on one line; an object that has all members of the old one without those that are the same, at depth."""
    if not (isinstance(old, dict) and isinstance(new, dict) and old.keys() <= new.keys()):
        return one_line(dumps(new))
    changed = {key: value for key, value in new.items() if key not in old or dumps(old[key]) != dumps(value)}
    if len(changed) == len(new) and not any(isinstance(old.get(key), dict) for key in changed):
        return one_line(dumps(new))
    members = [f"{one_line(dumps(key))}:{_abridged(old.get(key), value, dots)}" for key, value in changed.items()]
    return "{" + ",".join([*([dots] if len(changed) < len(new) else []), *members]) + "}"


def invocation(parameters: Any) -> tuple[str | None, Any]:
    """The function and the payload in the parameters of `lambda:invoke`; no function where they have more to tell."""
    with suppress(ValueError):
        value = _value(parameters)
        if isinstance(value, dict) and value.keys() <= {"FunctionName", "Payload"}:
            return value.get("FunctionName"), value.get("Payload", {})
    return None, None


def assigned_variables(details: Mapping[str, Any]) -> str:
    """The variables that a state assigned, on one line: `$total = 3, $name = "Ann"`; "" for none."""
    assigned = details.get("assignedVariables")
    if not isinstance(assigned, dict):
        return ""
    return plain(", ".join(f"${name} = {one_line(value)}" for name, value in assigned.items()))


def untold(answer: Any, output: Any) -> str:
    """The answer of a task on one line, where the output does not tell it; "" where it does, or there is none."""
    if answer in (None, ""):
        return ""
    text = told = one_line(answer)
    with suppress(ValueError, KeyError, TypeError):
        told = one_line(dumps(_value(answer)["Payload"]))
    return "" if told in one_line(output) else text


def caught_error(output: Any, input: Any, answer: Any = None) -> str:
    """The error that a catcher put into the output: an object of Error and Cause that neither input nor answer has."""
    try:
        value, before = _value(output), _value(input)
    except ValueError:
        return ""
    candidates = [value]
    if isinstance(value, dict):
        known = before if isinstance(before, dict) else {}
        candidates += [member for key, member in value.items() if known.get(key) != member]
    for each in candidates:
        if isinstance(each, dict) and each.keys() == {"Error", "Cause"} and '"Error"' not in one_line(answer or ""):
            return error_text({"error": each["Error"], "cause": each["Cause"]})
    return ""


def _value(data: Any) -> Any:
    """The value of a JSON text; any other value as it is. Raises ValueError."""
    return json.loads(data) if isinstance(data, str) else data


def cut(text: str, width: int | None, dots: str = "…") -> str:
    """The text cut to `width` columns of a terminal, with dots at the end; colours take no column."""
    if width is None or (len(text) <= width and text.isascii() and "\x1b" not in text):
        return text
    kept, used, end, dots_end, position = [], 0, None, len(dots), 0
    while position < len(text):
        escape = _ESCAPE.match(text, position)
        if escape:
            kept.append(escape[0])
            position = escape.end()
            continue
        columns = _columns(text[position])
        if used + columns > width - dots_end and end is None:
            end = len(kept)
        if used + columns > width:
            assert end is not None, "noted before"
            return "".join(kept[:end]) + dots + ("\x1b[0m" if "\x1b" in text else "")
        used += columns
        kept.append(text[position])
        position += 1
    return "".join(kept)


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
