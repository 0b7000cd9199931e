"""The Lambda functions of the renewal."""

from typing import Any


def remind(event: dict[str, Any], context: Any) -> None:
    return None


def renew(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"customer": event["customer"], "renewed": event["renewal"][:4]}
