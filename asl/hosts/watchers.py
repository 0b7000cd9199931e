"""Who is told of every run. It imports nothing, so that one can watch before any execution, at no cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asl.hosts.run import Run

watchers: Final[list[Callable[[Run], None]]] = []
"""Told of each run of every world before it starts, for what looks at a whole session: coverage."""
