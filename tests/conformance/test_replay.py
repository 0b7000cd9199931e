"""Every history that AWS recorded, replayed with its own definition: it comes again, event for event.

What does not replay stands in `replay_differences.json` with its reason, and fails here once it does.
"""

from __future__ import annotations

from typing import Final

import pytest

from asl.errors import InputError
from asl.replay.recording import from_events
from asl.values import JSON
from tests.conformance.recordings import Case, corpus, load_all
from tests.conformance.replay_recordings import unreplayed
from tests.conformance.replayed import Recorded, logged, recorded, refused
from tests.replay.machines import changed

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
def test_distributed_maps_are_refused_with_a_clear_word() -> None:
    histories = list(refused())
    assert len(histories) >= 20
    for events in histories:
        with pytest.raises(InputError, match="executions with a Distributed Map cannot be replayed"):
            from_events(events)


@needs_corpus
def test_logs_replay_where_they_are_complete() -> None:
    logs = [each for case in load_all() if isinstance(case, Case) for each in logged(case)]
    complete = [each for each in logs if each.events[0]["id"] == "1"]
    assert (len(complete), len(logs)) == (4, 8)
    for each in complete:
        assert each.replayed().told() == f"{len(each.events)} events, all as recorded"
    for each in logs:
        if each not in complete:
            with pytest.raises(InputError, match="a log has all events where its level is ALL"):
                each.replayed()


@needs_corpus
def test_known_differences_are_histories() -> None:
    assert KNOWN.keys() <= {each.id for each in RECORDED}


@needs_corpus
def test_at_least_97_percent_replay() -> None:
    assert len(RECORDED) >= 440
    assert len(KNOWN) <= 0.03 * len(RECORDED)


_ITEMS: Final = "test_map_state_item_selector_parameters#0"
MUTATIONS: Final[tuple[tuple[str, str, JSON, int, str], ...]] = (
    (
        "test_map_state_catch#0",
        "/States/MapState/Catch/0/ErrorEquals",
        ["Other"],
        10,
        "now: the execution fails with HandleItemFailError",
    ),
    (
        "test_map_state_catch#0",
        "/States/MapState/Catch/0/Next",
        "Final",
        11,
        "now: Pass state 'Final' is entered, by catcher 0 of state 'MapState'",
    ),
    ("test_map_state_catch#0", "/States/MapState/InputPath", "$", 5, "now: the execution fails with States.Runtime"),
    (
        _ITEMS,
        "/States/MapState/ItemSelector/bucketName.$",
        "$.content.values",
        7,
        'input.bucketName: recorded "test-bucket"',
    ),
    (_ITEMS, "/States/MapState/MaxConcurrency", 2, 10, 'now "at once"'),
    (_ITEMS, "/States/MapState/ResultPath", "$", 19, "(/States/MapState/ResultPath)"),
    (
        "test_assign_in_choice_state[INCORRECT]#0",
        "/States/CheckInputState/Assign/status",
        "WRONG",
        3,
        'recorded "INCORRECT", now "WRONG"',
    ),
    (
        "test_assign_in_choice_state[INCORRECT]#0",
        "/States/CheckInputState/Choices/0/IsPresent",
        True,
        3,
        'recorded "INCORRECT", now "UNKNOWN"',
    ),
    (
        "test_lambda_task_filter_parameters_input#0",
        "/States/CheckComplete/Parameters/loop.$",
        "$.loop.count",
        5,
        'input.loop: recorded {"count":0}, now 0',
    ),
    (
        "test_lambda_task_filter_parameters_input#0",
        "/States/CheckComplete/ResultPath",
        "$.loop",
        8,
        'output.result: recorded {"loop":{"count":0}}, now missing',
    ),
    (
        "test_catch_states_runtime#0",
        "/States/RaiseRuntime/OutputPath",
        "$",
        6,
        "now: state 'RaiseRuntime' is left with {}",
    ),
    (
        "test_multiple_heartbeat_notifications#0",
        "/States/SendMessageWithWait/TimeoutSeconds",
        601,
        3,
        "timeoutInSeconds: recorded 600, now 601",
    ),
)
"""Changes of recorded definitions: an execution, a JSON pointer and another value; the event at which it is caught, and
what is said of it."""


@needs_corpus
@pytest.mark.parametrize(("name", "pointer", "value", "event", "words"), MUTATIONS)
def test_a_changed_definition_is_caught(name: str, pointer: str, value: JSON, event: int, words: str) -> None:
    execution = next(each for each in RECORDED if each.id.endswith(f"::{name}"))
    divergence = execution.replayed(changed(execution.execution.definition, (pointer, value))).divergence
    assert divergence is not None
    assert divergence.event is not None
    assert (divergence.event.id, words in str(divergence)) == (event, True), str(divergence)
