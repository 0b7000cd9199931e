"""The language cases: a definition, an input, the answers of its tasks, what comes out.

They are in tests/cases: language.json (JSONPath), variables.json, jsonata_states.json. `answers` holds, for each state,
the answers of its attempts in order: an output, or an object with `error` and `cause`.
Of `expect`, `keys` is the order of the output's keys, `seconds` how long the execution took, `types` the types of the
history's events, `chain` the types with their `previousEventId`, `events` how many there are, `sent` what tasks got,
`text` the output's JSON text, `assigned` the variables assigned by each state that was left, as JSON text.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import asl
from asl import json_text

TABLES = ("language", "variables", "jsonata_states")
CASES = [
    pytest.param(case, id=f"{table}: {case['name']}")
    for table in TABLES
    for case in json.loads((Path(__file__).parents[1] / f"cases/{table}.json").read_text())
]


@pytest.mark.parametrize("case", CASES)
def test_language(case: Any) -> None:
    answers = {name: iter(outcomes) for name, outcomes in case.get("answers", {}).items()}
    sent: dict[str, list[Any]] = {}

    def answer(call: asl.Call) -> asl.Output | asl.Failure:
        sent.setdefault(call.state_name, []).append(call.arguments)
        outcome = next(answers[call.state_name])
        if isinstance(outcome, dict) and "error" in outcome:
            timed_out = outcome["error"] == "States.Timeout"
            return asl.Failure(outcome["error"], outcome["cause"], "timeout" if timed_out else "run")
        return asl.Output(outcome)

    run = asl.load(case["definition"]).run(case.get("input"), tasks=answer)
    expect = case["expect"]
    got = {
        "status": run.status,
        "output": run.output,
        "error": run.error,
        "cause": run.cause,
        "path": run.path,
        "seconds": run.duration_ms / 1000,
        "text": json_text.dumps(run.output),
        "assigned": [
            event["stateExitedEventDetails"].get("assignedVariables")
            for event in run.history
            if "stateExitedEventDetails" in event
        ],
        "keys": list(run.output) if isinstance(run.output, dict) else None,
        "sent": sent,
        "events": len(run.history),
        "types": [event["type"] for event in run.history],
        "chain": [[event["type"], event["previousEventId"]] for event in run.history],
    }
    assert {key: got[key] for key in expect} == expect, run.cause
