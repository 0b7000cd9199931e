"""The order saga on embedded DynamoDB and SNS: what is stored at the end, whichever step fails."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asl.cli import main
from asl.source import read

HERE = Path(__file__).parent
ORDER = json.loads((HERE / "input.json").read_text())
RESOURCES: Any = read(HERE / "resources.yaml").value


class Saga:
    """Runs the saga as its README does, on resources of its own, and tells what is stored at the end."""

    def __init__(self, folder: Path) -> None:
        self.resources = folder / "resources.json"
        self.dump = folder / "stored.json"

    def run(self, order: dict[str, Any], resources: Any = RESOURCES) -> tuple[Any, Any]:
        self.resources.write_text(json.dumps(resources))
        places = ["--resources", str(self.resources), "--dump", str(self.dump)]
        arguments = ["run", str(HERE / "machine.asl.json"), "--input", json.dumps(order), "--json"]
        result = CliRunner().invoke(main, [*arguments, "--aws", "embedded", *places])
        return json.loads(result.stdout), json.loads(self.dump.read_text())


@pytest.fixture
def saga(tmp_path: Path) -> Saga:
    return Saga(tmp_path)


def amounts(stored: Any) -> tuple[int, int]:
    """How much tea there is, and how much money Ann has."""
    tables = stored["tables"]
    tea = next(item["available"] for item in tables["stock"]["items"] if item["sku"] == "tea")
    money = next(item["balance"] for item in tables["accounts"]["items"] if item["customer"] == "ann")
    return tea, money


def test_placed(saga: Saga) -> None:
    run, stored = saga.run(ORDER)
    assert run["output"] == {"orderId": "o-1", "status": "CONFIRMED", "amount": 12}
    assert stored["tables"]["orders"]["items"] == [
        {"orderId": "o-1", "customer": "ann", "status": "CONFIRMED", "amount": 12}
    ]
    assert amounts(stored) == (7, 38)
    (message,) = stored["queues"]["shipping"]
    told = json.loads(message)
    assert json.loads(told["Message"]) == {"orderId": "o-1", "sku": "tea", "quantity": 3}
    assert told["MessageAttributes"] == {"customer": {"Type": "String", "Value": "ann"}}


def test_out_of_stock(saga: Saga) -> None:
    run, stored = saga.run({**ORDER, "quantity": 11, "price": 1})
    assert (run["error"], run["cause"]) == ("OrderCancelled", "Order o-1: out of stock")
    assert run["path"] == ["RecordOrder", "ReserveStock", "CancelOrder", "OrderCancelled"]
    assert amounts(stored) == (10, 50)
    (order,) = stored["tables"]["orders"]["items"]
    assert (order["status"], order["reason"]) == ("CANCELLED", "out of stock")


def test_stock_is_released_when_there_is_not_enough_money(saga: Saga) -> None:
    run, stored = saga.run({**ORDER, "customer": "bob"})
    assert run["cause"] == "Order o-1: not enough money"
    assert run["path"][-4:] == ["TakePayment", "ReleaseStock", "CancelOrder", "OrderCancelled"]
    assert amounts(stored) == (10, 50)
    assert stored["queues"]["shipping"] == []


def test_everything_is_taken_back_when_nobody_can_be_told(saga: Saga) -> None:
    run, stored = saga.run(ORDER, {**RESOURCES, "topics": {}})
    assert run["cause"] == "Order o-1: nobody can be told: SNS.NotFoundException"
    assert run["path"][-5:] == ["Announce", "RefundPayment", "ReleaseStock", "CancelOrder", "OrderCancelled"]
    assert amounts(stored) == (10, 50)


def test_an_order_is_taken_once(saga: Saga) -> None:
    run, stored = saga.run(ORDER)
    again, stored_again = saga.run(ORDER, stored)
    assert run["status"] == "SUCCEEDED"
    assert (again["status"], again["error"]) == ("FAILED", "OrderExists")
    assert stored_again == stored
