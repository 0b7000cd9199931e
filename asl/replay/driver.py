"""Has a recorded execution happen again in the engine, and checks each event that it makes against the recorded one.

Theory of operation
-------------------
The recording decides what comes next, the definition what comes of it. The first recorded event that nothing stands
for yet (in the order of the recording) belongs to a thread of control, whose frame is either ready, and is moved by a
phase; or awaits something from outside, which the event then tells: an answer, the end of a wait, a time-out. The
events that come of it are paired with the recorded events of the same threads, in the order of each thread, and their
data compared. So AWS may interleave concurrent threads as it does, also in the midst of what is one phase here.

Whatever AWS makes up (ids, tokens, times, random numbers) is adopted: the phase is done again with the recorded value
in the place of ours (the event `Edited`), so that all that comes after it works on recorded data. Names that hold of
the whole execution are learnt from the first place that tells them, and the replay starts again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing

from asl.errors import InputError
from asl.hosts.answers import Answers, Mocks
from asl.integration import Settings
from asl.machine import Machine
from asl.replay.differences import Redaction
from asl.replay.facts import facts_of, recorded_input
from asl.replay.one_try import Try, started_machine
from asl.replay.recording import Recording
from asl.replay.replayed import Replayed


def replay(
    recording: Recording,
    machine: Machine,
    *,
    input_text: str | None = None,
    execution_arn: str | None = None,
    name: str | None = None,
    redacted: Sequence[str | re.Pattern[str]] = (),
    mocks: Mocks | None = None,
) -> Replayed:
    """What comes of a recorded execution when it happens again with this machine.

    `input_text` is the JSON text of the execution's input, where the recording does not have it. A recorded text that
    holds a match of a pattern of `redacted` equals anything. `execution_arn` and `name` are the execution's, where they
    are known; else they are learnt from the recording. `mocks` have outputs of tasks that the recording has not. Raises
    InputError for a recording that cannot be replayed.
    """
    facts = facts_of(recording, machine, execution_arn=execution_arn, name=name)
    text = recorded_input(recording) if input_text is None else input_text
    if text is None:
        raise InputError(f"{recording.name}: the execution's input is not in the recording; say it with --input JSON")
    redaction = Redaction([re.compile(pattern) for pattern in redacted])
    with closing(Answers(None, None, Settings())) as checks:
        while True:
            attempt = Try(recording, started_machine(machine, facts), facts, text, redaction, checks, mocks)
            learnt = attempt.go()
            if learnt is None:
                return attempt.outcome(machine)
            facts = learnt
            if (rewind := getattr(mocks, "rewind", None)) is not None:
                rewind([])
