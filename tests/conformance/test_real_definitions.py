"""Definitions that people published run to an end, whatever their tasks answer.

Whether they parse is tested elsewhere (tests/reading); what does not is left out here. Loops end at the 25,000th event.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from asl.errors import DefinitionError
from asl.history import render
from asl.hosts.world import World
from asl.integration import Call, Output
from asl.machine import Machine
from asl.parse import parse
from asl.values import JSON
from tests.reading.test_published import WORKFLOWS, filled, is_distributed, manifest

PATH = re.compile(r"\$((?:\.[A-Za-z_][\w-]*|\[(?:\*|\d+)\]|\['[^']+'\])+)")
STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[(\*|\d+)\]")
ENDS = ("SUCCEEDED", "FAILED", "TIMED_OUT")


def machines() -> list[Any]:
    """Every published definition that parses and has no Distributed Map. Empty where there are none."""
    found = []
    for entry in manifest(""):
        if entry["query_language"] != "JSONPath":
            continue
        document = filled((WORKFLOWS / entry["file"]).read_text(encoding="utf-8"), entry["file"])
        if is_distributed(document.value):
            continue
        try:
            model = parse(document, "STANDARD")
        except DefinitionError:
            continue
        found.append(pytest.param(Machine(document, model, "Published", "STANDARD"), id=entry["id"]))
    return found


MACHINES = machines()
needs_workflows = pytest.mark.skipif(not WORKFLOWS.is_dir(), reason=f"no definitions at {WORKFLOWS}")


# -- an object in which most paths of a definition lead somewhere ----------------------------------------------------


def matching(definition: JSON, every_end: bool) -> JSON:
    """An object with something of the right kind at the paths that a definition uses, or at every end of each path.

    The latter is fit as an answer, which a ResultPath puts somewhere.
    """
    root: dict[str, Any] = {}
    for path, value in paths(definition):
        steps = [key or name or int(index.replace("*", "0")) for key, name, index in STEP.findall(path)]
        for start in range(len(steps) if every_end else 1):
            place(root, steps[start:], value)
    return root


def paths(part: JSON) -> Iterator[tuple[str, JSON]]:
    """The reference paths in a part of a definition, with a value that is of use there. Lists come last."""
    if isinstance(part, list):
        for below in part:
            yield from paths(below)
    if not isinstance(part, dict):
        return
    for key, below in part.items():
        if isinstance(below, str) and not key.startswith(("ResultPath", "Comment")):
            value = expected_by(key, part)
            for found in PATH.findall(below):
                yield found, value
        else:
            yield from paths(below)


def expected_by(key: str, part: dict[str, JSON]) -> JSON:
    """What is of use where the field `key` of `part` refers to."""
    if key == "Variable":
        constants = [value for name, value in part.items() if name[:5] in ("Strin", "Numer", "Boole", "Times")]
        return constants[0] if constants and not str(constants[0]).startswith("$") else "text"
    if key == "ItemsPath":
        return [{}, {}]
    if key.endswith("SecondsPath"):
        return 3
    return "2026-01-02T00:00:00Z" if key.endswith("TimestampPath") else "text"


def place(container: Any, steps: list[str | int], value: JSON) -> None:
    """Puts a value at a path, over texts but not over objects and arrays that are there."""
    for index, step in enumerate(steps):
        last = index == len(steps) - 1
        if isinstance(step, int) != isinstance(container, list):
            return
        if isinstance(step, int):
            container.extend({} for _ in range(min(step, 9) + 1 - len(container)))
            step = min(step, 9)
            present = container[step]
        else:
            present = container.get(step)
        if last:
            if not isinstance(present, dict | list) or present == {}:
                container[step] = value
            return
        if not isinstance(present, dict | list) or present in ({}, []):
            container[step] = present = [] if isinstance(steps[index + 1], int) else {}
        container = present


# -- runs ------------------------------------------------------------------------------------------------------------


@needs_workflows
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("answers", ["{}", "[]", "matching"])
def test_runs_to_an_end(machine: Machine, answers: str) -> None:
    definition = machine.document.value
    input, answer = {}, matching(definition, every_end=True)
    if answers == "matching":
        input = matching(definition, every_end=False)
    else:
        answer = json.loads(answers)

    def perform(call: Call) -> Output:
        return Output(answer)

    with World(tasks=perform) as world:
        run = world.start(machine, input)
        world.run()
    assert run.status in ENDS
    json.dumps([render(event) for event in run.recorded[-100:]])
