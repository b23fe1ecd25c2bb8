"""What a worker does: get ready, then work on its tasks by turns."""

import os
import platform
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Never

import torch

from app.checkpoint import Checkpoint
from app.controls import Control
from app.events import RunStarted
from app.learning import experiments
from app.learning import train as learning
from app.learning.controls import NoControls
from app.learning.dataset import DatasetError as DatasetError
from app.learning.dataset import load
from app.learning.device import DeviceUnavailable, choose
from app.learning.pace import turn
from app.learning.prepared import Prepared
from app.learning.seen import kept
from app.learning.train import Wait, train_members
from app.recipe import TRAIN_IMAGES, Device, Recipe
from app.record import Record
from app.recording import Recording
from app.running.protocol import (
    Answer,
    CancelTask,
    ComputeExperiment,
    Inbox,
    Logged,
    Message,
    Outbox,
    Ready,
    Saved,
    SendControl,
    Task,
    TaskEnded,
    TaskFailed,
    TrainRun,
    TrainSweep,
)

if sys.platform != "win32":
    import resource

TURN_SECONDS = 0.03
"""How long a task may go on while others are due: as long as a run at full speed lets its viewers wait for news."""

HOLD_SECONDS = 0.02
"""How long what tasks have sent may wait for what others that are due will send: the server stores it at once."""

FEW_TASKS = 2
"""Tasks that have their turns exactly when they want them. Where there are more, those that are due in one span of
``pace.TOGETHER`` have theirs at its end, one after another."""

RUN_THREADS = 1
"""A second thread gains little on matrices as small as one run's (a tenth of the time, for a quarter more of the
processor's), and would take a core from the server."""

Turns = Generator[Wait | None, None, None]
"""A task's steps. It may go on after None at once, after Wait when the time has come."""


def get_ready(device: str, mnist_dir: Path | None, outbox: Outbox) -> Prepared:
    """Fix all that decides a run's bits besides its recipe and device. Returns the digits with the images that most
    runs train with. Raises DatasetError."""
    torch.set_num_threads(RUN_THREADS)
    # What use_deterministic_algorithms(True) does, which would also load PyTorch's compiler: a second of a core.
    torch.set_deterministic_debug_mode("error")
    # Filling fresh memory would only cost time: none is read before it is written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    prepared = Prepared(load(mnist_dir))
    _rehearse(prepared, device)
    outbox.send(Ready(tuple(devices()), platform.node(), os.getpid()))
    return prepared


def devices() -> Iterator[str]:
    """Return the devices of this machine, in the order in which ``auto`` prefers them."""
    names: tuple[Device, ...] = ("cuda", "mps", "cpu")
    for name in names:
        with suppress(DeviceUnavailable):
            yield choose(name).type


def _rehearse(prepared: Prepared, device: str) -> None:
    """Train one step whose events go nowhere, so that PyTorch loads now what it loads on first use: 0.1 s on a CPU,
    seconds with CUDA; and the images of most recipes are prepared. Where the device is missing the run itself will say
    so."""
    recipe = Recipe.model_validate({"epochs": 1, "batch_size": TRAIN_IMAGES, "device": device})
    members = [learning.Member("rehearsal", "rehearsal", recipe)]
    deque(train_members(members, prepared.digits, NoControls(), prepared=prepared), maxlen=0)


def sentence(error: Exception) -> str:
    what = str(error).partition("\n")[0] or type(error).__name__
    return f"The training program met an error: {what} (its traceback is in the server's output)."


class _Task:
    """A task that has begun. ``due`` is when it wants its next turn, on ``time.perf_counter``; ``inf``: when a control
    comes.

    To ``train_members`` it is where controls come from: ``receive`` hands out what has come for any task.
    """

    def __init__(self, command: Task, receive: Callable[[], None]) -> None:
        self.id = command.id
        self.threads = RUN_THREADS
        if isinstance(command, TrainSweep) and len(command.members) > 1:
            self.threads = command.threads
        self.background = isinstance(command, TrainSweep) and command.background
        self.seconds = command.seconds if isinstance(command, ComputeExperiment) else inf
        """Of the processor's, which it may still take."""
        self.due = time.perf_counter()
        self.cancelled = False
        self.controls: deque[tuple[str | None, Control]] = deque()
        self.turns: Turns
        self._receive = receive

    def take(self) -> tuple[str | None, Control] | None:
        self._receive()
        return self.controls.popleft() if self.controls else None

    def wake(self) -> None:
        self.due = time.perf_counter()


