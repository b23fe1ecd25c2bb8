"""The loop over epochs and batches of runs that train together, and how it obeys."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf
from typing import NamedTuple

import torch
from torch import Tensor

from app.checkpoint import Checkpoint
from app.controls import Act, Control, SetLearningRate, SetPace, SetSpeed
from app.events import (
    Baseline,
    Controlled,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    RunStopped,
    Summary,
    WorkerReplaced,
)
from app.learning import models
from app.learning.controls import Controls
from app.learning.device import describe
from app.learning.divergence import Diverged
from app.learning.learner import Learner, widths
from app.learning.metrics_buffer import Fetched, MetricsBuffer, Moment
from app.learning.pace import PACES, TOGETHER, Pace, constant, turn
from app.learning.prepared import Prepared
from app.learning.replay import OtherwiseThanBefore, Replay, pace_of
from app.learning.reporter import Reporter
from app.learning.seen import kept
from app.learning.stepping import Stepping
from app.recipe import Recipe
from app.recording import Recording

FLUSH_SECONDS = 0.03
"""How long a turn may take, and how long news may wait on the device: two frames of a screen, in which some hundred
steps share one copy."""

FEW_RUNS = 4
FLUSH_MANY_SECONDS = 0.12
"""The same where more than ``FEW_RUNS`` runs train together. Each flush is a record of each run, and reporting and
storing 32 of them takes longer than many steps of 32 models."""

STOP = Act(action="stop")

Clock = Callable[[], float]


class Member(NamedTuple):
    """One of the runs that train together. ``ended``: it is computed as it was beside the others, and nothing is said
    of it."""

    run: str
    name: str
    recipe: Recipe
    ended: bool = False


class Emission(NamedTuple):
    """Something that happened in a run, or its model. ``more``: another emission follows at once."""

    run: str
    what: Event | Checkpoint
    more: bool = False


class Wait(NamedTuple):
    """There is nothing to do before ``until`` on the loop's clock; None: until a control comes."""

    until: float | None


Emissions = Iterator[Emission]


@dataclass
class Active:
    """A member that has not ended: the ``row``-th model of the ``group``-th learner."""

    member: Member
    group: int
    row: int
    reporter: Reporter
    learning_rate: float


