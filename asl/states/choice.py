"""Choice: goes where the first rule that holds says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.choice_rules import compile_condition
from asl.model import Choice
from asl.payload import Dataflow
from asl.states.compiled import CompiledState, leave, unrecovered
from asl.wording import no_choice_matched

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledChoice:
    __slots__ = ("dataflow", "default", "name", "next", "phases", "pointer", "rules", "targets", "type")

    def __init__(self, state: Choice) -> None:
        self.type = "Choice"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.rules = tuple(compile_condition(rule.condition) for rule in state.choices)
        self.targets: tuple[CompiledState, ...] = ()
        self.default: CompiledState | None = None
        self.dataflow = Dataflow(state.input_path, output_path=state.output_path)
        self.phases = {"enter": self.enter, "exit": self.exit, "error": unrecovered}

    def enter(self, execution: Execution, frame: Frame) -> None:
        raw = frame.value
        execution.enter(frame, "ChoiceStateEntered")
        dataflow = self.dataflow
        if dataflow.plain_in and execution.trace is None:
            data = raw
        else:
            data = dataflow.take_in(raw, frame, execution.trace)
        chosen = -1
        for index, holds in enumerate(self.rules):
            if holds(data, frame):
                chosen = index
                break
        else:
            if self.default is None:
                raise no_choice_matched()
        frame.effective = data
        frame.next_index = chosen
        frame.phase = "exit"

    def exit(self, execution: Execution, frame: Frame) -> None:
        output = frame.effective
        dataflow = self.dataflow
        if not dataflow.plain_out or execution.trace is not None:
            output = dataflow.give_out(frame.value, output, frame, execution.trace)
        chosen = frame.next_index
        leave(execution, frame, "ChoiceStateExited", output, self.default if chosen < 0 else self.targets[chosen])
