"""The history of runs: their logs and their models, in a database, with the newest of active runs in memory."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection

from app.checkpoint import Checkpoint
from app.events import EpochEnded, Event, Origin, RunQueued, Steps, Weights
from app.history import store
from app.history.changes import Changes
from app.history.database import Database, HistoryUnavailable
from app.history.live_log import LiveLog
from app.history.lock import DatabaseInUse
from app.history.notifier import Notifier
from app.record import Record
from app.run import Run
from app.sweep import Sweep

T = TypeVar("T")
E = TypeVar("E", bound=Event)

PAGE_BYTES = 1 << 20
"""How much of a log is read at once: some milliseconds' work, and little memory with many readers."""


LISTED: tuple[Origin, ...] = ("person", "first")
"""Whose runs a list has unless asked for others."""

CHECK_SECONDS = 5.0
"""How often a connection to a PostgreSQL server is looked after."""

EQUAL_RUNS = 20
"""How many runs of one recipe are looked at for one to use again."""


logger = logging.getLogger(__name__)


class UnknownRun(KeyError):
    """There is no run of this id."""


class UnknownSweep(KeyError):
    """There is no sweep of this id."""


class StillActive(Exception):
    """The run has not ended."""


class History:
    """Open it with ``async with History.open(url) as history``.

    A record is in the database before anybody can read it. One process at a time has a database open. Methods that
    take a run's id raise UnknownRun where there is none.
    """

    def __init__(self, database: Database, active: Sequence[Run], live: str | None, starts: int) -> None:
        self.changes = Changes()
        """Of runs that lists have unless asked for others."""
        self._database = database
        self._logs = {run.id: LiveLog(run) for run in active}
        self._live = live
        self._starts = starts
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
            active, live, starts = await database.read(
                lambda c: (store.active_runs(c), store.live_run(c), store.last_start(c))
            )
            history = cls(database, active, live, starts)
            checking = asyncio.create_task(history._check()) if database.remote else None
            try:
                yield history
            finally:
                if checking:
                    checking.cancel()
                await asyncio.gather(*history._writes, return_exceptions=True)
        finally:
            await asyncio.to_thread(database.close)

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written at present; None where it can."""
        return self._database.trouble

    async def create(self, queued: RunQueued) -> Run:
        """Begin a log with this event as record 1."""
        (run,) = await self.create_many([queued])
        return run

    async def create_many(self, queued: Sequence[RunQueued], sweep: Sweep | None = None) -> list[Run]:
        """Begin a log with each event as record 1, all in one transaction. ``sweep`` is stored with its members, which
        name it."""
        return await self._to_its_end(self._create(queued, sweep))

    async def append(self, run: str, records: Sequence[Record]) -> Run:
        """:meth:`append_many` to one run."""
        (appended,) = await self.append_many([(run, records)])
        return appended

    async def append_many(self, batches: Sequence[tuple[str, Sequence[Record]]]) -> list[Run]:
        """Store records of several runs, each batch with its run's id, in one transaction, then let readers see them.
        Returns the run of each batch as it is then. All are stored or none.

        Raises ValueError where a batch does not continue its log: a ``seq`` is missing, or the run has ended;
        UnknownRun where there is no such run.
        """
        return await self._to_its_end(self._append(batches))

    async def read(
        self, run: str, after: int, limit_bytes: int = PAGE_BYTES, types: Collection[str] | None = None
    ) -> list[Record]:
        """Records from ``after + 1`` on, of these types or all, as many as fit in ``limit_bytes`` but at least one if
        there is one."""
        if log := self._logs.get(run):
            if log.run.seq <= after:
                return []
            if (records := log.recent.after(after, limit_bytes, types)) is not None:
                return records
        records = await self._database.read(lambda c: store.read_records(c, run, after, limit_bytes, types))
        if not records:
            await self.get(run)
        return records

    async def wait(self, run: str, after: int) -> None:
        """Return once there is a record with ``seq > after``, or the run has ended."""
        if log := self._logs.get(run):
            await log.wait(after)
        else:
            await self.get(run)

    def newest_weights(self, run: str) -> int:
        """The ``seq`` of the newest weights of an active run; 0 where it has none or is not active."""
        log = self._logs.get(run)
        return log.weights_seq if log else 0

    async def get(self, run: str) -> Run:
        if log := self._logs.get(run):
            return log.run
        found = await self._database.read(lambda c: store.get_run(c, run))
        if found is None:
            raise UnknownRun(run)
        return found

    async def runs(
        self, limit: int = 50, cursor: str | None = None, origins: Collection[Origin] = LISTED
    ) -> tuple[list[Run], str | None]:
        """Newest first, and the cursor of the next page (None: this is the last). Raises ValueError for a cursor that
        did not come from here."""
        before = _before(cursor)
        page, following = await self._database.read(lambda c: store.list_runs(c, limit, before, origins))
        return page, None if following is None else str(following)

    async def equal_runs(self, recipe_key: str) -> list[Run]:
        """The newest :data:`EQUAL_RUNS` of this key, in whatever state, newest first."""
        return await self._database.read(lambda c: store.equal_runs(c, recipe_key, EQUAL_RUNS))

    async def sweeps(self, limit: int = 50, cursor: str | None = None) -> tuple[list[Sweep], str | None]:
        """As :meth:`runs`."""
        before = _before(cursor)
        page, following = await self._database.read(lambda c: store.list_sweeps(c, limit, before))
        return page, None if following is None else str(following)

    async def sweep(self, sweep: str) -> tuple[Sweep, list[Run]]:
        """A sweep and its members, in the order in which they were created. Raises UnknownSweep."""
        found, members = await self._database.read(lambda c: (store.get_sweep(c, sweep), store.members(c, sweep)))
        if found is None:
            raise UnknownSweep(sweep)
        return found, [log.run if (log := self._logs.get(run.id)) else run for run in members]

    async def active(self) -> list[Run]:
        """Queued, running and paused, oldest first."""
        return [log.run for log in self._logs.values()]

    async def last_number(self) -> int:
        """How many runs there have been, deleted ones that were not the last included."""
        return await self._database.read(store.last_number)

    async def live(self) -> Run | None:
        """The run that started last, by count and not by the clock; if none has started, the newest; None where there
        is no run at all. A lesson's run is never live."""
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

    async def delete_sweep(self, sweep: str) -> None:
        """With its members. Raises UnknownSweep; StillActive, naming a member, where one has not ended."""
        await self._to_its_end(self._delete_sweep(sweep))

    async def save_checkpoint(self, run: str, checkpoint: Checkpoint) -> None:
        """:meth:`save_checkpoints` of one."""
        await self.save_checkpoints([(run, checkpoint)])

    async def save_checkpoints(self, checkpoints: Sequence[tuple[str, Checkpoint]]) -> None:
        """Each with its run's id; those of one run in the order of their steps. Kept ones go to the database in one
        transaction; the newest of each run is in memory while the run is active."""
        await self._to_its_end(self._save_checkpoints(checkpoints))

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
        async for _, event in self._events(run, Steps):
            yield event

    async def frames(self, run: str) -> AsyncIterator[tuple[int, Weights]]:
        """Every weight image in order with its seq, a page in memory at a time."""
        await self.get(run)
        async for seq, event in self._events(run, Weights):
            yield seq, event

    async def epochs(self, run: str) -> list[EpochEnded]:
        await self.get(run)
        return [event async for _, event in self._events(run, EpochEnded)]

    async def _events(self, run: str, type: type[E]) -> AsyncIterator[tuple[int, E]]:
        after = 0
        while page := await self._database.read(
            partial(store.read_events, run=run, type=type, after=after, limit_bytes=PAGE_BYTES)
        ):
            for seq, event in page:
                yield seq, event
            after, _ = page[-1]

    async def _check(self) -> None:
        """A connection that is lost while nothing is written is noticed all the same, and the lock taken again."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            before = self.trouble
            try:
                await self._database.check()
            except (HistoryUnavailable, DatabaseInUse) as error:
                if before is None:
                    logger.error("Nothing can be written: %s", error)

    async def _create(self, queued: Sequence[RunQueued], sweep: Sweep | None) -> list[Run]:
        records = [Record.of(event, 1) for event in queued]
        added = [(Run.queued(event).after(record), record) for event, record in zip(queued, records, strict=True)]

        def add(connection: Connection) -> str | None:
            if sweep is not None:
                store.add_sweep(connection, sweep)
            return store.add_runs(connection, added)

        async with self._one_writer:
            live = await self._database.write(add)
            for run, record in added:
                self._logs[run.id] = log = LiveLog(run)
                log.publish(run, [record])
                self._publish_change(run)
            self._set_live(live)
        return [run for run, _ in added]

    async def _append(self, batches: Sequence[tuple[str, Sequence[Record]]]) -> list[Run]:
        records: dict[str, list[Record]] = {}
        for run, added in batches:
            records.setdefault(run, []).extend(added)
        async with self._one_writer:
            folded = {run: (await self._log(run)).folded(added) for run, added in records.items()}
            starting = [run for run, added in records.items() if any(record.type == "RunStarted" for record in added)]
            starts = {run: self._starts + i for i, run in enumerate(starting, 1)}
            if any(records.values()):
                await self._database.write(lambda c: store.add_records(c, list(folded.values()), records, starts))
            self._starts += len(starts)
            for run, after in folded.items():
                log = self._logs[run]
                if after.origin in LISTED:
                    self.changes.publish_difference(log.run, after)
                log.publish(after, records[run])
                if not after.active:
                    del self._logs[run]
            for run in starting:
                if folded[run].origin != "lesson":
                    self._set_live(run)
        return [folded[run] for run, _ in batches]

    async def _rename(self, run: str, name: str) -> Run:
        async with self._one_writer:
            renamed = (await self.get(run)).model_copy(update={"name": name})
            await self._database.write(lambda c: store.save_run(c, renamed))
            if log := self._logs.get(run):
                log.run = renamed
            self._publish_change(renamed)
        return renamed

    async def _delete(self, run: str) -> None:
        async with self._one_writer:
            if run in self._logs:
                raise StillActive(run)
            await self.get(run)
            self._set_live(await self._database.write(lambda c: store.delete_runs(c, [run])))
            self.changes.publish(run, None)

    async def _delete_sweep(self, sweep: str) -> None:
        async with self._one_writer:
            _, members = await self.sweep(sweep)
            if active := [run.id for run in members if run.active]:
                raise StillActive(active[0])
            ids = [run.id for run in members]

            def delete(connection: Connection) -> str | None:
                store.delete_sweep(connection, sweep)
                return store.delete_runs(connection, ids)

            self._set_live(await self._database.write(delete))
            for run in ids:
                self.changes.publish(run, None)

    async def _save_checkpoints(self, checkpoints: Sequence[tuple[str, Checkpoint]]) -> None:
        async with self._one_writer:
            logs = {run: await self._log(run) for run, _ in checkpoints}
            if kept := [(run, checkpoint) for run, checkpoint in checkpoints if checkpoint.kept]:
                await self._database.write(lambda c: store.add_checkpoints(c, kept))
            for run, checkpoint in checkpoints:
                logs[run].checkpoint = checkpoint

    async def _log(self, run: str) -> LiveLog:
        if log := self._logs.get(run):
            return log
        ended = await self.get(run)
        raise ValueError(f"run {run} is {ended.state}: nothing can be added to it")

    def _publish_change(self, run: Run) -> None:
        if run.origin in LISTED:
            self.changes.publish(run.id, run)

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


def _before(cursor: str | None) -> int | None:
    """The number that a list goes on below. Raises ValueError for a cursor that no list has given."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 10):
        raise ValueError(f"{cursor!r} is no cursor of a list")
    return int(cursor)
