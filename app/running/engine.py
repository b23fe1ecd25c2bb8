"""What gives workers: this machine, or a Ray cluster."""

from dataclasses import dataclass
from pathlib import Path

from app.running import interpreter


@dataclass(frozen=True)
class Engine:
    """Gives workers that train on ``device``, with the images in ``mnist_dir``. Without a ``cluster`` they are on this
    machine; else on nodes of this Ray cluster, by its head's address, ``HOST:PORT``, or ``auto``.

    The server starts a process for each and talks with it by ``app.running.protocol``: the worker itself, or its link
    to one on the cluster. So the rest of the house does not know which.
    """

    device: str
    mnist_dir: Path | None
    cluster: str | None = None

    @property
    def command(self) -> list[str]:
        """What starts the process, in :func:`interpreter.environment`."""
        worker = [self.device, *([str(self.mnist_dir)] if self.mnist_dir else [])]
        if self.cluster is None:
            return interpreter.command("app.running.worker", *worker)
        return interpreter.command("app.running.cluster", self.cluster, *worker)

    @property
    def process(self) -> str:
        """What the process is to the people whose runs it is to train."""
        return "The worker process" if self.cluster is None else "The link to the Ray cluster"
