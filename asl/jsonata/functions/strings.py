"""Functions on strings, but for encodings, pictures and regular expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context
from typing import Any, Final

from asl.jsonata.doubles import double, joined, parse_int, units
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, Run, native
from asl.jsonata.sizes import expanded_size
from asl.jsonata.text import number_text, stringify
from asl.jsonata.values import UNDEFINED, Function, Outer, Sequence, Undefined, Value

TABLE: dict[str, Native] = {}
LATER: dict[str, Native] = {}

_INDENT: Final = 2
_NOT_CALLABLE: Final = "Cannot read properties of undefined (reading 'apply')"
_BAD_LENGTH: Final = "Invalid array length"
"""Where the reference forgets to check, it answers with the errors of its own language, which have no code."""
_LONGEST_ARRAY: Final = 2**32 - 2


@native(TABLE, "string", "<x-b?:s>", arity=1, run=True)
def string(run: Run, value: Value, prettify: bool | Undefined = UNDEFINED) -> str | Undefined:
    return _string(run, value, prettify, digits_limited)


@native(LATER, "string", "<x-b?:s>", arity=1, run=True)
def string_later(run: Run, value: Value, prettify: bool | Undefined = UNDEFINED) -> str | Undefined:
    return _string(run, value, prettify, _fraction_limited)


def _string(run: Run, value: Value, prettify: bool | Undefined, number: Callable[[float], str]) -> str | Undefined:
    if value is UNDEFINED or type(value) is str:
        return value
    if isinstance(value, Function):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        raise JsonataError("D3001", value=value)
    if isinstance(value, list | dict):
        run.allocate(expanded_size(value))
    return stringify(value[0] if isinstance(value, Outer) else value, _INDENT if prettify else 0, number)


_SIGNIFICANT: Final = 15
_TO_PRECISION: Final = Context(prec=_SIGNIFICANT, rounding=ROUND_HALF_UP)
_EXACT_BELOW: Final = 10**_SIGNIFICANT


def digits_limited(value: float) -> str:
    """A number with at most 15 significant digits. Raises D1001 when it is infinite."""
    if type(value) is int and -_EXACT_BELOW < value < _EXACT_BELOW:
        return number_text(value)
    exact = double(value)
    if math.isnan(exact):
        return "null"
    if math.isinf(exact):
        raise JsonataError("D1001", value=exact)
    return number_text(float(_TO_PRECISION.create_decimal(exact)))


def _fraction_limited(value: float) -> str:
    """As `digits_limited`, but integers keep all their digits."""
    return number_text(value) if type(value) is int or value.is_integer() else digits_limited(value)


def _wording(value: str | Undefined) -> str:
    """The reference searches for the word undefined where an argument has no value."""
    return "undefined" if value is UNDEFINED else value


@native(TABLE, "substring", "<s-nn?:s>")
def substring(
    text: str | Undefined, start: float | Undefined, length: float | Undefined = UNDEFINED
) -> str | Undefined:
    """`length` characters from `start`, counted from the end when it is negative."""
    if text is UNDEFINED:
        return UNDEFINED
    first = 0 if start is UNDEFINED or len(text) + start < 0 else start
    if length is UNDEFINED:
        return text[_place(first, text) :]
    if length <= 0:
        return ""
    end = first + length if first >= 0 else len(text) + first + length
    return text[_place(first, text) : _place(end, text)]


def _place(position: float, text: str) -> int:
    """A position in the text: cut off to an integer, from the end when negative, not beyond either end."""
    if position != position:
        return 0
    bounded = int(max(-len(text), min(position, len(text))))
    return bounded if bounded >= 0 else len(text) + bounded


@native(TABLE, "substringBefore", "<s-s:s>")
def substring_before(text: str | Undefined, separator: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _halves(text, separator)[0]


@native(TABLE, "substringAfter", "<s-s:s>")
def substring_after(text: str | Undefined, separator: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _halves(text, separator)[1]


def _halves(text: str, separator: str | Undefined) -> tuple[str, str]:
    """What is before and behind the separator; twice the text where it is not found."""
    place = text.find(wanted := _wording(separator))
    return (text, text) if place < 0 else (text[:place], text[place + len(wanted) :])


@native(TABLE, "lowercase", "<s-:s>")
def lowercase(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else text.lower()


@native(TABLE, "uppercase", "<s-:s>")
def uppercase(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else text.upper()


@native(TABLE, "length", "<s-:n>")
def length_(text: str | Undefined) -> int | Undefined:
    return UNDEFINED if text is UNDEFINED else len(text)


_SPACES: Final = re.compile(r"[ \t\n\r]+")


@native(TABLE, "trim", "<s-:s>")
def trim(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _SPACES.sub(" ", text).removeprefix(" ").removesuffix(" ")


@native(TABLE, "pad", "<s-ns?:s>", run=True)
def pad(
    run: Run, text: str | Undefined, width: float | Undefined, filler: str | Undefined = UNDEFINED
) -> str | Undefined:
    """At least `width` characters, filled up at the end, or at the start when `width` is negative."""
    return text if text is UNDEFINED or width is UNDEFINED else _padded(run, text, width, filler or " ")


@native(LATER, "pad", "<s-ns?:s>", run=True)
def pad_later(
    run: Run, text: str | Undefined, width: float | Undefined, filler: str | Undefined = UNDEFINED
) -> str | Undefined:
    """As `pad`, with a width that is not an integer cut off."""
    if text is UNDEFINED or width is UNDEFINED:
        return text
    return _padded(run, text, math.trunc(width) if math.isfinite(width) else width, filler or " ")


def _padded(run: Run, text: str, width: float, filler: str) -> str:
    missing = abs(width) - len(text)
    if missing != missing or missing <= 0:
        return text
    if missing > _LONGEST_ARRAY or missing != int(missing):
        raise JsonataError(None, message=_BAD_LENGTH)
    size = int(missing)
    run.allocate(len(text) + size)
    padding = (filler * (size // len(filler) + 1))[:size]
    return padding + text if width < 0 else text + padding


class Matches:
    """The matches of a matcher function in a text, one after the other.

    A matcher is a function that gives `{match, start, end, groups, next}` for a text, or nothing; `next` gives the
    next match. The places are counted in UTF-16 units. Raises T1010 when it gives anything else.
    """

    def __init__(self, matcher: Function | Undefined, text: str) -> None:
        if matcher is UNDEFINED:
            raise JsonataError(None, message=_NOT_CALLABLE)
        self._first = _checked(matcher.call([text]))

    def __bool__(self) -> bool:
        return self._first is not UNDEFINED

    def up_to(self, limit: float | Undefined) -> Iterator[dict[str, Any]]:
        """At most `limit` matches. The one behind them is looked for, as the reference does."""
        match, count = self._first, 0
        while match is not UNDEFINED and (limit is UNDEFINED or count < limit):
            yield match
            match = _checked(match["next"].call([]))
            count += 1


def _checked(match: Value) -> Any:
    if match is UNDEFINED or (isinstance(match, dict) and isinstance(match.get("next"), Function)):
        return match
    raise JsonataError("T1010")


def _check_limit(limit: float | Undefined, code: str, index: int) -> None:
    if limit is not UNDEFINED and limit < 0:
        raise JsonataError(code, value=limit, index=index)


@native(TABLE, "match", "<s-f<s:o>n?:a<o>>")
def match_(text: str | Undefined, matcher: Function, limit: float | Undefined = UNDEFINED) -> Value:
    if text is UNDEFINED:
        return UNDEFINED
    _check_limit(limit, "D3040", 3)
    if limit is not UNDEFINED and not limit > 0:
        return Sequence()
    return Sequence(_found(match) for match in Matches(matcher, text).up_to(limit))


def _found(match: dict[str, Any]) -> dict[str, Any]:
    names = (("match", "match"), ("index", "start"), ("groups", "groups"))
    return {shown: match[name] for shown, name in names if match.get(name, UNDEFINED) is not UNDEFINED}


@native(TABLE, "contains", "<s-(sf):b>")
def contains(text: str | Undefined, token: str | Function | Undefined) -> bool | Undefined:
    return UNDEFINED if text is UNDEFINED else _contains(text, token)


@native(LATER, "contains", "<s-(sf):b>")
def contains_later(text: str | Undefined, token: str | Function | Undefined) -> bool | Undefined:
    return UNDEFINED if text is UNDEFINED or token is UNDEFINED else _contains(text, token)


def _contains(text: str, token: str | Function | Undefined) -> bool:
    return token in text if isinstance(token, str) else bool(Matches(token, text))


@native(TABLE, "replace", "<s-(sf)(sf)n?:s>", run=True)
def replace(
    run: Run,
    text: str | Undefined,
    pattern: str | Function | Undefined,
    replacement: str | Function | Undefined,
    limit: float | Undefined = UNDEFINED,
) -> str | Undefined:
    """The text with the first `limit` places that match replaced.

    For the matches of a regular expression, `$0`, `$1` ... in the replacement stand for the match and its groups.
    """
    if text is UNDEFINED:
        return UNDEFINED
    if pattern == "":
        raise JsonataError("D3010", value=pattern, index=2)
    _check_limit(limit, "D3011", 4)
    if limit is not UNDEFINED and not limit > 0:
        return text
    if isinstance(pattern, str):
        return _replaced(run, text, pattern, replacement, limit)
    return _replaced_matches(run, text, Matches(pattern, text), replacement, limit)


def _replaced(
    run: Run, text: str, pattern: str, replacement: str | Function | Undefined, limit: float | Undefined
) -> str:
    if isinstance(replacement, Function):  # the reference writes its own source code here
        raise JsonataError("D3012", value=replacement)
    substitute = _wording(replacement)
    count = text.count(pattern)
    if limit is not UNDEFINED and limit < count:
        count = math.ceil(limit)
    run.allocate(len(text) + count * (len(substitute) - len(pattern)))
    return text.replace(pattern, substitute, count)


def _replaced_matches(
    run: Run, text: str, matches: Matches, replacement: str | Function | Undefined, limit: float | Undefined
) -> str:
    source = units(text)
    parts: list[str] = []
    position = size = 0
    for match in matches.up_to(limit):
        start, matched = match.get("start"), match.get("match")
        if type(start) is not int or type(matched) is not str:
            raise JsonataError("T1010")
        substitute = _substitute(match, replacement)
        parts += (_between(source, position, start), substitute)
        size += len(parts[-2]) + len(substitute)
        run.allocate(size)
        position = start + len(units(matched))
    return joined("".join(parts) + source[position:])


def _between(text: str, start: int, end: int) -> str:
    """As JavaScript's substring: the places in either order, and not outside the text."""
    low, high = sorted((max(start, 0), max(end, 0)))
    return text[low:high]


