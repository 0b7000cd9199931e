"""The order saga on embedded DynamoDB and SNS: what is stored at the end, whichever step fails."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asl import Run
from asl.cli import main
from asl.source import read
from asl.testing import AslFixture, Workflow

ORDER = {"orderId": "o-1", "customer": "ann", "sku": "tea", "quantity": 3, "price": 4}
HERE = Path(__file__).parent
RESOURCES: Any = read(HERE / "resources.yaml").value


@pytest.fixture
def saga(asl: AslFixture) -> Workflow:
    """Each run has tables, queues and topics of its own, in this process."""
    return asl("machine.asl.json", aws="embedded", resources="resources.yaml")


def amounts(run: Run) -> tuple[int, int]:
    """How much tea there is, and how much money Ann has."""
    tables: Any = run.world.stored["tables"]
    tea = next(item["available"] for item in tables["stock"]["items"] if item["sku"] == "tea")
    money = next(item["balance"] for item in tables["accounts"]["items"] if item["customer"] == "ann")
    return tea, money


def test_placed(saga: Workflow) -> None:
    run = saga.run(ORDER)
    assert run.output == {"orderId": "o-1", "status": "CONFIRMED", "amount": 12}
    stored: Any = run.world.stored
    assert stored["tables"]["orders"]["items"] == [
        {"orderId": "o-1", "customer": "ann", "status": "CONFIRMED", "amount": 12}
    ]
    assert amounts(run) == (7, 38)
    (message,) = stored["queues"]["shipping"]
    told = json.loads(message)
    assert json.loads(told["Message"]) == {"orderId": "o-1", "sku": "tea", "quantity": 3}
    assert told["MessageAttributes"] == {"customer": {"Type": "String", "Value": "ann"}}


def test_out_of_stock(saga: Workflow) -> None:
    run = saga.run({**ORDER, "quantity": 11, "price": 1})
    assert (run.error, run.cause) == ("OrderCancelled", "Order o-1: out of stock")
    assert run.path == ["RecordOrder", "ReserveStock", "CancelOrder", "OrderCancelled"]
    assert amounts(run) == (10, 50)
    stored: Any = run.world.stored
    (order,) = stored["tables"]["orders"]["items"]
    assert (order["status"], order["reason"]) == ("CANCELLED", "out of stock")


def test_stock_is_released_when_there_is_not_enough_money(saga: Workflow) -> None:
    run = saga.run({**ORDER, "customer": "bob"})
    assert run.cause == "Order o-1: not enough money"
    assert run.path[-4:] == ["TakePayment", "ReleaseStock", "CancelOrder", "OrderCancelled"]
    assert amounts(run) == (10, 50)
    assert run.world.stored["queues"] == {"shipping": []}


def test_everything_is_taken_back_when_nobody_can_be_told(saga: Workflow) -> None:
    run = saga.run(ORDER, resources={**RESOURCES, "topics": {}})
    assert run.cause == "Order o-1: nobody can be told: SNS.NotFoundException"
    assert run.path[-5:] == ["Announce", "RefundPayment", "ReleaseStock", "CancelOrder", "OrderCancelled"]
    assert amounts(run) == (10, 50)


def test_a_service_that_fails_once(saga: Workflow) -> None:
    """A mock of the first call only: all others go to the embedded services."""
    saga.mock("Announce", call=0).fails("SNS.InternalErrorException")
    run = saga.run(ORDER)
    assert run.succeeded
    assert run.state("Announce").attempts == 2
    assert amounts(run) == (7, 38)


def test_an_order_is_taken_once(saga: Workflow) -> None:
    """The second run finds what the first one stored."""
    run = saga.run(ORDER)
    again = saga.run(ORDER, resources=run.world.stored)
    assert run.status == "SUCCEEDED"
    assert (again.status, again.error) == ("FAILED", "OrderExists")
    assert again.world.stored == run.world.stored


def test_what_is_taken_back_without_services(asl: AslFixture) -> None:
    """From a state in the middle to the end, with the variables that the states before it assign; all by mocks."""
    saga = asl("machine.asl.json")
    updates = saga.mock(resource="dynamodb:updateItem").returns({})
    run = saga.run(start_at="RefundPayment", variables={"order": ORDER, "total": 12, "reason": "a test"})
    assert run.path == ["RefundPayment", "ReleaseStock", "CancelOrder", "OrderCancelled"]
    assert [call["TableName"] for call in updates.calls] == ["accounts", "stock", "orders"]


def test_the_command_line(saga: Workflow, tmp_path: Path) -> None:
    """What `asl run` dumps is what a test finds stored."""
    run = saga.run(ORDER)
    dump = tmp_path / "stored.json"
    places = ["--resources", str(HERE / "resources.yaml"), "--dump", str(dump)]
    arguments = ["run", str(HERE / "machine.asl.json"), "--input", json.dumps(ORDER), "--json"]
    result = CliRunner().invoke(main, [*arguments, "--aws", "embedded", *places])
    assert json.loads(result.stdout)["output"] == run.output
    assert json.loads(dump.read_text())["tables"] == run.world.stored["tables"]
