"""Which recorded values can be like those that come out in trials."""

from __future__ import annotations

import pytest

from asl.replay.likeness import unlike, unlike_at
from asl.values import JSON

DICE: list[JSON] = [1, 2, 3, 4, 5, 6, 3, 2]
SHARES: list[JSON] = [0.1, 0.52, 0.97, 0.3, 0.8]
SHORT_IDS: list[JSON] = ["b1b598e1", "202c7ff1", "f623f1cc", "42832216", "00aa11bb"]
WORDS: list[JSON] = ["red", "green", "blue", "red", "black"]


@pytest.mark.parametrize(
    ("recorded", "values"),
    [
        (6, DICE),
        (7, DICE),  # the trials may have missed the greatest
        (0.05, SHARES),
        (1, SHARES),
        ("deadbeef", SHORT_IDS),
        ("yellow", WORDS),
        (True, [False, False, True, False, False]),
        ("x-11111111-2222-4333-8444-555555555555", ["x-66666666-2222-4333-8444-555555555555"] * 5),
        ([1, 2, 3], [[1], [1, 2], [1, 2, 3, 4], [], [1]]),
        (3, ["a", "b", 3, "c", 4]),  # too few numbers to tell their range
    ],
)
def test_a_value_like_those_of_the_trials(recorded: JSON, values: list[JSON]) -> None:
    assert unlike(recorded, values) is None


@pytest.mark.parametrize(
    ("recorded", "values", "why"),
    [
        (3, [102, 100, 105, 103, 101], "by chance it comes out between 100 and 105"),
        (2.5, DICE, "by chance it comes out between 1 and 6"),
        ("3", DICE, "it comes out as 1 or the like"),
        ("b1b598e", SHORT_IDS, "it has 8 characters whatever comes out, not 7"),
        ("xyzwxyzw", SHORT_IDS, "it comes out as b1b598e1 or the like"),
        ("B1B598E1", SHORT_IDS, "it comes out as b1b598e1 or the like"),
        ("no-11", ["id-10", "id-27", "id-39", "id-44", "id-51"], "it comes out as id-10 or the like"),
        ("id-11.txt", ["id-10.csv", "id-27.csv", "id-39.csv", "id-44.csv", "id-51.csv"], "it comes out as"),
        ("a" * 40, WORDS, "it has 3 to 5 characters, not 40"),
        ([1, 2], [[1], [2], [3], [4], [5]], "it has 1 element whatever comes out, not 2"),
    ],
)
def test_a_value_unlike_those_of_the_trials(recorded: JSON, values: list[JSON], why: str) -> None:
    assert (unlike(recorded, values) or "").startswith(why)


@pytest.mark.parametrize(
    ("recorded", "values"),
    [
        (1770076796, [1770076795, 1770076796, 1770076797]),
        (1770076796123, [1770076795000, 1770076796000, 1770076797000]),
        ("2026-02-01", ["2026-02-01"] * 3),
        ("at 23:59:51.870", ["at 23:59:50.900", "at 23:59:51.400", "at 23:59:51.900"]),
        ("2026-02-02 00:00:00.1", ["2026-02-01 23:59:59.6", "2026-02-02 00:00:00.1", "2026-02-02 00:00:00.6"]),
        ("9af3", ["03cd", "8e12", "77aa", "d0d1", "5b1c"]),  # what a time was hashed to
    ],
)
def test_a_value_of_the_recorded_time(recorded: JSON, values: list[JSON]) -> None:
    assert unlike_at(recorded, values) is None


@pytest.mark.parametrize(
    ("recorded", "values"),
    [
        (1770076796, [1770076695, 1770076696, 1770076697]),
        ("2026-02-02", ["2026-02-01"] * 3),
        ("23:58:51", ["23:59:50", "23:59:51", "23:59:52"]),
        ("Monday", ["Sunday", "Sunday", "Sunday"]),
        (None, [1, 2, 3]),
        ("9af", ["03cd", "8e12", "77aa", "d0d1", "5b1c"]),
    ],
)
def test_a_value_of_another_time(recorded: JSON, values: list[JSON]) -> None:
    assert unlike_at(recorded, values) is not None
