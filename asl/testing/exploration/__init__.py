"""Finds what nobody thought of: runs a machine under many inputs and faults, and keeps the simplest of what fails.

    @asl.explore("order.asl.json", invariants=[compensated("Charge", by="Refund")])
    def test_any_order(run): ...

    asl explore order.asl.json

Inputs, and answers of tasks, are made from what the definition reads of them (`reads`), unless they are given; `faults`
are what can go wrong with a task; `problems` says what is wrong with a run. `search` lets Hypothesis choose, and
`ready_test` writes what it found down as a test. Needs the extra `aslkit[explore]`, but for `invariants` and `faults`.
"""

from asl.testing.exploration.invariants import (
    Invariant,
    compensated,
    ends,
    happens_at_most,
    no_language_error,
    published_at_most_once,
    reaches,
    succeeded,
)

__all__ = [
    "Invariant",
    "compensated",
    "ends",
    "happens_at_most",
    "no_language_error",
    "published_at_most_once",
    "reaches",
    "succeeded",
]
