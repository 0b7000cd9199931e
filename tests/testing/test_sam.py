"""State machines of SAM and CloudFormation templates: definitions, made-up ARNs, functions, machines beside them."""

import json
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import asl
from asl.testing import cloudformation, sam

ACCOUNT = "us-east-1:123456789012"
DEFINITION = """\
StartAt: Charge
States:
  Charge: {Type: Task, Resource: "${ChargeArn}", Next: Ship}
  Ship:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters: {FunctionName: "${Ship}", Payload: {table: "${Table}"}}
    ResultSelector: {"shipped.$": "$.Payload"}
    End: true
"""
TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Globals:
  Function:
    Runtime: python3.12
    Handler: app.handler
    Environment: {Variables: {STAGE: !Ref Stage}}
Resources:
  OrderMachine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub "${Stage}-order"
      Type: EXPRESS
      DefinitionUri: statemachine/order.asl.yaml
      DefinitionSubstitutions:
        ChargeArn: !GetAtt ChargeFunction.Arn
        Ship: !Ref ShipFunction
        Table: !Ref Orders
  ChargeFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: charge/}
  ShipFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./ship
      Handler: src/app.handler
      FunctionName: !Sub "${Stage}-ship"
      Environment: {Variables: {TABLE: !GetAtt Orders.Arn}}
  Elsewhere:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: s3://bucket/key}
  Orders: {Type: AWS::DynamoDB::Table}
"""
HANDLER = """\
import os

from names import NAME

STAGE = os.environ["STAGE"]


def handler(event, context):
    return [NAME, STAGE, os.environ.get("TABLE"), event.get("table")]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, code in (("charge", "charge"), ("ship", "ship/src")):
        Path(code).mkdir(parents=True)
        Path(code, "app.py").write_text(HANDLER)
        Path(code, "names.py").write_text(f"NAME = {name!r}\n")
    Path("statemachine").mkdir()
    Path("statemachine/order.asl.yaml").write_text(DEFINITION)
    Path("template.yaml").write_text(TEMPLATE)
    return tmp_path


def template(text: str, **options: Any) -> sam.Template:
    Path("t.yaml").write_text(dedent(text))
    return sam.load("t.yaml", **options)


def test_a_workflow_of_a_template_runs_unmocked(folder: Path) -> None:
    found = sam.load("template.yaml")
    assert (found.machine.name, found.machine.type) == ("dev-order", "EXPRESS")
    run = found.machine.run({}, lambdas=found.lambdas, machines=found.machines)
    table = f"arn:aws:dynamodb:{ACCOUNT}:table/Orders"
    assert run.output == {"shipped": ["ship", "dev", table, "Orders"]}
    assert run.state("Charge").output == ["charge", "dev", None, None]
    assert (
        found.machine.document.value["States"]["Charge"]["Resource"]
        == f"arn:aws:lambda:{ACCOUNT}:function:ChargeFunction"
    )


def test_parameters_and_placeholders_can_be_given(folder: Path) -> None:
    found = sam.load("template.yaml", define={"Stage": "prod", "Table": "mine"}, name="n", type="STANDARD")
    assert sorted(found.lambdas) == ["ChargeFunction", "prod-ship"]
    assert (found.machine.name, found.machine.type) == ("n", "STANDARD")
    assert found.machine.document.value["States"]["Ship"]["Parameters"]["Payload"]["table"] == "mine"
    with pytest.raises(
        asl.InputError, match=r"template\.yaml: no placeholder \$\{Stag\} to fill: did you mean 'Stage'"
    ):
        sam.load("template.yaml", define={"Stag": "prod"})


def test_region_and_account_are_those_of_the_run(folder: Path) -> None:
    found = sam.load("template.yaml", region="eu-west-1", account="210987654321")
    resource = found.machine.document.value["States"]["Charge"]["Resource"]
    assert resource == "arn:aws:lambda:eu-west-1:210987654321:function:ChargeFunction"


def test_places_are_those_of_the_definition_file(folder: Path) -> None:
    Path("statemachine/order.asl.yaml").write_text(DEFINITION.replace("Next: Ship", "Next: Shop"))
    with pytest.raises(asl.DefinitionError, match=r"statemachine/order\.asl\.yaml:3:56: error: .*Shop"):
        sam.load("template.yaml")


INLINE = """\
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: !Sub "arn:${AWS::Partition}:states:::sns:publish"
            Parameters:
              TopicArn: !Ref Topic
              Message: ${Greeting}
            End: true
      DefinitionSubstitutions: {Greeting: hello}
"""


def test_an_inline_definition(folder: Path) -> None:
    machine = template(INLINE).machine
    tell = machine.document.value["States"]["Tell"]
    assert tell["Parameters"] == {"TopicArn": f"arn:aws:sns:{ACCOUNT}:Topic", "Message": "hello"}
    assert tell["Resource"] == "arn:aws:states:::sns:publish"
    assert machine.name == "Machine"
    assert str(machine.locate("/States/Tell")) == "t.yaml:10:13"
    assert str(machine.locate("/States/Tell/Resource")) == "t.yaml:11:28"


