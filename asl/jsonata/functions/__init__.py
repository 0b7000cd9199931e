"""The built-in functions, joined from the modules that declare them."""

from __future__ import annotations

from typing import Final

from asl.jsonata.functions import (
    arrays,
    aws,
    dates,
    encoding,
    formatting,
    higher_order,
    numbers,
    objects,
    strings,
)
from asl.jsonata.functions.native import Native

_MODULES: Final = (strings, numbers, formatting, arrays, objects, higher_order, encoding, dates, aws)

BUILT_IN: Final[dict[str, Native]] = {}
"""The functions of level 2.0.6, by name, with those of AWS Step Functions."""

LATER: Final[dict[str, Native]] = {}
"""Those that are different at level 2.2."""

for _module in _MODULES:
    BUILT_IN.update(getattr(_module, "TABLE", {}))
    LATER.update(getattr(_module, "LATER", {}))
