"""Runs that a worker trains, and how what it sends gets into their logs."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from app.checkpoint import Checkpoint
from app.controls import Control, SetLearningRate
from app.events import Controlled, Event
from app.history.history import History
from app.history.lock import DatabaseInUse
from app.history.unavailable import HistoryUnavailable
from app.record import Record
from app.run import Run
from app.running.endings import SERVER_STOPPED, failed, interrupted, stopped
from app.running.protocol import Logged, Saved, TrainRun, TrainSweep
from app.running.queue import Waiting

RETRY_SECONDS = 5.0
"""How often the end of a run is tried again that could not be logged: a disk that was full may have room in a while,
and until then the run cannot be said to have ended."""

SLOW_PRODUCTS = 1e10
"""Multiplications a second of a slow machine: half of what one old core does."""

SLOW_AUGMENT_SECONDS = 2e-4
"""What such a machine takes to augment an image."""

LOG_ERROR = "The server met an error while logging the run (see its output)."
NO_END = "The training program left the run without an end."

logger = logging.getLogger(__name__)


class ActiveRun:
    """A run from the moment a worker gets it. Its log gets a last event in any case: the worker's own or, where that
    does not come, one that says why."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.stopping = False
        """It has been told to stop, so that this is how it ends where the worker is gone before it says so."""
        self.rate_changed = False
        """It has been sent a learning rate, which its log may not say yet."""
        self.unanswered: deque[Control] = deque()
        """What the worker was told of it, and its log does not say yet."""
        self.broken = False
        """Its log could not be written, for the reason ``log_error``: what else the worker sends is left out."""
        self.log_error = LOG_ERROR

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def active(self) -> bool:
        return self.run.active

    async def end(self, history: History, reason: str | None, *, server_stops: bool = False) -> None:
        """Where the log has no last event, write one, as soon as it can be written."""
        while self.active:
            try:
                self.run = run = await history.get(self.id)
                if not run.active:
                    return
                ending: Event = failed(run, self.log_error if self.broken else reason or NO_END)
                if server_stops:
                    ending = interrupted(run, SERVER_STOPPED)
                elif self.stopping:
                    ending = stopped(run, await history.summary_of_kept(run))
                self.run = await history.append(run.id, [Record.of(ending, run.seq + 1)], ending=lambda: True)
            except HistoryUnavailable:  # the server's output has a line of it
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                logger.error("The end of run %s cannot be logged yet: %s", self.id, error)
                await asyncio.sleep(RETRY_SECONDS)


