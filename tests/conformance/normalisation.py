"""Comparing what was recorded with what was run, through the normalisation that the recordings were stored with.

What was run is rewritten as the recording was (`Normalised.of`): JSON strings opened, the case's literal names, region,
partition and dates replaced by their placeholders. Then the two must be equal, but for the values that the recording no
longer has (`Normalised.difference`): a placeholder that counts values, such as `<uuid:1>`, stands for one and the same
text wherever it occurs; a masked value stands for any, but only under the key whose value was masked.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from asl.values import JSON
from tests.conformance.recordings import REGION, Case

_DATE: Final = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)"
)
_OF_RESPONSES: Final = ("<ExpressExecArn_", "<SyncExecArn_")
"""Placeholders of names that AWS gives to executions: their patterns in the corpus are stand-ins."""
_COUNTED: Final = re.compile(r"<<[^<>]+>:\d+>|<[^<>]+:\d+>")
_UUID: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_HEADERS: Final = {
    ("Date", "date"): r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
    ("RequestId", "RequestId"): rf"{_UUID}|[0-9A-Za-z]{{52}}",
    ("X-Amzn-Trace-Id", "X-Amzn-Trace-Id"): r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01].*",
    ("x-amz-crc32", "x-amz-crc32"): r"\d+",
    ("x-amzn-RequestId", "x-amzn-RequestId"): rf"{_UUID}|[0-9A-Za-z]{{52}}",
    ("x-amzn-requestid", "x-amzn-requestid"): rf"{_UUID}|[0-9A-Za-z]{{52}}",
}
"""By key and the text that replaced its value wherever an SDK's metadata has it: what such a value looks like."""


