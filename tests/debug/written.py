"""What tests of written tests share: a definition in a file, runs of it, and whether what is written passes."""

from pathlib import Path
from typing import Any

import asl
from asl import Run
from asl.testing import AslFixture, Workflow, asltest
from asl.testing.written_run import WrittenRun

INVOKE = "arn:aws:states:::lambda:invoke"


def perform_pytest(text: str, folder: Path) -> None:
    """Runs the one test function of a text, as pytest would in a file of that folder."""
    functions: dict[str, Any] = {}
    exec(compile(text, "written", "exec"), functions)
    (name,) = (each for each in functions if each.startswith("test_"))
    fixture = AslFixture([folder])
    try:
        functions[name](fixture)
    finally:
        fixture.close()


def perform_asltest(path: Path) -> None:
    for case in asltest.read(path).cases:
        outcome = case.run()
        assert outcome.passed, f"{outcome.text}\n{path.read_text()}"


def machine(start: str, **states: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def task(**fields: Any) -> dict[str, Any]:
    end = {} if "Next" in fields else {"End": True}
    return {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", **end, **fields}


def run_of(file: Path, definition: Any, input: Any = None, mocks: Any = (), **options: Any) -> Run:
    """A run of a definition that is in a file; `mocks` are functions of the workflow."""
    file.write_text(asl.json_text.dumps(definition))
    workflow = Workflow(file)
    for mock in mocks:
        mock(workflow)
    return workflow.run(input, **options)


def checked(run: Run, folder: Path) -> str:
    """The test for pytest, when both forms of it have passed without a note."""
    written = WrittenRun(run, folder)
    assert written.notes(of_pytest=True) == []
    perform_pytest(written.as_pytest(), folder)
    path = folder / "written.asltest.yaml"
    path.write_text(written.as_asltest())
    perform_asltest(path)
    return written.as_pytest()


CALLBACK = {
    "Type": "Task",
    "Resource": f"{INVOKE}.waitForTaskToken",
    "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    "End": True,
}
