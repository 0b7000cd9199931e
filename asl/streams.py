"""What a stream can show: whether it is a terminal, how wide, whether in colour."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def colour_wanted(stream: TextIO, variables: Mapping[str, str] = os.environ) -> bool:
    """NO_COLOR says no, FORCE_COLOR yes (no-color.org, force-color.org); else a terminal that is not dumb is wanted."""
    if variables.get("NO_COLOR"):
        return False
    if variables.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and variables.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """How many columns a terminal has; 40 if it has fewer, 80 if it does not say."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(40, int(os.environ["COLUMNS"]))
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns or 80)
    except (OSError, ValueError):
        return 80


def can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write_text(stream: TextIO, text: str) -> None:
    """Writes a text, what the stream cannot show as escapes, and flushes."""
    if not can_show(stream, text):
        encoding = getattr(stream, "encoding", None) or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
    stream.flush()
