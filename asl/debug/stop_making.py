"""Makes stops of what an execution does: before a phase of a state, after its stages, when it is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from asl.debug.stages import FIELDS, ITEM_SELECTOR, field_of, output_place
from asl.debug.stop import Level, Stop
from asl.frame import Frame
from asl.hosts.run import Run
from asl.integration import Call
from asl.payload import Stage
from asl.source_text import below
from asl.values import JSON

_OF_OUTPUT = frozenset(("afterResultSelector", "afterResultPath", "output", "assigned"))


class StopMaker:
    """Makes the stops of one move, numbered from `number`; `moves` is how many moves came before."""

    def __init__(self, number: int, moves: int) -> None:
        self._number = number
        self._moves = moves

    def copied(self, frame: Frame) -> Frame:
        """The frame as it is now, for looking at."""
        found = _copy(frame)
        found.retries = None if frame.retries is None else [*frame.retries]
        found.children = None
        return found

    def _stop(self, kind: Any, run: Run, scope: Frame, at: int, pointer: str, value: JSON, **more: Any) -> Stop:
        number, self._number = self._number, self._number + 1
        return Stop(
            number, kind, run, scope.id, scope.state, pointer, at, value, scope, levels(scope), len(run.recorded),
            self._moves, **more,
        )  # fmt: skip

    # -- before a move -------------------------------------------------------------------------------------------------

    def before_phase(self, run: Run, frame: Frame, now: int) -> Stop | None:
        """The stop before a ready frame moves; None where nothing new is to be seen."""
        scope, state = self.copied(frame), frame.state
        edited = run.execution.edits.get(frame.id, {})
        match frame.phase, state.type:
            case "enter", _:
                scope.entered_at = now
                return self._stop("enter", run, scope, now, state.pointer, frame.value, edits="input")
            case "attempt", _:
                return self._stop("retry", run, scope, now, state.pointer, frame.value, edits="input")
            case "error", _:
                pointer = _evaluated(run, state.pointer) or state.pointer
                return self._stop("error", run, scope, now, pointer, frame.value, error=frame.error, edits="input")
            case "exit", "Task":
                pointer = f"{state.pointer}/Resource"
                result = edited.get("result", frame.effective)
                return self._stop("answer", run, scope, now, pointer, result, edits="result")
            case "exit", "Map" | "Parallel":
                result = edited.get("result", frame.results)
                return self._stop("answer", run, scope, now, state.pointer, result, edits="result")
        return None

    def selected_item(self, run: Run, frame: Frame, now: int) -> Stop | None:
        """The stop after the ItemSelector of a Map, before its iteration has entered a state."""
        parent = frame.parent
        if frame.phase != "enter" or frame.entered_id or parent is None or parent.state.type != "Map":
            return None
        field = field_of(run.machine, parent.state.pointer, ITEM_SELECTOR)
        if field is None:
            return None
        pointer = below(parent.state.pointer, field)
        return self._stop("stage", run, self.copied(frame), now, pointer, frame.value, field=field, edits="input")

    def call(self, run: Run, frame: Frame, call: Call, now: int, problem: str | None = None) -> Stop:
        """The stop before a task is asked."""
        pointer = f"{frame.state.pointer}/Resource"
        return self._stop("call", run, self.copied(frame), now, pointer, call.arguments, call=call, problem=problem)

    def wait(self, run: Run, frame: Frame, now: int, due: int) -> Stop:
        """The stop before the clock moves on."""
        return self._stop(
            "wait", run, self.copied(frame), now, frame.state.pointer, frame.value, due=due, edits="input"
        )

    def outside(self, run: Run, frame: Frame, now: int, due: int | None = None) -> Stop:
        """The stop where only an answer from outside can help, at the latest when the time for it is over."""
        pointer, value = frame.state.pointer, frame.value
        return self._stop("outside", run, self.copied(frame), now, pointer, value, due=due, edits="input")

    # -- after a move --------------------------------------------------------------------------------------------------

    def after_phase(
        self,
        run: Run,
        before: Frame,
        after: Frame | None,
        variables: dict[str, JSON],
        stages: Sequence[Stage],
        events: int,
    ) -> Iterator[Stop]:
        """The stops that a frame came by in a phase. `before` is a copy from before it, `after` the frame, if it lives.

        `variables` are those afterwards, `events` how many events of the history were before.
        """
        left = next((each for each in run.recorded[events:] if each.type.endswith("StateExited")), None)
        now = run.execution.now
        scope = before if left is not None or after is None else self.copied(after)
        caught = next((each.value["catchIndex"] for each in stages if _is_catch(each)), None)
        place = output_place(before, caught)
        for stage in stages:
            if stage.frame == before.id:
                yield from self._stage(run, scope, now, place, stage)
        if left is None or left.details is None:
            return
        scope = _copy(before)
        scope.variables = variables
        way = field_of(run.machine, place, ("Next", "Default", "End"))
        pointer = place if way is None else below(place, way)
        following = None if after is None else after.state.name
        yield self._stop("exit", run, scope, now, pointer, left.details["output"], next=following, edits="output")

    def _stage(self, run: Run, scope: Frame, now: int, place: str, stage: Stage) -> Iterator[Stop]:
        if stage.name == "errorOutput":
            yield self._stop("stage", run, scope, now, place, stage.value, field="Catch", edits=stage.name)
            return
        if stage.name == "afterParameters" and scope.state.type == "Map":  # there it is the item selector
            return
        where = place if stage.name in _OF_OUTPUT else scope.state.pointer
        field = field_of(run.machine, where, FIELDS.get(stage.name, ()))
        if field is not None:
            yield self._stop("stage", run, scope, now, below(where, field), stage.value, field=field, edits=stage.name)

    def end(self, run: Run, now: int, last: Stop | None) -> Stop:
        """The stop where an execution has ended; `last` is the one before it, if the same move came by one."""
        execution = run.execution
        frame = execution.frames.get("0")
        scope = self.copied(frame) if frame is not None else last.scope if last is not None else None
        assert scope is not None, "an execution without frames has left its last state"
        state = scope.state if execution.failed_at is None else execution.program.states[execution.failed_at]
        pointer = state.pointer
        return self._stop("end", run, scope, now, pointer, execution.output, error=execution.error)


def _copy(frame: Frame) -> Frame:
    """A shallow copy; `copy.copy` takes thrice the time, and there are one or two for each stop."""
    found = object.__new__(Frame)
    for name in Frame.__slots__:
        setattr(found, name, getattr(frame, name))
    return found


def _evaluated(run: Run, pointer: str) -> str | None:
    """The JSON pointer of the field whose expression has failed in a state, if that is what happened last."""
    last = run.recorded[-1]
    if last.type != "EvaluationFailed" or last.details is None or "location" not in last.details:
        return None
    found = pointer
    for token in last.details["location"].replace("[", "/").replace("]", "").split("/"):
        found = below(found, token)
    try:
        run.machine.document.at(found)
    except (LookupError, ValueError, TypeError):
        return None
    return found


def _is_catch(stage: Stage) -> bool:
    return stage.name == "errorDetails" and "catchIndex" in stage.value


def levels(frame: Frame) -> tuple[Level, ...]:
    """The Maps and Parallels around a frame, the outermost first."""
    found = []
    while frame.parent is not None:
        found.append(Level(frame.parent.state, frame.index))
        frame = frame.parent
    return tuple(reversed(found))
