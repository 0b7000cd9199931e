"""A world: one clock, one timer heap and one seed, with many executions in it.

A world takes the effects of its executions and brings them events. How time passes is the business of its driver:
`asl.hosts.virtual` jumps from timer to timer, `asl.hosts.live` waits for the wall clock and calls on threads.
"""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from asl import events as ev
from asl.effects import CallTask, Cancel, Finish, StartTimer
from asl.engine import Execution, ExecutionInfo
from asl.errors import HostError, InputError
from asl.history import HistoryEvent
from asl.hosts import stand_ins
from asl.hosts.answers import Answers, Mocks, TaskFunction, Tasks
from asl.hosts.attempts import Attempt, call_of
from asl.hosts.executions import WorldExecutions
from asl.hosts.garbage import rare_collections
from asl.hosts.run import Run
from asl.hosts.spelling import unknown_tasks
from asl.hosts.start import execution_input, execution_name, json_copy, json_object, start_time, wall_clock
from asl.hosts.timers import Due, Timers
from asl.hosts.unanswered import answer_of
from asl.hosts.watchers import watchers
from asl.integration import Answer, AwsMode, Call, Failure, Handler, Output, Pending, Settings, Warn
from asl.limits import WorkflowType
from asl.machine import Definition, Machine
from asl.recursion import make_room
from asl.source import Document
from asl.values import ABSENT, JSON

T = TypeVar("T")

ENDLESS = 1_000_000
"""History events after which an EXPRESS execution is taken for an endless loop; on AWS, time would end it."""

Observer = Callable[[Run, list[HistoryEvent]], None]


