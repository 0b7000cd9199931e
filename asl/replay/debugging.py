"""Debuggers of executions that have happened already: of one that was recorded on AWS, of a run of this process."""

from __future__ import annotations

from typing import Any, NamedTuple

from asl.debug.debugger import Debugger
from asl.debug.ways import failure
from asl.hosts.answers import Mocks
from asl.hosts.run import Run
from asl.json_text import dumps
from asl.replay.driver import replay
from asl.replay.recorded_answers import RecordedAnswers
from asl.replay.recording import Recording, from_events
from asl.replay.replayed import Replayed
from asl.replay.script import RecordedScript


class _NothingYet:
    """The progress of an execution that follows no recording."""

    def __init__(self) -> None:
        self.answered: set[int] = set()


def debugger_of(replayed: Replayed, *, mocks: Mocks | None = None, **options: Any) -> Debugger:
    """A debugger that walks through a replay; beyond it, or once something is changed, the execution goes on by itself.

    Tasks are answered by `mocks` then, else with the recorded answers that were not used yet, else as the options of
    World say.
    """
    script = RecordedScript(replayed)
    answers = RecordedAnswers(replayed.recording, script, mocks)
    return Debugger(replayed.machine, script=script, mocks=answers, **{**options, **replayed.options})


class Place(NamedTuple):
    """A stop worth going to, by its number."""

    number: int
    what: str


def end_of(debugger: Debugger) -> Place | None:
    """Where what was replayed ends that a debugger at its start will walk through: the error that ended it, or where it
    is not as in the recording; None where it succeeds, or waits."""
    stop, why = debugger.continue_(), debugger.reason
    debugger.goto(0)
    debugger.reason = "start"
    if debugger.line.left is not None and stop.number == debugger.line.left[0]:
        return Place(stop.number, f"where {why.removeprefix('here ')}")
    failed = failure(debugger.stops, stop)
    return None if failed is None else Place(failed.number, "the error that ended it")


def debugger_of_run(run: Run) -> Debugger:
    """A debugger that walks through what a run has done so far; its tasks are not asked again.

    Raises InputError where its history does not tell enough.
    """
    info = run.execution.info
    recording = from_events(run.history, f"the history of '{run.name}'")
    if info.start_at is not None or info.variables or info.context:
        return _debugger_of_answers(run, recording)
    text = info.input_text or dumps(info.input)
    replayed = replay(recording, run.machine, input_text=text, execution_arn=run.arn, name=run.name)
    if not replayed.is_faithful:
        return _debugger_of_answers(run, recording)
    return debugger_of(replayed, warn=lambda text: None)


def _debugger_of_answers(run: Run, recording: Recording) -> Debugger:
    """One that starts as the run did, and answers tasks as they were answered there."""
    info = run.execution.info
    return Debugger(
        run.machine,
        info.input,
        name=info.name,
        type=info.type,
        input_text=info.input_text,
        context=info.context,
        role_arn=info.role_arn,
        start_at=info.start_at,
        variables=info.variables,
        single=info.single,
        start=run.execution.started_at,
        seed=run.world.seed,
        region=info.region,
        account=info.account,
        mocks=RecordedAnswers(recording, _NothingYet()),
        warn=lambda text: None,
    )
