"""What helps to test state machines. pytest has it all from the fixture `asl`; this is for everybody else.

    from asl.testing import Workflow

    with Workflow("order.asl.json") as order:
        order.mock("Charge").fails("CardDeclined").then.returns({"ok": True})
        run = order.run({"amount": 12})

Names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asl.testing.exploration.decorator import explore, find_problems
    from asl.testing.fixture import AslFixture
    from asl.testing.matching import Partial, partial
    from asl.testing.mocks import Mock
    from asl.testing.teststate import ApiError, test_state
    from asl.testing.workflow import Workflow

_HOMES = {
    "ApiError": "asl.testing.teststate",
    "AslFixture": "asl.testing.fixture",
    "Mock": "asl.testing.mocks",
    "Partial": "asl.testing.matching",
    "Workflow": "asl.testing.workflow",
    "explore": "asl.testing.exploration.decorator",
    "find_problems": "asl.testing.exploration.decorator",
    "partial": "asl.testing.matching",
    "test_state": "asl.testing.teststate",
}

__all__ = ["ApiError", "AslFixture", "Mock", "Partial", "Workflow", "explore", "find_problems", "partial", "test_state"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'asl.testing' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
