"""What a person types for a place to stop at.

    STATE   STATE.exit   A -> B   LINE   FILE:LINE   error NAME   resource GLOB   each with   if CONDITION

STATE is a name, or the JSON pointer of a state. Names may hold blanks, dots, arrows and the word `if`: the longest name
that a state has is meant. They may stand in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import PurePath
from typing import Final, NamedTuple

from asl.debug.lines import place_at
from asl.debug.paths import listed
from asl.debug.places import Errors, Place, Resources, State, Transitions
from asl.errors import InputError
from asl.findings import did_you_mean
from asl.machine import Machine
from asl.parse.transitions import is_terminal, task_states, transitions
from asl.source_text import below
from asl.wording import ALL

_LINE: Final = re.compile(r"(?:(?P<file>.+):)?(?P<line>\d+)")
_EVENT: Final = re.compile(r"(?P<what>error|resource)(?:\s+(?P<name>\S+|'[^']+'|\"[^\"]+\"))?")
_ARROW: Final = "->"
_IF: Final = re.compile(r"\s+if\s+")


class Read(NamedTuple):
    """A place, the text that named it, and the condition behind it, None where there is none."""

    place: Place
    text: str
    condition: str | None


def read(text: str, machines: Sequence[Machine]) -> Read:
    """What a text says of the machines, the first one first.

    Raises InputError for a state, line, transition or resource that they do not have, and says what there is.
    """
    text = text.strip()
    splits = [(text, None), *((text[: found.start()], text[found.end() :]) for found in [*_IF.finditer(text)][::-1])]
    for place_text, condition in splits:
        place = _place(place_text.strip(), machines)
        if place is not None:
            return Read(place, place_text.strip(), condition)
    raise InputError(_unknown(splits[-1][0].strip(), machines))


def _place(text: str, machines: Sequence[Machine]) -> Place | None:
    """The place that the whole text names; None where it names none. Raises InputError for one that cannot be."""
    if found := _state(text, machines):
        return State(*found)
    if text.endswith(".exit") and (found := _state(text.removesuffix(".exit"), machines)):
        return State(*found, "exit")
    for left, right in _around_arrows(text):
        if (begin := _state(left, machines)) and (end := _state(right, [begin[0]])):
            return _transitions(*begin, end[1])
    if event := _EVENT.fullmatch(text):
        name = _unquoted(event["name"]) if event["name"] else None
        if event["what"] == "error":
            return Errors(name or ALL)
        return _resources(name, machines)
    if (line := _LINE.fullmatch(text)) and (machine := _of_file(line["file"], machines)):
        return place_at(machine, int(line["line"]))
    return None


# -- states ----------------------------------------------------------------------------------------------------------


def _state(text: str, machines: Sequence[Machine]) -> tuple[Machine, str] | None:
    """The first machine that has a state of the name, or at the pointer, and its pointer."""
    for name in dict.fromkeys((text, _unquoted(text))):
        for machine in machines:
            states = machine.program.states
            found = name if name in states else next((each for each in states if states[each].name == name), None)
            if found is not None:
                return machine, found
    return None


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"" else text


def _names(machines: Sequence[Machine]) -> list[str]:
    return list(dict.fromkeys(state.name for machine in machines for state in machine.program.states.values()))


# -- transitions -----------------------------------------------------------------------------------------------------


def _around_arrows(text: str) -> Iterator[tuple[str, str]]:
    """What stands before and behind each arrow of a text."""
    for found in re.finditer(_ARROW, text):
        yield text[: found.start()].strip(), text[found.end() :].strip()


def _transitions(machine: Machine, source: str, target: str) -> Place:
    """The transitions from one state to another. Raises InputError where there are none."""
    definition = machine.document.at(source)
    scope, _, _ = source.rpartition("/")
    leading = {field: below(scope, name) for field, name in transitions(definition, source)}
    found = {field: pointer for field, pointer in leading.items() if pointer == target}
    if found:
        return Transitions(machine, found)
    states = machine.program.states
    names = [f"'{states[pointer].name}'" for pointer in dict.fromkeys(leading.values())]
    where = listed([*names, *(["the end"] if is_terminal(definition) else [])])
    raise InputError(
        f"no transition leads from '{states[source].name}' to '{states[target].name}'; it leads to {where}"
    )


# -- resources and files ---------------------------------------------------------------------------------------------


def _resources(glob: str | None, machines: Sequence[Machine]) -> Place:
    tasks = chain.from_iterable(task_states(machine.document.value) for machine in machines)
    known = list(dict.fromkeys(str(state["Resource"]) for _, _, state in tasks))
    if glob is None:
        raise InputError(f"which resource is missing: resource GLOB; {_resources_of(known)}")
    place = Resources(glob)
    if not any(place.matches(resource) for resource in known):
        near = did_you_mean(glob, {end: None for each in known for end in (each, each.rpartition(":::")[2])})
        raise InputError(f"no task has a resource {glob}; {near or _resources_of(known)}")
    return place


def _resources_of(known: Sequence[str]) -> str:
    return f"the resources are {listed(known)}" if known else "there are no tasks"


def _of_file(file: str | None, machines: Sequence[Machine]) -> Machine | None:
    """The first machine that was read from a file of that name, or whose path ends so; the first one without a name."""
    if file is None:
        return machines[0]
    for machine in machines:
        name = PurePath(machine.document.name)
        if name == PurePath(file) or name.match(file):
            return machine
    return None


# -- what is wrong ---------------------------------------------------------------------------------------------------


def _unknown(text: str, machines: Sequence[Machine]) -> str:
    """Why a text names no place."""
    names = _names(machines)
    if not text:
        return "where to stop is missing: a state, a line, `error NAME`, `A -> B`, or `resource GLOB`"
    if (line := _LINE.fullmatch(text)) and line["file"]:
        files = [machine.document.name for machine in machines if machine.document.format != "value"]
        return f"no state machine here was read from {line['file']}; {_files(files)}"
    for left, right in _around_arrows(text):
        wrong = right if _state(left, machines) else left
        return _no_state(_unquoted(wrong), names)
    if text.startswith(("error ", "resource ")):
        what, _, name = text.partition(" ")
        return f"{name.strip()} is more than one word: a name of an {what} with blanks stands in quotes"
    return _no_state(_unquoted(text.removesuffix(".exit")), names)


def _no_state(name: str, names: Sequence[str]) -> str:
    hint = did_you_mean(name, names) or f"the states are {listed(names)}"
    return f"no state '{name}'; {hint}"


def _files(files: Sequence[str]) -> str:
    return f"there is {listed(files)}" if files else "none was read from a file"
