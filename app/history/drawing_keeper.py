"""Deletes labelled drawings, brings them back, and removes those that can no longer be restored."""

import asyncio
import logging
import time
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from app.history import drawings
from app.history.database import Database
from app.history.keeper import RETRY_SECONDS
from app.history.limits import Limits
from app.history.unavailable import HistoryUnavailable

logger = logging.getLogger(__name__)


class DrawingKeeper:
    """Run :meth:`run` as a task in the process that writes."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._woken = asyncio.Event()

    async def delete(self, id: str | None) -> tuple[int, float | None]:
        at_once = not self._limits.undo_seconds or self._limits.reached(await self._database.free_bytes())
        at = None if at_once else time.time()
        removed = await self._database.write(lambda c: drawings.remove(c, id, at), frees=True)
        self._woken.set()
        return removed, None if at is None else at + self._limits.undo_seconds

    async def restore(self, ids: Sequence[str] | None) -> tuple[int, int]:
        return await self._database.write(lambda c: (drawings.restore(c, ids), drawings.count(c)))

    async def run(self) -> None:
        """Never returns."""
        while True:
            self._woken.clear()
            try:
                wait = await self._purge_overdue()
            except HistoryUnavailable:  # the server's output has a line of it
                wait = RETRY_SECONDS
            except SQLAlchemyError:
                logger.exception("Drawings could not be removed; trying again in %s s.", RETRY_SECONDS)
                wait = RETRY_SECONDS
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _purge_overdue(self) -> float | None:
        """Returns the seconds until the next one can no longer be restored; None where none is deleted."""
        undo = self._limits.undo_seconds
        _, first = await self._database.read_common(drawings.deleted)
        if first is not None and first <= time.time() - undo:
            await self._database.write(lambda c: drawings.purge(c, time.time() - undo), frees=True)
            _, first = await self._database.read_common(drawings.deleted)
        # Where the clock was set back: never longer than one deleted now has.
        return None if first is None else min(max(0.0, first + undo - time.time()), undo)
