"""The worker processes of a server, and which of them gets the next task."""

import os
from collections.abc import Callable, Collection, Iterator

from app.running.queue import Lane
from app.running.warm_worker import WarmWorker


def cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """A *trainer* for each run that may go on at full speed, and where there are two cores or more one further worker,
    *shared* by turns by experiments, lessons' runs and paced ones; with one core the trainer is shared as well.
    Lessons' and paced runs also use trainers that have none at full speed.

    A worker is started when something wants it, which takes seconds: an idle one, or one that starts, changes its kind
    where the other kind would have to wait for one.
    """

    def __init__(self, make: Callable[[], WarmWorker], trainers: int) -> None:
        workers = [make() for _ in range(trainers + (cores() > 1))]
        self._trainers = workers[:trainers]
        self.shared = workers[trainers % len(workers)]

    def __iter__(self) -> Iterator[WarmWorker]:
        return iter(dict.fromkeys([*self._trainers, self.shared]))

    def warm(self) -> None:
        self._trainers[0].warm()

    def begin(self) -> None:
        """Let workers that are warm take places on a cluster: they are wanted now."""
        for worker in self:
            if worker.warming:
                worker.prepare()

    def prepare_first(self) -> None:
        self._trainers[0].prepare()

    def prepare_second(self) -> None:
        """Have one worker of each kind begin to load."""
        if not any(worker.warming for worker in self._trainers):
            self.prepare_first()
        self.shared.prepare()

    def kept_for(self, lane: Lane) -> list[WarmWorker]:
        """Return the workers without which a run of this lane cannot be trained."""
        return self._trainers if lane == "full" else [self.shared]

    def for_run(self, lane: Lane, claimed: Collection[WarmWorker] = ()) -> WarmWorker:
        """The worker for the next run of this lane, ready or being prepared, but none that is ``claimed``."""
        if lane != "full":
            return self._least_paced(claimed)
        free = [worker for worker in self._trainers if worker not in claimed and _none_at_full_speed(worker)]
        best = max(free, key=lambda worker: (worker.ready, worker.warming, not worker.worn))
        if not best.ready and not best.tasks and self.shared.idle and self.shared not in claimed:
            self._exchange(best)
            return next(worker for worker in self._trainers if worker.idle)
        best.prepare()
        return best

    def for_experiment(self, claimed: Collection[WarmWorker] = ()) -> WarmWorker:
        """The shared worker, ready or being prepared; another that may be shared while that one is worn."""
        if self.shared.ready:
            others = [each for each in self._free_trainers(claimed) if not each.worn]
            return others[0] if others and self.shared.worn else self.shared
        if self.shared not in self._trainers:
            if idle := next((worker for worker in self._free_trainers(claimed) if worker.idle), None):
                self._exchange(idle)
            elif not self.shared.warming:
                starting = (each for each in self._trainers if each.warming and not each.tasks and each not in claimed)
                if (first := next(starting, None)) is not None:
                    self._exchange(first)
        self.shared.prepare()
        return self.shared

    async def release_idle(self) -> None:
        """Keep no more than one idle trainer."""
        for worker in [worker for worker in self._trainers if worker.idle][1:]:
            await worker.release()

    def _least_paced(self, claimed: Collection[WarmWorker]) -> WarmWorker:
        """The shared worker, or a trainer that has fewer runs."""
        workers = [self.for_experiment(claimed), *self._free_trainers(claimed)]
        return min(workers, key=lambda worker: (not worker.ready, worker.worn, len(worker.trainings)))

    def _free_trainers(self, claimed: Collection[WarmWorker]) -> list[WarmWorker]:
        """Return the trainers that may be shared now."""
        free = (worker for worker in self._trainers if worker.ready and worker not in claimed)
        return [worker for worker in free if _none_at_full_speed(worker)]

    def _exchange(self, trainer: WarmWorker) -> None:
        self._trainers[self._trainers.index(trainer)], self.shared = self.shared, trainer


def _none_at_full_speed(worker: WarmWorker) -> bool:
    return all(training.lane != "full" for training in worker.trainings)