class Normalised:
    """How the recording of one case was normalised, and what its placeholders were found to stand for."""

    def __init__(self, case: Case) -> None:
        self.replacements: list[tuple[re.Pattern[str], str]] = []
        self.masked: dict[str, set[str]] = {}
        """For each key the texts that replaced its values wholesale."""
        self.fake: set[str] = set()
        """Replacements whose pattern was taken from a response, and is in the corpus only as a stand-in."""
        for each in case.transformers:
            match each["kind"]:
                case "regex":
                    pattern, replacement = each["regex"], each["replacement"]
                    if replacement not in case.recorded:
                        continue  # another transformer replaced the text first
                    if _stands_in(pattern, replacement, case):
                        self.fake.add(replacement)
                    else:
                        self.replacements.append((re.compile(pattern), replacement))
                case "jsonpath" | "key_value" if not each["replace_reference"]:
                    key = each["key"] if each["kind"] == "key_value" else each["jsonpath"].rpartition(".")[2]
                    self.masked.setdefault(key, set()).add(each["replacement"])
        self.opens_outputs = any(each.get("fn", "").endswith("_convert_output_to_json") for each in case.transformers)
        """Whether the outputs in the recorded history were parsed."""
        self.stands_for: dict[str, str] = {}
        self.optional: frozenset[str] = frozenset()
        """Recorded fields that need not be there."""
        self.any_length = False
        """Whether the lengths of responses may differ: they had names, a region or times that the recording lost."""

    def of(self, value: JSON) -> JSON:
        """What the normalisation makes of a value: JSON strings opened, known texts replaced."""
        return self.replaced(opened(value))

    def replaced(self, value: JSON) -> JSON:
        """The same for a value whose JSON strings stay as they are."""
        text = json.dumps(value, sort_keys=True)
        for pattern, replacement in self.replacements:
            text = pattern.sub(replacement, text)
        text = _DATE.sub("date", text)
        return json.loads(text.replace(REGION, "<region>").replace("arn:aws:", "arn:<partition>:"))

    def difference(self, expected: JSON, actual: JSON, where: str = "", key: str = "") -> str | None:
        """The first place where `actual`, normalised, is not what was recorded; None when it is."""
        if isinstance(expected, str) and (self._is_masked(expected, key) or _is_header(expected, actual, key)):
            return None
        if self.opens_outputs and key == "output" and isinstance(actual, str) and not isinstance(expected, str):
            actual = json.loads(actual)
        if type(expected) is not type(actual):
            return f"{where}: recorded {_short(expected)}, got {_short(actual)}"
        if isinstance(expected, dict):
            for name in sorted(expected.keys() | actual.keys()):
                if name not in actual and name in self.optional:
                    continue
                at = f"{where}.{name}"
                if name not in actual:
                    return f"{at}: recorded {_short(expected[name])}, got nothing"
                if name not in expected:
                    return f"{at}: recorded nothing, got {_short(actual[name])}"
                if found := self.difference(expected[name], actual[name], at, name):
                    return found
            return None
        if isinstance(expected, list):
            for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
                if found := self.difference(left, right, f"{where}[{index}]", key):
                    return found
            if len(expected) != len(actual):
                return f"{where}: recorded {len(expected)} elements, got {len(actual)}"
            return None
        if expected == actual or (isinstance(expected, str) and self._stands_for(expected, actual)):
            return None
        return f"{where}: recorded {_short(expected)}, got {_short(actual)}"

    def _is_masked(self, expected: str, key: str) -> bool:
        if self.any_length and key == "Content-Length":
            return True
        lowered = key.lower()
        if expected == "timestamp" and ("timestamp" in lowered or lowered in ("creationtime", "ingestiontime")):
            return True
        return expected in self.masked.get(key, ())

    def _stands_for(self, expected: str, actual: str) -> bool:
        """Whether the placeholders of a recorded text can stand for the parts of `actual`, as they did before."""
        pattern, names, end = "", [], 0
        places = [(found.start(), found.end()) for found in _COUNTED.finditer(expected)]
        for fake in self.fake:
            places += [(found.start(), found.end()) for found in re.finditer(re.escape(fake), expected)]
        for start, stop in sorted(places):
            if start < end:
                continue
            pattern += re.escape(expected[end:start])
            name = expected[start:stop]
            known = self.stands_for.get(name)
            if known is not None:
                pattern += re.escape(known)
            else:
                names.append(name)
                pattern += "(.+)"
            end = stop
        if not end:
            return False
        found = re.fullmatch(pattern + re.escape(expected[end:]), actual, re.DOTALL)
        if found is None:
            return False
        for name, value in zip(names, found.groups(), strict=True):
            if not _fits(name, value) or self.stands_for.setdefault(name, value) != value:
                return False
        return True


def opened(value: Any) -> Any:
    """The value with each string in a dict that is the text of a JSON object replaced by that object."""
    if isinstance(value, dict):
        return {key: _opened_text(below) if isinstance(below, str) else opened(below) for key, below in value.items()}
    if isinstance(value, list):
        return [opened(below) if isinstance(below, dict) else below for below in value]
    return value


def _opened_text(text: str) -> Any:
    if text.startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass
    return text


def _is_header(expected: str, actual: JSON, key: str) -> bool:
    """Whether a header's value, alone or as a list of one, is of the kind that its placeholder stands for."""
    pattern = _HEADERS.get((key, expected))
    if isinstance(actual, list) and len(actual) == 1:
        actual = actual[0]
    return pattern is not None and isinstance(actual, str) and re.fullmatch(pattern, actual) is not None


def _fits(placeholder: str, value: str) -> bool:
    """Whether a value is of the kind that its placeholder tells."""
    kind = placeholder.strip("<>").partition(":")[0]
    match kind:
        case "uuid":
            return re.fullmatch(_UUID, value) is not None
        case "json-input":
            return isinstance(_opened_text(value), dict)
        case _:
            return "\n" not in value


def _stands_in(pattern: str, replacement: str, case: Case) -> bool:
    """Whether a pattern only stands in for a text of AWS's answers, which the corpus does not have."""
    if pattern == replacement or replacement.startswith(_OF_RESPONSES):
        return True
    literal = not re.search(r"[\[\]+*?\\^|{}]", pattern)
    return literal and pattern not in case.literals


def _short(value: JSON) -> str:
    text = json.dumps(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)} characters)"
