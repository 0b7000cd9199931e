"""Turns the tree of an expression into Python functions, one within the other.

Each node becomes a function of (context, scope, run). What is common gets a function of its own that does no more than
it must: fields of a variable, arithmetic with constants, objects with constant keys, calls of built-in functions that
nothing shadows.

A sequence is collapsed where its expression ends. Levels of nesting are counted while compiling; only where the bound
is near is code used that counts while it runs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from asl.jsonata import codes, functions, operators
from asl.jsonata.calls import HOLE, ODD_LISTS, Body, Builtin, Callee, Lambda, TailCall, located, wrapped
from asl.jsonata.errors import JsonataError
from asl.jsonata.functions.native import Native
from asl.jsonata.functions.objects import to_boolean
from asl.jsonata.runtime import NUMBER_BYTES, Code, Run, Scope
from asl.jsonata.scopes import Frame, assigned_names, bound_names, places, tuple_names
from asl.jsonata.sequences import (
    SEQUENCES,
    Filter,
    Key,
    Step,
    TupleStep,
    expression_filter,
    expression_step,
    field_step,
    grouped,
    index_filter,
    indexed,
    numbered,
    ordering,
    whole_step,
)
from asl.jsonata.signature import Signature
from asl.jsonata.syntax import Group, Node, Stage
from asl.jsonata.values import (
    UNDEFINED,
    Constructed,
    Function,
    Kept,
    Outer,
    Sequence,
    Tuples,
    Value,
    collapsed,
)

CONSTANTS: Final = frozenset({"string", "number", "value"})
NEVER_FUNCTIONS: Final = CONSTANTS | {"binary", "object", "array", "negation"}
"""Expressions that give no function."""
SINGLES: Final = CONSTANTS | {"object", "array", "negation"}
"""Expressions that are one item of an array constructor."""
GIVE_SEQUENCES: Final = frozenset({"name", "wildcard", "descendant", "path", "apply"})
INLINED: Final = frozenset({"map", "filter"})
"""Built-in functions whose loop is compiled with the lambda that they are given."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is compiled: the scope it will run in, its level, and whether levels are counted at run time."""

    frame: Frame
    level: int
    counting: bool = False

    def below(self) -> Place:
        return replace(self, level=self.level + 1)

    def within(self, frame: Frame) -> Place:
        return replace(self, frame=frame)


@functools.cache
def signature_of(text: str, later: bool) -> Signature:
    return Signature(text, later=later)


class Program:
    """A compiled expression: `run` it. `depth` is how many levels deep it goes by itself."""

    def __init__(self, tree: Node, *, later: bool, shadowed: frozenset[str]) -> None:
        """`shadowed`: the built-in functions whose names the bindings use for something else."""
        natives = functions.BUILT_IN | functions.LATER if later else functions.BUILT_IN
        compiler = _Compiler(tree, natives, shadowed, later)
        self._tree = tree
        self._compiler = compiler
        self._code, self._depth = compiler.top(tree, counting=False)
        self._counted: Code | None = None
        self.static_names = compiler.static_names
        """The built-in functions that are called without looking whether a variable has their name."""

    def run(self, context: Value, bindings: dict[str, Value], run: Run) -> Value:
        code = self._code
        if self._depth > run.limits.depth:
            if self._counted is None:
                self._counted, _ = self._compiler.top(self._tree, counting=True)
            code = self._counted
        return code(context, bindings, run)