class World:
    """Executions that share a clock, and what answers their tasks.

    `tasks` maps a state's name, a resource, or a glob of either to a function of the task's arguments (or to a constant
    answer); `lambdas` maps a function's name, ARN or glob to a Lambda handler; `mocks` is a table of answers. `start`
    is where the clock begins, in milliseconds since the epoch or as ISO 8601 text. The same `seed` gives the same ids
    and random numbers. `live` uses the wall clock instead of virtual time. `aws` says where tasks go that nothing else
    answers: "off", "embedded" (stand-ins in this process), "real"; `endpoint_url` (one, or one for each service) sends
    them elsewhere. Nothing else ever leaves the process. `event_buses` names the event buses that there are beside
    "default"; events for others are accepted and dropped, as EventBridge does. `machines` maps ARNs, names or globs of
    state machines that tasks start to their definitions. `activities` maps ARNs, names or globs of activities to
    functions that work on their tasks, or to None where workers ask for them (`get_activity_task`). `resources` is what
    is in the services of `aws="embedded"` at the start: a document, or its JSON or YAML file. `options` is for
    integrations. `warn` takes texts for the user (default: Python's warnings). `observer` is told a run's new history
    events, `on_token` that a run waits for an answer to a token, `on_answer` what an integration answered, or None when
    the call was given up.

    Use it as a context manager, or call `close()`, so that integrations are closed. Raises InputError and
    DefinitionError for machines and resources that cannot be had, HostError without what `aws="embedded"` needs.
    """

    def __init__(
        self,
        *,
        start: int | str | None = None,
        seed: int | str = 0,
        tasks: Tasks | None = None,
        lambdas: Mapping[str, Handler] | None = None,
        mocks: Mocks | None = None,
        live: bool = False,
        aws: AwsMode = "off",
        endpoint_url: str | Mapping[str, str] | None = None,
        event_buses: Sequence[str] = (),
        region: str = "us-east-1",
        account: str = "123456789012",
        call_timeout_seconds: float = 60.0,
        machines: Mapping[str, Machine | Document | Definition] | None = None,
        activities: Mapping[str, TaskFunction | None] | None = None,
        on_token: Callable[[Run, str], None] | None = None,
        on_answer: Callable[[Run, Call, Answer | None], None] | None = None,
        resources: stand_ins.Resources | None = None,
        options: Mapping[str, Any] | None = None,
        warn: Warn | None = None,
        observer: Observer | None = None,
    ) -> None:
        make_room()
        if aws not in ("off", "embedded", "real"):
            raise InputError(f"aws is 'off', 'embedded' or 'real', not {aws!r}")
        if not (tasks is None or isinstance(tasks, Mapping) or callable(tasks)):
            raise InputError(f"tasks must be a dict of states or resources and what answers them, not {tasks!r}")
        for name, handler in (lambdas or {}).items():
            if not callable(handler):
                raise InputError(f"lambdas: '{name}' must be a function, not {handler!r}")
        if resources is not None and aws != "embedded":
            raise InputError('resources are what is in the services of aws="embedded" at the start')
        self.live = live
        self.seed = str(seed)
        self.region = region
        self.account = account
        self.now = wall_clock() if live and start is None else start_time(start)
        self.runs: list[Run] = []
        self.executions = WorldExecutions(self, machines or {})
        settings = Settings(
            functions=lambdas or {},
            aws=aws,
            endpoint_urls={"*": endpoint_url} if isinstance(endpoint_url, str) else endpoint_url or {},
            region=region,
            account=account,
            call_timeout_seconds=call_timeout_seconds,
            executions=self.executions,
            options={"event_buses": tuple(event_buses), **stand_ins.options(resources), **(options or {})},
            warn=warn or _warn,
        )
        self.answers = Answers(tasks, mocks, settings, activities)
        self._tasks = tasks
        self._warn = settings.warn
        self._aws = aws
        self._closed = False
        self.stays = False
        """Whether a live drive goes on while only an answer from outside can help."""
        self._on_token = on_token
        self._on_answer = on_answer
        self._activity_tasks: deque[Attempt] = deque()
        """Tasks of activities that no worker has taken yet, in order."""
        self.timers = Timers()
        self.calls: deque[Attempt] = deque()
        """Calls asked for and not yet performed, in order."""
        self.batch = 0
        """How many of them were asked for together and have all started."""
        self.moving: deque[Run] | None = None
        """Set where somebody else moves the executions, a phase at a time: those with something ready, in order."""
        self._open: dict[str, dict[str, Attempt]] = {}
        self._tokens: dict[str, Attempt] = {}
        self._ended_tokens: set[str] = set()
        self._taken_back: dict[str, Run] = {}
        """Runs that were started where this world has been put back to before."""
        self.requests = 0
        """How often executions were started, looked at, or their tasks answered from outside."""
        self.ended: list[Run] = []
        """Those that have ended since somebody who moves the world looked."""
        self._running = 0
        self._observer = observer
        self.in_flight: SimpleQueue[Any] = SimpleQueue()
        """Answers of calls that a live drive performs on threads, and how many of them are still to come."""
        self.calls_in_flight = 0
        self.driver: Thread | None = None
        """The thread that drives a live world, while it does."""
        self.handover = Lock()
        """Held to look at the driver, or to change it."""
        self._by_arn: dict[str, Run] = {}
        self._awaited: dict[str, list[Attempt]] = {}
        """Pending calls by the ARN of the execution whose end they await."""
        if aws == "embedded":
            try:
                stand_ins.open_at(self.answers, self.now, resources)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the integrations; what is in embedded services is forgotten."""
        self._closed = True
        self.answers.close()

    # -- executions ------------------------------------------------------------------------------------------------

    def start(
        self,
        machine: Machine,
        input: JSON = None,
        *,
        name: str | None = None,
        type: WorkflowType | None = None,
        input_text: str | None = None,
        context: Mapping[str, Any] | None = None,
        role_arn: str | None = None,
        parent: str | None = None,
        region: str | None = None,
        account: str | None = None,
        start_at: str | None = None,
        variables: Mapping[str, JSON] | None = None,
        single: bool = False,
    ) -> Run:
        """Starts an execution now; it goes on when the world runs.

        `input` defaults to `{}`; `input_text` is the same as JSON text, kept as written in the history. `context` is
        laid over the context object; `parent` is the ARN of the execution that starts it, if one does. `region` and
        `account` are those of the world, unless the machine is elsewhere. `start_at` is the name (or the JSON pointer)
        of a state to start with, at any depth, `variables` those that are assigned there; with `single`, the execution
        ends when that state is left. Raises `InputError` for an input that is not JSON or larger than 256 KiB, a name
        that AWS would refuse or that is taken, a state that the machine does not have.
        """
        self._tick()
        self.requests += 1
        machine = machine.of_type(type or machine.type)
        value = execution_input(input, input_text)
        name = self._new_name() if name is None else execution_name(name)
        region, account = region or self.region, account or self.account
        prefix = f"arn:aws:states:{region}:{account}"
        kind = machine.type
        arn = self.execution_arn(machine.name, name, region, account)
        if kind == "EXPRESS":
            arn = f"{prefix}:express:{machine.name}:{name}:{self._new_name('express')}"
        if arn in self._by_arn:
            raise InputError(f"an execution named '{name}' of '{machine.name}' exists already")
        info = ExecutionInfo(
            arn=arn,
            name=name,
            state_machine_arn=f"{prefix}:stateMachine:{machine.name}",
            state_machine_name=machine.name,
            role_arn=role_arn or f"arn:aws:iam::{account}:role/{machine.name}",
            input=value,
            input_text=input_text,
            type=kind,
            region=region,
            account=account,
            seed=f"{self.seed}/{len(self.runs)}",
            context=json_object("context", context),
            start_at=None if start_at is None else machine.pointer(start_at),
            variables=json_object("variables", variables),
            single=single,
        )
        run = self._by_arn[arn] = self._made(machine, Execution(machine.program, info), parent)
        run.execution.check = self.answers.check
        run.execution.arrange = self.answers.arranged
        self.runs.append(run)
        self._open[arn] = {}
        self.timers.open(run)
        self._running += 1
        for watch in watchers:
            watch(run)
        with rare_collections():
            self.deliver(run, ev.Started(self.now))
        return run

    def execution_arn(self, machine: str, name: str, region: str | None = None, account: str | None = None) -> str:
        """The ARN of a STANDARD execution with that name."""
        return f"arn:aws:states:{region or self.region}:{account or self.account}:execution:{machine}:{name}"

    def _new_name(self, kind: str = "name") -> str:
        bits = random.Random(f"{self.seed}/{kind}/{len(self.runs)}/{len(self._by_arn)}").getrandbits(128)
        return str(uuid.UUID(int=bits, version=4))

    def run(self, until: int | None = None) -> None:
        """Goes on until every execution has ended, or only answers from outside can help, or the clock is at `until`.

        Raises HostError when a task is answered by nothing, or an integration broke.
        """
        self._look_for_tasks()
        if self.live:
            from asl.hosts import live

            live.drive(self, until)
        else:
            from asl.hosts import virtual

            virtual.drive(self, until)

    def _look_for_tasks(self) -> None:
        """Warns, once, of what `tasks` answers and no machine has."""
        tasks, self._tasks = self._tasks, None
        if isinstance(tasks, Mapping) and tasks and self.runs:
            machines = [*(run.machine for run in self.runs), *self.executions.machines]
            for text in unknown_tasks(tasks, machines):
                self._warn(text)

    def stop(self, run: Run, error: str | None = None, cause: str | None = None) -> None:
        """Stops an execution, as StopExecution does."""
        self._tick()
        self.requests += 1
        self.deliver(run, ev.Stopped(self.now, error, cause))

    def keep_runs(self, runs: Sequence[Run]) -> None:
        """Has only these executions; others, should they be started again, are the same objects then."""
        kept = {run.arn: run for run in runs}
        self._taken_back |= {run.arn: run for run in self.runs if run.arn not in kept}
        self.runs = list(runs)
        self._by_arn = kept

    def _made(self, machine: Machine, execution: Execution, parent: str | None) -> Run:
        """The run of a new execution."""
        run = self._taken_back.pop(execution.info.arn, None)
        if run is None:
            return Run(machine, execution, self, parent)
        run.put_back(execution, [], {})
        return run

    def run_of(self, arn: str) -> Run:
        """The run with that execution ARN. Raises KeyError."""
        return self._by_arn[arn]

    @property
    def finished(self) -> bool:
        """Whether every execution has ended."""
        return not self._running

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that were put on the embedded event bus, as they are delivered, in order."""
        buses = [getattr(integration, "bus", None) for integration in self.answers.loaded]
        return [envelope for bus in buses if bus is not None for envelope in bus.delivered]

    @property
    def stored(self) -> dict[str, JSON]:
        """What is in the services of `aws="embedded"` now, as `resources` takes it; nothing without them.

        Messages are all those that were not deleted. Raises HostError when the world is closed.
        """
        if self._aws != "embedded":
            return {}
        if self._closed:
            raise HostError("the world is closed and its services are empty; ask for what is stored before")
        return stand_ins.stored(self.answers)

    # -- answers from outside --------------------------------------------------------------------------------------

    def get_activity_task(self, activity: str, worker_name: str | None = None) -> tuple[str, JSON] | None:
        """The token and the input of the next task of an activity (its ARN or name), as GetActivityTask gives them.

        None when there is none. Answer it with the `send_task_...` methods.
        """
        self._tick()
        self.requests += 1
        for attempt in self._activity_tasks:
            resource = attempt.call.resource
            if not attempt.cancelled and activity in (resource, resource.rpartition(":activity:")[2]):
                self._activity_tasks.remove(attempt)
                self.deliver(attempt.run, ev.TaskStarted(self.now, attempt.ref, worker_name))
                assert attempt.call.token is not None, "activities have tokens"
                return attempt.call.token, json_copy("input", attempt.call.arguments)
        return None

    def send_task_success(self, token: str, output: JSON) -> None:
        """Ends the callback task of `token` with an output.

        Raises InputError for a token that nobody awaits, or an output that is not JSON.
        """
        attempt = self._of_token(token)
        self._end_attempt(attempt, ev.TaskSucceeded(self.now, attempt.ref, json_copy("output", output)))

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> None:
        """Fails the callback task of `token`. Raises InputError for a token that nobody awaits."""
        attempt = self._of_token(token)
        self._end_attempt(attempt, ev.TaskFailed(self.now, attempt.ref, error, cause))

    def send_task_heartbeat(self, token: str) -> None:
        """Keeps the callback task of `token` alive. Raises InputError for a token that nobody awaits."""
        attempt = self._of_token(token)
        if attempt.awaits_token:
            self.deliver(attempt.run, ev.Heartbeat(self.now, attempt.ref))

    def item_of(self, token: str) -> int | None:
        """The index of the iteration of a Map in which a task awaits an answer for the token; None outside of Maps."""
        item = self._of_token(token).call.item
        return None if item is None else item["Index"]

    def awaiting(self, run: Run) -> list[Attempt]:
        """The attempts of a run that wait for an answer from outside, in the order they were asked for."""
        return [each for each in self._open[run.arn].values() if each.awaits_token and each.call.token is not None]

    def attempt(self, run: Run, ref: str) -> Attempt | None:
        """The attempt of a run with that ref; None when it is over."""
        return self._open[run.arn].get(ref)

    def was_awaited(self, token: str) -> bool:
        """Whether a task awaited an answer for this token, and does no more."""
        return token in self._ended_tokens

    def on_driver(self, work: Callable[[], T]) -> T:
        """What `work` gives, done by the thread that drives the world: a live world performs calls on others."""
        from asl.hosts import live

        return live.on_driver(self, work)

    def _tick(self) -> None:
        """In a live world, sets the clock and fires what has become due, before something new is done."""
        if self.live:
            from asl.hosts import live

            live.catch_up(self)

    def _end_attempt(self, attempt: Attempt, outcome: ev.TaskSucceeded | ev.TaskFailed) -> None:
        """Brings the outcome of an attempt that was not answered by who performs it; nothing more is asked for it.

        Whoever got the token may answer before the call that brought it is over: then the outcome is kept until it is.
        """
        if not attempt.awaits_token:
            attempt.early = outcome
            self._end_token(attempt)
            return
        if self._on_answer is not None:
            answer: Answer = (
                Failure(outcome.error, outcome.cause) if isinstance(outcome, ev.TaskFailed) else Output(outcome.output)
            )
            self._on_answer(attempt.run, attempt.call, answer)
        attempt.answered = attempt.cancelled = True
        self._cancel(attempt.run, attempt.ref)
        self.deliver(attempt.run, outcome)

    def _of_token(self, token: str) -> Attempt:
        self._tick()
        self.requests += 1
        attempt = self._tokens.get(token)
        if attempt is None:
            raise InputError("no task awaits an answer for this token")
        return attempt

    # -- events in, effects out ------------------------------------------------------------------------------------

    def deliver(self, run: Run, event: ev.Event) -> None:
        """Brings an event to a run, and takes what comes of it."""
        if run.execution.apply(event):
            self.go_on(run)

    def go_on(self, run: Run) -> None:
        """Runs what is ready in a run, and takes what comes of it. Raises HostError for an endless loop."""
        execution = run.execution
        if self.moving is not None:
            if execution.ready and run not in self.moving:
                self.moving.append(run)
            self.take(run)
            return
        while execution.run(ENDLESS // 4) or execution.last_id > ENDLESS:
            if execution.last_id > ENDLESS:
                self.take(run)
                raise HostError(
                    f"the execution '{run.name}' has made {execution.last_id:,} history events: an endless loop?"
                )
        self.take(run)

    def take(self, run: Run) -> None:
        """Takes the history and the effects of a run."""
        history, effects, _, _ = run.execution.take()
        run.recorded.extend(history)
        for effect in effects:
            match effect:
                case CallTask():
                    self._ask(run, effect)
                case StartTimer(ref, purpose, due):
                    self.timers.start(run, ev.TimerFired(due, ref, purpose))
                case Cancel(ref):
                    self._cancel(run, ref)
                case Finish():
                    self._finished(run)
        if self._observer is not None and history:
            self._observer(run, history)

    def _ask(self, run: Run, effect: CallTask) -> None:
        attempt = Attempt(run, effect, call_of(effect, run.execution, self.now, run.parent_arn))
        self._open[run.arn][effect.ref] = attempt
        if effect.token is not None and effect.pattern == "wait_for_task_token":
            self._tokens[effect.token] = attempt
        if self.answers.is_polled(effect.resource):
            self._activity_tasks.append(attempt)
            self._await_token(attempt)
        else:
            self.calls.append(attempt)

    def fire(self, due: Due) -> None:
        """Does what is due, now."""
        if due.attempt is not None:
            self.poll(due.attempt)
        elif due.event is not None:
            self.deliver(due.run, due.event if due.at == self.now else replace(due.event, at=self.now))

    def deliver_recorded(self, run: Run, event: ev.Event) -> None:
        """Brings an event of a recorded execution to a run, instead of what this world would bring it."""
        self.now = max(self.now, event.at)
        match event:
            case ev.TaskSucceeded(ref=ref) | ev.TaskFailed(ref=ref):
                attempt = self._open[run.arn].get(ref)
                if attempt is not None:
                    attempt.answered = attempt.cancelled = True
                    self._cancel(run, ref)
                    if attempt in self.calls:
                        self.calls.remove(attempt)
            case ev.TimerFired(ref=ref):
                self.timers.cancel(run, ref)
        self.deliver(run, event)

    def _cancel(self, run: Run, ref: str) -> None:
        self.timers.cancel(run, ref)
        self._close_attempt(run, ref)

    def _close_attempt(self, run: Run, ref: str) -> None:
        attempt = self._open[run.arn].pop(ref, None)
        if attempt is None:
            return
        self._end_token(attempt)
        if not attempt.answered:
            attempt.cancelled = True
            if attempt.is_performed:
                self.answers.cancel(attempt.call)
                if self._on_answer is not None:
                    self._on_answer(run, attempt.call, None)

    def _end_token(self, attempt: Attempt) -> None:
        """Takes no more answers for the token of an attempt."""
        token = attempt.call.token
        if token is not None and self._tokens.pop(token, None) is not None:
            self._ended_tokens.add(token)
            attempt.run.awaited.pop(token, None)

    def _finished(self, run: Run) -> None:
        self._running -= 1
        if self.moving is not None:
            self.ended.append(run)
        self._poll_awaiting(run.arn)
        for ref in [*self.timers.refs(run), *self._open[run.arn]]:
            self._cancel(run, ref)

    # -- calls -----------------------------------------------------------------------------------------------------

    def perform(self, attempt: Attempt) -> tuple[Answer, bool]:
        """The answer of a call, and whether it is final. Raises HostError, with the task's place, if there is none."""
        return answer_of(attempt, self.answers)

    def answered(self, attempt: Attempt, answer: Answer, final: bool) -> None:
        """Brings the answer of a call to its run: now, or at the time that the answer says.

        What was started for an attempt that was given up meanwhile is cancelled.
        """
        run, ref, now = attempt.run, attempt.ref, self.now
        if attempt.cancelled:
            if isinstance(answer, Pending) and not final:
                self.answers.cancel(replace(attempt.call, pending=answer.state))
            return
        attempt.is_performed = not final
        if self._on_answer is not None and not final:
            self._on_answer(run, attempt.call, answer)
        if not isinstance(answer, Pending) and answer.worker_name is not None:
            self.deliver(run, ev.TaskStarted(now, ref, answer.worker_name))
        if answer.submitted is not ABSENT:
            self.deliver(run, ev.TaskSubmitted(now, ref, answer.submitted))
        match answer:
            case Output(value, duration, _, _):
                if attempt.call.pattern == "wait_for_task_token" and not final:
                    self.deliver(run, ev.TaskSubmitted(now, ref, value))
                    self._await_token(attempt)
                    if attempt.early is not None:
                        self._end_attempt(attempt, replace(attempt.early, at=self.now))
                    return
                event: ev.Event = ev.TaskSucceeded(now + duration, ref, value)
            case Failure(error, cause, phase, duration, _, _):
                event = ev.TaskFailed(now + duration, ref, error, cause, phase)
            case Pending(state, poll_after, _, until_ended):
                if not attempt.is_activity:
                    self.deliver(run, ev.TaskStarted(now, ref))
                attempt.call = replace(attempt.call, pending=state, at=now + (poll_after or 0))
                self._await_token(attempt)
                if until_ended is None and poll_after is None:
                    return
                if until_ended is not None:
                    self._awaited.setdefault(until_ended, []).append(attempt)
                    if self.run_of(until_ended).status != "RUNNING":
                        self._poll_awaiting(until_ended)
                else:
                    self.timers.poll(attempt, now + (poll_after or 0))
                return
        attempt.answered = True
        self._end_token(attempt)
        if duration:
            if attempt.run.execution.status == "RUNNING":
                self.deliver(run, ev.TaskStarted(now, ref))
            self.timers.answer(run, ref, now + duration, event)
            return
        self._open[run.arn].pop(ref, None)
        self.deliver(run, event)

    def _poll_awaiting(self, arn: str) -> None:
        """Has the calls that await the end of an execution performed again."""
        for attempt in self._awaited.pop(arn, ()):
            attempt.call = replace(attempt.call, at=self.now)
            self.poll(attempt)

    def poll(self, attempt: Attempt) -> None:
        """Asks for the call of a pending attempt once more."""
        if not attempt.cancelled:
            self.calls.append(attempt)

    def _await_token(self, attempt: Attempt) -> None:
        token = attempt.call.token
        attempt.awaits_token = True
        if token is not None and attempt.early is None and attempt.ref in self._open[attempt.run.arn]:
            self._tokens[token] = attempt
            attempt.run.awaited[token] = attempt.call.state_name
            if self._on_token is not None:
                self._on_token(attempt.run, token)


def _warn(text: str) -> None:
    import warnings

    warnings.warn(text, stacklevel=3)
