"""Compiles paths: their steps, predicates and order-by clauses, and the variables bound beside the values."""

from __future__ import annotations

from typing import NamedTuple

from asl.jsonata import codes, operators, path_codes
from asl.jsonata.errors import JsonataError
from asl.jsonata.grouping import grouped
from asl.jsonata.ordering import Key, ordering
from asl.jsonata.rules import Place, Rules, is_followed
from asl.jsonata.runtime import Code, Run, Scope
from asl.jsonata.scopes import places
from asl.jsonata.sequences import (
    Filter,
    Step,
    TupleStep,
    expression_filter,
    expression_step,
    field_filter,
    field_step,
    index_filter,
    indexed,
    numbered,
    whole_step,
)
from asl.jsonata.syntax import Node, Stage
from asl.jsonata.values import UNDEFINED, Kept, Sequence, Tuples, Value


class PathRules(Rules):
    def _path(self, node: Node, place: Place) -> Code:
        if not place.counting and (fields := self._fields(node, place)) is not None:
            return fields
        code = self._tuple_path(node, place) if any(step.tuple for step in node.items) else self._steps(node, place)
        return code if is_followed(node) else codes.collapsing(code)

    def _steps(self, node: Node, place: Place) -> Code:
        """A path without variables beside its values; the result may be a sequence."""
        steps = node.items
        runs = [self._step(step, index, len(steps), place) for index, step in enumerate(steps)]
        code = path_codes.path(runs, steps[0].kind != "variable")
        if not place.counting:
            code = self._from_fields(node, runs, place, code) or code
        if node.keep_singleton:
            code = path_codes.kept(code)
        return code if node.group is None else self._grouped(code, node.group, place)

    def _from_fields(self, node: Node, runs: list[Step], place: Place, general: Code) -> Code | None:
        """A path that begins with fields of a variable."""
        first, *rest = node.items
        names: list[str] = []
        filters: list[Filter] = []
        for step in rest:
            if step.kind != "name" or is_followed(step) or filters:
                break
            names.append(step.value)
            filters = [self._filter(stage, place) for stage in step.stages]
        if not names or first.kind != "variable" or not first.value or is_followed(first) or first.stages:
            return None
        found, _ = places(place.frame, first.value)
        if len(found) > 1 or first.value in self._natives:
            return None
        steps = runs[1 + len(names) :]
        read = path_codes.path_from_fields(first.value, found[0], tuple(names), filters, steps, general)
        index = _only_index(rest[len(names) - 1])
        if index is None or steps or node.group is not None or node.keep_singleton or is_followed(node):
            return read
        fields = path_codes.variable_fields(first.value, found[0], tuple(names))
        return path_codes.variable_item(fields, index, read)

    def _fields(self, node: Node, place: Place) -> Code | None:
        """A path that does no more than read fields one from the other."""
        names = field_names(node)
        if names is None:
            return None
        self._reach(place.level + 1)
        first = node.items[0]
        if node.keep_singleton or (first.kind == "variable" and not first.value):
            return None
        if first.kind != "variable":
            return path_codes.field(names[0]) if len(names) == 1 else path_codes.path_fields(names)
        found, _ = places(place.frame, first.value)
        if len(found) > 1 or first.value in self._natives:
            return None
        return path_codes.variable_fields(first.value, found[0], names)

    def _step(self, step: Node, index: int, count: int, place: Place) -> Step:
        last = index == count - 1
        if step.kind == "sort":
            return self._sort_step(step, place)
        if index == 0 and step.constructs:
            return whole_step(self.code(step, place.below()))
        if step.kind == "name" and not (step.stages or is_followed(step) or place.counting):
            self._reach(place.level + 1)
            return field_step(step.value, last)
        code = self.code(step, place.below())
        filters = [self._filter(stage, place) for stage in step.stages]
        return expression_step(code, filters, last)

    def _sort_step(self, step: Node, place: Place) -> Step:
        inner = self._with_tuples([term.expression for term in step.terms], place).below()
        keys = [
            Key(self.code(term.expression, inner), term.descending, _context_field(term.expression, inner))
            for term in step.terms
        ]
        sort = ordering(keys, step.position, bool(self._beside))
        filters = [self._stage(stage, place) for stage in step.stages]

        def run_step(items: list[Value], scope: Scope, run: Run) -> list[Value]:
            items = sort(items, scope, run)
            for passes in filters:
                items = passes(items, scope, run)
            return items

        return run_step if filters else sort

    def _stage(self, stage: Stage, place: Place) -> Filter:
        """A predicate behind a step of tuples, or the variable that numbers them."""
        name = stage.index
        if name is None:
            return self._filter(stage, place)

        def number_them(value: Value, scope: Scope, run: Run) -> list[Value]:
            numbered(value, name)
            result: list[Value] = value
            return result

        return number_them

    def _filter(self, stage: Stage, place: Place) -> Filter:
        expression = stage.expression
        assert expression is not None
        if expression.kind == "number":
            return index_filter(expression.value)
        inner = self._with_tuples([expression], place).below()
        general = expression_filter(self.code(expression, inner), bool(self._beside), self._later)
        test = field_test(expression, inner)
        return general if test is None or test.variable is not None or self._beside else field_filter(test, general)

    def _tuple_path(self, node: Node, place: Place) -> Code:
        steps = node.items
        first = next(index for index, step in enumerate(steps) if step.tuple)
        before = [self._step(step, index, len(steps), place) for index, step in enumerate(steps[:first])]
        after = [self._tuple_step(step, index == 0, place) for index, step in enumerate(steps[first:])]
        keeps, group, carries = node.keep_singleton, node.group, node.tuple
        crashes = not self._later
        iterates = steps[0].kind != "variable"
        pairs = self._pairs(group.pairs, place) if group is not None else []

        def code(input: Value, scope: Scope, run: Run) -> Value:
            items: list[Value] = input if iterates and isinstance(input, list) else Sequence((input,))
            for step in before:
                items = step(items, scope, run)
                if not items:
                    return UNDEFINED if group is None else grouped(items, pairs, group.position, True, scope, run)
            tuples: list[Value] = items
            for step in after:
                tuples = step(tuples, scope, run)
            if group is not None:
                if not tuples and crashes:
                    raise JsonataError(None, message="Cannot read properties of undefined (reading '@')")
                return grouped(tuples, pairs, group.position, True, scope, run)
            if carries:
                return tuples
            values = Sequence(item["@"] for item in tuples)
            return Kept(values) if keeps else values

        return code

    def _tuple_step(self, step: Node, first: bool, place: Place) -> Step:
        stages = [self._stage(stage, place) for stage in step.stages]
        if step.kind == "sort":
            sort = self._sort_step(_bare(step), place)
            name = step.index

            def sorting(items: list[Value], scope: Scope, run: Run) -> list[Value]:
                result = sort(items, scope, run)
                return indexed(result, name) if first else result

            return _then(sorting, stages)
        inner = self._with_tuples([step], place).below()
        label = step.ancestor.label if step.ancestor is not None else None
        extend = TupleStep(self.code(step, inner), step.focus, step.index, label)

        def extending(items: list[Value], scope: Scope, run: Run) -> list[Value]:
            return extend(Tuples({"@": item} for item in items) if first else items, scope, run)

        return _then(extending, stages)


