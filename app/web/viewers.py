"""Those who watch now: how many there may be, and the heartbeat of those on ``/ws``."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Self

from app.web.broadcast import BREATH, Socket
from app.web.connections import Upgraded
from app.web.frames import text_frame
from app.web.places import Full, Places
from app.web.seldom import Seldom
from app.web.stream_frames import Heartbeat

logger = logging.getLogger(__name__)


class TooManyViewers(Exception):
    """The message says of what there are too many, and what to do."""


class Viewers:
    """Open it with ``async with Viewers.open(…)``."""

    def __init__(self, most: int, per_address: int, heartbeat: float, trouble: Callable[[], str | None]) -> None:
        self._places = Places(most, per_address)
        self._seldom = Seldom(logger)
        self._heartbeat = heartbeat
        self._trouble = trouble
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
        return self._places.taken

    @property
    def most(self) -> int:
        return self._places.most

    @contextmanager
    def watching(self, address: str, place: Upgraded) -> Iterator[None]:
        """Let a viewer in, and count it for as long as this lasts. Raises TooManyViewers where it is turned away."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._places.place(address))
                if not place.let_in():
                    raise Full(own=False)
            except Full as full:
                place.turn_away()
                raise self._too_many(own=full.own) from None
            yield

    @contextmanager
    def heartbeats(self, socket: Socket) -> Iterator[None]:
        """Send heartbeats to ``socket``, the first at once, for as long as this lasts."""
        socket.write(self._frame())
        self._alive.add(socket)
        try:
            yield
        finally:
            self._alive.discard(socket)

    def _too_many(self, *, own: bool) -> TooManyViewers:
        reason = (
            f"{self._places.per_address} viewers are watching from your address, which is as many as "
            "THREESEVEN_VIEWERS_PER_ADDRESS allows: close a page"
            if own
            else f"{self._places.most} viewers are watching, which is as many as may: try again later"
        )
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
        beat = Heartbeat(time=round(time.time(), 3), every=self._heartbeat, trouble=self._trouble())
        return text_frame(beat.encode())
