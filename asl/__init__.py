"""aslkit: the Amazon States Language (AWS Step Functions workflows) on your own machine.

    import asl

    run = asl.load("order.asl.json").run({"amount": 12}, tasks={"Charge": lambda arguments: {"ok": True}})
    assert run.status == "SUCCEEDED"

Names are imported when they are first used, so that `import asl` costs next to nothing.

PYTEST_DONT_REWRITE: coverage.py imports this before pytest can look at its assertions, of which there are none.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asl.errors import AslError, DefinitionError, HostError, InputError
    from asl.hosts.answers import TaskError
    from asl.hosts.run import Run
    from asl.hosts.world import World
    from asl.integration import Call, Failure, Output, Pending
    from asl.machine import Machine, load
    from asl.testing.exploration.decorator import explore

_HOMES = {
    "AslError": "asl.errors",
    "Call": "asl.integration",
    "DefinitionError": "asl.errors",
    "Failure": "asl.integration",
    "HostError": "asl.errors",
    "InputError": "asl.errors",
    "Machine": "asl.machine",
    "Output": "asl.integration",
    "Pending": "asl.integration",
    "Run": "asl.hosts.run",
    "TaskError": "asl.hosts.answers",
    "World": "asl.hosts.world",
    "explore": "asl.testing.exploration.decorator",
    "load": "asl.machine",
}

_PACKAGES = ("debug", "jsonata", "jsonpath", "replay", "testing")
"""Those that are used by their own names: `asl.testing.Workflow`."""

__version__ = "0.1.0"
__all__ = [
    "AslError",
    "Call",
    "DefinitionError",
    "Failure",
    "HostError",
    "InputError",
    "Machine",
    "Output",
    "Pending",
    "Run",
    "TaskError",
    "World",
    "__version__",
    "explore",
    "load",
]


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"asl.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'asl' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
