"""Whatever a machine is, what is read of its visits from its history is what the engine did."""

from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asl import events as ev
from asl.engine import Execution
from asl.frame import Frame
from asl.hosts.visits import Visit, visits
from asl.machine import Machine
from tests.engine.machines import INFO, drive, machines


class Seen(NamedTuple):
    """A visit of a state; `around` is the name of the Map or Parallel that it is in."""

    name: str
    input: Any
    entered_at: int
    item: int | None
    around: str | None
    left_at: int | None = None
    output: Any = None
    calls: int = 0
    attempts: int = 1


class Observed(Execution):
    """An execution that notes the visits of its states as they happen, and their errors."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.program, INFO)
        self.seen: dict[int, Seen] = {}
        self.errors: dict[int, set[str | None]] = {}
        self.caught: dict[int, bool] = {}

    def enter(self, frame: Frame, type: str) -> None:
        super().enter(frame, type)
        item = frame.map_item()
        index = None if item is None else item["Index"]
        around = None if frame.parent is None else frame.parent.state.name
        self.seen[frame.entered_id] = Seen(frame.state.name, frame.value, self.now, index, around)
        self.errors[frame.entered_id] = {None}
        self.caught[frame.entered_id] = False

    def record(self, frame: Frame, type: str, details: dict[str, Any] | None = None) -> int:
        id = super().record(frame, type, details)
        seen = self.seen.get(frame.entered_id)
        if type.endswith("StateExited"):
            assert seen is not None, "it was entered"
            assert details is not None, "they have the output"
            self.seen[frame.entered_id] = seen._replace(left_at=self.now, output=details["output"])
            self.caught[frame.entered_id] = frame.phase == "error"
        elif type.endswith("Scheduled"):
            assert seen is not None, "it was entered"
            self.seen[frame.entered_id] = seen._replace(calls=seen.calls + 1, attempts=frame.attempt + 1)
        elif type in ("MapStateStarted", "ParallelStateStarted"):
            assert seen is not None, "it was entered"
            self.seen[frame.entered_id] = seen._replace(attempts=frame.attempt + 1)
        return id

    def microstep(self, frame_id: str | None = None) -> bool:
        frame = self.ready[0] if self.ready else None
        if frame is not None and frame.phase == "error" and frame.error is not None:
            self.errors[frame.entered_id].add(frame.error.error)
        return super().microstep(frame_id)

    def propagate(self, frame: Frame) -> None:
        """An error that comes of a catcher has no event, so that of what it was to catch is all that is told."""
        assert frame.error is not None, "only errors propagate"
        self.errors[frame.entered_id].add(frame.error.error)
        if frame.parent is not None:
            self.errors[frame.parent.entered_id] |= self.errors[frame.entered_id]
        super().propagate(frame)


def seen(visit: Visit) -> Seen:
    around = visit.around.name if visit.around else None
    return Seen(
        visit.name,
        visit.input,
        visit.entered_at,
        visit.item,
        around,
        visit.left_at,
        visit.output,
        len(visit.calls),
        visit.attempts,
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(machines(), st.integers(0, 99))
def test_visits_are_those_that_the_engine_made(machine: Machine, seed: int) -> None:
    observed = Observed(machine)

    def step(_: Execution, event: ev.Event) -> Execution:
        observed.apply(event)
        observed.run()
        return observed

    _, history, _ = drive(machine, seed, step)
    read = visits(history)
    assert [seen(visit) for visit in read] == list(observed.seen.values())
    for visit, errors in zip(read, observed.errors.values(), strict=True):
        assert visit.error in errors
    for visit, caught in zip(read, observed.caught.values(), strict=True):
        always_told = visit.type in ("Map", "Parallel")
        assert visit.caught == caught or (caught and not always_told)
