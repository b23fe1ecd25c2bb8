"""The history of runs: their logs and their models, in a database, with the newest of active runs in memory."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeVar

from app.checkpoint import Checkpoint
from app.events import EpochEnded, Event, RunQueued, Steps, Weights
from app.history import store
from app.history.changes import Changes
from app.history.database import Database
from app.history.live_log import LiveLog
from app.history.notifier import Notifier
from app.record import Record
from app.run import Run

T = TypeVar("T")
E = TypeVar("E", bound=Event)

PAGE_BYTES = 1 << 20
"""How much of a log is read at once: some milliseconds' work, and little memory with many readers."""


class UnknownRun(KeyError):
    """There is no run of this id."""


class StillActive(Exception):
    """The run has not ended."""


class History:
    """Open it with ``async with History.open(url) as history``.

    A record is in the database before anybody can read it. One process at a time has a database open. Methods that
    take a run's id raise UnknownRun where there is none.
    """

    def __init__(self, database: Database, active: Sequence[Run], live: str | None) -> None:
        self.changes = Changes()
        self._database = database
        self._logs = {run.id: LiveLog(run) for run in active}
        self._live = live
        self._live_changed = Notifier()
        self._one_writer = asyncio.Lock()
        self._writes: set[asyncio.Task[Any]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """``url`` is SQLAlchemy's, such as ``sqlite:///threeseven.db``; the file, its folder and the tables are made
        where they are missing.

        Raises HistoryUnavailable where the database cannot be used, DatabaseInUse where another process has it open.
        """
        database = await asyncio.to_thread(Database, url)
        try:
            history = cls(database, await database.read(store.active_runs), await database.read(store.live_run))
            try:
                yield history
            finally:
                await asyncio.gather(*history._writes, return_exceptions=True)
        finally:
            await asyncio.to_thread(database.close)

    async def create(self, queued: RunQueued) -> Run:
        """Begin a log with this event as record 1."""
        return await self._to_its_end(self._create(queued))

    async def append(self, run: str, records: Sequence[Record]) -> Run:
        """Store ``records`` in one transaction, then let readers see them.

        Raises ValueError where they do not continue the log: a ``seq`` is missing, or the run has ended.
        """
        return await self._to_its_end(self._append(run, records))

    async def read(self, run: str, after: int, limit_bytes: int = PAGE_BYTES) -> list[Record]:
        """Records from ``after + 1`` on, as many as fit in ``limit_bytes`` but at least one if there is one."""
        if log := self._logs.get(run):
            if log.run.seq <= after:
                return []
            if (records := log.recent.after(after, limit_bytes)) is not None:
                return records
        records = await self._database.read(lambda c: store.read_records(c, run, after, limit_bytes))
        if not records:
            await self.get(run)
        return records

    async def wait(self, run: str, after: int) -> None:
        """Return once there is a record with ``seq > after``, or the run has ended."""
        if log := self._logs.get(run):
            await log.wait(after)
        else:
            await self.get(run)

    async def get(self, run: str) -> Run:
        if log := self._logs.get(run):
            return log.run
        found = await self._database.read(lambda c: store.get_run(c, run))
        if found is None:
            raise UnknownRun(run)
        return found

    async def runs(self, limit: int = 50, cursor: str | None = None) -> tuple[list[Run], str | None]:
        """Newest first, and the cursor of the next page (None: this is the last). Raises ValueError for a cursor that
        did not come from here."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 10):
            raise ValueError(f"{cursor!r} is no cursor of a list of runs")
        before = None if cursor is None else int(cursor)
        page, following = await self._database.read(lambda c: store.list_runs(c, limit, before))
        return page, None if following is None else str(following)

    async def active(self) -> list[Run]:
        """Queued, running and paused, oldest first."""
        return [log.run for log in self._logs.values()]

    async def last_number(self) -> int:
        """How many runs there have been, deleted ones that were not the last included."""
        return await self._database.read(store.last_number)

    async def live(self) -> Run | None:
        """The run that started last; if none has started, the newest; None where there is no run at all."""
        while (live := self._live) is not None:
            try:
                return await self.get(live)
            except UnknownRun:  # deleted meanwhile
                continue
        return None

    async def wait_live(self, other_than: str | None) -> Run:
        """Return the live run once it is another than this one."""
        while True:
            if self._live in (None, other_than):
                await self._live_changed.wait()
            elif (run := await self.live()) is not None and run.id != other_than:
                return run

    async def rename(self, run: str, name: str) -> Run:
        return await self._to_its_end(self._rename(run, name))

    async def delete(self, run: str) -> None:
        """With its events and checkpoints. Raises StillActive where the run has not ended."""
        await self._to_its_end(self._delete(run))

    async def save_checkpoint(self, run: str, checkpoint: Checkpoint) -> None:
        """A kept one goes to the database; whichever is newest is in memory while the run is active."""
        await self._to_its_end(self._save_checkpoint(run, checkpoint))

    async def checkpoint(self, run: str, step: int | None = None) -> Checkpoint | None:
        """The newest at or before ``step``, by default the newest of all."""
        if (log := self._logs.get(run)) and (newest := log.checkpoint) and (step is None or newest.step <= step):
            return newest
        found = await self._database.read(lambda c: store.get_checkpoint(c, run, step))
        if found is None:
            await self.get(run)
        return found

    async def weights(self, run: str, step: int | None = None) -> Weights | None:
        """The newest at or before ``step``, by default the newest of all."""
        record = await self._database.read(lambda c: store.weights_record(c, run, step))
        if record is None:
            await self.get(run)
            return None
        return Weights.decode(record.data)

    async def steps(self, run: str) -> AsyncIterator[Steps]:
        """Every step in order, a page in memory at a time."""
        await self.get(run)
        async for event in self._events(run, Steps):
            yield event

    async def epochs(self, run: str) -> list[EpochEnded]:
        await self.get(run)
        return [event async for event in self._events(run, EpochEnded)]

    async def _events(self, run: str, type: type[E]) -> AsyncIterator[E]:
        after = 0
        while page := await self._database.read(
            partial(store.read_events, run=run, type=type, after=after, limit_bytes=PAGE_BYTES)
        ):
            for _, event in page:
                yield event
            after, _ = page[-1]

    async def _create(self, queued: RunQueued) -> Run:
        record = Record.of(queued, 1)
        run = Run.queued(queued).after(record)
        async with self._one_writer:
            live = await self._database.write(lambda c: store.add_run(c, run, record))
            self._logs[run.id] = log = LiveLog(run)
            log.publish(run, [record])
            self.changes.publish(run.id, run)
            self._set_live(live)
        return run

    async def _append(self, run: str, records: Sequence[Record]) -> Run:
        async with self._one_writer:
            log = await self._log(run)
            before, folded = log.run, log.folded(records)
            await self._database.write(lambda c: store.add_records(c, folded, records))
            log.publish(folded, records)
            self.changes.publish_difference(before, folded)
            if not folded.active:
                del self._logs[run]
            if any(record.type == "RunStarted" for record in records):
                self._set_live(run)
        return folded

    async def _rename(self, run: str, name: str) -> Run:
        async with self._one_writer:
            renamed = (await self.get(run)).model_copy(update={"name": name})
            await self._database.write(lambda c: store.save_run(c, renamed))
            if log := self._logs.get(run):
                log.run = renamed
            self.changes.publish(run, renamed)
        return renamed

    async def _delete(self, run: str) -> None:
        async with self._one_writer:
            if run in self._logs:
                raise StillActive(run)
            await self.get(run)
            self._set_live(await self._database.write(lambda c: store.delete_run(c, run)))
            self.changes.publish(run, None)

    async def _save_checkpoint(self, run: str, checkpoint: Checkpoint) -> None:
        async with self._one_writer:
            log = await self._log(run)
            if checkpoint.kept:
                await self._database.write(lambda c: store.add_checkpoint(c, run, checkpoint))
            log.checkpoint = checkpoint

    async def _log(self, run: str) -> LiveLog:
        if log := self._logs.get(run):
            return log
        ended = await self.get(run)
        raise ValueError(f"run {run} is {ended.state}: nothing can be added to it")

    def _set_live(self, run: str | None) -> None:
        if run != self._live:
            self._live = run
            self._live_changed.notify()

    async def _to_its_end(self, write: Coroutine[Any, Any, T]) -> T:
        """A write goes on where whoever asked for it is cancelled, so that memory and database keep agreeing."""
        task = asyncio.create_task(write)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)
