"""Which runs go on in another worker when theirs was lost, and from where."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from app.controls import SetPace, SetSpeed
from app.events import Controlled, Event, RunQueued, WorkerLost, WorkerReplaced
from app.history.damage import Damaged
from app.history.history import History, UnknownSweep
from app.history.unavailable import HistoryUnavailable
from app.recipe import LEARNER, Recipe
from app.resumption import MOST_CHECKSUMS, Resumption
from app.run import Run
from app.running.active_run import RETRY_SECONDS, ActiveRun, Training
from app.running.endings import LEADER_DIED, SERVER_DIED, interrupted, records, stopped
from app.running.queue import RunQueue, Waiting, is_paced
from app.sweep import combinations, groups

MOST_AT_A_STEP = 3
"""Workers that a run, or some that train as one, may lose at one step: one that was killed by chance has been killed
once, and a recipe that kills each of its workers is to end. One that pauses does nothing by which it could."""

MOST = 20
"""That it may lose in all."""

WORKER_SECONDS = 60.0
"""How long runs that had begun wait for a worker while none can be had: the head of a cluster that is started anew is
there by then."""

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
                    found = await left_behind(self._history, left)
                    if found.events:  # without waiting for room: meanwhile no run could be started
                        new = [(run.id, records(run, event)) for run, event in found.events]
                        await self._history.append_many(new, patiently=False, ending=lambda: True)
                    starters = await self._history.starters() if left else {}
                    given = await self._history.given_controls() if found.waiting else {}
                    for again in found.waiting:
                        again.starter = starters.get(again.runs[0], "")
                        again.take(given)
                        self._queue.add(again)
                        self._want(again)
                return
            await asyncio.sleep(MARK_SECONDS)

    def wait_again(self, task: Training, reason: str) -> None:
        """Have the runs of a task that was lost for this reason, and that can, go on before all that wait."""
        self._queue.add(again := task.waits_again(), first=True)
        self._keep(self._log_lost(again, task.going_on, reason))

    async def _log_lost(self, waiting: Waiting, lost: Sequence[ActiveRun], reason: str) -> None:
        """Log that runs wait for another worker, or that they fail, as soon as that can be written."""
        while not self.closing:
            try:
                async with self._one_at_a_time:
                    runs = {run.id: run for run in lost if run.id in waiting.runs}
                    if not runs or waiting not in self._queue:  # stopped, or no worker could be had
                        return
                    found = await again(self._history, [run.run for run in runs.values()], reason)
                    new = [(run.id, records(run, event)) for run, event in found.events]
                    if new:
                        for appended in await self._history.append_many(new, patiently=False):
                            runs[appended.id].run = appended
                    for id, words in found.failed.items():
                        self._queue.remove_run(id)
                        self._keep(runs[id].end(self._history, words))
                    waiting.step, waiting.logged = found.step, True
                    self._want(waiting)
                return
            except HistoryUnavailable:  # the server's output has a line of it
                await asyncio.sleep(RETRY_SECONDS)

    def waits_on(self, waiting: Waiting) -> bool:
        """Whether it goes on waiting though no worker could be had for it."""
        return waiting.goes_on and time.monotonic() - waiting.since < WORKER_SECONDS

    async def resumptions(self, waiting: Waiting, runs: Sequence[Run]) -> dict[str, Resumption]:
        """Where these of its runs go on, by their ids: those for which that can be read."""
        block = -(-sum(run.step - waiting.step for run in runs) // MOST_CHECKSUMS)
        found = {}
        for run in runs:
            try:
                if resumption := await self._history.resumption(run.id, waiting.step, max(1, block)):
                    found[run.id] = resumption
            except Damaged as damaged:
                logger.error("Run %s cannot go on: %s", run.id, damaged)
        return found


@dataclass
class Again:
    """How runs go on that train as one: from their kept models of ``step`` or, at 0, from their first weights.
    ``events``: what is to be appended to their logs. ``failed``: why others do not go on, by their ids."""

    step: int = 0
    events: list[tuple[Run, Event]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


async def again(history: History, runs: Iterable[Run], reason: str) -> Again:
    """What becomes of runs whose worker was lost for this reason."""
    found = Again()
    on: list[Run] = []
    common: set[int] | None = None
    too_often = None
    for run in runs:
        try:
            lost = await history.events(run.id, WorkerLost)
            replaced = await history.events(run.id, WorkerReplaced)
            kept = {0, *await history.kept_steps(run.id)}
        except Damaged:
            found.failed[run.id] = reason
            continue
        if run.learner != LEARNER:
            found.failed[run.id] = reason
            continue
        too_often = too_often or _too_often(run, lost, replaced, reason)
        if run.sweep is not None:
            kept.discard(run.steps)  # a sweep's last model may lack what its optimizer remembered
        common = kept if common is None else common & kept
        on.append(run)
    if too_often:
        found.failed |= {run.id: too_often for run in on}
        return found
    found.step = max(common or {0})
    for run in on:
        if run.started is not None:
            lost_event = WorkerLost(step=run.step, checkpoint=found.step, reason=reason, time=time.time())
            found.events.append((run, lost_event))
    return found


def _too_often(run: Run, lost: Sequence[WorkerLost], replaced: Sequence[WorkerReplaced], reason: str) -> str | None:
    """Why a run is not tried again that has lost workers before; None where it is."""
    pauses = run.state == "paused" and len(replaced) == len(lost)
    if not pauses and sum(event.step == run.step for event in lost) >= MOST_AT_A_STEP:
        return f"{reason} That was the fourth worker lost after step {run.step:,}: the run is not tried again."
    if len(lost) >= MOST:
        return f"{reason} The run has lost {MOST} workers before: it is not tried again."
    return None


@dataclass
class LeftBehind:
    """What becomes of active runs whose server is gone: what waits in the queue, and the events to append to
    their logs."""

    waiting: list[Waiting] = field(default_factory=list)
    events: list[tuple[Run, Event]] = field(default_factory=list)


async def left_behind(history: History, runs: Sequence[Run]) -> LeftBehind:
    found = LeftBehind()
    swept: dict[str, set[str]] = {}
    for run in runs:
        if not history.leadership.taken_over:
            found.events.append((run, interrupted(run, SERVER_DIED)))
        elif run.sweep is None:
            await _go_on(history, [run], Waiting([run.id], lesson=run.origin == "lesson"), found)
        else:
            swept.setdefault(run.sweep, set()).add(run.id)
    for sweep, ids in swept.items():
        try:
            await _sweep_goes_on(history, sweep, ids, found)
        except (Damaged, UnknownSweep):
            found.events += [(run, interrupted(run, SERVER_DIED)) for run in runs if run.id in ids]
    came = {run.id: number for number, run in enumerate(runs)}
    found.waiting.sort(key=lambda each: came[each.runs[0]])
    return found


async def _sweep_goes_on(history: History, id: str, left: Collection[str], found: LeftBehind) -> None:
    """Add a sweep's groups to ``found``, as they were when it was started. The members that a group began with decide
    how its products were laid out, and so their bits; one that has been deleted since counts as begun."""
    sweep, members = await history.sweep(id)
    recipes = combinations(members[0].recipe, sweep.axes)
    runs: dict[str, list[Run]] = {}
    for run in members:
        runs.setdefault(run.recipe.key, []).append(run)
    for group in groups(recipes, sweep.places):
        begun: list[tuple[str, Recipe]] = []
        active: list[Run] = []
        for at in group:
            recipe = recipes[at]
            if not runs.get(recipe.key):
                begun.append((f"deleted {at}", recipe))
                continue
            run = runs[recipe.key].pop(0)
            if run.id in left:
                active.append(run)
            if run.id in left or run.started is not None:
                begun.append((run.id, recipe))
        if active:
            waiting = Waiting(
                [run.id for run in active], id, sweep.shares, active[0].origin == "lesson", threads=sweep.threads,
                begun=tuple(begun),
            )  # fmt: skip
            await _go_on(history, active, waiting, found)


async def _keep_pace(history: History, run: Run, waiting: Waiting) -> None:
    """Give runs that wait the pace again with which they were started."""
    with suppress(Damaged):  # its own end will say so
        for queued in await history.events(run.id, RunQueued):
            if queued.pace is not None:
                waiting.control(None, SetPace(pace=queued.pace))
            elif queued.steps_per_second is not None:
                waiting.control(None, SetSpeed(steps_per_second=queued.steps_per_second))


async def _go_on(history: History, runs: Sequence[Run], waiting: Waiting, found: LeftBehind) -> None:
    """What becomes of active runs that waited as one, or trained so."""
    if all(run.started is None for run in runs):
        waiting.begun = ()
        await _keep_pace(history, runs[0], waiting)
        found.waiting.append(waiting)
        return
    on: list[Run] = []
    for run in runs:
        try:
            if any(event.what == "stop" for event in await history.events(run.id, Controlled)):
                found.events.append((run, stopped(run, await history.summary_of_kept(run))))
            else:
                on.append(run)
        except Damaged:
            found.events.append((run, interrupted(run, SERVER_DIED)))
    goes_on = await again(history, on, LEADER_DIED)
    found.events += goes_on.events
    found.events += [(run, interrupted(run, goes_on.failed[run.id])) for run in on if run.id in goes_on.failed]
    waiting.runs = [run.id for run in on if run.id not in goes_on.failed]
    first = next((run for run in on if run.started is not None), None)
    if waiting.runs and first is not None:
        speed = SetPace(pace=first.pace) if first.pace else SetSpeed(steps_per_second=first.steps_per_second)
        waiting.goes_on, waiting.step, waiting.paced = True, goes_on.step, bool(is_paced(speed))
        waiting.held = waiting.lesson and first.state == "paused"
        found.waiting.append(waiting)
