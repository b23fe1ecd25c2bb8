"""How controls reach runs, whether they train or wait."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Literal

from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.events import Controlled
from app.history.history import History, UnknownRun
from app.history.unavailable import HistoryUnavailable
from app.run import State
from app.running.active_run import Training
from app.running.endings import records, stopped
from app.running.protocol import SendControl
from app.running.queue import RunQueue, Waiting, is_paced
from app.running.warm_worker import CANCEL_SECONDS, WarmWorker

STOP = Act(action="stop")

Active = dict[str, tuple[WarmWorker, Training]]
"""The runs that train, each with its worker and its task."""

logger = logging.getLogger(__name__)


class NotActive(Exception):
    """The run, or ``what``, is in no state to take this control."""

    def __init__(self, id: str, state: State | Literal["ended"], what: str = "the run") -> None:
        waiting = f"{what} is queued: until it trains it can be stopped, or given a learning rate or a speed"
        ended = f"{what} {'has ended' if state == 'ended' else f'is {state}'}: it takes no controls any more"
        super().__init__(waiting if state == "queued" else ended)
        self.id, self.state = id, state


class OfSweep(Exception):
    """The run is a member of this sweep, whose members keep step with each other."""

    def __init__(self, sweep: str) -> None:
        super().__init__(
            f"the run is a member of the sweep {sweep}: it can be stopped, or given a learning rate; "
            f"all else is for the whole sweep (POST /api/sweeps/{sweep}/control)"
        )
        self.sweep = sweep


class Steering:
    """Passes controls on to runs that are ``active`` or in the ``queue``. ``one_at_a_time`` is held while the queue, or
    the log of a run in it, changes; ``changed`` is called where something may start by that, or no more."""

    def __init__(
        self,
        history: History,
        queue: RunQueue,
        active: Active,
        one_at_a_time: asyncio.Lock,
        changed: Callable[[], None],
    ) -> None:
        self._history, self._queue, self._active = history, queue, active
        self._one_at_a_time, self._changed = one_at_a_time, changed

    async def control(self, run: str, control: Control) -> None:
        """Pass it on; the log says when it took effect. A queued run can be stopped, and takes a learning rate and a
        speed to begin with; a member of a sweep can be stopped, and takes a learning rate. Raises UnknownRun,
        NotActive, OfSweep."""
        known = await self._history.get(run)
        if known.sweep and not (isinstance(control, SetLearningRate) or control == STOP):
            raise OfSweep(known.sweep)
        if run not in self._active:
            async with self._one_at_a_time:
                if waiting := self._queue.of(run):
                    return await self._control_waiting(waiting, run, control)
        known = await self._history.get(run)
        if run not in self._active or not known.active:
            raise NotActive(run, known.state)
        worker, training = self._active[run]
        self._send(worker, training, run, control)

    async def control_sweep(self, sweep: str, control: Control) -> None:
        """Of all members at once. Members that wait begin paused where others train and are told to pause. Raises
        NotActive where none takes it."""
        async with self._one_at_a_time:
            waiting = self._queue.of_sweep(sweep)
            training = {
                task.id: (worker, task) for worker, task in self._active.values() if task.waiting.sweep == sweep
            }
            active = [(worker, task) for worker, task in training.values() if task.active]
            if control == STOP:
                await self._stop_waiting([run for each in waiting for run in each.runs])
            elif active or not isinstance(control, Act) or any(each.goes_on for each in waiting):
                if control != Act(action="step"):
                    await self._give(waiting, None, control)
                self._queue.changed()
            elif waiting:
                raise NotActive(sweep, "queued", "the sweep")
            if not active and not waiting:
                raise NotActive(sweep, "ended", "the sweep")
            self._changed()
        for worker, task in active:
            self._send(worker, task, None, control)

    async def stop(self, runs: Collection[str] | None = None) -> list[str]:
        """Stop these runs, or all; returns those that were active and have ended by it."""
        async with self._one_at_a_time:
            waiting = [run for run in self._queue.places() if runs is None or run in runs]
            await self._stop_waiting(waiting)
        training = [
            run for run, (_, task) in self._active.items() if (runs is None or run in runs) and task.runs[run].active
        ]
        for run in training:
            self._send(*self._active[run], run, STOP)
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CANCEL_SECONDS):
                for run in training:
                    await self._wait_end(run)
        ended = [run for run in training if not await self._goes_on(run)]
        if len(ended) < len(training):
            logger.warning("Runs go on after they were told to stop: %s", ", ".join({*training} - {*ended}))
        return waiting + ended

    async def _wait_end(self, run: str) -> None:
        with suppress(UnknownRun):  # it has ended, and been deleted since
            while (known := await self._history.get(run)).active:
                await self._history.wait(run, known.seq)

    async def _goes_on(self, run: str) -> bool:
        try:
            return (await self._history.get(run)).active
        except UnknownRun:
            return False

    async def _control_waiting(self, waiting: Waiting, run: str, control: Control) -> None:
        if control == STOP:
            await self._stop_waiting([run])
        elif waiting.goes_on or isinstance(control, SetLearningRate | SetSpeed | SetPace):
            await self._give([waiting], run, control)
            self._queue.changed()
            self._changed()
        else:
            raise NotActive(run, "queued")

    async def _give(self, waiting: Sequence[Waiting], run: str | None, control: Control) -> None:
        """Let waiting runs begin with the control, whichever server leads then. Raises HistoryUnavailable where it
        cannot be kept: then they begin without it."""
        before = [deepcopy(each.controls) for each in waiting]
        for each in waiting:
            each.control(run, control)
        if not self._history.leadership.shared:
            return
        try:
            await self._history.keep_controls({run: given for each in waiting for run, given in each.given.items()})
        except HistoryUnavailable:
            for each, controls in zip(waiting, before, strict=True):
                each.controls = controls
            raise

    async def _stop_waiting(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        runs = [await self._history.get(id) for id in ids]
        summaries = [await self._history.summary_of_kept(run) for run in runs]
        await self._history.append_many(
            [
                (run.id, records(run, Controlled(what="stop", step=run.step), stopped(run, summary)))
                for run, summary in zip(runs, summaries, strict=True)
            ],
            patiently=False,  # nothing else could be started or changed meanwhile
            ending=lambda: True,
        )
        for id in ids:  # only now: a run whose end could not be logged still waits
            self._queue.remove_run(id)
        self._changed()

    def _send(self, worker: WarmWorker, training: Training, run: str | None, control: Control) -> None:
        """``run``: one of the task's runs, or None for all of them."""
        if training.lane != "lesson" and (paced := is_paced(control)) is not None:
            training.lane = "paced" if paced else "full"
            self._changed()
        if training.untouched and control not in (STOP, Act(action="step")):
            training.waiting.control(run, control)  # where its worker dies before it begins, it waits again with this
        addressed = [training.runs[run]] if run else list(training.runs.values())
        for each in addressed:
            each.rate_changed = each.rate_changed or isinstance(control, SetLearningRate)
            each.stopping = each.stopping or control == STOP
        training.expect(run, [control])
        worker.send(SendControl(task=training.id, run=run, control=control))
        if control == STOP:
            worker.expect(lambda: not any(each.active for each in addressed))
