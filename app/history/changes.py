"""Which runs have changed, for lists of runs: no steps, and of several changes of a run only the newest."""

from collections.abc import Iterator
from itertools import takewhile

from app.history.notifier import Notifier
from app.run import Run

KEPT = 2000
"""Runs whose newest change is remembered: more than change between two looks of a reader that keeps up."""


class Changes:
    """Numbered from 1. Readers hold the number of the last change they have seen, as with a log."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._newest: dict[str, tuple[int, Run | None]] = {}  # in the order of their numbers
        self._number = 0
        self._forgotten = 0
        self._notifier = Notifier()

    @property
    def number(self) -> int:
        """The number of the last change; 0 before the first."""
        return self._number

    def publish(self, run: str, now: Run | None) -> None:
        """``run`` is ``now`` like this; None: it was deleted."""
        self._number += 1
        self._newest.pop(run, None)
        self._newest[run] = self._number, now
        if len(self._newest) > self._kept:
            oldest = next(iter(self._newest))
            self._forgotten, _ = self._newest.pop(oldest)
        self._notifier.notify()

    def publish_difference(self, before: Run, now: Run) -> None:
        """Publish ``now`` where it differs from ``before`` in more than how far it has come."""
        if before.model_copy(update={"seq": now.seq, "step": now.step}) != now:
            self.publish(now.id, now)

    def after(self, number: int) -> list[tuple[int, str, Run | None]] | None:
        """Each run that has changed since, as it is now, with the change's number, oldest change first. None: so many
        have changed that some are forgotten; fetch the list."""
        if number < self._forgotten:
            return None
        return [*takewhile(lambda change: change[0] > number, self._backwards())][::-1]

    async def wait(self, number: int) -> None:
        """Return once there is a change after this one."""
        while self._number <= number:
            await self._notifier.wait()

    def _backwards(self) -> Iterator[tuple[int, str, Run | None]]:
        for run, (number, now) in reversed(self._newest.items()):
            yield number, run, now
