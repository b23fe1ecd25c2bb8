"""Viewers of runs that pages of lessons have had started: none trains on for a page that is closed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

GRACE_SECONDS = 20.0
"""Between the last watcher's leaving and the end of the runs: a page that is loaded again, or has lost its connection
for a moment, is back by then."""

logger = logging.getLogger(__name__)


class WatchedTrials:
    """Use it with ``async with``. The runs of a trial are stopped once all who watched any of them have left and nobody
    has come for ``grace`` seconds. Not covered: runs that nobody has watched since they were asked for, as by REST."""

    def __init__(self, stop: Callable[[Sequence[str]], Awaitable[object]], grace: float = GRACE_SECONDS) -> None:
        self._stop, self._grace = stop, grace
        self._trials: dict[str, _Trial] = {}
        """By the id of each of its runs. A trial is in it while somebody watches it, and ``grace`` seconds after."""
        self._stopping: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for trial in self._trials.values():
            trial.cancel_timer()
        self._trials.clear()
        for task in self._stopping:
            task.cancel()
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def expect(self, runs: Sequence[str]) -> None:
        """Somebody has asked for them, and is about to watch them."""
        trial = next((self._trials[run] for run in runs if run in self._trials), None) or _Trial(tuple(runs))
        self._trials |= dict.fromkeys(trial.runs, trial)
        if not trial.watchers:
            self._wait(trial)

    def keep(self, runs: Sequence[str]) -> None:
        """Let these runs go on, whoever leaves."""
        for run in runs:
            if trial := self._trials.pop(run, None):
                trial.cancel_timer()

    @contextmanager
    def watching(self, run: str) -> Iterator[None]:
        """Somebody watches this run meanwhile; any run may be watched."""
        trial = self._trials.get(run)
        if trial is None:
            yield
            return
        trial.watchers += 1
        trial.watched = True
        trial.cancel_timer()
        try:
            yield
        finally:
            trial.watchers -= 1
            if not trial.watchers and self._trials.get(run) is trial:
                self._wait(trial)

    def _wait(self, trial: "_Trial") -> None:
        trial.cancel_timer()
        trial.timer = asyncio.get_running_loop().call_later(self._grace, self._leave, trial)

    def _leave(self, trial: "_Trial") -> None:
        """Stop the trial's runs: nobody has come for ``grace`` seconds."""
        for run in trial.runs:
            self._trials.pop(run, None)
        if trial.watched:
            task = asyncio.ensure_future(self._end(trial.runs))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)

    async def _end(self, runs: Sequence[str]) -> None:
        try:
            await self._stop(runs)
        except Exception:
            logger.exception("A lesson's runs that nobody waits for could not be stopped.")


class _Trial:
    def __init__(self, runs: tuple[str, ...]) -> None:
        self.runs = runs
        self.watchers = 0
        self.watched = False
        self.timer: asyncio.TimerHandle | None = None

    def cancel_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
