"""Fixtures for tests of several integrations."""

from typing import Any

import pytest
from asl_aws.clients import Clients

from tests.integrations.job_service import Service


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def start(**answers: list[Any]) -> Service:
        service = Service(answers)
        monkeypatch.setattr(Clients, "call", lambda self, *arguments: service.call(*arguments))
        return service

    return start
