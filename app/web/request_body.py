"""A request's body as it comes in: bounded in bytes, and a large one in time and number too."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

from anyio import CapacityLimiter
from starlette.requests import Request

from app.web.problems import Problem

SMALL = 64 * 1024
"""Bytes. Any drawing but the longest is smaller, and so is any recipe."""
LARGE_AT_ONCE = 8
"""Bodies beyond ``SMALL`` that are taken in at the same time; further ones wait in their senders' hands."""
LARGE_SECONDS = 30
"""How long one of those may take. A photo of 4 MB needs 16 s at 2 Mbit/s."""


class BodyReader:
    """Bodies of any number of requests. What is refused raises Problem 400, 408 or 413."""

    def __init__(self) -> None:
        self._large = CapacityLimiter(LARGE_AT_ONCE)

    async def body(self, request: Request, limit: int) -> bytes:
        """All of it, unless it is more than ``limit`` bytes or says so."""
        _check_length(request, limit)
        body, more = await _next(request, limit)
        if more:  # which it seldom has
            body += b"".join([piece async for piece in self._rest(request, limit, len(body))])
        return body

    def pieces(self, request: Request, limit: int) -> AsyncGenerator[bytes, None]:
        """The same piece by piece. Close it (``aclosing``) if you may leave off before its end."""
        _check_length(request, limit)
        return self._rest(request, limit, 0)

    async def _rest(self, request: Request, limit: int, taken: int) -> AsyncGenerator[bytes, None]:
        """What comes after so many bytes."""
        deadline, more = None, True
        async with AsyncExitStack() as stack:
            while more:
                if taken > SMALL and deadline is None:
                    await stack.enter_async_context(self._large)
                    deadline = asyncio.get_running_loop().time() + LARGE_SECONDS
                try:
                    async with asyncio.timeout_at(deadline):
                        piece, more = await _next(request, limit, taken)
                except TimeoutError:
                    raise _too_slow() from None
                taken += len(piece)
                yield piece


def _check_length(request: Request, limit: int) -> None:
    length = dict(request.scope["headers"]).get(b"content-length", b"")  # request.headers would decode all of them
    if length.isdigit() and (len(length) > 15 or int(length) > limit):
        raise _too_large(limit)


async def _next(request: Request, limit: int, taken: int = 0) -> tuple[bytes, bool]:
    """The body's next piece, and whether more follow."""
    message = await request.receive()
    if message["type"] == "http.disconnect":
        raise Problem(400, "Incomplete body", "The connection was closed before the body had ended.")
    piece: bytes = message.get("body", b"")
    if taken + len(piece) > limit:
        raise _too_large(limit)
    return piece, message.get("more_body", False)


def _too_slow() -> Problem:
    seconds = f"A body of more than {SMALL:,} bytes must arrive within {LARGE_SECONDS} seconds."
    return Problem(408, "Too slow", seconds)


def _too_large(limit: int) -> Problem:
    return Problem(413, "Too large", f"The body may have at most {limit:,} bytes.")