class _Compiler:
    def __init__(self, tree: Node, natives: dict[str, Native], shadowed: frozenset[str], later: bool) -> None:
        self._natives = natives
        self._later = later
        self._static = natives.keys() - shadowed - assigned_names(tree)
        self.static_names: set[str] = set()
        self._beside = tuple_names(tree)
        """The names of variables that travel with values; where there are none, no scopes are made for them."""
        self._deepest = 0
        self._tail_calls = False
        """Whether the body being compiled may give a TailCall."""
        self._rules: dict[str, Callable[[Node, Place], Code]] = {
            "string": self._constant,
            "number": self._constant,
            "value": self._constant,
            "name": self._name,
            "variable": self._variable,
            "wildcard": self._wildcard,
            "descendant": self._descendant,
            "parent": self._parent,
            "path": self._path,
            "binary": self._binary,
            "negation": self._negation,
            "array": self._array,
            "object": self._object,
            "block": self._block,
            "bind": self._bind,
            "condition": self._condition,
            "call": self._call,
            "partial": self._partial,
            "lambda": self._lambda,
            "apply": self._apply,
            "transform": self._transform,
            "regex": self._regex,
        }

    def top(self, tree: Node, *, counting: bool) -> tuple[Code, int]:
        self._deepest = 0
        return self.code(tree, Place(Frame(), 1, counting)), self._deepest

    def code(self, node: Node, place: Place) -> Code:
        """The code of a node with all that follows it; its results are collapsed."""
        self._reach(place.level)
        code = self._rules[node.kind](node, place)
        if _is_followed(node):
            for stage in node.predicates:
                code = _filtered(code, self._filter(stage, place))
            if node.group is not None and node.kind != "path":
                code = self._grouped(code, node.group, place)
            code = codes.keeping(code) if node.keep_array else codes.collapsing(code)
        elif node.kind in GIVE_SEQUENCES:
            code = codes.collapsing(code)
        return codes.counted(code, place.level) if place.counting else code

    def _reach(self, level: int) -> None:
        self._deepest = max(self._deepest, level)

    def _part(self, node: Node | None, place: Place) -> Code:
        assert node is not None, "the analysis gave every node its parts"
        return self.code(node, place.below())

    # Leaves.

    def _constant(self, node: Node, place: Place) -> Code:
        value = node.value
        return lambda input, scope, run: value

    def _name(self, node: Node, place: Place) -> Code:
        name = node.value
        return lambda input, scope, run: operators.looked_up(input, name)

    def _wildcard(self, node: Node, place: Place) -> Code:
        def code(input: Value, scope: Scope, run: Run) -> Value:
            found = operators.members(input[0] if isinstance(input, Outer) and input else input)
            run.spend(len(found))
            return found

        return code

    def _descendant(self, node: Node, place: Place) -> Code:
        def code(input: Value, scope: Scope, run: Run) -> Value:
            if input is UNDEFINED:
                return UNDEFINED
            return operators.descendants(input, run)

        return code

    def _regex(self, node: Node, place: Place) -> Code:
        from asl.jsonata.regex_function import matcher

        literal = node.value
        position = node.position
        return lambda input, scope, run: matcher(literal, position, run)

    # Variables.

    def _variable(self, node: Node, place: Place) -> Code:
        if node.value == "":
            return lambda input, scope, run: input[0] if isinstance(input, Outer) else input
        return self._reading(node.value, place)

    def _parent(self, node: Node, place: Place) -> Code:
        assert node.slot is not None
        return self._reading(node.slot.label, place)

    def _reading(self, name: str, place: Place) -> Code:
        """Reads a variable: the nearest scope that holds it; the built-in function of that name; or undefined."""
        found, certain = places(place.frame, name)
        if certain and len(found) == 1:
            return codes.local_variable(name, found[0])
        native = self._natives.get(name)
        if native is None:
            return codes.searched_variable(name, found, lambda run: UNDEFINED)
        signature = signature_of(native.signature, self._later)
        return codes.searched_variable(name, found, lambda run: Builtin(native, signature, run))

    def _bind(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        name = node.left.value
        value = self._part(node.right, place)

        def code(input: Value, scope: Scope, run: Run) -> Value:
            scope[name] = result = value(input, scope, run)
            return result

        return code

    # Blocks and conditions.

    def _block(self, node: Node, place: Place) -> Code:
        names = bound_names(node.items)
        frame = Frame(place.frame, names) if names else place.frame
        parts: list[Code] = []
        for item in node.items:
            parts.append(self.code(item, place.within(frame).below()))
            if item.kind == "bind" and item.left is not None:
                frame = frame.holding(item.left.value)
        if not parts:
            return lambda input, scope, run: UNDEFINED
        *first, last = parts
        if names:

            def framed(input: Value, scope: Scope, run: Run) -> Value:
                inner: Scope = {None: scope}
                for each in first:
                    each(input, inner, run)
                return last(input, inner, run)

            return framed
        if not first:
            return last

        def code(input: Value, scope: Scope, run: Run) -> Value:
            for each in first:
                each(input, scope, run)
            return last(input, scope, run)

        return code

    def _condition(self, node: Node, place: Place) -> Code:
        test, then, *rest = (self._part(item, place) for item in node.items)
        otherwise = rest[0] if rest else None
        function = not self._later

        def code(input: Value, scope: Scope, run: Run) -> Value:
            answer = test(input, scope, run)
            if answer is not True and (answer is False or not to_boolean(answer, function=function)):
                return otherwise(input, scope, run) if otherwise is not None else UNDEFINED
            return then(input, scope, run)

        return code

    # Operators.

    def _binary(self, node: Node, place: Place) -> Code:
        left, right = self._part(node.left, place), self._part(node.right, place)
        name, position = node.value, node.position
        if name in ("and", "or"):
            return codes.boolean(name, left, right, position, not self._later)
        if name in operators.ARITHMETIC:
            return codes.arithmetic(name, left, right, position)
        if name in operators.COMPARISONS or name in ("=", "!="):
            return self._comparison(node, left, right, place)
        if name == "in":
            return codes.inclusion(left, right)
        if name == "&":
            return codes.concatenation(left, right, position, self._natives["string"].do)
        return codes.interval(left, right, position)

    def _comparison(self, node: Node, left: Code, right: Code, place: Place) -> Code:
        assert node.left is not None
        assert node.right is not None
        name = node.value
        general = (
            codes.comparison(name, left, right, node.position)
            if name in operators.COMPARISONS
            else codes.equality(name, left, right)
        )
        fields = _field_names(node.left) if node.left.kind == "path" else None
        if fields is None or len(fields) != 1 or node.left.items[0].kind != "name" or place.counting:
            return general
        if _is_followed(node.left) or node.left.keep_singleton or _is_followed(node.right):
            return general
        if node.right.kind == "number" and name in operators.COMPARISONS:
            return codes.field_comparison(name, fields[0], node.right.value, general)
        if node.right.kind == "string" and name not in operators.COMPARISONS:
            return codes.field_equality(name, fields[0], node.right.value, general)
        return general

    def _negation(self, node: Node, place: Place) -> Code:
        operand = self._part(node.left, place)
        position = node.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            try:
                return operators.negated(operand(input, scope, run))
            except JsonataError as error:
                raise (
                    codes.at(error, position, "-") if error.code == "D1002" and error.position is None else error
                ) from None

        return code

    # Constructors.

    def _array(self, node: Node, place: Place) -> Code:
        parts = [(self._part(item, place), item.kind == "array") for item in node.items]
        constructs = node.constructs
        if not constructs and all(item.kind in SINGLES for item in node.items):
            singles = [code for code, _ in parts]

            def simple(input: Value, scope: Scope, run: Run) -> Value:
                return [value for code in singles if (value := code(input, scope, run)) is not UNDEFINED]

            return simple

        def code(input: Value, scope: Scope, run: Run) -> Value:
            result: list[Value] = Constructed() if constructs else []
            for part, whole in parts:
                value = part(input, scope, run)
                if value is UNDEFINED:
                    continue
                if isinstance(value, list) and not whole:
                    run.allocate(len(result) + len(value), NUMBER_BYTES)
                    run.spend(len(value))
                    result.extend(value)
                else:
                    result.append(value)
            if constructs:
                run.nested = True
            return result

        return code

    def _object(self, node: Node, place: Place) -> Code:
        pairs, position, framed = self._pairs(node.pairs, place), node.position, bool(self._beside)
        keys = [key.value for key, _ in node.pairs if key.kind == "string" and not key.predicates]
        if len(set(keys)) < len(pairs) or framed:
            return lambda input, scope, run: grouped(input, pairs, position, framed, scope, run)
        fields = [(key, value) for key, (_, value) in zip(keys, pairs, strict=True)]

        def code(input: Value, scope: Scope, run: Run) -> Value:
            if isinstance(input, list):
                return grouped(input, pairs, position, framed, scope, run)
            result = {}
            for key, part in fields:
                value = part(input, scope, run)
                if value is not UNDEFINED:
                    result[key] = value
                    if type(value) in ODD_LISTS:
                        run.nested = True
            return result

        return code

    def _pairs(self, pairs: list[tuple[Node, Node]], place: Place) -> list[tuple[Code, Code]]:
        inner = self._with_tuples([node for pair in pairs for node in pair], place).below()
        return [(self.code(key, inner), self.code(value, inner)) for key, value in pairs]

    def _grouped(self, code: Code, group: Group, place: Place) -> Code:
        pairs, position, framed = self._pairs(group.pairs, place), group.position, bool(self._beside)
        return lambda input, scope, run: grouped(code(input, scope, run), pairs, position, framed, scope, run)

    def _with_tuples(self, nodes: list[Node], place: Place) -> Place:
        """The place of what is evaluated for each tuple: a scope with the variables beside it."""
        if not self._beside:
            return place
        return place.within(Frame(place.frame, self._beside | bound_names(nodes)))

    # Paths.

    def _path(self, node: Node, place: Place) -> Code:
        steps = node.items
        if not place.counting and (fields := self._fields(node, place)) is not None:
            return fields
        if any(step.tuple for step in steps):
            return self._tuple_path(node, place)
        runs = [self._step(step, index, len(steps), place) for index, step in enumerate(steps)]
        code = codes.path(runs, steps[0].kind != "variable")
        if not place.counting:
            code = self._from_fields(node, runs, place, code) or code
        if node.keep_singleton:
            code = codes.kept(code)
        return code if node.group is None else self._grouped(code, node.group, place)

    def _from_fields(self, node: Node, runs: list[Step], place: Place, general: Code) -> Code | None:
        """A path that begins with fields of a variable."""
        first, *rest = node.items
        names: list[str] = []
        filters: list[Filter] = []
        for step in rest:
            if step.kind != "name" or _is_followed(step) or filters:
                break
            names.append(step.value)
            filters = [self._filter(stage, place) for stage in step.stages]
        if not names or first.kind != "variable" or not first.value or _is_followed(first) or first.stages:
            return None
        found, _ = places(place.frame, first.value)
        if len(found) > 1 or first.value in self._natives:
            return None
        steps = runs[1 + len(names) :]
        return codes.path_from_fields(first.value, found[0], tuple(names), filters, steps, general)

    def _fields(self, node: Node, place: Place) -> Code | None:
        """A path that does no more than read fields one from the other."""
        names = _field_names(node)
        if names is None:
            return None
        self._reach(place.level + 1)
        first = node.items[0]
        if node.keep_singleton or (first.kind == "variable" and not first.value):
            return None
        if first.kind != "variable":
            return codes.field(names[0]) if len(names) == 1 else codes.path_fields(names, False)
        found, _ = places(place.frame, first.value)
        if len(found) > 1 or first.value in self._natives:
            return None
        return codes.variable_fields(first.value, found[0], names)

    def _step(self, step: Node, index: int, count: int, place: Place) -> Step:
        last = index == count - 1
        if step.kind == "sort":
            return self._sort_step(step, place)
        if index == 0 and step.constructs:
            return whole_step(self.code(step, place.below()))
        if step.kind == "name" and not (step.stages or _is_followed(step) or place.counting):
            self._reach(place.level + 1)
            return field_step(step.value, last)
        code = self.code(step, place.below())
        filters = [self._filter(stage, place) for stage in step.stages]
        return expression_step(code, filters, last)

    def _sort_step(self, step: Node, place: Place) -> Step:
        inner = self._with_tuples([term.expression for term in step.terms], place).below()
        keys = [Key(self.code(term.expression, inner), term.descending) for term in step.terms]
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
        return expression_filter(self.code(expression, inner), bool(self._beside), self._later)

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

    # Functions.

    def _lambda(self, node: Node, place: Place) -> Code:
        body = self._body(node, place)
        return lambda input, scope, run: Lambda(body, input, scope, run)

    def _body(self, node: Node, place: Place) -> Body:
        parameters = tuple(parameter.value for parameter in node.items)
        assert node.left is not None
        tree = node.left
        certain = frozenset(parameters)
        frame = Frame(place.frame, certain | bound_names([tree]), certain)

        def compiled(counting: bool) -> tuple[Code, int]:
            outer, self._deepest = self._deepest, 0
            code = self.code(tree, Place(frame, 1, counting))
            depth, self._deepest = self._deepest, outer
            return code, depth

        outer, self._tail_calls = self._tail_calls, False
        code, depth = compiled(place.counting)
        tail_calls, self._tail_calls = self._tail_calls, outer
        return Body(parameters, node.signature, code, depth, tail_calls, lambda: compiled(True)[0])

    def _arguments(self, nodes: list[Node], place: Place) -> list[Code]:
        """The arguments of a call: functions among them can only be called from then on."""
        made = [(node.kind, self.code(node, place)) for node in nodes]
        return [code if kind in NEVER_FUNCTIONS else _wrapping(code) for kind, code in made]

    def _static_native(self, node: Node) -> Native | None:
        """The built-in function that a call is certain to reach."""
        name = node.value
        if node.kind == "variable" and name in self._static and not (node.predicates or node.group):
            self.static_names.add(name)
            return self._natives[name]
        return None

    def _call(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        return self._calling(node, place, None)

    def _calling(self, node: Node, place: Place, first: Code | None) -> Code:
        """A call; `first` gives the argument before the others, from the left of `~>`."""
        assert node.left is not None
        native = self._static_native(node.left)
        if native is not None:
            signature = signature_of(native.signature, self._later)
            given = len(node.items) + (first is not None)
            if not node.tail_call or given >= len(signature.parameters):
                return self._native_call(native, signature, node, place, first)
        if node.tail_call:
            return self._tail_call(node, place)
        procedure = self._part(node.left, place)
        arguments = self._arguments(node.items, place.below())
        missing = self._forgotten(node.left, place)
        call = _dynamic_call(procedure, arguments, missing, _token(node.left), node.position, place.level)
        if first is None:
            return lambda input, scope, run: call([], input, scope, run)
        return lambda input, scope, run: call([first(input, scope, run)], input, scope, run)

    def _native_call(self, native: Native, signature: Signature, node: Node, place: Place, first: Code | None) -> Code:
        inner = replace(place, level=1) if node.tail_call else place.below()
        self._reach(inner.level)
        raw = node.tail_call or _is_followed(node)
        called = codes.NativeCall(native, signature, node.position, place.level, raw)
        if native.name in INLINED and not place.counting:
            rest = node.items[1:] if first is None else node.items
            body = self._inlined_body(rest, inner)
            if body is not None:
                array = self._arguments(node.items[:1], inner)[0] if first is None else first
                return codes.inlined_loop(called, array, body, not self._later)
        arguments = self._arguments(node.items, inner)
        return codes.native_call(called, arguments if first is None else [first, *arguments])

    def _inlined_body(self, rest: list[Node], place: Place) -> Body | None:
        """The body of the lambda that is the only argument beside the array, when it can run in place."""
        if len(rest) != 1 or rest[0].kind != "lambda" or _is_followed(rest[0]):
            return None
        function = rest[0]
        names = {parameter.value for parameter in function.items}
        if function.signature is not None or not 1 <= len(function.items) <= 2 or len(names) < len(function.items):
            return None
        self._reach(place.level)
        body = self._body(function, place)
        return None if body.tail_calls else body

    def _tail_call(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        self._tail_calls = True
        inner = replace(place, level=1)
        procedure = self.code(node.left, inner)
        arguments = [self.code(item, inner) for item in node.items]
        token = node.left.value if node.left.kind == "variable" else UNDEFINED
        position = node.left.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            function = procedure(input, scope, run)
            values = [each(input, scope, run) for each in arguments]
            if not isinstance(function, Function):
                raise JsonataError("T1006", position=position, token=token)
            return TailCall(function, values, position, token)

        return code

    def _forgotten(self, node: Node, place: Place) -> Code | None:
        """Reads the variable that may have been meant where a name is called, `sum(...)` for `$sum(...)`."""
        if node.kind != "path":
            return None
        return self._reading(str(node.items[0].value), place)

    def _partial(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        procedure = self._part(node.left, place)
        parts: list[Code] = [
            (lambda input, scope, run: HOLE) if item.kind == "operator" else self._part(item, place)
            for item in node.items
        ]
        missing, token, position = self._forgotten(node.left, place), _token(node.left), node.position

        def code(input: Value, scope: Scope, run: Run) -> Value:
            arguments = [each(input, scope, run) for each in parts]
            function = procedure(input, scope, run)
            if function is UNDEFINED and missing is not None and missing(input, scope, run):
                raise JsonataError("T1007", position=position, token=token)
            if isinstance(function, Lambda | Builtin):
                return function.partial(arguments)
            if isinstance(function, Function):
                return _partial_of(function, arguments)
            raise JsonataError("T1008", position=position, token=token)

        return code

    def _apply(self, node: Node, place: Place) -> Code:
        assert node.left is not None
        assert node.right is not None
        left = self._part(node.left, place)
        if node.right.kind == "call":
            return self._calling(node.right, place, left)
        right = self._part(node.right, place)
        position, level = node.position, place.level

        def code(input: Value, scope: Scope, run: Run) -> Value:
            first = left(input, scope, run)
            function = right(input, scope, run)
            if not isinstance(function, Function):
                raise JsonataError("T2006", position=position, value=function)
            if isinstance(first, Function):
                inner = first
                return Callee(lambda arguments: function.call([inner.call(arguments[:1])]), 1)
            run.base += level
            result = function.call([first])
            run.base -= level
            return result

        return code

    def _transform(self, node: Node, place: Place) -> Code:
        from asl.jsonata.transforms import Transform

        inner = Place(place.frame, 1, place.counting)
        outer, self._deepest = self._deepest, 0
        pattern, update, *rest = (self.code(item, inner) for item in node.items)
        self._deepest = outer
        positions = [item.position for item in node.items]
        clone = self._reading("clone", place)
        transform = Transform(pattern, update, rest[0] if rest else None, clone, node.position, positions)
        signature = signature_of("<(oa):o>", self._later)

        def code(input: Value, scope: Scope, run: Run) -> Value:
            native = Native("", "<(oa):o>", lambda value=UNDEFINED: transform(value, input, scope, run), 1, False)
            return Builtin(native, signature, run)

        return code


def _is_followed(node: Node) -> bool:
    """Whether predicates, a grouping or `[]` follow, which want a sequence as it is."""
    return bool(node.predicates or node.keep_array or (node.group is not None and node.kind != "path"))


def _field_names(path: Node) -> tuple[str, ...] | None:
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


def _filtered(code: Code, passes: Filter) -> Code:
    return lambda input, scope, run: passes(code(input, scope, run), scope, run)


def _wrapping(code: Code) -> Code:
    def wrap(input: Value, scope: Scope, run: Run) -> Value:
        value = code(input, scope, run)
        return wrapped(value) if isinstance(value, Callee) else value

    return wrap


def _token(node: Node) -> Any:
    """How an error names the function that was called."""
    value = node.items[0].value if node.kind == "path" else node.value
    return UNDEFINED if value is None else value


def _dynamic_call(
    procedure: Code, parts: list[Code], forgotten: Code | None, token: Any, position: int, level: int
) -> Callable[[list[Value], Value, Scope, Run], Value]:
    """The call of whatever `procedure` gives, with the given arguments before those of `parts`."""

    def call(given: list[Value], input: Value, scope: Scope, run: Run) -> Value:
        function = procedure(input, scope, run)
        if function is UNDEFINED and forgotten is not None and forgotten(input, scope, run):
            raise JsonataError("T1005", position=position, token=token)
        arguments = given + [each(input, scope, run) for each in parts]
        if not isinstance(function, Function):
            raise JsonataError("T1006", position=position, token=token)
        run.base += level
        try:
            result = function.apply(arguments, input)
        except JsonataError as error:
            raise located(error, function, position, token) from None
        run.base -= level
        return result if type(result) not in SEQUENCES else collapsed(result)

    return call


def _partial_of(function: Function, arguments: list[Value]) -> Function:
    def call(rest: list[Value]) -> Value:
        given = iter(rest)
        return function.call([next(given, UNDEFINED) if value is HOLE else value for value in arguments])

    return Callee(call, sum(value is HOLE for value in arguments))
