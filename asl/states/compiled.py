"""What the engine asks of a compiled state, and what all states do alike when they are left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from asl.json_text import size
from asl.limits import PAYLOAD_BYTES
from asl.payload import Dataflow
from asl.values import JSON
from asl.wording import result_too_large, variables_too_large

if TYPE_CHECKING:
    from asl.engine import Execution, StateTest
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


def stand_in(execution: Execution, frame: Frame, test: StateTest) -> None:
    """Ends the work of a Parallel or Map that is tested alone with what stands for the states in it."""
    if test.error is not None:
        execution.fail(frame, test.error)
        return
    frame.results = test.result
    frame.phase = "exit"


def leave(
    execution: Execution,
    frame: Frame,
    dataflow: Dataflow,
    result: JSON,
    event: str,
    following: CompiledState | None,
    by: str | None = None,
) -> None:
    """Makes the output and the variables from the result of the state's work, records that the frame leaves its state,
    and moves it to the state `following`, or to its end.

    `by` is the JSON pointer, from the state, of the field that says so; None for its own Next or End.
    """
    output = result
    if not dataflow.plain_out or execution.trace is not None:
        output = dataflow.give_out(frame.value, result, frame, execution.trace)
    assigned = dataflow.assigned(frame.value, result, frame)
    if execution.trace is not None:
        output = execution.trace.after("output", output)
        assigned = execution.trace.after("assigned", assigned) if assigned else assigned
    if output is not frame.value and size(output) > PAYLOAD_BYTES:
        execution.fail(frame, result_too_large(frame.state.name, terminal=True))
        return
    details: dict[str, Any] = {"name": frame.state.name, "output": output}
    if assigned:
        if not frame.assign(assigned):
            execution.fail(frame, variables_too_large(frame.state.name))
            return
        details["assignedVariables"] = assigned
    execution.record(frame, event, details)
    if execution.taken is not None:
        execution.taken.add(frame.state.pointer + (by or ("/End" if following is None else "/Next")))
    execution.move(frame, following, output)