class Training:
    """A task that trains runs: one, or the members of a sweep that share a batch. ``waiting`` is what it was in the
    queue, with the controls that it was given. ``held``: it pauses so that a person's run has the processor."""

    def __init__(self, command: TrainRun | TrainSweep, waiting: Waiting, runs: Sequence[ActiveRun]) -> None:
        self.command, self.waiting = command, waiting
        self.runs = {run.id: run for run in runs}
        self.lane = waiting.lane
        self.held = waiting.held
        self.expect(None, command.controls)
        for member in command.members:
            if not member.ended:
                self.expect(member.run, member.controls)

    @property
    def id(self) -> str:
        return self.command.id

    def expect(self, run: str | None, controls: Iterable[Control]) -> None:
        """Remember controls that its worker was sent for one of its runs, or for all, until their logs have them."""
        for each in [self.runs[run]] if run else self.runs.values():
            each.unanswered.extend(controls)

    @property
    def going_on(self) -> list[ActiveRun]:
        """Its runs that go on in another worker where their own was lost; none where none had begun."""
        on = [run for run in self.runs.values() if run.active and not (run.stopping or run.broken)]
        return on if any(run.run.started is not None for run in on) else []

    def waits_again(self) -> Waiting:
        """What those that are :attr:`going_on` are in the queue, with what their worker may not have been told in
        time."""
        before, on = self.waiting, self.going_on
        waiting = Waiting(
            [run.id for run in on], before.sweep, before.size, before.lesson, goes_on=True, held=self.held,
            paced=self.lane == "paced", logged=False, threads=before.threads, starter=before.starter,
            begun=tuple((member.run, member.recipe) for member in self.command.members),
        )  # fmt: skip
        if before.sweep is None:
            for control in on[0].unanswered:  # in the order in which it was told
                waiting.control(on[0].id, control)
            return waiting
        # What all are told one of them answers first. The others are told by that when they go on.
        of_all = [[each for each in run.unanswered if not isinstance(each, SetLearningRate)] for run in on]
        for each in min(of_all, key=len):
            waiting.control(None, each)
        for run in on:
            for control in run.unanswered:
                if isinstance(control, SetLearningRate):
                    waiting.control(run.id, control)
        return waiting

    @property
    def step_seconds(self) -> float:
        """What a step takes, at most, on a slow and busy machine."""
        recipe = self.command.members[0].recipe
        units = 1 if recipe.model == "linear" else recipe.hidden
        numbers = (
            6 * len(self.command.members) * recipe.batch_size * 784 * units
        )  # forward, back, and half as much besides
        augmented = recipe.batch_size * SLOW_AUGMENT_SECONDS if recipe.augment else 0.0
        return numbers / SLOW_PRODUCTS + augmented

    @property
    def active(self) -> bool:
        """Whether a run of it goes on; the worker may take a moment longer to be done with the task."""
        return any(run.active for run in self.runs.values())

    @property
    def takes_steps(self) -> bool:
        """Whether a run of it goes on and does not pause."""
        return any(run.active and run.run.state != "paused" for run in self.runs.values())

    @property
    def stopping(self) -> bool:
        """Whether a run of it has been told to stop and has not ended yet."""
        return any(run.stopping and run.active for run in self.runs.values())

    @property
    def untouched(self) -> bool:
        """Whether nothing has come of it yet: its worker may have been killed before it was given."""
        return all(run.run.state == "queued" and not run.stopping and not run.broken for run in self.runs.values())


async def log(
    history: History, sent: Sequence[tuple[ActiveRun, Logged | Saved]], ending: Callable[[], bool] = lambda: False
) -> list[ActiveRun]:
    """Store what has been sent of these runs in one transaction or, where that fails, run by run. Returns the runs
    whose log cannot go on. ``ending``: as for the history's ``append_many``."""
    runs = list({run.id: run for run, _ in sent}.values())
    try:
        await _store(history, sent, ending)
    except (HistoryUnavailable, DatabaseInUse) as error:
        for run in runs:
            run.broken, run.log_error = True, f"The log could not be written. {error.reason}"
        return runs
    except Exception:
        if len(runs) > 1:
            return [each for run in runs for each in await log(history, _of(run, sent), ending)]
        logger.exception("Run %s cannot go on.", runs[0].id)
        runs[0].broken = True
        return runs
    return []


def _of(run: ActiveRun, sent: Sequence[tuple[ActiveRun, Logged | Saved]]) -> list[tuple[ActiveRun, Logged | Saved]]:
    return [pair for pair in sent if pair[0] is run]


async def _store(
    history: History, sent: Sequence[tuple[ActiveRun, Logged | Saved]], ending: Callable[[], bool]
) -> None:
    """Of the checkpoints that are not kept only the newest of each run is of use to anybody."""
    checkpoints: list[tuple[str, Checkpoint]] = []
    newest: set[str] = set()
    records: dict[str, list[Record]] = {}
    for run, message in reversed(sent):
        if isinstance(message, Logged):
            records.setdefault(run.id, []).append(message.record)
            continue
        if message.checkpoint.kept or run.id not in newest:
            checkpoints.append((run.id, message.checkpoint))
        newest.add(run.id)
    batches = [(id, added[::-1]) for id, added in reversed(records.items())]
    runs = {run.id: run for run, _ in sent}
    stored = await history.append_many(batches, checkpoints[::-1], ending=ending)
    for (id, added), appended in zip(batches, stored, strict=True):
        run = runs[id]
        run.run = appended
        for record in added:
            if record.type == Controlled.__name__ and run.unanswered:
                run.unanswered.popleft()
