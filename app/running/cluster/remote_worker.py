"""The cluster's end of a link: a worker process on a node, whose pipes an actor carries."""

import importlib.metadata
import os
import select
import subprocess

from app import __version__
from app.running import interpreter
from app.running.fate import fate

BEAT_SECONDS = 1.0
"""How long :meth:`RemoteWorker.receive` waits for news: an answer without any says that the node is alive."""

CALL_BYTES = 1 << 16
"""At most, of one call or answer: Ray sends so much as it is. More than 100 kB would go by its object stores, which
takes four times as long, and be lost with the node that has it."""


class RemoteWorker:
    """A Ray actor. The worker is the program that the server starts on its own machine too, so a run has the same bits;
    as a process of its own it leaves the actor free to answer while it trains. It ends with the actor, its input ending
    then. What waits, waits in its pipes: a worker that is ahead of the server must wait too."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def versions(self) -> dict[str, str]:
        """Of what decides a run's bits, on this node."""
        return versions()

    def start(self, device: str, mnist_dir: str | None) -> None:
        self._process = subprocess.Popen(
            interpreter.command("app.running.worker", device, *([mnist_dir] if mnist_dir else [])),
            env=interpreter.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def receive(self) -> bytes | None:
        """What the worker has sent next, after BEAT_SECONDS nothing; None at its end."""
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], BEAT_SECONDS)[0]:
            return b""
        return os.read(self._process.stdout.fileno(), CALL_BYTES) or None

    def send(self, commands: bytes) -> None:
        """Nothing happens where the worker has gone."""
        assert self._process is not None
        assert self._process.stdin is not None
        data = memoryview(commands)
        try:
            while data:
                data = data[self._process.stdin.write(data) :]
        except BrokenPipeError:
            pass

    def fate(self) -> str:
        """How the worker ended, to follow its name."""
        assert self._process is not None
        return fate(self._process.wait())


def versions() -> dict[str, str]:
    """Of what decides a run's bits, here."""
    return {"Threeseven": __version__, "PyTorch": importlib.metadata.version("torch")}
