"""Places for work that clients take in turn: one each at a time goes round, however much a client has asked for."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """``async with turns.turn(client)`` waits for one of so many places.

    A place that becomes free goes to the client that has waited longest since its last turn; of one client's waiting
    requests the first comes first. No client has more than ``per_client`` places at a time, so that others find some
    free. How many may wait is bounded by what calls this.
    """

    def __init__(self, places: int, per_client: int | None = None) -> None:
        self._free = places
        self._per_client = per_client or places
        self._taken: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waited_for(self) -> bool:
        """Somebody waits: all places are taken, or all that this client may have."""
        return any(not place.cancelled() for queue in self._waiting.values() for place in queue)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        await self.take(client)
        try:
            yield
        finally:
            self.give_back(client)

    async def take(self, client: str) -> None:
        """Wait for a place. What takes one must call :meth:`give_back`."""
        if self._free and self._taken[client] < self._per_client:
            self._free -= 1
            self._taken[client] += 1
        else:
            await self._wait(client)

    def give_back(self, client: str) -> None:
        self._taken[client] -= 1
        if not self._taken[client]:
            del self._taken[client]
        self._free += 1
        while (following := self._next()) is not None:
            queue = self._waiting.pop(following)
            place = queue.popleft()
            if queue:
                self._waiting[following] = queue  # behind the others
            if not place.cancelled():
                self._free -= 1
                self._taken[following] += 1
                return place.set_result(None)

    def _next(self) -> str | None:
        """Return the client whose turn it is; None where no one may have a place."""
        return next((each for each in self._waiting if self._taken[each] < self._per_client), None)

    async def _wait(self, client: str) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was given just before
                self.give_back(client)
            raise
