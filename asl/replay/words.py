"""What is said of a divergence: what was recorded, and what the definition does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from asl.engine import Execution
from asl.frame import Frame, iso_time
from asl.history import HistoryEvent
from asl.machine import Machine
from asl.replay import places, reasons
from asl.replay.differences import Difference, parsed, recorded_details
from asl.replay.divergence import Divergence, place_of, told
from asl.replay.live_threads import Mover
from asl.replay.pairing import Pair, Surplus
from asl.replay.recording import RecordedEvent, Recording
from asl.states.compiled import CompiledState
from asl.values import ABSENT

_OF_TRANSITIONS: Final = ("StateEntered", "StateExited", "ExecutionSucceeded", "MapIterationSucceeded")


class Words:
    """Makes the divergences of a replay."""

    def __init__(self, machine: Machine, recording: Recording) -> None:
        self._machine = machine
        self._recording = recording
        self.unlikely = ""
        """Why chance is not what has led elsewhere."""

    def differs(self, mover: Mover, pair: Pair, found: Sequence[Difference], way: str | None) -> Divergence:
        """The data of an event is not what was recorded. `way` is the pointer of the transition that led here."""
        now, recorded = pair
        assert recorded is not None, "it differs from one"
        words = told(now.type, now.details or {})
        if recorded.type == "ExecutionStarted":
            return replace(self._made(recorded, words, None, None), differences=tuple(found))
        if found[0].keys == ("name",):
            return self._entered(pair[0], recorded, words, mover, way)
        made = self._made(recorded, words, mover.state.name, self._field(mover, recorded, found, way))
        placeholder = next(filter(None, (reasons.of_placeholders(each.now) for each in found)), None)
        return replace(made, differences=tuple(found), why=() if placeholder is None else (placeholder,))

    def _field(self, mover: Mover, recorded: RecordedEvent, found: Sequence[Difference], way: str | None) -> str:
        """The pointer of the field that has made what differs, where that can be told."""
        before = self._recording.event(recorded.previous_id)
        if recorded.type.endswith("StateEntered") and before is not None:
            if before.type == "MapIterationStarted":
                return places.of_difference(self._machine, mover.state_around.pointer, found, ("ItemSelector",))
            if before.type == "ParallelStateStarted":
                fields = ("Parameters", "Arguments")
                return places.of_difference(self._machine, mover.state_around.pointer, found, fields)
        if recorded.type.endswith("StateExited") and way is not None and ("/Catch/" in way or "/Choices/" in way):
            return way.rpartition("/")[0]
        state = mover.state if recorded.type != "MapIterationStarted" else self._map(mover, recorded)
        return places.of_difference(self._machine, state.pointer, found)

    def _map(self, mover: Mover, recorded: RecordedEvent) -> CompiledState:
        return mover.state if mover.state.name == recorded.details.get("name") else mover.state_around

    def surplus(self, mover: Mover, surplus: Surplus, awaited: RecordedEvent, way: str | None) -> Divergence:
        """An event comes that was not recorded. `way` is the pointer of the transition that was taken, or led here."""
        now, recorded = surplus[0], surplus.recorded or awaited
        words = told(now.type, now.details or {})
        if now.type.endswith(_OF_TRANSITIONS):
            return self._entered(now, recorded, words, mover, way)
        details = now.details or {}
        pointer = places.of_error(self._machine, mover.state.pointer, details.get("cause"))
        if mover.error is not None and "error" not in details and now.type.endswith("Failed"):
            words += f", with {mover.error.error}" + (f": {mover.error.cause}" if mover.error.cause else "")
        made = self._made(recorded, words, mover.state.name, pointer or mover.state.pointer)
        return replace(made, why=tuple(filter(None, (self._of_error(mover, recorded),))))

    def _of_error(self, mover: Mover, recorded: RecordedEvent) -> str | None:
        """Why an error is not handled as it was; None where the thread of control had none."""
        if mover.error is None:
            return None
        return reasons.of_error(mover.state, mover.retries, mover.error, recorded, self._recording)

    def _entered(
        self, now: HistoryEvent, recorded: RecordedEvent, words: str, mover: Mover, way: str | None
    ) -> Divergence:
        """A transition leads elsewhere."""
        name = recorded.details.get("name") if recorded.type.endswith("StateEntered") else None
        why = None if name is None else reasons.of_unknown_state(self._machine, self._recording, name)
        if way is None:
            pointer = mover.state.pointer
            if now.type.endswith("StateEntered") and (now.details or {}).get("name") != name:
                pointer = places.of_start(self._machine, pointer)
            return replace(self._made(recorded, words, mover.state.name, pointer), why=tuple(filter(None, (why,))))
        pointer, field = self._split(way)
        state = self._machine.program.states[pointer]
        by = f"catcher {field.split('/')[1]}" if field.startswith("Catch/") else field
        made = self._made(recorded, f"{words}, by {by} of state '{state.name}'", state.name, way)
        choice = self._choice(state, field, name, recorded, mover) if state.type == "Choice" else None
        return replace(made, why=tuple(filter(None, (why, self._of_error(mover, recorded), choice, self.unlikely))))

    def _choice(
        self, state: CompiledState, field: str, name: str | None, recorded: RecordedEvent, mover: Mover
    ) -> str | None:
        """Why a Choice has led elsewhere: by the data that it was entered with."""
        own = self._recording.threads.events[self._recording.threads.of[recorded.id]]
        entered = [each for each in own if each.id < recorded.id and each.type == "ChoiceStateEntered"]
        if not entered:
            return None
        value: Any = self._machine.document.at(state.pointer)
        return reasons.of_choice(value, field, name, parsed(entered[-1].details.get("input")), mover.variables)

    def _split(self, way: str) -> tuple[str, str]:
        """A pointer within a state as that of the state and the way from there."""
        states = self._machine.program.states
        pointer = max((each for each in states if way.startswith(f"{each}/")), key=len)
        return pointer, way.removeprefix(f"{pointer}/")

    def ended(self, event: RecordedEvent, execution: Execution) -> Divergence:
        """The recording goes on, the execution has ended."""
        return self._made(event, f"the execution has ended: {execution.status}", self._state_of(event), None)

    def goes_on(self, event: RecordedEvent) -> Divergence:
        """The recorded execution timed out, and this one does not."""
        return self._made(event, "the definition has no TimeoutSeconds, so the execution goes on", None, None)

    def no_thread(self, event: RecordedEvent, around: Mover) -> Divergence:
        """The recording goes on in a branch or iteration that is not there; `around` is where it would be."""
        thread = self._recording.threads.of[event.id]
        pointer = around.state.pointer
        if event.type == "MapIterationStarted":
            now = f"iteration {thread.key} does not start yet"
            pointer = places.of_field(self._machine, pointer, ("MaxConcurrency", "MaxConcurrencyPath"))
        elif isinstance(thread.key, int):
            now = f"iteration {thread.key} has ended, or was never started"
        else:
            now = f"there is no branch that begins with state '{thread.key}', or it has ended"
        name = event.details.get("name") if event.type.endswith("StateEntered") else None
        why = None if name is None else reasons.of_unknown_state(self._machine, self._recording, name)
        return replace(self._made(event, now, around.state.name, pointer), why=tuple(filter(None, (why,))))

    def awaits(self, event: RecordedEvent, mover: Mover, frame: Frame, execution: Execution) -> Divergence:
        """The recording goes on, but the thread of control awaits something."""
        name, pointer = mover.state.name, mover.state.pointer
        match frame.phase:
            case "calling":
                now = f"the task of state '{name}' is still awaited"
            case "waiting":
                now = f"state '{name}' waits until {iso_time(frame.due or 0)}"
            case "backoff":
                now = f"state '{name}' is tried again, at {iso_time(frame.due or 0)} (attempt {frame.attempt + 1})"
                index = next((each for each in sorted(execution.taken or ()) if "/Retry/" in each), None)
                pointer = index or pointer
            case _:
                now = self._branching(frame)
        return self._made(event, now, name, pointer)

    def _branching(self, frame: Frame) -> str:
        children = list((frame.children or {}).values())
        what = "iteration" if frame.state.type == "Map" else "branch"
        left = ", ".join(f"{child.index} (in state '{child.state.name}')" for child in children[:5])
        noun = what if len(children) == 1 else f"{what}s".replace("branchs", "branches")
        return f"state '{frame.state.name}' goes on: {noun} {left} not ended"

    def _made(self, event: RecordedEvent, now: str, state: str | None, pointer: str | None) -> Divergence:
        recorded = told(event.type, {
            name: value for name, value in recorded_details(event, self._recording).items() if value is not ABSENT
        })  # fmt: skip
        location = None if pointer is None else place_of(self._machine, pointer)
        return Divergence(event, recorded, now, state, pointer, location)

    def _state_of(self, event: RecordedEvent) -> str | None:
        """The name of the state that a recorded event tells of."""
        own: Any = event.details.get("name")
        if own is not None and "State" in event.type:
            return str(own)
        name = None
        for each in self._recording.threads.events[self._recording.threads.of[event.id]]:
            if each.id > event.id:
                break
            if each.type.endswith("StateEntered"):
                name = each.details.get("name")
        return name
