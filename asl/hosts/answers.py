"""Who answers a task: a mock, a function of the caller's, or an integration, in that order."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import import_module
from json import loads
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from asl.errors import AslError, HostError
from asl.hosts import alarm
from asl.hosts.visits import Visit
from asl.integration import Answer, Call, Failure, Integration, Output, Pending, Settings
from asl.json_text import dumps
from asl.values import JSON

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

BUILT_IN = ("asl_lambda", "asl_aws")
"""Packages of integrations that come with this distribution, each with a function `integrations(settings)`."""

_PLACES: Final = 10_000  # resources whose integration is remembered

TaskFunction: TypeAlias = Callable[..., JSON]
Tasks: TypeAlias = "Mapping[str, TaskFunction | JSON] | Callable[[Call], Answer | None]"


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """A function of a task's arguments that gives its answer, after `duration_ms` of virtual time."""

    function: TaskFunction
    duration_ms: int = 0


class Mocks(Protocol):
    """A table of answers, such as `asl.testing.mock_config` reads from a MockConfigFile.json."""

    def answer(self, call: Call) -> Answer | FunctionOf | None:
        """The answer of this call, None when the table has nothing for its state. Raises HostError when it ran out."""


class TaskError(AslError):
    """Raised by a task function to fail its task with this error name and cause."""

    def __init__(self, error: str, cause: str | None = None) -> None:
        super().__init__(error if cause is None else f"{error}: {cause}")
        self.error = error
        self.cause = cause


