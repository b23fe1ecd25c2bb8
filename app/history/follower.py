"""Keeps the memory of a server that does not write a history like that of the one that does."""

import asyncio
import logging
import time
from functools import partial

import msgspec

from app.history import updates
from app.history.database import Database
from app.history.live_connection import StreamLost
from app.history.live_stream import EMPTY, LiveStream, Position
from app.history.memory import Memory, MissedUpdate, snapshot
from app.history.unavailable import HistoryUnavailable

SILENCE_SECONDS = 1.0
"""For which nothing has come while the other gives a sign twice as often: then the database is read, time and again."""

LAG_SECONDS = 5.0
"""The largest lag is known of the last such span and of the present one."""

logger = logging.getLogger(__name__)


class Lag:
    """The largest of those noted lately."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._now: float | None = None
        self._since = time.monotonic()

    def note(self, seconds: float) -> None:
        self._turn()
        self._now = max(seconds, self._now or 0.0)

    @property
    def largest(self) -> float | None:
        """In seconds; None where none was noted in the last ``LAG_SECONDS`` at least."""
        self._turn()
        return max((each for each in (self._before, self._now) if each is not None), default=None)

    def _turn(self) -> None:
        spans = int((time.monotonic() - self._since) / LAG_SECONDS)
        if spans:
            self._before = self._now if spans == 1 else None
            self._now = None
            self._since += spans * LAG_SECONDS


class Follower:
    """Run :meth:`run` as a task.

    It reads the stream of updates, in which nothing stands that is not in the database. Where something is missing (it
    was too slow, the stream was lost, another server writes now) it reads the database, and the stream from there on.
    As long as the stream cannot be reached, or is silent, it reads the database every ``SILENCE_SECONDS``.
    """

    def __init__(self, database: Database, memory: Memory, stream: LiveStream) -> None:
        self._database = database
        self._memory = memory
        self._stream = stream
        self._lost = False
        self.lag = Lag()
        """For how many seconds updates were on their way, by the clocks of the writer and of this machine."""
        self.trouble: str | None = None
        """Why nothing is heard of changes; None where they are."""

    async def run(self) -> None:
        """Never returns."""
        while True:
            try:
                await self._follow()
            except HistoryUnavailable as unavailable:
                if self.trouble is None:
                    logger.error("Nothing is heard of changes: %s.", unavailable)
                self.trouble = unavailable.reason
                await asyncio.sleep(SILENCE_SECONDS)
            except Exception:
                logger.exception("What another server writes could not be followed; reading the database again.")
                await asyncio.sleep(SILENCE_SECONDS)

    async def catch_up(self) -> None:
        """Know what the database has now. Raises HistoryUnavailable."""
        found = await self._database.read(partial(snapshot, known=tuple(self._memory.logs)))
        self._memory.catch_up(found)
        self.trouble = None

    async def last_look(self) -> None:
        """:meth:`catch_up`, as soon as the database can be read, with what its writer has written last and could not
        tell."""
        while True:
            try:
                return await self.catch_up()
            except HistoryUnavailable:
                await asyncio.sleep(SILENCE_SECONDS)

    async def _follow(self) -> None:
        """Until something is missing. Raises HistoryUnavailable."""
        try:
            after = await self._stream.last()  # first: what comes behind it the database may have by then, but not miss
            await self.catch_up()
            if self._lost:
                logger.warning("The stream of updates is read again.")
                self._lost = False
            while entries := await self._stream.read(after, SILENCE_SECONDS):
                self.lag.note(max(0.0, time.time() - min(entry.at for entry in entries)))
                for position, _, update in entries:
                    if after not in (EMPTY, Position(position.writer, position.number - 1)):
                        return
                    self._memory.apply(updates.decode(update))
                    after = position
        except MissedUpdate:
            return
        except (StreamLost, msgspec.DecodeError) as error:
            if not self._lost:
                logger.warning("The stream of updates cannot be read; the database is read instead: %s", error)
                self._lost = True
            await self.catch_up()
            await asyncio.sleep(SILENCE_SECONDS)
