"""What a compiled field sees besides its data, and what it is."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeAlias

from asl.values import JSON


class Scope(Protocol):
    """What a field sees besides its data: the thread of control that evaluates it."""

    @property
    def variables(self) -> Mapping[str, JSON]:
        """The variables that are assigned here, those of the scopes around included."""

    def context(self) -> JSON:
        """The context object: `$$` in JSONPath, `$states.context` in JSONata."""

    def uuid(self) -> str: ...

    def random(self) -> float:
        """A number in [0, 1)."""

    def millis(self) -> int:
        """The present, in milliseconds since the epoch."""


Evaluator: TypeAlias = Callable[[JSON, Scope], JSON]
"""A field as a function of the state's data and the scope. Raises EvaluationError in AWS's words."""


def constant(value: JSON) -> Evaluator:
    """A field that is the same for all data."""
    return lambda data, scope: value


class Stage(NamedTuple):
    """The value of a frame after one stage of its input or output processing, named as TestState names it."""

    frame: str
    name: str
    value: JSON


class Trace:
    """Takes in the value after each stage of input and output processing, and gives the one to go on with.

    That is the same value, unless `edits` has another one: by the frame's id, then by the stage's name.
    """

    __slots__ = ("edits", "frame", "stages")

    def __init__(self, edits: dict[str, dict[str, JSON]]) -> None:
        self.stages: list[Stage] = []
        self.edits = edits
        self.frame = ""
        """The id of the frame that is being moved."""

    def after(self, name: str, value: JSON, frame: str | None = None) -> JSON:
        """Notes the value after a stage; gives the one to go on with."""
        frame = frame or self.frame
        if self.edits and name in (edited := self.edits.get(frame, {})):
            value = edited.pop(name)
        self.stages.append(Stage(frame, name, value))
        return value
