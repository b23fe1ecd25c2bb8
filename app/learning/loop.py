"""The loop over epochs and batches, and how it obeys."""

from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple

import torch

from app.checkpoint import Checkpoint
from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.events import Controlled, Event, RunPaused, RunResumed, RunStarted, Summary
from app.learning import models, schedule
from app.learning.baseline import baseline
from app.learning.controls import Controls
from app.learning.dataset import Digits
from app.learning.device import describe
from app.learning.inverted import inverted
from app.learning.learner import Learner
from app.learning.metrics_buffer import MetricsBuffer, Snapshot
from app.learning.pace import PACES, Pace, constant
from app.learning.reporter import Emitted, Reporter
from app.recipe import Recipe

FLUSH_SECONDS = 0.03
"""How long news may wait on the device: two frames of a screen, in which some forty steps share one copy."""


class Wait(NamedTuple):
    """There is nothing to do before ``until`` on the loop's clock; None: until a control comes."""

    until: float | None


class Stopped(Exception):
    """A person stopped the run; all but its last event has been emitted."""


class TrainingLoop:
    """What happens between a run's first event and its last. ``clock`` counts seconds from anywhere."""

    def __init__(
        self,
        run: str,
        recipe: Recipe,
        digits: Digits,
        controls: Controls,
        device: torch.device,
        clock: Callable[[], float],
    ) -> None:
        self.run_id = run
        self.recipe = recipe
        self.digits = digits = inverted(digits, recipe)
        self.controls = controls
        self.device = device
        self.clock = clock
        self.learner = Learner(recipe, digits, device)
        self.batches = len(self.learner.batch_sizes)
        self.steps = recipe.epochs * self.batches
        self.shown_steps = schedule.shown_steps(recipe.epochs, self.batches)
        self.kept_epochs = schedule.kept_epochs(recipe.epochs)
        self.baseline = baseline(digits)
        self.reporter = Reporter(run, recipe, self.learner.parameters, self.learner.batch_sizes, self.baseline)
        self.buffer = MetricsBuffer()
        self.pace = Pace()
        self.learning_rate = recipe.learning_rate
        self.step = self.epoch = self.unscheduled = 0
        self.began = self.flushed = clock()

    def started(self, name: str, time: float) -> RunStarted:
        parameters = self.learner.parameters
        return RunStarted(
            run=self.run_id,
            name=name,
            recipe=self.recipe,
            device=self.device.type,
            device_name=describe(self.device),
            steps=self.steps,
            steps_per_epoch=self.batches,
            parameters=len(parameters),
            train_images=len(self.digits.train_images),
            valid_images=len(self.digits.valid_images),
            baseline=self.baseline,
            units=models.units(parameters.named(parameters.values.cpu())),
            time=time,
        )

    def summary(self) -> Summary:
        return self.reporter.summary.model_copy(update={"seconds": round(self.clock() - self.began, 3)})

    def run(self) -> Iterator[Event | Checkpoint | Wait]:
        """Train to the end. Raises Stopped or Diverged where that comes earlier."""
        self._snapshot(shown=True, kept=True)
        yield from self._flush()
        try:
            for epoch in range(1, self.recipe.epochs + 1):
                self.learner.shuffle(epoch)
                for batch in range(self.batches):
                    yield from self._obey_controls()
                    yield from self._take_step(batch)
                self.epoch = epoch
                self.buffer.validation = self.learner.validate()
                self._snapshot(shown=self.step in self.shown_steps, kept=epoch in self.kept_epochs)
                yield from self._flush()
        except Stopped:
            last = self.last
            if last.step < self.step:
                self._snapshot(shown=True, kept=True)
            elif not last.kept:
                self._snapshot(shown=not last.shown, kept=True)
            yield from self._flush()
            raise

    def _take_step(self, batch: int) -> Emitted:
        metrics = self.learner.step(batch, self.learning_rate)
        self.step += 1
        now = self.clock()
        self.pace.stepped(self.step, now)
        self.buffer.note(self.step, self.learning_rate, (now - self.began) * 1000, metrics)
        if self.step in self.shown_steps and batch + 1 < self.batches:  # else it comes with the epoch's end
            self._snapshot(shown=True, kept=False)
        if self.pace.single:
            self.pace.single = False
            if batch + 1 < self.batches:
                self._show_unscheduled()
            yield from self._flush()
            yield Controlled(what="step", step=self.step)
            if self.step < self.steps:
                yield from self._pause()
        elif now - self.flushed >= FLUSH_SECONDS:
            yield from self._flush()

    def _obey_controls(self) -> Iterator[Event | Checkpoint | Wait]:
        """Answer what is asked, and wait until the next step may be taken."""
        while not self.pace.single:
            if (asked := self.controls.take()) is not None:
                yield from self._flush()
                yield from self._answer(asked[1])
                continue
            due = self.pace.due(self.step)
            if due is not None and (due == -inf or due <= self.clock()):
                break
            if due is None or due - self.clock() > FLUSH_SECONDS:
                yield from self._flush()
            yield Wait(due)

    def _answer(self, control: Control) -> Emitted:
        match control:
            case SetLearningRate(learning_rate=value):
                self.learning_rate = value
                yield Controlled(what="learning_rate", value=value, step=self.step)
            case SetSpeed(steps_per_second=speed):
                self.pace.speed = None if speed is None else constant(speed)
                yield Controlled(what="steps_per_second", value=speed, step=self.step)
            case SetPace(pace=pace):
                self.pace.speed = PACES[pace]
                yield Controlled(what="pace", value=pace, step=self.step)
            case Act(action="step"):
                self.pace.single = True  # answered when it has been taken
            case Act(action="pause"):
                self._show_unscheduled()
                yield from self._flush()
                yield Controlled(what="pause", step=self.step)
                yield from self._pause()
            case Act(action="resume"):
                yield Controlled(what="resume", step=self.step)
                if self.pace.paused:
                    self.pace.paused = False
                    yield RunResumed(step=self.step)
            case Act(action="stop"):
                yield Controlled(what="stop", step=self.step)
                raise Stopped

    def _pause(self) -> Emitted:
        if not self.pace.paused:
            self.pace.paused = True
            yield RunPaused(step=self.step)

    def _show_unscheduled(self) -> None:
        """Emit the weights as they are, outside the schedule: a person has paused the run or taken one step to look."""
        seen = self.last.shown and self.last.step == self.step
        if not seen and self.unscheduled < schedule.SHOWN_UNSCHEDULED:
            self.unscheduled += 1
            self._snapshot(shown=True, kept=False)

    def _snapshot(self, *, shown: bool, kept: bool) -> None:
        self.last = Snapshot(self.step, self.epoch, self.learner.snapshot(), shown, kept)
        self.buffer.snapshots.append(self.last)

    def _flush(self) -> Emitted:
        """Bring what the buffer holds from the device, and emit it. Raises Diverged."""
        fetched, self.buffer = self.buffer.fetch(), MetricsBuffer()
        self.flushed = self.clock()
        yield from self.reporter.report(fetched, self.learning_rate, (self.flushed - self.began) * 1000)
