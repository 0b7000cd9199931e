"""Regular expressions: what node finds, the two engines against each other, and the bounds of their work."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asl.jsonata.errors import JsonataError
from asl.jsonata.regex import Match, Regex, compile_regex, from_units, matcher, to_units
from asl.jsonata.regex.charset import ALL, char_set, complement, contains, of, overlap, with_cases
from asl.jsonata.regex.cost import Unbounded, longest_text
from asl.jsonata.regex.parser import MAX_DEPTH, parse
from asl.jsonata.regex.program import program
from asl.jsonata.regex.translate import compiled, translated

Found = list[tuple[int, int, list[str | None]]]

FOUND: list[tuple[str, str, str, Found]] = [
    # pattern, flags, text, and all matches as node finds them, in UTF-16 units
    ("b+", "", "ababbxabbcc", [(1, 2, []), (3, 5, []), (7, 9, [])]),
    ("hat", "i", "Bowler HAT hat", [(7, 10, []), (11, 14, [])]),
    (r"(\w+)\s(\w+)", "", "John Smith", [(0, 10, ["John", "Smith"])]),
    ("^(.*?)d(.*)$", "", "darted", [(0, 6, ["", "arted"])]),
    (".", "", "a\n\r\u2028\u2029b", [(0, 1, []), (5, 6, [])]),
    ("[^]", "", "\n", [(0, 1, [])]),
    ("[]", "", "a", []),
    ("[]|b", "", "ab", [(1, 2, [])]),
    ("(?<=[]|b)c", "", "bc", [(1, 2, [])]),
    ("a$", "", "a\na", [(2, 3, [])]),
    ("a$", "m", "a\na\r\na\u2028b", [(0, 1, []), (2, 3, []), (5, 6, [])]),
    ("^.", "m", "a\nb\u2029c\rd", [(0, 1, []), (2, 3, []), (4, 5, []), (6, 7, [])]),
    ("^", "m", "\n\n", [(0, 0, []), (1, 1, []), (2, 2, [])]),
    (r"\s+", "", "a\xa0\ufeff\u180e\u2003\x0b b", [(1, 3, []), (4, 7, [])]),
    (r"\d+", "", "12\u06613", [(0, 2, []), (3, 4, [])]),
    (r"\w+", "", "a\xe9_9\u017f", [(0, 1, []), (2, 4, [])]),
    ("\\b\xe9?\\b", "", "a\xe9 b", [(0, 0, []), (1, 1, []), (3, 3, []), (4, 4, [])]),
    (r"\B", "", "", [(0, 0, [])]),
    (r"\b", "", "ab cd", [(0, 0, []), (2, 2, []), (3, 3, []), (5, 5, [])]),
    (r"\B", "", "ab", [(1, 1, [])]),
    (r"\cJ", "", "\n", [(0, 1, [])]),
    (r"\c", "", "\\c", [(0, 2, [])]),
    (r"[\c_]", "", "\x1f_", [(0, 1, [])]),
    (r"[\c!]", "", "\\c!", [(0, 1, []), (1, 2, []), (2, 3, [])]),
    (r"\x41\x4", "", "Ax4", [(0, 3, [])]),
    (r"\u0041\u004", "", "Au004", [(0, 5, [])]),
    (r"\u{2}", "", "uu", [(0, 2, [])]),
    (r"\0", "", "\x00", [(0, 1, [])]),
    (r"\101\08\377\400", "", "A\x008\xff 0", [(0, 6, [])]),
    (r"\8\9", "", "89", [(0, 2, [])]),
    (r"[\1\8]", "", "\x018", [(0, 1, []), (1, 2, [])]),
    (r"\a\e\-\/", "", "ae-/", [(0, 4, [])]),
    (r"[\b]", "", "\x08", [(0, 1, [])]),
    (r"[\d-z]+", "", "1-z", [(0, 3, [])]),
    (r"[a-\d]+", "", "a-5b", [(0, 3, [])]),
    (r"[\w-a]+", "", "x-", [(0, 2, [])]),
    (r"(a)\1", "", "aab", [(0, 2, ["a"])]),
    (r"\1(a)", "", "aa", [(0, 1, ["a"]), (1, 2, ["a"])]),
    (r"(?:(a)|b)\1", "", "bab", [(0, 1, [None]), (2, 3, [None])]),
    (r"(a\1)", "", "aa", [(0, 1, ["a"]), (1, 2, ["a"])]),
    (r"\2(a)", "", "\x02a", [(0, 2, ["a"])]),
    ("(?:(a)|(b)|(c))*", "", "abca", [(0, 4, ["a", None, None]), (4, 4, [None, None, None])]),
    ("(?:(a)|b)*", "", "aab", [(0, 3, [None]), (3, 3, [None])]),
    ("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", [(0, 10, ["z", "ac", "a", None, "c"])]),
    (r"(?<y>\d{4})-(?<m>\d\d)", "", "on 2026-11-21", [(3, 10, ["2026", "11"])]),
    ("(?<q>['\"]).*?\\k<q>", "", 'say "it\'s" x', [(4, 10, ['"'])]),
    (r"\k<a>(?<a>x)", "", "xx", [(0, 1, ["x"]), (1, 2, ["x"])]),
    (r"\k<a>", "", "k<a>", [(0, 4, [])]),
    (r"(?<a>\k<a>x)", "", "x", [(0, 1, ["x"])]),
    (r"(?=(a+))a*b\1", "", "baaabac", [(3, 6, ["a"])]),
    ("(?=(a))", "", "ba", [(1, 1, ["a"])]),
    (r"(.*?)a(?!(a+)b\2c)\2(.*)", "", "baaabaac", [(0, 8, ["ba", None, "abaac"])]),
    ("a(?!b)", "", "abac", [(2, 3, [])]),
    ("(?=a)*b", "", "ab", [(1, 2, [])]),
    ("(?=(a))?", "", "a", [(0, 0, [None]), (1, 1, [None])]),
    ("(?=(a)){2}", "", "a", [(0, 0, ["a"])]),
    (r"(?<=\$)\d+(\.\d*)?", "", "cost $42.5 or 7", [(6, 10, [".5"])]),
    (r"(?<!\$)\b\d+", "", "$42 17", [(4, 6, [])]),
    (r"(?<=(\d+)(\d+))$", "", "1053", [(4, 4, ["1", "053"])]),
    (r"(?<=\1(a))b", "", "aab", [(2, 3, ["a"])]),
    ("(?<=([ab]+))c", "", "abac", [(3, 4, ["aba"])]),
    (r"(?<=^|,)\w*", "", "a,,b", [(0, 1, []), (2, 2, []), (3, 4, [])]),
    ("(?<=(?:a|bc)*)d", "", "abcd", [(3, 4, [])]),
    ("(?<=a{2}?)b", "", "aab", [(2, 3, [])]),
    ("a{2}", "", "aaaaa", [(0, 2, []), (2, 4, [])]),
    ("a{2,}", "", "aaaaab", [(0, 5, [])]),
    ("a{1,2}?", "", "aaa", [(0, 1, []), (1, 2, []), (2, 3, [])]),
    ("a{,2}", "", "aa{,2}", [(1, 6, [])]),
    ("a{", "", "a{", [(0, 2, [])]),
    ("a{1", "", "a{1", [(0, 3, [])]),
    ("{", "", "{", [(0, 1, [])]),
    ("}]", "", "}]", [(0, 2, [])]),
    ("x{0}y", "", "xy", [(1, 2, [])]),
    ("(x){0}y", "", "xy", [(1, 2, [None])]),
    ("(a{0,2}){3}", "", "aaaa", [(0, 4, [""]), (4, 4, [""])]),
    ("(?:a?){3,}b", "", "ab", [(0, 2, [])]),
    ("(a*)*", "", "b", [(0, 0, [None]), (1, 1, [None])]),
    ("(a*)+", "", "b", [(0, 0, [""]), (1, 1, [""])]),
    ("(a*)?", "", "b", [(0, 0, [None]), (1, 1, [None])]),
    ("(a|b*)*c", "", "abbc", [(0, 4, ["bb"])]),
    ("(?:a*?)*b", "", "aab", [(0, 3, [])]),
    ("(a?)*?b", "", "aab", [(0, 3, ["a"])]),
    (r"(\2a)(\1)", "", "aaa", [(0, 2, ["a", "a"])]),
    ("(a?b??)*", "", "ab", [(0, 2, ["b"]), (2, 2, [None])]),
    ("((a)|(b)?)*", "", "ab", [(0, 2, ["b", None, "b"]), (2, 2, [None, None, None])]),
    ("(?:|a)+", "", "aa", [(0, 2, []), (2, 2, [])]),
    ("(|a)*", "", "aa", [(0, 2, ["a"]), (2, 2, [None])]),
    ("()*?x", "", "x", [(0, 1, [None])]),
    ("a|ab", "", "abab", [(0, 1, []), (2, 3, [])]),
    ("((a)|(ab))((c)|(bc))", "", "abc", [(0, 3, ["a", "a", None, "bc", None, "bc"])]),
    ("a[a-z]{2,4}?", "", "abcdefghi", [(0, 3, [])]),
    ("(aa|aabaac|ba|b|c)*", "", "aabaac", [(0, 4, ["ba"]), (4, 4, [None]), (5, 6, ["c"]), (6, 6, [None])]),
    ("(?:)", "", "ab", [(0, 0, []), (1, 1, []), (2, 2, [])]),
    ("k", "i", "K\u212ak", [(0, 1, []), (2, 3, [])]),
    ("s", "i", "S\u017f", [(0, 1, [])]),
    ("\u017f", "i", "sS\u017f", [(2, 3, [])]),
    ("\xe9", "i", "\xc9", [(0, 1, [])]),
    ("\xb5", "i", "\u039c\u03bc\xb5", [(0, 1, []), (1, 2, []), (2, 3, [])]),
    ("\u03c3", "i", "\u03c2\u03a3", [(0, 1, []), (1, 2, [])]),
    ("\xdf", "i", "\u1e9eSS", []),
    ("\u01c6", "i", "\u01c5\u01c4", [(0, 1, []), (1, 2, [])]),
    ("[^\xe9]", "i", "\xe9\xc9e", [(2, 3, [])]),
    ("[\xe0-\xf6]+", "i", "\xc0\xd6\xdf\xf7\xd7", [(0, 2, [])]),
    (r"[^\W]", "i", "\u017fK", [(1, 2, [])]),
    ("[K-k]", "i", "K_[", [(0, 1, []), (1, 2, []), (2, 3, [])]),
    ("i", "i", "\u0130\u0131I", [(2, 3, [])]),
    ("(\xe9)\\1", "i", "\xe9\xc9", [(0, 2, ["\xe9"])]),
    (r"(?<n>a)\k<n>", "i", "aA", [(0, 2, ["a"])]),
    (".", "", "\U0001f600", [(0, 1, []), (1, 2, [])]),
    ("^.$", "", "\U0001f600", []),
    ("^..$", "", "\U0001f600", [(0, 2, [])]),
    ("\U0001f600", "", "x\U0001f600", [(1, 3, [])]),
    ("[\U0001f600]", "", "\U0001f600", [(0, 1, []), (1, 2, [])]),
    ("\U0001f600{2}", "", "\U0001f600\ude00", [(0, 3, [])]),
    (r"\ud83d", "", "\U0001f600", [(0, 1, [])]),
    ("[^x]+", "", "a\U0001f600b", [(0, 4, [])]),
    ("x(?=\ude00)", "", "x\ude00", [(0, 1, [])]),
    (r"\d(?=(?:\d{3})+$)", "", "1234567", [(0, 1, []), (3, 4, [])]),
    (r"^\s+|\s+$", "", "  a b ", [(0, 2, []), (5, 6, [])]),
    ("(?:[a-z]+,)*[a-z]+$", "", "ab,cd,ef", [(0, 8, [])]),
    ("(?:a|ab)(?:c|bcd)(?:d*)", "", "abcd", [(0, 4, [])]),
    (r'"(?:[^"\\]|\\.)*"', "", 'x "a\\"b" y', [(2, 8, [])]),
    (r"(\w+\s?)*$", "", "ab cd", [(0, 5, ["cd"]), (5, 5, [None])]),
]

WRONG = [
    # pattern, flags, the end of node's message
    ("(", "", "/(/g: Unterminated group"),
    (")", "im", "/)/gim: Unmatched ')'"),
    ("(?:a", "mi", "/(?:a/gim: Unterminated group"),
    ("[a", "i", "/[a/gi: Unterminated character class"),
    ("[b-a]", "", "/[b-a]/g: Range out of order in character class"),
    ("a\\", "m", "/a\\/gm: \\ at end of pattern"),
    ("[\\", "", "/[\\/g: \\ at end of pattern"),
    ("a**", "", "/a**/g: Nothing to repeat"),
    ("^*", "", "/^*/g: Nothing to repeat"),
    ("|?", "", "/|?/g: Nothing to repeat"),
    ("{1}", "", "/{1}/g: Nothing to repeat"),
    ("a{2,1}", "", "/a{2,1}/g: numbers out of order in {} quantifier"),
    ("a{99999999999,1}", "", "/a{99999999999,1}/g: numbers out of order in {} quantifier"),
    ("(?<=a)*", "", "/(?<=a)*/g: Invalid quantifier"),
    ("(?i:a)", "", "/(?i:a)/g: Invalid group"),
    ("(?", "", "/(?/g: Invalid group"),
    ("(?<1>a)", "", "/(?<1>a)/g: Invalid capture group name"),
    ("(?<a", "", "/(?<a/g: Invalid capture group name"),
    ("(?<>a)", "", "/(?<>a)/g: Invalid capture group name"),
    ("(?<a>x)(?<a>y)", "", "/(?<a>x)(?<a>y)/g: Duplicate capture group name"),
    ("(?<a>x)\\k", "", "/(?<a>x)\\k/g: Invalid named reference"),
    ("(?<a>x)\\k<b>", "", "/(?<a>x)\\k<b>/g: Invalid named capture referenced"),
    ("[\\k](?<a>x)", "", "/[\\k](?<a>x)/g: Invalid escape"),
    ("(?<\\u00>x)", "", "/(?<\\u00>x)/g: Invalid Unicode escape"),
]

EXPENSIVE = [
    # pattern, text: a plain backtracking matcher needs exponential time or a high power of the length
    (r"(a+)+$", "a" * 30_000 + "b"),
    (r"(.*)*x", "a" * 30_000),
    (r"(a|a)*b", "a" * 30_000),
    (r"(a|aa)+$", "a" * 30_000 + "b"),
    (r"^(\w+\s?)*$", "word " * 10_000 + "!"),
    (r"(x+x+)+y", "x" * 20_000),
    (r"(.*)(.*)(.*)(.*)(.*)x", "a" * 5_000),
    (r"\s+$", " " * 50_000 + "x"),
    (r"(?:a?){40}b", "a" * 1_000),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 30_000),
    (r"(?=(a+)+b)", "a" * 20_000),
    (r"(?<=^(a+)+)b", "a" * 2_000),
    (r"(?:(?:a*)*)*b", "a" * 20_000),
    (r"(?:a*?)*?b", "a" * 20_000),
]


def ignored(steps: int) -> None:
    """Lets a search work as long as it likes."""


def test_a_match_says_where_it_is_and_what_it_captured() -> None:
    assert compile_regex(r"(\w+)@(x)?", "").search("to: joe@y", 0, ignored) == Match(4, 8, ["joe", None])


def test_the_search_begins_at_the_start_and_sees_what_is_in_front_of_it() -> None:
    regex = compile_regex(r"(?<=a)b|^c", "")
    assert regex.search("ab", 1, ignored) == Match(1, 2, [])
    assert regex.search("cc", 1, ignored) is None
    assert regex.search("cc", -1, ignored) == Match(0, 1, [])
    assert regex.search("ab", 3, ignored) is None


def found_by_default(regex: Regex, text: str, start: int) -> Any:
    match = regex.search(text, start, ignored)
    return match and (match.start, match.end, match.groups)


def found_by_re(pattern: str, text: str, start: int) -> Any:
    match = compiled(pattern).search(text, start)
    return match and (match.start(), match.end(), list(match.groups()))


def found_by_matcher(code: Any, text: str, start: int, spend: Any = ignored) -> Any:
    found = matcher.search(code, text, start, spend)
    if found is None:
        return None
    first, end, edges = found
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return first, end, [None if low is None or high is None else text[low:high] for low, high in pairs]


def all_found(find: Any, by: Any, text: str) -> Found:
    matches: Found = []
    start = 0
    while start <= len(text) and (match := find(by, text, start)):
        matches.append(match)
        start = match[1] + (match[0] == match[1])
    return matches


def in_units(matches: Found) -> Found:
    return [(start, end, [group and to_units(group) for group in groups]) for start, end, groups in matches]


@pytest.mark.parametrize(("pattern", "flags", "text", "expected"), FOUND)
def test_both_engines_find_what_node_finds(pattern: str, flags: str, text: str, expected: Found) -> None:
    units = to_units(text)
    tree = parse(pattern, flags)
    expected = in_units(expected)
    assert in_units(all_found(found_by_default, compile_regex(pattern, flags), units)) == expected
    assert all_found(found_by_matcher, program(tree), units) == expected
    in_python = translated(tree)
    if in_python is not None:
        assert all_found(found_by_re, in_python, units) == expected


@pytest.mark.parametrize(("pattern", "flags", "problem"), WRONG)
def test_a_wrong_pattern_is_refused_in_the_words_of_node(pattern: str, flags: str, problem: str) -> None:
    with pytest.raises(JsonataError) as refused:
        compile_regex(pattern, flags)
    assert refused.value.code is None
    assert refused.value.message == f"Invalid regular expression: {problem}"


def test_flags_given_twice_are_refused() -> None:
    with pytest.raises(JsonataError) as refused:
        compile_regex("a", "imi")
    assert refused.value.message == "Invalid flags supplied to RegExp constructor 'imig'"


def test_groups_are_nested_up_to_a_bound() -> None:
    nested = "(?:a|" * MAX_DEPTH + "b" + ")*" * MAX_DEPTH
    assert compile_regex(nested, "").search("ab", 0, ignored) == Match(0, 2, [])
    with pytest.raises(JsonataError, match="Stack overflow"):
        compile_regex(f"({nested})", "")


class TooMuch(Exception):
    pass


class Purse:
    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.calls = 0

    def spend(self, steps: int) -> None:
        self.calls += 1
        self.steps -= steps
        if self.steps < 0:
            raise TooMuch


@pytest.mark.parametrize(("pattern", "text"), EXPENSIVE)
def test_the_work_of_a_search_grows_with_text_and_pattern_only(pattern: str, text: str) -> None:
    compile_regex(pattern, "").search(text, 0, Purse(25 * len(pattern) * len(text)).spend)


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in EXPENSIVE])
def test_re_is_not_used_where_it_would_hang(pattern: str) -> None:
    tree = parse(pattern, "")
    if translated(tree) is not None:
        try:
            longest = longest_text(tree.root, 10_000_000)
        except Unbounded:
            return
        assert longest < 10_000


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        (r"\s+", 1_000_000),
        (r"[^0-9]", 1_000_000),
        (r"^[a-z]+@[a-z]+\.[a-z]+$", 1_000_000),
        (r"(\d+)-(\d+)", 1_000),
        (r"^(?:[a-z]+,)*[a-z]+;", 1_000),
        (r"(.*)@(.*)\.com", 100),
    ],
)
def test_common_patterns_are_left_to_re(pattern: str, longest: int) -> None:
    tree = parse(pattern, "")
    assert translated(tree) is not None
    assert longest_text(tree.root, 10_000_000) >= longest


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        ("a", 1),
        ("^a", 1),
        ("a+", 1),
        ("^a+b", 1),
        ("a+b", 2),
        ("^a*a*b", 2),
        (".*x.*y", 3),
        (r"^a+(?=\d+;)", 2),
        ("a+(?=a+;)", 3),
        (r"^(?:a+,)*;", 1),
        ("^(?:a+,)*a", 2),
        (r"(?:a,)+$", 2),
    ],
)
def test_the_power_of_the_length_that_bounds_the_work(pattern: str, degree: int) -> None:
    root = parse(pattern, "").root
    ratio = longest_text(root, 10.0**18 * 2**degree) / longest_text(root, 10.0**18)
    assert ratio == pytest.approx(2, rel=1e-3)


def test_work_is_reported_as_it_is_done_and_can_be_stopped() -> None:
    regex = compile_regex(r"(\w+)\s\1+;", "")
    purse = Purse(50_000)
    with pytest.raises(TooMuch):
        regex.search("aaaa " * 5_000, 0, purse.spend)
    assert purse.calls >= 40


def test_the_memory_of_a_search_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    regex = compile_regex("^(?:a|(b))*$", "")
    assert regex.search("ab" * 5_000, 0, ignored) is not None
    monkeypatch.setattr(matcher, "_MOST_NOTED", 10_000)
    with pytest.raises(JsonataError) as refused:
        regex.search("ab" * 5_000, 0, ignored)
    assert refused.value.code == "U1003"


def test_the_work_of_looks_is_reported_too() -> None:
    with pytest.raises(TooMuch):
        compile_regex(r"(?=(\w\w?)+;)a1", "").search("a" * 5_000 + ";", 0, Purse(200_000).spend)


def test_a_long_text_meets_no_limit_of_recursion() -> None:
    text = "ab" * 50_000
    assert compile_regex("(?:(a)|(b))*", "").search(text, 0, ignored) == Match(0, 100_000, [None, "b"])
    assert compile_regex("(?<=^(?:a|b)*)$", "").search(text[:5_000], 5_000, ignored) == Match(5_000, 5_000, [])


def test_characters_of_two_units_count_as_one_in_positions() -> None:
    text = "a\U0001f600b\U0001f601c"
    regex = compile_regex("([bc])", "")
    assert regex.search(text, 0, ignored) == Match(2, 3, ["b"])
    assert regex.search(text, 3, ignored) == Match(4, 5, ["c"])
    assert compile_regex("[^a]+", "").search(text, 0, ignored) == Match(1, 5, [])
    assert compile_regex("(b.*)c", "").search(text, 0, ignored) == Match(2, 5, ["b\U0001f601"])


def test_half_a_character_takes_in_the_whole() -> None:
    regex = compile_regex("(.)", "")
    assert regex.search("\U0001f600b", 0, ignored) == Match(0, 1, ["\ud83d"])
    assert regex.search("\U0001f600b", 1, ignored) == Match(1, 2, ["b"])
    assert compile_regex("[\ude00-\udfff]", "").search("\U0001f600", 0, ignored) == Match(0, 1, [])


@given(st.text())
def test_texts_survive_the_way_through_units(text: str) -> None:
    units = to_units(text)
    assert len(units) == len(text.encode("utf-16-le")) // 2
    assert from_units(units) == text


CODES = st.integers(0, 0xFFFF)
RANGES = st.lists(st.tuples(CODES, CODES).map(lambda pair: (min(pair), max(pair))), max_size=4)


@given(RANGES, RANGES, CODES)
def test_sets(some: list[tuple[int, int]], others: list[tuple[int, int]], code: int) -> None:
    units = char_set(some)
    expected = any(low <= code <= high for low, high in some)
    assert contains(units, code) == expected
    assert contains(complement(units), code) != expected
    assert overlap(units, char_set(others)) == any(a <= d and c <= b for a, b in some for c, d in others)
    assert char_set([*units, *complement(units)]) == ALL


def test_cases_are_those_of_javascript() -> None:
    assert with_cases(of("k")) == of("kK")
    assert with_cases(of("\u00b5")) == of("\u00b5\u039c\u03bc")
    assert with_cases(of("\u00df\u0131\u017f")) == of("\u00df\u0131\u017f")


ATOMS = ["a", "b", ".", "[ab]", "[^a]", r"\w", r"\s", r"\b", "^", "$", "", "(?<=a)", "(?!b)"]
COUNTS = ["", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}"]
PATTERNS = st.recursive(
    st.sampled_from([atom for atom in ATOMS if atom not in (r"\b", "^", "$", "", "(?<=a)")]),
    lambda inner: st.one_of(
        st.builds(lambda node, count: f"(?:{node}){count}", inner, st.sampled_from(COUNTS)),
        st.builds(lambda node, count: f"({node}){count}", inner, st.sampled_from(COUNTS)),
        st.builds(lambda node, sign: f"(?{sign}{node})", inner, st.sampled_from(["=", "!", "<=", "<!"])),
        st.builds(lambda nodes: "".join(nodes), st.lists(st.one_of(inner, st.sampled_from(ATOMS)), max_size=4)),
        st.builds(lambda nodes: f"(?:{'|'.join(nodes)})", st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


@example(pattern="(?:(?:a)*?)?", flags="", text="a")
@given(PATTERNS, st.sampled_from(["", "i", "m"]), st.text("abAB \n_\u00e9", max_size=8))
def test_the_two_engines_agree(pattern: str, flags: str, text: str) -> None:
    tree = parse(pattern, flags)
    in_python = translated(tree)
    if in_python is not None:
        assert all_found(found_by_re, in_python, text) == all_found(found_by_matcher, program(tree), text)


@given(PATTERNS, st.sampled_from(["a", "ab", "aab "]))
def test_any_pattern_is_done_in_bounded_work(pattern: str, repeated: str) -> None:
    text = repeated * (600 // len(repeated)) + "\n"
    found_by_matcher(program(parse(pattern, "")), text, 0, Purse(5_000_000).spend)
