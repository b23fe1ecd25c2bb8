"""Which runs train now, which wait, and what they are told."""

import asyncio
import logging
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from app.controls import Act, Control, SetLearningRate, SetSpeed
from app.events import Controlled, Event, RunQueued
from app.history.history import History
from app.recipe import Recipe
from app.record import Record
from app.run import Run, State
from app.running.endings import SERVER_DIED, SERVER_STOPPED, failed, interrupted, stopped
from app.running.job import Job
from app.running.process import Worker
from app.running.standby import Standby
from app.running.training import Training

WARM_DELAY = 5.0
"""Seconds after a run's start before the next worker is warmed. That takes a core four seconds, which a short run at
full speed should have for itself; the run's end, or another run that waits, brings it forward."""

STOP_SECONDS = 3.0
"""How long leaving may take. Killed workers are gone in milliseconds; what is not logged by then is marked at the next
start."""

CANCEL_SECONDS = 0.3
"""How long those who are late may take to give up."""

logger = logging.getLogger(__name__)


class QueueFull(Exception):
    """``limit`` runs are waiting already."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} runs are waiting already")
        self.limit = limit


class NotActive(Exception):
    """The run is in no state to take this control."""

    def __init__(self, run: str, state: State) -> None:
        waiting = "the run is queued: until it trains it can be stopped, or given a learning rate or a speed"
        super().__init__(waiting if state == "queued" else f"the run is {state}: it takes no controls any more")
        self.run, self.state = run, state


@dataclass
class _Waiting:
    """A run in the queue. ``controls``, the newest of each kind, are handed over with the job."""

    run: str
    place: int
    controls: dict[type, Control] = field(default_factory=dict)


class Supervisor:
    """Use it with ``async with``: it first marks runs that a dead server left behind, and at the end interrupts those
    that are active. One supervisor at a time serves a history."""

    def __init__(
        self, history: History, *, concurrent_runs: int, queued_runs: int, device: str, mnist_dir: Path | None
    ) -> None:
        self._history = history
        self._concurrent_runs = concurrent_runs
        self._queued_runs = queued_runs
        self._device = device
        self._changed = asyncio.Event()
        self._standby = Standby(device, mnist_dir, self._changed.set)
        self._queue: list[_Waiting] = []
        self._trainings: dict[str, Training] = {}
        self._one_at_a_time = asyncio.Lock()
        """Held while the queue, or the log of a run in it, changes."""
        self._warming: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def __aenter__(self) -> Self:
        for run in await self._history.active():
            await self._append(run, interrupted(run, SERVER_DIED))
        self._standby.prepare()
        self._keep(self._manage())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self._changed.set()
        if self._warming:
            self._warming.cancel()
        for training in self._trainings.values():
            training.interrupt()
        self._keep(self._interrupt_queue())
        self._keep(self._standby.close())
        late = (await asyncio.wait(self._tasks, timeout=STOP_SECONDS))[1]
        for task in late:
            logger.error("Not done when the server had to leave: %r", task)
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCEL_SECONDS)

    @property
    def ready(self) -> bool:
        """A run would start at once, or one is training."""
        return self._standby.worker is not None or any(training.active for training in self._trainings.values())

    @property
    def devices(self) -> tuple[str, ...]:
        """What runs can train on, the device that ``auto`` means first; empty until the first worker is ready."""
        return self._standby.devices

    @property
    def workers(self) -> dict[str, int]:
        """The process id of each run's worker."""
        return {run: training.worker.pid for run, training in self._trainings.items()}

    async def start(
        self, recipe: Recipe, *, name: str | None = None, preset: str | None = None,
        steps_per_second: float | None = None,
    ) -> Run:  # fmt: skip
        """Queue a run, which starts as soon as fewer than ``concurrent_runs`` train and a worker is ready. By default
        it is named after its preset or model, with a number. Raises QueueFull."""
        starting = self._keep(self._start(recipe, name, preset or recipe.model, steps_per_second))
        return await asyncio.shield(starting)  # a run whose log has begun must also get into the queue

    async def control(self, run: str, control: Control) -> None:
        """Pass it on; the log says when it took effect. A queued run can be stopped, and takes a learning rate and a
        speed to begin with. Raises UnknownRun, NotActive."""
        await self._history.get(run)
        if run not in self._trainings:
            async with self._one_at_a_time:
                for waiting in self._queue:
                    if waiting.run == run:
                        return await self._control_waiting(waiting, control)
        known = await self._history.get(run)
        if run not in self._trainings or not known.active:
            raise NotActive(run, known.state)
        await self._trainings[run].send(control)

    async def _start(self, recipe: Recipe, name: str | None, kind: str, steps_per_second: float | None) -> Run:
        async with self._one_at_a_time:
            free = self._concurrent_runs - len(self._trainings)
            if self._closing or len(self._queue) >= self._queued_runs + free:
                raise QueueFull(self._queued_runs)
            if recipe.device == "auto":
                recipe = Recipe.model_validate(recipe.model_dump() | {"device": self._device})
            waiting = _Waiting(secrets.token_hex(5), len(self._queue) + 1)
            if steps_per_second is not None:
                waiting.controls[SetSpeed] = SetSpeed(steps_per_second=steps_per_second)
            name = name or f"{kind} {await self._history.last_number() + 1}"
            run = await self._history.create(
                RunQueued(run=waiting.run, name=name, recipe=recipe, place=waiting.place, time=time.time())
            )
            self._queue.append(waiting)
            self._standby.hurry()
            self._changed.set()
            return run

    async def _control_waiting(self, waiting: _Waiting, control: Control) -> None:
        run = await self._history.get(waiting.run)
        if control == Act(action="stop"):
            await self._append(run, Controlled(what="stop", step=0), stopped(run))
            self._queue.remove(waiting)  # only now: a run whose end could not be logged still waits
            self._changed.set()
        elif isinstance(control, SetLearningRate | SetSpeed):
            waiting.controls[type(control)] = control
        else:
            raise NotActive(run.id, run.state)

    async def _manage(self) -> None:
        """Whenever something has changed: start what can start, and tell the others their new place."""
        while not self._closing:
            await self._changed.wait()
            self._changed.clear()
            try:
                async with self._one_at_a_time:
                    await self._advance()
            except Exception:
                logger.exception("The queue of runs could not be moved on.")

    async def _advance(self) -> None:
        reason = self._standby.take_reason()
        if reason and self._queue:
            run = await self._history.get(self._queue[0].run)
            await self._append(run, failed(run, reason))
            self._queue.pop(0)
        while self._queue and len(self._trainings) < self._concurrent_runs and not self._closing:
            worker = self._standby.take()
            if worker is None:
                break
            await self._train(self._queue.pop(0), worker)
        if self._closing:
            return
        if self._queue or not self._trainings:
            self._standby.prepare()
        for place, waiting in enumerate(self._queue, 1):
            if waiting.place != place:
                waiting.place = place
                run = await self._history.get(waiting.run)
                queued = RunQueued(run=run.id, name=run.name, recipe=run.recipe, place=place, time=run.created)
                await self._append(run, queued)

    async def _train(self, waiting: _Waiting, worker: Worker) -> None:
        run = await self._history.get(waiting.run)
        job = Job(
            run=run.id,
            name=run.name,
            recipe=run.recipe,
            first_seq=run.seq + 1,
            controls=tuple(waiting.controls.values()),
        )
        training = self._trainings[run.id] = Training(self._history, worker, run)
        self._keep(self._see_through(training, job))
        if self._warming:
            self._warming.cancel()
        self._warming = asyncio.get_running_loop().call_later(WARM_DELAY, self._standby.prepare)

    async def _see_through(self, training: Training, job: Job) -> None:
        try:
            await training.go(job)
        finally:
            del self._trainings[job.run]
            self._standby.prepare()
            self._changed.set()

    async def _interrupt_queue(self) -> None:
        async with self._one_at_a_time:
            while self._queue:
                run = await self._history.get(self._queue[0].run)
                await self._append(run, interrupted(run, SERVER_STOPPED))
                self._queue.pop(0)

    async def _append(self, run: Run, *events: Event) -> None:
        await self._history.append(run.id, [Record.of(event, run.seq + i) for i, event in enumerate(events, 1)])

    def _keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it beside us, known by us until it is done; what it raises is logged where nobody awaits it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
