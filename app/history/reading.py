"""Reading a history: from the memory of this process where it has what is asked, else from the database."""

import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.checkpoint import Checkpoint
from app.drawing import Drawing
from app.entry import Entry
from app.events import EpochEnded, Event, Origin, Steps, Summary, Weights
from app.history import drawings, entries, store
from app.history.damage import NAMED, Damaged, NamedOnce, corrupt
from app.history.database import Database
from app.history.memory import LISTED, Memory
from app.record import Record
from app.resumption import Resumption
from app.run import Run
from app.sweep import Sweep

T = TypeVar("T")
E = TypeVar("E", bound=Event)

PAGE_BYTES = 1 << 20
"""How much of a log is read at once: some milliseconds' work, and little memory with many readers."""

EQUAL_RUNS = 200
"""How many runs of one recipe are looked at for one to use again."""


logger = logging.getLogger(__name__)


class UnknownRun(KeyError):
    """There is no run of this id."""


class UnknownSweep(KeyError):
    """There is no sweep of this id."""


class HistoryReader:
    """Reading a run raises Damaged where the database cannot give what it has of it. That run can only be deleted.

    Methods that take a run's id raise UnknownRun where there is none.
    """

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database = database
        self._memory = memory
        self.unremovable: set[str] = set()
        """Runs deleted for good where the file is too damaged to remove the rest. The next server tries it again."""
        self.damaged: list[str] = []
        """Runs that lists have left out."""
        self._damaged_sweeps = NamedOnce("Sweep %s is damaged: what is kept of it cannot be read.")
        self._damaged_removals = NamedOnce("What was removed as number %s cannot be read.")
        self._damaged_drawings = NamedOnce("The drawing %s cannot be read.")

    async def read(
        self, run: str, after: int, limit_bytes: int = PAGE_BYTES, types: Collection[str] | None = None
    ) -> list[Record]:
        """Records from ``after + 1`` on, of these types or all, as many as fit in ``limit_bytes`` but at least one if
        there is one."""
        self.require(run)
        if log := self._memory.logs.get(run):
            if log.run.seq <= after:
                return []
            if (records := log.recent.after(after, limit_bytes, types)) is not None:
                return records
        records = await self._read(run, lambda c: store.read_records(c, run, after, limit_bytes, types))
        whole = types is None and run not in self._memory.logs
        if not records and (last := (await self.get(run)).seq) > after and whole:
            raise Damaged(run, f"records {after + 1} to {last} are missing")
        return records

    async def require_whole(self, run: str, last: int) -> None:
        """Raises Damaged where the log up to number ``last`` lacks a record, which reading some types does not show."""
        self.require(run)
        missing = await self._read(run, lambda c: store.first_missing(c, run, last))
        if missing is not None:
            raise Damaged(run, f"record {missing} is missing")

    async def wait(self, run: str, after: int) -> None:
        """Return once there is a record with ``seq > after``, or the run has ended."""
        self.require(run)
        if run not in self._memory.logs:
            await self.get(run)
        if log := self._memory.logs.get(run):
            await log.wait(after)

    def newest_weights(self, run: str) -> int:
        """The ``seq`` of the newest weights of an active run; 0 where it has none or is not active."""
        log = self._memory.logs.get(run)
        return log.weights_seq if log else 0

    async def get(self, run: str) -> Run:
        self.require(run)
        if log := self._memory.logs.get(run):
            return log.run
        if (found := await self.stored(run)).active:  # so new that this process has not heard of it yet
            log = self._memory.adopt(found)
            if not (found := await self.stored(run)).active:  # or so old that it has heard of its end already
                self._memory.drop(found)
            return log.run
        return found

    async def runs(
        self, limit: int = 50, cursor: str | None = None, origins: Collection[Origin] = LISTED
    ) -> tuple[list[Run], str | None]:
        """Newest first, and the cursor of the next page (None: this is the last). Damaged ones are left out; the
        server's output and :meth:`storage` name them. Raises ValueError for a cursor that did not come from here."""
        before = _before(cursor)
        page, following, damaged = await self._database.read(lambda c: store.list_runs(c, limit, before, origins))
        self.note_damaged(damaged)
        return page, None if following is None else str(following)

    async def equal_runs(self, recipe_key: str) -> list[Run]:
        """The newest :data:`EQUAL_RUNS` of this key, in whatever state, newest first."""
        return await self._database.read_common(lambda c: store.equal_runs(c, recipe_key, EQUAL_RUNS))

    async def sweeps(self, limit: int = 50, cursor: str | None = None) -> tuple[list[Sweep], str | None]:
        """As :meth:`runs`; damaged ones are named by the server's output only."""
        before = _before(cursor)
        page, following, damaged = await self._database.read_common(lambda c: store.list_sweeps(c, limit, before))
        self._damaged_sweeps.name(damaged)
        return page, None if following is None else str(following)

    async def sweep(self, sweep: str) -> tuple[Sweep, list[Run]]:
        """A sweep and its members, in the order in which they were created. Raises UnknownSweep, and Damaged where what
        is kept of it cannot be read: it can be deleted all the same."""
        members, _ = await self.members(sweep)
        found = await self._database.read_common(lambda c: store.get_sweep(c, sweep))
        if found is None or not members:
            raise UnknownSweep(sweep)
        return found, members

    async def members(self, sweep: str) -> tuple[list[Run], list[str]]:
        """A sweep's runs, and the ids of all of them, those that cannot be read included. Raises UnknownSweep."""
        runs, ids = await self._database.read_common(lambda c: (store.members(c, sweep), store.member_ids(c, sweep)))
        if not ids:
            raise UnknownSweep(sweep)
        return [log.run if (log := self._memory.logs.get(run.id)) else run for run in runs], ids

    async def active(self) -> list[Run]:
        """Queued, running and paused, oldest first."""
        return [log.run for log in self._memory.logs.values()]

    async def last_number(self) -> int:
        """The number of the newest run, deleted ones that can be restored included; 0 where there is none."""
        return await self._database.read(store.last_number)

    async def live(self) -> Run | None:
        """The run that started last, by count and not by the clock; if none has started, the newest; None where there
        is no run at all. A lesson's run is never live."""
        while (live := self._memory.live) is not None:
            try:
                return await self.get(live)
            except UnknownRun:  # deleted meanwhile
                continue
        return None

    async def wait_live(self, other_than: str | None) -> Run:
        """Return the live run once it is another than this one."""
        while True:
            if self._memory.live in (None, other_than):
                await self._memory.live_changed.wait()
            elif (run := await self.live()) is not None and run.id != other_than:
                return run

    async def entries(self) -> list[Entry]:
        """Of the lesson's board, in the order in which they came."""
        return await self._database.read(entries.all_of)

    async def drawings(self, limit: int, after: int) -> tuple[list[Drawing], int | None, int]:
        """A page of what the server was told to keep, in the order in which it came; the next page's ``after`` (None:
        this is the last), and how many there are. Damaged ones are left out; the server's output names them."""
        page, following, damaged, count = await self._database.read_common(
            lambda c: (*drawings.page(c, limit, after), drawings.count(c))
        )
        self._damaged_drawings.name(damaged)
        return page, following, count

    async def checkpoint(self, run: str, step: int | None = None) -> Checkpoint | None:
        """The newest at or before ``step``, by default the newest of all."""
        self.require(run)
        if (log := self._memory.logs.get(run)) and (newest := log.checkpoint) and (step is None or newest.step <= step):
            return newest
        found = await self._read(run, lambda c: store.get_checkpoint(c, run, step))
        if found is None:
            await self.get(run)
        return found

    async def checkpoints(self, run: str, after: int = -1, limit_bytes: int = PAGE_BYTES) -> list[Checkpoint]:
        """Kept ones of steps beyond ``after``, in order, as many as fit in ``limit_bytes`` but at least one if there is
        one."""
        self.require(run)
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
        self.require(run)
        record = await self._read(run, lambda c: store.weights_record(c, run, step))
        if record is None:
            await self.get(run)
        return record

    async def steps(self, run: str) -> AsyncIterator[Steps]:
        """Every step in order, a page in memory at a time."""
        await self.get(run)
        async for _, event in self._events(run, Steps):
            yield event

    async def epochs(self, run: str) -> AsyncIterator[EpochEnded]:
        """Yield the run's epochs in their order. Raises UnknownRun."""
        await self.get(run)
        async for _, event in self._events(run, EpochEnded):
            yield event

    async def events(self, run: str, type: type[E]) -> list[E]:
        """All of one type of which a run has few, in order."""
        await self.get(run)
        return [event async for _, event in self._events(run, type)]

    async def kept_steps(self, run: str) -> list[int]:
        """The steps of the kept models that the run's log names, in order."""
        self.require(run)
        return await self._read(run, lambda c: store.kept_steps(c, run))

    async def summary_of_kept(self, run: Run) -> Summary:
        """Its summary, were it to end now, which tells of the newest model that is kept of it: without losses and
        accuracy where there is none, or none that can be read."""
        if run.started is None:
            return run.summary
        try:
            return await self._read(run.id, lambda c: store.summary_of_kept(c, run))
        except Damaged:
            return run.summary.with_model(Summary())

    async def resumption(self, run: str, step: int, block: int = 1) -> Resumption | None:
        """Where a run that has begun would go on from its kept model of this step, or at 0 from its first weights; None
        where it has no such model. What is compared is told of ``block`` steps at a time."""
        known = await self.get(run)
        return await self._read(run, lambda c: store.resumption(c, known, step, block))

    async def stored(self, run: str) -> Run:
        """Return the run as the database has it. Raises UnknownRun."""
        found = await self._read(run, lambda c: store.get_run(c, run))
        if found is None:
            raise UnknownRun(run)
        return found

    def require(self, run: str) -> None:
        """Raises UnknownRun where it is deleted, HistoryUnavailable where all are lost."""
        if lost := self._database.lost:
            raise lost
        if run in self._memory.deleted or run in self._memory.purging or run in self.unremovable:
            raise UnknownRun(run)

    def note_damaged(self, runs: Sequence[str]) -> None:
        for run in runs:
            if run not in self.damaged and len(self.damaged) < NAMED:
                self.damaged.append(run)
                logger.error("Run %s is damaged: what is kept of it cannot be read.", run)

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


def _before(cursor: str | None) -> int | None:
    """The number that a list goes on below. Raises ValueError for a cursor that no list has given."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 10):
        raise ValueError(f"{cursor!r} is no cursor of a list")
    return int(cursor)
