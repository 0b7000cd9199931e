"""A frame: one thread of control in an execution: the machine itself, a branch of a Parallel, an iteration of a Map."""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from asl.errors import StateError
from asl.json_text import size
from asl.limits import STORED_VARIABLES_BYTES, VARIABLE_BYTES
from asl.values import JSON

if TYPE_CHECKING:
    from asl.engine import Execution
    from asl.states.compiled import CompiledState


class Frame:
    """Where one thread of control is, and what it needs to go on. Also the scope in which its fields are evaluated.

    `id` is "0" for the machine, its parent's id and its own index below. `phase` is what happens next: "enter",
    "attempt", "exit", "join" or "error" when the frame is ready; "waiting" (a Wait), "backoff" (before a retry),
    "calling" (a task) or "branching" (children run) when it is not.
    """

    __slots__ = (
        "attempt",
        "call_state",
        "came_from_id",
        "children",
        "due",
        "effective",
        "entered_at",
        "entered_id",
        "error",
        "execution",
        "id",
        "index",
        "item",
        "next_index",
        "parent",
        "phase",
        "previous_id",
        "ref",
        "results",
        "retries",
        "state",
        "timers",
        "token",
        "value",
        "variable_bytes",
        "variables",
    )

    def __init__(
        self,
        execution: Execution,
        id: str,
        parent: Frame | None,
        index: int,
        state: CompiledState,
        value: JSON,
        previous_id: int,
    ) -> None:
        self.execution = execution
        self.id = id
        self.parent = parent
        self.index = index
        self.state = state
        self.value = value
        """The raw input of the current state."""
        self.previous_id = previous_id
        """The id of the last history event in this thread of control."""
        self.phase = "enter"
        self.effective: JSON = None
        """What the state works on while it does; its result in the phase "exit"."""
        self.error: StateError | None = None
        self.came_from_id = 0
        """The id of the event before the current state was entered."""
        self.entered_id = 0
        self.entered_at = 0
        self.attempt = 0
        """How often the current state was retried."""
        self.retries: list[int] | None = None
        """How often each retrier was used in this visit of the state."""
        self.ref: str | None = None
        self.timers = False
        self.due: int | None = None
        """When a Wait or a back-off ends."""
        self.token: str | None = None
        self.variables: dict[str, JSON] = {} if parent is None else parent.variables
        """Those of the scopes around included, which do not change while this frame lives. Never changed in place."""
        self.variable_bytes: int = 0 if parent is None else parent.variable_bytes
        """Their size together."""
        self.item: dict[str, Any] | None = None
        """`Map.Item` of the context object, in an iteration of a Map."""
        self.children: dict[str, Frame] | None = None
        self.results: list[JSON] | None = None
        self.next_index = 0
        """The item of a Map to start next; of a Choice, the rule that holds (-1: none, the default)."""
        self.call_state: str | None = None
        """How far a call has come: "scheduled", "started" or "submitted"."""

    # -- the scope of the state's fields --------------------------------------------------------------------------

    def context(self) -> JSON:
        """The context object (Developer Guide, "Accessing execution data from the Context object")."""
        execution = self.execution
        if execution.test is not None:
            item = self.map_item()
            return {**execution.test.context, **({} if item is None else {"Map": {"Item": item}})}
        context = dict(execution.context)
        state: dict[str, Any] = {"Name": self.state.name, "EnteredTime": iso_time(self.entered_at)}
        if self.state.type in ("Task", "Parallel", "Map"):  # recorded for Task; a Pass has none
            state["RetryCount"] = self.attempt
        context["State"] = state
        if self.token is not None:
            context["Task"] = {"Token": self.token}
        item = self.map_item()
        if item is not None:
            context["Map"] = {"Item": item}
        if execution.info.context:
            context = _merged(context, execution.info.context)
        return context

    def map_item(self) -> dict[str, Any] | None:
        frame: Frame | None = self
        while frame is not None:
            if frame.item is not None:
                return frame.item
            frame = frame.parent
        return None

    def assign(self, values: dict[str, JSON]) -> bool:
        """Assigns variables, for the states that come; False, and nothing is assigned, when they are too large."""
        sizes = {name: size(value) for name, value in values.items()}
        known = self.variables
        total = self.variable_bytes + sum(sizes.values())
        total -= sum(size(known[name]) for name in values if name in known)
        if sum(sizes.values()) > VARIABLE_BYTES or total > STORED_VARIABLES_BYTES:
            return False
        self.variables = {**known, **values}
        self.variable_bytes = total
        return True

    def millis(self) -> int:
        """The time of the last event, in milliseconds since the epoch."""
        return self.execution.now

    def random(self) -> float:
        """A number in [0, 1) from the execution's seed."""
        return self._draw().random()

    def uuid(self) -> str:
        """A version 4 UUID from the execution's seed."""
        return str(uuid.UUID(int=self._draw().getrandbits(128), version=4))

    def _draw(self) -> Random:
        execution = self.execution
        execution.draws += 1
        return Random(f"{execution.seed}/{execution.draws}")


def task_token(execution_arn: str, seed: str, ref: str) -> str:
    """A task token for an attempt: the same for the same seed, unique in a world."""
    digest = hashlib.sha512(f"{seed}/{execution_arn}/{ref}".encode()).digest()
    return base64.b64encode(digest + digest[:32]).decode()


def iso_time(at: int) -> str:
    """Milliseconds since the epoch as the context object shows times: `2026-01-01T00:00:00Z`, or `...00.250Z`."""
    moment = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{at % 1000:03d}Z" if at % 1000 else f"{moment}Z"


def _merged(context: JSON, extra: JSON) -> JSON:
    """`context` with the fields of `extra` over it, objects merged."""
    merged = dict(context)
    for key, value in extra.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
