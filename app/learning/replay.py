"""A run that goes on from a kept model: what its log has is computed again, compared, and not emitted again."""

from collections.abc import Iterator, Sequence
from math import isfinite

from app.checkpoint import Checkpoint
from app.events import EpochEnded, Event, Steps, Weights
from app.learning.checkpoint import read
from app.learning.pace import PACES, Pace, constant
from app.resumption import Resumption

COMPARED = ("loss", "accuracy", "learning_rate", "gradient_norm")


class OtherwiseThanBefore(Exception):
    """A step came out otherwise than the log has it, so that the run cannot go on. ``str()`` is a plain sentence."""

    def __init__(self, step: int, kept: int) -> None:
        super().__init__(
            f"Computed again from the model of step {kept:,}, step {step:,} came out otherwise than before its worker "
            "was lost: what would follow is another run. What had been logged is kept."
        )


class Replay:
    """Knows what is in the log. Raises ValueError where the kept model lacks what is needed to go on."""

    def __init__(self, resumption: Resumption) -> None:
        self._log = resumption
        self._rates = list(resumption.rates)
        self.kept = read(resumption.checkpoint)
        self.last = resumption.last
        """The last step that the log has."""
        self.shown = resumption.shown
        """The steps whose weights it has."""
        self._newest_shown = max(self.shown, default=0)

    @property
    def seconds(self) -> float:
        """For how long the run had gone on when its log ends, at least."""
        milliseconds = self._log.steps.milliseconds
        return max(self.kept.summary.seconds or 0.0, milliseconds[-1] / 1000 if milliseconds else 0.0)

    @property
    def started(self) -> float:
        return self._log.started

    def rate(self, step: int) -> float | None:
        """The next learning rate that was set when so many steps had been taken; None where no more were."""
        if self._rates and self._rates[0][0] == step:
            return self._rates.pop(0)[1]
        return None

    def pace(self, now: float) -> Pace:
        """That of the run where its log ends, paused if the log says so; as if the last step had been taken now."""
        log = self._log
        speed = PACES[log.pace or "full"] if log.steps_per_second is None else constant(log.steps_per_second)
        return Pace(paused=log.paused, speed=speed, beat=now)

    @property
    def pauses(self) -> bool:
        """Whether it is to pause there, or goes on; its log may not say so yet."""
        return self._log.pauses

    def new(self, what: Event | Checkpoint) -> Iterator[Event | Checkpoint]:
        """As much of it as is not in the log. Raises OtherwiseThanBefore."""
        match what:
            case Steps():
                if what.step[0] <= self.last:
                    self._compare(what)
                    what = what.beyond(self.last)
                if what.step:
                    yield what
            case EpochEnded(epoch=epoch):
                if epoch > self._log.epoch:
                    yield what
            case Weights(step=step):
                if step not in self.shown:
                    yield what
            case Checkpoint(step=step, kept=False):
                if step not in self.shown or step == self._newest_shown:  # who reads with the newest model may lack it
                    yield what
            case _:
                yield what

    def _compare(self, again: Steps) -> None:
        before = self._log.steps
        start = again.step[0] - before.step[0]
        count = min(len(again.step), len(before.step) - start)
        for name in COMPARED:
            old: Sequence[float | None] = getattr(before, name)[start : start + count]
            new: Sequence[float | None] = getattr(again, name)[:count]
            for step, logged, now in zip(again.step, old, new, strict=False):
                if logged != (now if now is not None and isfinite(now) else None):
                    raise OtherwiseThanBefore(step, self.kept.step)
