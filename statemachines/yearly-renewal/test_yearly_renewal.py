"""A year passes."""

from pathlib import Path
from typing import Any

import asl

HERE = Path(__file__).parent
MACHINE = asl.load(HERE / "machine.asl.json")


def test_a_year_passes() -> None:
    called: list[str] = []

    def function(event: Any, context: Any) -> Any:
        called.append(context.function_name)
        return {"customer": event["customer"]}

    run = MACHINE.run({"customer": "c-3", "renewal": "2027-01-01T00:00:00Z"}, lambdas={"*": function})
    assert run.output == {"customer": "c-3"}
    assert called == ["remind", "renew"]
    assert run.duration_ms == 365 * 24 * 3600 * 1000
    assert run.history[-1]["timestamp"] == "2027-01-01T00:00:00.000000+00:00"
