"""The type of the data that flows through a state machine, and the mark for a field that was not written."""

from enum import Enum
from typing import Any, Final, Literal, TypeAlias

JSON: TypeAlias = Any
"""A JSON value: None, bool, int, float, str, list or dict of these. Never changed in place: states share values."""


class _Absent(Enum):
    ABSENT = "absent"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


Absent: TypeAlias = Literal[_Absent.ABSENT]
ABSENT: Final = _Absent.ABSENT
"""The value of a field that the definition does not have; unlike None, which is JSON's null."""
