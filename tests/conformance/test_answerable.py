"""The published definitions find an answer for every task, but for those in `unanswerable.json`, each with its reason.

A definition that is there and finds answers fails too.
"""

import json
from pathlib import Path

import pytest

from tests.conformance.answerable import Published, main, published
from tests.reading.test_published import needs_workflows

UNANSWERABLE = json.loads(Path(__file__).with_name("unanswerable.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def found() -> list[Published]:
    return published()


@needs_workflows
def test_every_task_finds_an_answer(found: list[Published]) -> None:
    without = {each.id: each.unanswered for each in found if each.way in ("nothing", "unreadable")}
    assert {id: problems for id, problems in without.items() if id not in UNANSWERABLE} == {}
    assert set(UNANSWERABLE) - set(without) == set()


@needs_workflows
def test_most_need_no_operation_of_the_sdk(found: list[Published]) -> None:
    ways = [each.way for each in found]
    assert len(found) >= 371
    assert ways.count("optimized") >= 220
    assert ways.count("aws-sdk") >= 118


@needs_workflows
def test_the_table_names_what_is_without_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    said = capsys.readouterr().out
    assert [id for id in UNANSWERABLE if id not in said] == []
