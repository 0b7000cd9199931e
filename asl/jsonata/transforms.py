"""The transform operator, `|pattern|update, delete|`: a function that changes a copy of its argument."""

from __future__ import annotations

from dataclasses import dataclass

from asl.jsonata.errors import JsonataError
from asl.jsonata.operators import objects_in
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.values import UNDEFINED, Function, Value


@dataclass(frozen=True, slots=True)
class Transform:
    """The parts of the operator, and where errors about it are: its own position and those of its parts."""

    pattern: Code
    update: Code
    delete: Code | None
    clone: Code
    position: int
    positions: list[int]

    def __call__(self, value: Value, context: Value, scope: Scope, run: Run) -> Value:
        """A changed copy of `value`. Raises T2011 to T2013, and an error without a code for an object in itself."""
        if value is UNDEFINED:
            return UNDEFINED
        clone = self.clone(context, scope, run)
        if not isinstance(clone, Function):
            raise JsonataError("T2013", position=self.position)
        result = clone.call([value])
        matches = self.pattern(result, scope, run)
        if matches is UNDEFINED:
            return result
        own = set(map(id, objects_in(result)))
        for match in matches if isinstance(matches, list) else [matches]:
            self._change(match, id(match) in own, scope, run)
        return result

    def _change(self, match: Value, own: bool, scope: Scope, run: Run) -> None:
        """Changes a match when it is the copy's `own`. The reference implementation would change input as well."""
        run.spend(1)
        update = self.update(match, scope, run)
        if update is not UNDEFINED:
            if not isinstance(update, dict):
                raise JsonataError("T2011", position=self.positions[1], value=update)
            if own:
                if any(inner is match for inner in objects_in(update)):
                    raise JsonataError(None, message="Converting circular structure to JSON")
                match.update(update)
        if self.delete is None:
            return
        deletions = self.delete(match, scope, run)
        if deletions is UNDEFINED:
            return
        names = deletions if isinstance(deletions, list) else [deletions]
        if not all(isinstance(name, str) for name in names):
            raise JsonataError("T2012", position=self.positions[2], value=deletions)
        if own:
            for name in names:
                match.pop(name, None)
