"""Places for work that clients take in turn: one each at a time goes round, however much a client has asked for."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """``async with turns.turn(client)`` waits for one of so many places.

    A place that becomes free goes to the client that has waited longest since its last turn; of one client's waiting
    requests the first comes first. How many may wait is bounded by what calls this.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waited_for(self) -> bool:
        """All places are taken, and somebody waits."""
        return any(not place.cancelled() for queue in self._waiting.values() for place in queue)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        await self.take(client)
        try:
            yield
        finally:
            self.give_back()

    async def take(self, client: str) -> None:
        """Wait for a place. What takes one must call :meth:`give_back`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(client)

    def give_back(self) -> None:
        while self._waiting:
            client, queue = self._waiting.popitem(last=False)
            place = queue.popleft()
            if queue:
                self._waiting[client] = queue
            if not place.cancelled():
                return place.set_result(None)
        self._free += 1

    async def _wait(self, client: str) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was given just before
                self.give_back()
            raise
