"""Fixtures of the debugger's tests."""

from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a definition of a test stands."""
    return tmp_path / "shop.asl.json"