def _substitute(match: dict[str, Any], replacement: str | Function | Undefined) -> str:
    if isinstance(replacement, str):
        return replacement if "$" not in replacement else _expanded(replacement, match)
    if replacement is UNDEFINED:
        raise JsonataError(None, message=_NOT_CALLABLE)
    substitute = replacement.call([match])
    if not isinstance(substitute, str):
        raise JsonataError("D3012", value=substitute)
    return substitute


def _expanded(template: str, match: dict[str, Any]) -> str:
    """The template with `$$` as a dollar, `$0` as the match, and `$n` as the group of that number."""
    if not isinstance(match.get("groups"), list):
        raise JsonataError("T1010")
    parts: list[str] = []
    position = 0
    while (dollar := template.find("$", position)) >= 0:
        substitute, length = _reference(template, dollar + 1, match)
        parts += (template[position:dollar], substitute)
        position = dollar + 1 + length
    return "".join(parts) + template[position:]


def _reference(template: str, start: int, match: dict[str, Any]) -> tuple[str, int]:
    """What a dollar in front of `start` stands for, and how many characters from there on belong to it.

    As many digits belong to a number as the count of groups has; one fewer when no group has that number. A group that
    does not exist or did not take part is empty. A dollar without a number stands for itself.
    """
    groups: list[Value] = match["groups"]
    following = template[start : start + len(str(len(groups)))]
    if following.startswith("$"):
        return "$", 1
    if following.startswith("0"):
        return match["match"], 1
    index = _group_index(following, len(groups))
    if index is None:
        return "$", 0
    group = groups[index - 1] if 0 < index <= len(groups) else ""
    return group if isinstance(group, str) else "", len(str(index))


