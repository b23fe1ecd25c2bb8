"""The history of runs: their logs and their models, in a database, with the newest of active runs in memory."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.checkpoint import Checkpoint
from app.drawing import Drawing
from app.entry import Entry
from app.events import EpochEnded, Event, Origin, RunQueued, Steps, Weights
from app.history import drawings, entries, sizes, store
from app.history.ballast import BALLAST_BYTES
from app.history.changes import Changes
from app.history.damage import Damaged, corrupt
from app.history.database import Database
from app.history.keeper import Keeper
from app.history.limits import UNLIMITED, Limits, NoRoom
from app.history.live_log import LiveLog
from app.history.lock import DatabaseInUse
from app.history.notifier import Notifier
from app.history.unavailable import DamagedFile, HistoryUnavailable, WriteRefused
from app.record import Record
from app.run import Run
from app.storage import Deleted, Removal, Storage
from app.sweep import SWEEP_BYTES, Sweep

T = TypeVar("T")
E = TypeVar("E", bound=Event)

PAGE_BYTES = 1 << 20
"""How much of a log is read at once: some milliseconds' work, and little memory with many readers."""


LISTED: tuple[Origin, ...] = ("person", "first")
"""Whose runs a list has unless asked for others."""

CHECK_SECONDS = 2.0
"""How often a connection to a PostgreSQL server is looked after; whether a file still is the one that was opened, and
can be written where it could not."""

RETRY_SECONDS = 1.0
"""Between two attempts to store what a run sends, while the disk or another program does not let it."""

REMOVALS = 100
"""Of what the server removed by itself, so much is remembered."""

DAMAGED = 1000
"""As many damaged runs are remembered, and named in the server's output, at most."""

