"""Whatever the example machines do in their tests, its history replays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from asl.cli import main
from asl.hosts.run import Run
from asl.hosts.world import watchers
from asl.replay.driver import replay
from asl.replay.recording import from_events
from tests.replay.recordings import said

MACHINES = sorted(path.parent for path in (Path(__file__).parents[2] / "statemachines").glob("*/*.asltest.yaml"))


@pytest.mark.parametrize("folder", [pytest.param(folder, id=folder.name) for folder in MACHINES])
def test_the_histories_of_example_machines_replay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    runs: list[Run] = []
    watchers.append(runs.append)
    try:
        result = CliRunner().invoke(main, ["test", *map(str, folder.glob("*.asltest.yaml"))])
    finally:
        watchers.remove(runs.append)
    assert result.exit_code == 0
    whole = [run for run in runs if run.execution.info.start_at is None]
    assert whole
    for run in whole:
        events = json.loads(json.dumps(run.history))
        done = replay(from_events(events), run.machine)
        assert said(done) == ""
        assert done.verified == len(events)
        assert done.execution.status == run.status
