"""Removes what is deleted, once it can no longer be restored, and what is too much."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from app.history.limits import Limits
from app.history.sizes import readable
from app.history.unavailable import HistoryUnavailable
from app.storage import Removal

RETRY_SECONDS = 5.0
"""After an error, such as a disk that is full."""

logger = logging.getLogger(__name__)


class Kept(Protocol):
    """What a keeper looks after."""

    @property
    def bytes(self) -> int:
        """What all runs take."""

    @property
    def deleted(self) -> dict[str, float]:
        """When each run was deleted that can still be restored, the first deleted first."""

    @property
    def purging(self) -> bool:
        """Of runs that are deleted for good something is left."""

    async def purge(self, runs: list[str]) -> None:
        """Remove these for good, and what is left of others."""

    async def remove_next(self) -> Removal | None:
        """Remove what goes first; None where nothing may."""


class Keeper:
    """Run :meth:`run` as a task, and call :meth:`wake` whenever runs take more, have ended or are deleted."""

    def __init__(self, kept: Kept, limits: Limits) -> None:
        self._kept = kept
        self._limits = limits
        self._woken = asyncio.Event()
        self._stuck = False

    def grown(self) -> None:
        """More is stored. Nothing is done about it before there is too much that can be removed."""
        if self._too_much() and not self._stuck:
            self._woken.set()

    def wake(self) -> None:
        self._stuck = False
        self._woken.set()

    async def run(self) -> None:
        """Never returns."""
        while True:
            self._woken.clear()
            await self._trying(self._purge_overdue)
            await self._trying(self._keep_within)
            try:
                async with asyncio.timeout(self._seconds_to_next()):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _trying(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            if not isinstance(error, HistoryUnavailable):  # of that the log has a line already
                logger.exception("Runs could not be removed; trying again in %s s.", RETRY_SECONDS)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.wake)

    async def _purge_overdue(self) -> None:
        due = time.time() - self._limits.undo_seconds
        overdue = [run for run, deleted in self._kept.deleted.items() if deleted <= due]
        if overdue or self._kept.purging:
            await self._kept.purge(overdue)

    async def _keep_within(self) -> None:
        while self._too_much() and not self._stuck:
            removal = await self._kept.remove_next()
            limit = readable(self._limits.keep_bytes or 0)
            if removal is None:
                self._stuck = True
                logger.warning(
                    "Runs take %s, more than the %s of --keep-bytes: those left are live, active, a lesson's, or a "
                    "person has named them.",
                    readable(self._kept.bytes), limit,
                )  # fmt: skip
            else:
                what = "run" if removal.what == "run" else "the models of run"
                logger.warning(
                    "Removed %s %s (%s, %s) to keep within the %s of --keep-bytes.",
                    what, removal.run, removal.name, readable(removal.bytes), limit,
                )  # fmt: skip

    def _too_much(self) -> bool:
        return self._limits.keep_bytes is not None and self._kept.bytes > self._limits.keep_bytes

    def _seconds_to_next(self) -> float | None:
        """Until the next deleted run can no longer be restored; None where none is deleted."""
        undo = self._limits.undo_seconds
        left = [deleted + undo - time.time() for deleted in self._kept.deleted.values()]
        # Where the clock was set back: never longer than a run deleted now has.
        return min(max(0.0, min(left)), undo) if left else None
