"""How this server is, and the others that have the same history."""

import asyncio
import logging
import os
import platform
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from pydantic import ValidationError

from app import __version__
from app.cluster import ClusterState, ServerState
from app.history.history import History
from app.history.notifier import Notifier
from app.running.supervisor import Supervisor
from app.web.viewers import Viewers

EACH_SECONDS = 1.0
"""Between two words of how this server is."""


logger = logging.getLogger(__name__)


class Servers:
    """Open it with ``async with Servers.open(…)``. ``now`` is at most ``EACH_SECONDS`` old, and what the other servers
    have said as much again."""

    def __init__(self, history: History, supervisor: Supervisor, viewers: Viewers, address: str) -> None:
        self._history, self._supervisor, self._viewers, self._address = history, supervisor, viewers, address
        self._started = time.time()
        self._version = 0
        self.now: ClusterState
        self._changed = Notifier()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, history: History, supervisor: Supervisor, viewers: Viewers, address: str
    ) -> AsyncIterator[Self]:
        """``address`` tells this server from others with the same history."""
        servers = cls(history, supervisor, viewers, address)
        servers.now = await servers._ask()
        asking = asyncio.create_task(servers._keep_asking(), name="servers")
        try:
            yield servers
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await history.leadership.remove_state(address)

    @property
    def trouble(self) -> str | None:
        """Why the server that leads can store nothing, as it has said; None where it can."""
        return next((server.trouble for server in self.now.servers if server.leads), None)

    async def wait(self, version: int) -> int:
        """Return the version of ``now`` once it is another one than this."""
        while self._version == version:
            await self._changed.wait()
        return self._version

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(EACH_SECONDS)
            try:
                found = await self._ask()
            except Exception:
                logger.exception("How the servers are could not be asked; trying again.")
                continue
            if found != self.now:
                self.now = found
                self._version += 1
                self._changed.notify()

    async def _ask(self) -> ClusterState:
        own = self._own()
        said, unheard = await self._history.leadership.put_state(self._address, own.model_dump_json().encode())
        servers = [state for each in said if (state := _read(each)) is not None]
        if own.leads:  # one that was killed has said so too, some seconds ago
            servers = [each if _is(each, own) else each.model_copy(update={"leads": False}) for each in servers]
        states = Counter(run.state for run in await self._history.active())
        return ClusterState(
            servers=sorted(servers, key=lambda server: (not server.leads, server.started)), unheard=unheard,
            queued=states["queued"], running=states["running"], paused=states["paused"],
        )  # fmt: skip

    def _own(self) -> ServerState:
        lag = self._history.leadership.lag
        return ServerState(
            node=platform.node(), pid=os.getpid(), version=__version__, started=self._started,
            leads=self._history.leadership.held, viewers=self._viewers.count, most_viewers=self._viewers.most,
            lag=None if lag is None else round(lag, 4), trouble=self._history.trouble,
            workers=self._supervisor.ready_workers,
        )  # fmt: skip


def _is(one: ServerState, other: ServerState) -> bool:
    return (one.node, one.pid, one.started) == (other.node, other.pid, other.started)


def _read(state: bytes) -> ServerState | None:
    """None where a server of another version says something else."""
    try:
        return ServerState.model_validate_json(state)
    except ValidationError:
        return None