def test_an_inline_definition_that_is_wrong_has_its_place_in_the_template(folder: Path) -> None:
    with pytest.raises(asl.DefinitionError, match=r"t\.yaml:7:18: error: Missing 'StartAt' target: Tel"):
        template(INLINE.replace("StartAt: Tell", "StartAt: Tel"))


TEXT = """\
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: called
      StateMachineType: EXPRESS
      DefinitionString: !Sub |
        {
          "StartAt": "A",
          "States": {
            "A": {"Type": "Task", "Resource": "${Work.Arn}", "Next": "B"},
            "B": {"Type": "Pass", "Result": "${!Kept} ${AWS::Region} ${Given}", "End": true}
          }
        }
"""


def test_a_definition_as_text(folder: Path) -> None:
    machine = template(TEXT, define={"Given": "x"}).machine
    states = machine.document.value["States"]
    assert (machine.name, machine.type) == ("called", "EXPRESS")
    assert states["A"]["Resource"] == f"arn:aws:lambda:{ACCOUNT}:function:work"
    assert states["B"]["Result"].endswith("us-east-1 x")
    assert str(machine.locate("/States/A")) == "t.yaml:12:18"
    with pytest.raises(asl.DefinitionError, match=r"t\.yaml:12:70: error: Missing 'Next' target: C"):
        template(TEXT.replace('"Next": "B"', '"Next": "C"'), define={"Given": "x"})


def test_a_definition_as_text_with_names_of_its_own(folder: Path) -> None:
    found = template("""\
        Resources:
          Machine:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              DefinitionString:
                Fn::Sub:
                  - '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Own}", "End": true}}}'
                  - {Own: !Join ["-", [a, !Ref "AWS::Region"]]}
        """)
    assert found.machine.run().output == "a-us-east-1"


def test_a_definition_that_is_joined(folder: Path) -> None:
    Path("t.json").write_text(
        json.dumps(
            {
                "Resources": {
                    "Work": {"Type": "AWS::Lambda::Function"},
                    "Machine": {
                        "Type": "AWS::StepFunctions::StateMachine",
                        "Properties": {
                            "DefinitionString": {
                                "Fn::Join": [
                                    "",
                                    [
                                        '{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true, "Resource": "',
                                        {"Fn::GetAtt": ["Work", "Arn"]},
                                        '"}}}',
                                    ],
                                ]
                            }
                        },
                    },
                }
            }
        )
    )
    assert sam.is_template("t.json")
    machine = sam.load("t.json").machine
    assert machine.document.value["States"]["A"]["Resource"] == f"arn:aws:lambda:{ACCOUNT}:function:Work"


SEVERAL = """\
Resources:
  Parent:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: arn:aws:states:::states:startExecution.sync:2
            Parameters: {StateMachineArn: !GetAtt Child.Arn, Input: {n: 1}}
            OutputPath: $.Output
            End: true
  Child:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Pass, Result: by the child, End: true}}}
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionUri: gone.json}
"""


def test_machines_of_a_template_start_each_other(folder: Path) -> None:
    found = template(SEVERAL, resource="Parent")
    assert found.machine.run({}, machines=found.machines).output == "by the child"
    assert sorted(found.machines) == ["Child"]


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (None, "has 3 state machines; say which with `resource`: Parent, Child, Broken"),
        ("Chld", "the template has no state machine 'Chld'; did you mean 'Child'?"),
        ("Broken", "gone.json: no such file"),
    ],
)
def test_which_machine(folder: Path, resource: str | None, said: str) -> None:
    with pytest.raises(asl.InputError) as caught:
        template(SEVERAL, resource=resource)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Resources: {A: {Type: AWS::SNS::Topic}}", "the template has no state machine; AWS::Serverless::StateMachine"),
        ("Resources: [", "t.yaml:2:1: error: "),
        (
            "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: {Bucket: b, Key: k}}}}",
            "t.yaml:1:82: the definition of 'M' is in S3, not in a file here",
        ),
        (
            "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Join [a], Definition: {}}}}",
            't.yaml: Fn::Join cannot have ["a"]',
        ),
        (
            "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Ref M, Definition: {}}}}",
            "leads to itself",
        ),
        ("Resources: {M: {Type: AWS::Serverless::StateMachine}}", "the state machine 'M' has no definition"),
    ],
)
def test_templates_that_give_no_machine(folder: Path, text: str, said: str) -> None:
    with pytest.raises(asl.AslError) as caught:
        template(text + "\n")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (TEMPLATE, True),
        (SEVERAL, True),
        (DEFINITION, False),
        ("StartAt: Resources\nStates:\n  Resources: {Type: Succeed}\n", False),
        ('{"Resources": {}}', True),
        ('{"StartAt": "Resources", "States": {"Resources": {"Type": "Succeed"}}}', False),
        ("{", False),
    ],
)
def test_templates_are_known_by_their_look(folder: Path, text: str, is_one: bool) -> None:
    Path("some.yaml").write_text(text)
    assert sam.is_template("some.yaml") is is_one


