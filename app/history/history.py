"""The history of runs: their logs and their models, in a database, with the newest of active runs in memory."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection

from app.checkpoint import Checkpoint
from app.controls import Control
from app.drawing import Drawing
from app.entry import Entry
from app.events import RunQueued
from app.history import deleted_runs, drawings, entries, sizes, store
from app.history.ballast import BALLAST_BYTES
from app.history.changes import Changes
from app.history.database import Database
from app.history.deletion import Deletion
from app.history.deletion import StillActive as StillActive
from app.history.drawing_keeper import DrawingKeeper
from app.history.keeper import Keeper
from app.history.leadership import Leadership, Sharing, beside
from app.history.limits import UNLIMITED, Limits, NoRoom
from app.history.live_log import LiveLog
from app.history.lock import DatabaseInUse
from app.history.memory import LISTED as LISTED
from app.history.memory import Memory, Snapshot, snapshot
from app.history.queue_order import QueueOrder
from app.history.reading import PAGE_BYTES as PAGE_BYTES
from app.history.reading import HistoryReader
from app.history.reading import UnknownRun as UnknownRun
from app.history.reading import UnknownSweep as UnknownSweep
from app.history.unavailable import HistoryUnavailable, WriteRefused
from app.history.updates import Appended, Changed, Created
from app.record import Record
from app.run import Run
from app.storage import Deleted, Removal, Storage
from app.sweep import SWEEP_BYTES, Sweep

T = TypeVar("T")

CHECK_SECONDS = 2.0
"""How often a connection to a PostgreSQL server is looked after; whether a file still is the one that was opened, and
can be written where it could not."""

RETRY_SECONDS = 1.0
"""Between two attempts to store what a run sends, while the disk or another program does not let it."""

logger = logging.getLogger(__name__)


class History(HistoryReader):
    """Open it with ``async with History.open(url) as history``.

    A record is in the database before anybody can read it. One process at a time writes a database.
    """

    def __init__(self, database: Database, limits: Limits, found: Snapshot) -> None:
        super().__init__(database, Memory(found))
        self.note_damaged(found.damaged)
        self._limits = limits
        self._keeper = Keeper(self, limits)
        self._one_writer = asyncio.Lock()
        self._drawings = DrawingKeeper(database, limits)
        self._deletion = Deletion(self, database, self._memory, limits, self._one_writer, self._keeper.wake)
        self._writes: set[asyncio.Task[Any]] = set()
        self._closing = asyncio.Event()
        self.leadership = Leadership(database, self._memory)
        """Which process writes the history, where several have it open."""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, limits: Limits = UNLIMITED, sharing: Sharing | None = None) -> AsyncIterator[Self]:
        """``url`` is SQLAlchemy's, such as ``sqlite:///threeseven.db``; the file, its folder and the tables are made
        where they are missing. Runs that can no longer be restored are removed, and what passes the limits. With
        ``sharing``, for PostgreSQL, other processes may have it open too: :attr:`leadership` says which of them writes.

        Raises HistoryUnavailable where the database cannot be used, DatabaseInUse where another process has it open.
        """
        shared = sharing is not None
        database = await asyncio.to_thread(Database, url, min(BALLAST_BYTES, limits.reserve_bytes), shared=shared)
        try:
            if sharing and not await database.take(sharing.address):
                await database.wait_made()
            history = cls(database, limits, await database.read(partial(snapshot, known=() if shared else None)))
            async with beside(history.leadership.run(sharing, history._lead)):
                try:
                    if database.number or not shared:
                        await history.leadership.wait_held()
                    yield history
                finally:
                    history._closing.set()
                    database.give_up()
                    await asyncio.gather(*history._writes, return_exceptions=True)
        finally:
            await asyncio.to_thread(database.close)

    @property
    def changes(self) -> Changes:
        """Of runs that lists have unless asked for others."""
        return self._memory.changes

    @property
    def queue(self) -> QueueOrder:
        """The order of the runs that wait, as who starts them has set it."""
        return self._memory.queue

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written at present, or heard of what others write; None where it can. Active runs wait
        meanwhile."""
        return self._database.trouble or self.leadership.trouble

    async def require_room(self) -> None:
        """Raises NoRoom where not even the smallest run may start."""
        await self._require_room([])

    async def create(self, queued: RunQueued) -> Run:
        """Begin a log with this event as record 1."""
        (run,) = await self.create_many([queued])
        return run

    async def create_many(
        self, queued: Sequence[RunQueued], sweep: Sweep | None = None, *, starter: str = ""
    ) -> list[Run]:
        """Begin a log with each event as record 1, all in one transaction. ``sweep`` is stored with its members, which
        name it; ``starter``, who has asked for them, only while they are queued, for :meth:`starters`. Raises NoRoom
        where they could take more than the disk has left beyond its reserve, WriteRefused where the disk or another
        program does not let them be written now."""
        return await self._to_its_end(self._create(queued, sweep, starter))

    async def keep_controls(self, given: Mapping[str, Sequence[Control]]) -> None:
        """These are what runs that wait were given, in the place of what they were given before."""
        await self._to_its_end(self._database.write(lambda connection: store.put_controls(connection, given)))

    async def given_controls(self) -> dict[str, list[Control]]:
        """What runs were given while they waited, by run: what its log does not say yet."""
        return await self._database.read(store.given_controls)

    async def starters(self) -> dict[str, str]:
        """Return who has asked for each queued run, by run, where that is known."""
        return await self._database.read(store.starters)

    async def append(
        self,
        run: str,
        records: Sequence[Record],
        *,
        patiently: bool = True,
        ending: Callable[[], bool] = lambda: False,
    ) -> Run:
        """:meth:`append_many` to one run."""
        (appended,) = await self.append_many([(run, records)], patiently=patiently, ending=ending)
        return appended

    async def append_many(
        self,
        batches: Sequence[tuple[str, Sequence[Record]]],
        checkpoints: Sequence[tuple[str, Checkpoint]] = (),
        *,
        patiently: bool = True,
        ending: Callable[[], bool] = lambda: False,
    ) -> list[Run]:
        """Store records of several runs, each batch with its run's id, in one transaction, then let readers see them.
        With them checkpoints, each with its run's id, those of one run in the order of their steps: kept ones are in
        the database, and the newest of each run in memory, while the run is active, before a record is seen. Returns
        the run of each batch as it is then. All are stored or none. Waits, as long as the limits say, while the disk or
        another program does not let them be written; ``trouble`` says why. With ``patiently=False`` it does not wait.
        While runs are ``ending``, on a disk that is full these may take what is kept for deletions: only a run that has
        ended can be deleted.

        Raises ValueError where a batch does not continue its log: a ``seq`` is missing, or the run has ended;
        UnknownRun where there is no such run; WriteRefused where it has waited in vain, or does not wait.
        """

        def append() -> Coroutine[Any, Any, list[Run]]:
            return self._append(batches, checkpoints, frees=ending())

        if patiently:
            return await self._to_its_end(self._patiently(append), patiently=True)
        return await self._to_its_end(append())

    async def rename(self, run: str, name: str) -> Run:
        """A run that a person has named is never removed by itself."""
        return await self._to_its_end(self._rename(run, name))

    async def delete(self, run: str) -> float | None:
        """At once it is known no more. Returns until when (Unix time) :meth:`restore` brings it back; None where it
        gave its room back at once, since the disk is full. Raises StillActive where the run has not ended."""
        return await self._to_its_end(self._deletion.delete(run, None))

    async def delete_many(self, runs: Sequence[str]) -> tuple[list[str], float | None]:
        """Those of the runs that have ended, in one transaction, as :meth:`delete`: their ids, and until when they can
        be restored. Unknown and active runs are left out."""
        return await self._to_its_end(self._deletion.delete_ended(runs))

    async def restore(self, run: str) -> Run:
        """Bring a deleted run back; one that is not deleted stays as it is."""
        await self.restore_many([run])
        return await self.get(run)

    async def restore_many(self, runs: Sequence[str]) -> list[str]:
        """Bring deleted runs back; the ids of those that were deleted and could be restored."""
        return await self._to_its_end(self._deletion.restore(runs))

    async def delete_sweep(self, sweep: str) -> float | None:
        """All its members, as :meth:`delete`. Raises UnknownSweep; StillActive, naming a member, where one has not
        ended."""
        return await self._to_its_end(self._deletion.delete(None, sweep))

    async def restore_sweep(self, sweep: str) -> tuple[Sweep, list[Run]]:
        """As :meth:`sweep`, with all its deleted members that can be restored."""
        hidden = await self._database.read(lambda c: deleted_runs.hidden_members(c, sweep))
        await self._to_its_end(self._deletion.restore(hidden))
        return await self.sweep(sweep)

    async def put_entry(self, entry: Entry) -> None:
        """Add it, or put it in the place of that with its id."""
        await self._to_its_end(self._database.write(lambda c: entries.put(c, entry)))

    async def remove_entry(self, id: str) -> None:
        """Does nothing where there is none."""
        await self._to_its_end(self._database.write(lambda c: entries.remove(c, id), frees=True))

    async def put_drawings(self, added: Sequence[Drawing]) -> tuple[int, int, int]:
        """How many of them were not there yet, how many were under another label, which is now the new one, and how
        many there are now. Raises TooManyDrawings; then nothing is done."""
        return await self._to_its_end(self._database.write(lambda c: (*drawings.put(c, added), drawings.count(c))))

    async def remove_drawings(self, id: str | None = None) -> tuple[int, float | None]:
        """One, or all; how many that were, and until when (Unix time) :meth:`restore_drawings` brings them back; None
        where that cannot be."""
        return await self._to_its_end(self._drawings.delete(id))

    async def restore_drawings(self, ids: Sequence[str] | None = None) -> tuple[int, int]:
        """These, or all, of those that were deleted and can be brought back; how many that were, and how many there are
        now. Raises TooManyDrawings; then nothing is done."""
        return await self._to_its_end(self._drawings.restore(ids))

    async def deleted_drawings(self) -> tuple[int, float | None]:
        """How many can be restored, and until when (Unix time) all of them; None where there is none."""
        count, first = await self._database.read_common(drawings.deleted)
        return count, None if first is None else first + self._limits.undo_seconds

    async def storage(self) -> Storage:
        def ask(connection: Connection) -> tuple[list[Removal], list[str], dict[str, str]]:
            return *deleted_runs.list_removals(connection), deleted_runs.hidden_names(connection)

        taken, hidden = self._memory.bytes, dict(self._memory.deleted)  # first: the rest then knows at least as much
        (removed, damaged, names), free = await asyncio.gather(
            self._database.read_common(ask), self._database.free_bytes()
        )
        self._damaged_removals.name(damaged)
        undo, full = self._limits.undo_seconds, self._limits.reached(free)
        deleted = [Deleted(id=run, name=names[run], until=at + undo) for run, at in hidden.items() if run in names]
        return Storage(
            bytes=taken, keep_bytes=self._limits.keep_bytes, free_bytes=free,
            reserve_bytes=self._limits.reserve_bytes, full=full, removed=removed, deleted=deleted[::-1],
            damaged=self.damaged, undo_seconds=0 if full else undo,
        )  # fmt: skip

    @property
    def bytes(self) -> int:
        """What all runs take, deleted ones that can be restored included."""
        return self._memory.bytes

    @property
    def deleted(self) -> dict[str, float]:
        """When each run was deleted that can still be restored, the first deleted first."""
        return self._memory.deleted

    @property
    def purging(self) -> bool:
        """Of runs that are deleted for good something is left."""
        return bool(self._memory.purging)

    async def purge(self, runs: list[str]) -> None:
        """Remove these deleted runs for good, and what is left of others; then give their room back to the disk."""
        await self._to_its_end(self._deletion.purge(runs))

    async def remove_next(self) -> Removal | None:
        """Remove what goes first to make room: the run that was deleted first, else models, else a run, of those that
        are ended, not live, no lesson's, and that no person has named. None where there is nothing."""
        return await self._to_its_end(self._deletion.remove_next())

    async def save_checkpoint(self, run: str, checkpoint: Checkpoint) -> None:
        """:meth:`append_many` of one checkpoint alone."""
        await self.append_many([], [(run, checkpoint)])

    async def _lead(self) -> None:
        """Does what is to be done beside what is asked. Never returns."""
        async with beside(self._keeper.run()), beside(self._drawings.run()):
            await self._check()

    async def _check(self) -> None:
        """Look after the database for as long as the history is open, whatever goes wrong in one turn."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._check_once()
            except Exception:
                logger.exception("The database could not be looked after; trying again in %s s.", CHECK_SECONDS)

    async def _check_once(self) -> None:
        """A connection that is lost while nothing is written is noticed all the same, and the lock taken again; so is
        the end of what kept a file from being written."""
        await self._database.verify()
        if self._database.lost:
            for log in self._memory.logs.values():
                log.wake()  # they are told by `require`
            return
        if self._database.remote or self.trouble:
            with suppress(HistoryUnavailable):  # known by `trouble`, and logged
                try:
                    await self._database.check()
                except DatabaseInUse:  # as well
                    self.leadership.lose()
        if not self._memory.logs:  # nothing is active that would have to wait
            await self._database.rebuild(self._limits.reserve_bytes)
        while await self._database.shrink():  # what could not be given back at once
            pass

    async def _patiently(self, write: Callable[[], Awaitable[T]]) -> T:
        """What a run sends is not lost because the disk is full for a while: whoever has it waits, and does not take
        more of it meanwhile, so that at last the worker waits too. Other writes, such as deletions, go first."""
        until = time.monotonic() + self._limits.write_seconds
        while True:
            try:
                return await write()
            except WriteRefused:
                if self._closing.is_set() or time.monotonic() > until:
                    raise
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS):
                    await self._closing.wait()

    async def _create(self, queued: Sequence[RunQueued], sweep: Sweep | None, starter: str) -> list[Run]:
        records = [Record.of(event, 1) for event in queued]
        added = [(Run.queued(event).after(record), record) for event, record in zip(queued, records, strict=True)]

        def add(connection: Connection) -> None:
            if sweep is not None:
                store.add_sweep(connection, sweep)
            store.add_runs(connection, added, starter)

        async with self._one_writer:
            await self._require_room(queued)
            await self._database.write(add)
            self._memory.bytes += sizes.of_records(records)
            self._keeper.wake()
            self._memory.apply(Created(added, await self._database.read_written(store.live_run)))
        return [run for run, _ in added]

    async def _append(
        self,
        batches: Sequence[tuple[str, Sequence[Record]]],
        checkpoints: Sequence[tuple[str, Checkpoint]],
        *,
        frees: bool,
    ) -> list[Run]:
        records: dict[str, list[Record]] = {}
        for run, added in batches:
            records.setdefault(run, []).extend(added)
        kept = [(run, checkpoint) for run, checkpoint in checkpoints if checkpoint.kept]
        async with self._one_writer:
            logs = {run: await self._log(run) for run in {**records, **dict(checkpoints)}}
            folded = {run: logs[run].folded(added) for run, added in records.items()}
            starting = [run for run, added in records.items() if any(record.type == "RunStarted" for record in added)]
            starts = {run: self._memory.starts + i for i, run in enumerate(starting, 1)}

            def add(connection: Connection) -> int:
                grown = store.add_checkpoints(connection, kept) if kept else 0
                if any(records.values()):
                    grown += store.add_records(connection, list(folded.values()), records, starts)
                return grown

            if kept or any(records.values()):
                grown = await self._database.write(add, frees=frees)
                self._memory.bytes += grown  # in one go: a deletion takes from it meanwhile
            for run, checkpoint in checkpoints:
                logs[run].checkpoint = checkpoint
            if records:
                self._memory.apply(Appended(records), folded)
            self._keeper.grown()
            if not all(run.active for run in folded.values()):
                self._keeper.wake()
        return [folded[run] for run, _ in batches]

    async def _rename(self, run: str, name: str) -> Run:
        async with self._one_writer:
            renamed = (await self.get(run)).model_copy(update={"name": name})
            await self._database.write(lambda c: store.rename_run(c, renamed))
            self._memory.apply(Changed(renamed))
        return renamed

    async def _require_room(self, queued: Sequence[RunQueued]) -> None:
        free = await self._database.free_bytes()
        if free is None:
            return
        swept = any(event.sweep for event in queued)
        needed = sum(sizes.expected(event.recipe, swept=event.sweep is not None) for event in queued)
        needed += SWEEP_BYTES if swept else 0
        active = [log.run for log in self._memory.logs.values()]
        promised = sum(
            sizes.expected(run.recipe, swept=run.sweep is not None) * (1 - run.step / run.steps) for run in active
        )
        promised += SWEEP_BYTES * len({run.sweep for run in active if run.sweep})
        if free - int(promised) - needed < self._limits.reserve_bytes:
            raise NoRoom(needed, free - int(promised), self._limits.reserve_bytes)

    async def _log(self, run: str) -> LiveLog:
        if log := self._memory.logs.get(run):
            return log
        ended = await self.get(run)
        raise ValueError(f"run {run} is {ended.state}: nothing can be added to it")

    async def _to_its_end(self, write: Coroutine[Any, Any, T], *, patiently: bool = False) -> T:
        """A write goes on where whoever asked for it is cancelled, so that memory and database keep agreeing. Where
        another one would have to be waited for that waits for the database, only one that waits itself does so."""
        if not patiently and (undecided := self._database.undecided):
            write.close()
            raise undecided
        task = asyncio.create_task(write)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)
