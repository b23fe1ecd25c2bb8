"""Turns numbers that were fetched from the device into events."""

from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor

from app.checkpoint import Checkpoint
from app.events import Baseline, CheckpointSaved, EpochEnded, Event, Steps, Summary
from app.learning import models
from app.learning.checkpoint import checkpoint
from app.learning.divergence import Diverged, first_bad_step, until
from app.learning.metrics_buffer import Fetched, Snapshot
from app.learning.parameters import Parameters
from app.learning.quantise import quantise
from app.recipe import Recipe

Emitted = Iterator[Event | Checkpoint]


class Reporter:
    """Turns fetched numbers into events and sums the run up as it goes.

    ``batch_sizes``: images in each step of an epoch.
    """

    def __init__(
        self, run: str, recipe: Recipe, parameters: Parameters, batch_sizes: Sequence[int], baseline: Baseline
    ) -> None:
        self.run = run
        self.recipe = recipe
        self.parameters = parameters
        self.batch_sizes = batch_sizes
        self.summary = Summary(baseline_accuracy=baseline.l1)
        self._epoch_loss = 0.0
        """Sum over the epoch's images so far."""

    def report(self, fetched: Fetched, learning_rate: float, milliseconds: float) -> Emitted:
        """Steps, then of each snapshot its checkpoint and its weights; an epoch's end comes before the last snapshot.

        Says all up to the first bad step, then raises Diverged, where there is one.
        """
        bad = first_bad_step(fetched)
        if fetched.steps:
            steps = fetched.steps if bad is None else until(fetched.steps, bad)
            self._count(steps)
            yield steps
        for snapshot in fetched.snapshots:
            if bad is not None and snapshot.step >= bad:
                break
            named = self.parameters.named(snapshot.values)
            if fetched.validation and snapshot is fetched.snapshots[-1]:
                yield self._epoch_ended(snapshot, fetched.validation, named, milliseconds)
            yield from self._weights(snapshot, named)
        if bad is not None:
            raise Diverged(bad, learning_rate)

    def _weights(self, snapshot: Snapshot, named: Mapping[str, Tensor]) -> Emitted:
        # The model comes first: whoever sees new weights may ask at once what they read.
        if snapshot.shown or snapshot.kept:
            yield checkpoint(named, self.recipe, step=snapshot.step, epoch=snapshot.epoch, kept=snapshot.kept)
        if snapshot.shown:
            yield quantise(named, snapshot.step, self.run)
        if snapshot.kept:
            yield CheckpointSaved(step=snapshot.step, epoch=snapshot.epoch)

    def _count(self, steps: Steps) -> None:
        for step, loss in zip(steps.step, steps.loss, strict=True):
            self._epoch_loss += (loss or 0.0) * self.batch_sizes[(step - 1) % len(self.batch_sizes)]

    def _epoch_ended(
        self, snapshot: Snapshot, validation: list[float], named: Mapping[str, Tensor], milliseconds: float
    ) -> EpochEnded:
        valid_loss, *counts = validation
        three_as_three, three_as_seven, seven_as_three, seven_as_seven = map(int, counts)
        accuracy = (three_as_three + seven_as_seven) / sum(counts)
        train_loss, self._epoch_loss = self._epoch_loss / sum(self.batch_sizes), 0.0
        self.summary = self.summary.model_copy(
            update={
                "train_loss": train_loss,
                "valid_loss": valid_loss,
                "valid_accuracy": accuracy,
                "best_valid_accuracy": max(accuracy, self.summary.best_valid_accuracy or 0.0),
            }
        )
        return EpochEnded(
            epoch=snapshot.epoch,
            step=snapshot.step,
            train_loss=train_loss,
            valid_loss=valid_loss,
            valid_accuracy=accuracy,
            confusion=[[three_as_three, three_as_seven], [seven_as_three, seven_as_seven]],
            units=models.units(named),
            milliseconds=milliseconds,
        )
