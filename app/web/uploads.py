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


class Uploads:
    """Bodies of any number of requests. What is refused raises Problem 400, 408 or 413."""

    def __init__(self) -> None:
        self._large = CapacityLimiter(LARGE_AT_ONCE)

    async def body(self, request: Request, limit: int) -> bytes:
        """All of it, unless it is more than ``limit`` bytes or says so."""
        return b"".join([piece async for piece in self.pieces(request, limit)])

    async def pieces(self, request: Request, limit: int) -> AsyncGenerator[bytes, None]:
        """The same piece by piece."""
        _check_length(request, limit)
        taken, deadline, more = 0, None, True
        async with AsyncExitStack() as stack:
            while more:
                if taken > SMALL and deadline is None:
                    await stack.enter_async_context(self._large)
                    deadline = asyncio.get_running_loop().time() + LARGE_SECONDS
                piece, more = await _next(request, deadline)
                taken += len(piece)
                if taken > limit:
                    raise _too_large(limit)
                yield piece


def _check_length(request: Request, limit: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 15 or int(length) > limit):
        raise _too_large(limit)


async def _next(request: Request, deadline: float | None) -> tuple[bytes, bool]:
    """The body's next piece, and whether more follow."""
    try:
        async with asyncio.timeout_at(deadline):
            message = await request.receive()
    except TimeoutError:
        raise Problem(
            408, "Too slow", f"A body of more than {SMALL:,} bytes must arrive within {LARGE_SECONDS} seconds."
        ) from None
    if message["type"] == "http.disconnect":
        raise Problem(400, "Incomplete body", "The connection was closed before the body had ended.")
    return message.get("body", b""), message.get("more_body", False)


def _too_large(limit: int) -> Problem:
    return Problem(413, "Too large", f"The body may have at most {limit:,} bytes.")
