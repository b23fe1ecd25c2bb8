"""One worker process kept ready, so that a task begins at once, and replaced when it has gone."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from app.cluster import RunNamed, WorkerState
from app.controls import Act
from app.history.history import History
from app.running.active_run import ActiveRun, Training, log
from app.running.computations import Computation
from app.running.engine import Engine
from app.running.process import WorkerBroke, WorkerProcess
from app.running.protocol import (
    Answer,
    Broke,
    CancelTask,
    Command,
    Logged,
    Message,
    ProtocolError,
    Ready,
    Saved,
    SendControl,
    TaskEnded,
    TaskFailed,
)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a worker that broke is replaced, doubled each time: what broke it may take a person to mend, and a
start costs two seconds of a core."""

READY_SECONDS = 180.0
"""Loading torch takes two seconds, from a cold and busy disk a minute."""

CANCEL_SECONDS = 1.0
"""How long a worker that was told to end a task or a run may be silent, beside the longest step of its tasks, before it
is killed: its other tasks die with it."""

MEMORY_BYTES = 1 << 30
"""A worker that takes more than this when a task has ended is replaced once it is idle. Fresh it has 0.3 GB, with a run
of its own 0.4; a sweep of 64 wide models takes more, which the allocator may never give back."""

ActiveTask = Training | Computation

logger = logging.getLogger(__name__)


