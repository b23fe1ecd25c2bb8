"""Waking those who wait."""

import asyncio


class Bell:
    """``await heard()`` returns at the next ``ring()``. Keeps nothing for those who do not wait.

    A ring wakes everybody who was waiting and nobody who comes later: check first what you wait for, then wait, in a
    loop, without awaiting anything in between.
    """

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None

    def ring(self) -> None:
        if self._event is not None:
            self._event.set()
            self._event = None

    async def heard(self) -> None:
        if self._event is None:
            self._event = asyncio.Event()
        await self._event.wait()
