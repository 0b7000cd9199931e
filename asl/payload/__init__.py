"""Input and output processing of states, each field compiled once to a closure; a module for each query language."""

from typing import Protocol

from asl.model import IO, JSONataIO
from asl.payload.jsonata_io import JSONataDataflow
from asl.payload.jsonpath_io import JSONPathDataflow
from asl.payload.scope import Evaluator, Scope, Stage, Trace, constant
from asl.values import JSON

__all__ = ["Dataflow", "Evaluator", "Scope", "Stage", "Trace", "constant", "dataflow"]


class Dataflow(Protocol):
    """The compiled input and output fields of a state, of a catcher or of a choice rule.

    `take_in` is the part before the state's work, in two steps where the state needs what is between them; `give_out`
    and `assigned` are the part after it. Each notes the value after its stages when a trace is wanted, and raises
    EvaluationError. `plain_in` and `plain_out` say that a part does nothing, so that it can be skipped.
    """

    plain_in: bool
    plain_out: bool

    def effective_input(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """What the state's fields are evaluated on."""

    def arguments(self, effective: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """What the state works on."""

    def take_in(self, raw: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """What the state works on, from its raw input."""

    def give_out(self, raw: JSON, result: JSON, scope: Scope, trace: Trace | None = None) -> JSON:
        """The output, from the raw input and the result of the state's work."""

    def assigned(self, raw: JSON, result: JSON, scope: Scope) -> dict[str, JSON] | None:
        """The variables to assign; None where nothing is. They do not see each other, nor the output them."""


def dataflow(io: IO, place: str = "", result_name: str | None = None) -> Dataflow:
    """The compiled form of `io`, which stands at `place` in its state ("Catch[0]", "" for the state itself).

    `result_name` is what JSONata's `$states` calls the result: "result" or "errorOutput"; None where it has none.
    """
    return JSONataDataflow(io, place, result_name) if isinstance(io, JSONataIO) else JSONPathDataflow(io)
