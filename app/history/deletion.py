"""Deleting runs, bringing them back, and removing what is too much or can no longer be restored."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy import Connection

from app.history import deleted_runs, store
from app.history.damage import Damaged
from app.history.database import Database
from app.history.limits import Limits
from app.history.memory import Memory
from app.history.reading import HistoryReader, UnknownRun
from app.history.unavailable import DamagedFile
from app.history.updates import Changed, Hidden, Removed, Restored
from app.run import Run
from app.storage import Removal

REMOVALS = 100
"""Of what the server removed by itself, so much is remembered."""


class StillActive(Exception):
    """The run has not ended."""


class Deletion:
    """``writing`` is held while runs are changed; ``wake`` is called when there may be something to remove."""

    def __init__(
        self,
        reader: HistoryReader,
        database: Database,
        memory: Memory,
        limits: Limits,
        writing: asyncio.Lock,
        wake: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._database = database
        self._memory = memory
        self._limits = limits
        self._writing = writing
        self._wake = wake

    async def delete(self, run: str | None, sweep: str | None) -> float | None:
        async with self._writing:
            try:
                if sweep is not None:
                    runs, ids = await self._reader.members(sweep)
                else:
                    runs, ids = [await self._reader.get(run or "")], [run or ""]
            except Damaged as damaged:
                runs, ids = [], [damaged.run]
            if active := [run.id for run in runs if run.active]:
                raise StillActive(active[0])
            until = await self._hide_deleted(ids)
        if until is None:
            await self._remove(ids)
        return until

    async def delete_ended(self, runs: Sequence[str]) -> tuple[list[str], float | None]:
        ids: list[str] = []
        async with self._writing:
            for run in dict.fromkeys(runs):
                with suppress(UnknownRun):
                    try:
                        if not (await self._reader.get(run)).active:
                            ids.append(run)
                    except Damaged:
                        ids.append(run)
            if not ids:
                return [], None
            until = await self._hide_deleted(ids)
        if until is None:
            await self._remove(ids)
        return ids, until

    async def restore(self, ids: Sequence[str]) -> list[str]:
        async with self._writing:
            if deleted := [run for run in dict.fromkeys(ids) if run in self._memory.deleted]:
                await self._database.write(lambda c: deleted_runs.hide_runs(c, deleted, None))
                readable = []
                for run in deleted:
                    try:
                        readable.append(await self._reader.stored(run))
                    except Damaged:
                        self._reader.note_damaged([run])
                live = await self._database.read_written(store.live_run)
                self._memory.apply(Restored(deleted, readable, live))
                self._wake()
        return deleted

    async def purge(self, runs: list[str]) -> None:
        async with self._writing:
            if deleted := [run for run in runs if run in self._memory.deleted]:
                await self._hide(deleted, deleted_runs.PURGED)
        await self._remove(tuple(self._memory.purging))

    async def remove_next(self) -> Removal | None:
        async with self._writing:
            now = time.time()
            if first := next(iter(self._memory.deleted), None):
                name, what = (await self._database.read(deleted_runs.hidden_names))[first], "run"
            elif found := await self._database.read(lambda c: deleted_runs.removable(c, self._memory.live)):
                run, what = found
                first, name = run.id, run.name
            else:
                return None
            if what == "models":
                return await self._remove_models(run, Removal(time=now, run=first, name=name, what="models", bytes=0))
            freed = await self._database.read(lambda c: deleted_runs.bytes_taken(c, [first]))
            removal = Removal(time=now, run=first, name=name, what="run", bytes=freed)
            await self._hide([first], deleted_runs.PURGED)
        await self._remove([first], removal)
        return removal

    async def _hide_deleted(self, ids: Sequence[str]) -> float | None:
        """With ``_writing`` held. Returns until when they can be restored; None: they are to be removed now."""
        at_once = not self._limits.undo_seconds or self._limits.reached(await self._database.free_bytes())
        now = time.time()
        await self._hide(ids, deleted_runs.PURGED if at_once else now)
        self._reader.damaged = [each for each in self._reader.damaged if each not in ids]
        self._wake()
        return None if at_once else now + self._limits.undo_seconds

    async def _hide(self, ids: Sequence[str], at: float) -> None:
        """With ``_writing`` held: from now on they are deleted, or purged where ``at`` says so."""
        await self._database.write(lambda c: deleted_runs.hide_runs(c, ids, at), frees=True)
        self._memory.apply(Hidden(list(ids), at, await self._database.read_written(store.live_run)))

    async def _remove(self, ids: Sequence[str], removal: Removal | None = None) -> None:
        """What is left of runs that are deleted for good, in pieces, between which others can write; then give the room
        back to the disk. ``removal`` is noted when it is done."""

        def remove(connection: Connection, run: str) -> tuple[int, bool]:
            freed, done = deleted_runs.purge_piece(connection, run)
            if done and removal:
                deleted_runs.add_removal(connection, removal, REMOVALS)
            return freed, done

        for run in ids:
            done = False
            try:
                while not done:
                    freed, done = await self._database.write(partial(remove, run=run), frees=True)
                    self._memory.bytes -= freed
            except DamagedFile:
                self._reader.unremovable.add(run)
            self._memory.apply(Removed(run))
        while await self._database.shrink():
            pass

    async def _remove_models(self, run: Run, removal: Removal) -> Removal:
        """With ``_writing`` held."""
        bare = run.model_copy(update={"models_removed": True})

        def remove(connection: Connection) -> int:
            freed = deleted_runs.purge_checkpoints(connection, bare)
            deleted_runs.add_removal(connection, removal.model_copy(update={"bytes": freed}), REMOVALS)
            return freed

        freed = await self._database.write(remove, frees=True)
        self._memory.bytes -= freed
        self._memory.apply(Changed(bare))
        return removal.model_copy(update={"bytes": freed})
