"""Wakes tasks that wait for a change."""

import asyncio


class Notifier:
    """``await wait()`` returns at the next ``notify()``. A notification that nobody waits for is not kept.

    A notification wakes the tasks that wait at that moment and none that come later: check first what you wait for,
    then wait, in a loop, without awaiting anything in between.
    """

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None

    def notify(self) -> None:
        if self._event is not None:
            self._event.set()
            self._event = None

    async def wait(self) -> None:
        if self._event is None:
            self._event = asyncio.Event()
        await self._event.wait()
