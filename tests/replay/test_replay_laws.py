"""Whatever a machine does, however its threads of control come to take turns: its history replays."""

from __future__ import annotations

import json
import random

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from asl import events as ev
from asl.engine import Execution
from asl.history import HistoryEvent, render_all
from asl.hosts.world import World
from asl.machine import Machine
from asl.replay.driver import replay
from asl.replay.recording import from_events
from asl.replay.script import go_on
from tests.engine.machines import drive, machines
from tests.replay.recordings import said

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 2**16)


def recorded(machine: Machine, seed: int, *, in_turns: bool) -> list[HistoryEvent]:
    """The history of an execution whose tasks answer by chance; the frames move by chance too, unless `in_turns`."""
    note(json.dumps(machine.document.value))
    chance = random.Random(seed)
    with World() as world:

        def step(execution: Execution, event: ev.Event) -> Execution:
            execution.check, execution.arrange = world.answers.check, world.answers.arranged
            execution.apply(event)
            while execution.ready:
                execution.microstep(None if in_turns else chance.choice(list(execution.ready)).id)
            return execution

        events = drive(machine, seed, step)[1]
    types = {event.id: event.type for event in events}
    timed_out = [event for event in events if event.type.endswith("TimedOut") and event.previous_id]
    # a heartbeat of a task that has not started, which no worker can send, makes it time out
    assume(not any(types[event.previous_id].endswith("Scheduled") for event in timed_out))
    return events


@law
@given(machines(), seeds, st.booleans())
def test_every_history_replays(machine: Machine, seed: int, in_turns: bool) -> None:
    events = json.loads(json.dumps(render_all(recorded(machine, seed, in_turns=in_turns))))
    done = replay(from_events(events), machine)
    assert said(done) == ""
    assert done.verified == len(events)


@law
@given(machines(), seeds, st.data())
def test_every_beginning_of_a_history_replays(machine: Machine, seed: int, data: st.DataObject) -> None:
    events = json.loads(json.dumps(render_all(recorded(machine, seed, in_turns=True))))
    events = events[: data.draw(st.integers(1, len(events)))]
    done = replay(from_events(events), machine)
    assert said(done) == ""
    assert done.verified == len(events)


@law
@given(machines(), seeds)
def test_the_moves_of_a_replay_make_the_same_history_in_a_world(machine: Machine, seed: int) -> None:
    events = json.loads(json.dumps(render_all(recorded(machine, seed, in_turns=True))))
    done = replay(from_events(events), machine)
    run = go_on(done)
    assert sorted(event.type for event in run.recorded) == sorted(event["type"] for event in events)
    assert run.status == done.execution.status
