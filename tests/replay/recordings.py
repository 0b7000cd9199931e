"""Executions as AWS would have recorded them: of the engine, under names and with ids that a replay does not know."""

from __future__ import annotations

import json
from typing import Any

import asl
from asl.replay.driver import replay
from asl.replay.recording import from_events
from asl.replay.replayed import Replayed
from asl.values import JSON

ELSEWHERE = {
    "seed": "elsewhere",
    "start": "2027-05-05T10:00:00.123Z",
    "name": "nightly-17",
    "account": "999999999999",
    "region": "eu-west-1",
    "role_arn": "arn:aws:iam::999999999999:role/Orders",
}


def history(definition: JSON, input: JSON = None, **options: Any) -> list[dict[str, Any]]:
    """The events of an execution, as `get-execution-history` prints them."""
    run = asl.load(definition, name="Orders").run(input, **{**ELSEWHERE, **options})
    events: list[dict[str, Any]] = json.loads(json.dumps(run.history))
    return events


def replayed(events: list[dict[str, Any]], definition: JSON, **options: Any) -> Replayed:
    """What comes of the events with a definition."""
    return replay(from_events(events), asl.load(definition), **options)


def said(done: Replayed) -> str:
    """What a replay has to tell of a divergence or a gap; "" for none."""
    return str(done.divergence or done.gap or "")
