"""The board of the lesson ``your-turn``: who has submitted which recipe, and what it has reached."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import Any, Self

from app.data import embedded
from app.entry import Entry, Shares
from app.handwriting.predictor import from_safetensors
from app.history.damage import Damaged
from app.history.history import History, StillActive, UnknownRun, UnknownSweep
from app.history.limits import NoRoom
from app.history.notifier import Notifier
from app.history.unavailable import HistoryUnavailable
from app.lessons import board
from app.lessons.contents import SEEDS, YOUR_TURN
from app.lessons.last_test import kept_apart, share_right
from app.recipe import Recipe
from app.run import Run
from app.running.queue import QueueFull
from app.running.start import Start
from app.running.supervisor import Supervisor
from app.web.lesson_runs import LessonRuns

AT_ONCE = 4
"""Entries that train at a time; the others wait here, so that half of what lessons may train at a time is left to those
who open one."""

PENDING, OF_ADDRESS, BESIDE_OTHERS = 40, 30, 10
"""Entries that train or wait: in all; of one client address, which a class may share; of one where another's wait too.
A further one is refused."""

PICTURED_AS = 32
"""Members of a sweep of so many have 1.2 MB each for pictures and models: an entry takes some 4 MB, not 40."""

RETRY_SECONDS = 5.0
"""Until runs that could not be queued again are tried once more."""

TEXTBOOK = "textbook"
"""The id of the entry that the lesson itself has, and the name of its trial."""

CHANGED = "The learning rate of its runs was changed while they trained."
STOPPED = "Its runs were stopped before they had ended."
DAMAGED = "What is kept of its runs cannot be read."
GONE = "Its runs were deleted before it had a score."

logger = logging.getLogger(__name__)


class Board:
    """Open it with ``async with Board.open(history, supervisor, lesson_runs)``. Entries that a server before this one
    has left without a score are trained again."""

    def __init__(self, history: History, supervisor: Supervisor, lesson_runs: LessonRuns) -> None:
        self._history, self._supervisor, self._lesson_runs = history, supervisor, lesson_runs
        self._entries: dict[str, Entry] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._clients: dict[str, str] = {}
        """Of entries that have not ended, where they came from. It is nowhere stored."""
        self._one_at_a_time = asyncio.Lock()
        self._turns = asyncio.Semaphore(AT_ONCE)  # first in, first out
        self._changed = Notifier()
        self.version = 0
        """Counts changes of the entries, for those who wait for the next."""

    @classmethod
    @asynccontextmanager
    async def open(cls, history: History, supervisor: Supervisor, lesson_runs: LessonRuns) -> AsyncIterator[Self]:
        made = cls(history, supervisor, lesson_runs)
        async with made.running():
            yield made

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have entries trained and scored, in the server that starts runs, as long as this lasts."""
        self._entries = {entry.id: entry for entry in await self._history.entries()}
        for entry in list(self._entries.values()):
            self._follow(entry)
        try:
            yield
        finally:
            tasks = list(self._following.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def entries(self) -> list[Entry]:
        """Best first, then those without a score."""
        await self._find_textbook()
        return board.ranked(list(self._entries.values()))

    async def runs(self, entry: Entry) -> list[Run]:
        """Of one that has not ended, by seed; none where they have been deleted."""
        try:
            return self._supervisor.placed([await self._history.get(run) for run in entry.runs])
        except UnknownRun:
            return []

    @property
    def places(self) -> dict[str, int]:
        """Of the entries whose turn has not come, from 1."""
        waiting = [entry.id for entry in self._pending if not entry.runs]
        return {id: place for place, id in enumerate(waiting, 1)}

    async def submit(self, recipe: Recipe, name: str | None, predicted: float, client: str) -> tuple[Entry, bool]:
        """The entry of this recipe, and whether it is new. A recipe has one: whoever submits it later finds that of
        before, unless that got no score. ``client``: the address that it comes from. Raises QueueFull, NoRoom."""
        async with self._one_at_a_time:
            if recipe.key == YOUR_TURN.trials[TEXTBOOK].base.key:
                await self._lesson_runs.ask(YOUR_TURN, TEXTBOOK)
                await self._find_textbook()
                return self._entries[TEXTBOOK], False
            before = next((each for each in self._entries.values() if each.recipe.key == recipe.key), None)
            if before is not None and before.failed is None:
                return before, False
            clients = [self._clients.get(entry.id) for entry in self._pending]
            own = clients.count(client)
            for most, pending in ((PENDING, len(clients)), (OF_ADDRESS if own == len(clients) else BESIDE_OTHERS, own)):
                if pending >= most:
                    raise QueueFull(most, "entries")
            await self._history.require_room()
            id, now = secrets.token_hex(5), time.time()
            entry = Entry(id=id, name=name, recipe=recipe, predicted=predicted, created=now)
            await self._history.put_entry(entry)
            self._clients[id] = client
            self._set(entry)
            self._follow(entry)
            leaving = [each for each in board.leaving(self._persons) if each.id != entry.id]
            for each in [*leaving, *([before] if before else [])]:
                await self._remove(each)
            return entry, True

    async def delete(self, id: str) -> None:
        """Delete an entry with its runs. Raises KeyError where no visitor has submitted it."""
        async with self._one_at_a_time:
            entry = {entry.id: entry for entry in self._persons}[id]
            await self._remove(entry)

    async def wait(self, version: int) -> int:
        """Return the version once it is another than this one."""
        while self.version == version:
            await self._changed.wait()
        return self.version

    @property
    def _persons(self) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.id != TEXTBOOK]

    @property
    def _pending(self) -> list[Entry]:
        """In the order in which they came."""
        return [entry for entry in self._persons if not entry.ended]

    def _set(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._change()

    def _change(self) -> None:
        self.version += 1
        self._changed.notify()

    async def _find_textbook(self) -> None:
        """The lesson's own entry, once its runs are known."""
        if TEXTBOOK in self._entries:
            return
        runs = (await self._lesson_runs.known(YOUR_TURN)).get(TEXTBOOK)
        if runs and TEXTBOOK not in self._entries:
            first = runs[0]
            self._set(Entry(id=TEXTBOOK, recipe=first.recipe, created=first.created, **_ids(runs)))
            self._follow(self._entries[TEXTBOOK])

    async def _remove(self, entry: Entry) -> None:
        if task := self._following.pop(entry.id, None):
            task.cancel()
        await self._history.remove_entry(entry.id)
        entry = self._entries.pop(entry.id, entry)  # by now it may have its runs
        self._change()
        if not entry.sweep or any(other.sweep == entry.sweep for other in self._entries.values()):
            return
        with suppress(UnknownSweep, StillActive, HistoryUnavailable):
            if active := [run.id for run in await self.runs(entry) if run.active]:
                await self._supervisor.stop(active)
            await self._history.delete_sweep(entry.sweep)

    def _follow(self, entry: Entry) -> None:
        if entry.failed is not None or entry.test is not None:
            return
        task = asyncio.create_task(self._see_through(entry), name=f"entry {entry.id}")
        self._following[entry.id] = task

        def done(task: asyncio.Task[None]) -> None:
            self._clients.pop(entry.id, None)
            if self._following.get(entry.id) is task:
                del self._following[entry.id]
            if not task.cancelled() and (error := task.exception()):
                logger.error("The entry %s cannot be scored.", entry.id, exc_info=error)

        task.add_done_callback(done)

    async def _see_through(self, entry: Entry) -> None:
        """Wait for its runs, score it, and only then test it."""
        while True:
            try:
                if entry.validation is None and entry.id == TEXTBOOK:
                    entry = await self._score(entry)
                elif entry.validation is None:
                    async with self._turns:
                        entry = await self._score(entry if entry.runs else await self._train(entry))
                if entry.validation is not None:
                    await self._keep(entry.model_copy(update={"test": await self._test(entry)}))
                return
            except HistoryUnavailable:  # for now: it has been said in the server's output
                await asyncio.sleep(RETRY_SECONDS)

    async def _score(self, entry: Entry) -> Entry:
        while True:
            try:
                runs = [await self._ended(run) for run in entry.runs]
            except UnknownRun:
                return await self._fail(entry, GONE)
            except Damaged:
                return await self._fail(entry, DAMAGED)
            if any(run.learning_rate_changed for run in runs):
                return await self._fail(entry, CHANGED)
            if all(run.state == "finished" or run.diverged for run in runs):
                shares = tuple(None if run.diverged else run.summary.valid_accuracy for run in runs)
                entry = entry.model_copy(update={"validation": shares})
                await self._keep(entry)
                return entry
            if not any(run.state == "interrupted" for run in runs):
                return await self._fail(entry, next((run.error for run in runs if run.error), None) or STOPPED)
            entry = await self._train(entry)  # the end of a server has interrupted them

    async def _train(self, entry: Entry) -> Entry:
        """The entry with its runs, which have been queued."""
        recipes = [entry.recipe.model_copy(update={"seed": seed}) for seed in SEEDS]
        name, axes = f"Lesson: {YOUR_TURN.title}", {"seed": SEEDS}
        start = Start(recipes, name, origin="lesson", axes=axes, reuse=True, pictured_as=PICTURED_AS)
        while True:
            try:
                runs, _ = await self._supervisor.queue(start)
                break
            except (QueueFull, NoRoom):
                await asyncio.sleep(RETRY_SECONDS)
        entry = entry.model_copy(update=_ids(runs))
        await self._keep(entry)
        return entry

    async def _test(self, entry: Entry) -> Shares:
        """None for a seed that diverged, or whose model is there no more."""
        found: list[float | None] = []
        for run, share in zip(entry.runs, entry.validation or (), strict=True):
            try:
                checkpoint = None if share is None else await self._history.checkpoint(run)
            except (UnknownRun, Damaged):
                checkpoint = None
            found.append(None if checkpoint is None else await asyncio.to_thread(self._tested, checkpoint.data))
        return tuple(found)

    def _tested(self, model: bytes) -> float | None:
        images, threes = self._digits
        try:
            return share_right(from_safetensors(model), images, threes)
        except ValueError:  # its numbers are not all finite
            return None

    @cached_property
    def _digits(self) -> tuple[Any, Any]:
        return kept_apart(embedded())

    async def _fail(self, entry: Entry, reason: str) -> Entry:
        entry = entry.model_copy(update={"failed": reason})
        await self._keep(entry)
        return entry

    async def _keep(self, entry: Entry) -> None:
        if entry.id == TEXTBOOK:
            if entry.failed is None:
                self._set(entry)
            else:  # to be found again once its runs are trained again
                self._entries.pop(TEXTBOOK, None)
                self._change()
            return
        if entry.id in self._entries:
            await self._history.put_entry(entry)
            self._set(entry)

    async def _ended(self, id: str) -> Run:
        """The run once it has. Raises UnknownRun."""
        run = await self._history.get(id)
        while run.active:
            await self._history.wait(id, run.seq)
            run = await self._history.get(id)
        return run


def _ids(runs: Sequence[Run]) -> dict[str, Any]:
    """Of an entry's runs, as its fields."""
    return {"sweep": str(runs[0].sweep), "runs": tuple(run.id for run in runs)}
