"""`python -m benchmarks.through_time`: one drawing read by every kept model of a run, over HTTP."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from safetensors.numpy import save

from app.checkpoint import Checkpoint
from app.events import RunFinished, RunQueued, Summary
from app.experiments import shapes
from app.history.history import History
from app.learning.dataset import load
from app.recipe import Recipe
from app.record import Record
from benchmarks.server import Server
from benchmarks.table import markdown, spread
from scripts.serving import serving

RUNS = ((30, 240), (100, 200), (256, 200))
"""Units and kept models. The first is more than a run keeps, 201; the last more than the server holds in memory."""
QUESTIONS = 30
EACH = 49
"""Steps from one model to the next."""


async def keep(folder: Path) -> None:
    """A run for each of ``RUNS``, named by its units, with models of random numbers: they cost what others cost."""
    random = np.random.default_rng(0)
    async with History.open(f"sqlite:///{folder / 'threeseven.db'}") as history:
        for units, models in RUNS:
            run, recipe = str(units), Recipe(hidden=units)
            await history.create(RunQueued(run=run, name=run, recipe=recipe, place=1, time=0))
            for at in range(models):
                values = {
                    name: random.normal(0, 0.05, shape).astype(np.float32) for name, shape in shapes(recipe).items()
                }
                data = save(values, {"model": recipe.model, "activation": recipe.activation})
                await history.save_checkpoint(run, Checkpoint(step=at * EACH, epoch=at, kept=True, data=data))
            ended = RunFinished(step=(models - 1) * EACH, summary=Summary(), time=0)
            await history.append(run, [Record.of(ended, 2)])


def ask(client: httpx.Client, run: int, pixels: list[int], after: int = -1) -> tuple[float, int]:
    """Milliseconds until the answer was read, and how many models gave one."""
    begun = time.perf_counter()
    answer = client.post(f"/api/runs/{run}/readings", json={"pixels": pixels}, params={"after": after})
    took = (time.perf_counter() - begun) * 1000
    return took, len(answer.raise_for_status().json()["logits"])


def main() -> None:
    images = [image.reshape(-1).tolist() for image in load().valid_images[:QUESTIONS].numpy()]
    rows = []
    with TemporaryDirectory() as folder:
        asyncio.run(keep(Path(folder)))
        with serving(Path(folder)) as started:
            server = Server(started.url, started.process)
            server.until_warm()
            with httpx.Client(base_url=server.url, timeout=60) as client:
                for units, models in RUNS:
                    first, _ = ask(client, units, images[0])
                    again = [ask(client, units, image) for image in images]
                    new = [ask(client, units, image, after=(models - 2) * EACH)[0] for image in images]
                    (read,) = {count for _, count in again}
                    times = [took for took, _ in again]
                    rows.append((units, read, f"{first:.0f} ms", spread(times, " ms", 1), spread(new, " ms", 1)))
    head = ("units", "kept models", "first question", "each further one", "the newest alone")
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