def _group_index(text: str, groups: int) -> int | None:
    """The number that the text begins with, also after a space or a sign."""
    index = parse_int(text)
    if index > groups and len(text) > 1:
        index = parse_int(text[:-1])
    return None if math.isnan(index) else int(index)


@native(TABLE, "split", "<s-(sf)n?:a<s>>")
def split(
    text: str | Undefined, separator: str | Function | Undefined, limit: float | Undefined = UNDEFINED
) -> list[str] | Undefined:
    if text is UNDEFINED:
        return UNDEFINED
    _check_limit(limit, "D3020", 3)
    if limit is not UNDEFINED and not limit > 0:
        return []
    if not isinstance(separator, str):
        return _split_by_matches(text, Matches(separator, text), limit)
    parts = text.split(separator) if separator else list(units(text))
    return parts if limit is UNDEFINED else parts[: _uint32(limit)]


def _split_by_matches(text: str, matches: Matches, limit: float | Undefined) -> list[str]:
    source = units(text)
    parts: list[str] = []
    position = 0
    for match in matches.up_to(limit):
        start, end = match.get("start"), match.get("end")
        if type(start) is not int or type(end) is not int:
            raise JsonataError("T1010")
        parts.append(joined(_between(source, position, start)))
        position = end
    if limit is UNDEFINED or len(parts) < limit:
        parts.append(joined(source[position:]))
    return parts


def _uint32(value: float) -> int:
    return int(value) % 2**32 if math.isfinite(value) else 0


@native(TABLE, "join", "<a<s>s?:s>", run=True)
def join(run: Run, texts: list[str] | Undefined, separator: str | Undefined = UNDEFINED) -> str | Undefined:
    if texts is UNDEFINED:
        return UNDEFINED
    between = separator or ""
    run.allocate(sum(map(len, texts)) + len(between) * max(len(texts) - 1, 0))
    return between.join(texts)
