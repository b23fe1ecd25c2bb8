"""Makes guessing a secret slow for an address that guesses, without shutting out others behind the same address."""

import asyncio
from collections import Counter, defaultdict

from limits import RateLimitItem

from app.web.windows import Windows

SLOW_SECONDS = 1.0
"""How long each check takes, one after the other, beyond so many wrong guesses: 60 a minute in place of thousands,
while what is right is still taken from the same address (a school has one for all)."""
SLOW_PLACES = 20
"""Slow checks of one address that may wait; a further one is refused, which bounds the memory a guesser can take."""


class TooManyGuesses(Exception):
    """``seconds``: after which another one can wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = SLOW_PLACES * SLOW_SECONDS


class Guesses:
    """``limit``: wrong ones that an address may send before its next ones are checked slowly."""

    def __init__(self, limit: RateLimitItem) -> None:
        self._limit = limit
        self._windows = Windows()
        self._slow: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: Counter[str] = Counter()

    async def check(self, client: str, right: bool) -> bool:
        """``right``, at once or slowly. Raises TooManyGuesses."""
        if self._windows.wait(self._limit, client) is None:
            if not right:
                self._windows.count(self._limit, client)
            return right
        await self._wait_slowly(client)
        return right

    async def _wait_slowly(self, client: str) -> None:
        if self._waiting[client] >= SLOW_PLACES:
            raise TooManyGuesses
        self._waiting[client] += 1
        try:
            async with self._slow[client]:
                await asyncio.sleep(SLOW_SECONDS)
        finally:
            self._waiting[client] -= 1
            if not self._waiting[client]:
                del self._waiting[client], self._slow[client]
