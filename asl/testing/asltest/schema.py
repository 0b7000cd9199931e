"""The JSON Schema of test files, the one place that says what may stand in them; editors and the reader both use it.

It keeps to a part of the vocabulary that `asl.testing.asltest.validation` knows.
"""

from __future__ import annotations

from typing import Any, Final

_Schema = dict[str, Any]


def _object(description: str, properties: _Schema, **more: Any) -> _Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
        **more,
    }


def _table(description: str, values: _Schema) -> _Schema:
    return {"type": "object", "description": description, "additionalProperties": values}


def _text(description: str, **more: Any) -> _Schema:
    return {"type": "string", "description": description, "minLength": 1, **more}


def _seconds(description: str) -> _Schema:
    return {"type": "number", "description": description, "minimum": 0, "maximum": 100_000_000}


def _count(description: str, minimum: int = 0) -> _Schema:
    return {"type": "integer", "description": description, "minimum": minimum}


def _either(description: str, *types: _Schema) -> _Schema:
    """One of schemas with different types, so that the type of a value says which of them it is to be held to."""
    return {"description": description, "anyOf": list(types)}


_ANYTHING: Final[_Schema] = {}
_TRUE: Final[_Schema] = {"const": True}

_FAILURE: Final = _either(
    "The name of the error, or an object with its name and cause.",
    {"type": "string", "minLength": 1},
    _object(
        "An error.",
        {"error": _text("The name of the error."), "cause": {"type": "string", "description": "What it says."}},
        required=["error"],
    ),
)

_ANSWER: Final = _object(
    "What a task answers: one of return, payload, fail, timeout and wait.",
    {
        "return": {"description": "The task's result."},
        "payload": {"description": "What a Lambda function returns: the Payload of the result of lambda:invoke."},
        "fail": _FAILURE,
        "timeout": {**_TRUE, "description": "The task times out, when its TimeoutSeconds are over."},
        "wait": {**_TRUE, "description": "The task is not answered: until `answers` does, or its time is over."},
        "times": _count("For how many calls; else for 1 if another answer follows, or for all that come.", 1),
        "after": _seconds("How many seconds the task takes."),
        "item": _count("Only in the iteration of a Map with this index, counted from 0."),
        "call": _count("Only for the state's call of this number, counted from 0: retries and iterations are calls."),
        "input": {
            "type": ["object", "array"],
            "description": "Only for calls with these arguments: what they have at least.",
        },
    },
    oneOf=[{"required": [each]} for each in ("return", "payload", "fail", "timeout", "wait")],
)

_MOCKS: Final = _table(
    "What tasks answer, by state, by Lambda function (function:charge), or by resource (dynamodb:*). What stands in a"
    " case answers first, and where it does not, what stands at the top.",
    _either(
        "An answer, or a list of answers for one call after the other.",
        {"$ref": "#/$defs/answer"},
        {"type": "array", "items": {"$ref": "#/$defs/answer"}, "minItems": 1},
    ),
)

_FUNCTIONS: Final[_Schema] = {
    "type": "string",
    "pattern": r"^[^\s:]+:[^\s:]+$",
    "patternMeaning": "module:function, such as functions:charge",
}

_MACHINE: Final = {
    "machine": _text("The file of the definition, or a SAM or CloudFormation template, relative to this file."),
    "resource": _text("The logical id of the state machine in the template, where it has more than one."),
    "define": _table("Values of placeholders ${Name} in the definition.", {"type": ["string", "number", "boolean"]}),
    "type": {"enum": ["STANDARD", "EXPRESS"], "description": "The workflow type."},
}

_CONTENT: Final = {
    "input": {"description": "The input of the execution; {} unless it is given."},
    "input_file": _text("A JSON file with the input, relative to this file."),
    "context": {"type": "object", "description": "Laid over the context object."},
    "mocks": _MOCKS,
    "mock_config": _text("A test case of a MockConfigFile.json, FILE#CASE: answers where no mock does."),
    "start": _text("When virtual time begins, such as 2026-01-01T00:00:00Z."),
    "seed": {"type": ["string", "integer"], "description": "Same seed, same ids, same random numbers."},
    "region": _text("The region in ARNs."),
    "account": _text(
        "The account in ARNs.", pattern="^[0-9]{12}$", patternMeaning="an account id of 12 digits, quoted"
    ),
    "role_arn": _text("The execution role in the context object."),
    "aws": {
        "enum": ["off", "embedded"],
        "description": "Whether tasks that nothing else answers call stand-ins of services in this process.",
    },
    "resources": _either(
        "What is in the services of `aws: embedded` at the start: a document, or its file, relative to this one.",
        {"type": "string", "minLength": 1},
        {"type": "object"},
    ),
    "event_buses": {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": "Event buses that there are, beside 'default'.",
    },
    "lambdas": _table("Python functions that answer Lambda functions, by name, ARN or glob.", _FUNCTIONS),
    "activities": _table("Python functions that work on activities, by name, ARN or glob.", _FUNCTIONS),
    "machines": _table(
        "State machines that tasks start, by name, ARN or glob.",
        _either(
            "The file of the definition; an object to mock its tasks too.",
            {"type": "string", "minLength": 1},
            _object("A state machine and mocks of its tasks.", {**_MACHINE, "mocks": _MOCKS}),
        ),
    ),
}

