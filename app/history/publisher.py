"""Publishes the updates of the server that writes a history, in their order, without keeping it waiting."""

import asyncio
import logging
import time
from contextlib import suppress

from app.history import updates
from app.history.live_connection import StreamLost
from app.history.live_stream import Entry, LiveStream, Position
from app.history.memory import Memory
from app.history.notifier import Notifier

PENDING_BYTES = 16 << 20
"""What may wait for the stream's server. Beyond that all of it is dropped: the others read it from the database."""

BEAT_SECONDS = 0.5
"""Between two signs that this server is there, which say the queue's order too."""

RETRY_SECONDS = 1.0
"""Between two attempts to reach the stream's server."""

logger = logging.getLogger(__name__)


class Publisher:
    """Run :meth:`run` as a task. ``writer`` is this server's number. What is dropped leaves a gap in the numbers of the
    entries, which tells the others to read the database."""

    def __init__(self, stream: LiveStream, memory: Memory, writer: int) -> None:
        self._stream = stream
        self._memory = memory
        self._last = Position(writer, 0)
        self._pending: list[Entry] = []
        self._bytes = 0
        self._news = Notifier()

    def publish(self, update: updates.Update) -> None:
        """What its transaction has changed must have been committed."""
        data = updates.encode(update)
        self._last = self._last.next
        self._pending.append(Entry(self._last, time.time(), data))
        self._bytes += len(data)
        if self._bytes > PENDING_BYTES:
            self._drop()
        self._news.notify()

    async def run(self) -> None:
        """Never returns."""
        beating = asyncio.create_task(self._beat())
        lost = False
        try:
            while True:
                if not self._pending:
                    await self._news.wait()
                    continue
                try:
                    await self.flush()
                except StreamLost as error:
                    if not lost:
                        logger.warning("The other servers hear nothing from this one, and read the database: %s", error)
                    lost = True
                    self._drop()
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    if lost:
                        logger.warning("The other servers hear from this one again.")
                    lost = False
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def flush(self) -> None:
        """Send what waits. Raises StreamLost."""
        entries, self._pending, self._bytes = self._pending, [], 0
        if entries:
            await self._stream.add(entries)

    async def _beat(self) -> None:
        version = self._memory.queue.version
        while True:
            self.publish(updates.Queued(dict(self._memory.queue.places)))
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    version = await self._memory.queue.wait(version)

    def _drop(self) -> None:
        self._pending.clear()
        self._bytes = 0
