"""Test files: functions, machines, resources and settings around them."""

from pathlib import Path

import pytest

import asl
from asl.testing import asltest
from tests.testing.asltest_files import ORDER, all_pass, fill, outcome, passes, read


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return fill(tmp_path, monkeypatch)


def test_functions_of_a_file_beside_the_tests(folder: Path) -> None:
    Path("functions.py").write_text("def charge(event, context):\n    return {'charged': event['amount']}\n")
    passes("""\
        machine: order.asl.yaml
        lambdas: {charge: "functions:charge"}
        cases:
          one: {input: {card: "1"}, expect: {output: {payment: {charged: 8}}}}
        """)


def test_files_of_the_same_name_are_not_mistaken_for_each_other(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "functions.py").write_text(
            "from names import NAME\n\n\ndef charge(event, context):\n    return NAME\n"
        )
        (folder / name / "names.py").write_text(f"NAME = {name!r}\n")
        (folder / name / "x.asltest.yaml").write_text(
            "machine: ../order.asl.yaml\nlambdas: {charge: functions:charge}\n"
            f"cases:\n  one: {{input: {{card: '1'}}, expect: {{output: {{payment: {name}}}}}}}\n"
        )
    for name in ("a", "b"):
        (case,) = asltest.read(folder / name / "x.asltest.yaml").cases
        assert case.run().passed, case.run().text


def test_resources_are_those_of_embedded_services(folder: Path) -> None:
    pytest.importorskip("moto")
    Path("get.asl.yaml").write_text(
        "StartAt: Get\nStates:\n  Get:\n    Type: Task\n    Resource: arn:aws:states:::dynamodb:getItem\n"
        "    Parameters: {TableName: t, Key: {id: {S: a}}}\n    ResultSelector: {n.$: $.Item.n.N}\n    End: true\n"
    )
    passes("""\
        machine: get.asl.yaml
        resources:
          tables: {t: {key: id, items: [{id: a, n: 5}]}}
        cases:
          one: {expect: {exact_output: {n: "5"}}}
        """)


def test_settings_of_the_project_hold_where_the_file_says_nothing(folder: Path) -> None:
    Path("app.py").write_text("def charge(event, context):\n    return 'settings'\n")
    Path("asl.toml").write_text('region = "eu-west-1"\n[lambda]\ncharge = "app:charge"\n[define]\nName = "charge"\n')
    Path("order.asl.yaml").write_text(ORDER.replace("function:charge", "function:${Name}"))
    (folder / "sub").mkdir()
    Path("sub/x.asltest.yaml").write_text(
        "machine: ../order.asl.yaml\ncases:\n  one: {input: {card: '1'}, expect: {output: {payment: settings}}}\n"
    )
    (case,) = asltest.read("sub/x.asltest.yaml").cases
    found = case.run()
    assert found.passed, found.text
    assert found.run is not None
    assert ":eu-west-1:" in found.run.arn


def test_an_express_machine(folder: Path) -> None:
    found = passes("""\
        machine: order.asl.yaml
        type: EXPRESS
        name: quick
        cases:
          one: {input: {card: "1"}, mocks: {Charge: {return: 1}}}
        """)
    assert found.run is not None
    assert ":express:quick:" in found.run.arn


def test_a_machine_that_is_not_valid(folder: Path) -> None:
    Path("bad.asl.json").write_text('{"StartAt": "A", "States": {}}')
    with pytest.raises(asl.DefinitionError, match=r"bad\.asl\.json"):
        read("machine: bad.asl.json\ncases: {one: {}}\n")


def test_machines_of_the_settings_are_started_by_tasks(folder: Path) -> None:
    Path("child.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 5, "End": true}}}')
    Path("parent.asl.yaml").write_text(
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::states:startExecution.sync:2\n"
        "    Parameters: {StateMachineArn: Child}\n    OutputPath: $.Output\n    End: true\n"
    )
    Path("asl.toml").write_text('[machine]\nChild = "child.asl.json"\n')
    passes("machine: parent.asl.yaml\ncases: {one: {expect: {exact_output: 5}}}\n")


def test_a_template_brings_its_functions(folder: Path) -> None:
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text("def handler(event, context):\n    return event['amount']\n")
    Path("order.asl.yaml").write_text(ORDER.replace("function:charge", "function:${Charge}"))
    Path("template.yaml").write_text(
        "Resources:\n  Order:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      DefinitionUri: order.asl.yaml\n      DefinitionSubstitutions: {Charge: !Ref Charge}\n"
        "  Charge:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: code, Handler: app.handler}\n"
    )
    suite = read("""\
        machine: template.yaml
        input: {card: "1"}
        cases:
          unmocked: {expect: {output: {payment: 8}}}
          mocked: {mocks: {Charge: {return: 3}}, expect: {output: {payment: 3}}}
        """)
    all_pass(suite)
    assert suite.machines[0].name == "Order"


def test_aws_is_never_called(folder: Path) -> None:
    Path("asl.toml").write_text('aws = "real"\n')
    found = outcome("machine: order.asl.yaml\ncases: {one: {input: {card: '1'}}}\n")
    assert "nothing answers the task of state 'Charge'" in found.text
