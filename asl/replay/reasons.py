"""Why a definition does something else than was recorded, in a sentence, where that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from asl import jsonpath
from asl.errors import StateError
from asl.findings import did_you_mean
from asl.json_text import shown
from asl.jsonpath import JSONPathError, PathNotFound
from asl.machine import Machine
from asl.replay.recording import RecordedEvent, Recording
from asl.source_text import placeholders_of
from asl.states.compiled import CompiledState
from asl.states.recovery import matches
from asl.values import JSON

_SHOWN: Final = 80
_VALUES: Final = 4  # of a condition
_INPUT: Final = re.compile(r"\$states\.input((?:\.[A-Za-z_]\w*|\[\d+\])*)|\$([A-Za-z_]\w*)(?!\w*\()")
"""In a JSONata condition: a place in the input, or a variable."""


def of_error(
    state: CompiledState, used: list[int], error: StateError, recorded: RecordedEvent, recording: Recording
) -> str | None:
    """Why the error of a state is not retried, or not caught, as it was. `used` is how often each retrier was used."""
    before = recording.event(recorded.previous_id)
    if before is None or not before.type.endswith(("Failed", "TimedOut")):
        return None
    recovery: Any = getattr(state, "recovery", None)
    retriers, catchers = (recovery.retriers, recovery.catchers) if recovery is not None else ((), ())
    if recorded.type.endswith("StateExited"):
        if any(matches(each.error_equals, error) for each in catchers):
            return None
        return f"no catcher of '{state.name}' matches {error.error}" if catchers else f"'{state.name}' has no Catch"
    if not recorded.type.endswith(("Scheduled", "StateStarted")):
        return None
    if not retriers:
        return f"'{state.name}' has no Retry"
    index = next((index for index, each in enumerate(retriers) if matches(each.error_equals, error)), None)
    if index is None:
        return f"no retrier of '{state.name}' matches {error.error}"
    most = retriers[index].max_attempts
    is_used_up = most <= (used[index] if index < len(used) else 0)
    return f"retrier {index} of '{state.name}' is used up: MaxAttempts {most}" if is_used_up else None


def of_choice(
    value: Mapping[str, Any], way: str, recorded: str | None, data: JSON, variables: Mapping[str, JSON]
) -> str | None:
    """Why a Choice went by `way` ("Choices/0/Next", "Default"), and not to the recorded state, by its definition."""
    rules = value["Choices"]
    chosen = int(way.split("/")[1]) if way.startswith("Choices/") else len(rules)
    missed = [index for index, rule in enumerate(rules) if rule.get("Next") == recorded and index < chosen]
    if missed:
        index, holds = missed[0], "does not hold now"
    elif chosen < len(rules):
        index, holds = chosen, "holds now"
    else:
        return None
    values = list(_values(rules[index], data, variables)) if "InputPath" not in value else []
    return f"Choices[{index}] {holds}" + (f": {', '.join(values[:_VALUES])}" if values else "")


def _values(rule: Mapping[str, Any], data: JSON, variables: Mapping[str, JSON]) -> Iterator[str]:
    """What the places are that a condition looks at: `$.both[1].risk is 105`."""
    condition = rule.get("Condition")
    if isinstance(condition, str):
        for found in dict.fromkeys(match.group() for match in _INPUT.finditer(condition)):
            text = re.sub(r"^\$states\.input", "$", found)
            is_known = text.startswith(("$.", "$[")) or text.lstrip("$") in variables
            if is_known:
                yield f"{found} is {_value(text, data, variables)}"
    else:
        for text in dict.fromkeys(_paths(rule)):
            yield f"{text} is {_value(text, data, variables)}"


def _paths(rule: JSON) -> Iterator[str]:
    if isinstance(rule, dict):
        for key, each in rule.items():
            if (key == "Variable" or key.endswith("Path")) and isinstance(each, str) and not each.startswith("$$"):
                yield each
            elif key in ("And", "Or", "Not"):
                yield from _paths(each)
    elif isinstance(rule, list):
        for each in rule:
            yield from _paths(each)


def _value(path: str, data: JSON, variables: Mapping[str, JSON]) -> str:
    name = re.match(r"\$(\w+)", path)
    if name is not None:
        data, path = variables.get(name[1]), f"${path[name.end() :]}"
    try:
        text = shown(jsonpath.compile(path).get(data))
    except (PathNotFound, JSONPathError):
        return "missing"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def of_unknown_state(machine: Machine, recording: Recording, name: str) -> str | None:
    """That a recorded state is not in the definition; None where it is."""
    names = {state.name for state in machine.program.states.values()}
    if name in names:
        return None
    entered = {event.details.get("name") for event in recording.events if event.type.endswith("StateEntered")}
    if len(entered - names) * 2 > len(entered):
        return f"this definition has no state '{name}'; is it the right one?"
    hint = did_you_mean(name, names)
    return f"this definition has no state '{name}'" + (f"; {hint}" if hint else "")


def of_placeholders(value: JSON) -> str | None:
    """That a value has a placeholder in it which was not filled; None where it has none."""
    names = list(dict.fromkeys(placeholders_of(value)))
    return f"${{{names[0]}}} is a placeholder without a value: --define {names[0]}=VALUE" if names else None
