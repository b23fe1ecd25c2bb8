"""`python -m scripts.many_runs FOLDER COUNT`: keeps so many runs that have ended in FOLDER, a server's data directory.

Their logs are short and their figures made up: they are for looking at lists, not at runs.
"""

import asyncio
import random
import sys
from pathlib import Path

from app.events import Baseline, Event, RunFailed, RunFinished, RunQueued, RunStarted, RunStopped, Summary, Units
from app.history.history import History
from app.presets import PRESETS
from app.recipe import Recipe
from app.record import Record

FIRST = 1_700_000_000
"""Unix time at which the oldest was made; each follows two minutes later."""

TOGETHER = 100
"""Runs of one transaction."""


async def fill(folder: Path, count: int) -> None:
    """Runs named "Run 0001" and so on, the last the newest, the same each time."""
    chance = random.Random(37)
    async with History.open(f"sqlite:///{folder / 'threeseven.db'}") as history:
        for first in range(1, count + 1, TOGETHER):
            logs = [short_log(number, chance) for number in range(first, min(count + 1, first + TOGETHER))]
            await history.create_many([queued for queued, _ in logs])
            await history.append_many(
                [(queued.run, [Record.of(event, seq) for seq, event in enumerate(rest, 2)]) for queued, rest in logs]
            )


def short_log(number: int, chance: random.Random) -> tuple[RunQueued, list[Event]]:
    """How it was asked for; its start, and its end with no step between."""
    preset = chance.choice(PRESETS)
    changes = {"hidden": chance.choice([10, 30, 64]), "seed": chance.randrange(5)} if chance.random() < 0.6 else {}
    recipe = Recipe.model_validate(preset.recipe.model_dump() | changes)
    run, name, time = f"{number:012x}", f"Run {number:04}", FIRST + 120.0 * number
    queued = RunQueued(run=run, name=name, recipe=recipe, place=1, preset=preset.name, time=time)
    started = RunStarted(
        run=run, name=name, recipe=recipe, device="cpu", device_name="CPU", steps=recipe.steps,
        steps_per_epoch=recipe.steps_per_epoch, parameters=recipe.hidden * 785, train_images=12_396, valid_images=2_038,
        baseline=Baseline(l1=0.95, l2=0.96), units=Units(bias=[0.0], output_weight=[1.0]), time=time + 1,
    )  # fmt: skip
    seconds = round(chance.uniform(0.2, 100), 1)
    accuracy = round(1 - 0.5 * chance.random() ** 4, 4)
    summary = Summary(
        train_loss=round(1 - accuracy, 4), valid_loss=round(1 - accuracy, 4), valid_accuracy=accuracy,
        best_valid_accuracy=accuracy, baseline_accuracy=0.95, seconds=seconds,
    )  # fmt: skip
    ended = time + 1 + seconds
    step = recipe.steps
    how = chance.random()
    end: Event = RunFinished(step=step, summary=summary, time=ended)
    if how < 0.05:
        end = RunStopped(step=step // 2, summary=summary, time=ended)
    elif how < 0.08:
        end = RunFailed(step=step // 3, reason="The loss is no number any more.", summary=summary, time=ended)
    return queued, [started, end]


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2])))
