"""One worker kept warm, so that a run starts at once."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from app.running.framing import FramingError
from app.running.process import Worker, WorkerBroke

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a worker that broke is replaced, doubled each time: what broke it may take a person to mend, and a
start costs four seconds of a core."""

READY_SECONDS = 180.0
"""Loading torch takes four seconds, from a cold and busy disk a minute."""

logger = logging.getLogger(__name__)


class Standby:
    """``changed`` is called when a worker has become ready, has broken, or has gone."""

    def __init__(self, device: str, mnist_dir: Path | None, changed: Callable[[], None]) -> None:
        self._device, self._mnist_dir, self._changed = device, mnist_dir, changed
        self._worker: Worker | None = None
        self._hurry = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._keepers: set[asyncio.Task[None]] = set()
        self._broke: str | None = None
        self._closed = False
        self.devices: tuple[str, ...] = ()
        """What the last ready worker could train on."""

    @property
    def worker(self) -> Worker | None:
        """The one that is ready."""
        return self._worker

    def prepare(self) -> None:
        """Begin to warm a worker where none is warm, warming, or waiting to be tried again; after :meth:`close`,
        nothing."""
        if self._keeper is None and not self._closed:
            self._keeper = asyncio.create_task(self._keep())
            self._keepers.add(self._keeper)
            self._keeper.add_done_callback(self._keepers.discard)

    def hurry(self) -> None:
        """The same, and where one broke do not wait any longer to try again: somebody wants a run now."""
        self.prepare()
        self._hurry.set()

    def take(self) -> Worker | None:
        """The ready worker, which is the caller's from now on."""
        worker, self._worker = self._worker, None
        if worker is not None and self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None
        return worker

    def take_reason(self) -> str | None:
        """Why the last worker broke, unless that was asked before."""
        reason, self._broke = self._broke, None
        return reason

    async def close(self) -> None:
        self._closed = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = FIRST_PAUSE
        while True:
            self._hurry.clear()
            began = clock()
            try:
                await self._warm()
            except (WorkerBroke, FramingError, OSError) as error:  # TimeoutError is an OSError
                logger.warning("No worker is ready: %s", error)
                self._broke = str(error) or f"The worker process was not ready after {READY_SECONDS:.0f} s."
            self._changed()
            if clock() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            try:
                async with asyncio.timeout(pause):
                    await self._hurry.wait()
            except TimeoutError:
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _warm(self) -> None:
        """Start a worker and stay with it until it is taken (which cancels this) or gone."""
        worker = await Worker.spawn(self._device, self._mnist_dir)
        taken = False
        try:
            async with asyncio.timeout(READY_SECONDS):
                self.devices = await worker.ready()
            self._worker = worker
            self._changed()
            try:
                await worker.exited()
            finally:
                taken = self._worker is not worker
                if not taken:
                    self._worker = None
            logger.warning("The waiting worker %s.", await worker.fate())
        finally:
            if not taken:
                worker.kill()
                await worker.end()
