"""Every JSONPath execution that AWS recorded, run again: whole histories, and the results of those without one.

What is known to differ stands in `known_differences.json` with its reason, and fails here once it is equal.
"""

import json
from pathlib import Path

import pytest

from tests.conformance.comparison import differences, ways
from tests.conformance.recordings import Case, corpus, load_all

KNOWN = json.loads(Path(__file__).with_name("known_differences.json").read_text("utf-8"))
CASES = [each for each in load_all() if isinstance(each, Case)]

needs_corpus = pytest.mark.skipif(corpus("aws") is None, reason="no recordings here: set ASL_CONFORMANCE")


def _marked(case: Case) -> object:
    known = KNOWN.get(case.id)
    marks = () if known is None else (pytest.mark.xfail(reason=known, raises=AssertionError),)
    return pytest.param(case, id=case.id.rpartition("/")[2], marks=marks)


@needs_corpus
@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_runs_as_recorded(case: Case) -> None:
    assert [str(each) for each in differences(case)] == []


@needs_corpus
def test_known_differences_are_cases() -> None:
    assert KNOWN.keys() <= {case.id for case in CASES}


@needs_corpus
def test_at_least_98_percent_are_equal() -> None:
    assert len(CASES) >= 250
    assert len(KNOWN) <= 0.02 * len(CASES)


@needs_corpus
def test_every_put_events_recording_also_runs_on_the_embedded_bus() -> None:
    real = [case.id for case in CASES if "real" in ways(case)]
    assert len(real) >= 3
    assert not KNOWN.keys() & set(real)
