"""Runs that go on from kept models: what their logs have is computed again, compared, and not emitted again."""

from collections.abc import Iterator, Mapping

from app.checkpoint import Checkpoint
from app.events import CheckpointSaved, Controlled, EpochEnded, Event, RunStarted, Steps, Weights
from app.learning.checkpoint import read
from app.learning.divergence import until
from app.learning.pace import PACES, Pace, constant
from app.resumption import Checksums, Resumption


class OtherwiseThanBefore(Exception):
    """Steps came out otherwise than the log has them, so that the run cannot go on. ``str()`` is a plain sentence."""

    def __init__(self, first: int, last: int, kept: int) -> None:
        which = f"step {first:,}" if first == last else f"one of the steps {first:,} to {last:,}"
        super().__init__(
            f"Computed again from the model of step {kept:,}, {which} came out otherwise than before its worker "
            "was lost: what would follow is another run. What had been logged is kept."
        )


class LoggedRun:
    """What is in a run's log. Raises ValueError where the kept model lacks what is needed to go on."""

    def __init__(self, resumption: Resumption) -> None:
        self.resumption = resumption
        self.model = None if resumption.checkpoint is None else read(resumption.checkpoint)
        self.last, self.shown = resumption.last, resumption.shown
        self.kept_summary = resumption.kept_summary
        """That of the run, were it to end with the newest model that is kept by now."""
        self._rates = list(resumption.rates)
        self._newest_shown = max(self.shown, default=0)
        self._checksums = Checksums(resumption.block)
        self._compared = 0

    def rate(self, step: int) -> float | None:
        """The next learning rate that was set when so many steps had been taken; None where no more were."""
        if self._rates and self._rates[0][0] == step:
            return self._rates.pop(0)[1]
        return None

    def missed(self, step: int, other: "LoggedRun") -> Iterator[Event]:
        """Yield the speed that another log has after this step and this one lacks: both runs were given it together."""
        mine, its = self.resumption, other.resumption
        if (mine.pace, mine.steps_per_second) == (its.pace, its.steps_per_second):
            return
        if its.pace:
            yield Controlled(what="pace", value=its.pace, step=step)
        else:
            yield Controlled(what="steps_per_second", value=its.steps_per_second, step=step)

    def new(self, what: Event | Checkpoint) -> Iterator[Event | Checkpoint]:
        """As much of it as is not in the log. Raises OtherwiseThanBefore."""
        match what:
            case Steps():
                if what.step[0] <= self.last:
                    self._compare(until(what, self.last))
                    what = what.beyond(self.last)
                if what.step:
                    yield what
            case RunStarted():
                if self.resumption.started is None:
                    yield what
            case EpochEnded(epoch=epoch):
                if epoch > self.resumption.epoch:
                    yield what
            case Weights(step=step):
                if step not in self.shown:
                    yield what
            case Checkpoint(step=step, kept=False):
                if step not in self.shown or step == self._newest_shown:  # who reads with the newest model may lack it
                    yield what
            case Checkpoint(step=step) | CheckpointSaved(step=step):
                if step > self.resumption.kept:
                    if isinstance(what, Checkpoint):
                        self.kept_summary = self.resumption.summary.with_model(what.summary)
                    yield what
            case _:
                yield what

    def _compare(self, again: Steps) -> None:
        sums, expected = self._checksums, self.resumption.checksums
        sums.add(again)
        if again.step[-1] == self.last:
            sums.close()
        for at in range(self._compared, len(sums.found), 4):
            if sums.found[at : at + 4] != expected[at : at + 4]:
                first = self.resumption.step + at // 4 * self.resumption.block + 1
                raise OtherwiseThanBefore(
                    first, min(first + self.resumption.block - 1, self.last), self.resumption.step
                )
        self._compared = len(sums.found)


class Replay:
    """``logs`` of runs that go on together, by their ids. Raises ValueError where that cannot be: they go on from one
    step."""

    def __init__(self, resumptions: Mapping[str, Resumption]) -> None:
        self.logs = {run: LoggedRun(each) for run, each in resumptions.items()}
        runs = list(resumptions.values())
        if len(steps := {each.step for each in runs}) != 1:
            raise ValueError("runs go on together from one step only")
        (self.step,) = steps
        """That they go on from."""
        self.last = max(each.last for each in runs)
        """The last step that a log has. Others may lack some of the end: a worker may be lost in mid-sentence."""
        self.seconds = max(each.seconds for each in runs)
        """For how long the runs had gone on when their logs end, at least."""
        self.started = min((each.started for each in runs if each.started is not None), default=None)

    def shown(self, recorded: frozenset[int]) -> int:
        """How many pictures a log has besides those of the ``recorded`` steps."""
        return max(len(log.shown - recorded) for log in self.logs.values())

    def shows(self, step: int) -> bool:
        """Whether each log has the weights of this step."""
        return all(step in log.shown for log in self.logs.values())


def pace_of(log: LoggedRun, now: float) -> Pace:
    """Return the run's pace where its log ends, paused if it was; as if the last step had been taken now."""
    resumption = log.resumption
    speed = (
        PACES[resumption.pace or "full"]
        if resumption.steps_per_second is None
        else constant(resumption.steps_per_second)
    )
    return Pace(paused=resumption.paused, speed=speed, beat=now)
