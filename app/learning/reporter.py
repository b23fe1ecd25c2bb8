"""Turns numbers that were fetched from the device into events."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.checkpoint import Checkpoint
from app.events import Baseline, CheckpointSaved, EpochEnded, Event, Steps, Summary
from app.learning.checkpoint import checkpoint
from app.learning.divergence import Diverged, until
from app.learning.learner import Learner
from app.learning.metrics_buffer import Columns, Fetched, Snapshot
from app.learning.parameters import named_state
from app.learning.quantise import quantise
from app.recipe import Recipe
from app.recording import Recording

Emitted = Iterator[Event | Checkpoint]

DIGITS = 9
"""Significant ones of a step's loss, accuracy and norm: as many as tell all float32 apart, of which they are computed.
The others of a float64 would be a fifth of what a log tells of its steps."""


class Reporter:
    """Of one run, the ``row``-th model of a learner: turns fetched numbers into events, and sums the run up."""

    def __init__(
        self, run: str, recipe: Recipe, learner: Learner, row: int, baseline: Baseline, recording: Recording
    ) -> None:
        self.run, self.recipe, self.row = run, recipe, row
        self.summary = Summary(baseline_accuracy=baseline.l1)
        self._parameters = learner.parameters
        self._state = tuple(learner.optimizer.state) if recording.state else ()
        self._half = recording.half
        self._sizes = np.array(learner.batch_sizes)
        self._valid = len(learner.images.valid), learner.images.threes
        self._losses: list[float] = []
        """Of the epoch's batches so far."""

    def restore(self, summary: Summary, losses: Sequence[float]) -> None:
        """Go on from where a run stood so; ``losses``: of its epoch's batches so far."""
        self.summary, self._losses = summary, list(losses)

    def report(self, fetched: Fetched, learning_rate: float, milliseconds: float) -> Emitted:
        """Steps, then of each moment its epoch's end, checkpoint and weights.

        Emits all up to the first bad step, then raises Diverged, where there is one.
        """
        columns = fetched.columns
        snapshots = [each for each in fetched.snapshots if each.moment.only in (None, self.run)]
        first = columns.bad[self.row]
        broken = [each.moment.step for each in snapshots if each.broken[self.row]]
        bad = min(broken if first is None else [first, *broken], default=None)
        if columns.steps:
            steps = self._steps(columns, learning_rate)
            steps = steps if bad is None else until(steps, bad)
            self._losses += [np.nan if loss is None else loss for loss in steps.loss]
            yield steps
        for each in snapshots:
            if bad is not None and each.moment.step >= bad:
                break
            yield from self._validated(each, milliseconds)
            yield from self._weights(each, learning_rate)
        if bad is not None:
            raise Diverged(bad, learning_rate, self.recipe.optimizer)

    def _steps(self, columns: Columns, learning_rate: float) -> Steps:
        return Steps(
            step=columns.steps,
            loss=_rounded(columns.loss[self.row]),
            accuracy=_rounded(columns.accuracy[self.row]),
            learning_rate=[learning_rate] * len(columns.steps),
            gradient_norm=_rounded(columns.gradient_norm[self.row]),
            milliseconds=columns.milliseconds,
        )

    def _validated(self, snapshot: Snapshot, milliseconds: float) -> Iterator[Event]:
        """An epoch's end, or how the model stands that a stopped run keeps, which only the summary tells."""
        if snapshot.figures is None:
            return
        moment = snapshot.moment
        valid_loss, *read = snapshot.figures[:, self.row].tolist()
        three_as_three, seven_as_three = map(int, read)
        images, threes = self._valid
        batches = len(self._sizes) if moment.ended else len(self._losses)
        losses, sizes = np.array(self._losses[:batches]), self._sizes[:batches]
        if moment.ended:
            self._losses = self._losses[batches:]
        event = EpochEnded(
            epoch=moment.epoch,
            step=moment.step,
            train_loss=float(losses @ sizes / sizes.sum()) if batches else self.summary.train_loss,
            valid_loss=valid_loss,
            valid_accuracy=(three_as_three + images - threes - seven_as_three) / images,
            confusion=[
                [three_as_three, threes - three_as_three],
                [seven_as_three, images - threes - seven_as_three],
            ],
            units=self._parameters.units_of(snapshot.values, self.row),
            milliseconds=milliseconds,
        )
        self.summary = event.summed_up(self.summary)
        if moment.ended:
            yield event

    def _weights(self, snapshot: Snapshot, learning_rate: float) -> Emitted:
        moment, values = snapshot.moment, snapshot.values
        step, epoch = moment.step, moment.epoch
        if not (moment.kept or moment.shown or step == 0):
            return
        named = self._parameters.named(values, self.row)
        # The model comes first: a viewer who sees new weights may ask at once what they read.
        if moment.kept:
            tensors = dict(named) | named_state(self._parameters, values, self.row, self._state)
            batch = step - epoch * len(self._sizes)
            more = {
                "batch": str(batch),
                "learning_rate": repr(learning_rate),
                "epoch_losses": " ".join(map(repr, self._losses[:batch])),  # the others are of later steps
                "recipe": self.recipe.model_dump_json(),
                "summary": self.summary.model_dump_json(),
            }
            yield checkpoint(tensors, self.recipe, step=step, epoch=epoch, kept=True, more=more, half=self._half)
        else:
            yield checkpoint(named, self.recipe, step=step, epoch=epoch, kept=False)
        if moment.shown:
            yield quantise(named, step, self.run)
        if moment.kept:
            yield CheckpointSaved(step=step, epoch=epoch)


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]
