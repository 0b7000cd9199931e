"""The embedded event bus, alone."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asl_eventbridge import EventBus, PutEventsError, entry_size

CASES = json.loads((Path(__file__).parents[1] / "cases/put_events.json").read_text())["cases"]
AT = 1_767_225_600_999
ENTRY = {"Source": "some.source", "DetailType": "kind", "Detail": '{"a": [1, 2.50]}'}


def quiet_bus(**options: Any) -> tuple[EventBus, list[str]]:
    warnings: list[str] = []
    return EventBus("111111111111", "eu-west-1", warn=warnings.append, **options), warnings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_put_events(case: dict[str, Any]) -> None:
    options = {"limit_bytes": case["limit_bytes"]} if "limit_bytes" in case else {}
    bus, _ = quiet_bus(**options)
    if "error" in case:
        with pytest.raises(PutEventsError) as refused:
            bus.put_events(case["entries"], AT, "seed")
        assert (refused.value.code, refused.value.message) == (case["error"]["code"], case["error"]["message"])
        assert bus.delivered == []
        return
    response = bus.put_events(case["entries"], AT, "seed")
    results = ["EventId" if list(result) == ["EventId"] else result for result in response["Entries"]]
    assert results == case["results"]
    assert list(response) == ["Entries", "FailedEntryCount"]
    assert response["FailedEntryCount"] == sum(result != "EventId" for result in case["results"])
    ids = [result["EventId"] for result in response["Entries"] if "EventId" in result]
    assert [event["id"] for event in bus.delivered] == ids
    assert len(set(ids)) == len(ids)


def test_an_envelope_has_its_fields_in_the_recorded_order() -> None:
    bus, _ = quiet_bus()
    response = bus.put_events([{**ENTRY, "Resources": ["one", "two"]}], AT, "seed")
    expected = {
        "version": "0",
        "id": response["Entries"][0]["EventId"],
        "detail-type": "kind",
        "source": "some.source",
        "account": "111111111111",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": ["one", "two"],
        "detail": {"a": [1, 2.5]},
    }
    assert json.dumps(bus.delivered) == json.dumps([expected])


def test_ids_come_from_the_seed() -> None:
    first, second, other = (quiet_bus()[0].put_events([ENTRY, ENTRY], AT, seed) for seed in ("a", "a", "b"))
    assert first == second
    assert first != other


MOMENT = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
TIMES = [1_600_000_000, 1_600_000_000.9, "2020-09-13T12:26:40Z", "2020-09-13T14:26:40.5+02:00", MOMENT]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_the_time_of_an_entry_is_kept_to_the_second(time: Any) -> None:
    bus, _ = quiet_bus()
    bus.put_events([{**ENTRY, "Time": time}], AT, "seed")
    assert bus.delivered[0]["time"] == "2020-09-13T12:26:40Z"


def test_an_event_for_a_bus_that_is_not_there_is_dropped_with_one_warning() -> None:
    bus, warnings = quiet_bus()
    for _ in range(2):
        response = bus.put_events([{**ENTRY, "EventBusName": "Default"}, ENTRY], AT, "seed")
        assert response["FailedEntryCount"] == 0
    assert len(bus.delivered) == 2
    assert len(warnings) == 1
    assert "'Default'" in warnings[0]
    assert "case-sensitive" in warnings[0]


def test_buses_by_name_and_by_arn() -> None:
    bus, warnings = quiet_bus(buses=("default", "orders"))
    heard: list[str] = []
    bus.on_event(lambda name, event: heard.append(name))
    arn = "arn:aws:events:eu-west-1:111111111111:event-bus/"
    elsewhere = "arn:aws:events:us-east-1:111111111111:event-bus/orders"
    names = ["default", "orders", f"{arn}orders", f"{arn}default", elsewhere, "late"]
    bus.put_events([{**ENTRY, "EventBusName": name} for name in names], AT, "seed")
    assert heard == ["default", "orders", "orders", "default"]
    assert len(warnings) == 2
    bus.create_event_bus("late")
    bus.put_events([{**ENTRY, "EventBusName": "late"}], AT, "seed")
    assert heard[-1] == "late"
    assert bus.buses == {"default", "orders", "late"}


def test_a_subscriber_hears_events_until_it_ends_its_subscription() -> None:
    bus, _ = quiet_bus()
    heard: list[Any] = []
    end = bus.on_event(lambda name, event: heard.append(event["detail"]))
    bus.put_events([ENTRY, {**ENTRY, "Detail": "[]"}], AT, "seed")
    end()
    bus.put_events([ENTRY], AT, "seed")
    assert heard == [{"a": [1, 2.5]}]


def test_entries_are_not_changed_nor_shared_with_envelopes() -> None:
    bus, _ = quiet_bus()
    resources = ["one"]
    entry = {**ENTRY, "Resources": resources}
    before = json.dumps(entry)
    bus.put_events([entry], AT, "seed")
    bus.delivered[0]["resources"].append("two")
    assert json.dumps(entry) == before


def test_the_limit_is_a_mebibyte() -> None:
    bus, _ = quiet_bus()
    rest = entry_size({**ENTRY, "Detail": '{"a":""}'})
    entry = {**ENTRY, "Detail": '{"a":"' + "x" * (1_048_576 - rest) + '"}'}
    assert entry_size(entry) == 1_048_576
    assert bus.put_events([entry], AT, "seed")["FailedEntryCount"] == 0
    with pytest.raises(PutEventsError, match="over the limit"):
        bus.put_events([{**entry, "Source": "some.source."}], AT, "seed")


def test_a_detail_nested_too_deep_is_malformed() -> None:
    bus, _ = quiet_bus()
    detail = '{"a":' * 100_000 + "1" + "}" * 100_000
    assert bus.put_events([{**ENTRY, "Detail": detail}], AT, "seed")["Entries"][0]["ErrorCode"] == "MalformedDetail"


def test_many_threads_may_put_events() -> None:
    bus, _ = quiet_bus()
    threads = [
        threading.Thread(target=lambda n=number: bus.put_events([ENTRY] * 10, AT, f"seed {n}")) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({event["id"] for event in bus.delivered}) == 80
