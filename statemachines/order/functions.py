"""The Lambda functions of the order workflow, as they would be deployed."""

from typing import Any


class CardDeclined(Exception):
    pass


class CardServiceBusy(Exception):
    pass


def reserve(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"total": sum(item["price"] * item["quantity"] for item in event["items"])}


def charge(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if event["card"] == "0000":
        raise CardDeclined("the bank said no")
    return {"receipt": f"r-{event['card']}-{event['amount']}"}
