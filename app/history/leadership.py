"""Which of the processes that share a history writes it, and what they know of each other."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from app.history import leaders
from app.history.database import Database
from app.history.memory import Memory
from app.history.unavailable import HistoryUnavailable

if TYPE_CHECKING:
    from app.history.follower import Follower
    from app.history.live_connection import LiveConnection
    from app.history.live_documents import LiveDocuments
    from app.history.live_stream import LiveStream

TURN_SECONDS = 0.25
"""Between two looks whether the server that writes a shared history is gone. Two in a row have to find its place free:
one whose connection alone was lost has taken it again by then, since it writes more often while runs train."""

PRECEDENCE_SECONDS = 3.0
"""For which a database that was gone is left to the server that has written it before, so that its runs go on."""

logger = logging.getLogger(__name__)


class Sharing(NamedTuple):
    """How several processes serve one history: the stream by which the one that writes it tells the others, and the
    address at which they would reach this one."""

    live_url: str
    address: str


class Leadership:
    """Keep :meth:`run` going as a task while the history is open. A process that shares its history with no other leads
    from the beginning."""

    def __init__(self, database: Database, memory: Memory) -> None:
        self._database, self._memory = database, memory
        self._leads = asyncio.Event()
        self._replaced = asyncio.Event()
        self._follower: Follower | None = None
        self._connection: LiveConnection | None = None
        self._stream: LiveStream | None = None

    @property
    def held(self) -> bool:
        """Whether this process is the one that writes. What changes the history raises HistoryUnavailable where it is
        not."""
        return self._leads.is_set()

    @property
    def shared(self) -> bool:
        """Whether another server may lead once this one is gone."""
        return self._stream is not None

    @property
    def taken_over(self) -> bool:
        """Whether another server wrote before, while this one followed it."""
        return self.held and self._follower is not None

    @property
    def trouble(self) -> str | None:
        """Why this process receives nothing of what another one writes; None where it does, or writes itself."""
        return self._follower.trouble if self._follower else None

    @property
    def lag(self) -> float | None:
        """The longest time, in seconds, that what another process wrote took to come here lately; None where nothing
        came."""
        return self._follower.lag.largest if self._follower and not self.held else None

    async def wait_held(self) -> None:
        """Return once this process is the one that writes, and knows all that others have written."""
        await self._leads.wait()

    async def wait_replaced(self) -> None:
        """Return once another process writes in place of this one, which had lost its connection: from then on this
        one can write nothing, and does not know what is written."""
        await self._replaced.wait()

    def lose(self) -> None:
        """Note that another process writes in place of this one."""
        self._replaced.set()

    async def secret(self) -> bytes:
        """Return the secret that all servers with this database share."""
        return await self._database.read(leaders.secret)

    async def leader(self) -> str | None:
        """Return the address at which the others reach the server that writes; None where it is not known."""
        return await self._database.read(leaders.address)

    async def put_state(self, server: str, state: bytes) -> tuple[list[bytes], str | None]:
        """Publish the state of the server at this address. Return the states that servers have published in the last
        seconds, and why those of the others do not come, where they do not."""
        if self._stream is None:
            return [state], None
        from app.history.live_connection import StreamLost

        try:
            return await self._stream.put_state(server, state), None
        except StreamLost as lost:
            return [state], f"The stream's server: {lost}"

    async def remove_state(self, server: str) -> None:
        """Remove the state of the server at this address: it ends."""
        if self._stream is None:
            return
        from app.history.live_connection import StreamLost

        with suppress(StreamLost):
            await self._stream.remove_state(server)

    def live_documents(self, kind: str) -> "LiveDocuments":
        """What this server, which leads one of several, keeps for whichever leads after it."""
        from app.history.live_documents import LiveDocuments

        assert self._connection is not None
        assert self.held
        return LiveDocuments(self._connection, kind, self._database.number)

    async def run(self, sharing: Sharing | None, lead: Callable[[], Awaitable[None]]) -> None:
        """Once this process writes, ``lead``; until then follow the one that does. Never returns, as ``lead`` does
        not."""
        if sharing is None:
            self._leads.set()
            return await lead()
        from app.history.follower import Follower  # needs what a server alone does without
        from app.history.live_connection import LiveConnection, StreamLost
        from app.history.live_stream import LiveStream
        from app.history.publisher import Publisher

        async with LiveConnection.open(sharing.live_url, await self.secret()) as connection:
            self._connection = connection
            self._stream = stream = LiveStream(connection)
            if not self._database.number:
                self._follower = Follower(self._database, self._memory, stream)
                async with beside(self._follower.run()):
                    await self._wait_turn(sharing.address)
                await self._follower.last_look()
            publisher = Publisher(stream, self._memory, self._database.number)
            self._memory.publish = publisher.publish
            try:
                async with beside(publisher.run()):
                    self._leads.set()
                    await lead()
            finally:
                with suppress(StreamLost):
                    await publisher.flush()

    async def _wait_turn(self, address: str) -> None:
        """Until the server that writes is gone, or hangs, and this one has its place."""
        free = False
        while True:
            await asyncio.sleep(TURN_SECONDS)
            try:
                before, free = free, not await self._database.is_held()
                if before and free and await self._database.take(address):
                    return
                if not free and await self._database.end_silent():
                    logger.warning("The server that writes hangs: another takes its place.")
            except HistoryUnavailable:  # with which reading fails as well
                free = False
                await asyncio.sleep(PRECEDENCE_SECONDS)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """It goes on while the block does; an error that ends it is logged."""
    task = asyncio.create_task(work)
    task.add_done_callback(_log_failure)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("The history is not looked after any more.", exc_info=error)
