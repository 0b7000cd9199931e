"""Every history that AWS recorded, replayed with its own definition: it comes again, event for event.

What does not replay stands in `replay_differences.json` with its reason, and fails here once it does.
"""

from __future__ import annotations

import pytest

from asl.errors import InputError
from tests.conformance.recordings import Case, corpus, load_all
from tests.conformance.replay_recordings import unreplayed
from tests.conformance.replayed import Recorded, recorded

KNOWN = unreplayed()
RECORDED = [each for case in load_all() if isinstance(case, Case) for each in recorded(case)]

needs_corpus = pytest.mark.skipif(corpus("aws") is None, reason="no recordings here: set ASL_CONFORMANCE")


def _marked(each: Recorded) -> object:
    known = KNOWN.get(each.id)
    marks = (
        () if known is None else (pytest.mark.xfail(reason=known, raises=(AssertionError, InputError), strict=True),)
    )
    return pytest.param(each, id=each.id.rpartition("/")[2], marks=marks)


@needs_corpus
@pytest.mark.parametrize("execution", [_marked(each) for each in RECORDED])
def test_replays_to_its_end(execution: Recorded) -> None:
    done = execution.replayed()
    assert str(done.divergence or done.gap or "") == ""
    assert done.verified == len(done.recording.events)


@needs_corpus
def test_known_differences_are_histories() -> None:
    assert KNOWN.keys() <= {each.id for each in RECORDED}


@needs_corpus
def test_at_least_97_percent_replay() -> None:
    assert len(RECORDED) >= 440
    assert len(KNOWN) <= 0.03 * len(RECORDED)
