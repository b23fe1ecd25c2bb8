"""HTTP connections: how many are kept, and which goes when there are more.

Whoever connects gets a place, since one that is not at work gives way: the oldest that has asked for nothing, then the
oldest whose request has not come in whole, then the oldest that does not read its answer. Thus silent and slow clients
cost only themselves, behind one address as behind many. One that has connected this moment does not give way: of many
that come at once, what they ask has not been read yet.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
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

MOMENT = 0.1
"""Seconds after which a new connection that has asked for nothing counts as silent."""

ALWAYS_ANSWERED = ("/healthz", "/readyz")


class State(IntEnum):
    """The work of a connection; the first give way first. ``SILENT``: it has asked for nothing yet, and would have been
    heard by now. ``NEW``: it may have, and gives way only where many come at once. ``WORKING``: it does not."""

    SILENT = 0
    IDLE = 1
    RECEIVING = 2
    UNREAD = 3
    NEW = 4
    WORKING = 5


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

    @property
    def yielding(self) -> Connection | None:
        """The one to give way, not a new one."""
        return _first(self._oldest(state) for state in State if state < State.NEW)

    @property
    def oldest_new(self) -> Connection | None:
        return self._oldest(State.NEW)

    def _oldest(self, state: State) -> Connection | None:
        return next(iter(self.by_state[state]), None)


class Connections:
    """``places`` for connections, and beside them as many as ``spare`` for a moment, where many come at once;
    ``sockets`` of them may be WebSockets, which are counted apart."""

    def __init__(self, places: int, sockets: int, spare: int = 0) -> None:
        self._places = places
        self._spare = spare
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
                self._let_go_unanswered(next(iter(self._guests)))
            return False
        self._addresses.setdefault(address, _Address()).by_state[State.NEW][connection] = None
        self._where[connection] = address, State.NEW
        return True

    def settle(self, connection: Connection) -> None:
        """What it asks would have been read by now."""
        if connection in self._where and self._where[connection][1] is State.NEW:
            self.mark(connection, State.SILENT)

    def mark(self, connection: Connection, state: State) -> None:
        if connection in self._where:
            address, before = self._where[connection]
            by_state = self._addresses[address].by_state
            del by_state[before][connection]
            by_state[state][connection] = None
            self._where[connection] = address, state

    def remove(self, connection: Connection) -> None:
        """Forget the connection, if it is known."""
        self._guests.pop(connection, None)
        if connection in self._where:
            address, state = self._where.pop(connection)
            del self._addresses[address].by_state[state][connection]
            if not self._addresses[address].count:
                del self._addresses[address]

    def upgrade(self, connection: Connection) -> "Upgraded":
        """From now on it is a WebSocket."""
        return Upgraded(self, connection)

    def take_socket(self, connection: Connection) -> bool:
        """In exchange for its place. False where there are as many WebSockets as there may be."""
        if self._sockets >= self._max_sockets:
            return False
        self.remove(connection)
        self._sockets += 1
        return True

    def give_socket_back(self) -> None:
        self._sockets -= 1

    def _make_room(self, address: str) -> bool:
        """False where nothing gives way."""
        own = self._addresses.get(address)
        if own is not None and not self._has_room(lambda: own.count, self._per_address, lambda: [own]):
            return False
        return self._has_room(lambda: len(self._where), self._places, self._largest_first)

    def _has_room(self, count: Callable[[], int], most: int, addresses: Callable[[], Sequence[_Address]]) -> bool:
        """Whether there is room for one more, after others of these addresses have given way. New ones do so only once
        the spare places are taken as well."""
        while count() >= most:
            if not self._let_go(_first(each.yielding for each in addresses())):
                new = _first(each.oldest_new for each in addresses())
                if new is None or count() < most + self._spare:
                    return new is not None
                return self._let_go_unanswered(new)
        return True

    def _largest_first(self) -> Sequence[_Address]:
        return sorted(self._addresses.values(), key=lambda each: each.count, reverse=True)

    def _let_go_unanswered(self, connection: Connection) -> bool:
        self._seldom.warning("Connections are closed unanswered: more come at once than there may be.")
        return self._let_go(connection)

    def _let_go(self, connection: Connection | None) -> bool:
        if connection is None:
            return False
        self.remove(connection)
        connection.give_way()
        return True


class Upgraded:
    """A connection that has become a WebSocket. Until it is let in it keeps the place that it had: those that are
    turned away, and do not go, take none from those that may watch."""

    def __init__(self, kept: Connections, connection: Connection) -> None:
        self._kept, self._connection = kept, connection
        self._let_in = self._lost = False

    def let_in(self) -> bool:
        """Give it a place among the WebSockets, which are counted apart. False where there is none."""
        if not self._lost:
            self._let_in = self._kept.take_socket(self._connection)
        return self._let_in

    def turn_away(self) -> None:
        """It is about to be closed: until it is, it gives way as one that is idle."""
        self._kept.mark(self._connection, State.IDLE)

    def lost(self) -> None:
        """Give its place back. To be called once."""
        self._lost = True
        if self._let_in:
            self._kept.give_socket_back()
        else:
            self._kept.remove(self._connection)


def _first(found: Iterable[Connection | None]) -> Connection | None:
    return next(filter(None, found), None)


def only_health(app: ASGIApp) -> ASGIApp:
    """Return what answers guests: ``app`` at the addresses that are always answered, 503 at all others."""
    busy = Problem(
        503, "Too many connections", "The server serves as many connections as it can: try again in some seconds.",
        headers={"Retry-After": "5", "Connection": "close"},
    )  # fmt: skip

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if scope["path"] in ALWAYS_ANSWERED else busy.response())(scope, receive, send)

    return serve
