"""What a recorded case had around it on AWS, so that its tasks can be performed: services, functions, other machines.

Queues, topics, tables and buckets are embedded ones with the recorded names. Functions are ours and do what the
recordings show of those that ran on AWS. Machines that played the world outside run beside the execution; where a
script did, a machine of ours does the same.
"""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from asl.integration import Handler
from asl.values import JSON
from tests.conformance.recordings import Case, Execution

SERVICES: Final = frozenset(
    {
        "activity",
        "aws-sdk:dynamodb",
        "aws-sdk:s3",
        "aws-sdk:secretsmanager",
        "aws-sdk:sfn",
        "aws-sdk:sqs",
        "dynamodb",
        "events",
        "lambda",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "states",
    }
)
"""What the tasks of a performed case may call, as the corpus names it."""
_AROUND: Final = frozenset({"callback-driver", "iam-credentials", "logs"})
"""What a case may need besides, which is no service that a task calls."""

_TASK_FILE: Final = "/var/task/handler.py"
"""Where Lambda has a function's code, as recorded in stack traces."""
_FUNCTIONS: Final = {
    "id_function.py": "def handler(event, context):\n    return event\n",
    "echo_function.py": "def handler(event, context):\n    return {'Return': 'HelloWorld'}\n",
    "return_bytes_str.py": "def handler(event, context):\n    return 'HelloWorld!'\n",
    "raise_exception.py": 'def handler(event, context):\n    raise Exception("Some exception was raised.")\n',
    "raise_custom_exception.py": (
        "class CustomException(Exception):\n    pass\n\n\n\n\n\n"
        "def handler(event, context):\n    raise CustomException()\n"
    ),
    "large_output_string.py": "def handler(event, context):\n    return 140_000 * '\u00e9'\n",
    # its 60 seconds are of the wall clock, which virtual time does not wait for
    "wait_60_seconds.py": "def handler(event, context):\n    return event\n",
}
"""Functions by the file that the recorded one came from. Lines and texts are those of the recorded stack traces."""

_HEARTBEAT_SECONDS: Final = 5
_QUESTIONS: Final = 300
"""How often the worker asks for a message before it gives up."""


