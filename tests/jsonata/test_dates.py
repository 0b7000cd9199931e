"""Dates and times; the answers are those that the reference implementation gives."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest

from asl.jsonata import UNDEFINED
from asl.jsonata.civil import moment, utc_of_full_year
from tests.jsonata.calls import NOW, Failure, answer, same

INF = math.inf
NAN = math.nan
ENDLESS = "Expression evaluation timeout: Check for infinite loop"


FROM_MILLIS: list[tuple[str, list[Any], Any]] = [
    ("fromMillis", [1521801216617], "2018-03-23T10:33:36.617Z"),
    ("fromMillis", [1521801216617, "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01].[f001]"], "2018-03-23 10:33:36.617"),
    ("fromMillis", [1521801216617, "[h].[m01][P] [PN]"], "10.33am AM"),
    ("fromMillis", [1521801216617, "[FNn], the [D1o] of [MNn] [Y]"], "Friday, the 23rd of March 2018"),
    ("fromMillis", [1521801216617, "[F0] [d] [W] [w] [X] [x] [xNn]"], "5 82 12 4 2018 3 March"),
    ("fromMillis", [1521801216617, "[MN,*-3] [Mn,3-3] [FN,2-2]"], "MAR mar FR"),
    (
        "fromMillis",
        [1521801216617, "[YI] [Yw] [YWw] [DWwo] [Ma]"],
        "MMXVIII two thousand and eighteen Two Thousand and Eighteen Twenty-Third c",
    ),
    ("fromMillis", [1521801216617, "[Y,2-2] [Y##01] [Y,*-3] [Y9,999,*]"], "18 2018 018 2,018"),
    ("fromMillis", [1521801216617, "[C] [CN] [E] [q1]"], "ISO ISO ISO undefined"),
    ("fromMillis", [1521801216617, "[[x]] [[[Y]]]"], "[x] [2018]"),
    ("fromMillis", [1521801216617, "[ Y \n0001 ]"], "2018"),
    ("fromMillis", [1521801216617, "[Z]|[z]|[Z0]|[Z0101]|[Z01:01t]", "+0530"], "+05:30|GMT+05:30|+5:30|+0530|+05:30"),
    ("fromMillis", [1521801216617, "[Z]|[z]|[Z0]|[Z0101]|[Z01:01t]", "-0530"], "-06:30|GMT-06:30|-6:-30|-0630|-06:30"),
    ("fromMillis", [1521801216617, "[Z]|[z0]|[Z01:01t]", "0000"], "+00:00|GMT+0|Z"),
    ("fromMillis", [1521801216617, "[Z]", "x"], "0N:aN"),
    ("fromMillis", [1521801216617, "[Y٠٠٠٠]-[M٠١]"], "٢٠١٨-٠٣"),
    ("fromMillis", [1521801216617, "[M,*-3] [H,4]"], "003 0010"),
    ("fromMillis", [-62198755200000, "[Y0001]-[M01]-[D01]"], "-0001-01-01"),
    ("fromMillis", [-62167219200000, "[Y] [d] [W] [X]"], "0 1 1 -1"),
    ("fromMillis", [253402300800000, "[Y]-[M]-[D]"], "10000-1-1"),
    ("fromMillis", [8640000000000000.0, "[Y] [W] [X]"], "275760 37 275760"),
    ("fromMillis", [8640000000000001.0, "[Y] [FNn] [P]"], "NaN undefined am"),
    ("fromMillis", [NAN, "[Y0001]-[d]"], "0NaN-NaN"),
    ("fromMillis", [NAN, "[MN]"], Failure(None, "Cannot read properties of undefined (reading 'toUpperCase')")),
    ("fromMillis", [1.9, "[f]"], "1"),
    ("fromMillis", [-0.5, "[f]"], "0"),
    ("fromMillis", [1104537600000, "[X]-[W]-[F1] [x]-[w]"], "2004-53-6 12-5"),
    ("fromMillis", [1230768000000, "[X]-[W]"], "2009-1"),
    ("fromMillis", [1483228799000, "[X]-[W]"], "2016-52"),
    (
        "fromMillis",
        [1521801216617, "[Y"],
        Failure("D3135", "No matching closing bracket ']' in date/time picture string"),
    ),
    (
        "fromMillis",
        [1521801216617, "[q]"],
        Failure("D3132", 'Unknown component specifier "q" in date/time picture string'),
    ),
    (
        "fromMillis",
        [1521801216617, "[YN]"],
        Failure(
            "D3133",
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not \"Y\"",
        ),
    ),
    (
        "fromMillis",
        [1521801216617, "[Z00000]"],
        Failure("D3134", "The timezone integer format specifier cannot have more than four digits"),
    ),
    (
        "fromMillis",
        [1521801216617, "[Yx]"],
        Failure(
            "D3130",
            'Formatting or parsing an integer as a sequence starting with "x" is not supported by this implementation',
        ),
    ),
    ("fromMillis", [1521801216617, "[fN]"], Failure(None, "Cannot read properties of undefined (reading 'primary')")),
    (
        "fromMillis",
        [1521801216617, "[Y0٠]"],
        Failure("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ),
]

FROM_MILLIS_LATER: list[tuple[str, list[Any], Any]] = [
    ("fromMillis", [1521801216617, "[M,*-3] [Y,*-3]"], "3 018"),
]

TO_MILLIS: list[tuple[str, list[Any], Any]] = [
    ("toMillis", ["2018-03-23T10:33:36.617Z"], 1521801216617),
    ("toMillis", ["2018"], 1514764800000),
    ("toMillis", ["2018-03"], 1519862400000),
    ("toMillis", ["2018-02-31"], 1520035200000),
    ("toMillis", ["2018-13-01"], NAN),
    ("toMillis", ["2018-03-23T24:00:00Z"], 1521849600000),
    ("toMillis", ["2018-03-23T24:00:01Z"], NAN),
    ("toMillis", ["2018-03-23T10:33:36"], 1521801216000),
    ("toMillis", ["2018-03-23T10:33:36+0530"], 1521781416000),
    ("toMillis", ["2018-03-23T10:33:36.0123456789Z"], 1521801216123),
    ("toMillis", ["2018Z"], 1514764800000),
    ("toMillis", ["0012Z"], 1007164800000),
    ("toMillis", ["2018.5Z"], 1525132800000),
    ("toMillis", ["2018-0005"], 1525132800000),
    ("toMillis", ["2018-01:05"], 1515110400000),
    ("toMillis", ["2018-19:30"], 1514835000000),
    ("toMillis", ["2018-01-01+01:00"], NAN),
    ("toMillis", ["0012-13.2000"], 976665600000),
    ("toMillis", ["2018-01-01T00:00:00T00:00:00"], NAN),
    (
        "toMillis",
        ["23/3/2018"],
        Failure(
            "D3110", 'The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "23/3/2018"'
        ),
    ),
    (
        "toMillis",
        [""],
        Failure("D3110", 'The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given ""'),
    ),
    ("toMillis", ["2018-03-23", "[Y]-[M]-[D]"], 1521763200000),
    ("toMillis", ["23rd March 2018", "[D1o] [MNn] [Y]"], 1521763200000),
    (
        "toMillis",
        ["23RD MARCH 2018", "[D1o] [MNn] [Y]"],
        Failure("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ),
    ("toMillis", ["Friday 23 Mar 2018 10:33 pm", "[FNn] [D] [MNn,*-3] [Y] [h]:[m] [P]"], 1521844380000),
    ("toMillis", ["12:30 AM", "[h]:[m] [PN]"], 1699921800000),
    ("toMillis", ["10:33", "[H]:[m]"], 1699957980000),
    ("toMillis", ["3-23", "[M]-[D]"], 1679529600000),
    ("toMillis", ["2018-082", "[Y]-[d001]"], 1521763200000),
    ("toMillis", ["366", "[d]"], 1672611200123),
    (
        "toMillis",
        ["2018 5", "[Y] [D]"],
        Failure("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ),
    (
        "toMillis",
        ["10 33", "[H] [s]"],
        Failure("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ),
    (
        "toMillis",
        ["2018-12", "[X]-[W]"],
        Failure("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ),
    (
        "toMillis",
        ["3 2", "[x] [w]"],
        Failure("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ),
    ("toMillis", ["20180323", "[Y0001][M01][D01]"], 1521763200000),
    ("toMillis", ["20180323", "[Y][M][D]"], 6306123196800000),
    ("toMillis", ["two thousand and eighteen", "[Yw]"], 1514764800000),
    ("toMillis", ["MMXVIII-c-23", "[YI]-[Ma]-[D]"], 1521763200000),
    ("toMillis", ["2018-03-23 +05:30", "[Y]-[M]-[D] [Z]"], 1521743400000),
    ("toMillis", ["2018-03-23 -05:30", "[Y]-[M]-[D] [Z]"], 1521779400000),
    ("toMillis", ["2018-03-23 GMT-05:30", "[Y]-[M]-[D] [z]"], 1521779400000),
    ("toMillis", ["2018-03-23 -0530", "[Y]-[M]-[D] [Z0101]"], 1521779400000),
    ("toMillis", ["2018-03-23 +1x30", "[Y]-[M]-[D] [Z01.01]"], 1521763200000),
    ("toMillis", ["18-03-23", "[Y]-[M]-[D]"], -1633996800000),
    ("toMillis", ["99999999999999-1-1", "[Y]-[M]-[D]"], NAN),
    ("toMillis", ["É2018", "é[Y]"], 1514764800000),
    ("toMillis", ["ſ2018", "s[Y]"], UNDEFINED),
    ("toMillis", ["nothing", "nothing"], UNDEFINED),
    ("toMillis", ["", "[Y]"], UNDEFINED),
    ("toMillis", ["", ""], UNDEFINED),
    ("toMillis", ["2018", "[Y]x"], UNDEFINED),
    (
        "toMillis",
        ["2018", "[Hn]"],
        Failure(
            "D3133",
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not \"H\"",
        ),
    ),
    (
        "toMillis",
        ["2018", "[C]"],
        Failure(
            "D3133",
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not \"C\"",
        ),
    ),
    (
        "toMillis",
        ["2018", "[Yx]"],
        Failure(
            "D3130",
            'Formatting or parsing an integer as a sequence starting with "x" is not supported by this implementation',
        ),
    ),
    ("toMillis", ["2026-04-08T19:05:04.01987", "[Y]-[M]-[D]T[H]:[m]:[s].[f1]"], 1775675105987),
    ("toMillis", ["20180323", "[Y0000][M00][D00]"], 1521763200000),
]

TO_MILLIS_LATER: list[tuple[str, list[Any], Any]] = [
    ("toMillis", ["2026-04-08T19:05:04.01987", "[Y]-[M]-[D]T[H]:[m]:[s].[f1]"], 1775675104019),
    ("toMillis", ["20180323", "[Y0000][M00][D00]"], 1521763200000),
    ("toMillis", ["20180323", "[Y][M][D]"], 13433904000000),
    (
        "toMillis",
        ["2018-01-02-03"],
        Failure(
            "D3110",
            'The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "2018-01-02-03"',
        ),
    ),
    (
        "toMillis",
        ["2018-01-01T00:00:00T00:00:00"],
        Failure(
            "D3110",
            "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given "
            '"2018-01-01T00:00:00T00:00:00"',
        ),
    ),
    ("toMillis", ["2018-0005"], 1525132800000),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), FROM_MILLIS + TO_MILLIS)
def test_answers_are_those_of_the_reference(name: str, arguments: list[Any], expected: Any) -> None:
    assert same(answer(name, arguments), expected)


@pytest.mark.parametrize(("name", "arguments", "expected"), FROM_MILLIS_LATER + TO_MILLIS_LATER)
def test_what_level_2_2_does_otherwise(name: str, arguments: list[Any], expected: Any) -> None:
    assert same(answer(name, arguments, "2.2"), expected)


def test_the_time_of_an_evaluation() -> None:
    assert answer("millis", []) == NOW
    assert answer("now", []) == "2023-11-14T22:13:20.123Z"
    assert answer("now", ["[Y] [Z]", "+0100"]) == "2023 +01:00"


def test_nothing_gives_nothing() -> None:
    assert answer("fromMillis", [UNDEFINED]) is UNDEFINED
    assert answer("toMillis", [UNDEFINED, "[Y]"]) is UNDEFINED


def test_the_calendar_is_that_of_python_where_that_has_one() -> None:
    epoch = datetime.datetime(1970, 1, 1)
    for days in range(-719_162, 2_932_896, 997):
        expected = epoch + datetime.timedelta(days=days, hours=days % 24)
        at = moment((days * 24 + days % 24) * 3_600_000)
        assert at[1:6] == (expected.year, expected.month, expected.day, expected.isoweekday(), expected.hour)
        assert utc_of_full_year(expected.year, expected.month, expected.day, expected.hour) == at.millis


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("1" * 50_000 + "x", "[Y][M][D]"),
        ("1" * 50_000 + "x", "[Y,*-9000][M,*-9000]"),
        ("thousandth" * 5_000 + "x", "[Yw][Mw]"),
        ("1" * 50_000 + "x", "[Y" + "#" * 500 + "0][M" + "#" * 500 + "0]"),
        ("+" + "1" * 50_000, "[Z][Y]"),
    ],
)
def test_no_text_makes_the_matching_endless(text: str, picture: str) -> None:
    assert answer("toMillis", [text, picture]) in (UNDEFINED, Failure("U1002", ENDLESS))


@pytest.mark.parametrize("text", ["2018" + "-01" * 60_000 + "x", "2018-01-01" + "T00:00:00" * 20_000 + "x"])
def test_no_timestamp_makes_the_matching_endless(text: str) -> None:
    assert answer("toMillis", [text]).code == "D3110"


def test_a_wide_component_needs_memory() -> None:
    assert answer("fromMillis", [0, "[Y,100000000000]"]).code == "U1003"
