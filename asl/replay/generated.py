"""What AWS makes up while it runs an execution, and a recording therefore decides: ids, tokens, times, random values.

Where a recorded value is another one than ours, it is adopted if it can only be such a value: a text that is ours with
other ids, tokens and times in it; or a value that comes out otherwise when the same phase is run with another seed and
at another time.
"""

from __future__ import annotations

import re
import uuid
from random import Random
from typing import Final

from asl import timestamps
from asl.engine import Execution, ExecutionInfo
from asl.machine import Machine
from asl.replay.adopted import Learnt
from asl.replay.differences import Difference
from asl.replay.facts import EXECUTION_ARN, MACHINE_ARN, Facts
from asl.replay.likeness import TIME, UUID
from asl.replay.times import Times
from asl.values import JSON

_NAME: Final = r"[^\s:/\"\\<>{}\[\]]{1,80}"
_TOKEN: Final = r"[A-Za-z0-9+/=_-]{16,}"
_ID_OF_EVENT: Final = re.compile(r"(?<=\(entered at the event id #)\d+(?=\))")
_TOKEN_LENGTH: Final = 128  # of ours

_MARKS: Final = re.compile(r"uuid|UUID|[rR]andom|shuffle|now\(|millis\(|\$\$|context")
"""What a state's fields have in them where their values may be generated."""


def volatile_states(machine: Machine) -> frozenset[str]:
    """The JSON pointers of the states whose fields may read the clock, ids or random numbers."""
    found = set()
    for pointer in machine.program.states:
        value: dict[str, JSON] = machine.document.at(pointer)
        own = {key: each for key, each in value.items() if key not in ("ItemProcessor", "Iterator", "Branches")}
        if _MARKS.search(str(own)):
            found.add(pointer)
    return frozenset(found)


class Generated:
    """Our generated texts, by what may be recorded in their place; and what was recorded where ours stood."""

    def __init__(self, facts: Facts, info: ExecutionInfo) -> None:
        self._facts = facts
        texts = {
            info.arn: "arn",
            info.state_machine_arn: "machine_arn",
            info.name: "name",
            info.state_machine_name: "machine_name",
        }
        self._texts = {text: fact for text, fact in texts.items() if fact in facts.unknown}
        self._seed = info.seed
        self._uuids: set[str] = set()
        self._drawn = 0
        self.tokens: set[str] = set()
        """The task tokens that were made."""
        self.times = Times()
        """The times of all that happened."""
        self.stands_for: dict[str, str] = {}
        """What was recorded for a generated text of ours."""
        self._told_by: dict[str, tuple[int, str]] = {}
        """By generated text, the recorded event, and the place in it, that told what stands for it."""

    def adopted(self, difference: Difference, event: int, execution: Execution, ids: dict[int, int]) -> bool:
        """Whether a recorded text of an event is ours with other generated parts; they are remembered."""
        ours, recorded = difference.now, difference.recorded
        if not isinstance(ours, str) or not isinstance(recorded, str):
            return False
        parts = self._parts(ours, execution)
        if not parts:
            return False
        pattern, end = "", 0
        for start, stop, what in parts:
            pattern += re.escape(ours[end:start]) + f"({self._pattern(ours[start:stop], what, ids)})"
            end = stop
        found = re.fullmatch(pattern + re.escape(ours[end:]), recorded, re.DOTALL)
        if found is None:
            return False
        recorded_parts = list(zip(parts, found.groups(), strict=True))
        for (start, stop, what), text in recorded_parts:
            at = timestamps.parse_ms(ours[start:stop]) if what == "time" else None
            if at is not None and not self.times.fits(at, timestamps.parse_ms(text)):
                return False
        for (start, stop, what), text in recorded_parts:
            if what not in ("time", "event"):
                self.stands_for[ours[start:stop]] = text
                self._told_by.setdefault(ours[start:stop], (event, difference.place))
        return True

    @property
    def unknown(self) -> frozenset[str]:
        """The facts that are stand-ins."""
        return self._facts.unknown

    def learnt(self) -> Facts | None:
        """The facts with those that recorded texts have told since; None when they have told none."""
        for ours, fact in self._texts.items():
            if ours in self.stands_for:
                value = self.stands_for[ours]
                return self._facts.learnt(fact, value, Learnt(fact, value, *self._told_by[ours]))
        return None

    def _parts(self, text: str, execution: Execution) -> list[tuple[int, int, str]]:
        """The generated parts of a text of ours: where each begins and ends, and what it is."""
        while self._drawn < execution.draws:
            self._drawn += 1
            bits = Random(f"{self._seed}/{self._drawn}").getrandbits(128)
            self._uuids.add(str(uuid.UUID(int=bits, version=4)))
        tokens = dict.fromkeys(self.tokens, "token") if len(text) >= _TOKEN_LENGTH else {}
        found = _places(text, {**self._texts, **tokens})
        for match in re.finditer(UUID, text):
            if match[0] in self._uuids:
                found.append((match.start(), match.end(), "uuid"))
        for match in re.finditer(TIME, text):
            if timestamps.parse_ms(match[0]) in self.times:
                found.append((match.start(), match.end(), "time"))
        found += [(match.start(), match.end(), "event") for match in _ID_OF_EVENT.finditer(text)]
        parts: list[tuple[int, int, str]] = []
        for part in sorted(found, key=lambda each: (each[0], -each[1])):
            if not parts or part[0] >= parts[-1][1]:
                parts.append(part)
        return parts

    def _pattern(self, ours: str, what: str, ids: dict[int, int]) -> str:
        """What may be recorded for a generated text of ours."""
        known = self.stands_for.get(ours)
        if known is not None:
            return re.escape(known)
        match what:
            case "uuid":
                return UUID
            case "time":
                return TIME
            case "token":
                return _TOKEN
            case "arn":
                return _without_groups(EXECUTION_ARN)
            case "machine_arn":
                return _without_groups(MACHINE_ARN)
            case "event":
                return str(ids.get(int(ours), ours))
            case _:
                return _NAME


def _without_groups(pattern: re.Pattern[str]) -> str:
    return re.sub(r"\((?!\?)", "(?:", pattern.pattern)


def _places(text: str, known: dict[str, str]) -> list[tuple[int, int, str]]:
    """Where the known texts occur in a text, the longest first."""
    held = [each for each in known if each and each in text]
    if not held:
        return []
    pattern = "|".join(re.escape(each) for each in sorted(held, key=len, reverse=True))
    return [(match.start(), match.end(), known[match[0]]) for match in re.finditer(pattern, text)]