class Answers:
    """Finds the answer of a call. `final` tells of a callback task whether the answer is its outcome already."""

    def __init__(
        self,
        tasks: Tasks | None,
        mocks: Mocks | None,
        settings: Settings,
        activities: Mapping[str, TaskFunction | None] | None = None,
    ) -> None:
        self._tasks = tasks
        self._mocks = mocks
        self._activities = activities or {}
        self._settings = settings
        self._integrations: list[Integration] | None = None
        self._others: list[Integration] | None = None
        """Those of other packages, once they are needed."""
        self._by_resource: dict[str, Integration | None] = {}
        self._loading = Lock()

    def find(self, call: Call) -> tuple[Answer | None, bool]:
        """The answer and whether it is final; (None, False) when nobody answers.

        Raises HostError, and what mocks raise, which is the test's.
        """
        if self._mocks is not None:
            mocked = self._mocks.answer(call)
            if isinstance(mocked, FunctionOf):
                answer = self._from_function(mocked.function, call, takes_call=False, raises=True)
                return _later(answer, mocked.duration_ms), True
            if mocked is not None:
                return mocked, True
        if self._tasks is not None:
            answer = self._from_tasks(self._tasks, call)
            if answer is not None:
                return answer, True
        if worker := self.worker(call.resource):
            worked: Any = self._from_function(worker, call, takes_call=False)
            return replace(worked, worker_name=self.worker_name(call.resource)), True
        integration = self.integration(call.resource)
        if integration is None:
            return None, False
        with _broken_by_no_exception():
            return integration.perform(call), False

    def advice_of_mocks(self, call: Call) -> tuple[Sequence[str], Sequence[str]] | None:
        """What the table of mocks has to tell of a call that nothing answers, if it has."""
        told = getattr(self._mocks, "unanswered", None)
        return None if told is None else told(call)

    def idle_mocks(self, visits: Sequence[Visit]) -> Iterable[str]:
        """What to tell of mocks that have answered nothing in a run with these visits; they may not be as meant."""
        told = getattr(self._mocks, "idle", None)
        return () if told is None else told(visits)

    def rewind(self, calls: Sequence[Call]) -> None:
        """Has the table of mocks count as if it had answered only these calls, in this order."""
        rewind = getattr(self._mocks, "rewind", None)
        if rewind is not None:
            rewind(calls)

    def worker(self, resource: str) -> TaskFunction | None:
        """The function that works on an activity; None for what is no activity, or has no such function."""
        key = self._activity(resource)
        return None if key is None else self._activities[key]

    def worker_name(self, resource: str) -> str | None:
        """What the history calls the function that works on an activity."""
        worker = self.worker(resource)
        if worker is None:
            return None
        return f"{getattr(worker, '__module__', '?')}:{getattr(worker, '__qualname__', worker)}"

    def is_polled(self, resource: str) -> bool:
        """Whether the resource is an activity whose workers ask for its tasks (`World.get_activity_task`)."""
        key = self._activity(resource)
        return key is not None and self._activities[key] is None

    def _activity(self, resource: str) -> str | None:
        if not self._activities or ":activity:" not in resource:
            return None
        names = (resource, resource.rpartition(":activity:")[2])
        exact = next((name for name in names if name in self._activities), None)
        return exact or next((key for key in self._activities if any(fnmatchcase(name, key) for name in names)), None)

    def check(self, resource: str, arguments: JSON) -> Sequence[str]:
        """What the service would refuse of the arguments; nothing for a resource that no integration knows."""
        integration = self.integration(resource)
        return () if integration is None else integration.check(resource, arguments)

    def arranged(self, resource: str, arguments: JSON) -> JSON:
        """The arguments with what Step Functions adds to them before it schedules the task."""
        arrange = getattr(self.integration(resource), "arranged", None)
        return arguments if arrange is None else arrange(resource, arguments)

    def result_problem(self, resource: str, result: JSON, complete: bool) -> str | None:
        """What is wrong with a result that is made up for the task, in AWS's words; None where nothing is known."""
        judge = getattr(self.integration(resource), "result_problem", None)
        return None if judge is None else judge(resource, result, complete)

    def cancel(self, call: Call) -> None:
        """Tells the integration that performs the call, if one does, that it is given up."""
        integration = self._by_resource.get(call.resource)
        if integration is not None:
            with _broken_by_no_exception():
                integration.cancel(call)

    def close(self) -> None:
        for integration in self.loaded:
            integration.close()
        alarm.uninstall()

    def _from_tasks(self, tasks: Tasks, call: Call) -> Answer | None:
        """The answer of the caller's functions; what they are given and give crosses JSON, as a service's border."""
        if isinstance(tasks, Mapping):
            found = _find(tasks, call)
            if found is None:
                return None
            (function,) = found
            if isinstance(function, Output | Failure):
                return function
            if not callable(function):
                return Output(isolated(function, call))
            return self._from_function(function, call, takes_call=False)
        return self._from_function(tasks, call, takes_call=True)

    def _from_function(
        self, function: Callable[..., Any], call: Call, takes_call: bool, raises: bool = False
    ) -> Answer | None:
        """What a function of the caller's answers: an Answer of its own if it takes the Call, or None.

        Its exceptions fail the task, as those of a Lambda function do; where it `raises`, only a TaskError does.
        """
        call = replace(call, arguments=isolated(call.arguments, call))

        def work() -> tuple[Any]:
            return (function(call) if takes_call else _call(function, call),)

        try:
            # off the main thread, or where somebody else uses the alarm, nothing ends a function that hangs
            result = alarm.run(work, self._settings.call_timeout_seconds) if alarm.install() else work()
        except TaskError as failure:
            return Failure(failure.error, failure.cause)
        except AslError:
            raise
        except (Exception, SystemExit) as failure:
            if raises:
                raise
            return Failure(type(failure).__name__, _text_of(failure))
        if result is None:
            seconds = self._settings.call_timeout_seconds
            raise HostError(f"the function that answers state '{call.state_name}' did not end within {seconds:g} s")
        (value,) = result
        if not takes_call and not isinstance(value, Output | Failure):
            return Output(isolated(value, call))
        if value is not None and not isinstance(value, Output | Pending | Failure):
            what = type(value).__name__
            raise HostError(
                f"the function that answers state '{call.state_name}' gave {what}, not an Output, a Failure, a Pending"
                " or None"
            )
        return replace(value, value=isolated(value.value, call)) if isinstance(value, Output) else value

    # -- integrations ----------------------------------------------------------------------------------------------

    def integration(self, resource: str) -> Integration | None:
        """The first integration that answers for the resource."""
        if resource not in self._by_resource:
            with self._loading:  # calls of a live world come from several threads
                self._by_resource[resource] = self._search(resource)
        return self._by_resource[resource]

    def _search(self, resource: str) -> Integration | None:
        if self._integrations is None:
            self._integrations = list(_built_in(self._settings))
        found = _first(self._integrations, resource)
        if found is None and self._others is None:
            self._others = list(_from_entry_points(self._settings))
        if found is None:
            found = next((each for each in self._others or () if each.describe(resource) is not None), None)
        return found

    @property
    def loaded(self) -> Sequence[Integration]:
        """The integrations that were needed so far."""
        return [*(self._integrations or ()), *(self._others or ())]

    def all_integrations(self) -> list[Integration]:
        """Every integration loaded so far, the built-in ones at least."""
        self.integration("")
        return list(self.loaded)


