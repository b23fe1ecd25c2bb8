"""How much room runs take, and may still take."""

from collections.abc import Iterable

from app.checkpoint import Checkpoint
from app.experiments import shapes
from app.recipe import Recipe
from app.record import Record
from app.recording import Most

ROW_BYTES = 150
"""What a row of the log costs beyond its data, indexes included: measured on SQLite."""

STEP_BYTES = 90
"""What a step's figures take in the log."""

EPOCH_BYTES = 300
UNIT_BYTES = 44
"""What an epoch's end takes in the log: so much, and of each unit so much besides."""

BESIDES = 4
"""So many epochs' ends take at least as much as all that is said when a run begins and ends."""


def of_records(records: Iterable[Record]) -> int:
    return sum(len(record.data) + ROW_BYTES for record in records)


def of_checkpoint(checkpoint: Checkpoint) -> int:
    return len(checkpoint.data) + ROW_BYTES


def expected(recipe: Recipe, *, swept: bool = False) -> int:
    """About what a run of this recipe will take, rather too much than too little. Of a sweep's member (``swept``) the
    log of its steps and epochs alone: its images and models are part of ``app.sweep.SWEEP_BYTES``.

    What is not covered: of a run that is told to go slowly each step has a row of its own, some 400 bytes of it."""
    units, _ = shapes(recipe)["0.weight"]
    log = recipe.steps * STEP_BYTES + (recipe.epochs + BESIDES) * (EPOCH_BYTES + units * UNIT_BYTES + ROW_BYTES)
    if swept:
        return log
    most = Most.of(recipe)
    return log + most.bytes + (most.images + 2 * most.models) * ROW_BYTES  # the log names each kept model


def readable(size: float) -> str:
    """Return a number of bytes in words, such as ``1.2 MB``."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while abs(size) >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" or size >= 100 else f"{size:.1f} {units[0]}"