class WarmWorker:
    """``changed`` is called when a worker has become ready, has broken, or has gone, and when the state of a run has
    changed; ``ended`` when a task is over, with the reason where it did not end by itself, and whether it was lost with
    its worker."""

    def __init__(
        self,
        history: History,
        engine: Engine,
        changed: Callable[[], None],
        ended: Callable[[ActiveTask, str | None, bool], None],
    ) -> None:
        self._history, self._engine = history, engine
        self._changed, self._ended = changed, ended
        self._process: WorkerProcess | None = None
        self._ready: Ready | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._helpers: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()
        self._wanted = asyncio.Event()
        self._broke: str | None = None
        self.trouble: str | None = None
        """Why the last worker did not become ready."""
        self._closed = self._worn = self._receiving = False
        self._received = 0
        self._expected: list[tuple[WorkerProcess, Callable[[], bool]]] = []
        self._watcher: asyncio.Task[None] | None = None
        self.tasks: dict[str, ActiveTask] = {}
        """What the worker has been given and has not ended."""

    @property
    def ready(self) -> bool:
        """Whether a task that it is given begins at once, or by turns with those it has. One that is :attr:`worn` takes
        more until all have ended: a run that pauses in it may do so for days."""
        return self._process is not None and (not self._worn or bool(self.tasks))

    @property
    def worn(self) -> bool:
        """Whether it is to be replaced as soon as it is idle: it has grown, or a run has met an error in it. Another
        that is ready is to be preferred."""
        return self._worn

    @property
    def idle(self) -> bool:
        """Whether it is ready and has nothing to do."""
        return self.ready and not self.tasks

    @property
    def warming(self) -> bool:
        """Whether it is ready or will be."""
        return self._keeper is not None

    @property
    def devices(self) -> tuple[str, ...]:
        """What the last ready worker could train on."""
        return () if self._ready is None else self._ready.devices

    @property
    def place(self) -> tuple[str, int] | None:
        """The machine of the present worker, and the id of its process there."""
        if self._process is None or self._ready is None:
            return None
        return self._ready.node, self._ready.pid

    @property
    def state(self) -> WorkerState | None:
        """None until it is ready."""
        if self.place is None:
            return None
        node, pid = self.place
        runs = [each.run for task in self.trainings for each in task.runs.values() if each.active]
        return WorkerState(
            node=node, pid=pid, devices=self.devices, runs=[RunNamed(id=run.id, name=run.name) for run in runs],
            experiments=len(self.tasks) - len(self.trainings),
        )  # fmt: skip

    @property
    def pid(self) -> int | None:
        return None if self.place is None else self.place[1]

    @property
    def trainings(self) -> list[Training]:
        return [task for task in self.tasks.values() if isinstance(task, Training)]

    def prepare(self) -> None:
        """Begin to keep a worker; after :meth:`close`, do nothing."""
        if not self._wanted.is_set():
            self._wanted.set()
            self._hurry.set()
        self.warm()

    def warm(self) -> None:
        """Begin to keep a worker as :meth:`prepare` does, but without a place on a cluster until that is called."""
        if self._keeper is None and not self._closed:
            self._keeper = asyncio.create_task(self._keep())

    def hurry(self) -> None:
        """As :meth:`prepare`; where a worker broke, try again at once, since a task waits for one."""
        self.prepare()
        self._hurry.set()

    def take_reason(self) -> str | None:
        """Why the last worker broke before it was ready, unless that was asked before."""
        reason, self._broke = self._broke, None
        return reason

    def give(self, task: ActiveTask) -> None:
        self.tasks[task.id] = task
        self.send(task.command)

    def send(self, command: Command) -> None:
        """Nothing happens where the worker has gone: its tasks end with it."""
        if self._process is not None:
            self._process.send(command)

    def cancel(self, task: ActiveTask) -> None:
        """End the task between two steps or, where that takes too long, with its process."""
        self.send(CancelTask(task=task.id))
        self.expect(lambda: task.id not in self.tasks)

    def expect(self, done: Callable[[], bool]) -> None:
        """Kill the process where it is silent for too long before this is done."""
        if self._process is not None:
            self._expected.append((self._process, done))
        if self._watcher is None or self._watcher.done():
            self._watcher = self._beside(self._watch())

    async def release(self) -> None:
        """End the worker, which must be idle, and keep none until :meth:`prepare`."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None

    async def close(self) -> None:
        """Kill the worker. What it had sent is still logged before its tasks end."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        elif self._keeper is not None:
            self._keeper.cancel()
        if self._keeper is not None:
            await asyncio.wait([self._keeper])
        for helper in self._helpers:
            helper.cancel()

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while not self._closed:
            self._hurry.clear()
            began, stood_by = clock(), not self._wanted.is_set()
            try:
                await self._run_one()
            except (WorkerBroke, OSError) as error:  # TimeoutError is an OSError
                logger.warning("No worker is ready: %s", error)
                self.trouble = str(error) or f"{self._engine.process} was not ready after {READY_SECONDS:.0f} s."
                if not stood_by:  # else another one may be of use, now that it is wanted
                    self._broke = self.trouble
            self._changed()
            if clock() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if self._worn or self._closed:
                continue
            try:
                async with asyncio.timeout(pause):
                    await self._hurry.wait()
            except TimeoutError:
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _run_one(self) -> None:
        """Start a worker, and stay with it until it has gone. Raises WorkerBroke and OSError where it does not become
        ready."""
        self._worn = False
        async with asyncio.timeout(READY_SECONDS):
            process = await WorkerProcess.spawn(self._engine)
        try:
            await process.wait_wanted(self._wanted)
            async with asyncio.timeout(READY_SECONDS):
                self._ready = await process.ready()
            self.trouble = None
            self._process = process
            self._changed()
            reason = await self._serve(process)
            self._process = None
            process.kill()
            reason = reason or f"{process.name} {await process.fate()}. What it had logged is kept."
            if not self._worn and not self._closed:
                logger.warning("A worker has gone: %s", reason)
            for task in list(self.tasks):
                self._end(task, reason, lost=True)
        finally:
            self._process = None
            process.kill()
            await process.end()

    async def _serve(self, process: WorkerProcess) -> str | None:
        """Receive until there is no more. Returns why, where that is known."""
        while True:
            try:
                messages = await process.receive()
            except ProtocolError as error:
                return f"{process.name} sent {error}."
            if not messages:
                return None
            self._receiving = True
            try:
                if reason := await self._receive(messages):
                    return reason
            finally:
                self._receiving = False
                self._received += 1
            if self._worn and not self.tasks:
                await process.end()

    def _stopping(self) -> bool:
        """Whether a run that is told to stop waits for what it has sent, and others have, to be logged."""
        return any(isinstance(task, Training) and task.stopping for task in self.tasks.values())

    async def _receive(self, messages: Sequence[Message]) -> str | None:
        """Log what is to be logged, then note what has ended. Returns a reason where the worker cannot go on."""
        sent = []
        for message in messages:
            if isinstance(message, Logged | Saved):
                task = self.tasks.get(message.task)
                if isinstance(task, Training) and not (run := task.runs[message.run]).broken:
                    sent.append((run, message))
        before = [run.run.state for run, _ in sent]
        for run in await log(self._history, sent, self._stopping) if sent else []:
            await self._abandon(run)
        if [run.run.state for run, _ in sent] != before:
            self._changed()
        for message in messages:
            match message:
                case Answer(task=id, json=json):
                    if isinstance(computation := self.tasks.get(id), Computation):
                        computation.answer = json
                case TaskEnded(task=id, memory=memory):
                    self._worn = self._worn or memory > MEMORY_BYTES
                    self._end(id, None)
                case TaskFailed(task=id, reason=reason, memory=memory, too_long=too_long):
                    # Whatever it was may be left in the process's memory; an experiment's error is one of its question.
                    self._worn = self._worn or memory > MEMORY_BYTES or isinstance(self.tasks.get(id), Training)
                    if isinstance(computation := self.tasks.get(id), Computation):
                        computation.too_long = too_long
                    self._end(id, reason)
                case Broke(reason=reason):
                    return reason
        return None

    async def _abandon(self, run: ActiveRun) -> None:
        """Have the worker train a run no further that cannot be logged."""
        self._beside(run.end(self._history, None))
        for task in self.trainings:
            if run.id in task.runs:
                if len(task.runs) == 1:
                    self.cancel(task)
                else:
                    self.send(SendControl(task=task.id, run=run.id, control=Act(action="stop")))

    def _beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        helper = asyncio.create_task(work)
        self._helpers.add(helper)
        helper.add_done_callback(self._helpers.discard)
        return helper

    def _end(self, id: str, reason: str | None, *, lost: bool = False) -> None:
        if (task := self.tasks.pop(id, None)) is not None:
            self._ended(task, reason, lost)

    async def _watch(self) -> None:
        parts = 4  # a moment in which the server itself stood still then counts for one of them
        while self._awaited():
            process, received = self._process, self._received
            silence = CANCEL_SECONDS + max((task.step_seconds for task in self.tasks.values()), default=0.0)
            for _ in range(parts):
                await asyncio.sleep(silence / parts)
                if not self._awaited() or self._receiving or self._received != received:
                    break
            else:
                if process is not None and process is self._process:
                    logger.warning("A worker did not answer for %.1f s and is killed.", silence)
                    process.kill()
                    self._expected.clear()

    def _awaited(self) -> bool:
        """Forget what has been done, or died with its process."""
        self._expected = [each for each in self._expected if each[0] is self._process and not each[1]()]
        return bool(self._expected)
