"""The server's handle on a worker process."""

import asyncio
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from app.running import interpreter
from app.running.framing import Broke, Decoder, Message, Ready

PIPE_BYTES = 1 << 18
"""What may wait unread, twice over, before the worker must wait too: several weight images with their checkpoints."""

LEAVE_SECONDS = 1.0
"""How long a worker whose input was closed may take to go before it is killed."""


class WorkerBroke(Exception):
    """The worker is of no use. The message is a plain sentence for the person whose run it was to train."""


class Worker:
    """Owns its process: whoever has a worker ends it with :meth:`end`."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._decoder = Decoder()

    @classmethod
    async def spawn(cls, device: str, mnist_dir: Path | None) -> Self:
        """Raises OSError where the system gives no process."""
        command = interpreter.command("app.running.worker", device, *([str(mnist_dir)] if mnist_dir else []))
        # A session of its own: signals meant for the server's group are the server's to answer. It cannot outlive the
        # server all the same, since it ends with its standard input.
        return cls(
            await asyncio.create_subprocess_exec(
                *command,
                env=interpreter.environment(),
                stdin=PIPE,
                stdout=PIPE,
                limit=PIPE_BYTES,
                start_new_session=True,
            )
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> tuple[str, ...]:
        """Wait until it is, and return the devices it can train on. Raises WorkerBroke."""
        match await self.receive():
            case [Ready(devices)]:
                return devices
            case [Broke(reason)]:
                raise WorkerBroke(reason)
        raise WorkerBroke(f"The worker process {await self.fate()} before it was ready.")

    async def receive(self) -> Sequence[Message]:
        """The next messages, at least one, in the order they were said; none at the end. Raises FramingError."""
        while data := await self._stdout.read(PIPE_BYTES):
            if messages := self._decoder.feed(data):
                return messages
        return []

    async def send(self, line: bytes) -> None:
        """To a worker that has died this does nothing: the end of what it says tells."""
        if self._stdin.is_closing():
            return
        with suppress(ConnectionError):
            self._stdin.write(line)
            await self._stdin.drain()

    async def exited(self) -> None:
        await self._process.wait()

    async def fate(self) -> str:
        """How the process ended, to follow "the worker process"."""
        status = await self._process.wait()
        if status >= 0:
            return f"ended with exit status {status}"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = "unnamed"
        return f"was killed by signal {-status} ({name})"

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Let it go, or see to it that it goes."""
        self._stdin.close()
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
