"""The runs that lessons show: started when somebody asks, or before that while the server is idle."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Self

from app.history.history import History, UnknownRun
from app.history.limits import NoRoom
from app.history.unavailable import HistoryUnavailable
from app.lessons.lesson import Lesson, Trial
from app.run import Run
from app.running.computations import Busy, ExperimentFailed
from app.running.queue import QueueFull
from app.running.start import Start
from app.running.supervisor import Supervisor
from app.sweep import Value
from app.web.answers import Answers
from app.web.watched_trials import GRACE_SECONDS, WatchedTrials

logger = logging.getLogger(__name__)


class LessonRuns:
    """Open it with ``async with LessonRuns.open(history, supervisor)``. Runs are shared: a trial that is asked for
    again is answered with the runs of before. Those of a choice that a reader has made are stopped once nobody has
    watched them for ``grace`` seconds; those that a lesson shows first train to their end."""

    def __init__(self, history: History, supervisor: Supervisor, *, grace: float = GRACE_SECONDS) -> None:
        self._history, self._supervisor = history, supervisor
        self._watched = WatchedTrials(supervisor.stop, grace)
        self._shown_first: dict[tuple[str, str], frozenset[str]] = {}
        """The runs of each lesson's trial as it is first shown, by slug and name, once they have been asked for."""
        self._preparing: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, history: History, supervisor: Supervisor, *, grace: float = GRACE_SECONDS
    ) -> AsyncIterator[Self]:
        made = cls(history, supervisor, grace=grace)
        async with made._watched:
            try:
                yield made
            finally:
                if made._preparing:
                    made._preparing.cancel()
                    await asyncio.gather(made._preparing, return_exceptions=True)

    def watching(self, run: str) -> AbstractContextManager[None]:
        """Somebody watches this run meanwhile; it need not be a lesson's."""
        return self._watched.watching(run)

    async def ask(
        self, lesson: Lesson, name: str, chosen: Mapping[str, Value] | None = None, *, starter: str = ""
    ) -> tuple[list[Run], bool]:
        """The runs of a trial in the order of its axes, and whether they are new. ``starter``: who has asked, if it is
        not the server. Raises KeyError for an unknown name, UnknownChoice, QueueFull."""
        trial = lesson.trials[name]
        start = replace(_start(lesson, trial, chosen), starter=starter)
        runs, new = await self._supervisor.queue(start)
        ids = [run.id for run in runs]
        if start.recipes == trial.recipes():
            self._shown_first[lesson.slug, name] = frozenset(ids)
            self._watched.keep(ids)
        elif not any(shown.issuperset(ids) for shown in self._shown_first.values()):  # lessons share runs
            self._watched.expect(ids)
        return self._supervisor.placed(runs), new

    async def known(self, lesson: Lesson) -> dict[str, list[Run]]:
        """Return the runs that there are already of each trial as it is first shown."""
        found = {name: await self._supervisor.find(_start(lesson, trial)) for name, trial in lesson.trials.items()}
        return {name: runs for name, runs in found.items() if runs}

    def prepare(self, lessons: Sequence[Lesson], answers: Answers) -> None:
        """From now on have what they show first trained, one trial after another, and asked, whenever nothing else is
        to do."""
        self._preparing = asyncio.create_task(self._prepare(lessons, answers), name="lessons' runs")

    async def _prepare(self, lessons: Sequence[Lesson], answers: Answers) -> None:
        for lesson in lessons:
            for name in lesson.trials:
                await self._supervisor.wait_idle()
                try:
                    runs, _ = await self.ask(lesson, name)
                    for run in runs:
                        await self._wait_end(run)
                except (NoRoom, HistoryUnavailable, QueueFull) as reason:
                    logger.warning("What lessons show first is not computed: %s.", reason)
                    return
            await self._prepare_answers(lesson, answers)

    async def _prepare_answers(self, lesson: Lesson, answers: Answers) -> None:
        """Have the lesson's experiments computed. Those that fail now are computed when somebody asks."""
        for name, parameters in lesson.experiments.items():
            asked = parameters.model_dump_json()
            if answers.get(name, asked) is not None:
                continue
            await self._supervisor.wait_idle()
            with suppress(QueueFull, Busy, ExperimentFailed, TimeoutError):
                answers.keep(name, asked, await self._supervisor.compute(name, parameters))

    async def _wait_end(self, run: Run) -> None:
        try:
            while run.active:
                await self._history.wait(run.id, run.seq)
                run = await self._history.get(run.id)
        except UnknownRun:  # deleted meanwhile
            return


def _start(lesson: Lesson, trial: Trial, chosen: Mapping[str, Value] | None = None) -> Start:
    recipes = trial.recipes(chosen)
    return Start(recipes, f"Lesson: {lesson.title}", origin="lesson", axes=dict(trial.axes), reuse=True)
