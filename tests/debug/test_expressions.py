"""Expressions at a stop, places to set, and what completes them."""

from typing import Any

import pytest

from asl.debug.completions import completions
from asl.debug.expressions import NotThere, evaluate, holds, language_of
from asl.debug.paths import Place, assigned, place
from asl.errors import InputError, StateError
from tests.debug.stops import MACHINE, stop

DATA = {
    "order": {"id": 7, "total": 120, "a b": 3, "none": None, "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}]},
    "items": [1, 2, 3],
    "empty": {},
    "nil": [],
}
VARIABLES = {"yes": True, "limit": 100, "item": {"price": 3}, "list": [{"p": 1}, {"p": 2}]}


def value(text: str, state: str = "Check", **more: Any) -> Any:
    return evaluate(text, stop(DATA, state=state, variables=VARIABLES, **more))


# -- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["Check", "Query"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$", DATA),
        (" $.order.total ", 120),
        ("$.order['a b']", 3),
        ("$.order.lines[-1].n", 2),
        ("$.order.lines[*].sku", ["x", "y"]),
        ("$..sku", ["x", "y"]),
        ("$.order.lines[?(@.n > 1)].sku", ["y"]),
        ("$.items.length()", 3),
        ("$limit", 100),
        ("$item.price", 3),
        ("$list[1].p", 2),
        ("$$.Execution.Name", "first"),
        ("$$.State.Name = $states.context.State.Name", True),
        ("$states.input.order.id", 7),
        ("$states.context.Execution.Name", "first"),
        ("States.Format('{}-{}', $.order.id, $limit)", "7-100"),
        ("States.ArrayLength($states.input.items)", 3),
        ("$.order.total > 100", True),
        ("$.order.total > $limit and $.order.id = 7", True),
        ("$.order['a b'] = 3", True),
        ('$["order"]["a b"]*2', 6),
        ("$.order.lines[*].n = [1, 2]", True),
        ("$$.Execution.Name = 'first'", True),
        ("'$$.Execution ' & $$.Execution.Name & '$[*]'", "$$.Execution first$[*]"),
        ("order.total - 20", 100),
        ("{% $sum($.items) %}", 6),
        ("$sum(items)", 6),
        ("$exists($nope)", False),
        ("$now()", "2026-01-01T00:00:00.000Z"),
        ("[$.order.id, {'n': $limit}]", [7, {"n": 100}]),
        ("null", None),
    ],
)
def test_in_both_languages(text: str, expected: Any, state: str) -> None:
    assert value(text, state) == expected


def test_what_looks_into_arrays_in_jsonata_only() -> None:
    assert value("$.order.lines.sku", "Query") == ["x", "y"]
    assert value("$list.p", "Query") == [1, 2]
    assert value("$.order.total-20", "Query") == 100
    with pytest.raises(NotThere, match=r"\$\.order\.lines is an array of 2 elements, not an object"):
        value("$.order.lines.nope", "Query")
    for text in ("$.order.lines.sku", "$list.p", "$.order.total-20"):
        with pytest.raises(NotThere):
            value(text)


@pytest.mark.parametrize("state", ["Check", "Query"])
def test_arrays_stay_as_they_are(state: str) -> None:
    for data in ([1], [], [[1]], [{"a": []}]):
        assert evaluate("$", stop(data, state=state)) is data
    assert evaluate("$[0]", stop([[1]], state=state)) == [1]
    assert evaluate("$.a", stop({"a": [5]}, state=state)) == [5]


def test_values_are_shared() -> None:
    assert value("$.order") is DATA["order"]
    assert value("{% $item %}") is VARIABLES["item"]


def test_result_of_the_work() -> None:
    assert value("$states.result", kind="answer") == DATA
    after = stop({"out": 1}, kind="stage", raw={"in": 1}, effective={"r": 1}, phase="exit")
    assert evaluate("$states.result.r", after) == 1
    assert evaluate("$states.input", after) == {"in": 1}
    with pytest.raises(NotThere, match=r"\$states has no 'result'; it has input, context"):
        value("$states.result")


def test_errors() -> None:
    error = StateError("States.TaskFailed", "no such order")
    at_error = stop({}, kind="error", error=error)
    assert evaluate("$states.errorOutput", at_error) == {"Error": "States.TaskFailed", "Cause": "no such order"}
    assert evaluate("$error.Cause", at_error) == "no such order"
    assert holds("$error.Error = 'States.TaskFailed'", at_error)
    assert evaluate("$error", stop({}, error=error, variables={"error": "mine"})) == "mine"
    assert evaluate("$states", stop({}, variables={"states": "mine"})) == "mine"
    with pytest.raises(NotThere, match=r"\$error is a function: write \$error\(\.\.\.\)"):
        value("$error")


def test_looking_is_the_same_each_time_and_draws_nothing() -> None:
    here = stop({})
    assert [evaluate("States.UUID()", here)] * 2 == [evaluate("States.UUID()", here), evaluate("$uuid()", here)]
    assert evaluate("$random()", here) == evaluate("$random()", here)
    assert here.run.execution.draws == 0