@dataclass(frozen=True, slots=True)
class Beside:
    """An execution that runs at the side of the recorded one."""

    definition: JSON
    name: str
    input: JSON


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything around an execution: functions and machines by ARN, resources as `--resources` takes them."""

    account: str
    functions: Mapping[str, Handler]
    machines: Mapping[str, JSON]
    activities: tuple[str, ...]
    resources: JSON
    beside: tuple[Beside, ...]

    @property
    def world_options(self) -> dict[str, Any]:
        return {
            "aws": "embedded",
            "account": self.account,
            "lambdas": self.functions,
            "machines": self.machines,
            "activities": dict.fromkeys(self.activities),
            "options": {"resources": self.resources},
        }


def can_be_performed(case: Case) -> bool:
    """Whether everything that a case needs can be had here."""
    needs = {*case.needs, *case.data.get("helper_needs", ())}
    return case.kind == "execution" and needs <= SERVICES | _AROUND and not needs.isdisjoint(SERVICES)


def stage(case: Case, execution: Execution) -> Stage:
    """What one execution of a case had around it."""
    resources = case.data["resources"]
    machines = {each["arn"]: each["definition"] for each in case.data.get("state_machines", ()) if each.get("arn")}
    return Stage(
        account=case.data["executions"][execution.index]["arn"].split(":")[4],
        functions={each["arn"]: local_function(each["file"]) for each in resources.get("lambda", {}).values()},
        machines=machines,
        activities=tuple(resources.get("activities", ())),
        resources=_resources(case),
        beside=(*_helpers(case), *_workers(case)),
    )


def local_function(file: str) -> Handler:
    """The function that does what the one from that file of the corpus did on AWS."""
    source = _FUNCTIONS[file.rpartition("/")[2]]
    # for stack traces: a file that is not there is shown from this cache
    linecache.cache[_TASK_FILE] = (len(source), None, source.splitlines(keepends=True), _TASK_FILE)
    names: dict[str, Any] = {}
    exec(compile(source, _TASK_FILE, "exec"), names)
    handler: Handler = names["handler"]
    return handler


def _resources(case: Case) -> JSON:
    given = case.data["resources"]
    topics: dict[str, Any] = {each["Name"]: {"subscriptions": []} for each in given.get("sns", ())}
    for each in given.get("sns_subscriptions", ()):
        subscription = {key: value for key, value in each.items() if key != "TopicArn"}
        topics[each["TopicArn"].rpartition(":")[2]]["subscriptions"].append(subscription)
    if "Topic does not exist" in case.recorded:
        topics = {}  # the corpus lists what was made, not that it was deleted before the execution
    tables = {each["TableName"]: {"create": each} for each in given.get("dynamodb", ())}
    queues: dict[str, JSON] = {each["QueueName"]: [] for each in given.get("sqs", ())}
    return {"buckets": given.get("s3", {}), "tables": tables, "queues": queues, "topics": topics}


# -- the world outside -----------------------------------------------------------------------------------------------


def _helpers(case: Case) -> list[Beside]:
    """The executions of machines that played the world outside when the case was recorded."""
    found = []
    for each in case.data["executions"]:
        machines = case.data.get("state_machines")
        machine = machines[each["state_machine"]] if machines else {}
        if machine.get("role") == "helper":
            found.append(Beside(machine["definition"], machine["name"], each["input"]))
    return found


def _workers(case: Case) -> list[Beside]:
    """A machine that does what a script did: receive the message with the token, keep the task alive, answer it."""
    answers = ("stepfunctions.SendTaskSuccess", "stepfunctions.SendTaskFailure")
    beats = 0
    for each in case.data.get("api_script", ()):
        beats += each.get("call") == "stepfunctions.SendTaskHeartbeat"
        if each.get("call") in answers:
            url = case.data["resources"]["sqs"][0]["QueueUrl"]
            return [Beside(_worker(url, beats, each["call"], each["params"]), "worker", {})]
    return []


def _worker(queue_url: str, beats: int, call: str, answer: Mapping[str, str]) -> JSON:
    send = call.rpartition(".")[2]
    arguments = {"TaskToken": "{% $token %}", **_answer(answer)}
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Assign": {"asked": 0, "beats": 0}, "Next": "Receive"},
            "Receive": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sqs:receiveMessage",
                "Arguments": {"QueueUrl": queue_url},
                "Assign": {"asked": "{% $asked + 1 %}"},
                "Next": "HasMessage",
            },
            "HasMessage": {
                "Type": "Choice",
                "Choices": [
                    {
                        "Condition": "{% $exists($states.input.Messages) %}",
                        # a message that came by a topic is wrapped in one of its own
                        "Assign": {
                            "body": (
                                "{% ($body := $parse($states.input.Messages[0].Body);"
                                " $body.Type = 'Notification' ? $parse($body.Message) : $body) %}"
                            ),
                        },
                        "Next": "Token",
                    },
                    {"Condition": f"{{% $asked >= {_QUESTIONS} %}}", "Next": "GiveUp"},
                ],
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Receive"},
            "GiveUp": {"Type": "Fail"},
            "Token": {"Type": "Pass", "Assign": {"token": "{% $body.TaskToken %}"}, "Next": "IsToBeat"},
            "IsToBeat": {
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% $beats < {beats} %}}", "Next": "WaitToBeat"}],
                "Default": "Answer",
            },
            "WaitToBeat": {"Type": "Wait", "Seconds": _HEARTBEAT_SECONDS, "Next": "Beat"},
            "Beat": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskHeartbeat",
                "Arguments": {"TaskToken": "{% $token %}"},
                "Assign": {"beats": "{% $beats + 1 %}"},
                "Next": "IsToBeat",
            },
            "Answer": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::aws-sdk:sfn:{send[0].lower()}{send[1:]}",
                "Arguments": arguments,
                "End": True,
            },
        },
    }


def _answer(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters of the answer. An output with a token in it was the message itself, a stand-in in the corpus."""
    given = {key[0].upper() + key[1:]: value for key, value in parameters.items() if key != "taskToken"}
    if "fake-task-token" in given.get("Output", ""):
        given["Output"] = "{% $string($body) %}"
    return given
