"""The quotas of AWS Step Functions (Developer Guide, "Quotas"; botocore's model of the `stepfunctions` API)."""

from typing import Final, Literal, TypeAlias

WorkflowType: TypeAlias = Literal["STANDARD", "EXPRESS"]

PAYLOAD_BYTES: Final = 262_144
"""Execution input, task parameters, task result, state output: UTF-8 bytes of compact JSON, this many allowed."""

HISTORY_EVENTS: Final = 25_000
"""Events in the history of a STANDARD execution. EXPRESS executions have no such limit."""

STANDARD_SECONDS: Final = 31_536_000
"""How long a STANDARD execution may run: one year."""

EXPRESS_SECONDS: Final = 300
"""How long an EXPRESS execution may run."""

VARIABLE_BYTES: Final = 262_144
"""A variable, and all that one Assign assigns together (Developer Guide, "Passing data with variables")."""

STORED_VARIABLES_BYTES: Final = 10_485_760
"""All variables of an execution together."""

NAME_LENGTH: Final = 80
ERROR_LENGTH: Final = 256
CAUSE_LENGTH: Final = 32_768

SECONDS: Final = 99_999_999
"""The most seconds that a field may hold (the Developer Guide's state pages)."""

INLINE_MAP_CONCURRENCY: Final = 40
"""Iterations of an inline Map that run at once, whatever MaxConcurrency says (Developer Guide, "Map state")."""

NESTING: Final = 500
"""Levels of arrays and objects in an input or in what an expression gives. unrecorded: AWS's own limit."""

WAIT_SECONDS: Final = 2_147_483_647
"""The longest Wait: a timestamp 24,855 days ahead is recorded as accepted, 24,856 days as refused."""
