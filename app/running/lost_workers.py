"""Which runs go on in another worker when theirs was lost, and from where."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any

from app.controls import SetPace, SetSpeed
from app.events import Controlled, Event, WorkerLost, WorkerReplaced
from app.history.damage import Damaged
from app.history.history import History
from app.history.unavailable import HistoryUnavailable
from app.recipe import LEARNER
from app.resumption import Resumption
from app.run import Run
from app.running.active_run import RETRY_SECONDS, ActiveRun, Training
from app.running.endings import LEADER_DIED, SERVER_DIED, interrupted, stopped
from app.running.queue import RunQueue, Waiting, is_paced
from app.running.records import records

MOST_AT_A_STEP = 3
"""Workers that a run may lose at one step: one that was killed by chance has been killed once, and a recipe that kills
each of its workers is to end. One that pauses does nothing by which it could."""

MOST = 20
"""That it may lose in all."""

MARK_SECONDS = 1.0
"""How long the start waits for the runs of a dead server to be marked."""

MODEL_GONE = "Its worker was lost, and the model that it was to go on from cannot be read."

logger = logging.getLogger(__name__)


class LostRuns:
    """Has runs whose worker or server was lost wait in the queue again, or end. ``one_at_a_time`` is held while the
    queue, or the log of a run in it, changes; ``want`` is called with what waits, and ``keep`` runs work beside."""

    def __init__(
        self,
        history: History,
        queue: RunQueue,
        one_at_a_time: asyncio.Lock,
        want: Callable[[Waiting], None],
        keep: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._history, self._queue, self._one_at_a_time = history, queue, one_at_a_time
        self._want, self._keep = want, keep
        self.closing = False
        """The server ends: nothing is to go on."""

    async def take_left_behind(self, active: Collection[str]) -> None:
        """Queue again what a dead server has left behind, or end it. Where the disk is full that may take long; the
        server serves meanwhile. ``active``: ids of the runs that this server trains by now."""
        while not self.closing:
            with suppress(HistoryUnavailable):
                async with self._one_at_a_time:
                    waiting = {each for entry in self._queue for each in entry.runs}
                    left = [run for run in await self._history.active() if run.id not in {*waiting, *active}]
                    starters = await self._history.starters() if left else {}
                    found = [(run, *await left_behind(self._history, run, starters.get(run.id, ""))) for run in left]
                    said = [(run.id, records(run, event)) for run, _, event in found if event is not None]
                    if said:  # without waiting for room: meanwhile no run could be started
                        await self._history.append_many(said, patiently=False)
                    for _, again, _ in found:
                        if again is not None:
                            self._queue.add(again)
                            self._want(again)
                return
            await asyncio.sleep(MARK_SECONDS)

    def wait_again(self, task: Training, reason: str) -> None:
        """Have the run of a task that was lost for this reason go on before all that wait."""
        self._queue.add(again := task.waits_again(), first=True)
        self._keep(self._log_lost(again, next(iter(task.runs.values())), reason))

    async def _log_lost(self, waiting: Waiting, run: ActiveRun, reason: str) -> None:
        """Log that the run waits for another worker, or that it fails, as soon as that can be written."""
        while not self.closing:
            try:
                async with self._one_at_a_time:
                    if waiting not in self._queue:  # it was stopped, or no worker could be had
                        return
                    event = await lost(self._history, run.run, reason)
                    if isinstance(event, str):
                        self._queue.remove(waiting)
                        self._keep(run.end(self._history, event))
                    else:
                        run.run = await self._history.append(run.id, records(run.run, event), patiently=False)
                        waiting.logged = True
                    self._want(waiting)
                return
            except HistoryUnavailable:  # the server's output has a line of it
                await asyncio.sleep(RETRY_SECONDS)

    async def resumption(self, run: Run) -> Resumption | None:
        """Where it goes on; None where that cannot be read."""
        try:
            return await self._history.resumption(run.id)
        except Damaged as damaged:
            logger.error("Run %s cannot go on: %s", run.id, damaged)
            return None


async def lost(history: History, run: Run, reason: str) -> WorkerLost | str:
    """What the log of a run is to say whose worker was lost for this reason: that it waits for another, or why it
    fails."""
    try:
        before = await history.events(run.id, WorkerLost)
        replaced = await history.events(run.id, WorkerReplaced)
        kept = await history.newest_kept(run.id)
    except Damaged:
        return reason
    if kept is None or run.learner != LEARNER:
        return reason
    pauses = run.state == "paused" and len(replaced) == len(before)
    if not pauses and sum(event.step == run.step for event in before) >= MOST_AT_A_STEP:
        return f"{reason} That was the fourth worker lost after step {run.step:,}: the run is not tried again."
    if len(before) >= MOST:
        return f"{reason} The run has lost {MOST} workers before: it is not tried again."
    return WorkerLost(step=run.step, checkpoint=kept, reason=reason, time=time.time())


async def left_behind(history: History, run: Run, starter: str) -> tuple[Waiting | None, Event | None]:
    """What becomes of an active run whose server is gone: what it is in the queue, where ``starter`` has asked for it,
    None where it has ended, and what its log is to say."""
    if not history.took_over or run.sweep is not None:
        return None, interrupted(run, SERVER_DIED)
    lesson = run.origin == "lesson"
    if run.state == "queued":
        return Waiting([run.id], lesson=lesson, starter=starter), None
    try:
        if any(event.what == "stop" for event in await history.events(run.id, Controlled)):
            return None, stopped(run)
    except Damaged:
        return None, interrupted(run, SERVER_DIED)
    event = await lost(history, run, LEADER_DIED)
    if isinstance(event, str):
        return None, interrupted(run, event)
    speed = SetPace(pace=run.pace) if run.pace else SetSpeed(steps_per_second=run.steps_per_second)
    held = lesson and run.state == "paused"
    return Waiting([run.id], lesson=lesson, goes_on=True, held=held, paced=bool(is_paced(speed))), event
