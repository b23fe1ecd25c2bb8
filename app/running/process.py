"""The server's handle on a worker process."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from app.running import interpreter
from app.running.engine import Engine
from app.running.fate import fate
from app.running.forked import ForkedProcess, can_fork
from app.running.protocol import Broke, Command, Decoder, Message, Ready, encode

BEGIN = b"\n"
"""Sent to a link before any command: it may take a place on its cluster."""

READ_BYTES = 1 << 18
"""What is read at a time: several weight images with their checkpoints. Of a worker that is no copy as much may wait
unread, twice over, before it must wait too."""

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Windows has no SIGKILL; there SIGTERM ends a process as surely."""

UNSENT_BYTES = 32 << 20
"""Commands that may wait to be taken. A question to an experiment has at most 1.2 MB, and few are asked at a time."""

LEAVE_SECONDS = 1.0
"""How long a worker whose input was closed may take to go before it is killed."""


class WorkerBroke(Exception):
    """The worker is of no use. The message is a plain sentence for the person whose run it was to train."""


class WorkerProcess:
    """Owns its process: end it with :meth:`end`."""

    def __init__(self, process: Process | ForkedProcess, name: str, *, waits: bool = False) -> None:
        """``waits``: it is a link, and takes a place on its cluster only once it may."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._decoder = Decoder()
        self._waits = waits
        self.name = name
        """What it is, to begin a sentence with."""

    @classmethod
    async def spawn(cls, engine: Engine) -> Self:
        """Raises OSError where the system gives no process."""
        # A session of its own: signals meant for the server's group are the server's to answer. It cannot outlive the
        # server all the same, since it ends with its standard input.
        if engine.cluster is None and can_fork():
            return cls(await ForkedProcess.start(engine.device, engine.mnist_dir), engine.process)
        return cls(
            await asyncio.create_subprocess_exec(
                *engine.command,
                env=interpreter.environment(),
                stdin=PIPE,
                stdout=PIPE,
                limit=READ_BYTES,
                start_new_session=True,
            ),
            engine.process,
            waits=engine.cluster is not None,
        )

    async def wait_wanted(self, wanted: asyncio.Event) -> None:
        """Wait until the worker is wanted, where it would take a place on a cluster; on this machine return at once.
        Raises WorkerBroke where it breaks meanwhile."""
        if not self._waits:
            return
        breaking, waiting = asyncio.create_task(self.receive()), asyncio.create_task(wanted.wait())
        try:
            await asyncio.wait((breaking, waiting), return_when=asyncio.FIRST_COMPLETED)
            if breaking.done():
                raise await self._broke(breaking.result())
        finally:
            for task in (breaking, waiting):
                task.cancel()
            await asyncio.gather(breaking, waiting, return_exceptions=True)

    async def ready(self) -> Ready:
        """Wait until it is. Raises WorkerBroke."""
        if self._waits:
            self._stdin.write(BEGIN)
        match messages := await self.receive():
            case [Ready() as ready]:
                return ready
        raise await self._broke(messages)

    async def _broke(self, messages: Sequence[Message]) -> WorkerBroke:
        match messages:
            case [Broke(reason)]:
                return WorkerBroke(reason)
        return WorkerBroke(f"{self.name} {await self.fate()} before it was ready.")

    async def receive(self) -> Sequence[Message]:
        """The next messages, at least one, in the order they were sent; none at the end. Raises ProtocolError."""
        while data := await self._stdout.read(READ_BYTES):
            if messages := self._decoder.feed(data):
                return messages
        return []

    def send(self, command: Command) -> None:
        """Without waiting: a thread of the worker's takes commands at once. One that has stopped taking them is killed
        when UNSENT_BYTES wait. To a worker that has died this does nothing: ``receive`` tells its end."""
        if self._stdin.is_closing():
            return
        self._stdin.write(encode(command))
        if self._stdin.transport.get_write_buffer_size() > UNSENT_BYTES:
            self.kill()

    async def fate(self) -> str:
        """How the process ended, to follow its name."""
        return fate(await self._process.wait())

    def kill(self) -> None:
        # Not by Process.kill(), which polls first: that can reap the process before asyncio has seen its exit status.
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, KILL)

    async def end(self) -> None:
        """Close its input, at which it ends, and kill it where it does not. What it has sent and nobody has received
        may be lost."""
        self._stdin.close()
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        finally:
            if isinstance(self._process, ForkedProcess):
                self._process.stdout.close()