class TrainingLoop:
    """What happens between the first event and the last of runs whose recipes differ in seed and learning rate only.

    Members with one seed meet the images in one order and are one learner, whose products are as wide as all of them
    (or some, where a cache would not hold what is between the layers of all); learners take their steps by turns.
    A member that has ended is computed on, so that no bit of the others depends on when it did, but nothing more is
    said of it.

    With ``replay`` runs whose worker was lost go on from their kept models, or from their first weights: what their
    logs have is computed again, without a word, and all that follows is as it would have been.

    Seeds could also be one learner, by products over batches of their own (``bmm``). In a trial with 32 of them on one
    thread that took 10.9 ms a step for 8.6 by turns (256 images a batch; with 64 images 3.1 for 4.9).
    """

    def __init__(
        self,
        members: Sequence[Member],
        prepared: Prepared,
        controls: Controls,
        device: torch.device,
        recording: Recording | None,
        clock: Clock,
        now: Clock,
        stepping: Stepping,
        replay: Replay | None = None,
    ) -> None:
        self.controls, self.device, self.clock, self.now = controls, device, clock, now
        self.recipe = recipe = members[0].recipe
        self.digits = digits = kept(prepared.digits, recipe)
        self.batches = recipe.batches(len(digits.train_images))
        self.steps = recipe.epochs * self.batches
        self.recording = recording or Recording.of(recipe, self.batches, len(members) if len(members) > 1 else None)
        self.step = self.epoch = self.unscheduled = 0
        self.learners: list[Learner] = []
        self.active: list[Active] = []
        self.baselines: list[Baseline] = []
        for seed in dict.fromkeys(member.recipe.seed for member in members):
            alike = [member for member in members if member.recipe.seed == seed]
            images, found = prepared.of(alike[0].recipe, device)
            rest = iter(alike)
            for width in widths(recipe, len(alike)):
                some = list(islice(rest, width))
                learner = Learner(some[0].recipe, images, device, [member.recipe.learning_rate for member in some])
                for row, member in enumerate(some):
                    if member.ended:
                        continue
                    reporter = Reporter(member.run, member.recipe, learner, row, found, self.recording)
                    self.active.append(Active(member, len(self.learners), row, reporter, member.recipe.learning_rate))
                self.learners.append(learner)
                self.baselines.append(found)
        self.buffer = MetricsBuffer(self.learners)
        self.steppers = [stepping(*each) for each in zip(self.learners, self.buffer.rings, strict=True)]
        self.pace = Pace()
        self.last = Moment(0, 0)
        self.patience = FLUSH_SECONDS if len(members) <= FEW_RUNS else FLUSH_MANY_SECONDS
        self.began = self.flushed = self.turn_began = clock()
        self.logs = {} if replay is None else replay.logs
        """What had been said of each before this loop began."""
        self.later: deque[tuple[str | None, Control]] = deque()
        """Controls for where the logs end."""
        self.replay = replay
        """What of the logs is yet to be computed again."""
        if replay is not None:
            self._restore(replay)

    def run(self) -> Iterator[Emission | Wait]:
        """From RunStarted, or what follows the log's end, to the last event of each."""
        if not self.logs:
            yield from self._steps()
            return
        failed: set[str] = set()
        for each in self._steps():
            if isinstance(each, Wait):
                yield each
            elif each.run in failed:  # it was in the middle of a report
                continue
            else:
                try:
                    new = [Emission(each.run, what) for what in self.logs[each.run].new(each.what)]
                except OtherwiseThanBefore as otherwise:
                    failed.add(each.run)
                    new = [self._fail(each.run, str(otherwise))]
                if new:
                    yield from new
                else:
                    yield Wait(self.clock())  # let others have a turn

    def _fail(self, run: str, reason: str) -> Emission:
        """Of a run whose log cannot go on."""
        (each,) = (each for each in self.active if each.member.run == run)
        self.active.remove(each)
        resumption = self.logs[run].resumption
        return Emission(
            run, RunFailed(step=resumption.last, reason=reason, summary=resumption.summary, time=self.now())
        )

    def _steps(self) -> Iterator[Emission | Wait]:
        if self.step == 0:
            for each in self.active:
                yield Emission(each.member.run, self._started(each))
            self._remember(Moment(0, 0, shown=0 in self.recording.shown, kept=0 in self.recording.kept))
            yield from self._flush()
        for epoch in range(self.step // self.batches + 1, self.recipe.epochs + 1):
            for stepper in self.steppers:
                stepper.shuffle(epoch)
            for batch in range(self.step % self.batches, self.batches):
                yield from self._obey_controls()
                if not self.active:
                    return
                yield from self._take_step(epoch, batch)
        yield from self._flush()
        for each in self.active:
            summary = self._seconds(each)
            yield Emission(each.member.run, RunFinished(step=self.step, summary=summary, time=self.now()))

    def _restore(self, replay: Replay) -> None:
        """Be where the kept model was."""
        for group, learner in enumerate(self.learners):
            models: dict[int, dict[str, Tensor]] = {}
            for each in self.active:
                if each.group == group and (model := self.logs[each.member.run].model) is not None:
                    models[each.row] = model.tensors
                    each.reporter.restore(model.summary, model.losses)
                    each.learning_rate = model.learning_rate
                    self.step, self.epoch = model.step, model.epoch
            learner.restore(self.step, models)
        self._set_rates()
        self.last = Moment(self.step, self.epoch, shown=replay.shows(self.step), kept=True)
        self.unscheduled = replay.shown(self.recording.shown)
        self.began -= max(replay.seconds, 0.0 if replay.started is None else self.now() - replay.started)

    def _replay(self, replay: Replay) -> Emissions:
        """Obey what the runs obeyed after this step; where their logs end, go on as they would have done."""
        while self.step < replay.last and (asked := self.controls.take()) is not None:
            if asked[1] == STOP:
                yield from self._leave(asked[0])
            else:
                self.later.append(asked)
        for each in tuple(self.active):
            while (rate := self.logs[each.member.run].rate(self.step)) is not None:
                yield from self._flush()
                each.learning_rate = rate
                self._set_rates()
        if self.step < replay.last:
            return
        yield from self._flush()
        self.replay = None
        if not self.active:
            return
        ahead = self.logs[self.active[0].member.run]  # what is for all reaches the first one first
        self.pace = pace_of(ahead, self.clock())
        if replay.shows(self.step):
            self.last = Moment(self.step, self.epoch, shown=True, kept=self.last.kept and self.last.step == self.step)
        for each in tuple(self.active):
            for event in self.logs[each.member.run].missed(self.step, ahead):
                yield Emission(each.member.run, event)
        replaced = WorkerReplaced(step=self.step, device_name=describe(self.device), time=self.now())
        yield from self._emit_all(replaced)
        self.pace.paused = ahead.resumption.pauses
        changed = RunPaused(step=self.step) if self.pace.paused else RunResumed(step=self.step)
        for each in tuple(self.active):
            if self.logs[each.member.run].resumption.paused != self.pace.paused:
                yield Emission(each.member.run, changed)

    def _leave(self, run: str | None) -> Emissions:
        """Stop what has yet to be computed as far as its log goes: it ends there, with its newest kept model."""
        for each in [each for each in self.active if run in (None, each.member.run)]:
            self.active.remove(each)
            log = self.logs[each.member.run]
            yield Emission(each.member.run, Controlled(what="stop", step=log.last))
            stopped = RunStopped(step=log.last, summary=log.kept_summary, time=self.now())
            yield Emission(each.member.run, stopped)

    def _started(self, each: Active) -> RunStarted:
        learner = self.learners[each.group]
        return RunStarted(
            run=each.member.run,
            name=each.member.name,
            recipe=each.member.recipe,
            device=self.device.type,
            device_name=describe(self.device),
            steps=self.steps,
            steps_per_epoch=self.batches,
            parameters=len(learner.parameters),
            train_images=len(self.digits.train_images),
            valid_images=len(self.digits.valid_images),
            baseline=self.baselines[each.group],
            units=models.units(learner.parameters.begin),
            time=self.now(),
        )

    def _take_step(self, epoch: int, batch: int) -> Iterator[Emission | Wait]:
        slot = self.buffer.slot
        for stepper in self.steppers:
            stepper.step(batch, slot)
        self.step += 1
        now = self.clock()
        self.pace.stepped(self.step, now)
        self.buffer.note(self.step, (now - self.began) * 1000)
        shown = self.step in self.recording.shown
        if batch + 1 == self.batches:
            self.epoch = epoch
            kept = epoch in self.recording.kept
            self._remember(Moment(self.step, epoch, shown=shown, kept=kept, ended=True))
        elif shown:
            self._remember(Moment(self.step, self.epoch, shown=True))
        if self.pace.single:
            self.pace.single = False
            self._show_unscheduled()
            yield from self._flush()
            yield from self._emit_all(Controlled(what="step", step=self.step))
            if self.step < self.steps:
                yield from self._pause()
        elif self.buffer.full or now - self.flushed >= self.patience:
            yield from self._flush(self.buffer.behind)
        elif now - self.turn_began >= FLUSH_SECONDS:
            self.turn_began = now
            yield Wait(now)  # let others have a turn

    def _obey_controls(self) -> Iterator[Emission | Wait]:
        """Answer what is asked, and wait until the next step may be taken."""
        if self.replay is not None and self.active:
            yield from self._replay(self.replay)
            if self.replay is not None:
                return
        while self.active and not self.pace.single:
            if (asked := self.later.popleft() if self.later else self.controls.take()) is not None:
                yield from self._flush()
                yield from self._answer(*asked)
                continue
            due = self.pace.due(self.step)
            if due == -inf or (due is not None and due <= (now := self.clock())):
                break
            yield from self._flush()
            yield Wait(due if due is None or due - now > TOGETHER else turn(due))
            self.flushed = self.turn_began = self.clock()  # until here there was nothing to see

    def _answer(self, run: str | None, control: Control) -> Emissions:
        """``run`` counts for learning rates and stops; all else is for all that train together."""
        asked = [each for each in self.active if run in (None, each.member.run)]
        match control:
            case SetLearningRate(learning_rate=value):
                for each in asked:
                    each.learning_rate = value
                    yield Emission(each.member.run, Controlled(what="learning_rate", value=value, step=self.step))
                self._set_rates()
            case SetSpeed(steps_per_second=speed):
                self.pace.speed = None if speed is None else constant(speed)
                yield from self._emit_all(Controlled(what="steps_per_second", value=speed, step=self.step))
            case SetPace(pace=pace):
                self.pace.speed = PACES[pace]
                yield from self._emit_all(Controlled(what="pace", value=pace, step=self.step))
            case Act(action="step"):
                self.pace.single = True  # answered when it has been taken
            case Act(action="pause"):
                self._show_unscheduled()
                yield from self._flush()
                yield from self._emit_all(Controlled(what="pause", step=self.step))
                yield from self._pause()
            case Act(action="resume"):
                yield from self._emit_all(Controlled(what="resume", step=self.step))
                if self.pace.paused:
                    self.pace.paused = False
                    yield from self._emit_all(RunResumed(step=self.step))
            case Act(action="stop"):
                yield from self._stop(asked)

    def _stop(self, asked: Sequence[Active]) -> Emissions:
        """The model as it is now is kept, and it is what the summary is about."""
        for each in asked:
            run = each.member.run
            yield Emission(run, Controlled(what="stop", step=self.step))
            if not (self.last.kept and self.last.step == self.step):
                seen = self.last.shown and self.last.step == self.step
                only = run if len(asked) < len(self.active) else None
                self._remember(Moment(self.step, self.epoch, shown=not seen, kept=True, only=only))
        yield from self._flush()
        for each in asked:
            if each in self.active:
                self.active.remove(each)
                summary = self._seconds(each)
                yield Emission(each.member.run, RunStopped(step=self.step, summary=summary, time=self.now()))

    def _emit_all(self, event: Event) -> Emissions:
        """The event happens to all that train together."""
        for each in self.active:
            yield Emission(each.member.run, event)

    def _pause(self) -> Emissions:
        if not self.pace.paused:
            self.pace.paused = True
            yield from self._emit_all(RunPaused(step=self.step))

    def _seconds(self, each: Active) -> Summary:
        return each.reporter.summary.model_copy(update={"seconds": round(self.clock() - self.began, 3)})

    def _set_rates(self) -> None:
        for group, learner in enumerate(self.learners):
            rates = learner.rates
            for each in self.active:
                if each.group == group:
                    rates[each.row] = each.learning_rate
            learner.set_rates(rates)

    def _show_unscheduled(self) -> None:
        """Emit the weights as they are, outside the schedule: a person has paused the run or taken one step to look."""
        seen = self.last.shown and self.last.step == self.step
        if not seen and self.unscheduled < self.recording.unscheduled:
            self.unscheduled += 1
            self._remember(Moment(self.step, self.epoch, shown=True))

    def _remember(self, moment: Moment) -> None:
        state = moment.kept and self.recording.state
        self.buffer.remember(moment, validate=moment.ended or moment.kept, state=state)
        if moment.only is None:
            self.last = moment

    def _flush(self, behind: int = 0) -> Emissions:
        """Send what the buffer holds on its way from the device, and emit all that was sent but the latest ``behind``
        copies. Members that have diverged end."""
        self.buffer.send()
        emissions: list[Emission] = []
        while self.buffer.sent > behind:
            fetched = self.buffer.receive()
            milliseconds = (self.clock() - self.began) * 1000
            for each in tuple(self.active):
                emissions += self._report(each, fetched[each.group], milliseconds)
        yield from (Emission(run, what, more=True) for run, what, _ in emissions[:-1])
        yield from emissions[-1:]
        self.flushed = self.turn_began = self.clock()

    def _report(self, each: Active, fetched: Fetched, milliseconds: float) -> Emissions:
        run = each.member.run
        try:
            for what in each.reporter.report(fetched, each.learning_rate, milliseconds):
                yield Emission(run, what)
        except Diverged as diverged:
            if each not in self.active:  # its log had it otherwise
                return
            self.active.remove(each)
            failed = RunFailed(
                step=diverged.step,
                reason=str(diverged),
                diverged=True,
                summary=self._seconds(each),
                time=self.now(),
            )
            yield Emission(run, failed)
