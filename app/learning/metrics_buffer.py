"""What has happened to models since the last flush: it waits on the device and is fetched in one copy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.learning.learner import METRICS, Learner

RING_NUMBERS = 1 << 18
"""Metrics that may wait on the device: 1 MB. One model at full speed takes some 200 steps between two flushes."""
RING_STEPS = 512


@dataclass
class Moment:
    """What is to be said of the time after ``step``. ``shown``: weight images go to viewers. ``kept``: the model goes
    to disk. ``ended``: an epoch. ``only``: of this run, not of all."""

    step: int
    epoch: int
    shown: bool = False
    kept: bool = False
    ended: bool = False
    only: str | None = None


@dataclass
class Columns:
    """Consecutive steps. ``metrics`` [steps, METRICS, models]."""

    steps: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    metrics: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Fetched:
    """Of one learner, on the CPU. Of each moment its values, as ``Learner.snapshot`` gives them, and what ``validate``
    gives [3, models], where it was asked."""

    columns: Columns
    moments: list[tuple[Moment, Tensor, NDArray[np.float32] | None]]


class MetricsBuffer:
    """Of some learners that step together."""

    def __init__(self, learners: Sequence[Learner]) -> None:
        self._learners = learners
        most = max(learner.count for learner in learners)
        self.room = max(1, min(RING_STEPS, RING_NUMBERS // (METRICS * most)))
        """Steps that it holds."""
        self._rings = [torch.empty(self.room, METRICS, each.count, device=each.device) for each in learners]
        self._slots = [[slot.unbind(0) for slot in ring.unbind(0)] for ring in self._rings]
        self._columns = Columns()
        self._moments: list[tuple[Moment, list[Tensor], list[Tensor]]] = []

    @property
    def full(self) -> bool:
        return len(self._columns.steps) == self.room

    def slots(self) -> list[tuple[Tensor, ...]]:
        """Where each learner is to write the next step's metrics."""
        at = len(self._columns.steps)
        return [slots[at] for slots in self._slots]

    def note(self, step: int, milliseconds: float) -> None:
        self._columns.steps.append(step)
        self._columns.milliseconds.append(round(milliseconds, 3))

    def remember(self, moment: Moment, *, validate: bool) -> None:
        """Copy the models as they are now, on the device."""
        values = [each.snapshot(state=moment.kept) for each in self._learners]
        self._moments.append((moment, values, [each.validate() for each in self._learners] if validate else []))

    def fetch(self) -> list[Fetched]:
        """Everything noted, of each learner. Waits for the device once."""
        count = len(self._columns.steps)
        parts = [ring[:count].flatten() for ring in self._rings]
        parts += [part.flatten() for _, values, valid in self._moments for part in (*values, *valid)]
        host = iter(to_host(parts))
        rings = [next(host).view(count, METRICS, each.count).numpy() for each in self._learners]
        moments = []
        for moment, values, valid in self._moments:
            on_host = [next(host) for _ in values]
            shapes = [tensor.shape for tensor in valid]
            read: list[NDArray[np.float32]] = [next(host).view(shape).numpy() for shape in shapes]
            figures = read or repeat(None)
            moments.append([(moment, *both) for both in zip(on_host, figures, strict=False)])
        columns, self._columns, self._moments = self._columns, Columns(), []
        return [
            Fetched(Columns(columns.steps, columns.milliseconds, ring), [each[at] for each in moments])
            for at, ring in enumerate(rings)
        ]


def to_host(parts: Sequence[Tensor]) -> Sequence[Tensor]:
    """Vectors brought to the CPU in one copy."""
    return torch.split(torch.cat(list(parts)).cpu(), [len(part) for part in parts])
