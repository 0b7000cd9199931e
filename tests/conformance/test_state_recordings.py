"""Every call of TestState that AWS recorded, made again. What is known to differ fails here once it is equal."""

import pytest

from tests.conformance.recordings import Case, corpus
from tests.conformance.state_test_recordings import differences, known_differences, load_all

KNOWN = known_differences()
CASES = [*load_all("aws"), *load_all("aws-unconfirmed")]

needs_corpus = pytest.mark.skipif(corpus("aws") is None, reason="no recordings here: set ASL_CONFORMANCE")


def _marked(case: Case) -> object:
    known = KNOWN.get(case.id)
    marks = () if known is None else (pytest.mark.xfail(reason=known, raises=AssertionError),)
    return pytest.param(case, id=case.id.rpartition("/")[2], marks=marks)


@needs_corpus
@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_answers_as_recorded(case: Case) -> None:
    assert differences(case) == []


@needs_corpus
def test_a_case_that_is_answered_otherwise_differs() -> None:
    case = next(each for each in CASES if each.id.endswith("test_base_inspection_level_trace[BASE_PASS_STATE]"))
    for call in case.data["test_state_calls"]:
        call["input"] = {"Value": "another"}
    assert "another" in differences(case)[0]


@needs_corpus
def test_known_differences_are_few_and_of_cases() -> None:
    assert KNOWN.keys() <= {case.id for case in CASES}
    assert len(CASES) >= 130
    assert len(KNOWN) <= 0.05 * len(CASES)