@contextmanager
def _broken_by_no_exception() -> Iterator[None]:
    """Has exceptions that are none of ours come as HostError."""
    try:
        yield
    except AslError:
        raise
    except Exception as failure:
        raise HostError(f"an integration broke: {type(failure).__name__}: {_text_of(failure)}") from failure


def _text_of(failure: BaseException) -> str:
    try:
        return str(failure)
    except Exception:
        return f"<no text: str() of {type(failure).__name__} failed>"


_places: dict[str, int] = {}
"""Where in the list of built-in integrations that of a resource stood last: where it most often stands again."""


def _first(integrations: Sequence[Integration], resource: str) -> Integration | None:
    place = _places.get(resource, len(integrations))
    if place < len(integrations) and integrations[place].describe(resource) is not None:
        return integrations[place]
    for place, each in enumerate(integrations):
        if each.describe(resource) is not None:
            if len(_places) < _PLACES:
                _places[resource] = place
            return each
    return None


def _built_in(settings: Settings) -> Iterable[Integration]:
    for package in BUILT_IN:
        try:
            module = import_module(package)
        except ModuleNotFoundError as missing:
            if missing.name != package:
                raise
            raise HostError(
                f"the package {package} cannot be found: install aslkit, or put its folder `integrations` on PYTHONPATH"
            ) from None
        yield from module.integrations(settings)


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    """Those of other packages; found once in a process, since what is looked through is all that is installed."""
    from importlib.metadata import entry_points

    found = entry_points(group="asl.integrations")
    return tuple(entry for entry in found if entry.module.split(".")[0] not in BUILT_IN)


def _from_entry_points(settings: Settings) -> Iterable[Integration]:
    for entry in _entry_points():
        try:
            yield from entry.load()(settings)
        except Exception as failure:
            raise HostError(
                f"the integration '{entry.name}' ({entry.value}) cannot be loaded: {type(failure).__name__}: {failure}"
            ) from failure


def _later(answer: Answer | None, milliseconds: int) -> Answer | None:
    """The answer with a time that its call takes, unless it says so itself."""
    if isinstance(answer, Output | Failure) and not answer.duration_ms:
        return replace(answer, duration_ms=milliseconds)
    return answer


def _find(tasks: Mapping[str, Any], call: Call) -> tuple[Any] | None:
    """What `tasks` has for the state's name, for its resource, or for a glob of either, in that order."""
    for key in (call.state_name, call.resource):
        if key in tasks:
            return (tasks[key],)
    for pattern, answer in tasks.items():
        if fnmatchcase(call.resource, pattern) or fnmatchcase(call.state_name, pattern):
            return (answer,)
    return None


def _call(function: TaskFunction, call: Call) -> JSON:
    """Calls a task function with the task's arguments, and with the `Call` too when it takes two."""
    result = function(call.arguments, call) if _takes_two(function) else function(call.arguments)
    return _awaited(result) if inspect.iscoroutine(result) else result


def _awaited(coroutine: Coroutine[Any, Any, JSON]) -> JSON:
    """What a coroutine comes to; on a thread of its own, since this one may have a running event loop."""
    import asyncio

    runner = asyncio.Runner()
    loop = runner.get_loop()
    done = SimpleQueue[tuple[JSON, BaseException | None]]()

    def work() -> None:
        try:
            with runner:
                done.put((runner.run(coroutine), None))
        except BaseException as failure:  # raised again on the thread that waits
            done.put((None, failure))

    Thread(target=work, name="asl-async", daemon=True).start()
    try:
        value, failure = done.get()
    except BaseException:  # its time is over, or Ctrl-C
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        raise
    if isinstance(failure, asyncio.CancelledError):
        raise TaskError("CancelledError", str(failure) or None)
    if failure is not None:
        raise failure
    return value


def isolated(value: Any, call: Call) -> JSON:
    """A copy of the value through JSON: what crosses a service's border is text. Raises HostError if it is not JSON."""
    try:
        return loads(dumps(value), parse_constant=refused_constant)
    except (TypeError, ValueError, RecursionError) as failure:
        raise HostError(f"the answer of state '{call.state_name}' is not a JSON value: {failure}") from None


def refused_constant(name: str) -> JSON:
    """For json.loads, which would take NaN and Infinity. Raises ValueError."""
    raise ValueError(f"{name} is not JSON")


@lru_cache(maxsize=1024)
def _takes_two(function: TaskFunction) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    required = [each for each in positional if each.default is each.empty]
    return len(required) >= 2
