"""What has happened to models since the last flush: it waits on the device and is fetched in one copy."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.learning.divergence import first_bad_steps
from app.learning.learner import METRICS, Learner
from app.learning.transfer import HostCopy, overlaps

RING_NUMBERS = 1 << 18
"""Metrics that may wait on the device: 1 MB. One model at full speed takes some 200 steps between two flushes."""
RING_STEPS = 512


@dataclass
class Moment:
    """What to report of the models as they are after ``step``. ``shown``: send weight images to viewers. ``kept``:
    store the model. ``ended``: an epoch has ended. ``only``: report this run alone, not all."""

    step: int
    epoch: int
    shown: bool = False
    kept: bool = False
    ended: bool = False
    only: str | None = None


@dataclass
class Noted:
    """Consecutive steps, by number, and when each had been given to the device."""

    steps: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Columns:
    """Of consecutive steps of one learner: each model's means over its batches and the norm of its gradient, float64
    [models, steps], and the first step of each model at which one was no number."""

    steps: list[int]
    milliseconds: list[float]
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    gradient_norm: NDArray[np.float64]
    bad: list[int | None]


@dataclass(frozen=True)
class Snapshot:
    """Models as they were at a moment, on the CPU. ``values``: as ``Learner.snapshot`` gives them. ``broken``: which
    models have a parameter that is no number. ``figures``: what ``validate`` gives [3, models], where it was asked."""

    moment: Moment
    values: Tensor
    broken: NDArray[np.bool_]
    figures: NDArray[np.float32] | None


@dataclass(frozen=True)
class Fetched:
    """Of one learner, on the CPU."""

    columns: Columns
    snapshots: list[Snapshot]


class MetricsBuffer:
    """Of some learners that step together."""

    def __init__(self, learners: Sequence[Learner]) -> None:
        self._learners = learners
        most = max(learner.count for learner in learners)
        self.room = max(1, min(RING_STEPS, RING_NUMBERS // (METRICS * most)))
        """Steps that it holds."""
        self.rings = [torch.zeros(self.room, METRICS, each.count, device=each.device) for each in learners]
        """Of each learner the metrics that wait: [room, METRICS, models]."""
        self._noted = Noted()
        self._moments: list[tuple[Moment, list[Tensor], list[Tensor]]] = []
        self._sent: deque[_Sent] = deque()
        self.behind = int(overlaps(learners[0].device))
        """How many copies may be under way while training goes on."""

    @property
    def full(self) -> bool:
        return len(self._noted.steps) == self.room

    @property
    def slot(self) -> int:
        """The row of each ring for the next step's metrics."""
        return len(self._noted.steps)

    def note(self, step: int, milliseconds: float) -> None:
        self._noted.steps.append(step)
        self._noted.milliseconds.append(round(milliseconds, 3))

    def remember(self, moment: Moment, *, validate: bool, state: bool = False) -> None:
        """Copy the models as they are now, on the device, and what their optimizers remember, if asked for."""
        values = [each.snapshot(state=state) for each in self._learners]
        self._moments.append((moment, values, [each.validate() for each in self._learners] if validate else []))

    def send(self) -> None:
        """Begin to copy everything noted to the CPU, and forget it here."""
        parts = [ring[: len(self._noted.steps)].flatten() for ring in self.rings]
        parts += [part.flatten() for _, values, valid in self._moments for part in (*values, *valid)]
        shapes = [[tensor.shape for tensor in valid] for _, _, valid in self._moments]
        self._sent.append(_Sent(self._noted, [moment for moment, _, _ in self._moments], shapes, HostCopy(parts)))
        self._noted, self._moments = Noted(), []

    @property
    def sent(self) -> int:
        """How many copies have not been received."""
        return len(self._sent)

    def receive(self) -> list[Fetched]:
        """Return what was sent first, of each learner. Waits for the device once: until it has taken those steps."""
        sent = self._sent.popleft()
        host = iter(sent.copy.wait())
        fetched = [Fetched(_columns(each, sent.noted, next(host).numpy()), []) for each in self._learners]
        for moment, shapes in zip(sent.moments, sent.shapes, strict=True):
            on_host = [next(host) for _ in self._learners]
            read: list[NDArray[np.float32]] = [next(host).view(shape).numpy() for shape in shapes]
            for to, learner, vector, figures in zip(
                fetched, self._learners, on_host, read or repeat(None), strict=False
            ):
                to.snapshots.append(Snapshot(moment, vector, learner.parameters.broken(vector), figures))
        return fetched


def _columns(learner: Learner, noted: Noted, ring: NDArray[np.float32]) -> Columns:
    metrics = ring.reshape(-1, METRICS, learner.count).astype(np.float64)
    loss, right, first, second = metrics.transpose(1, 2, 0)  # [models, steps] each
    sizes = np.array(learner.batch_sizes)
    size = sizes[(np.array(noted.steps, dtype=np.int64) - 1) % len(sizes)]
    mean, norm = loss / size, np.hypot(first, second)
    return Columns(
        noted.steps, noted.milliseconds, mean, right / size, norm, bad=first_bad_steps(noted.steps, mean, norm)
    )


@dataclass(frozen=True)
class _Sent:
    """``shapes``: of each moment those of each learner's ``validate``, where it was asked."""

    noted: Noted
    moments: list[Moment]
    shapes: list[list[torch.Size]]
    copy: HostCopy
