"""Every execution that AWS recorded, run again: whole histories, and the results of those without one.

Its tasks are answered with what was recorded, and once more performed, where all that they need can be had here. What
is known to differ stands in `known_differences.json` and `performed_differences.json` with its reason, and fails here
once it is equal.
"""

from collections.abc import Mapping

import pytest

from tests.conformance import performed
from tests.conformance.aws_recordings import known_differences
from tests.conformance.comparison import differences, ways
from tests.conformance.recordings import Case, corpus, load_all

KNOWN = known_differences("replayed")
KNOWN_PERFORMED = known_differences("real")
CASES = [each for each in load_all() if isinstance(each, Case)]

needs_corpus = pytest.mark.skipif(corpus("aws") is None, reason="no recordings here: set ASL_CONFORMANCE")


PERFORMED = [case for case in CASES if "real" in ways(case)]


def _marked(case: Case, differing: Mapping[str, str]) -> object:
    known = differing.get(case.id)
    marks = () if known is None else (pytest.mark.xfail(reason=known, raises=AssertionError),)
    return pytest.param(case, id=case.id.rpartition("/")[2], marks=marks)


@needs_corpus
@pytest.mark.parametrize("case", [_marked(case, KNOWN) for case in CASES])
def test_runs_as_recorded(case: Case) -> None:
    assert [str(each) for each in differences(case, ("replayed", "mocked"))] == []


@needs_corpus
@pytest.mark.parametrize("case", [_marked(case, KNOWN_PERFORMED) for case in PERFORMED])
def test_performs_as_recorded(case: Case) -> None:
    assert [str(each) for each in differences(case, ("real",))] == []


@needs_corpus
@pytest.mark.parametrize("service", ["lambda", "sqs"])
def test_a_case_performed_otherwise_differs(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(performed._FUNCTIONS, "id_function.py", "def handler(event, context):\n    return 'other'\n")
    monkeypatch.setattr(performed, "_answer", lambda parameters: {"Output": '"other"'})
    names = {"lambda": "test_invoke_json_values[HelloWorld]", "sqs": "test_multiple_heartbeat_notifications"}
    case = next(case for case in PERFORMED if case.id.endswith(names[service]))
    assert "output" in str(differences(case, ("real",))[0])


@needs_corpus
def test_known_differences_are_cases() -> None:
    assert KNOWN.keys() <= {case.id for case in CASES}
    assert KNOWN_PERFORMED.keys() <= {case.id for case in PERFORMED}


@needs_corpus
def test_at_least_98_percent_are_equal() -> None:
    assert len(CASES) >= 250
    assert len(KNOWN) <= 0.02 * len(CASES)


@needs_corpus
def test_the_cases_of_every_service_are_performed() -> None:
    services = {need for case in PERFORMED if case.id not in KNOWN_PERFORMED for need in case.needs}
    optimized = {"dynamodb", "events", "lambda", "sns", "sqs", "states"}
    assert services >= optimized | {"aws-sdk:dynamodb", "aws-sdk:secretsmanager", "aws-sdk:sfn"}
    assert len(PERFORMED) >= 130
