"""Choice: goes where the first rule that holds says; what goes out, and what is assigned, is that rule's affair too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl.choice_rules import compile_condition
from asl.model import Choice
from asl.payload import Dataflow, dataflow
from asl.states.compiled import CompiledState, leave, unrecovered
from asl.wording import no_choice_matched

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.frame import Frame


class CompiledChoice:
    __slots__ = ("dataflow", "default", "name", "next", "of_rules", "phases", "pointer", "rules", "targets", "type")

    def __init__(self, state: Choice) -> None:
        self.type = "Choice"
        self.name = state.name
        self.pointer = state.pointer
        self.next: CompiledState | None = None
        self.rules = tuple(
            compile_condition(rule.condition, f"Choices[{index}]/Condition") for index, rule in enumerate(state.choices)
        )
        self.of_rules: tuple[Dataflow, ...] = tuple(
            dataflow(rule.io, f"Choices[{index}]") for index, rule in enumerate(state.choices)
        )
        self.targets: tuple[CompiledState, ...] = ()
        self.default: CompiledState | None = None
        self.dataflow = dataflow(state.io)
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
        chosen = frame.next_index
        if chosen < 0:
            dataflow, following, by = self.dataflow, self.default, "/Default"
        else:
            dataflow, following = self.of_rules[chosen], self.targets[chosen]
            by = f"/Choices/{chosen}/Next"
        leave(execution, frame, dataflow, frame.effective, "ChoiceStateExited", following, by)
