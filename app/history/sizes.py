"""How much room runs take, and may still take."""

from collections.abc import Iterable

from app.checkpoint import Checkpoint
from app.recipe import Recipe
from app.record import Record

ROW_BYTES = 150
"""What a row of the log costs beyond its data, indexes included: measured on SQLite."""

STEP_BYTES = 90
"""What a step's figures take in the log."""

FRAMES = 120
"""Weight images of a run, about."""

CHECKPOINTS = 200
"""At most so many epochs' checkpoints are kept of a run."""

_STATES = {"sgd": 1, "momentum": 2, "adam": 3}
"""Numbers kept in a checkpoint for each parameter: itself and what the optimiser knows of it."""


def of_records(records: Iterable[Record]) -> int:
    return sum(len(record.data) + ROW_BYTES for record in records)


def of_checkpoint(checkpoint: Checkpoint) -> int:
    return len(checkpoint.data) + ROW_BYTES


def expected(recipe: Recipe, *, swept: bool = False) -> int:
    """About what a run of this recipe will take, rather too much than too little. Of a sweep's member (``swept``) the
    log of its steps alone: its images and checkpoints are part of ``app.sweep.SWEEP_BYTES``."""
    steps = recipe.steps * STEP_BYTES
    if swept:
        return steps
    units = 1 if recipe.model == "linear" else recipe.hidden
    parameters = units * 787
    checkpoints = min(CHECKPOINTS, recipe.epochs) + 1
    return steps + FRAMES * units * 792 + checkpoints * parameters * 4 * _STATES[recipe.optimizer]


def readable(size: float) -> str:
    """``1.2 MB``."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while abs(size) >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" or size >= 100 else f"{size:.1f} {units[0]}"
