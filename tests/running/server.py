"""A server without its web part, for tests that kill one: ``python -m tests.running.server DATABASE``.

Prints the ids of two runs, one training and one waiting, once the first has taken steps.
"""

import asyncio
import signal
import sys

from app.events import Steps
from app.history.history import History
from app.recipe import Recipe
from app.running.supervisor import Supervisor
from tests.running.watching import Watcher


async def main(url: str) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with (
        History.open(url) as history,
        Supervisor(history, concurrent_runs=1, queued_runs=2, device="cpu", mnist_dir=None) as supervisor,
    ):
        training = await supervisor.start(Recipe(epochs=1000, batch_size=32))
        waiting = await supervisor.start(Recipe(epochs=1))
        await Watcher(history, training.id).until(Steps)
        sys.stdout.write(f"{training.id} {waiting.id}\n")
        sys.stdout.flush()
        await told.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
