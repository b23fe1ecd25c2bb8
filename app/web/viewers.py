"""Who watches now: how many may, and the heartbeat of those that watch by ``/ws``."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self

from app.web.broadcast import BREATH, Socket
from app.web.frames import text_frame
from app.web.seldom import Seldom

logger = logging.getLogger(__name__)


class TooManyViewers(Exception):
    """The message says of what there are too many, and what to do."""


class Viewers:
    """Open it with ``async with Viewers.open(…)``."""

    def __init__(self, most: int, per_address: int, heartbeat: float, trouble: Callable[[], str | None]) -> None:
        self._most = most
        self._seldom = Seldom(logger)
        self._per_address = per_address
        self._heartbeat = heartbeat
        self._trouble = trouble
        self._addresses: Counter[str] = Counter()
        self._alive: set[Socket] = set()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, *, most: int, per_address: int, heartbeat: float, trouble: Callable[[], str | None] = lambda: None
    ) -> AsyncIterator[Self]:
        """``most`` viewers at a time. ``heartbeat``: seconds between two. ``trouble``: why nothing can be stored at
        present, which they say."""
        viewers = cls(most, per_address, heartbeat, trouble)
        task = asyncio.create_task(viewers._beat(), name="heartbeat")
        try:
            yield viewers
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def count(self) -> int:
        return self._addresses.total()

    @contextmanager
    def watching(self, address: str) -> Iterator[None]:
        """Count a viewer for as long as this lasts. Raises TooManyViewers."""
        if self.count >= self._most:
            raise self._too_many(f"{self._most} viewers are watching, which is as many as may: try again later")
        if self._addresses[address] >= self._per_address:
            raise self._too_many(
                f"{self._per_address} viewers are watching from your address, which is as many as "
                "THREESEVEN_VIEWERS_PER_ADDRESS allows: close a page"
            )
        self._addresses[address] += 1
        try:
            yield
        finally:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    @contextmanager
    def heartbeats(self, socket: Socket) -> Iterator[None]:
        """Send heartbeats to ``socket``, the first at once, for as long as this lasts."""
        socket.write(self._frame())
        self._alive.add(socket)
        try:
            yield
        finally:
            self._alive.discard(socket)

    def _too_many(self, reason: str) -> TooManyViewers:
        self._seldom.warning(f"A viewer is refused: {reason}.")
        return TooManyViewers(reason)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            frame = self._frame()
            for served, socket in enumerate(tuple(self._alive), 1):
                socket.write(frame)  # one that has no room has something else to read
                if served % BREATH == 0:
                    await asyncio.sleep(0)

    def _frame(self) -> bytes:
        beat = {
            "type": "Heartbeat",
            "time": round(time.time(), 3),
            "every": self._heartbeat,
            "trouble": self._trouble(),
        }
        return text_frame(json.dumps(beat).encode())
