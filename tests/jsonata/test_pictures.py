"""Numbers as pictures say; the answers are those that the reference implementation gives."""

from __future__ import annotations

import math
from typing import Any

import pytest

from asl.jsonata import UNDEFINED
from tests.jsonata.calls import Failure, answer, same

INF = math.inf
NAN = math.nan


FORMAT_INTEGER: list[tuple[str, list[Any], Any]] = [
    ("formatInteger", [0, "0"], "0"),
    ("formatInteger", [7, "000"], "007"),
    ("formatInteger", [1234567, "#,##0"], "1,234,567"),
    ("formatInteger", [1234567, "#,##,##0"], "12,34,567"),
    ("formatInteger", [-1234567.5, "#,##0"], "-1,234,568"),
    ("formatInteger", [21, "0;o"], "21st"),
    ("formatInteger", [112, "0;o"], "112th"),
    ("formatInteger", [3, "٠;o"], "٣th"),
    ("formatInteger", [1234, "#٬٠٠٠"], "١٬٢٣٤"),
    ("formatInteger", [1, "#-##/0"], "-/1"),
    ("formatInteger", [1e21, "0"], "1e+21"),
    ("formatInteger", [5, "0😀0"], "0😀5"),
    ("formatInteger", [27, "a"], "aa"),
    ("formatInteger", [703, "A"], "AAA"),
    ("formatInteger", [0, "a"], ""),
    ("formatInteger", [-3, "I"], "-III"),
    ("formatInteger", [3999, "i"], "mmmcmxcix"),
    ("formatInteger", [10000001, "I"], Failure(None, "Maximum call stack size exceeded")),
    ("formatInteger", [0, "w"], "zero"),
    ("formatInteger", [121, "Ww;o"], "One Hundred and Twenty-First"),
    ("formatInteger", [40, "w;o"], "fortieth"),
    ("formatInteger", [1000000, "W;o"], "ONE MILLIONTH"),
    (
        "formatInteger",
        [123456789012345, "Ww"],
        "One Hundred and Twenty-Three Trillion, Four Hundred and Fifty-Six Billion, Seven Hundred "
        "and Eighty-Nine Million, Twelve Thousand, Three Hundred and Forty-Five",
    ),
    ("formatInteger", [1e24, "w"], "one trillion trillion"),
    ("formatInteger", [INF, "w"], Failure(None, "Maximum call stack size exceeded")),
    ("formatInteger", [NAN, "0"], "NaN"),
    ("formatInteger", [NAN, "I"], ""),
    (
        "formatInteger",
        [1, "#"],
        Failure(
            "D3130",
            'Formatting or parsing an integer as a sequence starting with "#" is not supported by this implementation',
        ),
    ),
    (
        "formatInteger",
        [1, ""],
        Failure(
            "D3130",
            'Formatting or parsing an integer as a sequence starting with "" is not supported by this implementation',
        ),
    ),
    (
        "formatInteger",
        [1, "0٠"],
        Failure("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ),
]

PARSE_INTEGER: list[tuple[str, list[Any], Any]] = [
    ("parseInteger", ["1,234,567", "#,##0"], 1234567),
    ("parseInteger", ["1 234", "# ##0"], 1),
    ("parseInteger", ["12th", "0;o"], 12),
    ("parseInteger", ["٣٤", "٠"], 34),
    ("parseInteger", ["34", "٠"], Failure(None, "Invalid code point -1533")),
    ("parseInteger", ["0x1f", "0"], 31),
    ("parseInteger", ["abc", "0"], NAN),
    ("parseInteger", ["9" * 400, "0"], INF),
    ("parseInteger", ["MMXVIII", "I"], 2018),
    ("parseInteger", ["mmxviii", "i"], 2018),
    ("parseInteger", ["IIX", "I"], 8),
    ("parseInteger", ["MQ", "I"], NAN),
    ("parseInteger", ["abz", "a"], 754),
    ("parseInteger", ["a😀", "a"], 1494198),
    ("parseInteger", ["two thousand and eighteen", "w"], 2018),
    ("parseInteger", ["Twelve Thousand, Four Hundred and Seventy-Sixth", "Ww"], 12476),
    ("parseInteger", ["one billion trillion", "w"], 1e21),
    ("parseInteger", ["one  two", "w"], NAN),
    ("parseInteger", ["x", "w"], NAN),
    (
        "parseInteger",
        ["1", "#"],
        Failure(
            "D3130",
            'Formatting or parsing an integer as a sequence starting with "#" is not supported by this implementation',
        ),
    ),
    ("parseInteger", ["12", "0;x;o"], NAN),
]

FORMAT_NUMBER: list[tuple[str, list[Any], Any]] = [
    ("formatNumber", [12345.678, "#,##0.00"], "12,345.68"),
    ("formatNumber", [-12345.678, "#,##0.00"], "-12,345.68"),
    ("formatNumber", [-5, "0;(0)"], "(5)"),
    ("formatNumber", [0.5, "0"], "0"),
    ("formatNumber", [2.5, "0"], "2"),
    ("formatNumber", [1.005, "0.00"], "1.00"),
    ("formatNumber", [0.14, "01%"], "14%"),
    ("formatNumber", [0.1234, "0.0‰"], "123.4‰"),
    ("formatNumber", [1234.5678, "00.000e0"], "12.346e2"),
    ("formatNumber", [0.00012, "#.00e00"], "0.12e-03"),
    ("formatNumber", [1e22, "0"], "1e+22"),
    ("formatNumber", [1e-10, "0.0#"], "0.0"),
    ("formatNumber", [NAN, "0"], "-NaN"),
    ("formatNumber", [INF, "0"], "Infinity"),
    ("formatNumber", [INF, "0.0"], "NaN.0"),
    ("formatNumber", [-INF, "0"], "-Infinity"),
    ("formatNumber", [0, "#"], "0"),
    ("formatNumber", [0, "#.#"], ".0"),
    ("formatNumber", [1234567, "#,##,##0"], "12,34,567"),
    ("formatNumber", [1234567.891, "0,0,0.0,0"], "1,2,3,4,5,6,7.8,,9"),
    ("formatNumber", [1234, "1,000"], "1,234"),
    ("formatNumber", [5, "pre0post"], "pre5post"),
    ("formatNumber", [1234.5, "٠,٠٠٠.٠", {"zero-digit": "٠"}], "١,٢٣٤.٥"),
    ("formatNumber", [1234.5, "#.##0,00", {"decimal-separator": ",", "grouping-separator": "."}], "1.234,50"),
    ("formatNumber", [1234.5, "#,##0.0", {"minus-sign": "−"}], "1,234.5"),
    ("formatNumber", [-1, "0", {"minus-sign": "minus "}], "minus 1"),
    ("formatNumber", [1, "0", {"zero-digit": 5}], Failure(None, "properties.zero-digit.charCodeAt is not a function")),
    (
        "formatNumber",
        [1, "0", {"zero-digit": None}],
        Failure(None, "Cannot read properties of null (reading 'charCodeAt')"),
    ),
    ("formatNumber", [1, "abc"], Failure(None, "Cannot read properties of undefined (reading 'length')")),
    (
        "formatNumber",
        [1, "0;0;0"],
        Failure("D3080", "The picture string must only contain a maximum of two sub-pictures"),
    ),
    (
        "formatNumber",
        [1, "0.0.0"],
        Failure(
            "D3081", "The sub-picture must not contain more than one instance of the 'decimal-separator' character"
        ),
    ),
    (
        "formatNumber",
        [1, "0%%"],
        Failure("D3082", "The sub-picture must not contain more than one instance of the 'percent' character"),
    ),
    (
        "formatNumber",
        [1, "0‰‰"],
        Failure("D3083", "The sub-picture must not contain more than one instance of the 'per-mille' character"),
    ),
    (
        "formatNumber",
        [1, "0%‰"],
        Failure("D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"),
    ),
    (
        "formatNumber",
        [1, "."],
        Failure(
            "D3085",
            "The mantissa part of a sub-picture must contain at least one character that is either an "
            "'optional digit character' or a member of the 'decimal digit family'",
        ),
    ),
    (
        "formatNumber",
        [1, "0x0"],
        Failure(
            "D3086",
            "The sub-picture must not contain a passive character that is preceded by an active "
            "character and that is followed by another active character",
        ),
    ),
    (
        "formatNumber",
        [1, "0,.0"],
        Failure(
            "D3087",
            "The sub-picture must not contain a 'grouping-separator' character that appears adjacent "
            "to a 'decimal-separator' character",
        ),
    ),
    (
        "formatNumber",
        [1, "0,"],
        Failure("D3088", "The sub-picture must not contain a 'grouping-separator' at the end of the integer part"),
    ),
    (
        "formatNumber",
        [1, "0,,0"],
        Failure(
            "D3089", "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character"
        ),
    ),
    (
        "formatNumber",
        [1, "0#"],
        Failure(
            "D3090",
            "The integer part of the sub-picture must not contain a member of the 'decimal digit "
            "family' that is followed by an instance of the 'optional digit character'",
        ),
    ),
    (
        "formatNumber",
        [1, "0.#0"],
        Failure(
            "D3091",
            "The fractional part of the sub-picture must not contain an instance of the 'optional "
            "digit character' that is followed by a member of the 'decimal digit family'",
        ),
    ),
    (
        "formatNumber",
        [1, "0e0%"],
        Failure(
            "D3092",
            "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a "
            "character treated as an 'exponent-separator'",
        ),
    ),
    (
        "formatNumber",
        [1, "0e"],
        Failure(
            "D3093",
            "The exponent part of the sub-picture must comprise only of one or more characters that "
            "are members of the 'decimal digit family'",
        ),
    ),
    (
        "formatNumber",
        [1, "0.00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"],
        Failure(None, "toFixed() digits argument must be between 0 and 100"),
    ),
]

FORMAT_NUMBER_LATER: list[tuple[str, list[Any], Any]] = [
    ("formatNumber", [0, "0.0e0"], "0.0e0"),
    ("formatNumber", [-1234, "0.00e0"], "-1.23e3"),
    (
        "formatNumber",
        [5, "abc"],
        Failure(
            "D3086",
            "The sub-picture must not contain a passive character that is preceded by an active "
            "character and that is followed by another active character",
        ),
    ),
    ("formatNumber", [0.05, "0.00e0"], "5.00e-2"),
]

FORMAT_BASE: list[tuple[str, list[Any], Any]] = [
    ("formatBase", [100], "100"),
    ("formatBase", [100, 2], "1100100"),
    ("formatBase", [-255, 16], "-ff"),
    ("formatBase", [2.5, 10], "2"),
    ("formatBase", [3.5, 2], "100"),
    ("formatBase", [10, 36.4], "a"),
    ("formatBase", [0, 2], "0"),
    ("formatBase", [5e17, 36], "3sr77gzykag0"),
    ("formatBase", [2.7234534667214282e17, 7], "326150211654664400550"),
    ("formatBase", [1e21, 10], "1e+21"),
    ("formatBase", [INF, 2], "Infinity"),
    (
        "formatBase",
        [1, 1],
        Failure("D3100", "The radix of the formatBase function must be between 2 and 36.  It was given 1"),
    ),
    (
        "formatBase",
        [1, 37],
        Failure("D3100", "The radix of the formatBase function must be between 2 and 36.  It was given 37"),
    ),
    ("formatBase", [1, NAN], Failure(None, "toString() radix argument must be between 2 and 36")),
]


@pytest.mark.parametrize(
    ("name", "arguments", "expected"), FORMAT_INTEGER + PARSE_INTEGER + FORMAT_NUMBER + FORMAT_BASE
)
def test_answers_are_those_of_the_reference(name: str, arguments: list[Any], expected: Any) -> None:
    assert same(answer(name, arguments), expected)


@pytest.mark.parametrize(("name", "arguments", "expected"), FORMAT_NUMBER_LATER)
def test_what_level_2_2_does_otherwise(name: str, arguments: list[Any], expected: Any) -> None:
    assert same(answer(name, arguments, "2.2"), expected)


@pytest.mark.parametrize("value", [0, -1, -1234.5, INF])
def test_a_search_for_an_exponent_without_end_is_an_error(value: float) -> None:
    assert answer("formatNumber", [value, "0.0e0"]).code == "U1002"


@pytest.mark.parametrize("name", ["formatNumber", "formatBase", "formatInteger"])
def test_nothing_gives_nothing(name: str) -> None:
    assert answer(name, [UNDEFINED, "0"] if name != "formatBase" else [UNDEFINED]) is UNDEFINED


@pytest.mark.parametrize("picture", ["w", "Ww", "W", "w;o", "Ww;o", "I", "i", "a", "A", "0", "000", "#,##0", "0;o"])
@pytest.mark.parametrize("value", [1, 19, 20, 21, 99, 100, 101, 999, 1000, 1984, 2018, 12001])
def test_what_is_written_is_read_again(picture: str, value: int) -> None:
    assert answer("parseInteger", [answer("formatInteger", [value, picture]), picture]) == value


@pytest.mark.parametrize("size", [100_000])
@pytest.mark.parametrize("group", ["0", "0,", "0,00,", "0,.", "#,."])
def test_the_time_for_a_long_picture_grows_in_proportion(group: str, size: int) -> None:
    picture = group * (size // len(group)) + "0"
    assert isinstance(answer("formatInteger", [5, picture]), str)
    assert answer("formatNumber", [5, picture.replace(".", "")])
