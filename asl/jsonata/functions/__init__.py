"""The built-in functions, joined from the modules that declare them."""

from __future__ import annotations

import importlib
from typing import Any

from asl.jsonata.functions.native import Native

_MODULES = ("strings", "numbers", "formatting", "arrays", "objects", "higher_order", "encoding", "dates", "aws")


def _join() -> tuple[dict[str, Native], dict[str, Native]]:
    table: dict[str, Native] = {}
    later: dict[str, Native] = {}
    for name in _MODULES:
        try:
            module = importlib.import_module(f"asl.jsonata.functions.{name}")
        except ModuleNotFoundError:
            continue
        table |= getattr(module, "TABLE", {})
        later |= getattr(module, "LATER", {})
    return table, later


BUILT_IN, LATER = _join()


def to_text(value: Any) -> str:
    result: str = BUILT_IN["string"].do(value)
    return result
