"""What gives workers: this machine, or a Ray cluster."""

from dataclasses import dataclass
from pathlib import Path

from app.running import interpreter


@dataclass(frozen=True)
class Engine:
    """Gives workers that train on ``device``, with the images in ``mnist_dir``.

    The server starts a process for each and talks with it by ``app.running.protocol``. This is the worker itself.
    """

    device: str
    mnist_dir: Path | None

    @property
    def command(self) -> list[str]:
        """What starts the process, in :func:`interpreter.environment`."""
        images = [str(self.mnist_dir)] if self.mnist_dir else []
        return interpreter.command("app.running.worker", self.device, *images)
