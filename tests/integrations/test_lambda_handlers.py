"""`package.module:function` as a user writes it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asl_lambda import resolve_handler

from asl.errors import InputError


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "shop_for_tests").mkdir()
    (tmp_path / "shop_for_tests/__init__.py").write_text("")
    (tmp_path / "shop_for_tests/orders.py").write_text(
        "class Api:\n"
        "    @staticmethod\n"
        "    def get(event, context):\n"
        "        return 'got'\n"
        "def handler(event, context):\n"
        "    return 'handled'\n"
        "table = {}\n"
    )
    (tmp_path / "shop_for_tests/broken.py").write_text("import shop_for_tests.orders\n\n1 / 0\n")
    (tmp_path / "shop_for_tests/needy.py").write_text("\nimport no_such_library\n")
    (tmp_path / "shop_for_tests/typo.py").write_text("x = 1\ndef f(:\n")
    (tmp_path / "shop_for_tests/quits.py").write_text("import sys\nsys.exit(2)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    yield
    for name in [each for each in sys.modules if each.startswith("shop_for_tests")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "result"), [("shop_for_tests.orders:handler", "handled"), ("shop_for_tests.orders:Api.get", "got")]
)
def test_a_handler_in_the_current_directory(text: str, result: str) -> None:
    assert resolve_handler(text)({}, None) == result


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("orders", ["'orders' is not a handler", "package.module:function"]),
        (":handler", ["is not a handler"]),
        ("orders:", ["is not a handler"]),
        ("shop_for_test:handler", ["no module 'shop_for_test'"]),
        ("shop_for_tests.order:handler", ["no module 'shop_for_tests.order'"]),
        ("shop_for_tests.orders:handle", ["has no 'handle'", "did you mean 'handler'?"]),
        ("shop_for_tests.orders:Api.put", ["shop_for_tests.orders.Api has no 'put'"]),
        ("shop_for_tests.orders:table", ["is not callable", "dict"]),
        ("shop_for_tests.broken:f", ["cannot be imported", "ZeroDivisionError: division by zero", "broken.py:3]"]),
        ("shop_for_tests.needy:f", ["cannot be imported", "No module named 'no_such_library'", "needy.py:2]"]),
        ("shop_for_tests.typo:f", ["cannot be imported", "SyntaxError", "typo.py:2]"]),
        ("shop_for_tests.quits:f", ["cannot be imported", "SystemExit", "quits.py:2]"]),
    ],
)
def test_what_is_wrong_is_said(text: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        resolve_handler(text)
    for part in parts:
        assert part in str(refused.value)