_EXPECT: Final = _object(
    "What is to come of the execution. It is to succeed, unless something is said of its status, error or cause.",
    {
        "status": {
            "enum": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING"],
            "description": "How it ends; RUNNING with `until`, or where it awaits an answer.",
        },
        "output": {"description": "What the output has at least: the fields of its objects, at every depth."},
        "exact_output": {"description": "The whole output."},
        "error": {
            "type": "string",
            "description": "The name of the error: the whole of it, or /a regular expression/.",
        },
        "not_error": {
            "type": "string",
            "description": "The name of an error with which it does not end; it may succeed, or fail otherwise.",
        },
        "cause": {
            "type": ["string", "object"],
            "description": "What the error says: the whole of it, /a regular expression/, or what it has as JSON.",
        },
        "path": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The names of all states entered, in order, once per visit: retries do not enter again.",
        },
        "calls": _table(
            "What a Task was to send, by the name of the state: for each attempt what its arguments have at least.",
            {"type": "array"},
        ),
        "attempts": _table(
            "How often a state's work was begun, by the name of the state; 0 if it is not to be entered.", _count("")
        ),
        "events": {
            "type": "array",
            "items": {"type": "object"},
            "description": "The events put on event buses, in order, all of them: for each what it has at least.",
        },
        "variables": {
            "type": "object",
            "description": "What variables are at last: for each what it has at least.",
        },
        "duration": _seconds("How many seconds it takes, in virtual time."),
        "next": {
            "type": ["string", "null"],
            "description": "With `single`: the name of the state that would come next, null if there is none.",
        },
    },
    excludes=["output", "exact_output"],
)

_ANSWERED: Final = _object(
    "An answer to a task that waits for one: one of success, failure and heartbeat.",
    {
        "at": _seconds("When: so many seconds after the start of the execution."),
        "state": _text("The name of the state whose task waits."),
        "item": _count("The index of the iteration of a Map that it is in, counted from 0."),
        "success": {"description": "The task's output."},
        "failure": _FAILURE,
        "heartbeat": {**_TRUE, "description": "The task is kept alive."},
    },
    required=["at", "state"],
    oneOf=[{"required": [each]} for each in ("success", "failure", "heartbeat")],
)

_CASE: Final = _object(
    "One execution, and what is to come of it. What stands here goes before what stands at the top of the file.",
    {
        **_CONTENT,
        "variables": {"type": "object", "description": "With `start_at`: variables that are assigned at the start."},
        "start_at": _text("The name of a state to start with, at any depth; the input is that state's."),
        "single": {"type": "boolean", "description": "With `start_at`: whether to end when that state is left."},
        "answers": {
            "type": "array",
            "items": _ANSWERED,
            "description": "Answers to tasks that wait for one (wait: true), at chosen times.",
        },
        "until": _either(
            "When to stop the clock: so many seconds after the start, or a time such as 2026-01-01T00:00:00Z.",
            {"type": "string", "minLength": 1},
            {"type": "number", "minimum": 0, "maximum": 100_000_000},
        ),
        "skip": _text("Why not to run this case."),
        "expect": _EXPECT,
    },
    excludes=["input", "input_file"],
    dependentRequired={"single": ["start_at"], "variables": ["start_at"]},
)


def _standard(schema: Any) -> Any:
    """The schema in the words of the standard: `excludes` and `patternMeaning` are ours."""
    if isinstance(schema, list):
        return [_standard(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: _standard(value) for key, value in schema.items() if key not in ("excludes", "patternMeaning")}
    if "excludes" in schema and isinstance(schema["excludes"], list):
        result["not"] = {"required": schema["excludes"]}
    return result


GRAMMAR: Final = _object(
    "Tests of a state machine: `asl test`, and pytest where aslkit is installed.",
    {
        "$schema": {"type": "string"},
        "description": {"type": "string", "description": "What is tested, in words."},
        **_MACHINE,
        "name": _text("The name of the state machine in ARNs; else the file's, or the template's."),
        **_CONTENT,
        "cases": _table("The test cases by their names.", {"$ref": "#/$defs/case"}) | {"minProperties": 1},
    },
    required=["machine", "cases"],
    excludes=["input", "input_file"],
)
"""The schema with two words of our own: `excludes` (members of which there may be but one) and `patternMeaning`."""

DEFINITIONS: Final[_Schema] = {"case": _CASE, "answer": _ANSWER}

SCHEMA: Final[_Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Tests of a state machine (*.asltest.yaml, *.asltest.yml, *.asltest.json)",
    **_standard(GRAMMAR),
    "$defs": _standard(DEFINITIONS),
}
"""The schema for editors."""