EQUAL_RUNS = 200
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

    Reading a run raises Damaged where the database cannot give what it has of it. That run can only be deleted.

    A record is in the database before anybody can read it. One process at a time has a database open. Methods that
    take a run's id raise UnknownRun where there is none.
    """

    def __init__(
        self, database: Database, limits: Limits, active: Sequence[Run], live: str | None, starts: int,
        deleted: dict[str, float], taken: int,
    ) -> None:  # fmt: skip
        self.changes = Changes()
        """Of runs that lists have unless asked for others."""
        self._database = database
        self._logs = {run.id: LiveLog(run) for run in active}
        self._live = live
        self._starts = starts
        self._limits = limits
        self._deleted = {run: at for run, at in deleted.items() if at != store.PURGED}
        self._purging = set(deleted) - set(self._deleted)
        """Deleted for good; some of it may be there still, and is removed in pieces."""
        self._unremovable: set[str] = set()
        """Of those, where the file is too damaged to remove the rest. The next server tries it again."""
        self._damaged: list[str] = []
        """Runs that lists have left out."""
        self._bytes = taken
        self._keeper = Keeper(self, limits)
        self._live_changed = Notifier()
        self._one_writer = asyncio.Lock()
        self._writes: set[asyncio.Task[Any]] = set()
        self._closing = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, limits: Limits = UNLIMITED) -> AsyncIterator[Self]:
        """``url`` is SQLAlchemy's, such as ``sqlite:///threeseven.db``; the file, its folder and the tables are made
        where they are missing. Runs that can no longer be restored are removed, and what passes the limits.

        Raises HistoryUnavailable where the database cannot be used, DatabaseInUse where another process has it open.
        """
        database = await asyncio.to_thread(Database, url, min(BALLAST_BYTES, limits.reserve_bytes))
        try:
            (active, damaged), live, starts = await database.read(
                lambda c: (store.active_runs(c), store.live_run(c), store.last_start(c))
            )
            deleted, taken = await database.read(lambda c: (store.hidden_runs(c), store.bytes_taken(c)))
            history = cls(database, limits, active, live, starts, deleted, taken)
            history._note_damaged(damaged)
            beside = [asyncio.create_task(history._keeper.run())]
            beside.append(asyncio.create_task(history._check()))
            try:
                yield history
            finally:
                history._closing.set()
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, *history._writes, return_exceptions=True)
        finally:
            await asyncio.to_thread(database.close)

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written at present; None where it can. Active runs wait meanwhile."""
        return self._database.trouble

    async def require_room(self) -> None:
        """Raises NoRoom where not even the smallest run may start."""
        await self._require_room([])

    async def create(self, queued: RunQueued) -> Run:
        """Begin a log with this event as record 1."""
        (run,) = await self.create_many([queued])
        return run

    async def create_many(self, queued: Sequence[RunQueued], sweep: Sweep | None = None) -> list[Run]:
        """Begin a log with each event as record 1, all in one transaction. ``sweep`` is stored with its members, which
        name it. Raises NoRoom where they could take more than the disk has left beyond its reserve, WriteRefused where
        the disk or another program does not let them be written now."""
        return await self._to_its_end(self._create(queued, sweep))

    async def append(self, run: str, records: Sequence[Record]) -> Run:
        """:meth:`append_many` to one run."""
        (appended,) = await self.append_many([(run, records)])
        return appended

    async def append_many(self, batches: Sequence[tuple[str, Sequence[Record]]]) -> list[Run]:
        """Store records of several runs, each batch with its run's id, in one transaction, then let readers see them.
        Returns the run of each batch as it is then. All are stored or none. Waits, as long as the limits say, while
        the disk or another program does not let them be written; ``trouble`` says why.

        Raises ValueError where a batch does not continue its log: a ``seq`` is missing, or the run has ended;
        UnknownRun where there is no such run; WriteRefused where it has waited in vain.
        """
        return await self._to_its_end(self._patiently(lambda: self._append(batches)))

    async def read(
        self, run: str, after: int, limit_bytes: int = PAGE_BYTES, types: Collection[str] | None = None
    ) -> list[Record]:
        """Records from ``after + 1`` on, of these types or all, as many as fit in ``limit_bytes`` but at least one if
        there is one."""
        self._require(run)
        if log := self._logs.get(run):
            if log.run.seq <= after:
                return []
            if (records := log.recent.after(after, limit_bytes, types)) is not None:
                return records
        records = await self._read(run, lambda c: store.read_records(c, run, after, limit_bytes, types))
        if not records and (last := (await self.get(run)).seq) > after and types is None and run not in self._logs:
            raise Damaged(run, f"records {after + 1} to {last} are missing")
        return records

    async def require_whole(self, run: str, last: int) -> None:
        """Raises Damaged where the log up to number ``last`` lacks a record, which reading some types does not show."""
        self._require(run)
        missing = await self._read(run, lambda c: store.first_missing(c, run, last))
        if missing is not None:
            raise Damaged(run, f"record {missing} is missing")

    async def wait(self, run: str, after: int) -> None:
        """Return once there is a record with ``seq > after``, or the run has ended."""
        self._require(run)
        if log := self._logs.get(run):
            await log.wait(after)
        else:
            await self.get(run)

    def newest_weights(self, run: str) -> int:
        """The ``seq`` of the newest weights of an active run; 0 where it has none or is not active."""
        log = self._logs.get(run)
        return log.weights_seq if log else 0

    async def get(self, run: str) -> Run:
        self._require(run)
        if log := self._logs.get(run):
            return log.run
        found = await self._read(run, lambda c: store.get_run(c, run))
        if found is None:
            raise UnknownRun(run)
        return found

    async def runs(
        self, limit: int = 50, cursor: str | None = None, origins: Collection[Origin] = LISTED
    ) -> tuple[list[Run], str | None]:
        """Newest first, and the cursor of the next page (None: this is the last). Damaged ones are left out; the
        server's output and :meth:`storage` name them. Raises ValueError for a cursor that did not come from here."""
        before = _before(cursor)
        page, following, damaged = await self._database.read(lambda c: store.list_runs(c, limit, before, origins))
        self._note_damaged(damaged)
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
        if found is None or not members:
            raise UnknownSweep(sweep)
        return found, [log.run if (log := self._logs.get(run.id)) else run for run in members]

    async def active(self) -> list[Run]:
        """Queued, running and paused, oldest first."""
        return [log.run for log in self._logs.values()]

    async def last_number(self) -> int:
        """The number of the newest run, deleted ones that can be restored included; 0 where there is none."""
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
        """A run that a person has named is never removed by itself."""
        return await self._to_its_end(self._rename(run, name))

    async def delete(self, run: str) -> float | None:
        """At once it is known no more. Returns until when (Unix time) :meth:`restore` brings it back; None where it
        gave its room back at once, since the disk is full. Raises StillActive where the run has not ended."""
        return await self._to_its_end(self._delete(run, None))

    async def delete_many(self, runs: Sequence[str]) -> tuple[list[str], float | None]:
        """Those of the runs that have ended, in one transaction, as :meth:`delete`: their ids, and until when they can
        be restored. Unknown and active runs are left out."""
        return await self._to_its_end(self._delete_ended(runs))

    async def restore(self, run: str) -> Run:
        """Bring a deleted run back; one that is not deleted stays as it is."""
        await self.restore_many([run])
        return await self.get(run)

    async def restore_many(self, runs: Sequence[str]) -> list[str]:
        """Bring deleted runs back; the ids of those that were deleted and could be restored."""
        return await self._to_its_end(self._restore(runs))

    async def delete_sweep(self, sweep: str) -> float | None:
        """All its members, as :meth:`delete`. Raises UnknownSweep; StillActive, naming a member, where one has not
        ended."""
        return await self._to_its_end(self._delete(None, sweep))

    async def restore_sweep(self, sweep: str) -> tuple[Sweep, list[Run]]:
        """As :meth:`sweep`, with all its deleted members that can be restored."""
        await self._to_its_end(self._restore(await self._database.read(lambda c: store.hidden_members(c, sweep))))
        return await self.sweep(sweep)

    async def entries(self) -> list[Entry]:
        """Of the lesson's board, in the order in which they came."""
        return await self._database.read(entries.all_of)

    async def put_entry(self, entry: Entry) -> None:
        """Add it, or put it in the place of that with its id."""
        await self._to_its_end(self._database.write(lambda c: entries.put(c, entry)))

    async def remove_entry(self, id: str) -> None:
        """Does nothing where there is none."""
        await self._to_its_end(self._database.write(lambda c: entries.remove(c, id), frees=True))

    async def drawings(self, limit: int, after: int) -> tuple[list[Drawing], int | None, int]:
        """A page of what the server was told to keep, in the order in which it came; the next page's ``after`` (None:
        this is the last), and how many there are."""
        return await self._database.read(lambda c: (*drawings.page(c, limit, after), drawings.count(c)))

    async def put_drawings(self, added: Sequence[Drawing]) -> tuple[int, int, int]:
        """How many of them were not there yet, how many were under another label, which is now the new one, and how
        many there are now. Raises TooManyDrawings; then nothing is done."""
        return await self._to_its_end(self._database.write(lambda c: (*drawings.put(c, added), drawings.count(c))))

    async def remove_drawings(self, id: str | None = None) -> int:
        """One, or all; how many that were."""
        return await self._to_its_end(self._database.write(lambda c: drawings.remove(c, id), frees=True))

    async def storage(self) -> Storage:
        def ask(connection: Connection) -> tuple[list[Removal], dict[str, str]]:
            return store.list_removals(connection), store.hidden_names(connection)

        taken, hidden = self._bytes, dict(self._deleted)  # first: the rest then knows at least as much
        (removed, names), free = await asyncio.gather(self._database.read(ask), self._database.free_bytes())
        undo = self._limits.undo_seconds
        deleted = [Deleted(id=run, name=names[run], until=at + undo) for run, at in hidden.items() if run in names]
        return Storage(
            bytes=taken, keep_bytes=self._limits.keep_bytes, free_bytes=free,
            reserve_bytes=self._limits.reserve_bytes, full=self._full(free), removed=removed, deleted=deleted[::-1],
            damaged=self._damaged, undo_seconds=0 if self._full(free) else undo,
        )  # fmt: skip

    @property
    def bytes(self) -> int:
        """What all runs take, deleted ones that can be restored included."""
        return self._bytes

    @property
    def deleted(self) -> dict[str, float]:
        """When each run was deleted that can still be restored, the first deleted first."""
        return self._deleted

    @property
    def purging(self) -> bool:
        """Of runs that are deleted for good something is left."""
        return bool(self._purging)

    async def purge(self, runs: list[str]) -> None:
        """Remove these deleted runs for good, and what is left of others; then give their room back to the disk."""
        await self._to_its_end(self._purge(runs))

    async def remove_next(self) -> Removal | None:
        """Remove what goes first to make room: the run that was deleted first, else models, else a run, of those that
        are ended, not live, no lesson's, and that no person has named. None where there is nothing."""
        return await self._to_its_end(self._remove_next())

    async def save_checkpoint(self, run: str, checkpoint: Checkpoint) -> None:
        """:meth:`save_checkpoints` of one."""
        await self.save_checkpoints([(run, checkpoint)])

    async def save_checkpoints(self, checkpoints: Sequence[tuple[str, Checkpoint]]) -> None:
        """Each with its run's id; those of one run in the order of their steps. Kept ones go to the database in one
        transaction; the newest of each run is in memory while the run is active. Waits as :meth:`append_many`."""
        await self._to_its_end(self._patiently(lambda: self._save_checkpoints(checkpoints)))

    async def checkpoint(self, run: str, step: int | None = None) -> Checkpoint | None:
        """The newest at or before ``step``, by default the newest of all."""
        self._require(run)
        if (log := self._logs.get(run)) and (newest := log.checkpoint) and (step is None or newest.step <= step):
            return newest
        found = await self._read(run, lambda c: store.get_checkpoint(c, run, step))
        if found is None:
            await self.get(run)
        return found

    async def checkpoints(self, run: str, after: int = -1, limit_bytes: int = PAGE_BYTES) -> list[Checkpoint]:
        """Kept ones of steps beyond ``after``, in order, as many as fit in ``limit_bytes`` but at least one if there is
        one."""
        self._require(run)
        found = await self._read(run, lambda c: store.get_checkpoints(c, run, after, limit_bytes))
        if not found:
            await self.get(run)
        return found

    async def weights(self, run: str, step: int | None = None) -> Weights | None:
        """The newest at or before ``step``, by default the newest of all."""
        record = await self.weights_record(run, step)
        return None if record is None else Weights.decode(record.data)

    async def weights_record(self, run: str, step: int | None = None) -> Record | None:
        """The newest at or before ``step``, as they were logged."""
        self._require(run)
        record = await self._read(run, lambda c: store.weights_record(c, run, step))
        if record is None:
            await self.get(run)
        return record

    async def steps(self, run: str) -> AsyncIterator[Steps]:
        """Every step in order, a page in memory at a time."""
        await self.get(run)
        async for _, event in self._events(run, Steps):
            yield event

    async def epochs(self, run: str) -> list[EpochEnded]:
        await self.get(run)
        return [event async for _, event in self._events(run, EpochEnded)]

    async def _events(self, run: str, type: type[E]) -> AsyncIterator[tuple[int, E]]:
        after = 0
        while page := await self._read(
            run, partial(store.read_events, run=run, type=type, after=after, limit_bytes=PAGE_BYTES)
        ):
            for seq, event in page:
                yield seq, event
            after, _ = page[-1]

    async def _read(self, run: str, work: Callable[[Connection], T]) -> T:
        """Raises Damaged where SQLite cannot read what is asked of this run."""
        try:
            return await self._database.read(work)
        except DBAPIError as error:
            if not corrupt(error):
                raise
            raise Damaged(run, "the database file is damaged there", deletable=False) from error

    def _note_damaged(self, runs: Sequence[str]) -> None:
        for run in runs:
            if run not in self._damaged and len(self._damaged) < DAMAGED:
                self._damaged.append(run)
                logger.error("Run %s is damaged: what is kept of it cannot be read.", run)

    async def _check(self) -> None:
        """A connection that is lost while nothing is written is noticed all the same, and the lock taken again; so is
        the end of what kept a file from being written."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._database.verify()
            if self._database.lost:
                for log in self._logs.values():
                    log.wake()  # they are told by `_require`
                continue
            if self._database.remote or self.trouble:
                with suppress(HistoryUnavailable, DatabaseInUse):  # known by `trouble`, and logged
                    await self._database.check()
            if not self._logs:  # nothing is active that would have to wait
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

    async def _create(self, queued: Sequence[RunQueued], sweep: Sweep | None) -> list[Run]:
        records = [Record.of(event, 1) for event in queued]
        added = [(Run.queued(event).after(record), record) for event, record in zip(queued, records, strict=True)]

        def add(connection: Connection) -> None:
            if sweep is not None:
                store.add_sweep(connection, sweep)
            store.add_runs(connection, added)

        async with self._one_writer:
            await self._require_room(queued)
            await self._database.write(add)
            self._bytes += sizes.of_records(records)
            self._keeper.wake()
            for run, record in added:
                self._logs[run.id] = log = LiveLog(run)
                log.publish(run, [record])
                self._publish_change(run)
            await self._find_live()
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
            self._bytes += sum(sizes.of_records(added) for added in records.values())
            self._keeper.grown()
            for run, after in folded.items():
                log = self._logs[run]
                if after.origin in LISTED:
                    self.changes.publish_difference(log.run, after)
                log.publish(after, records[run])
                if not after.active:
                    del self._logs[run]
                    self._keeper.wake()
            for run in starting:
                if folded[run].origin != "lesson":
                    self._set_live(run)
        return [folded[run] for run, _ in batches]

    async def _rename(self, run: str, name: str) -> Run:
        async with self._one_writer:
            renamed = (await self.get(run)).model_copy(update={"name": name})
            await self._database.write(lambda c: store.rename_run(c, renamed))
            if log := self._logs.get(run):
                log.run = renamed
            self._publish_change(renamed)
        return renamed

    async def _delete(self, run: str | None, sweep: str | None) -> float | None:
        async with self._one_writer:
            try:
                runs = [await self.get(run)] if run else (await self.sweep(sweep or ""))[1]
                ids = [run.id for run in runs]
            except Damaged as damaged:
                runs, ids = [], [damaged.run]
            if active := [run.id for run in runs if run.active]:
                raise StillActive(active[0])
            until = await self._hide_deleted(ids)
        if until is None:
            await self._remove(ids)
        return until

    async def _delete_ended(self, runs: Sequence[str]) -> tuple[list[str], float | None]:
        ids: list[str] = []
        async with self._one_writer:
            for run in dict.fromkeys(runs):
                with suppress(UnknownRun):
                    try:
                        if not (await self.get(run)).active:
                            ids.append(run)
                    except Damaged:
                        ids.append(run)
            if not ids:
                return [], None
            until = await self._hide_deleted(ids)
        if until is None:
            await self._remove(ids)
        return ids, until

    async def _hide_deleted(self, ids: Sequence[str]) -> float | None:
        """With ``_one_writer`` held. Returns until when they can be restored; None: they are to be removed now."""
        at_once = not self._limits.undo_seconds or self._full(await self._database.free_bytes())
        now = time.time()
        await self._hide(ids, store.PURGED if at_once else now)
        for deleted in ids:
            self.changes.publish(deleted, None)
        self._damaged = [each for each in self._damaged if each not in ids]
        self._keeper.wake()
        return None if at_once else now + self._limits.undo_seconds

    async def _hide(self, ids: Sequence[str], at: float) -> None:
        """With ``_one_writer`` held: from now on they are deleted, or purged where ``at`` says so."""
        await self._database.write(lambda c: store.hide_runs(c, ids, at), frees=True)
        await self._find_live()  # first: `live` must not find one that is known no more
        if at == store.PURGED:
            self._purging.update(ids)
            for run in ids:
                self._deleted.pop(run, None)
        else:
            self._deleted |= dict.fromkeys(ids, at)

    async def _remove(self, ids: Sequence[str], removal: Removal | None = None) -> None:
        """What is left of runs that are deleted for good, in pieces, between which others can write; then give the room
        back to the disk. ``removal`` is noted when it is done."""

        def remove(connection: Connection, run: str) -> tuple[int, bool]:
            freed, done = store.purge_piece(connection, run)
            if done and removal:
                store.add_removal(connection, removal, REMOVALS)
            return freed, done

        for run in ids:
            done = False
            try:
                while not done:
                    freed, done = await self._database.write(partial(remove, run=run), frees=True)
                    self._bytes -= freed
            except DamagedFile:
                self._unremovable.add(run)
            self._purging.discard(run)
        while await self._database.shrink():
            pass

    async def _restore(self, ids: Sequence[str]) -> list[str]:
        async with self._one_writer:
            if deleted := [run for run in dict.fromkeys(ids) if run in self._deleted]:
                await self._database.write(lambda c: store.hide_runs(c, deleted, None))
                for run in deleted:
                    del self._deleted[run]
                await self._find_live()
                restored = []
                for run in deleted:
                    try:
                        restored.append(await self.get(run))
                    except Damaged:
                        self._note_damaged([run])
                for each in restored:  # with nothing awaited between: lists show them come back together
                    self._publish_change(each)
                self._keeper.wake()
        return deleted

    async def _purge(self, runs: list[str]) -> None:
        async with self._one_writer:
            if deleted := [run for run in runs if run in self._deleted]:
                await self._hide(deleted, store.PURGED)
        await self._remove(tuple(self._purging))

    async def _remove_next(self) -> Removal | None:
        async with self._one_writer:
            now = time.time()
            if first := next(iter(self._deleted), None):
                name, what = (await self._database.read(store.hidden_names))[first], "run"
            elif found := await self._database.read(lambda c: store.removable(c, self._live)):
                run, what = found
                first, name = run.id, run.name
            else:
                return None
            if what == "models":
                return await self._remove_models(run, Removal(time=now, run=first, name=name, what="models", bytes=0))
            freed = await self._database.read(lambda c: store.bytes_taken(c, [first]))
            removal = Removal(time=now, run=first, name=name, what="run", bytes=freed)
            listed = first not in self._deleted
            await self._hide([first], store.PURGED)
            if listed:
                self.changes.publish(first, None)
        await self._remove([first], removal)
        return removal

    async def _remove_models(self, run: Run, removal: Removal) -> Removal:
        """With ``_one_writer`` held."""
        bare = run.model_copy(update={"models_removed": True})

        def remove(connection: Connection) -> int:
            freed = store.purge_checkpoints(connection, bare)
            store.add_removal(connection, removal.model_copy(update={"bytes": freed}), REMOVALS)
            return freed

        freed = await self._database.write(remove, frees=True)
        self._bytes -= freed
        self._publish_change(bare)
        return removal.model_copy(update={"bytes": freed})

    async def _require_room(self, queued: Sequence[RunQueued]) -> None:
        free = await self._database.free_bytes()
        if free is None:
            return
        swept = any(event.sweep for event in queued)
        needed = sum(sizes.expected(event.recipe, swept=event.sweep is not None) for event in queued)
        needed += SWEEP_BYTES if swept else 0
        active = [log.run for log in self._logs.values()]
        promised = sum(
            sizes.expected(run.recipe, swept=run.sweep is not None) * (1 - run.step / run.steps) for run in active
        )
        promised += SWEEP_BYTES * len({run.sweep for run in active if run.sweep})
        if free - int(promised) - needed < self._limits.reserve_bytes:
            raise NoRoom(needed, free - int(promised), self._limits.reserve_bytes)

    def _full(self, free: int | None) -> bool:
        return free is not None and free < self._limits.reserve_bytes

    def _require(self, run: str) -> None:
        """Raises UnknownRun where it is deleted, HistoryUnavailable where all are lost."""
        if self._database.lost:
            raise self._database.lost
        if run in self._deleted or run in self._purging or run in self._unremovable:
            raise UnknownRun(run)

    async def _save_checkpoints(self, checkpoints: Sequence[tuple[str, Checkpoint]]) -> None:
        async with self._one_writer:
            logs = {run: await self._log(run) for run, _ in checkpoints}
            if kept := [(run, checkpoint) for run, checkpoint in checkpoints if checkpoint.kept]:
                self._bytes += await self._database.write(lambda c: store.add_checkpoints(c, kept))
                self._keeper.grown()
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

    async def _find_live(self) -> None:
        """With ``_one_writer`` held."""
        self._set_live(await self._database.read(store.live_run))

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
