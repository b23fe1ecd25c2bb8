"""Of several servers with one history: the one that writes it and starts runs, and the way to it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self

from app.history.history import History
from app.history.unavailable import HistoryUnavailable

if TYPE_CHECKING:
    import httpx
    from websockets.asyncio.client import ClientConnection

PASSWORD, CLIENT, SCHEME = b"x-threeseven-forwarded", b"x-threeseven-client", b"x-threeseven-scheme"
"""Header fields: by which a server shows that it is one of those with the same history, and what it says of the visitor
whose request it forwards."""

CONNECT_SECONDS = 2.0
"""How long it may take to reach the leader."""

PING_SECONDS = 5.0
"""Between two pings to the leader by a visitor's connection, and for its answer; between two looks whether another one
leads, while a request waits for its answer. A leader that hangs is noticed by the time that another one leads in its
place."""

KEPT_SECONDS = 2.0
"""For which a connection is kept that nothing is sent on: less than the 5 s after which the leader closes it, which
could meet a request on its way."""

AT_ONCE = 200
"""Requests that are forwarded at a time; further ones wait."""

POOL_SECONDS = 10.0
"""How long those may."""

LEAVING = (1001, 1012)
"""Codes with which a server closes that ends."""


class NoLeader(Exception):
    """The message says why, to who reads the server's output."""


class TurnedAway(NoLeader):
    """It is there, and has ended a visitor's connection on purpose."""


class Leader:
    """The one that leads, of the servers with this history."""

    def __init__(
        self, history: History, secret: bytes = b"", transport: "httpx.AsyncHTTPTransport | None" = None
    ) -> None:
        """``transport``: None where a server is alone."""
        self._history = history
        self._secret = secret
        self._transport = transport
        self._here = asyncio.Event()
        if transport is None:
            self.begin()

    @classmethod
    @asynccontextmanager
    async def open(cls, history: History, *, shared: bool) -> AsyncIterator[Self]:
        """``shared``: other servers have the same history."""
        if not shared:
            yield cls(history)
            return
        import httpx  # which a server alone does without

        # Not a client: it would keep one visitor's cookies, and send them with another's requests.
        limits = httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=KEPT_SECONDS)
        async with httpx.AsyncHTTPTransport(limits=limits) as transport:
            yield cls(history, await history.leadership.secret(), transport)

    @property
    def here(self) -> bool:
        """Whether this server leads, and has begun to."""
        return self._here.is_set()

    def begin(self) -> None:
        """This server leads from now on."""
        self._here.set()

    async def wait_here(self) -> None:
        """Return once this server leads."""
        await self._here.wait()

    async def ask(self, method: str, path: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> "httpx.Response":
        """The leader's answer, whose body is still to come; close it. ``path`` with its query. Raises NoLeader, also
        where another server comes to lead before the answer begins."""
        import httpx

        address = await self._history.leadership.leader()
        if address is None or self._transport is None:
            raise NoLeader("no server has led yet")
        request = httpx.Request(
            method,
            httpx.URL(address).copy_with(raw_path=path),
            headers=[*headers, (PASSWORD, self._password.encode())],
            content=body or None,
            extensions={"timeout": {"connect": CONNECT_SECONDS, "pool": POOL_SECONDS}},
        )
        asking = asyncio.create_task(self._transport.handle_async_request(request))
        replaced = asyncio.create_task(self._replaced(address))
        try:
            await asyncio.wait((asking, replaced), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise NoLeader(f"{address} has not answered, and leads no more")
            return asking.result()
        except httpx.HTTPError as error:
            raise NoLeader(f"{address} has not answered ({type(error).__name__})") from None
        finally:
            for task in (asking, replaced):
                task.cancel()
            await asyncio.gather(asking, replaced, return_exceptions=True)

    async def _replaced(self, address: str) -> None:
        """Return once another server than that of ``address`` leads."""
        while not self.here:
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await self.wait_here()
            with suppress(HistoryUnavailable):
                if await self._history.leadership.leader() != address:
                    return

    @asynccontextmanager
    async def socket(self, client: str) -> "AsyncIterator[ClientConnection]":
        """``/ws`` of the leader, for a visitor of this address. Raises NoLeader, also where it is lost, TurnedAway
        where the leader ends it."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed, WebSocketException

        address = await self._history.leadership.leader()
        if address is None:
            raise NoLeader("no server has led yet")
        headers = {PASSWORD: self._password, CLIENT: json.dumps([client, 0]), SCHEME: "ws"}
        try:
            opened = await connect(
                address.replace("http", "ws", 1) + "/ws",
                additional_headers={name.decode(): value for name, value in headers.items()},
                open_timeout=CONNECT_SECONDS,
                compression=None,
                proxy=None,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
            )
        except (WebSocketException, OSError) as error:
            raise NoLeader(f"{address} is not connected ({type(error).__name__})") from None
        try:
            yield opened
        except WebSocketException as error:
            ended = isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code not in LEAVING
            raise (TurnedAway if ended else NoLeader)(f"{address} has closed the connection") from None
        finally:
            await opened.close()

    def knows(self, password: bytes) -> bool:
        """Whether a request with this password comes from a server with the same history."""
        return self._transport is not None and hmac.compare_digest(password, self._password.encode())

    @property
    def _password(self) -> str:
        return derived(self._secret, "forwarding").hex()


def derived(secret: bytes, use: str) -> bytes:
    """A key for one use, from what all servers know."""
    return hmac.new(secret, use.encode(), hashlib.sha256).digest()
