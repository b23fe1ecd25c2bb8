"""What another process writes to a pipe."""

import asyncio
import os
from io import FileIO


class PipeReader:
    """Reads in the loop without a transport: of a pipe's transport uvloop closes the descriptor twice, and by the
    second time another thread may have been given the number."""

    def __init__(self, descriptor: int) -> None:
        """Owns it: close it."""
        os.set_blocking(descriptor, False)
        self._pipe = FileIO(descriptor)
        self._change: asyncio.Future[None] | None = None

    async def read(self, size: int) -> bytes:
        """At least one byte and at most ``size``; none at the end, or once this is closed. One reads at a time."""
        while not self._pipe.closed:
            data = self._pipe.read(size)
            if data is not None:
                return data
            await self._readable()
        return b""

    def close(self) -> None:
        """End a reading that waits, too."""
        if self._change is not None:
            self._change.get_loop().remove_reader(self._pipe)
            self._wake()
        self._pipe.close()

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        self._change = loop.create_future()
        loop.add_reader(self._pipe, self._wake)
        try:
            await self._change
        finally:
            self._change = None
            if not self._pipe.closed:
                loop.remove_reader(self._pipe)

    def _wake(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)
