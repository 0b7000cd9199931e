"""How many published definitions find an answer for every task: a table, and by name those that do not.

python -m tests.conformance.answerable
"""

from dataclasses import dataclass

from asl.cli.answerable import Resource, examined, tasks_of
from asl.errors import DefinitionError
from asl.hosts.world import World
from asl.source import Document
from tests.reading.test_published import WORKFLOWS, filled, manifest

WAYS = {
    "none": "no task at all",
    "optimized": "(a) optimized integrations, functions, activities, machines",
    "aws-sdk": "(b) also operations of the AWS SDK",
    "nothing": "(c) a task that nothing but a mock answers",
    "unreadable": "is no JSON",
}


@dataclass(frozen=True)
class Published:
    """A published definition and its resources; None where it cannot be read."""

    id: str
    resources: list[Resource] | None

    @property
    def way(self) -> str:
        """A key of WAYS."""
        if self.resources is None:
            return "unreadable"
        if any(each.problem for each in self.resources):
            return "nothing"
        kinds = {each.kind for each in self.resources}
        return "aws-sdk" if "aws-sdk" in kinds else "optimized" if kinds else "none"

    @property
    def unanswered(self) -> dict[str, str]:
        """What nothing answers, and why."""
        return {each.resource: each.problem for each in self.resources or () if each.problem}


def published() -> list[Published]:
    """Every published definition, its placeholders filled. Empty where there are none."""
    with World() as world:
        return [_published(world, entry["id"], entry["file"]) for entry in manifest("")]


def _published(world: World, id: str, file: str) -> Published:
    try:
        document = _document(file)
    except DefinitionError:
        return Published(id, None)
    return Published(id, [examined(world, tasks) for tasks in tasks_of(document)])


def _document(file: str) -> Document:
    text = (WORKFLOWS / file).read_text(encoding="utf-8")
    return filled(text, file)


def main() -> None:
    found = published()
    for way, words in WAYS.items():
        print(f"{sum(each.way == way for each in found):5}  {words}")
    print(f"{len(found):5}  definitions\n")
    for each in found:
        for resource, problem in each.unanswered.items():
            print(f"{each.id}\n    {resource}: {problem}")
        if each.resources is None:
            print(f"{each.id}\n    {WAYS[each.way]}")


if __name__ == "__main__":
    main()