def test_language_of_a_state() -> None:
    assert [language_of(MACHINE, f"/States/{name}") for name in ("Check", "Query")] == ["JSONPath", "JSONata"]


# -- what has no value -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$.ordr.total", "$ has no 'ordr'; did you mean 'order'?"),
        ("$.order.xyz", "$.order has no 'xyz'; it has id, total, a b, none, lines"),
        ("$.order['a b'].c", "$.order['a b'] is a number, not an object"),
        ("$.order.none.x", "$.order.none is null, not an object"),
        ("$yes.x", "$yes is true, not an object"),
        ("$yes[0]", "$yes is true, and has no element [0]"),
        ("$.order.lines[0].sku.x", "$.order.lines[0].sku is a string, not an object"),
        ("$.items[3]", "$.items has 3 elements, [0] to [2], not [3]"),
        ("$.order[0]", "$.order is an object, and has no element [0]"),
        ("$.empty.x", "$.empty is an empty object, and has no 'x'"),
        ("$.nil[0]", "$.nil is an empty array, and has no element [0]"),
        (
            "$.order.lines.sku",
            "$.order.lines is an array of 2 elements, not an object; its first element is $.order.lines[0].sku, "
            "all are $.order.lines[*].sku",
        ),
        ("$limt", "the variable $limt is not assigned here; did you mean '$limit'?"),
        ("$zzz.a", "the variable $zzz is not assigned here; there are $yes, $limit, $item, $list, $states"),
        ("$item.prise", "$item has no 'prise'; did you mean 'price'?"),
        ("$$.Execution.Nam", "$$.Execution has no 'Nam'; did you mean 'Name'?"),
        ("$sum", "$sum is a function: write $sum(...)"),
        ("$.ordr.total > 3", "$ has no 'ordr'; did you mean 'order'?"),
        ("'$.no' & 'x' = 'y' and $.id > $limt", None),
        ("$limt > 3", "the variable $limt is not assigned here; did you mean '$limit'?"),
        ("totl > 3", "$ has no 'totl'; it has order, items, empty, nil"),
        ("$.items[$ > 9]", "it has no value here"),
        ("$1 > 3", "it has no value here"),
        ("$.nope.length()", "$ has no 'nope'; it has order, items, empty, nil"),
        (
            "$.items.x[0]",
            "$.items is an array of 3 elements, not an object; its first element is $.items[0].x[0], all are "
            "$.items[*].x[0]",
        ),
        ("$.items[0].x", "$.items[0] is a number, not an object"),
    ],
)
def test_nothing_there(text: str, reason: str | None) -> None:
    if reason is None:
        assert value(text) is False
        return
    with pytest.raises(NotThere) as nothing:
        value(text)
    assert nothing.value.reason == reason
    assert str(nothing.value) == f"{text}: {reason}"
    assert holds(text, stop(DATA, variables=VARIABLES)) is False


def test_many_names_are_cut() -> None:
    with pytest.raises(NotThere, match=r"it has k0, k1, k2, k3, k4, k5, k6, k7 \.\.\.$"):
        evaluate("$.x", stop({f"k{number}": 0 for number in range(20)}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an expression is missing, such as $.order.total, $name, or $.total > 100"),
        ("{% $.a", "{% $.a: an expression that begins with {% ends with %}"),
        ("$.order.[", "invalid path '$.order.[' at character 10: expected a quoted name"),
        ("$item.[", "invalid path '$item.[' at character 8: expected a quoted name"),
        ("$$.[", "invalid path '$$.[' at character 5: expected a quoted name"),
        ("$.order.total >", "invalid expression $.order.total > at character 16: Unexpected end of expression"),
        ("$.a == 3", 'invalid expression $.a == 3 at character 6: The symbol "=" cannot be used as a unary operator; '
                     "equal is written ="),
        ("$.a && $.b", "; write and"),
        ("not $.a", "invalid expression not $.a at character 6: $ cannot stand here; write $not(...)"),
        ("!$.a", "; write $not(...)"),
        ("$$ $.a", "invalid expression $$ $.a at character"),
        ("$.order.total > 'x'", '$.order.total > \'x\': The values 120 and "x" either side of operator ">" must be of '
                                "the same data type (at character 15)"),
        ("$.items.concat($.nope)", "$.items.concat($.nope): an argument of the function is a path that leads nowhere"),
        ("$nope(1)", "$nope(1): Attempted to invoke a non-function (at character 1)"),
        ("/a/", "/a/: gives a function, which is not JSON"),
        ("States.Nope(1)", "there is no intrinsic function 'States.Nope'"),
        ("States.ArrayLength($.items) > 2", "to compare it use JSONata, such as $count($.items) > 2"),
        ("States.ArrayLength($.order)", "States.ArrayLength($.order): an array is needed"),
        ("States.Format('{}', $.a[x])", "invalid path '$.a[x]' at character 5"),
    ],
)  # fmt: skip
def test_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        value(text)
    assert message in str(wrong.value)
    assert not isinstance(wrong.value, NotThere)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$.order.total", True),
        ("$.order.total = 1", False),
        ("$.order.none", False),
        ("$.order.lines[?(@.n > 9)]", False),
        ("$.order.lines[?(@.n > 1)]", True),
        ("$.nil", False),
        ("$.empty", True),
        ("0", True),
        ("$.nope", False),
        ("$nope", False),
    ],
)
def test_holds(text: str, expected: bool) -> None:
    assert holds(text, stop(DATA)) is expected


