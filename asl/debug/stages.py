"""The stages of input and output processing as the fields of a definition: where a stop at one of them is shown."""

from __future__ import annotations

from typing import Final

from asl.frame import Frame
from asl.machine import Machine
from asl.payload.jsonata_io import JSONataDataflow
from asl.states.compiled import CompiledState

FIELDS: Final = {
    "afterInputPath": ("InputPath",),
    "afterParameters": ("Parameters",),
    "afterArguments": ("Arguments",),
    "afterItemsPath": ("ItemsPath", "Items"),
    "result": ("Result",),
    "afterResultSelector": ("ResultSelector",),
    "afterResultPath": ("ResultPath",),
    "output": ("OutputPath", "Output"),
    "assigned": ("Assign",),
}
"""The fields whose values the stages of a trace are, by query language where they differ."""

ITEM_SELECTOR: Final = ("ItemSelector", "Parameters")
"""What makes the input of an iteration; Parameters is its name in older definitions."""


def field_of(machine: Machine, place: str, names: tuple[str, ...]) -> str | None:
    """Which of the fields the object at a JSON pointer of the definition has; None for none of them."""
    found = machine.document.at(place)
    return next((name for name in names if isinstance(found, dict) and name in found), None)


def output_place(frame: Frame, caught: int | None) -> str:
    """The JSON pointer of what says how the output is made: the state, one of its catchers or of its choice rules."""
    pointer = frame.state.pointer
    if caught is not None:
        return f"{pointer}/Catch/{caught}"
    if frame.state.type == "Choice" and frame.phase == "exit" and frame.next_index >= 0:
        return f"{pointer}/Choices/{frame.next_index}"
    return pointer


def arguments_stage(state: CompiledState) -> str:
    """The stage whose value a task is asked with."""
    return "afterArguments" if isinstance(getattr(state, "dataflow", None), JSONataDataflow) else "afterParameters"
