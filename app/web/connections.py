"""HTTP connections: how many are kept, and which goes when there are more.

Whoever connects gets a place, since one that is not at work gives way: the oldest that has asked for nothing, then the
oldest whose request has not come in whole, then the oldest that does not read its answer. Thus silent and slow clients
cost only themselves, behind one address as behind many.
"""

import logging
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.problems import Problem
from app.web.seldom import Seldom

logger = logging.getLogger(__name__)

SHARE = 0.75
"""Of all places, so many one address may have."""

GUESTS = 32
"""Connections beyond all places. They are told to try again, and whether the server is alive."""

ALWAYS_ANSWERED = ("/healthz", "/readyz")


class State(IntEnum):
    """The work of a connection; the first give way first."""

    IDLE = 0
    RECEIVING = 1
    UNREAD = 2
    WORKING = 3


class Connection(Protocol):
    def give_way(self) -> None:
        """Close at once."""


class _Address:
    """The connections of one client, by state, each in the order in which they came into it."""

    def __init__(self) -> None:
        self.by_state: dict[State, dict[Connection, None]] = {state: {} for state in State}

    @property
    def count(self) -> int:
        return sum(map(len, self.by_state.values()))

    def yielding(self) -> Connection | None:
        for state, connections in self.by_state.items():
            if connections and state is not State.WORKING:
                return next(iter(connections))
        return None


class Connections:
    """``sockets`` of them may be WebSockets, which are counted apart."""

    def __init__(self, places: int, sockets: int) -> None:
        self._places = places
        self._per_address = max(1, int(places * SHARE))
        self._max_sockets = sockets
        self._addresses: dict[str, _Address] = {}
        self._where: dict[Connection, tuple[str, State]] = {}
        self._guests: dict[Connection, None] = {}
        self._sockets = 0
        self._seldom = Seldom(logger)

    def add(self, connection: Connection, address: str) -> bool:
        """False where it is a guest: there is no place for it, and nobody to give way."""
        if not self._make_room(address):
            self._guests[connection] = None
            if len(self._guests) > GUESTS:
                self._let_go(next(iter(self._guests)))
            return False
        self._addresses.setdefault(address, _Address()).by_state[State.IDLE][connection] = None
        self._where[connection] = address, State.IDLE
        return True

    def mark(self, connection: Connection, state: State) -> None:
        if connection in self._where:
            address, before = self._where[connection]
            by_state = self._addresses[address].by_state
            del by_state[before][connection]
            by_state[state][connection] = None
            self._where[connection] = address, state

    def remove(self, connection: Connection) -> None:
        """At any number of times."""
        self._guests.pop(connection, None)
        if connection in self._where:
            address, state = self._where.pop(connection)
            del self._addresses[address].by_state[state][connection]
            if not self._addresses[address].count:
                del self._addresses[address]

    def upgrade(self, connection: Connection) -> Callable[[], None] | None:
        """From now on it is a WebSocket: what is returned is to be called when that is lost. None where there are as
        many as there may be."""
        if self._sockets >= self._max_sockets:
            self._seldom.warning(f"A WebSocket is refused: {self._sockets} are open, which is as many as may be.")
            return None
        self.remove(connection)
        self._sockets += 1
        return self._socket_lost

    def _socket_lost(self) -> None:
        self._sockets -= 1

    def _make_room(self, address: str) -> bool:
        own = self._addresses.get(address)
        if own is not None and own.count >= self._per_address:
            return self._let_go(own.yielding())
        if len(self._where) < self._places:
            return True
        largest = sorted(self._addresses.values(), key=lambda each: each.count, reverse=True)
        return self._let_go(next((found for each in largest if (found := each.yielding())), None))

    def _let_go(self, connection: Connection | None) -> bool:
        if connection is None:
            return False
        self.remove(connection)
        connection.give_way()
        return True


def only_health(app: ASGIApp) -> ASGIApp:
    """Return what answers guests: ``app`` at the addresses that are always answered, 503 at all others."""
    busy = Problem(
        503, "Too many connections", "The server serves as many connections as it can: try again in some seconds.",
        headers={"Retry-After": "5", "Connection": "close"},
    )  # fmt: skip

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if scope["path"] in ALWAYS_ANSWERED else busy.response())(scope, receive, send)

    return serve