def test_a_condition_that_fails_says_so() -> None:
    with pytest.raises(InputError, match="must be of the same data type"):
        holds("$.order.total > 'x'", stop(DATA))


# -- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$", (None, "$")),
        (" $.a.b[0]", (None, "$.a.b[0]")),
        ("$['a b']", (None, "$['a b']")),
        ("$name", ("name", "$")),
        ("$name.a[1]", ("name", "$.a[1]")),
    ],
)
def test_places(text: str, expected: tuple[str | None, str]) -> None:
    assert place(text) == Place(*expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a.b", "'a.b' is no place: the data are $.a.b, a variable is $name"),
        ("$$.State", "$$.State: the context object cannot be set; the data are $, a variable is $name"),
        ("$states.input", "$states.input: $states cannot be set"),
        ("$.a[*]", "$.a[*]: a place has only names and indexes, such as $.a.b[0]"),
        ("$.a..b", "$.a..b: a place has only names and indexes"),
        ("$name.[", "invalid path '$name.[' at character 8"),
    ],
)
def test_no_places(text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        place(text)
    assert str(wrong.value).startswith(message)


def test_assigned_shares_the_rest() -> None:
    new = assigned(DATA, "$.order.lines[1].n", 9)
    assert new["order"]["lines"] == [{"sku": "x", "n": 1}, {"sku": "y", "n": 9}]
    assert new["items"] is DATA["items"]
    assert new["order"]["lines"][0] is DATA["order"]["lines"][0]  # type: ignore[index]
    assert DATA["order"]["lines"][1]["n"] == 2  # type: ignore[index]


def test_assigned() -> None:
    assert assigned({"a": 1}, "$", [2]) == [2]
    assert assigned([1, 2], "$[-1]", 3) == [1, 3]
    assert assigned({}, "$.a['b c'].d", None) == {"a": {"b c": {"d": None}}}
    assert assigned({"price": 1}, "$item.price", 2) == {"price": 2}
    assert assigned(None, "$name", 2) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$.order.total.x", "$.order.total.x: $.order.total is a number, not an object"),
        ("$.new.x[0]", "$.new.x[0]: $.new.x is an empty object, and has no element [0]"),
        ("$.items[3]", "$.items[3]: $.items has 3 elements, [0] to [2], not [3]"),
        ("$.nil[0]", "$.nil[0]: $.nil is an empty array, and has no element [0]"),
        ("$.items.x", "$.items.x: $.items is an array of 3 elements, not an object; its first element is $.items[0].x, "
                      "all are $.items[*].x"),
    ],
)  # fmt: skip
def test_what_cannot_be_assigned(text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        assigned(DATA, text, 1)
    assert str(wrong.value) == message


# -- completions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$", ["$yes", "$limit", "$item", "$list", "$states", "$$", "$.order", "$.items", "$.empty", "$.nil"]),
        ("$.", ["$.order", "$.items", "$.empty", "$.nil"]),
        ("$.ord", ["$.order"]),
        ("$.ORD", ["$.order"]),
        ("$.order", ["$.order", "$.order.id", "$.order.total", "$.order['a b']", "$.order.none", "$.order.lines"]),
        ("$.order.t", ["$.order.total"]),
        ("$.order.total", ["$.order.total"]),
        ("$.order.a", ["$.order['a b']"]),
        ("$.order['a", ["$.order['a b']"]),
        ("$.order['t", ["$.order['total']"]),
        ("$.items[", ["$.items[0]", "$.items[1]", "$.items[2]", "$.items[*]"]),
        ("$.items[1", ["$.items[1]"]),
        ("$.order.lines[0].", ["$.order.lines[0].sku", "$.order.lines[0].n"]),
        ("$.order['a b']", []),
        ("$l", ["$limit", "$list"]),
        ("$item.", ["$item.price"]),
        ("$list[0].p", ["$list[0].p"]),
        ("$$", ["$$.Execution", "$$.StateMachine", "$$.State"]),
        ("$$.", ["$$.Execution", "$$.StateMachine", "$$.State"]),
        ("$$.Execution.Na", ["$$.Execution.Name"]),
        ("$sta", ["$states"]),
        ("$states.in", ["$states.input"]),
        ("States.StringTo", ["States.StringToJson("]),
        ("$su", ["$substring(", "$substringAfter(", "$substringBefore(", "$sum("]),
        ("$.order.total > $li", ["$.order.total > $limit", "$.order.total > $list"]),
        ("States.Format('{}', $.ord", ["States.Format('{}', $.order"]),
        ("$.nil[", []),
        ("$.nope.", []),
        ("$nope.", []),
        ("order", []),
        ("", []),
    ],
)
def test_completions(text: str, expected: list[str]) -> None:
    assert completions(stop(DATA, variables=VARIABLES), text) == expected
