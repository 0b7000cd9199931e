"""Base64 and the escapes of URLs, as JavaScript has them."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final
from urllib.parse import quote

from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native, native
from asl.jsonata.values import UNDEFINED, Undefined

TABLE: dict[str, Native] = {}


@native(TABLE, "base64encode", "<s-:s>")
def base64encode(text: str | Undefined) -> str | Undefined:
    """Of the text in Latin-1; of a character beyond it, only the low byte of each UTF-16 unit counts."""
    if text is UNDEFINED:
        return UNDEFINED
    return b64encode(text.encode("utf-16-le", "surrogatepass")[::2]).decode("ascii")


_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_URL_ALPHABET: Final = str.maketrans("-_", "+/")


@native(TABLE, "base64decode", "<s-:s>")
def base64decode(text: str | Undefined) -> str | Undefined:
    """The bytes as Latin-1. Nothing is an error: what does not belong is passed over, and `=` ends the text."""
    if text is UNDEFINED:
        return UNDEFINED
    digits = _NOT_BASE64.sub("", text.partition("=")[0].translate(_URL_ALPHABET))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return b64decode(digits + "=" * (-len(digits) % 4)).decode("latin-1")


_UNRESERVED: Final = "-_.!~*'()"
_RESERVED: Final = ";/?:@&=+$,#"


@native(TABLE, "encodeUrlComponent", "<s-:s>")
def encode_url_component(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _encoded(text, _UNRESERVED, "encodeUrlComponent")


@native(TABLE, "encodeUrl", "<s-:s>")
def encode_url(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _encoded(text, _UNRESERVED + _RESERVED, "encodeUrl")


def _encoded(text: str, kept: str, function: str) -> str:
    try:
        return quote(text, safe=kept)
    except UnicodeEncodeError:
        raise _malformed(text, function) from None


@native(TABLE, "decodeUrlComponent", "<s-:s>")
def decode_url_component(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _decoded(text, "", "decodeUrlComponent")


@native(TABLE, "decodeUrl", "<s-:s>")
def decode_url(text: str | Undefined) -> str | Undefined:
    return UNDEFINED if text is UNDEFINED else _decoded(text, _RESERVED, "decodeUrl")


_ESCAPES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _decoded(text: str, kept: str, function: str) -> str:
    """With escapes replaced by the characters they stand for, but for those in `kept`."""

    def characters(found: re.Match[str]) -> str:
        escapes = found.group()
        decoded = bytes.fromhex(escapes.replace("%", "")).decode("utf-8")
        return decoded if not kept else _with_kept_escapes(decoded, escapes, kept)

    if _BAD_ESCAPE.search(text):
        raise _malformed(text, function)
    try:
        return _ESCAPES.sub(characters, text)
    except UnicodeDecodeError:
        raise _malformed(text, function) from None


def _with_kept_escapes(decoded: str, escapes: str, kept: str) -> str:
    """The decoded characters, those in `kept` as the escape that they were, of three characters for each byte."""
    parts: list[str] = []
    place = 0
    for character in decoded:
        parts.append(escapes[place : place + 3] if character in kept else character)
        place += 3 * len(character.encode())
    return "".join(parts)


def _malformed(text: str, function: str) -> JsonataError:
    return JsonataError("D3140", value=text, functionName=function)