class Tasks:
    """The tasks of this process. The one that has been due for longest has the next turn, so that every task gets on;
    those of the background are due together, one of them at a time. Commands are received between turns and, by tasks
    that take controls, between steps."""

    def __init__(self, inbox: Inbox, outbox: Outbox, prepared: Prepared) -> None:
        self._inbox, self._outbox = inbox, outbox
        self._prepared, self._digits = prepared, prepared.digits
        self._tasks: dict[str, _Task] = {}
        self._background_due = -inf
        """When a task of the background may have a turn."""
        self._held: list[Message] = []
        """What is yet to be sent."""
        self._held_since = 0.0

    def work(self) -> Never:
        """Until the end of the inbox, which ends the process."""
        while True:
            task = min(self._tasks.values(), key=self._order, default=None)
            now = time.perf_counter()
            wait = inf if task is None else self._order(task)[0] - now
            if wait > 0 or now - self._held_since > HOLD_SECONDS:
                self._release()
            self._receive(None if wait == inf else max(0.0, wait))
            if task is not None and wait <= 0:
                self._turn(task)
                if task.background:
                    self._background_due = time.perf_counter()

    def _order(self, task: _Task) -> tuple[float, float]:
        """When it is to have a turn, and when it wanted one."""
        asked = task.due == -inf  # by a control, which is to be answered
        return max(task.due, self._background_due) if task.background and not asked else task.due, task.due

    def _turn(self, task: _Task) -> None:
        if torch.get_num_threads() != task.threads:
            torch.set_num_threads(task.threads)
        too_long = task.seconds <= 0 and not task.cancelled
        reason = "It took too long." if too_long else None
        try:
            if not (too_long or self._go_on(task)):
                return
            task.turns.close()
        except Exception as error:
            traceback.print_exc()
            reason = sentence(error)
        del self._tasks[task.id]
        memory = _memory()  # without what the task itself has taken
        self._send(TaskEnded(task.id, memory) if reason is None else TaskFailed(task.id, reason, memory, too_long))
        self._release()

    def _go_on(self, task: _Task) -> bool:
        """Give the task a turn. Returns whether it has ended."""
        began, end = time.thread_time(), time.perf_counter() + TURN_SECONDS
        try:
            while not task.cancelled:
                wait = next(task.turns)
                now = time.perf_counter()
                if wait is not None:
                    task.due = inf if wait.until is None else wait.until
                    if len(self._tasks) > FEW_TASKS and now < task.due < inf:
                        task.due = turn(task.due)
                    return False
                if len(self._tasks) == 1:
                    self._release()
                if now >= end:
                    task.wake()
                    return False
        except StopIteration:
            pass
        finally:
            task.seconds -= time.thread_time() - began
        return True

    def _receive(self, wait: float | None = 0) -> None:
        """Hand out the commands that have come, waiting up to ``wait`` seconds for the first (None: for ever)."""
        while (command := self._inbox.take(wait)) is not None:
            wait = 0
            match command:
                case SendControl(task=id, run=run, control=control):
                    if task := self._tasks.get(id):
                        task.controls.append((run, control))
                        task.due = -inf  # before all others: what was asked is to be answered
                case CancelTask(task=id):
                    if task := self._tasks.get(id):
                        task.cancelled = True
                        task.due = -inf
                case _:
                    self._begin(command)

    def _begin(self, command: Task) -> None:
        task = self._tasks[command.id] = _Task(command, self._receive)
        if isinstance(command, ComputeExperiment):
            task.turns = self._compute(command)
            return
        task.controls.extend((None, control) for control in command.controls)
        for member in command.members:
            task.controls.extend((member.run, control) for control in member.controls)
        task.turns = self._train(task, command)

    def _train(self, task: _Task, command: TrainRun | TrainSweep) -> Turns:
        seqs = {member.run: member.first_seq for member in command.members}
        members = [learning.Member(each.run, each.name, each.recipe, each.ended) for each in command.members]
        starts: dict[str, Logged] = {}
        recipe = members[0].recipe
        batches = recipe.batches(len(kept(self._digits, recipe).train_images))
        recording = Recording.of(recipe, batches, command.size)
        resumptions = {each.run: each.resumption for each in command.members if each.resumption is not None}
        for what in train_members(
            members, self._digits, task, recording=recording, prepared=self._prepared, resumptions=resumptions
        ):
            if isinstance(what, Wait):
                yield what
                continue
            run, happened, more = what
            if isinstance(happened, Checkpoint):
                self._send(Saved(task.id, run, happened), *_taken(starts, run))
            else:
                logged = Logged(task.id, run, Record.of(happened, seqs[run]))
                seqs[run] += 1
                if isinstance(happened, RunStarted):
                    # Sent after the first model: a run that has started is live, and may be asked what it reads.
                    starts[run] = logged
                else:
                    self._send(*_taken(starts, run), logged)
            if not more:
                yield None

    def _compute(self, command: ComputeExperiment) -> Turns:
        answer = yield from experiments.compute(command.name, command.parameters, self._digits)
        self._send(Answer(command.id, answer))

    def _send(self, *messages: Message) -> None:
        """Once no other task is due, or it has waited for ``HOLD_SECONDS``."""
        if not self._held:
            self._held_since = time.perf_counter()
        self._held += messages

    def _release(self) -> None:
        if self._held:
            self._outbox.send(*self._held)
            self._held = []


def _taken(starts: dict[str, Logged], run: str) -> list[Logged]:
    return [starts.pop(run)] if run in starts else []


def _memory() -> int:
    """Return the bytes that this process takes now; where only that is known, the most that it ever took; else 0."""
    if sys.platform == "linux":
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
