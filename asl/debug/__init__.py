"""Steps through executions, forwards and back. `Debugger` has no user interface, `asl.debug.terminal` is one."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asl.debug.debugger import Debugger
    from asl.debug.stop import Stop

__all__ = ["Debugger", "Stop"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'asl.debug' has no attribute {name!r}")
    return getattr(import_module(f"asl.debug.{name.lower()}"), name)
