"""Which runs train now, which wait, and how controls reach them."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel

from app.cluster import WorkerState
from app.controls import Act, Control, SetPace, SetSpeed
from app.events import Origin
from app.history.history import History
from app.history.notifier import Notifier
from app.recipe import Recipe
from app.run import Run
from app.running.active_run import NO_END, ActiveRun, Training
from app.running.computations import AT_ONCE, Computation, Computations
from app.running.endings import SERVER_STOPPED, interrupted, records
from app.running.engine import Engine
from app.running.lost_workers import MARK_SECONDS, MODEL_GONE, LostRuns
from app.running.protocol import Member, SendControl, TrainRun, TrainSweep
from app.running.queue import Lane, RunQueue, Waiting
from app.running.queue import QueueFull as QueueFull
from app.running.reuse import Equal
from app.running.start import NewRuns, Start, Started
from app.running.steering import Active, Steering
from app.running.warm_worker import ActiveTask, WarmWorker
from app.running.workers import Workers, cores

PACED_RUNS = 64
"""Paced runs that train at once: one worker keeps the pace of some thirty, and a class is not much larger."""

LESSON_TASKS = 8
"""Trainings of lessons that go on at once, by turns, so that a short one does not wait for a long one. They share a
worker with paced runs."""

SWEEP_THREADS = 2
"""The matrices of many models are large enough for two threads; more would leave the server none on a small machine."""

CORES_FOR_BOTH = 4
"""From so many on a lesson's run, with two threads, takes nothing from a person's run at full speed."""

WARM_DELAY = 5.0
"""Seconds after the start before the second worker is warmed, or the first where another process supervises. That takes
a core two seconds, which the first, or that process, should have for itself; a run that waits brings it forward."""

STOP_SECONDS = 3.0
"""How long leaving may take. Killed workers are gone in milliseconds; what is not logged by then is marked at the next
start."""

CANCELLED_SECONDS = 0.3
"""How long those who are late may take to give up."""

logger = logging.getLogger(__name__)


class Supervisor:
    """Use it with ``async with``, in the process that writes the history. Runs that a dead server left behind go on
    where this process has followed that one, and are marked as interrupted where it was started later; at the end those
    that are active are interrupted. One supervisor at a time serves a history. Before it is entered, its
    :meth:`places` are those that another process has told.

    As many runs as ``concurrent_runs`` train at full speed; the others wait in the queue. Paced runs, lessons' runs and
    experiments take no such place: :class:`Workers` says where they go. A run that has begun goes on in another worker
    where its own is lost, before all that wait. On few cores lessons' runs pause while a person's run trains at full
    speed. Where more than ``queued_runs`` would wait in a lane a start is refused, but for the first of somebody of
    whom none waits there. ``turns``: those that wait start turn by turn between the people who have asked for them.
    ``device``, ``mnist_dir`` and ``cluster`` are the :class:`Engine`'s. ``warm``: workers are started before anything
    wants them. ``experiment_seconds``: of a processor, that one experiment may take.
    """

    def __init__(
        self,
        history: History,
        *,
        concurrent_runs: int,
        queued_runs: int,
        device: str,
        mnist_dir: Path | None,
        cluster: str | None = None,
        warm: bool = True,
        turns: bool = True,
        experiment_seconds: float = 5.0,
    ) -> None:
        self._history = history
        self._concurrent_runs = concurrent_runs
        self._queued_runs = queued_runs
        self._device = device
        self._cluster, self._warm = cluster, warm
        self._changed = asyncio.Event()
        self._advanced = Notifier()
        self._queue = RunQueue(history.queue, turns=turns)
        self._turns = turns
        self._computations = Computations(experiment_seconds, self._changed.set, self._cancel_computation)
        self._workers = Workers(
            lambda: WarmWorker(history, Engine(device, mnist_dir, cluster), self._changed.set, self._ended),
            concurrent_runs,
        )
        self._active: Active = {}
        self._one_at_a_time = asyncio.Lock()
        """Held while the queue, or the log of a run in it, changes."""
        self._warming: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lost = LostRuns(history, self._queue, self._one_at_a_time, self._want, self._keep)
        self._steering = Steering(history, self._queue, self._active, self._one_at_a_time, self._changed.set)
        self._closing = False

    @asynccontextmanager
    async def warmed(self) -> AsyncIterator[None]:
        """Keep a worker warm while another process supervises, for the moment at which this one is entered."""
        if self._warm:
            self._warming = asyncio.get_running_loop().call_later(WARM_DELAY, self._workers.warm)
        try:
            yield
        finally:
            if self._warming:
                self._warming.cancel()
            for worker in self._workers:
                await worker.close()

    async def __aenter__(self) -> Self:
        if self._warming:
            self._warming.cancel()
        self._workers.begin()
        self._queue.changed()  # where another server has led before, its queue ended with it
        marking = self._keep(self._lost.take_left_behind(self._active))
        await asyncio.wait([marking], timeout=MARK_SECONDS)
        if marking.done():
            marking.result()
        if self._warm:
            if not any(worker.warming for worker in self._workers):  # as one does that stood by, or a run wants by now
                self._workers.prepare_first()
            self._warming = asyncio.get_running_loop().call_later(WARM_DELAY, self._workers.prepare_second)
        self._keep(self._manage())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = self._lost.closing = True
        self._changed.set()
        if self._warming:
            self._warming.cancel()
        self._computations.fail(SERVER_STOPPED)
        self._keep(self._interrupt_queue())
        for worker in self._workers:
            self._keep(worker.close())
        end = asyncio.get_running_loop().time() + STOP_SECONDS
        while self._tasks and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)  # again, since a task that ends may have begun another
        for task in (late := list(self._tasks)):
            logger.error("Not done when the server had to leave: %r", task)
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCELLED_SECONDS)

    @property
    def ready(self) -> bool:
        """There is a worker: a run would start at once, or waits only for another run or the second worker. Where none
        is kept warm, one would be started for it."""
        return any(worker.ready for worker in self._workers) or not (self._warm or self.trouble)

    @property
    def trouble(self) -> str | None:
        """Why no worker could be had when one was last wanted; None where there is one, or none has been wanted."""
        if any(worker.ready for worker in self._workers):
            return None
        return next((worker.trouble for worker in self._workers if worker.trouble), None)

    @property
    def devices(self) -> tuple[str, ...]:
        """What runs can train on, the device that ``auto`` means first; empty until the first worker is ready."""
        return next((worker.devices for worker in self._workers if worker.devices), ())

    @property
    def workers(self) -> dict[str, int]:
        """The process id of each active run's worker, on its machine."""
        return {run: worker.pid for run, (worker, _) in self._active.items() if worker.pid is not None}

    @property
    def ready_workers(self) -> list[WorkerState]:
        """Each worker that is ready, with what it does now."""
        return [state for worker in self._workers if (state := worker.state) is not None]

    @property
    def idle_workers(self) -> list[int]:
        """The process ids of workers that are ready and have nothing to do."""
        return [worker.pid for worker in self._workers if worker.pid is not None and worker.idle]

    @property
    def computing(self) -> list[int]:
        """For each experiment that is being computed, the process id of its worker."""
        return [
            worker.pid
            for worker in self._workers
            for task in worker.tasks.values()
            if worker.pid is not None and isinstance(task, Computation)
        ]

    def places(self) -> Mapping[str, int]:
        """The runs that wait, in the order in which they will start, with their places from 1; the members of a sweep
        share one."""
        return self._history.queue.places

    async def wait_queue(self, version: int) -> int:
        """Return the version of :meth:`places` once it is another than this one; the first is 0."""
        return await self._history.queue.wait(version)

    def placed(self, runs: Sequence[Run]) -> list[Run]:
        """These runs with their places in the queue as they are now."""
        places = self.places()
        return [
            run.model_copy(update={"place": places.get(run.id, 1)}) if run.state == "queued" else run for run in runs
        ]

    async def start(
        self,
        recipe: Recipe,
        *,
        name: str | None = None,
        preset: str | None = None,
        pace: SetSpeed | SetPace | None = None,
        origin: Origin = "person",
    ) -> Run:
        """:meth:`queue` one run."""
        return (await self.queue(Start([recipe], name, preset, pace, origin))).runs[0]

    async def find(self, start: Start) -> list[Run] | None:
        """The equal runs that :meth:`queue` would answer with, were they to be reused; None where it would train."""
        return await self._equal_to([self._on_device(recipe) for recipe in start.recipes], start)

    async def wait_idle(self) -> None:
        """Return once a worker is ready and no run trains or waits but those of lessons. One that pauses does not."""
        while not self.ready or self._persons_runs:
            await self._advanced.wait()

    @property
    def _persons_runs(self) -> bool:
        lanes = [each.lane for each in self._queue]
        lanes += [task.lane for _, task in self._active.values() if task.takes_steps]
        return any(lane != "lesson" for lane in lanes)

    async def queue(self, start: Start) -> Started:
        """Queue runs. At full speed they start as soon as fewer than ``concurrent_runs`` train so, with a pace as soon
        as fewer than PACED_RUNS do. The members of a sweep have one place; those that can train as one do, and each
        such group starts as a run does. Raises QueueFull."""
        starting = self._keep(self._start(start))
        return await asyncio.shield(starting)  # a run whose log has begun must also get into the queue

    async def control(self, run: str, control: Control) -> None:
        """As :meth:`Steering.control`."""
        await self._steering.control(run, control)

    async def control_sweep(self, sweep: str, control: Control) -> None:
        """As :meth:`Steering.control_sweep`."""
        await self._steering.control_sweep(sweep, control)

    async def stop(self, runs: Collection[str] | None = None) -> list[str]:
        """As :meth:`Steering.stop`."""
        return await self._steering.stop(runs)

    async def compute(self, name: str, parameters: BaseModel, client: str = "") -> bytes:
        """An experiment's answer as JSON. The same question asked at once is computed once; it is cancelled when the
        last who asked is. Clients are served by turns. Raises ExperimentFailed, QueueFull, Busy, TimeoutError."""
        return await self._computations.compute(name, parameters, client)

    async def _start(self, start: Start) -> Started:
        async with self._one_at_a_time:
            recipes = [self._on_device(recipe) for recipe in start.recipes]
            if start.reuse and (equal := await self._equal_to(recipes, start)):
                return Started(equal, new=False)
            places = self._places_for(start)
            runs = NewRuns(start, recipes, places=places, threads=self._threads(places))
            self._check_room(runs.entries[0])
            place = self._queue.place(runs.entries)
            name = start.name or start.numbered(await self._history.last_number() + 1)
            created = await self._history.create_many(runs.events(name, place), runs.sweep, starter=start.starter)
            for waiting in runs.entries:
                self._enqueue(waiting)
            return Started(created, new=True)

    def _places_for(self, start: Start) -> int:
        """At how many places its runs may train at once, each on a core of its own. A GPU has one, where more models
        cost little more; runs that leave a core time share one worker."""
        if start.shares_a_worker or self._device_of(start.recipes[0]) in ("cuda", "mps"):
            return 1
        return self._concurrent_runs

    def _threads(self, places: int) -> int:
        """For members of a sweep that train as one. A worker on a cluster has been given one CPU."""
        return 1 if self._cluster is not None else max(1, min(SWEEP_THREADS, cores() // places))

    async def _equal_to(self, recipes: Sequence[Recipe], start: Start) -> list[Run] | None:
        equal = Equal(self._history, self._device_of, self._changes_rate, lesson=start.origin == "lesson")
        if start.axes is not None:
            return await equal.sweep(recipes)
        run = await equal.run(recipes[0])
        return None if run is None else [run]

    def _changes_rate(self, run: str) -> bool:
        if run in self._active:
            training = self._active[run][1]
            return training.runs[run].rate_changed or training.waiting.changes_rate(run)
        return self._queue.changes_rate(run)

    def _on_device(self, recipe: Recipe) -> Recipe:
        if recipe.device != "auto":
            return recipe
        return Recipe.model_validate(recipe.model_dump() | {"device": self._device})

    def _device_of(self, recipe: Recipe) -> str:
        """The device that the recipe would be trained on."""
        device = self._on_device(recipe).device
        return self.devices[0] if device == "auto" and self.devices else device

    def _check_room(self, wanted: Waiting) -> None:
        lane = [waiting for waiting in self._queue if waiting.lane == wanted.lane]
        before = len({waiting.place_of for waiting in lane})
        most = self._queued_runs
        if self._turns and all(waiting.starter != wanted.starter for waiting in lane):
            most *= 2  # nobody's many runs keep out the first of somebody else
        if self._closing or before >= most + max(0, self._room(wanted.lane)):
            raise QueueFull(before)

    def _room(self, lane: Lane) -> int:
        """How many more trainings of the lane may go on at once."""
        going_on = {training.id for _, training in self._active.values() if training.lane == lane}
        most = {"full": self._concurrent_runs, "paced": PACED_RUNS, "lesson": LESSON_TASKS}
        return most[lane] - len(going_on)

    def _enqueue(self, waiting: Waiting) -> None:
        self._queue.add(waiting)
        self._want(waiting)

    def _want(self, waiting: Waiting) -> None:
        """Where it need not wait for others, have a worker as soon as can be."""
        if self._room(waiting.lane) > 0:
            self._workers.for_run(waiting.lane).hurry()
        self._changed.set()

    async def _manage(self) -> None:
        """Whenever something has changed, start what can start."""
        while not self._closing:
            await self._changed.wait()
            self._changed.clear()
            try:
                async with self._one_at_a_time:
                    await self._advance()
                self._advanced.notify()
            except Exception:
                logger.exception("The queue of runs could not be moved on.")

    async def _advance(self) -> None:
        for worker in self._workers:
            if reason := worker.take_reason():
                await self._fail_first(reason, worker)
        room = {lane: self._room(lane) for lane in get_args(Lane)}
        claimed: set[WarmWorker] = set()
        for waiting in self._queue:
            if self._closing:
                return
            if room[waiting.lane] > 0 and not (waiting.lesson and self._held_back):
                room[waiting.lane] -= 1
                if not waiting.logged:
                    continue
                worker = self._workers.for_run(waiting.lane, claimed)
                if worker.ready:
                    await self._train(waiting, worker)
                elif waiting.lane == "full":
                    claimed.add(worker)
        self._hold_lessons()
        while self._computations.waiting and not self._closing:
            worker = self._workers.for_experiment()
            if not worker.ready or sum(isinstance(task, Computation) for task in worker.tasks.values()) >= AT_ONCE:
                break
            worker.give(self._computations.take())
        if not self._queue:
            await self._workers.release_idle()

    @property
    def _held_back(self) -> bool:
        """Whether lessons' runs are to wait, since a person's run at full speed needs the processor."""
        if cores() >= CORES_FOR_BOTH:
            return False
        waiting = any(each.lane == "full" for each in self._queue)
        return waiting or any(task.lane == "full" and task.takes_steps for _, task in self._active.values())

    def _hold_lessons(self) -> None:
        """Pause lessons' runs that train while a person's run needs the processor, and let them go on after it."""
        held = self._held_back
        for worker, training in {task.id: (worker, task) for worker, task in self._active.values()}.values():
            if training.lane == "lesson" and training.held != held:
                training.held = held
                control = Act(action="pause" if held else "resume")
                training.expect(None, [control])
                worker.send(SendControl(task=training.id, run=None, control=control))

    async def _fail_first(self, reason: str, worker: WarmWorker) -> None:
        """No worker can be had: the first run that would have got it and may not go on waiting fails, and so do all
        experiments."""
        if worker is self._workers.shared:
            self._computations.fail(reason)
        for waiting in self._queue:
            if worker in self._workers.kept_for(waiting.lane) and not self._lost.waits_on(waiting):
                for run in [await self._history.get(run) for run in waiting.runs]:
                    self._keep(ActiveRun(run).end(self._history, reason))
                self._queue.remove(waiting)
                return

    async def _train(self, waiting: Waiting, worker: WarmWorker) -> None:
        runs = [await self._history.get(run) for run in waiting.runs]
        resumptions = await self._lost.resumptions(waiting, runs) if waiting.goes_on else {}
        if gone := [run for run in runs if waiting.goes_on and run.id not in resumptions]:
            for run in gone:
                self._queue.remove_run(run.id)
                self._keep(ActiveRun(run).end(self._history, MODEL_GONE))
            self._changed.set()
            return
        known = {run.id: run for run in runs}
        members = [
            Member(
                run=id,
                name=known[id].name,
                recipe=recipe,
                first_seq=known[id].seq + 1,
                controls=waiting.controls_of(id),
                resumption=resumptions.get(id),
            )
            if id in known
            else Member(run=id, name="", recipe=recipe, first_seq=1, ended=True)
            for id, recipe in waiting.begun or [(run.id, run.recipe) for run in runs]
        ]
        id, controls = secrets.token_hex(5), waiting.controls_of(None)
        command: TrainRun | TrainSweep
        if waiting.sweep is None:
            (member,) = members
            member = member.model_copy(update={"controls": controls + member.controls})
            command = TrainRun(id=id, member=member)
        else:
            command = TrainSweep(
                id=id, members=tuple(members), controls=controls, size=waiting.size, threads=waiting.threads,
                background=waiting.lesson,
            )  # fmt: skip
        training = Training(command, waiting, [ActiveRun(run) for run in runs])
        self._queue.start(waiting)
        self._active |= {run.id: (worker, training) for run in runs}
        worker.give(training)

    def _ended(self, task: ActiveTask, reason: str | None, lost: bool) -> None:
        """A worker has ended a task, or was ``lost`` with it."""
        if isinstance(task, Computation):
            task.end(reason)
        else:
            for run in task.runs:
                del self._active[run]
            # Each worker may have been dead when it was given; one that dies after those dies of the task.
            if task.untouched and task.waiting.lost < len(list(self._workers)) and not self._closing:
                task.waiting.lost += 1
                self._queue.add(task.waiting, first=True)
            else:
                on = task.going_on if lost and not self._closing else []
                if on:
                    self._lost.wait_again(task, reason or NO_END)
                for each in task.runs.values():
                    if each.active and not each.broken and each not in on:
                        self._keep(each.end(self._history, reason, server_stops=self._closing))
        self._changed.set()

    def _cancel_computation(self, computation: Computation) -> None:
        for worker in self._workers:
            if computation.id in worker.tasks:
                worker.cancel(computation)

    async def _interrupt_queue(self) -> None:
        async with self._one_at_a_time:
            if waiting := [await self._history.get(run) for run in self._queue.places()]:
                await self._history.append_many(
                    [(run.id, records(run, interrupted(run, SERVER_STOPPED))) for run in waiting]
                )
                for run in waiting:
                    self._queue.remove_run(run.id)

    def _keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it beside us, known by us until it is done; what it raises is logged where nobody awaits it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