class Field(NamedTuple):
    """A field of the context, or of a variable of the nearest scope."""

    variable: str | None
    name: str


def field_of(node: Node | None, place: Place) -> Field | None:
    """The field that a node reads, when it does no more than that."""
    if node is None or node.kind != "path" or is_followed(node) or node.keep_singleton or place.counting:
        return None
    names = field_names(node)
    if names is None or len(names) != 1:
        return None
    first = node.items[0]
    if first.kind == "name":
        return Field(None, names[0])
    found, certain = places(place.frame, first.value)
    return Field(first.value, names[0]) if certain and found == [0] and first.value else None


def _context_field(node: Node, place: Place) -> str | None:
    field = field_of(node, place)
    return field.name if field is not None and field.variable is None else None


def field_test(node: Node, place: Place) -> operators.FieldTest | None:
    """The comparison of a field with a constant, when a node does no more than that."""
    operate = operators.COMPARISONS.get(node.value) or operators.EQUALITIES.get(node.value)
    if node.kind != "binary" or operate is None or is_followed(node):
        return None
    field, constant = field_of(node.left, place), node.right
    if field is None or constant is None:
        return None
    if is_constant(constant, "number"):
        return operators.FieldTest(*field, operate, constant.value, operators.NUMBERS)
    if is_constant(constant, "string") and node.value in operators.EQUALITIES:
        return operators.FieldTest(*field, operate, constant.value, operators.TEXTS)
    return None


def is_constant(node: Node | None, kind: str) -> bool:
    return node is not None and node.kind == kind and not is_followed(node)


def field_names(path: Node) -> tuple[str, ...] | None:
    """The fields that a path reads one from the other, when it does no more than that."""
    if path.group is not None:
        return None
    steps = path.items
    for step in steps:
        if step.stages or step.predicates or step.group or step.keep_array or step.tuple or step.constructs:
            return None
    rest = steps[1:] if steps[0].kind == "variable" else steps
    if not rest or any(step.kind != "name" for step in rest):
        return None
    return tuple(step.value for step in rest)


def _only_index(step: Node) -> float | None:
    """The position that a step picks, when it has no other predicate."""
    if len(step.stages) != 1 or step.stages[0].expression is None:
        return None
    expression = step.stages[0].expression
    return expression.value if is_constant(expression, "number") else None


def _bare(step: Node) -> Node:
    """A sort step without what follows it."""
    return Node(step.kind, step.value, step.start, step.position, terms=step.terms)


def _then(step: Step, stages: list[Filter]) -> Step:
    if not stages:
        return step

    def code(items: list[Value], scope: Scope, run: Run) -> list[Value]:
        items = step(items, scope, run)
        for stage in stages:
            items = stage(items, scope, run)
        return items

    return code
