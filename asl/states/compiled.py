"""What the engine asks of a compiled state, and what all states do alike when they are left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from asl.json_text import size
from asl.limits import PAYLOAD_BYTES
from asl.values import JSON
from asl.wording import result_too_large

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame

Phase: TypeAlias = "Callable[[Execution, Frame], None]"


class CompiledState(Protocol):
    """A state compiled for its query language.

    `phases` holds what the state does in each phase that a frame can be ready in (see `asl.frame`). A phase moves the
    frame on: to another phase, to another state, or off the ready queue.
    """

    type: str
    name: str
    pointer: str
    next: CompiledState | None
    phases: Mapping[str, Phase]


class ContainerState(CompiledState, Protocol):
    """A state whose work is done by frames of its own: Parallel and Map."""

    def child_done(self, execution: Execution, frame: Frame, child: Frame, output: JSON) -> None:
        """A child of `frame` has come to its end with `output`."""

    def child_failed(self, execution: Execution, frame: Frame, child: Frame) -> None:
        """A child of `frame` has failed with an error that nothing in it handles."""


def unrecovered(execution: Execution, frame: Frame) -> None:
    """The phase "error" of a state that has neither Retry nor Catch."""
    execution.propagate(frame)


def leave(execution: Execution, frame: Frame, event: str, output: JSON, following: CompiledState | None) -> None:
    """Records that the frame leaves its state with `output`, and moves it to the state `following`, or to its end."""
    if output is not frame.value and size(output) > PAYLOAD_BYTES:
        execution.fail(frame, result_too_large(frame.state.name, terminal=True))
        return
    execution.record(frame, event, {"name": frame.state.name, "output": output})
    execution.move(frame, following, output)
