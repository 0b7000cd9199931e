"""Replaying what was recorded of executions on AWS, to walk through it, and to see where a definition differs.

    recording = read("failed.json")             # what `aws stepfunctions get-execution-history` printed
    done = replay(recording, asl.load("order.asl.json"))
    print(done.divergence or "the same")
    run = go_on(done, lambdas={...})            # from there on by itself

`asl.replay.debugging` gives debuggers of recordings and of runs.
"""

from asl.replay.divergence import Divergence, Gap
from asl.replay.driver import replay
from asl.replay.recording import RecordedEvent, Recording, from_events, read
from asl.replay.replayed import Replayed
from asl.replay.script import RecordedScript, go_on

__all__ = [
    "Divergence",
    "Gap",
    "RecordedEvent",
    "RecordedScript",
    "Recording",
    "Replayed",
    "from_events",
    "go_on",
    "read",
    "replay",
]