def test_a_function_that_cannot_be_imported_is_told_when_it_is_called(folder: Path) -> None:
    Path("charge/app.py").write_text("import a_module_that_nobody_has\n")
    found = sam.load("template.yaml")
    run = found.machine.run({}, lambdas=found.lambdas)
    assert run.error == "Runtime.ImportModuleError"
    assert "charge/app.py cannot be imported: ModuleNotFoundError: No module named 'a_module_that" in (run.cause or "")


# -- intrinsic functions ---------------------------------------------------------------------------------------------

NAMES = """\
Parameters:
  Stage: {Type: String, Default: dev}
  Free: {Type: String}
Mappings: {Sizes: {dev: {count: 1}, prod: {count: 9}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNotProd: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsNotProd]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: told}}
  Bucket: {Type: AWS::S3::Bucket}
  Activity: {Type: AWS::StepFunctions::Activity}
  Job: {Type: AWS::Glue::Job}
"""


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("!Ref Stage", "dev"),
        ("!Ref Free", "Free"),
        ("!Ref AWS::AccountId", "123456789012"),
        ("!Ref Queue", "https://sqs.us-east-1.amazonaws.com/123456789012/Queue"),
        ("!GetAtt Queue.Arn", f"arn:aws:sqs:{ACCOUNT}:Queue"),
        ("!GetAtt Queue.QueueName", "Queue"),
        ("!GetAtt [Topic, TopicArn]", f"arn:aws:sns:{ACCOUNT}:told"),
        ("!Ref Topic", f"arn:aws:sns:{ACCOUNT}:told"),
        ("!Ref Bucket", "bucket"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::bucket"),
        ("!Ref Activity", f"arn:aws:states:{ACCOUNT}:activity:Activity"),
        ("!Ref Job", "Job"),
        ("!Sub '${Stage}/${Queue.Arn}/${!Kept}'", f"dev/arn:aws:sqs:{ACCOUNT}:Queue/${{Kept}}"),
        ("!Sub ['${Stage}-${a}', {a: !Ref Job}]", "dev-Job"),
        ("!Join [':', [a, !Ref Stage]]", "a:dev"),
        ("!Select [1, !Split [',', 'a,b,c']]", "b"),
        ("!FindInMap [Sizes, !Ref Stage, count]", 1),
        ("!If [IsProd, big, small]", "small"),
        ("!If [IsNotProd, big, small]", "big"),
        ("!If [Both, big, small]", "small"),
        ("{a: !If [IsProd, big, !Ref AWS::NoValue], b: [!Ref AWS::NoValue, 1]}", {"b": [1]}),
        ("!ImportValue other-stack", "other-stack"),
        ("{Fn::Base64: abc}", "YWJj"),
        ("{Fn::ToJsonString: {a: !Ref Stage}}", '{"a": "dev"}'),
        ("{Fn::Length: [1, 2]}", 2),
        ("2010-09-09", "2010-09-09"),
        ("[yes, true, 1, 1.5, null, '']", ["yes", True, 1, 1.5, None, ""]),
    ],
)
def test_intrinsic_functions(folder: Path, value: str, resolved: Any) -> None:
    Path("n.yaml").write_text(f"{NAMES}Outputs:\n  It: {value}\n")
    found = cloudformation.Template(cloudformation.read(Path("n.yaml")))
    assert found.resolve(found.section("Outputs")["It"]) == resolved


def test_functions_that_run_at_once_have_each_its_modules_and_its_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shared").mkdir()
    (folder / "shared" / "meeting.py").write_text(
        "from contextlib import suppress\n"
        "from threading import Barrier, BrokenBarrierError\n"
        "barrier = Barrier(2)\n"
        "def meet():\n"
        "    with suppress(BrokenBarrierError):\n"
        "        barrier.wait(0.1)\n"
    )
    monkeypatch.syspath_prepend(str(folder / "shared"))
    code = """
    import os
    from meeting import meet
    meet()
    from whoami import NAME
    def handler(event, context):
        before = os.environ["WHO"]
        meet()
        return [NAME, before, os.environ["WHO"]]
    """
    names = ("one", "two")
    for name in names:
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(dedent(code))
        (folder / name / "whoami.py").write_text(f"NAME = '{name}'")
    branches = [{"StartAt": name, "States": {name: {"Type": "Task", "Resource": name, "End": True}}} for name in names]
    for branch, name in zip(branches, names, strict=True):
        branch["States"][name]["Resource"] = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    functions = {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": name,
                "Handler": "app.handler",
                "Environment": {"Variables": {"WHO": name}},
            },
        }
        for name in names
    }
    both = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": both}}
    (folder / "both.json").write_text(json.dumps({"Resources": {**functions, "Machine": machine}}))
    loaded = sam.load("both.json")
    run = loaded.machine.run({}, lambdas=loaded.lambdas, live=True)
    assert run.output == [["one", "one", "one"], ["two", "two", "two"]]
