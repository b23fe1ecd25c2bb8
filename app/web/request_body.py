"""A request's body as it comes in: bounded in bytes, and a large one in time and number too."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Self

from starlette.requests import Request

from app.web.client import client_address
from app.web.problems import Problem
from app.web.turns import Turns

SMALL = 64 * 1024
"""Bytes. Any drawing but the longest is smaller, and so is any recipe."""
LARGE_AT_ONCE = 8
"""Bodies beyond ``SMALL`` that are in memory at the same time; further ones wait in their senders' hands, the clients'
in turn."""
OF_CLIENT = 6
"""Of those, one client's, so that others need not wait for it."""
LARGE_SECONDS = 30
"""How long one of those may take to come in. A photo of 4 MB needs 16 s at 2 Mbit/s."""
PAUSE_SECONDS, PAUSE_BYTES = 1.0, 16 * 1024
"""While another waits, so much must come in each such time: 0.13 Mbit/s. What one that waits has sent meanwhile is in
the system's buffers and comes at once."""


class BodyReader:
    """Bodies of any number of requests: ``async with bodies.open(request) as body``."""

    def __init__(self) -> None:
        self._places = Turns(LARGE_AT_ONCE, OF_CLIENT)

    def open(self, request: Request) -> "Body":
        return Body(request, self._places)


class Body:
    """One request's. A large one keeps its place until the block ends. What is refused raises Problem 400, 408, 413."""

    def __init__(self, request: Request, places: Turns) -> None:
        self._request = request
        self._places = places
        self._taken = 0
        self._deadline: float | None = None
        """Set where it comes in at one of the places."""
        self._looked, self._taken_then = 0.0, 0
        """When it was last seen whether it comes fast enough, and how much had come by then."""
        self._placed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._placed:
            self._places.give_back(client_address(self._request))

    async def keep_place(self) -> None:
        """Until the block ends it counts as a large one, whatever its length: for what answering it takes."""
        if not self._placed:
            await self._places.take(client_address(self._request))
            self._placed = True

    async def all(self, limit: int) -> bytes:
        """All of it, unless it is more than ``limit`` bytes or says so."""
        _check_length(self._request, limit)
        body, more = await self._next(limit)
        if more:  # which it seldom has
            body += b"".join([piece async for piece in self._rest(limit)])
        return body

    def pieces(self, limit: int) -> AsyncGenerator[bytes, None]:
        """The same piece by piece."""
        _check_length(self._request, limit)
        return self._rest(limit)

    async def _rest(self, limit: int) -> AsyncGenerator[bytes, None]:
        more = True
        while more:
            if self._taken > SMALL and self._deadline is None:
                await self.keep_place()
                self._looked, self._taken_then = asyncio.get_running_loop().time(), self._taken
                self._deadline = self._looked + LARGE_SECONDS
            if self._deadline is None:
                piece, more = await self._next(limit)
            else:
                piece, more = await self._next_in_time(limit, self._deadline)
            yield piece

    async def _next_in_time(self, limit: int, deadline: float) -> tuple[bytes, bool]:
        now = asyncio.get_running_loop().time
        while True:
            piece, more = None, True
            try:
                async with asyncio.timeout_at(min(deadline, self._looked + PAUSE_SECONDS)):
                    piece, more = await self._next(limit)
            except TimeoutError:
                if now() >= deadline:
                    raise _too_slow() from None
            if more and now() >= self._looked + PAUSE_SECONDS:
                if self._taken < self._taken_then + PAUSE_BYTES and self._places.waited_for:
                    raise _too_slow()
                self._looked, self._taken_then = now(), self._taken
            if piece is not None:
                return piece, more

    async def _next(self, limit: int) -> tuple[bytes, bool]:
        """The body's next piece, and whether more follow."""
        message = await self._request.receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "Incomplete body", "The connection was closed before the body had ended.")
        piece: bytes = message.get("body", b"")
        self._taken += len(piece)
        if self._taken > limit:
            raise _too_large(limit)
        return piece, message.get("more_body", False)


def _check_length(request: Request, limit: int) -> None:
    length = dict(request.scope["headers"]).get(b"content-length", b"")  # request.headers would decode all of them
    if length.isdigit() and (len(length) > 15 or int(length) > limit):
        raise _too_large(limit)


def _too_slow() -> Problem:
    detail = (
        f"A body of more than {SMALL:,} bytes must arrive within {LARGE_SECONDS} seconds, and while others wait at "
        f"{PAUSE_BYTES:,} bytes a second."
    )
    return Problem(408, "Too slow", detail, headers={"Connection": "close"})


def _too_large(limit: int) -> Problem:
    return Problem(413, "Too large", f"The body may have at most {limit:,} bytes.")
