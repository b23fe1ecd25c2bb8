"""Writes an ended run of any length straight into a data directory, for tests and benchmarks of long logs.

`python -m scripts.long_run FOLDER [STEPS]`
"""

import asyncio
import random
import sys
from pathlib import Path

from app.events import Baseline, RunFinished, RunQueued, RunStarted, Steps, Summary, Units, Weights
from app.history.history import History
from app.recipe import Recipe
from app.record import Record
from app.settings import Settings

BATCH_SIZE = 25
MOST_STEPS = 496_000
"""A thousand epochs of it, the most that a recipe may have."""

PER_RECORD = 49
DIGITS = 9
"""As ``app.learning.reporter`` has it, which would import PyTorch."""

RECORDS = 200
"""Appended in one transaction."""


async def write_long_run(data_dir: Path, steps: int, run: str = "long") -> None:
    """A linear run of that many steps (at most ``MOST_STEPS``), a log record for every 49 of them and two weight
    images, named ``run``. Its recipe has all of these steps, so that every one of their mini-batches can be asked for.
    No server may have the directory open."""
    draw = random.Random(1)
    per_epoch = Recipe(batch_size=BATCH_SIZE).steps_per_epoch
    recipe = Recipe(model="linear", batch_size=BATCH_SIZE, epochs=-(-steps // per_epoch))
    firsts = range(1, steps + 1, PER_RECORD)
    log = [
        RunStarted(
            run=run, name="long", recipe=recipe, device="cpu", device_name="CPU", steps=steps,
            steps_per_epoch=per_epoch, parameters=785, train_images=12_396, valid_images=2_038,
            baseline=Baseline(l1=0.95, l2=0.96), units=Units(bias=[0.0], output_weight=[1.0]), time=1001.0,
        ),
        _weights(draw, run, 0),
        *(_steps(draw, first, min(PER_RECORD, steps + 1 - first)) for first in firsts),
        _weights(draw, run, steps),
        RunFinished(step=steps, summary=Summary(valid_accuracy=0.98, seconds=999.0), time=2000.0),
    ]  # fmt: skip
    records = [Record.of(event, seq) for seq, event in enumerate(log, 2)]
    async with History.open(Settings(data_dir=data_dir).database) as history:
        await history.create(RunQueued(run=run, name="long", recipe=recipe, place=1, time=1000.0))
        for start in range(0, len(records), RECORDS):
            await history.append(run, records[start : start + RECORDS])


def _steps(draw: random.Random, first: int, count: int) -> Steps:
    column = [_figure(draw.random()) for _ in range(count)]
    return Steps(
        step=list(range(first, first + count)), loss=column, accuracy=column, learning_rate=[0.1] * count,
        gradient_norm=column, milliseconds=[round(first + value, 3) for value in column],
    )  # fmt: skip


def _figure(value: float) -> float:
    """Of as many digits as a learner logs."""
    return float(f"{value:.{DIGITS}g}")


def _weights(draw: random.Random, run: str, step: int) -> Weights:
    return Weights(
        run=run, step=step, scale=0.01, units=1, height=28, width=28, output_bias=0.0, bias=(0.0,),
        output_weight=(1.0,), values=draw.randbytes(784),
    )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(write_long_run(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else MOST_STEPS))
